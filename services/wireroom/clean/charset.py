"""From bytes to letters. What a page declares is believed only after UTF-8 has failed."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

HEAD = 4_096  # bytes in which a declaration has to stand; HTML asks for 1,024
SAMPLE = 32_768  # bytes for detection: as sure as the whole page, and bounded

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})""", re.IGNORECASE)
# Browsers read these names as supersets; pages mean what browsers read (WHATWG Encoding).
_AS_BROWSERS = {
    "iso-8859-1": "windows-1252",
    "latin-1": "windows-1252",
    "latin1": "windows-1252",
    "us-ascii": "windows-1252",
    "ascii": "windows-1252",
    "iso-8859-9": "windows-1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "big5": "big5hkscs",
    "tis-620": "cp874",
}
# What browsers know, as Python calls it (WHATWG Encoding). Python knows more, such as
# unicode_escape and EBCDIC: in those a page would say what nobody has seen in its bytes.
_OF_BROWSERS = frozenset(
    (
        *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "big5hkscs", "big5"),
        *("euc_jp", "iso2022_jp", "cp932", "shift_jis", "cp949", "euc_kr", "koi8-r", "koi8-u"),
        *("cp866", "cp874", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256"),
        *("cp1257", "cp1258", "iso8859-2", "iso8859-3", "iso8859-4", "iso8859-5", "iso8859-6"),
        *("iso8859-7", "iso8859-8", "iso8859-10", "iso8859-13", "iso8859-14", "iso8859-15"),
        *("iso8859-16", "mac-roman", "mac-cyrillic"),
    )
)
# What pages without a word about it are written in, most frequent first: at a draw that counts.
_ON_THE_WEB = (
    *("cp1252", "cp1251", "gb18030", "cp932", "euc_jp", "cp949", "big5hkscs", "iso8859_2"),
    *("cp1250", "cp1256", "cp1254", "koi8_r", "cp1253", "cp1255", "cp874"),
)


def decode(body: bytes, declared: str | None = None) -> str:
    """The text of a page. ``declared``: charset of the Content-Type header, if any.

    Order: byte order mark, strict UTF-8, header, ``<meta>``, detection, Windows-1252.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for said in (declared, _in_markup(body)):
        text = _strictly(body, said)
        if text is not None:
            return text
    return _detected(body)


def _in_markup(body: bytes) -> str | None:
    found = _XML.search(body[:HEAD]) or _META.search(body[:HEAD])
    return found[1].decode("ascii", "replace") if found else None


def _strictly(body: bytes, name: str | None) -> str | None:
    """None where the bytes do not fit the name: then the name is a lie."""
    if not name:
        return None
    name = name.strip().lower()
    # UTF-8 with a few broken bytes is more likely than any other charset.
    errors = "replace" if name in ("utf-8", "utf8") and _is_nearly_utf_8(body) else "strict"
    name = _AS_BROWSERS.get(name, name)
    try:
        return body.decode(name, errors) if codecs.lookup(name).name in _OF_BROWSERS else None
    except (LookupError, ValueError):
        return None


def _is_nearly_utf_8(body: bytes) -> bool:
    broken = body.decode("utf-8", "replace").count("\ufffd")
    return broken * 1_000 < len(body)


def _detected(body: bytes) -> str:
    if _is_nearly_utf_8(body):
        return body.decode("utf-8", "replace")
    found = list(from_bytes(body[:SAMPLE], cp_isolation=list(_ON_THE_WEB)))
    if not found:
        return body.decode("windows-1252", "replace")
    first = found[0]
    equal = {m.encoding for m in found if (m.chaos, m.coherence) == (first.chaos, first.coherence)}
    return body.decode(next(name for name in _ON_THE_WEB if name in equal), "replace")
