"""The commands and their arguments. What they do is in the modules beside this one."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from wireroom import __version__

if TYPE_CHECKING:
    from wireroom.cli.settings import Settings

STAGES = ("fetch", "clean", "classify", "index")
SERVICES = (*STAGES, "canary")
Run = Callable[[Namespace], int]


def parser() -> ArgumentParser:
    root = ArgumentParser(prog="wireroom", description="News in over Kafka, clean rows out.")
    root.add_argument("--version", action="version", version=f"wireroom {__version__}")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, about: str, run: Run) -> ArgumentParser:
        command = commands.add_parser(name, help=about, description=about)
        command.add_argument(
            "--data", type=Path, default=Path(".wireroom"), help="folder of the embedded servers"
        )
        command.set_defaults(run=run)
        return command

    add("up", "Run everything on this machine until Ctrl-C.", _up)
    add("demo", "Show the whole way with invented news.", _demo)
    run = add("run", "Run single services against servers that are there.", _run)
    run.add_argument("services", nargs="+", choices=SERVICES)
    _publishing(add("publish", "Hand in articles.", _publish))
    _looking(add)
    _dead(add("dead", "Look at dead letters, put them back.", _dead_list))
    add("migrate", "Bring the database up to date.", _migrate)
    add("topics", "Make the Kafka topics.", _topics)
    _schemas(add("schemas", "The events' Avro schemas; push them to a registry.", _schemas_list))
    add("config", "Print the settings in force, secrets masked.", _config)
    add("dsn", "Print the address of the database, for psql.", _dsn)
    add("doctor", "Check servers, topics, migrations and disk.", _doctor)
    add("health", "Status 0 when this machine's services are ready.", _health)
    return root


def _publishing(command: ArgumentParser) -> None:
    command.add_argument("urls", nargs="*", metavar="URL")
    command.add_argument("--file", type=Path, help="a page that you have; needs --url")
    command.add_argument("--url", help="where the page or the text is from")
    command.add_argument("--text", metavar="FILE", help="plain or syndicated text; - for stdin")
    command.add_argument("--jsonl", metavar="FILE", help="one submission a line; - for stdin")
    command.add_argument("--by", help="who hands it in")


def _looking(add: Callable[[str, str, Run], ArgumentParser]) -> None:
    show = add("show", "Print an article.", _show)
    show.add_argument("what", metavar="ID|URL")
    search = add("search", "Find articles.", _search)
    search.add_argument("words", nargs="+")
    search.add_argument("--language", help="such as fr")
    search.add_argument("--source", help="such as example.org")
    search.add_argument("--since", help="a day or time, such as 2026-01-31")
    search.add_argument("--best", action="store_true", help="best first instead of newest")
    journal = add("journal", "What happened to an article, hop by hop.", _journal)
    journal.add_argument("what", metavar="ID|URL")
    for command in (show, search, journal):
        command.add_argument("--json", action="store_true")


def _dead(command: ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="groups by stage and reason")
    listing.add_argument("--json", action="store_true")
    show = actions.add_parser("show", help="one letter with its event or bytes")
    show.add_argument("letter", metavar="ID", help="as in the example column of list")
    show.set_defaults(run=_dead_show)
    replay = actions.add_parser("replay", help="put letters back where they came from")
    replay.add_argument("ids", nargs="*", metavar="ID")
    replay.add_argument("--dry-run", action="store_true")
    replay.set_defaults(run=_dead_replay)
    for action in (listing, replay):
        action.add_argument("--stage", choices=STAGES)
        action.add_argument("--reason")
    for action in (listing, show, replay):
        # SUPPRESS: else the default here would undo a --data before the action
        action.add_argument("--data", type=Path, default=argparse.SUPPRESS)


def _schemas(command: ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="as locked; with a registry, whether it agrees")
    listing.add_argument("--json", action="store_true")
    push = actions.add_parser("push", help="register them, in order, under the ids of the lock")
    push.set_defaults(run=_schemas_push)
    for action in (listing, push):
        action.add_argument("--registry", metavar="URL", help="instead of WIREROOM_REGISTRY_URL")


def _load() -> Settings:
    from wireroom.cli.settings import load

    return load()


def _settings(arguments: Namespace) -> Settings:
    from wireroom.cli.connections import connected

    return connected(_load(), arguments.data)


# Imported when asked for: ``publish`` does not wait for what ``up`` needs.


def _up(arguments: Namespace) -> int:
    from wireroom.cli.up import up

    return up(_load(), arguments.data)


def _demo(arguments: Namespace) -> int:
    from wireroom.cli.demo import demo

    return demo(_load())


def _run(arguments: Namespace) -> int:
    from wireroom.cli.run import run

    return run(arguments.services, _load(), arguments.data)


def _publish(arguments: Namespace) -> int:
    from wireroom.cli.publish import Input, publish

    what = Input(
        urls=arguments.urls,
        file=arguments.file,
        url=arguments.url,
        text=arguments.text,
        jsonl=arguments.jsonl,
        sent_by=arguments.by,
    )
    return publish(what, _settings(arguments))


def _show(arguments: Namespace) -> int:
    from wireroom.cli.looking import show

    return show(arguments.what, _settings(arguments), as_json=arguments.json)


def _search(arguments: Namespace) -> int:
    from wireroom.cli.looking import search

    return search(
        " ".join(arguments.words),
        _settings(arguments),
        filters={name: getattr(arguments, name) for name in ("language", "source", "since")},
        best=arguments.best,
        as_json=arguments.json,
    )


def _journal(arguments: Namespace) -> int:
    from wireroom.cli.journal import journal

    return journal(arguments.what, _settings(arguments), as_json=arguments.json)


def _dead_list(arguments: Namespace) -> int:
    from wireroom.cli.dead import Choice, listing

    choice = Choice(arguments.stage, arguments.reason)
    return listing(choice, _settings(arguments), as_json=arguments.json)


def _dead_show(arguments: Namespace) -> int:
    from wireroom.cli.dead import show

    return show(arguments.letter, _settings(arguments))


def _dead_replay(arguments: Namespace) -> int:
    from wireroom.cli.dead import Choice, replay

    choice = Choice(arguments.stage, arguments.reason, arguments.ids)
    return replay(choice, _settings(arguments), dry_run=arguments.dry_run)


def _migrate(arguments: Namespace) -> int:
    from wireroom.cli.admin import migrate

    return migrate(_settings(arguments))


def _topics(arguments: Namespace) -> int:
    from wireroom.cli.admin import topics

    return topics(_settings(arguments))


def _schemas_list(arguments: Namespace) -> int:
    from wireroom.cli.schemas import listing

    return listing(arguments.registry, _load().registry, as_json=arguments.json)


def _schemas_push(arguments: Namespace) -> int:
    from wireroom.cli.schemas import push_all

    return push_all(arguments.registry, _load().registry)


def _config(arguments: Namespace) -> int:
    from wireroom.cli.admin import config

    return config(_load())


def _dsn(arguments: Namespace) -> int:
    from wireroom.cli.admin import dsn

    return dsn(_settings(arguments))


def _doctor(arguments: Namespace) -> int:
    from wireroom.cli.doctor import doctor

    return doctor(_settings(arguments), arguments.data)


def _health(arguments: Namespace) -> int:
    from wireroom.cli.health import health

    return health()
