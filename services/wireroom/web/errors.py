"""How a GET ends when it does not end in a page.

* WebError
  - Refused   we do not go there: the URL or the address behind it breaks a rule of safety
  - Failed    we went, or wanted to, and there is no page

The reasons are closed sets, so that whoever maps them to outcomes can prove that none is missing.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

RefusedReason: TypeAlias = Literal[
    "address_refused",
    "host_invalid",
    "host_not_public",
    "literal_address",
    "port",
    "scheme",
    "url_ambiguous",
    "url_control_char",
    "url_invalid",
    "url_too_long",
    "userinfo",
]
FailedReason: TypeAlias = Literal[
    "body_broken",
    "body_truncated",
    "connect",
    "dns",
    "encoding",
    "encoding_broken",
    "host_busy",
    "host_down",
    "protocol",
    "redirect_loop",
    "redirect_no_location",
    "robots",
    "robots_unreachable",
    "timeout_connect",
    "timeout_read",
    "timeout_total",
    "tls_handshake",
    "tls_verify",
    "too_large",
    "too_many_redirects",
]


class WebError(Exception):
    """There is no page. ``reason`` is a countable word, ``detail`` is for people."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Refused(WebError):
    """Never to be tried again: the guard said no."""

    def __init__(self, reason: RefusedReason, detail: str = "") -> None:
        super().__init__(reason, detail)


class Failed(WebError):
    """No page; not before ``after`` seconds again, where that is known."""

    def __init__(self, reason: FailedReason, detail: str = "", *, after: float = 0.0) -> None:
        super().__init__(reason, detail)
        self.after = after
