"""What follows from an answer that is no page. Pure.

404, 410 and the like will not get better; a timeout, a 503 or a cut body may; robots.txt and
bodies that are too large end the article on purpose. Whatever the guard refuses is permanent.
"""

from __future__ import annotations

from wireroom.runtime.errors import Permanent, StageError, Transient
from wireroom.runtime.stage import Drop
from wireroom.web.client import Page
from wireroom.web.errors import Failed, WebError

DROPPED = frozenset(("robots", "too_large"))
PERMANENT = frozenset(
    (
        *("encoding", "tls_verify"),
        *("redirect_loop", "redirect_no_location", "too_many_redirects"),
    )
)
TRANSIENT = frozenset(
    (
        *("dns", "connect", "tls_handshake", "timeout_connect", "timeout_read", "timeout_total"),
        *("body_broken", "body_truncated", "encoding_broken", "protocol"),
        *("robots_unreachable", "host_busy"),
    )
)

_WALL_STATUS = frozenset((403, 429, 503))
_WALL_TITLES = (b"<title>just a moment",)


def of_error(error: WebError, host: str) -> Drop | StageError:
    """What a GET from ``host`` without an answer means for its article."""
    if error.reason in DROPPED:
        return Drop(error.reason)
    if isinstance(error, Failed) and error.reason in TRANSIENT:
        # Somebody else's turn at the host is no failure of this page.
        counts = error.reason != "host_busy"
        return Transient(error.reason, error.detail, after=error.after, counts=counts, party=host)
    return Permanent(error.reason, error.detail)


def of_status(page: Page, host: str) -> StageError | None:
    """What a status of ``host`` means; None for a page to go on with."""
    status = page.status
    if 200 <= status < 300:
        return None
    if _is_bot_wall(page):
        return Permanent("blocked_by_bot_wall", page.url)
    reason = f"http_{status}" if 300 <= status < 600 else "http_other"
    if status in (408, 429) or 500 <= status < 600:
        return Transient(reason, page.url, after=page.retry_after, party=host)
    return Permanent(reason, page.url)


def _is_bot_wall(page: Page) -> bool:
    """A challenge for browsers. Counted apart: the page exists, it is us whom they keep out."""
    if page.status not in _WALL_STATUS:
        return False
    challenged = page.headers.get("cf-mitigated", "").lower() == "challenge"
    if challenged or "x-datadome" in page.headers:
        return True
    return any(title in page.body[:4_096].lower() for title in _WALL_TITLES)
