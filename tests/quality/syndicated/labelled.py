"""Reads the labelled texts; see the README for the marks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

FOLDER = Path(__file__).parent / "texts"
BODY = ("p", "h")
_MARKED = re.compile(r"(?P<joint>[+_=]?)(?P<kind>[a-z_]+) (?P<text>.*)")
_JOINTS = {"": "\n", "+": "", "_": " ", "=": "\n\n"}
_BULLET = re.compile(r"[-•*]\s|\d\.\s")


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled piece of a text; ``at``: offset of its first code point. ``glued``: no blank
    and no break stands before it."""

    kind: str
    text: str
    at: int
    glued: bool

    @property
    def is_body(self) -> bool:
        return self.kind in BODY


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text, its lines and what ``@`` says of it."""

    id: str
    text: str
    lines: tuple[Line, ...]
    facts: dict[str, str]

    @property
    def language(self) -> str:
        return self.id.partition("-")[0]

    @property
    def half(self) -> Literal["dev", "held"]:
        return "held" if hashlib.sha256(self.id.encode()).digest()[0] % 2 else "dev"

    def expected(self) -> dict[str, object]:
        """Field to value, as the parser should find it."""
        url = self.facts.get("url")
        host = urlsplit(url).netloc.removeprefix("www.") if url else None
        people = self.facts.get("authors", "")
        moment = self.facts.get("published")
        rights = [line.text for line in self.lines if line.kind == "rights"]
        return {
            "canonical_url": url,
            "source": self.facts.get("source", host),
            "authors": tuple(name.strip() for name in people.split(";") if name.strip()),
            "published_at": datetime.fromisoformat(moment).replace(tzinfo=UTC) if moment else None,
            "copyright_notice": rights[0] if rights else None,
            "headlines": tuple(self._headlines()),
        }

    def _headlines(self) -> Iterator[str]:
        for line in self.lines:
            if line.kind == "item":
                yield _BULLET.sub("", line.text, count=1).strip()
            elif line.kind == "also":
                yield re.split("[:：]", line.text, maxsplit=1)[1].strip()


def read() -> list[Labelled]:
    """Every labelled text, by language and number."""
    return [text for path in sorted(FOLDER.glob("*.txt")) for text in _of(path.read_text("utf-8"))]


def _of(content: str) -> Iterator[Labelled]:
    for block in content.split("# ")[1:]:
        name, *rows = block.strip("\n").split("\n")
        facts = dict(row[1:].split(" ", 1) for row in rows if row.startswith("@"))
        yield _labelled(name, [row for row in rows if not row.startswith("@")], facts)


def _labelled(name: str, rows: list[str], facts: dict[str, str]) -> Labelled:
    text, lines = "", []
    for row in rows:
        found = _MARKED.fullmatch(row)
        if found is None:
            raise ValueError(f"{name}: not a labelled line: {row}")
        text += _JOINTS[found["joint"]] if text else ""
        lines.append(Line(found["kind"], found["text"], len(text), found["joint"] == "+"))
        text += found["text"]
    return Labelled(name, text, tuple(lines), facts)
