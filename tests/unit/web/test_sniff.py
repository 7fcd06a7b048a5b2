"""What a body is, whatever its header says."""

from __future__ import annotations

import gzip
import random

import pytest

from wireroom.web.sniff import Kind, sniff

PAGE = "<html><head><title>x</title></head><body>" + "<p>Some words.</p>" * 200

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
    "text": (b"A plain story.\n\nA second paragraph, 1 < 2." * 5, "text"),
    "pdf": (b"%PDF-1.7\n" + bytes(range(256)), "pdf"),
    "jpeg": (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(200), "image"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(200), "image"),
    "webp": (b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(100), "image"),
    "gif": (b"GIF89a" + bytes(100), "image"),
    "avif": (b"\x00\x00\x00\x1cftypavif" + bytes(100), "image"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"></svg>', "image"),
    "mp4": (b"\x00\x00\x00\x18ftypmp42" + bytes(100), "video"),
    "mp3": (b"ID3\x03\x00" + bytes(100), "audio"),
    "zip": (b"PK\x03\x04" + bytes(100), "binary"),
    "gzip": (gzip.compress(b"x" * 100), "binary"),
    "random bytes": (random.Random(1).randbytes(2_000), "binary"),
    "nothing": (b"", "empty"),
    "blanks": (b" \n\t", "empty"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_body_is_known_by_its_bytes(case: tuple[bytes, Kind]) -> None:
    assert sniff(case[0]) == case[1]
