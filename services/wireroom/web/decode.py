"""Content-Encoding with a bound on the output and a check of the end. Pure.

gzip of several members, deflate with and without zlib's header, br, zstd; two layers at most.
Libraries and browsers take a body that was cut half-way for a whole one; here every layer is
asked whether it has ended. A cap needs no second rule on the ratio: real pages compress up to
10.8 times, and the cap bounds the time as well.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Protocol

import brotli
from zlib_ng import zlib_ng as zlib  # the standard library's interface, 2.3 times as fast

from wireroom.web.errors import Failed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

STEP = 262_144
"""Bytes that come out of a layer at once, so that a bomb never unfolds; brotli rounds it up.

Most pages are one step, and then nothing is copied.
"""

# 8 MB: what RFC 9659 lets a sender use, and a receiver must have.
_ZSTD_OPTIONS = {int(zstd.DecompressionParameter.window_log_max): 23}
_MAGIC = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}
_NOTHING = frozenset(("", "identity", "none", "utf-8", "binary"))
"""Seen in the wild as a Content-Encoding, meaning none."""


BROKEN: tuple[type[Exception], ...] = (
    zlib.error,  # type: ignore[assignment]  # the stubs have an instance for the class
    brotli.error,
    zstd.ZstdError,
)


class _Layer(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]: ...
    def ended(self) -> bool: ...


class _Inflate(Protocol):
    """What is used of zlib's decompression objects."""

    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Gzip:
    def __init__(self) -> None:
        self._member: _Inflate = zlib.decompressobj(31)
        self._between = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._member.eof:
                data = (self._between + data).lstrip(b"\0")
                self._between = data if len(data) == 1 else b""
                if not data.startswith(_MAGIC["gzip"]):
                    return  # padding, or rubbish behind the end, which everyone ignores
                self._member = zlib.decompressobj(31)
            yield from _drain(self._member, data)
            data = self._member.unused_data

    def ended(self) -> bool:
        return self._member.eof


class _Deflate:
    """zlib's format by the RFC; raw deflate as some servers have it. Two bytes tell which."""

    def __init__(self) -> None:
        self._stream: _Inflate | None = None
        self._head = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._stream is None:
            self._head += data
            if len(self._head) < 2:
                return
            first, second = self._head[:2]
            has_header = first & 15 == 8 and (first << 8 | second) % 31 == 0
            self._stream = zlib.decompressobj(15 if has_header else -15)
            data = self._head
        if not self._stream.eof:
            yield from _drain(self._stream, data)

    def ended(self) -> bool:
        return self._stream is not None and self._stream.eof


def _drain(stream: _Inflate, data: bytes) -> Iterator[bytes]:
    while True:
        out = stream.decompress(data, STEP)
        if out:
            yield out
        data = stream.unconsumed_tail
        # A full step may leave output inside although all input is taken.
        if stream.eof or (not data and len(out) < STEP):
            return


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._stream.is_finished():
            return
        out = self._stream.process(data, output_buffer_limit=STEP)
        while out:  # can_accept_more_data() is true while output still waits: drain until empty
            yield out
            if self._stream.is_finished():
                return
            out = self._stream.process(b"", output_buffer_limit=STEP)

    def ended(self) -> bool:
        return bool(self._stream.is_finished())


class _Zstd:
    def __init__(self) -> None:
        self._frame = zstd.ZstdDecompressor(options=_ZSTD_OPTIONS)

    def feed(self, data: bytes) -> Iterator[bytes]:
        while True:
            if self._frame.eof:
                if not data:
                    return
                self._frame = zstd.ZstdDecompressor(options=_ZSTD_OPTIONS)
            out = self._frame.decompress(data, STEP)
            if out:
                yield out
            data = self._frame.unused_data if self._frame.eof else b""
            if not self._frame.eof and self._frame.needs_input:
                return

    def ended(self) -> bool:
        return self._frame.eof


_LAYERS: dict[str, Callable[[], _Layer]] = {
    "gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstd,
}


class Decoder:
    """Decodes one body. ``header``: Content-Encoding; ``cap``: most bytes that may come out.

    Failed("encoding") for what it does not know, at once.
    """

    def __init__(self, header: str, cap: int) -> None:
        names = [name.strip().lower().removeprefix("x-") for name in header.split(",")]
        self._names = [name for name in reversed(names) if name not in _NOTHING]
        if len(self._names) > 2 or not _LAYERS.keys() >= set(self._names):
            raise Failed("encoding", header)
        self._cap = cap
        self._size = 0
        self._layers: list[_Layer] | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What ``data`` decodes to. Failed: too_large, encoding_broken."""
        if not data:
            return
        if self._layers is None:
            self._layers = [] if self._is_plain(data) else [_LAYERS[n]() for n in self._names]
        try:
            for out in _through(self._layers, data):
                self._size += len(out)
                if self._size > self._cap:
                    raise Failed("too_large", f"more than {self._cap} bytes")
                yield out
        except BROKEN as error:
            raise Failed("encoding_broken", str(error)) from None

    def end(self) -> None:
        """To be called after the last byte. Failed("body_truncated") if a layer wants more."""
        if self._layers and not all(layer.ended() for layer in self._layers):
            raise Failed("body_truncated", f"after {self._size} decoded bytes")

    def _is_plain(self, first: bytes) -> bool:
        """Whether the header says gzip and the body is none: some servers do that."""
        magic = _MAGIC.get(self._names[0]) if self._names else b""
        return magic is not None and not first.startswith(magic[: len(first)])


def _through(layers: list[_Layer], data: bytes) -> Iterator[bytes]:
    if not layers:
        yield data
        return
    for out in layers[0].feed(data):
        yield from _through(layers[1:], out)
