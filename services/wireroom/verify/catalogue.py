"""Articles with a known end: several shapes, each with what has to become of it. Pure.

Everything follows from a seed, so that a run can be repeated. The texts are our own; each holds
its number, so that no two are the same by chance.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Literal, TypeAlias
from uuid import NAMESPACE_OID, UUID, uuid5

from wireroom import urls

HOST = "verify.wireroom.example"

Shape: TypeAlias = Literal[
    "text", "syndicated", "page", "copy", "again", "newer",
    "empty page", "no page", "no content", "unknown field",
]  # fmt: skip

SHARES: dict[Shape, int] = {
    "text": 38, "syndicated": 20, "page": 20, "copy": 5, "again": 5, "newer": 5, "empty page": 3,
}  # fmt: skip
POISON: dict[Shape, int] = {"no page": 2, "no content": 1, "unknown field": 1}
"""What no stage can handle. It counts among the dead letters of everybody."""

SECOND: frozenset[Shape] = frozenset(("copy", "again", "newer"))
"""Shapes that need an earlier article to have its outcome: they are sent in a second round."""

_PEOPLE = ("harbour master", "council", "ferry company", "school board", "museum", "fire brigade")
_PLACES = (
    "Northmouth",
    "Lower Quay",
    "Saltmarsh",
    "Eastern Dunes",
    "Old Lighthouse",
    "Mill Island",
)
_DEEDS = (
    "presented a plan for the coming winter", "asked for another vote on the budget",
    "opened its doors to visitors again", "published the figures of the past year",
    "agreed on a new timetable", "warned that the storm had damaged the pier",
)  # fmt: skip
_REASONS = (
    "after a long debate in which both sides kept to their views",
    "because repairs had been put off for the third time",
    "although the money for it has not been found yet",
    "while residents waited outside for the result",
    "as neighbouring towns had done a month before",
)


@dataclass(frozen=True, slots=True)
class Expected:
    """As the ledger says it; ``stage`` of a dead letter, ``reason`` of that or of a drop."""

    outcome: str
    stage: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One submission, the article that it is of, and what has to become of both.

    ``text``: the row's text once everything has settled; None where there is no row.
    """

    number: int
    shape: Shape
    submission_id: UUID
    article_id: UUID | None
    value: bytes
    expected: Expected
    text: str | None = None
    key: bytes | None = None

    @property
    def second(self) -> bool:
        return self.shape in SECOND


def cases(run: str, count: int, seed: int, *, poison: bool) -> list[Case]:
    """``count`` cases of the run named ``run``; which they are follows from ``seed``."""
    random = Random(seed)
    shares = SHARES | POISON if poison else SHARES
    shapes = random.choices(list(shares), weights=list(shares.values()), k=count)
    maker = _Maker(run, random)
    firsts = [maker.first(n, shape) for n, shape in enumerate(shapes) if shape not in SECOND]
    seconds = [(n, shape) for n, shape in enumerate(shapes) if shape in SECOND]
    return [*firsts, *maker.seconds(seconds, firsts)]


def settled_texts(made: Sequence[Case]) -> dict[UUID, str]:
    """Article → the text that its row has in the end: the newest one that was sent."""
    return {c.article_id: c.text for c in made if c.article_id and c.text is not None}


class _Maker:
    def __init__(self, run: str, random: Random) -> None:
        self._run = run
        self._random = random

    def first(self, number: int, shape: Shape) -> Case:
        body = self._body(number)
        match shape:
            case "text":
                return self._text(number, "text", "\n".join(body), "\n".join(body))
            case "syndicated":
                return self._text(
                    number, "syndicated", self._syndicated(number, body), "\n".join(body)
                )
            case "page":
                return self._page(number, "page", _html(number, body), "\n".join(body), "indexed")
            case "empty page":
                dropped = Expected("dropped", None, "no_article")
                html = "<!doctype html><title>Nothing</title><body></body>"
                return self._made(number, shape, {"url": self._url(number), "html": html}, dropped)
            case "no page":
                return self._poison(number, shape, b"neither Avro nor JSON", "not_avro_or_json")
            case "no content":
                return self._poison(number, shape, b"{}", "nothing_to_fetch")
            case _:
                return self._poison(
                    number, shape, b'{"ulr": "https://x.example/"}', "unknown_field"
                )

    def seconds(
        self, wanted: Sequence[tuple[int, Shape]], firsts: Sequence[Case]
    ) -> Iterator[Case]:
        """Each builds on a first of its own, so that no two meddle with one article."""
        pages = iter([case for case in firsts if case.shape == "page"])
        texts = iter([case for case in firsts if case.shape == "text"])
        for number, shape in wanted:
            base = next(texts if shape == "copy" else pages, None)
            if base is None:  # a small run: an article of its own instead
                yield self.first(number, "text")
            elif shape == "copy":
                assert base.text is not None
                html = _html(number, base.text.split("\n"))
                yield self._page(number, "copy", html, base.text, "duplicate")
            elif shape == "again":
                html = json.loads(base.value)["html"]
                yield self._page(base.number, "again", html, base.text or "", "unchanged", number)
            else:
                body = self._body(number)
                text = "\n".join(body)
                yield self._page(base.number, "newer", _html(number, body), text, "revised", number)

    def _text(self, number: int, shape: Shape, sent: str, text: str) -> Case:
        article = urls.text_article_id(sent)
        return self._made(number, shape, {"text": sent}, Expected("indexed"), article, text)

    def _page(
        self,
        place: int,
        shape: Shape,
        html: str,
        text: str,
        outcome: str,
        number: int | None = None,
    ) -> Case:
        url = self._url(place)
        submission = {"url": url, "html": html}
        article = urls.article_id(url)
        number = place if number is None else number
        return self._made(number, shape, submission, Expected(outcome), article, text)

    def _poison(self, number: int, shape: Shape, value: bytes, reason: str) -> Case:
        expected = Expected("dead", "fetch", reason)
        return Case(number, shape, self._id(number), None, value, expected)

    def _made(
        self,
        number: int,
        shape: Shape,
        submission: dict[str, Any],
        expected: Expected,
        article: UUID | None = None,
        text: str | None = None,
    ) -> Case:
        marked = {**submission, "submitted_by": self._run, "probe": True}
        value = json.dumps(marked).encode()
        return Case(number, shape, self._id(number), article, value, expected, text)

    def _id(self, number: int) -> UUID:
        return uuid5(NAMESPACE_OID, f"{self._run}/{number}")

    def _url(self, number: int) -> str:
        return f"https://{HOST}/{self._run}/{number}"

    def _body(self, number: int) -> list[str]:
        draw = self._random.choice
        sentences = [
            f"The {draw(_PEOPLE)} of {draw(_PLACES)} {draw(_DEEDS)}, {draw(_REASONS)}."
            for _ in range(self._random.randint(6, 12))
        ]
        paragraphs = [" ".join(sentences[n : n + 3]) for n in range(0, len(sentences), 3)]
        return [*paragraphs, f"The record of this decision has the number {number} of {self._run}."]

    def _syndicated(self, number: int, body: Sequence[str]) -> str:
        return (
            "\n".join(body) + f"\nSource link : https://{HOST}/{self._run}/source-{number}\n"
            "Author :\nPublish date : 2026-03-02 09:15:00\n"
            "Copyright for syndicated content belongs to the linked Source.\n"
            "Trending\n- Lake ferry keeps its winter timetable\n- Un pont neuf pour la vallée\n"
        )


def _html(number: int, body: Sequence[str]) -> str:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in body)
    return (
        f'<!doctype html><html lang="en"><head><title>Decision {number}</title></head><body>'
        f"<nav><a href='/'>Home</a></nav><article><h1>Decision {number}</h1>{paragraphs}</article>"
        "<footer>Imprint</footer></body></html>"
    )
