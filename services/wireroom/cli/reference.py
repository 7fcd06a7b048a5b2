"""The tables in ``docs/reference``, made from the code.

python -m wireroom.cli.reference            write them
python -m wireroom.cli.reference --check    fail if one is out of date
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin

from prometheus_client import CollectorRegistry

from wireroom.canary import CanaryMetrics
from wireroom.clean import CleanMetrics
from wireroom.cli.admin import masked
from wireroom.cli.composition import STAGES, all_topics
from wireroom.cli.reasons import MEANINGS, complaints, found
from wireroom.cli.settings import PARTS, variables
from wireroom.fetch import RecallMetrics, WebMetrics
from wireroom.index import DatabaseMetrics
from wireroom.ledger.metrics import LedgerMetrics
from wireroom.relay.metrics import RelayMetrics
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.surroundings import ClientMetrics, Pulse

METRICS: tuple[Callable[[CollectorRegistry], object], ...] = (
    lambda registry: Metrics(registry, "0"),
    ClientMetrics,
    Pulse,
    RecallMetrics,
    WebMetrics,
    CleanMetrics,
    DatabaseMetrics,
    CanaryMetrics,
    RelayMetrics,
    LedgerMetrics,
)
"""All that a worker may serve."""

FOLDER = Path(__file__).parents[3] / "docs" / "reference"
KINDS = {
    "SecretStr": "secret",
    "str": "text",
    "bool": "true, false",
    "int": "number",
    "float": "number",
    "Path": "path",
}
MADE = "<!-- Made from the code by `make reference`. Do not edit. -->\n"


def settings() -> str:
    lines = ["# Settings", "", MADE]
    lines += ["All are environment variables. An unknown one that begins with `WIREROOM_` is an"]
    lines += ["error that names the nearest known one; `wireroom config` prints what is in force."]
    by_part: dict[str, list[list[str]]] = {part: [] for part in PARTS}
    for variable, (part, name) in variables().items():
        field = PARTS[part].model_fields[name]
        shown = "by the machine" if field.default_factory else f"`{masked(field.default)}`"
        by_part[part].append(
            [f"`{variable}`", shown.replace("``", ""), _kind(field.annotation),
             str(field.description)]
        )  # fmt: skip
    for part, rows in by_part.items():
        lines += ["", f"## {part.capitalize()}", ""]
        lines += _table(["variable", "default", "value", "meaning"], rows)
    return "\n".join(lines) + "\n"


def metrics() -> str:
    registry = CollectorRegistry()
    for kind in METRICS:
        kind(registry)
    rows = []
    for family in registry._collector_to_names:  # the families themselves, samples or not
        metric: Any = family
        name = metric._name + ("_total" if metric._type == "counter" else "")
        labels = ", ".join(f"`{label}`" for label in metric._labelnames)
        rows.append([f"`{name}`", metric._type, labels, metric._documentation])
    lines = ["# Metrics", "", MADE]
    lines += ["Every worker serves `/metrics`, `/livez` and `/readyz` on its metrics port."]
    lines += ["No label ever holds a URL, a host, a source or an id.", ""]
    return "\n".join(lines + _table(["metric", "type", "labels", "meaning"], sorted(rows))) + "\n"


def topics() -> str:
    readers = {kind.topic: name for name, kind in STAGES.items()}
    rows = [
        [
            f"`{topic.name}`",
            topic.event,
            readers.get(topic.name, ""),
            str(topic.partitions),
            f"{topic.retention_days} d",
            f"{topic.max_bytes / 1024 / 1024:g} MiB",
        ]
        for topic in all_topics()
    ]
    lines = ["# Topics", "", MADE]
    names = ["topic", "event", "read by", "partitions", "retention", "largest record"]
    return "\n".join(lines + _table(names, rows)) + "\n"


def reasons() -> str:
    modules: dict[tuple[str, str], list[str]] = {}
    for word, end, module in sorted(found()):
        modules.setdefault((word, end), []).append(f"`{module}`")
    rows = [
        [f"`{word}`", end, MEANINGS.get(word, ""), ", ".join(where)]
        for (word, end), where in modules.items()
    ]
    lines = ["# Reasons", "", MADE]
    lines += ["Why a record was dropped, tried again, buried or made its stage pause: the word in"]
    lines += [
        "metrics, journal and dead letters. `*` stands for what is only known when it happens."
    ]
    lines += ["Modules of `web` speak for fetch, those of `storage` for index, those of `wire` and"]
    lines += ["`runtime` for every stage.", ""]
    names = ["reason", "what follows", "meaning", "said by"]
    return "\n".join(lines + _table(names, rows)) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings,
    "metrics.md": metrics,
    "topics.md": topics,
    "reasons.md": reasons,
}


def main() -> int:
    if wrong := complaints():
        sys.stderr.write("\n".join(wrong) + "\n")
        return 1
    stale = [
        name for name, page in PAGES.items() if not (FOLDER / name).exists()
        or (FOLDER / name).read_text() != page()
    ]  # fmt: skip
    if "--check" in sys.argv:
        for name in stale:
            sys.stderr.write(f"docs/reference/{name} is out of date: run make reference\n")
        return int(bool(stale))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page())
    return 0


def _table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *cells)]


def _kind(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(annotation))
    if get_origin(annotation) is UnionType:
        return " or ".join(_kind(a) for a in get_args(annotation) if a is not type(None))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{choice.value}`" for choice in annotation)
    name = getattr(annotation, "__name__", "")
    return KINDS.get(name, "list")


if __name__ == "__main__":
    sys.exit(main())
