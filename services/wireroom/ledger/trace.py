"""The biography of one article, as lines to print. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

Row: TypeAlias = Mapping[str, Any]


def subject(found: Row) -> list[tuple[str, str]]:
    """Label and text of what is known of the article: where from, what it was taken for, why."""
    article = found["article"]
    if article is None:
        return [("article", _known_id(found) or "—"), ("row", "none in the database")]
    shown = [
        ("title", article["title"] or "(no title)"),
        ("article", article["article_id"]),
        ("url", article["url"] or "—"),
    ]
    if (canonical := article["canonical_url"]) and canonical != article["url"]:
        shown.append(("canonical", canonical))
    shown += [("alias", url) for url in article["aliases"] if url != canonical]
    return [*shown, *_decided(article), *_related(article), *_removed(article["removed"])]


def standing(submission: Row, now: datetime) -> str:
    """Where one submission is, in a sentence."""
    said = [word for word in (submission["stage"], submission["reason"]) if word]
    state = f"{submission['state']}({', '.join(said)})" if said else submission["state"]
    if submission["state"] == "parked":
        left = (submission["since"] - now).total_seconds()
        when = f"in {left:.0f} s" if left > 0 else f"due for {-left:.0f} s"
        state += f" until {submission['since']:%Y-%m-%d %H:%M:%S}, {when}"
    if submission["state"] == "dead":
        state += f"; `wireroom dead list --stage {submission['stage']}` has the letter"
    if not submission["intake"]:
        state += "; its record in the intake was not seen"
    return state


def origin(submission: Row) -> str:
    """When and from whom it came."""
    by = submission["submitted_by"]
    words = [
        f"accepted {submission['accepted_at']:%Y-%m-%d %H:%M:%S}",
        f"by {by}" if by else "",
        submission["lane"] if submission["lane"] not in (None, "live") else "",
        "probe" if submission["probe"] else "",
    ]
    return ", ".join(word for word in words if word)


HOP_COLUMNS = ("time", "stage", "what", "try", "waited", "worked", "record", "version")


def hops(submission: Row) -> Iterator[tuple[str, ...]]:
    """One row per line of the journal."""
    for hop in submission["hops"]:
        what = f"{hop['event']} {hop['reason']}" if hop["reason"] else hop["event"]
        if hop["detail"]:
            what += f": {hop['detail']}"
        if hop["until"] is not None:
            what += f" until {hop['until']:%H:%M:%S}"
        yield (
            f"{hop['at'].astimezone(UTC):%H:%M:%S.%f}"[:-3],
            hop["stage"],
            what,
            str(hop["attempt"]),
            _duration(hop["waited_ms"]),
            _duration(hop["worked_ms"]),
            f"{hop['topic']}/{hop['partition']}/{hop['offset']}",
            hop["versions"].get(hop["stage"], ""),
        )


def _decided(article: Row) -> Iterator[tuple[str, str]]:
    confidence = article["language_confidence"]
    yield "language", f"{article['language']} {confidence:.2f}, by {article['language_source']}"
    for one in article["subjects"]:
        evidence = ", ".join(one.get("evidence", ()))
        yield (
            "topic",
            f"{one['name']} {one['confidence']:.2f}" + (f": {evidence}" if evidence else ""),
        )
    if article["subjects_missing"]:
        yield "topic", f"none: {article['subjects_missing']}"
    if article["provenance"]:
        yield (
            "fields",
            ", ".join(f"{name} from {how}" for name, how in article["provenance"].items()),
        )


def _related(article: Row) -> Iterator[tuple[str, str]]:
    if article["duplicate_of"]:
        yield "copy of", article["duplicate_of"]
    for copy in article["copies"]:
        yield "copied by", f"{copy['article_id']} {copy['url'] or ''}".rstrip()
    if article["revision"] > 1:
        times = ", ".join(one["replaced_at"][:16].replace("T", " ") for one in article["revisions"])
        yield "revision", f"{article['revision']}; replaced {times}"


def _removed(removed: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """By rule, in the order in which the rules first took something out."""
    lengths: dict[str, list[int]] = {}
    for one in removed:
        lengths.setdefault(one["rule"], []).append(one["length"])
    for rule, taken in lengths.items():
        times = f" in {len(taken)} places" if len(taken) > 1 else ""
        yield "removed", f"{rule}: {sum(taken):,} characters{times}"


def _known_id(found: Row) -> str | None:
    return next((one["article_id"] for one in found["submissions"] if one["article_id"]), None)


def _duration(milliseconds: float) -> str:
    if milliseconds < 10_000:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1000:.0f} s"
