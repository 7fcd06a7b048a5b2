"""The commands and their arguments. What they do is in the modules beside this one."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from wireroom import __version__
from wireroom.cli import runners

STAGES = ("fetch", "clean", "classify", "index")
SERVICES = (*STAGES, "relay", "ledger", "canary")
BURIERS = (*STAGES, "relay")
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

    add("up", "Run everything on this machine until Ctrl-C.", runners.up)
    add("demo", "Show the whole way with invented news.", runners.demo)
    run = add("run", "Run single services against servers that are there.", runners.run)
    run.add_argument("services", nargs="+", choices=SERVICES)
    _publishing(add("publish", "Hand in articles.", runners.publish))
    _looking(add)
    _dead(add("dead", "Look at dead letters, put them back, give them up.", runners.dead_list))
    _ledger(add("ledger", "Where everything is that was handed in.", runners.ledger))
    add("migrate", "Bring the database up to date.", runners.migrate)
    add("topics", "Make the Kafka topics.", runners.topics)
    _schemas(
        add("schemas", "The events' Avro schemas; push them to a registry.", runners.schemas_list)
    )
    add("config", "Print the settings in force, secrets masked.", runners.config)
    add("dsn", "Print the address of the database, for psql.", runners.dsn)
    _verify(add("verify", "Send articles with a known end and compare.", runners.verify))
    _top(add("top", "Show rates, lag and what has stopped, until Ctrl-C.", runners.top))
    add("doctor", "Check servers, topics, migrations and disk.", runners.doctor)
    add("health", "Status 0 when this machine's services are ready.", runners.health)
    return root


def _verify(command: ArgumentParser) -> None:
    command.add_argument("--count", type=int, default=2_000, help="submissions; 2,000")
    command.add_argument("--rate", type=float, default=500.0, help="of them a second; 500")
    command.add_argument(
        "--patience", type=float, default=60.0, help="seconds without any progress that end it; 60"
    )
    command.add_argument("--seed", type=int, help="repeat the choices of an earlier run")
    command.add_argument(
        "--poison", action="store_true", help="also send what becomes a dead letter, and stays one"
    )
    command.add_argument(
        "--embedded", action="store_true", help="with servers and services of its own; with poison"
    )
    command.add_argument(
        "--chaos", action="store_true", help="embedded, and everything is killed and cut meanwhile"
    )
    command.add_argument("--json", action="store_true")


def _publishing(command: ArgumentParser) -> None:
    command.add_argument("urls", nargs="*", metavar="URL")
    command.add_argument("--file", type=Path, help="a page that you have; needs --url")
    command.add_argument("--url", help="where the page or the text is from")
    command.add_argument("--text", metavar="FILE", help="plain or syndicated text; - for stdin")
    command.add_argument("--jsonl", metavar="FILE", help="one submission a line; - for stdin")
    command.add_argument("--by", help="who hands it in")


def _looking(add: Callable[[str, str, Run], ArgumentParser]) -> None:
    show = add("show", "Print an article.", runners.show)
    show.add_argument("what", metavar="ID|URL")
    search = add("search", "Find articles.", runners.search)
    search.add_argument("words", nargs="+")
    search.add_argument("--language", help="such as fr")
    search.add_argument("--source", help="such as example.org")
    search.add_argument("--since", help="a day or time, such as 2026-01-31")
    search.add_argument("--best", action="store_true", help="best first instead of newest")
    journal = add("journal", "What happened to an article, hop by hop.", runners.journal)
    journal.add_argument("what", metavar="ID|URL")
    trace = add("trace", "The biography of an article, on one screen.", runners.trace)
    trace.add_argument("what", metavar="ID|URL", help="of the article, a submission or a copy")
    explain = add("explain", "Why an article is as it is, and what was left out.", runners.explain)
    explain.add_argument("what", metavar="ID|URL|FILE")
    explain.add_argument("--url", default="", help="where the page in FILE is from")
    for command in (show, search, journal, trace, explain):
        command.add_argument("--json", action="store_true")


def _dead(command: ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="groups by stage, reason and place in the code")
    listing.add_argument(
        "--all", action="store_true", help="those replayed and dropped too, and their fate"
    )
    show = actions.add_parser("show", help="one letter: its event or bytes, and all that is known")
    show.add_argument("letter", metavar="ID", help="as in the example column of list")
    show.set_defaults(run=runners.dead_show)
    replay = actions.add_parser("replay", help="put letters back where they came from")
    replay.add_argument("--dry-run", action="store_true", help="only say what would go where")
    replay.add_argument("--rate", type=_positive, metavar="N", help="at most N letters a second")
    replay.add_argument(
        "--wait", type=_positive, metavar="SECONDS", help="then print what became of them"
    )
    replay.add_argument("--again", action="store_true", help="those replayed or dropped too")
    replay.set_defaults(run=runners.dead_replay)
    drop = actions.add_parser("drop", help="give letters up; nothing is deleted from Kafka")
    drop.add_argument("--yes", action="store_true", help="do not ask")
    drop.set_defaults(run=runners.dead_drop)
    for action in (listing, show):
        action.add_argument("--json", action="store_true")
    for action in (replay, drop):
        action.add_argument("ids", nargs="*", metavar="ID")
    for action in (listing, replay, drop):
        action.add_argument("--stage", choices=BURIERS)
        action.add_argument("--reason", metavar="WORD")
        action.add_argument("--hash", help="class, reason and place of the error, as in list")
        action.add_argument("--host", help="of the URL handed in; hosts under it too")
        action.add_argument("--since", metavar="TIME", help="a day, a time, or a span as 90m, 2d")
        action.add_argument("--until", metavar="TIME")
    for action in (listing, show, replay, drop):
        # SUPPRESS: else the default here would undo a --data before the action
        action.add_argument("--data", type=Path, default=argparse.SUPPRESS)


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value


def _ledger(command: ArgumentParser) -> None:
    command.add_argument("--by", choices=("hour", "source", "language"))
    command.add_argument(
        "--since", metavar="TIME", help="a day, a time, or a span as 90m, 2d; from its full hour on"
    )
    command.add_argument("--probes", action="store_true", help="those of canary and verify instead")
    command.add_argument("--json", action="store_true")
    actions = command.add_subparsers(dest="action", metavar="ACTION")
    missing = actions.add_parser("missing", help="what gave no sign for longer than the deadline")
    missing.add_argument("--limit", type=int, default=100, metavar="N", help="at most N; 100")
    missing.set_defaults(run=runners.ledger_missing)
    check = actions.add_parser("check", help="compare ledger and tables; reads all of both")
    check.set_defaults(run=runners.ledger_check)
    rebuild = actions.add_parser("rebuild", help="read it from Kafka again")
    rebuild.add_argument("--days", type=int, default=6, metavar="N", help="back; 6 of Kafka's 7")
    rebuild.add_argument("--yes", action="store_true", help="do it")
    rebuild.set_defaults(run=runners.ledger_rebuild)
    for action in (missing, check):
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    for action in (missing, check, rebuild):
        action.add_argument("--data", type=Path, default=argparse.SUPPRESS)


def _schemas(command: ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="as locked; with a registry, whether it agrees")
    listing.add_argument("--json", action="store_true")
    push = actions.add_parser("push", help="register them, in order, under the ids of the lock")
    push.set_defaults(run=runners.schemas_push)
    for action in (listing, push):
        action.add_argument("--registry", metavar="URL", help="instead of WIREROOM_REGISTRY_URL")


def _top(command: ArgumentParser) -> None:
    command.add_argument("--once", action="store_true", help="print it once")
    command.add_argument("--json", action="store_true", help="once, for programs")
    command.add_argument("--every", type=float, default=2.0, metavar="SECONDS")
    command.add_argument("--targets", metavar="HOST:PORT,…", help="instead of WIREROOM_TOP_TARGETS")
