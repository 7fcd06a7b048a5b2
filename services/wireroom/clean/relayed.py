"""Pages of those who have taken an article from elsewhere: its trailer stands in their text.

Only a page that names its source *and* one more fact the way syndicators do is read as such; all
others stay as they are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from wireroom.clean import beside
from wireroom.clean.beside import Line
from wireroom.clean.body import Body
from wireroom.clean.evidence import MOST_LOSERS, Claim, claim
from wireroom.clean.extracted import Extracted, Part, Removed, shown
from wireroom.clean.lines import Label, url_in
from wireroom.clean.syndicated import article_of
from wireroom.clean.trailer import Parts, trailer

FACTS = frozenset(("source", "author", "date", "rights", "appeared"))
SURE = 0.95  # the trailer names the original, and by that it is right about itself
WINS = ("authors", "published_at", "canonical_url", "source", "copyright_notice")
"""What a trailer says of the article itself; what the page says is of its copy."""


@dataclass(frozen=True, slots=True)
class Relayed:
    """``parts``: the body without the trailer. ``said``: what the trailer says."""

    parts: tuple[Part, ...]
    said: Extracted
    has_no_author: bool
    """The trailer has a place for the author, and it is empty."""


def read(body: Body, url: str) -> Relayed | None:
    """The article in a page's body, taken apart; None where there is no trailer."""
    if not body.parts or not beside.are_likely(body):
        return None
    lines = list(beside.lines(body, url))
    if len(beside.kinds(lines) & FACTS) < 2:
        return None
    parts = trailer([line.text for line in lines])
    if not _is_trailer(parts.labels):
        return None
    places = _Places(lines)
    kept = tuple(places.kept(parts))
    if not kept:
        return None
    said = replace(article_of(parts), removed=tuple(places.removed(parts)))
    is_empty = any(label.kind == "author" and not label.value for label in parts.labels)
    return Relayed(kept, said, has_no_author=is_empty and not said.authors)


def merged(page: Extracted, relayed: Relayed) -> Extracted:
    """The page's facts, where the trailer has none; what the page said otherwise has lost."""
    said = relayed.said
    won = [name for name in WINS if getattr(said, name)]
    lost = {*won, *(("authors",) if relayed.has_no_author else ())}
    values = {name: getattr(said, name) for name in lost}
    if "published_at" in won:
        values |= {n: getattr(said, n) for n in ("published_offset", "zone_assumed")}
    ours, theirs = page.canonical_url, said.canonical_url
    provenance = {name: by for name, by in page.provenance.items() if name not in lost}
    return replace(
        page,
        **values,
        headlines=said.headlines,
        removed=said.removed,
        aliases=(*page.aliases, *((ours,) if ours and theirs and ours != theirs else ())),
        provenance={**provenance, **{n: by for n, by in said.provenance.items() if n != "text"}},
        claims=_claims(page.claims, {name: getattr(said, name) for name in won}, lost),
    )


def _claims(
    claims: Sequence[Claim], won: Mapping[str, object], lost: set[str]
) -> tuple[Claim, ...]:
    kept, losers = [], dict.fromkeys(lost, 0)
    for one in claims:
        if one.field in lost:
            losers[one.field] += 1
            if losers[one.field] > MOST_LOSERS:
                continue
            one = replace(one, chosen=False)
        kept.append(one)
    told = (claim(name, shown(value), "trailer", SURE) for name, value in won.items())
    return (*told, *kept)


def _is_trailer(labels: Sequence[Label]) -> bool:
    """A source with its address and one more fact; a mere name of a source needs two more."""
    kinds = {label.kind for label in labels} & FACTS
    if "appeared" in kinds or any(
        label.kind == "source" and url_in(label.value) for label in labels
    ):
        return len(kinds) >= 2
    return {"source", "author", "date"} <= kinds


class _Places:
    """Where lines begin: in what was taken apart, and in the body alone."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.starts: list[int] = []
        self.in_body: list[int] = []
        at = own = 0
        for line in lines:
            self.starts.append(at)
            self.in_body.append(own)
            at += len(line.text) + 1
            own += len(line.part.text) + 1 if line.part is not None else 0

    def at(self, offset: int) -> int:
        """Number of the line that an offset lies in."""
        return bisect_right(self.starts, offset) - 1

    def kept(self, parts: Parts) -> Iterator[Part]:
        for span in parts.body:
            if (part := self.lines[self.at(span.at)].part) is not None:
                yield replace(part, text=span.text)

    def removed(self, parts: Parts) -> Iterator[Removed]:
        """What is out of the body; what was not in it is among what was left out."""
        for rule, span in sorted(parts.removed, key=lambda found: found[1].at):
            first, last = self.at(span.at), self.at(span.at + len(span.text) - 1)
            own = [n for n in range(first, last + 1) if self.lines[n].part is not None]
            if own:
                start = self._place(own[0], span.at)
                yield Removed(rule, start, self._place(own[-1], span.at + len(span.text)) - start)

    def _place(self, number: int, offset: int) -> int:
        """An offset in the body, within the line of that number."""
        part = self.lines[number].part
        within = max(0, offset - self.starts[number])
        return self.in_body[number] + min(within, len(part.text) if part is not None else 0)
