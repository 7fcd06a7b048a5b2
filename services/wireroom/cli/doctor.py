"""``doctor``: is all there that the pipeline needs, and if not, what to do."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from wireroom.cli.composition import all_topics
from wireroom.cli.connections import external
from wireroom.cli.settings import Settings
from wireroom.runtime.errors import StageError
from wireroom.storage import status
from wireroom.storage.migrate import SchemaTooNew
from wireroom.storage.pool import open_pool
from wireroom.wire.kafka import admin
from wireroom.wire.transport import Gone

ROOM = 2 * 1024**3  # bytes: 7 days of 20 KB articles at 1,000 an hour are 3.4 GB; half is a warning


LIMIT = 30.0  # seconds for one server to answer


@dataclass(frozen=True, slots=True)
class Finding:
    """``remedy`` is empty where all is well."""

    what: str
    found: str
    remedy: str = ""


def doctor(settings: Settings, data: Path) -> int:
    """0 when nothing needs doing."""
    findings = asyncio.run(examine(settings, data))
    console = Console()
    for finding in findings:
        mark = "✗" if finding.remedy else "✓"
        console.print(Text(f"{mark} {finding.what}: {finding.found}"))
        if finding.remedy:
            console.print(Text(f"    → {finding.remedy}"))
    return int(any(finding.remedy for finding in findings))


async def examine(settings: Settings, data: Path) -> list[Finding]:
    checks: dict[str, Callable[[Settings], Awaitable[list[Finding]]]] = {
        f"Kafka at {settings.kafka.bootstrap_servers}": _kafka,
        "Postgres": _postgres,
    }
    found = []
    for what, check in checks.items():
        try:
            async with asyncio.timeout(LIMIT):
                found += await check(settings)
        except (StageError, Gone, OSError, TimeoutError, RuntimeError, SchemaTooNew) as error:
            found.append(
                Finding(
                    what,
                    f"{type(error).__name__} {error}",
                    "start it (`wireroom up`), or check address, password and TLS settings with "
                    "`wireroom config`",
                )
            )
    # With a Kafka of one's own its disk is elsewhere.
    disk = [] if external().kafka else [_disk(data)]
    return [*found, *disk, _contact(settings)]


async def _kafka(settings: Settings) -> list[Finding]:
    topics = all_topics()
    what = f"Kafka at {settings.kafka.bootstrap_servers}"
    if missing := await admin.missing(settings.kafka, topics):
        return [Finding(what, f"lacks {', '.join(missing)}", "make them with `wireroom topics`")]
    findings = [Finding(what, f"reached, {len(topics)} topics")]
    for name, limit, wanted in await admin.limits(settings.kafka, topics):
        if limit < wanted:
            remedy = "set it right with `wireroom topics`"
            findings.append(
                Finding(name, f"takes records up to {limit} bytes, not {wanted}", remedy)
            )
    return findings


async def _postgres(settings: Settings) -> list[Finding]:
    async with open_pool(settings.postgres) as pool:
        server = await status.server(pool)
    what = f"Postgres {server.version}"
    if server.pending:
        remedy = "apply them with `wireroom migrate`"
        return [Finding(what, f"lacks migrations {', '.join(server.pending)}", remedy)]
    if server.read_only:
        return [
            Finding(what, "is a read-only standby", "name the primary in WIREROOM_POSTGRES_DSN")
        ]
    if server.encoding != "UTF8":
        remedy = "make a database with ENCODING 'UTF8'"
        return [Finding(what, f"is encoded in {server.encoding}", remedy)]
    found = [Finding(what, f"reached, up to date, {server.size / 1024**2:.0f} MiB")]
    if server.connections > 0.8 * server.connections_limit:
        text = f"{server.connections} of {server.connections_limit} connections are used"
        found.append(Finding(what, text, "raise max_connections or end idle clients"))
    return found


def _disk(data: Path) -> Finding:
    where = next(p for p in (data.absolute(), *data.absolute().parents) if p.exists())
    free = shutil.disk_usage(where).free
    text = f"{free / 1024**3:.1f} GiB free at {where}"
    return Finding("Disk", text, "" if free > ROOM else "make room: Kafka keeps 7 days")


def _contact(settings: Settings) -> Finding:
    if settings.fetch.contact:
        return Finding("Contact for sites", settings.fetch.contact)
    remedy = "set WIREROOM_FETCH_CONTACT to a mail address or URL before you fetch in earnest"
    return Finding("Contact for sites", "none", remedy)
