"""What each command runs, imported when asked for."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wireroom.cli.settings import Settings


def _load() -> Settings:
    from wireroom.cli.settings import load

    return load()


def _settings(arguments: Namespace) -> Settings:
    from wireroom.cli.connections import connected

    return connected(_load(), arguments.data)


def up(arguments: Namespace) -> int:
    from wireroom.cli.up import up

    return up(_load(), arguments.data)


def demo(arguments: Namespace) -> int:
    from wireroom.cli.demo import demo

    return demo(_load())


def run(arguments: Namespace) -> int:
    from wireroom.cli.run import run

    return run(arguments.services, _load(), arguments.data)


def publish(arguments: Namespace) -> int:
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


def show(arguments: Namespace) -> int:
    from wireroom.cli.looking import show

    return show(arguments.what, _settings(arguments), as_json=arguments.json)


def search(arguments: Namespace) -> int:
    from wireroom.cli.looking import search

    return search(
        " ".join(arguments.words),
        _settings(arguments),
        filters={name: getattr(arguments, name) for name in ("language", "source", "since")},
        best=arguments.best,
        as_json=arguments.json,
    )


def journal(arguments: Namespace) -> int:
    from wireroom.cli.journal import journal

    return journal(arguments.what, _settings(arguments), as_json=arguments.json)


def dead_list(arguments: Namespace) -> int:
    from wireroom.cli.dead.choosing import choice_of
    from wireroom.cli.dead.listing import listing

    settings = _settings(arguments)
    choice = choice_of(arguments)
    return listing(choice, settings, settled=arguments.all, as_json=arguments.json)


def dead_show(arguments: Namespace) -> int:
    from wireroom.cli.dead.showing import show

    return show(arguments.letter, _settings(arguments), as_json=arguments.json)


def dead_replay(arguments: Namespace) -> int:
    from wireroom.cli.dead.choosing import choice_of
    from wireroom.cli.dead.replaying import How, replay

    how = How(
        dry_run=arguments.dry_run,
        rate=arguments.rate,
        wait=arguments.wait,
        again=arguments.again,
    )
    return replay(choice_of(arguments), _settings(arguments), how)


def dead_drop(arguments: Namespace) -> int:
    from wireroom.cli.dead.choosing import choice_of
    from wireroom.cli.dead.dropping import drop

    return drop(choice_of(arguments), _settings(arguments), sure=arguments.yes)


def ledger(arguments: Namespace) -> int:
    from wireroom.cli.ledger import balance, grouped

    settings, since = _settings(arguments), arguments.since
    if arguments.by is None:
        return balance(since, settings, probes=arguments.probes, as_json=arguments.json)
    return grouped(arguments.by, since, settings, probes=arguments.probes, as_json=arguments.json)


def ledger_missing(arguments: Namespace) -> int:
    from wireroom.cli.ledger import missing

    return missing(arguments.limit, _settings(arguments), as_json=arguments.json)


def ledger_check(arguments: Namespace) -> int:
    from wireroom.cli.ledger import check

    return check(_settings(arguments), as_json=arguments.json)


def ledger_rebuild(arguments: Namespace) -> int:
    from wireroom.cli.ledger import rebuild

    return rebuild(arguments.days, _settings(arguments), sure=arguments.yes)


def trace(arguments: Namespace) -> int:
    from wireroom.cli.trace import trace

    return trace(arguments.what, _settings(arguments), as_json=arguments.json)


def explain(arguments: Namespace) -> int:
    from wireroom.cli.explain import explain_file, explain_stored

    path = Path(arguments.what)
    if path.is_file():
        return explain_file(path, arguments.url, as_json=arguments.json)
    return explain_stored(arguments.what, _settings(arguments), as_json=arguments.json)


def migrate(arguments: Namespace) -> int:
    from wireroom.cli.admin import migrate

    return migrate(_settings(arguments))


def topics(arguments: Namespace) -> int:
    from wireroom.cli.admin import topics

    return topics(_settings(arguments))


def schemas_list(arguments: Namespace) -> int:
    from wireroom.cli.schemas import listing

    return listing(arguments.registry, _load().registry, as_json=arguments.json)


def schemas_push(arguments: Namespace) -> int:
    from wireroom.cli.schemas import push_all

    return push_all(arguments.registry, _load().registry)


def config(arguments: Namespace) -> int:
    from wireroom.cli.admin import config

    return config(_load())


def dsn(arguments: Namespace) -> int:
    from wireroom.cli.admin import dsn

    return dsn(_settings(arguments))


def verify(arguments: Namespace) -> int:
    from wireroom.cli.verify import Asked, verify

    inside = arguments.embedded or arguments.chaos
    asked = Asked(
        count=arguments.count,
        rate=arguments.rate,
        patience=arguments.patience,
        seed=arguments.seed,
        poison=arguments.poison or inside,
    )
    if not inside:
        return verify(asked, _settings(arguments), as_json=arguments.json)
    from wireroom.cli.chaos import embedded

    return embedded(asked, _load(), chaos=arguments.chaos, as_json=arguments.json)


def top(arguments: Namespace) -> int:
    from wireroom.cli.top import chosen, top

    named = arguments.targets or _load().process.top_targets
    targets = chosen(named, arguments.data)
    return top(targets, every=arguments.every, once=arguments.once, as_json=arguments.json)


def doctor(arguments: Namespace) -> int:
    from wireroom.cli.doctor import doctor

    return doctor(_settings(arguments), arguments.data)


def health(arguments: Namespace) -> int:
    from wireroom.cli.health import health

    return health()
