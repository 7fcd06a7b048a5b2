"""What follows from an answer that is no page. Pure.

404, 410 and the like will not get better; a timeout, a 503 or a cut body may; robots.txt and
bodies that are too large end the article on purpose. Whatever the guard refuses is ``Security``:
never tried again, and told apart from what a site refuses.
"""

from __future__ import annotations

from wireroom import urls
from wireroom.fetch.walls import is_bot_wall
from wireroom.runtime.errors import Later, Permanent, StageError, Transient
from wireroom.runtime.stage import Drop
from wireroom.web.client import Page
from wireroom.web.errors import Failed, Refused, WebError

DROPPED = frozenset(("robots", "too_large"))
PERMANENT = frozenset(
    (
        *("encoding", "tls_verify"),
        *("redirect_loop", "redirect_no_location", "too_many_redirects"),
    )
)
WAITS = frozenset(("host_down", "robots_unreachable"))
"""The host's failure, not the page's: no try is used up, but after a day it is over."""
TRANSIENT = WAITS | frozenset(
    (
        *("dns", "connect", "tls_handshake", "timeout_connect", "timeout_read", "timeout_total"),
        *("body_broken", "body_truncated", "encoding_broken", "protocol"),
    )
)
TURN = "host_busy"
"""Nobody's failure, and without end: the pages of a large host may take days."""

PAUSE = 60.0
"""Seconds to wait for who asks for a pause and does not say for how long."""
LATE = 600.0
"""Seconds in which an article may be announced before it is there: feeds are quicker than sites."""


class Security(Permanent):
    """The URL, or the address behind it, breaks a rule of safety."""


def of_error(error: WebError, url: str) -> Drop | StageError:
    """What a GET of ``url`` without an answer means for its article."""
    if error.reason in DROPPED:
        return Drop(error.reason)
    if isinstance(error, Failed) and error.reason == TURN:
        return Later(error.reason, error.detail, after=error.after or PAUSE)
    if isinstance(error, Failed) and error.reason in TRANSIENT:
        waits = error.reason in WAITS
        after = error.after or PAUSE if waits else error.after
        return Transient(
            error.reason, error.detail, after=after, counts=not waits, party=_host(url)
        )
    if isinstance(error, Refused):
        return Security(error.reason, error.detail)
    return Permanent(error.reason, error.detail)


def of_status(page: Page, age: float) -> StageError | None:
    """What a status means; None for a page to go on with.

    ``age``: seconds since the article was handed in; infinite where nobody knows.
    """
    status = page.status
    if is_bot_wall(page):
        return Permanent("blocked_by_bot_wall", page.url)
    if 200 <= status < 300:
        return None
    host = _host(page.url)
    reason = f"http_{status}" if 300 <= status < 600 else "http_other"
    if status == 404 and age < LATE:
        return Transient(reason, page.url, after=LATE, party=host)
    if status == 429 or (status == 503 and page.retry_after):
        after = page.retry_after or PAUSE
        return Transient(reason, page.url, after=after, counts=False, party=host)
    if status == 408 or 500 <= status < 600:
        return Transient(reason, page.url, after=page.retry_after, party=host)
    return Permanent(reason, page.url)


def _host(url: str) -> str:
    """Empty for what is no URL; why that is so, the error says."""
    try:
        return urls.host(url)
    except ValueError:
        return ""
