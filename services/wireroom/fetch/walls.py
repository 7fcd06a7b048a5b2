"""Answers that keep programs out. Pure.

A bot wall is an answer that a vendor of such walls gives instead of the page, known by what only
that vendor's challenge or refusal says. A vendor's header alone says little: it stands on the
pages that the vendor lets through as well. So a wall needs a status or a size too.
"""

from __future__ import annotations

from wireroom.web.client import Page

_STATUS = frozenset((401, 403, 405, 429, 503))
_LOOKED_AT = 65_536
_LARGEST_CHALLENGE = 20_000
"""Bytes of an answer with status 2xx that may be a wall; an article with its page is larger."""

# Each line: all of it, in lower case, is in a body of that vendor's wall and in no other.
_MARKS: tuple[tuple[bytes, ...], ...] = (
    (b"<title>just a moment",),  # Cloudflare, challenge
    (b"_cf_chl_opt",),
    (b"<title>attention required! | cloudflare",),  # Cloudflare, block
    (b"captcha-delivery.com",),  # DataDome
    (b"<title>access denied", b"you don't have permission to access", b"reference"),  # Akamai
    (b"_pxappid", b"px-captcha"),  # PerimeterX, now HUMAN
    (b"captcha.px-cdn.net",),
    (b"incapsula incident id",),  # Imperva
    (b"awswafintegration",),  # AWS WAF
    (b".awswaf.com/",),
    (b"/.well-known/ddos-guard/",),  # DDoS-Guard
    (b"<title>ddos-guard",),
    (b"<title>sucuri website firewall",),
    (b"window.kpsdk",),  # Kasada
    (b"<title>vercel security checkpoint",),
)
# As above, for answers that say 200: the marks of a refusal, not of a script that watches.
_MARKS_WITH_200: tuple[tuple[bytes, ...], ...] = (
    (b"<title>just a moment", b"_cf_chl_opt"),
    (b"request unsuccessful. incapsula incident id",),
    (b"/.within.website/x/cmd/anubis/", b"not a bot"),
)


def is_bot_wall(page: Page) -> bool:
    """A challenge or a refusal for programs: the page exists, it is us whom they keep out."""
    if 200 <= page.status < 300:
        if len(page.body) > _LARGEST_CHALLENGE:
            return False
        return _waf_action(page) or _has(_MARKS_WITH_200, page.body)
    if page.status not in _STATUS:
        return False
    return _said_in_headers(page) or _has(_MARKS, page.body)


def _said_in_headers(page: Page) -> bool:
    """What only a refused request is told."""
    return (
        page.headers.get("cf-mitigated", "").lower() == "challenge"
        or "x-datadome" in page.headers
        or page.headers.get("x-vercel-mitigated", "").lower() in ("challenge", "deny")
        or _waf_action(page)
    )


def _waf_action(page: Page) -> bool:
    """AWS WAF answers 202 with a script for a challenge and 405 for a captcha."""
    action = page.headers.get("x-amzn-waf-action", "").lower()
    return page.status in (202, 405) and action in ("challenge", "captcha")


def _has(marks: tuple[tuple[bytes, ...], ...], body: bytes) -> bool:
    lower = body[:_LOOKED_AT].lower()
    return any(all(part in lower for part in mark) for mark in marks)
