"""What a URL and a text are called: canonical form, host, site, article id. Pure.

Twelve rules make two spellings of one address equal: 1 one parser, the browsers' (WHATWG);
2 http is https; 3 no user info; 4 no dot behind the host; 5 no default port; 6 host in
punycode, lower case; 7 no dot segments; 8 escapes: unreserved letters plain, hex in upper
case; 9 no fragment, except ``#!``; 10 no tracking parameters, by an exact list; 11 no session
ids; 12 no empty query or parameter.

What may select another page is never touched: order of parameters, case of the path, trailing
slash, ``www.``, ``m.``, ``/amp``, ``index.html``, ``ref``, ``source``, ``sid``, ``cid``, ``id``.
Wrongly joined articles are lost; wrongly separated ones are found again by their content.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256
from uuid import NAMESPACE_URL, UUID, uuid5

import ada_url
import tld

_TRACKING_NAMES = """
    fbclid fb_action_ids fb_action_types fb_ref fb_source __twitter_impression igshid igsh mibextid
    gclid gclsrc dclid gbraid wbraid gad_source srsltid _ga _gl msclkid twclid yclid ysclid ttclid
    li_fat_id mc_cid mc_eid mkt_tok _hsenc _hsmi __hssc __hstc __hsfp hsctatracking _openstat
    vero_id vero_conv oly_anon_id oly_enc_id rb_clickid wickedid s_cid sc_cid ns_mchannel ns_source
    ns_campaign ns_linkname ns_fee ncid cmpid icid xtor traffic_source guccounter guce_referrer
    guce_referrer_sig _branch_match_id _bhlid smid smtyp ref_src ref_url soc_src soc_trk wt_zmc
    wt_mc wtmc at_medium at_campaign at_campaign_type at_custom1 at_custom2 at_custom3 at_custom4
    at_link_id at_link_origin at_link_type at_format at_ptr_name at_bbc_team spm_id_from
"""
TRACKING = frozenset(_TRACKING_NAMES.split())
"""Parameters that say where a reader came from and nothing else; compared in lower case."""

TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "hsa_", "stm_")

_SESSION_KEY = re.compile(r"phpsessid|jsessionid|aspsessionid[a-z]*|cfid|cftoken")
# Behind a dot segment it stays: without it, the next parse would climb a folder.
_SESSION_PATH = re.compile(r"(?<!/\.)(?<!/\.\.);jsessionid=[^/?#]*", re.IGNORECASE)
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})?")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def canonical(url: str) -> str:
    """The form that all spellings of one address share. Idempotent; ASCII.

    It is a name, not an address to fetch: ``http`` has become ``https``.
    ValueError, with a sentence, for what is not an http or https URL.
    """
    # Each property of the parser's costs 0.7 µs: asked for once.
    parsed, name = _parsed(url)
    protocol, port, fragment = parsed.protocol, parsed.port, parsed.hash
    scheme = protocol if port else "https:"
    path = _SESSION_PATH.sub("", _escapes(parsed.pathname))
    kept = [p for p in map(_escapes, parsed.search[1:].split("&")) if _selects(p)]
    return "".join(
        (
            f"{scheme}//{name}",
            f":{port}" if port else "",
            path,
            "?" + "&".join(kept) if kept else "",
            fragment if fragment.startswith("#!") else "",
        )
    )


def host(url: str) -> str:
    """The host in ASCII and lower case, an IPv6 address in brackets. ValueError as above."""
    return _parsed(url)[1]


def has_userinfo(url: str) -> bool:
    """Whether it names a user or a password. ValueError as above."""
    parsed, _ = _parsed(url)
    return bool(parsed.username or parsed.password)


def same_site(a: str, b: str) -> bool:
    """Whether two URLs belong to one registrable domain, by the public suffix list.

    False where one of them is no http or https URL.
    """
    try:
        return _site(host(a)) == _site(host(b))
    except ValueError:
        return False


def article_id(url: str) -> UUID:
    """The id of the article at ``url``. ValueError as in ``canonical``."""
    return uuid5(NAMESPACE_URL, canonical(url))


def text_article_id(text: str) -> UUID:
    """The id of a text that has no URL: the same for the same normalised text."""
    return uuid5(NAMESPACE_URL, "sha256:" + content_hash(text).hex())


def normalised(text: str) -> str:
    """The text without differences that no reader sees: NFKC, case folded, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def content_hash(text: str) -> bytes:
    """SHA-256 of the normalised text, 32 bytes."""
    return sha256(normalised(text).encode("utf-8", "surrogatepass")).digest()


def _parsed(url: str) -> tuple[ada_url.URL, str]:
    """The parsed URL and its host without the final dot."""
    try:
        parsed = ada_url.URL(url.strip())
    except ValueError:
        raise ValueError(f"not a URL: {url[:200]!r}") from None
    if parsed.protocol not in ("http:", "https:"):
        raise ValueError(f"neither http nor https: {url[:200]!r}")
    name = parsed.hostname.removesuffix(".")
    # An inner empty label would let the next parse read "1.." as a number, hence an address.
    if not name or "" in name.split("."):
        raise ValueError(f"host with an empty label: {url[:200]!r}")
    return parsed, name


def _escapes(part: str) -> str:
    """Unreserved characters plain, the rest in upper case, a lone percent sign escaped."""
    return _ESCAPE.sub(_escape, part) if "%" in part else part


def _escape(match: re.Match[str]) -> str:
    if match[1] is None:
        return "%25"
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()


def _selects(parameter: str) -> bool:
    """Whether a parameter may choose what is shown."""
    key, assigned, _ = parameter.partition("=")
    key = key.lower()
    if not parameter or key in TRACKING or key.startswith(TRACKING_PREFIXES):
        return False
    return not (assigned and _SESSION_KEY.fullmatch(key))


def _site(name: str) -> str:
    """The registrable domain; the last two labels where the public suffix list knows nothing."""
    labels = name.split(".")
    if name.startswith("[") or labels[-1].isdigit():
        return name
    return tld.get_fld(f"https://{name}/", fail_silently=True) or ".".join(labels[-2:])
