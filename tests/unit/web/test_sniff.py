"""What a body is, whatever its header says."""

from __future__ import annotations

import gzip
import io
import random
import zipfile

import pytest

from wireroom.web.sniff import Kind, sniff

PAGE = "<html><head><title>x</title></head><body>" + "<p>Some words.</p>" * 200
STORY = "A plain story about the ferry.\n\nA second paragraph, 1 < 2, and <b>a tag</b>.\n" * 9


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("story.txt", STORY)
    return file.getvalue()


CASES: dict[str, tuple[bytes, Kind]] = {
    "a page": (b"<!DOCTYPE html>" + PAGE.encode(), "html"),
    "a page without doctype behind a comment": (b"<!-- x -->\n" + PAGE.encode(), "html"),
    "a byte order mark": (b"\xef\xbb\xbf" + PAGE.encode(), "html"),
    "utf-16": (("\ufeff" + PAGE).encode("utf-16-le"), "html"),
    "blanks first": (b"\n" * 500 + PAGE.encode(), "html"),
    "xhtml": (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html><p>a</p>', "html"),
    "a fragment": (b"<div class=a><p>Hello</p></div>" * 50, "html"),
    "rss": (b'<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>', "feed"),
    "atom": (b'<feed xmlns="http://www.w3.org/2005/Atom"></feed>', "feed"),
    "rdf": (b'<?xml version="1.0"?><rdf:RDF xmlns="x"></rdf:RDF>', "feed"),
    "a sitemap": (b'<?xml version="1.0"?><urlset xmlns="x"></urlset>', "xml"),
    "json": (b'{"a": [1, 2]}', "json"),
    "text": (STORY.encode(), "text"),
    "pdf": (b"%PDF-1.7\n" + bytes(range(256)), "pdf"),
    "jpeg": (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(200), "image"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(200), "image"),
    "webp": (b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(100), "image"),
    "gif": (b"GIF89a" + bytes(100), "image"),
    "avif": (b"\x00\x00\x00\x1cftypavif" + bytes(100), "image"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"></svg>', "image"),
    "mp4": (b"\x00\x00\x00\x18ftypmp42" + bytes(100), "video"),
    "mp3": (b"ID3\x03\x00" + bytes(100), "audio"),
    "zip": (_zip(), "binary"),
    "gzip": (gzip.compress(b"x" * 100), "binary"),
    "random bytes": (random.Random(1).randbytes(2_000), "binary"),
    "nothing": (b"", "empty"),
}
"""The 26 that matter most."""

MORE: dict[str, tuple[bytes, Kind]] = {
    "blanks": (b" \n\t", "empty"),
    "gzip in gzip": (gzip.compress(gzip.compress(PAGE.encode())), "binary"),
    "utf-16, big end first": (("\ufeff" + PAGE).encode("utf-16-be"), "html"),
    "utf-16 without a mark": (PAGE.encode("utf-16-le"), "html"),
    "utf-16 without a mark, big end first": (PAGE.encode("utf-16-be"), "html"),
    "utf-16 that is text": (("\ufeff" + STORY).encode("utf-16-le"), "text"),
    "utf-16 behind blanks": (("\ufeff\n\n <!-- x -->" + PAGE).encode("utf-16-le"), "html"),
    "a mark, blanks and a comment": (b"\xef\xbb\xbf \r\n<!-- x -->" + PAGE.encode(), "html"),
    "blanks for a screen and more": (b" \n" * 5_000 + PAGE.encode(), "html"),
    "a licence as long as a page": (b"<!--" + b"x" * 9_000 + b"-->" + PAGE.encode(), "html"),
    "several comments": (b"<!-- a --> <!-- <rss> --> <!-- b -->" + PAGE.encode(), "html"),
    "a comment without end": (b"<!-- x " + b"words " * 500, "text"),
    "a doctype in any case": (b"<!doctype\n HTML PUBLIC 'x'>" + PAGE.encode(), "html"),
    "xhtml without doctype": (b'<?xml version="1.0"?>\n<html xmlns="x"><p>a</p></html>', "html"),
    "a paragraph alone": (b"<p>The ferry sails.", "html"),
    "a heading alone": (b"<H2 class=x>The ferry", "html"),
    "a tag of nobody's": (b"<ferry>sails</ferry>", "text"),
    "text with a late tag": (b"The ferry sails. " * 300 + b"<html>", "text"),
    "text that opens with a bracket": (b"[Update] The ferry sails again.", "text"),
    "text that opens with a footnote": (b"[1] See the harbour's timetable.", "text"),
    "text that opens with a brace": (b"{The ferry} sails again.", "text"),
    "text like a magic word": (b"ID3 tags, and what GIF8 means for PKs.", "text"),
    "text in another script": ("Паром снова ходит. ".encode() * 50, "text"),
    "text in an old charset": ("Die Fähre fährt wieder. ".encode("latin-1") * 50, "text"),
    "text with a page feed": (b"The ferry\x0csails again.\x1a" + b" And again." * 20, "text"),
    "json in a list": (b'[\n {"a": 1}]', "json"),
    "json, numbers": (b"[1, 2.5, -3]", "json"),
    "json, one number": (b"[-1]\n", "json"),
    "json, empty": (b"{ }", "json"),
    "json behind a mark": (b'\xef\xbb\xbf{"a": 1}', "json"),
    "rss with a doctype": (b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x "y">]><rss>', "feed"),
    "rss with a style sheet": (b"<?xml version='1.0'?><?xml-stylesheet href='x'?>\n<rss>", "feed"),
    "atom with a prefix": (b"<atom:feed xmlns:atom='x'/>", "feed"),
    "a feedback form": (b"<?xml version='1.0'?><feedback/>", "xml"),
    "other xml": (b'<?xml version="1.0"?><story><p>a</p></story>', "xml"),
    "an index of sitemaps": (b"<sitemapindex xmlns='x'></sitemapindex>", "xml"),
    "svg with a doctype": (b"<?xml version='1.0'?><!DOCTYPE svg PUBLIC 'x' 'y'><svg/>", "image"),
    "pdf behind a blank line": (b"\r\n%PDF-1.4\n" + bytes(range(256)), "pdf"),
    "tiff": (b"II*\x00" + bytes(100), "image"),
    "an icon": (b"\x00\x00\x01\x00\x01\x00" + bytes(100), "image"),
    "heic": (b"\x00\x00\x00\x18ftypheic" + bytes(100), "image"),
    "m4a": (b"\x00\x00\x00\x20ftypM4A " + bytes(100), "audio"),
    "mp3 without a tag": (b"\xff\xfb\x90\x64" + bytes(100), "audio"),
    "wave": (b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(100), "audio"),
    "ogg": (b"OggS\x00\x02" + bytes(100), "audio"),
    "flac": (b"fLaC\x00" + bytes(100), "audio"),
    "avi": (b"RIFF\x00\x00\x00\x00AVI LIST" + bytes(100), "video"),
    "webm": (b"\x1aE\xdf\xa3" + bytes(100), "video"),
    "zeros": (bytes(5_000), "binary"),
    "one byte": (b"\x00", "binary"),
    "one letter": (b"x", "text"),
}


@pytest.mark.parametrize("case", [*CASES.values(), *MORE.values()], ids=[*CASES, *MORE])
def test_a_body_is_known_by_its_bytes(case: tuple[bytes, Kind]) -> None:
    assert sniff(case[0]) == case[1]


def test_there_are_26_cases_and_no_case_twice() -> None:
    assert len(CASES) == 26
    assert not CASES.keys() & MORE.keys()


@pytest.mark.parametrize("start", [b"", b"<!--", b"<?xml", b"<!doctype ", b"[", b"[1", b"{", b" "])
@pytest.mark.parametrize("rest", [b"<!--", b" ", b"-->", b"<", b"-", b"1", b"<?xml", b"[", b"x"])
def test_a_huge_body_of_one_piece_has_some_kind(start: bytes, rest: bytes) -> None:
    assert sniff(start + rest * 1_000_000)  # an expression that backtracks would not end
