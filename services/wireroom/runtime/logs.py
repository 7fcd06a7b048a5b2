"""Structured logs: for people on a console, as JSON for machines. Never a secret, never a body."""

from __future__ import annotations

import logging
import sys

import structlog

from wireroom.runtime.settings import Settings

QUIET = ("aiokafka", "aiohttp", "trafilatura", "htmldate", "asyncio")


def quiet() -> None:
    """For commands that talk to a person: what libraries report is raised or cured anyway."""
    logging.getLogger().addHandler(logging.NullHandler())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def configure(settings: Settings) -> None:
    """For the whole process; ours and, from warning on, the libraries'."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: structlog.typing.Processor = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
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
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # aiokafka reports what it then cures itself, such as a coordinator that is just moving.
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
