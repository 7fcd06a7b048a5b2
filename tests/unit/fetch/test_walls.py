"""Walls of every vendor that we know, and the pages that only look like one."""

from __future__ import annotations

import pytest

from wireroom.fetch.reasons import of_status
from wireroom.fetch.walls import is_bot_wall
from wireroom.web.client import Page

URL = "https://paper.test/2026/harbour"
NONE: dict[str, str] = {}
ARTICLE = "<title>Harbour opens</title><article>" + "<p>The harbour opens again.</p>" * 900


def answer(status: int, headers: dict[str, str], body: str) -> Page:
    return Page(URL, status, headers, body.encode())


WALLS = {
    "cloudflare by header": (403, {"cf-mitigated": "challenge"}, ""),
    "cloudflare by title": (503, NONE, "<html><title>Just a moment...</title>"),
    "cloudflare by script": (403, NONE, "<script>window._cf_chl_opt = {}</script>"),
    "cloudflare block": (403, NONE, "<title>Attention Required! | Cloudflare</title>"),
    "cloudflare with 200": (200, NONE, "<title>Just a moment...</title><script>_cf_chl_opt="),
    "datadome by header": (403, {"x-datadome": "protected"}, ""),
    "datadome by script": (401, NONE, '<script src="https://ct.captcha-delivery.com/c.js">'),
    "akamai": (
        403,
        {"server": "AkamaiGHost"},
        "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You don't have"
        " permission to access this page on this server.<P>Reference&#32;&#35;18&#46;2f</BODY>",
    ),
    "perimeterx": (403, NONE, "<script>window._pxAppId = 'x'</script><div id='px-captcha'></div>"),
    "perimeterx by host": (429, NONE, '<script src="//captcha.px-cdn.net/x/captcha.js">'),
    "imperva": (403, {"x-iinfo": "1"}, "Request unsuccessful. Incapsula incident ID: 44-1"),
    "imperva with 200": (200, NONE, "<iframe>Request unsuccessful. Incapsula incident ID: 44-1"),
    "aws challenge": (202, {"x-amzn-waf-action": "challenge"}, "<script>"),
    "aws captcha": (405, {"x-amzn-waf-action": "captcha"}, "<title>Human Verification</title>"),
    "aws by script": (403, NONE, "<script>AwsWafIntegration.saveReferrer()</script>"),
    "ddos-guard": (403, {"server": "ddos-guard"}, '<script src="/.well-known/ddos-guard/js"></script>'),
    "ddos-guard by title": (503, NONE, "<title>DDoS-Guard</title>"),
    "sucuri": (403, NONE, "<title>Sucuri WebSite Firewall - Access Denied</title>"),
    "kasada": (429, NONE, "<script>window.KPSDK={};</script>"),
    "vercel by header": (429, {"x-vercel-mitigated": "challenge"}, ""),
    "vercel by title": (429, NONE, "<title>Vercel Security Checkpoint</title>"),
    "anubis": (200, NONE, "<title>Making sure you're not a bot!</title>"
               '<link href="/.within.website/x/cmd/anubis/static/x.css">'),
}  # fmt: skip
NO_WALLS = {
    "a plain 403": (403, NONE, "<title>403 Forbidden</title><h1>nginx"),
    "behind cloudflare": (403, {"server": "cloudflare", "cf-ray": "1"}, "<title>Forbidden</title>"),
    "cloudflare's own trouble": (503, {"server": "cloudflare"}, "<title>Origin down</title>"),
    "akamai's server alone": (403, {"server": "AkamaiGHost"}, "<title>Access Denied</title>"),
    "imperva's header alone": (403, {"x-cdn": "Imperva", "x-iinfo": "1"}, "<h1>Subscribers only"),
    "datadome lets through": (200, {"x-datadome": "protected"}, ARTICLE),
    "cf-mitigated on a page": (200, {"cf-mitigated": "challenge"}, ARTICLE),
    "incapsula's script on a page": (200, NONE, '<script src="/_Incapsula_Resource?a=1"></script>'),
    "px script on a page": (200, NONE, "<script>window._pxAppId = 'x'</script><p>Story"),
    "a story about a moment": (200, NONE, "<title>Just a moment of silence</title><p>Story"),
    "a story that quotes a wall": (200, NONE, ARTICLE + "Request unsuccessful. Incapsula incident ID"),
    "aws lets through": (200, {"x-amzn-waf-action": "challenge"}, ARTICLE),
    "gone": (404, {"x-datadome": "protected"}, "<title>Just a moment"),
    "an error page": (500, NONE, "<title>Just a moment"),
}  # fmt: skip


@pytest.mark.parametrize("name", WALLS)
def test_a_wall_is_not_counted_as_the_site_s_refusal(name: str) -> None:
    end = of_status(answer(*WALLS[name]), 1.0)
    assert end is not None
    assert end.reason == "blocked_by_bot_wall"


@pytest.mark.parametrize("name", NO_WALLS)
def test_a_vendor_s_mark_alone_is_no_wall(name: str) -> None:
    assert not is_bot_wall(answer(*NO_WALLS[name]))


@pytest.mark.parametrize("name", WALLS)
def test_control_the_status_alone_does_not_make_the_wall(name: str) -> None:
    code, _, _ = WALLS[name]
    assert not is_bot_wall(answer(code, NONE, "<title>Harbour</title><p>The harbour opens."))
