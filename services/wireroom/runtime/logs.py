"""Structured logs: for people on a console, as JSON for machines. Never a secret, never a body."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import NamedTuple

import structlog

from wireroom.runtime.journal import Hop
from wireroom.runtime.settings import Settings

QUIET = ("aiokafka", "aiohttp", "trafilatura", "htmldate", "asyncio")


AGAIN = 10.0  # seconds in which a library says the same thing once
REMEMBERED = 500  # things; a library whose messages are all different must not fill the memory


class Handled(NamedTuple):
    """What the running task is at work on."""

    stage: str
    hop: Hop
    attempt: int


HANDLED: ContextVar[Handled | None] = ContextVar("handled", default=None)
"""Set for every record, read only when something is logged: binding costs more than the rest."""


def _with_handled(
    logger: object, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    handled = HANDLED.get()
    if handled is not None:
        event.setdefault("stage", handled.stage)
        event.setdefault("article", str(handled.hop.subject or ""))
        event.setdefault("submission", handled.hop.envelope.submission.decode())
        event.setdefault("attempt", handled.attempt)
    return event


class Repeated(logging.Filter):
    """Lets a library say a thing once in ``AGAIN`` seconds, and how often it said it before.

    While its broker is away, aiokafka says the same four things a hundred times a second.
    """

    def __init__(self, library: str, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._library, self._clock = f"{library}.", clock
        self._said: dict[object, tuple[float, int]] = {}  # by what is said: when, withheld since

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(self._library):
            return True
        said, now = record.msg, self._clock()  # without its arguments: a host, an offset
        last, withheld = self._said.get(said, (-AGAIN, 0))
        if now - last < AGAIN:
            self._said[said] = last, withheld + 1
            return False
        if len(self._said) >= REMEMBERED:
            self._said.clear()
        self._said[said] = now, 0
        if withheld:
            record.msg = f"{record.msg} ({withheld} times more in the last {now - last:.0f} s)"
        return True


def quiet() -> None:
    """For commands that talk to a person: what libraries report is raised or cured anyway."""
    logging.getLogger().addHandler(logging.NullHandler())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def configure(settings: Settings) -> None:
    """For the whole process; ours and, from warning on, the libraries'."""
    shared: list[structlog.typing.Processor] = [
        _with_handled,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Its own way with tracebacks prints the variables of every frame: bodies and passwords.
    render: structlog.typing.Processor = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    if settings.log_format == "json":
        render = structlog.processors.JSONRenderer()
        shared.append(structlog.processors.format_exc_info)
    level = logging.getLevelNamesMapping()[settings.log_level]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    handler.addFilter(Repeated("aiokafka"))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # aiokafka reports what it then cures itself, such as a coordinator that is just moving.
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    # Its pool warns, with a traceback, of each vain try while Postgres is away; storage tells once.
    logging.getLogger("asyncpg").setLevel(logging.ERROR)
