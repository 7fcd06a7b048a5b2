"""How well pages and texts are read, without their names: by source of the body, kind and lack."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from prometheus_client import CollectorRegistry, Counter, Histogram

from wireroom.clean.extracted import Extracted
from wireroom.clean.reasons import NoArticle

Seen: TypeAlias = Callable[[Extracted | NoArticle], None]
"""Told of each page and text that was read, but not of probes."""

CHARS = (250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000)
SYNDICATED = "syndicated"


class CleanMetrics:
    """What clean counts."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, doc: str, *labels: str) -> Counter:
            return Counter(f"wireroom_clean_{name}", doc, labels, registry=registry)

        self.bodies = counter(
            "bodies_total",
            "Pages and texts by where the body came from: dom, fallback (the other extractor), "
            "jsonld, syndicated (a text that was handed in), none (no article). Without probes.",
            "kind",
        )
        self.kinds = counter(
            "kinds_total",
            "Articles by what they are: article, live_blog, gallery, video, audio, list.",
            "kind",
        )
        self.missing = counter(
            "missing_total",
            "Articles of pages that say no title, authors or date; body: hardly any text. What "
            "their senders knew does not count.",
            "kind",
        )
        # From the start at 0, so that a first time can be told from a missing worker.
        for kind in ("dom", "fallback", "jsonld", SYNDICATED, "none"):
            self.bodies.labels(kind)
        for kind in ("title", "authors", "date", "body"):
            self.missing.labels(kind)
        self.conflicts = counter(
            "language_conflicts_total",
            "Articles whose text is in another language than their page says.",
        )
        self.left_out = counter(
            "left_out_total", "Blocks of pages that are not in the article, by cause.", "kind"
        )
        self.chars = Histogram(
            "wireroom_clean_text_chars",
            "Characters of an article's text.",
            registry=registry,
            buckets=CHARS,
        )

    def seen(self, found: Extracted | NoArticle) -> None:
        """One page or text has been read; before anything a sender knew is added."""
        if isinstance(found, NoArticle):
            self.bodies.labels("none").inc()
            return
        by = found.provenance.get("text", "none")
        is_page = by != "text"
        self.bodies.labels(by if is_page else SYNDICATED).inc()
        self.kinds.labels(found.kind).inc()
        self.chars.observe(len(found.text))
        self.conflicts.inc(found.language_conflict)
        for one in found.left_out:
            self.left_out.labels(one.cause).inc()
        if is_page:
            for name in lacking(found):
                self.missing.labels(name).inc()


def lacking(found: Extracted) -> list[str]:
    """Which of title, authors, date and body an article has not."""
    there = {
        "title": found.title,
        "authors": found.authors,
        "date": found.published_at,
        "body": found.body_missing is None,
    }
    return [name for name, value in there.items() if not value]


def unseen(found: Extracted | NoArticle) -> None:
    """For a stage that nobody watches."""
