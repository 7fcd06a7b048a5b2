"""What several sources say of one fact, and which of them is believed.

Sources are words from a short list: ``jsonld``, ``meta``, ``h1``, ``title``, ``microdata``,
``byline``, ``data`` (values in scripts), ``time``, ``url``, ``link``, ``html``, ``text``,
``htmldate``, ``feed``, ``trailer``, ``hint``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

MOST_LOSERS = 3  # of one fact; more would be a copy of the page
LONGEST_SHOWN = 200  # characters of a value that is kept as evidence
SUREST = 0.99

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Claim:
    """One value that was on offer for ``field``; ``confidence`` from 0 to 1."""

    field: str
    value: str
    source: str
    confidence: float
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """A value, who says it, and how far such a source is trusted alone: set by hand, 0 to 1."""

    value: T
    source: str
    trust: float


@dataclass(frozen=True, slots=True)
class Settled(Generic[T]):
    """The value that is believed, if any, and every claim, the chosen one first."""

    best: Told[T] | None
    claims: tuple[Claim, ...]


def settle(
    field: str,
    offers: Iterable[Told[T]],
    same: Callable[[T, T], bool],
    show: Callable[[T], str],
) -> Settled[T]:
    """Those that say the same stand together: the group that is least likely all wrong wins.

    Of the winning group the most trusted member is taken, of equals the first. Two members
    from one source count once, because they are usually filled by the same template.
    """
    groups: list[list[Told[T]]] = []
    for offer in offers:
        group = next((g for g in groups if same(g[0].value, offer.value)), None)
        if group is None:
            groups.append([offer])
        else:
            group.append(offer)
    if not groups:
        return Settled(None, ())
    ranked = sorted(groups, key=sure, reverse=True)
    heads = [(max(group, key=lambda told: told.trust), sure(group)) for group in ranked]
    claims = tuple(
        claim(field, show(head.value), head.source, confidence, chosen=place == 0)
        for place, (head, confidence) in enumerate(heads[: 1 + MOST_LOSERS])
    )
    return Settled(heads[0][0], claims)


def sure(group: Sequence[Told[T]]) -> float:
    """How sure several agreeing sources are, taken as independent of each other."""
    by_source: dict[str, float] = {}
    for told in group:
        by_source[told.source] = max(told.trust, by_source.get(told.source, 0.0))
    wrong = 1.0
    for trust in by_source.values():
        wrong *= 1.0 - trust
    return min(SUREST, 1.0 - wrong)


def claim(field: str, value: str, source: str, confidence: float, *, chosen: bool = True) -> Claim:
    """A claim within the bounds of what is kept."""
    return Claim(field, value[:LONGEST_SHOWN], source, round(confidence, 2), chosen)
