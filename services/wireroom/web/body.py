"""Reading the body of an answer: decoded, with a cap, within the memory for all bodies."""

from __future__ import annotations

from contextlib import suppress

import aiohttp

from wireroom.web.budget import FREE, Budget
from wireroom.web.decode import Decoder
from wireroom.web.errors import Failed
from wireroom.web.observer import Observer

GLIMPSE = 65_536
"""Bytes read of an answer whose status is an error: enough to know a bot wall."""


async def whole(
    answer: aiohttp.ClientResponse, cap: int, budget: Budget, observer: Observer
) -> bytes:
    """The whole body; at most ``cap`` bytes before and after decoding. Failed otherwise."""
    if (answer.content_length or 0) > cap:
        raise Failed("too_large", f"{answer.content_length} bytes announced")
    decoder = _decoder(answer, cap)
    wire, size, parts = 0, 0, []
    try:
        with budget.share() as share:
            async for chunk in answer.content.iter_any():
                wire += len(chunk)
                for out in decoder.feed(chunk):
                    size += len(out)
                    if size > FREE:
                        await share.cover(size)
                    parts.append(out)
            decoder.end()
            return b"".join(parts)  # most pages are one part, which costs no copy
    finally:
        observer.size(wire, size)


async def beginning(answer: aiohttp.ClientResponse) -> bytes:
    """Up to 64 KB of a body, as far as it can be read."""
    body = bytearray()
    with suppress(Failed, aiohttp.ClientPayloadError):
        decoder = _decoder(answer, GLIMPSE)
        async for chunk in answer.content.iter_any():
            for out in decoder.feed(chunk):
                body += out
    return bytes(body)


def _decoder(answer: aiohttp.ClientResponse, cap: int) -> Decoder:
    return Decoder(",".join(answer.headers.getall("Content-Encoding", ())), cap)
