"""Every reason word that the code can give: found by reading it, explained by the table here.

Reasons are metric labels, and what an operator sees first of a dead letter. A word without a
sentence, or a sentence whose word is gone, fails ``make lint``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, get_args

from wireroom.clean import reasons as clean
from wireroom.fetch import reasons as fetch
from wireroom.web.errors import RefusedReason

PACKAGE = Path(__file__).parents[1]

DROPS = "dropped"
DEAD = "dead"
RETRIES = "tried again, then dead"
PAUSES = "the stage pauses and tries again"
WAITS = "waits for its turn; no try is used up"
FOR_A_DAY = "waits for its host; no try is used up, dead after a day"
UNCHANGED = "unchanged"
SECURITY = "dead, of class Security"
BY_STATUS = (
    "429, and 503 with Retry-After: waits, no try is used up, dead after a day; 408 and 5xx: tried "
    "again, then dead; 404: once more if it was just announced; others: dead"
)

ENDS = {
    "Drop": DROPS,
    "Permanent": DEAD,
    "Undecodable": DEAD,
    "Transient": RETRIES,
    "Overdue": RETRIES,
    "Unavailable": PAUSES,
    "Unchanged": UNCHANGED,
    "_Died": RETRIES,
}
NO_STAGES = frozenset(("cli", "demo", "embedded", "replay.back"))
NAMED_ENDS = {
    "fetch.reasons": BY_STATUS,
    "storage.pool": PAUSES,
    "clean.reasons": DROPS,
    "replay.standing": DROPS,
}
"""What follows from a word that a variable called ``reason`` or ``REASONS`` holds, by module."""

RETURNED = frozenset(("judge", "reason_of"))
"""Functions that return reasons; what those mean is tried again, then dead."""

MEANINGS = {
    "address_refused": "The host's address is not a public one, or a rule excludes it.",
    "blocked_by_bot_wall": "The site answered with a challenge that only a browser passes.",
    "body_broken": "The connection broke in the middle of the body.",
    "body_truncated": "A compressed body ended too early.",
    "broken_avro": "The bytes are no Avro of the schema that they name.",
    "broken_json": "Begins like JSON and is none.",
    "audio": "A recording with hardly a text beside it.",
    "bug": "The handler raised what it should not; the traceback is in the dead letter.",
    "by_hand": "Somebody gave up a dead letter: `wireroom dead drop`.",
    "connect": "The host took no connection.",
    "consent_wall": "The page asks for consent and shows nothing else.",
    "dns": "The host's name has no address, or nobody told it in time.",
    "empty": "The body holds nothing.",
    "empty_page": "The page holds nothing.",
    "encoding": "The body is packed in a way that we do not know.",
    "encoding_broken": "The body is not packed as its header says.",
    "gallery": "Pictures with hardly a text beside them.",
    "host_busy": "Other pages of the same host come first, or it asked for a pause.",
    "host_down": "The host failed again and again and is left alone for a while.",
    "host_invalid": "The URL's host is no host name.",
    "host_not_public": "The URL's host is a name that only exists inside networks.",
    "html_not_zstd": "The page in the event is not packed as it has to be.",
    "html_without_url": "A page was handed in without the URL that it came from.",
    "http_*": "The site answered with this status.",
    "http_other": "The site answered with a status that does not exist.",
    "index_page": "A list of other pages.",
    "invalid_field": "A field has a value of the wrong kind; the detail names it.",
    "killed_cpu": "The page used more CPU time than a page may.",
    "killed_crash": "The process that worked on the page crashed.",
    "killed_memory": "The page used more memory than a page may.",
    "killed_wall": "The work took too long while the machine was busy with something else.",
    "live_blog": "A live blog that shows none of its entries.",
    "literal_address": "The URL names an IP address instead of a host.",
    "no_article": "The page was read, and there is no article in it; the detail says what is.",
    "not_avro": "Does not begin with 00, as Avro does in this topic.",
    "not_avro_or_json": "Begins neither with 00, as Avro does, nor with {, as JSON does.",
    "not_html": "An image, a PDF, a feed: no page.",
    "not_parked": "It lay in a retry tier without having been parked there by us.",
    "not_modified": "The page is the one that the article's row was made of.",
    "nothing_to_fetch": "The submission has neither url nor html nor text.",
    "page_too_large": "The page is larger than a parser should see.",
    "paywall": "The text is for subscribers; the page has hardly a line of it.",
    "pool_start": "No worker process could be started.",
    "port": "The URL names a port that we do not go to.",
    "postgres_conflict": "Two workers met in one row; one of them tries again.",
    "postgres_connection": "Postgres does not answer or broke the connection.",
    "postgres_disk": "Postgres has trouble with its disk.",
    "postgres_login": "Postgres refuses our user or password.",
    "postgres_no_database": "The server has no such database.",
    "postgres_other": "Postgres refused for a reason that has no word here; the log has its code.",
    "postgres_read_only": "The server takes no writes: a standby, or switched to read-only.",
    "postgres_resources": "Postgres is out of connections, memory or disk space.",
    "postgres_schema": "A table or column is missing: run `wireroom migrate`.",
    "postgres_shutdown": "Postgres is stopping or starting.",
    "postgres_timeout": "A statement took longer than its limit.",
    "protocol": "What the server sent is not HTTP as it should be.",
    "redirect_loop": "Redirects led back to where they had been.",
    "redirect_no_location": "A redirect does not say where to.",
    "redirect_to_home": "The article's address leads to a front page: it was taken down.",
    "robots": "robots.txt forbids this page.",
    "robots_unreachable": "robots.txt could not be read, and without it nothing is fetched.",
    "schema_mismatch": "The writer's schema id means another schema here.",
    "scheme": "The URL is neither http nor https.",
    "script_rendered": "The page is filled by its scripts, which we do not run.",
    "sqlstate_*": "Postgres does not take the row; the word ends in its SQLSTATE.",
    "tag_too_long": "A tag of the page is longer than a parser should see.",
    "timeout": "The handler took longer than the stage allows.",
    "timeout_connect": "The host did not take the connection in time.",
    "timeout_read": "The host stopped sending.",
    "timeout_total": "The page did not arrive within the whole time that it has.",
    "tls_handshake": "The host and we found no way to encrypt.",
    "tls_verify": "The host's certificate is not valid.",
    "too_deep": "The page is nested deeper than a parser should see.",
    "too_large": "More bytes than we take: dropped as a page, dead as an event for the next topic.",
    "too_short": "A text, but too little of it for an article.",
    "too_many_redirects": "More redirects than we follow.",
    "unencodable": "The event holds what its schema cannot, such as half a character.",
    "unknown_field": "A field that the contract does not have; the detail names the nearest.",
    "unknown_schema": "The bytes name a schema id that is not in the lock.",
    "url_ambiguous": "The URL can be read in two ways, so nobody can say where it leads.",
    "url_control_char": "The URL holds a control character.",
    "url_invalid": "The URL is none.",
    "url_too_long": "The URL is longer than we take.",
    "userinfo": "The URL holds a user name or password.",
    "video": "A video with hardly a text beside it.",
    "wrong_schema": "An event of another kind than this topic holds.",
}


class Found(NamedTuple):
    """A word, what follows from it, and the module that says it."""

    word: str
    end: str
    module: str


def found(package: Path = PACKAGE) -> set[Found]:
    """All reasons in the package. ``*`` stands for what is only known when it runs."""
    modules = {
        ".".join(path.relative_to(package).with_suffix("").parts): path
        for path in package.rglob("*.py")
    }
    return {
        entry
        for module, path in modules.items()
        if NO_STAGES.isdisjoint((module, module.partition(".")[0]))
        for entry in _of_module(path, module)
    }


def complaints(package: Path = PACKAGE) -> list[str]:
    """What is said without a sentence here, and what is explained but never said."""
    said = {entry.word: entry.module for entry in found(package)}
    return [
        *(f"{module}: reason {word!r} has no sentence in cli/reasons.py"
          for word, module in sorted(said.items()) if word not in MEANINGS),
        *(f"cli/reasons.py explains {word!r}, which nothing says"
          for word in sorted(MEANINGS.keys() - said.keys())),
    ]  # fmt: skip


def _of_module(path: Path, module: str) -> Iterator[Found]:
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[reason, *_]) if name in ENDS:
                yield from (Found(word, ENDS[name], module) for word in _words(reason))
            case ast.Call(func=ast.Name(id="Failed" | "Refused"), args=[reason, *_]):
                end_of = _gate_end if module.startswith("clean.") else _web_end
                yield from (Found(word, end_of(word), module) for word in _words(reason))
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name.strip(
                "_"
            ).lower() in ("reason", "reasons", "by_hand"):
                end = NAMED_ENDS.get(module, DEAD)
                yield from (Found(word, end, module) for word in _words(value))
            case ast.FunctionDef(name=name) if name in RETURNED:
                returns = (n.value for n in ast.walk(node) if isinstance(n, ast.Return))
                words = {word for value in returns if value for word in _words(value)}
                yield from (Found(word, RETRIES, module) for word in words)


def _words(value: ast.expr) -> Iterator[str]:
    """The strings that an expression may come out as; of a mapping, its values."""
    match value:
        case ast.Constant(value=str(word)):
            yield word
        case ast.JoinedStr(values=parts):
            yield "".join(str(p.value) if isinstance(p, ast.Constant) else "*" for p in parts)
        case ast.Dict(values=parts) | ast.BoolOp(values=parts):
            for part in parts:
                yield from _words(part)
        case ast.IfExp(body=one, orelse=other):
            yield from _words(one)
            yield from _words(other)
        case ast.Call(func=ast.Attribute(attr="get"), args=[_, default]):
            yield from _words(default)


def _web_end(word: str) -> str:
    """As the fetch stage has it."""
    if word == fetch.TURN:
        return WAITS
    if word in fetch.WAITS:
        return FOR_A_DAY
    if word in get_args(RefusedReason):
        return SECURITY
    if word in fetch.DROPPED:
        return DROPS
    return RETRIES if word in fetch.TRANSIENT else DEAD


def _gate_end(word: str) -> str:
    return DROPS if word in clean.DROPPED else DEAD
