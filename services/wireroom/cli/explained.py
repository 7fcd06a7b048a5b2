"""What ``explain`` prints: the facts with those that lost, the text, and what is not in it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from wireroom.clean.account import Account, breaks
from wireroom.clean.extracted import LeftOut, Removed, evidence
from wireroom.cli.drawn import drawn, kinds, marked
from wireroom.cli.rules import meaning
from wireroom.ledger import trace as biography

PIPED = 120  # columns where there is no screen to fit on
LONGEST_VALUE = 100  # characters of a value in the table of facts
MOST_OF_CAUSE = 6  # blocks that are shown of those left out for one cause
MAIN = ("title", "authors", "published_at", "source", "canonical_url")
BY = {
    "dom": "by the classifier of blocks",
    "fallback": "by the other extractor, since the classifier was not sure",
    "jsonld": "from the page's data for machines, since it shows no text",
    "text": "as it was handed in",
}

HEAD, KEPT, LEFT, ASIDE = "bold", "green", "red", "dim"


def console() -> Console:
    """As wide as the screen; piped, as wide as lines are read. NO_COLOR is rich's to obey."""
    found = Console(highlight=False)
    is_told = found.is_terminal or "COLUMNS" in os.environ
    return found if is_told else Console(highlight=False, width=PIPED)


def print_account(out: Console, account: Account, where: str) -> None:
    """Of content that was read just now."""
    found = account.extracted
    _title(out, found.title, f"{account.form}  {where}")
    if account.none is not None:
        say(out, f"No article: {account.none.reason}, {account.none.detail}", LEFT)
    _facts(out, [asdict(one) for one in evidence(found)])
    _text(out, account)
    print_beside(out, account)


def print_row(out: Console, row: Mapping[str, Any], account: Account | None, note: str) -> None:
    """Of a stored article, ``row`` as ``reading.show`` gives it."""
    where = row["url"] or row["canonical_url"] or row["article_id"]
    _title(out, row["title"], f"{row['details'].get('kind', 'article')}  {where}")
    told = row["evidence"] or [
        {"field": name, "value": _shown(row.get(name)), "source": source}
        for name, source in row["provenance"].items()
    ]
    _facts(out, told)
    if note:
        say(out, note)
    if account is not None and account.extracted.text == row["text"]:
        _text(out, account)
    else:
        _lines(out, row["text"], row["blocks"], row["provenance"].get("text", ""))
        _spans(out, [Removed(span["rule"], span["at"], span["length"]) for span in row["removed"]])
    if account is not None:
        print_beside(out, account)
    _made(out, row)


def print_end(
    out: Console, what: str, submission: Mapping[str, Any], meanings: Mapping[str, str]
) -> None:
    """Of what has no row: where its way ended, and what that means."""
    reason = submission["reason"]
    state = f"{submission['state']}({reason})" if reason else submission["state"]
    out.print(Text(f"{what}: {state}", style=f"{HEAD} {LEFT}"))
    out.print(Text(biography.origin(submission), style=ASIDE))
    if reason in meanings:
        out.print(Text(meanings[reason]))
    details = [hop["detail"] for hop in submission["hops"] if hop["detail"]]
    say(out, details[-1] if details else "")


def say(out: Console, sentence: str, style: str = "italic") -> None:
    if sentence:
        out.print(Text(sentence, style=style))
        out.print()


def print_beside(out: Console, account: Account) -> None:
    """What stood beside the text: headlines of others, and blocks that were left out."""
    found = account.extracted
    if found.headlines:
        _head(out, "Headlines beside it", f"{len(found.headlines)}")
        for headline in found.headlines:
            out.print(Text(f"  {headline.language:<4}{headline.text}", style=ASIDE))
        out.print()
    if found.left_out:
        _left_out(out, found.left_out, found.left_out_more)


def _title(out: Console, title: str | None, where: str) -> None:
    out.print(Text(title or "(no title)", style=HEAD))
    out.print(Text(where, style=ASIDE))
    out.print()


def _head(out: Console, title: str, aside: str = "") -> None:
    out.print(Text.assemble((title, HEAD), (f"  {aside}", ASIDE)))


def _facts(out: Console, claims: Sequence[Mapping[str, Any]]) -> None:
    """A line for each fact, and below it in grey the values that lost."""
    table = _table("fact", "value", "source", "sure")
    told = {one["field"] for one in claims if one.get("chosen", True)}
    rows = [one for one in claims if one["field"] != "headlines"]
    rows += [{"field": name, "value": "—", "source": "nobody"} for name in MAIN if name not in told]
    for one in sorted(rows, key=_order):
        chosen, sure = one.get("chosen", True), one.get("confidence")
        value = ("" if chosen else "not: ") + one["value"][:LONGEST_VALUE]
        name, shown = one["field"] if chosen else "", f"{sure:.2f}" if sure else ""
        style = "" if chosen and shown else ASIDE
        table.add_row(*(Text(cell, style=style) for cell in (name, value, one["source"], shown)))
    out.print(table)
    out.print()


def _order(claim: Mapping[str, Any]) -> tuple[int, str, bool]:
    name = claim["field"]
    return (MAIN.index(name) if name in MAIN else len(MAIN), name, not claim.get("chosen", True))


def _text(out: Console, account: Account) -> None:
    """Before, with what goes out in red and the rule behind it; then after."""
    found = account.extracted
    starts = list(breaks(account)) if account.form != "page" else []
    if found.removed or starts:
        _head(out, "Before", _sum(account, len(starts)))
        out.print(marked(account.before, [(r.at, r.length, r.rule) for r in found.removed], starts))
        out.print()
        _spans(out, found.removed)
    _lines(
        out,
        found.text,
        [{"kind": p.kind, "level": p.level, "lines": 1 + p.text.count("\n")} for p in found.blocks],
        found.provenance.get("text", ""),
    )


def _sum(account: Account, starts: int) -> str:
    removed = account.extracted.removed
    parts = [f"{len(account.before):,} characters"]
    if removed:
        size = sum(span.length for span in removed)
        parts.append(f"{_count(len(removed), 'span')} with {size:,} of them out")
    if starts:
        parts.append(f"{_count(starts, 'lost break')} put back (¶)")
    return "; ".join(parts)


def _lines(out: Console, text: str, blocks: Iterable[Mapping[str, Any]], by: str) -> None:
    if not text:
        _head(out, "After", "no text\n")
        return
    lines = list(kinds(text, blocks))
    counts = Counter(f"h{level}" if level else kind for kind, level, _ in lines)
    of = ", ".join(f"{count} × {name}" for name, count in counts.most_common())
    _head(out, "After", "; ".join(filter(None, (f"{len(text):,} characters", of, BY.get(by, by)))))
    table = Table.grid(padding=(0, 2, 0, 0))
    for kind, level, line in lines:
        name = f"h{level}" if level else kind
        table.add_row(Text(f"+ {name}", style=KEPT), drawn(kind, line))
    out.print(table)
    out.print()


def _spans(out: Console, removed: Sequence[Removed]) -> None:
    """What went out, by rule."""
    if not removed:
        return
    table = _table("removed by", "spans", "chars", "what it is")
    for rule in dict.fromkeys(span.rule for span in removed):
        found = [span.length for span in removed if span.rule == rule]
        sizes = (len(found), sum(found))
        table.add_row(Text(rule, style=LEFT), *map(str, sizes), Text(meaning(rule), style=ASIDE))
    out.print(table)
    out.print()


def _left_out(out: Console, gone: Sequence[LeftOut], more: int) -> None:
    """Blocks of the page by cause, the largest cause first; of each its longest blocks."""
    size = sum(one.length for one in gone)
    smaller = f"; {_count(more, 'smaller one')}" if more else ""
    _head(out, "Left out", f"{_count(len(gone), 'block')}, {size:,} characters{smaller}")
    by_cause: dict[str, list[LeftOut]] = {}
    for one in gone:
        by_cause.setdefault(one.cause, []).append(one)
    for cause in sorted(by_cause, key=lambda name: -sum(one.length for one in by_cause[name])):
        found = by_cause[cause]
        chars = sum(one.length for one in found)
        counted = f"{_count(len(found), 'block')}, {chars:,} characters"
        aside = "; ".join(filter(None, (counted, meaning(cause))))
        out.print(Text.assemble((f"- {cause}", LEFT), (f"  {aside}", ASIDE)))
        for one in sorted(found, key=lambda one: -one.length)[:MOST_OF_CAUSE]:
            start = one.start + ("…" if one.length > len(one.start) else "")
            out.print(Text(f"    {one.score:.2f}  {start}", style=ASIDE))
        if len(found) > MOST_OF_CAUSE:
            out.print(Text(f"          and {len(found) - MOST_OF_CAUSE} more", style=ASIDE))
    out.print()


def _made(out: Console, row: Mapping[str, Any]) -> None:
    table = Table.grid(padding=(0, 2))
    done = "  ".join(f"{stage} {version}" for stage, version in row["versions"].items())
    table.add_row("made by", Text(done))
    details = {k: v for k, v in row["details"].items() if k != "kind"}
    table.add_row("details", Text("  ".join(f"{k}={_shown(v)}" for k, v in details.items()) or "—"))
    table.add_row("revision", Text(str(row["revision"])))
    for old in row["revisions"]:
        until = f"{old['replaced_at']:%Y-%m-%d %H:%M}"
        words = f"{old['revision']} until {until}  {old['title'] or '—'}"
        table.add_row("before", Text(words, style=ASIDE))
    out.print(table)


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, padding=(0, 2, 0, 0))


def _count(number: int, of: str) -> str:
    return f"{number:,} {of}" if number == 1 else f"{number:,} {of}s"


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value) if value is not None else "—"
