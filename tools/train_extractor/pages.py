"""Pages of a data folder, and the domain that each belongs to."""

from __future__ import annotations

import gzip
import hashlib
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tld import get_fld


@dataclass(frozen=True, slots=True)
class Page:
    """A page as sent, and what is known of its text."""

    id: str
    set: str
    domain: str
    truth: dict[str, Any]
    html: bytes


def read(data: Path) -> Iterator[Page]:
    """The pages in the order of their ids: the order of a folder must not matter."""
    told = {row["id"]: row for row in _truth(data)}
    html = dict(_html(data, set(told)))
    for name in sorted(told):
        row = told[name]
        yield Page(name, row["set"], domain(row["url"] or name), row["truth"], html[name])


def domain(url: str) -> str:
    """The registered domain; names such as ``x::paper.example-story.html`` are tried by parts."""
    if found := get_fld(url, fail_silently=True, fix_protocol=True):
        return found
    parts = url.split("::")[-1].removesuffix(".html").split("-")[0].split(".")
    for end in range(2, len(parts) + 1):
        if found := get_fld(".".join(parts[:end]), fail_silently=True, fix_protocol=True):
            return found
    return url


def digest(pages: list[Page]) -> str:
    """SHA-256 over ids and contents: which data a model has seen."""
    seen = hashlib.sha256()
    for page in pages:
        told = json.dumps(page.truth, sort_keys=True, ensure_ascii=False)
        for part in (page.id.encode(), page.html, told.encode()):
            seen.update(hashlib.sha256(part).digest())
    return seen.hexdigest()


def _truth(data: Path) -> list[dict[str, Any]]:
    packed, plain = data / "truth.jsonl.gz", data / "truth.jsonl"
    raw = gzip.decompress(packed.read_bytes()) if packed.exists() else plain.read_bytes()
    return [json.loads(line) for line in raw.decode("utf-8").split("\n") if line]


def _html(data: Path, names: set[str]) -> Iterator[tuple[str, bytes]]:
    archive = data / "pages.tar.xz"
    if archive.exists():
        with tarfile.open(archive) as packed:
            for member in packed:
                name = member.name.removesuffix(".html")
                if name in names and (file := packed.extractfile(member)):
                    yield name, file.read()
        return
    folder = data / "pages" if (data / "pages").is_dir() else data
    for name in names:
        yield name, (folder / f"{name}.html").read_bytes()
