"""Bodies as servers send them: encoded once, twice, wrongly, cut, and as bombs."""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # it has no types
import pytest
from backports import zstd

from wireroom.web.decode import STEP, Decoder
from wireroom.web.errors import Failed

_WORDS = ["press", "morning", "council", "river", "vote", "harbour", "wind", "price"]
_CHOICE = random.Random(7)
PAGE = ("<p>" + " ".join(_CHOICE.choice(_WORDS) for _ in range(40_000)) + "</p>").encode()
BIG = 10_000_000


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def decoded(header: str, body: bytes, *, cap: int = BIG, piece: int = 16_384) -> bytes:
    decoder = Decoder(header, cap)
    out = bytearray()
    for at in range(0, len(body), piece):
        for part in decoder.feed(body[at : at + piece]):
            assert len(part) <= max(2 * STEP, piece)  # brotli rounds up to its blocks
            out += part
    decoder.end()
    return bytes(out)


WHOLE = {
    "gzip": ("gzip", gzip.compress(PAGE)),
    "its old name": ("x-gzip", gzip.compress(PAGE)),
    "upper case": (" GZIP ", gzip.compress(PAGE)),
    "zlib": ("deflate", zlib.compress(PAGE)),
    "raw deflate": ("deflate", raw_deflate(PAGE)),
    "brotli": ("br", brotli.compress(PAGE)),
    "zstd": ("zstd", zstd.compress(PAGE)),
    "two zstd frames": ("zstd", zstd.compress(PAGE[:999]) + zstd.compress(PAGE[999:])),
    "nothing": ("", PAGE),
    "identity": ("identity", PAGE),
    "a charset as encoding": ("UTF-8", PAGE),
    "gzip announced, text sent": ("gzip", PAGE),
    "two members": ("gzip", gzip.compress(PAGE[:9_000]) + gzip.compress(PAGE[9_000:])),
    "padding behind the end": ("gzip", gzip.compress(PAGE) + b"\0" * 512),
    "rubbish behind the end": ("gzip", gzip.compress(PAGE) + b"<!-- cached -->"),
    "gzip in gzip": ("gzip, gzip", gzip.compress(gzip.compress(PAGE))),
    "gzip, then brotli": ("gzip, br", brotli.compress(gzip.compress(PAGE))),
}


@pytest.mark.parametrize("piece", [1_000, 16_384, 10**9])
@pytest.mark.parametrize("case", WHOLE.values(), ids=WHOLE.keys())
def test_a_whole_body_comes_out_whole(case: tuple[str, bytes], piece: int) -> None:
    assert decoded(*case, piece=piece) == PAGE


@pytest.mark.parametrize("case", WHOLE.values(), ids=WHOLE.keys())
def test_it_may_come_byte_by_byte(case: tuple[str, bytes]) -> None:
    header, body = case
    decoder = Decoder(header, BIG)
    out = b"".join(b"".join(decoder.feed(bytes([byte]))) for byte in body[:3_000])
    assert PAGE.startswith(out)


def test_no_body_at_all_is_no_error() -> None:
    assert decoded("gzip", b"") == b""


ENCODED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}


@pytest.mark.parametrize("name", ENCODED)
def test_a_cut_body_is_an_error(name: str) -> None:
    whole = ENCODED[name](PAGE)
    for length in (3, len(whole) // 2, len(whole) - 1):
        with pytest.raises(Failed) as caught:
            decoded(name, whole[:length])
        assert caught.value.reason == "body_truncated"


def test_a_cut_raw_deflate_and_a_cut_second_member_are_errors() -> None:
    two = gzip.compress(PAGE) + gzip.compress(PAGE)
    for header, body in (("deflate", raw_deflate(PAGE)[:-1]), ("gzip", two[:-9])):
        with pytest.raises(Failed) as caught:
            decoded(header, body)
        assert caught.value.reason == "body_truncated"


def test_the_plain_library_takes_a_cut_body_for_a_whole_one() -> None:
    half = gzip.compress(PAGE)
    out = zlib.decompressobj(31).decompress(half[: len(half) // 2])
    assert 0 < len(out) < len(PAGE)


def test_a_wrong_checksum_is_an_error() -> None:
    body = bytearray(gzip.compress(PAGE))
    body[-8] ^= 1
    with pytest.raises(Failed) as caught:
        decoded("gzip", bytes(body))
    assert caught.value.reason == "encoding_broken"


@pytest.mark.parametrize("name", ["deflate", "br"])
def test_text_under_an_encoding_without_a_mark_is_an_error(name: str) -> None:
    with pytest.raises(Failed) as caught:
        decoded(name, PAGE)
    assert caught.value.reason in ("encoding_broken", "body_truncated")


@pytest.mark.parametrize("header", ["compress", "gzip, gzip, gzip", "gzip, aes128gcm"])
def test_an_unknown_encoding_or_a_third_layer_is_refused(header: str) -> None:
    with pytest.raises(Failed) as caught:
        Decoder(header, BIG)
    assert caught.value.reason == "encoding"


@pytest.mark.parametrize("name", ENCODED)
def test_a_bomb_ends_at_the_cap(name: str) -> None:
    bomb = ENCODED[name](bytes(40_000_000))
    decoder = Decoder(name, 1_000_000)
    parts: list[bytes] = []
    with pytest.raises(Failed) as caught:
        parts.extend(decoder.feed(bomb))
    assert caught.value.reason == "too_large"
    assert sum(map(len, parts)) <= 1_000_000


def test_a_bomb_within_a_bomb_ends_at_the_cap() -> None:
    bomb = gzip.compress(gzip.compress(bytes(40_000_000)))
    with pytest.raises(Failed) as caught:
        decoded("gzip, gzip", bomb, cap=1_000_000)
    assert caught.value.reason == "too_large"


def test_without_the_cap_the_bomb_goes_off() -> None:
    assert len(decoded("gzip", gzip.compress(bytes(40_000_000)), cap=10**9)) == 40_000_000
