"""News sites on loopback, in a process of their own: TLS, many names, one gzip page, bombs.

python -m tests.bench.sites CERTIFICATE KEY   prints its port, and serves until its input ends
"""

from __future__ import annotations

import asyncio
import gzip
import random
import ssl
import sys
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # it has no types
from backports import zstd
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ADDRESS = "127.0.0.2"
PAGE_SIZE = 205_000
ZEROS = 1_000_000_000
_SYLLABLES = [
    "ka",
    "lo",
    "mi",
    "ter",
    "an",
    "sel",
    "ru",
    "ban",
    "do",
    "fer",
    "ist",
    "nor",
    "pal",
    "que",
    "sta",
    "von",
    "wil",
    "zer",
    "ti",
    "mo",
]


def page() -> bytes:
    """205 KB that compress like a news page, about sevenfold: markup, scripts, made-up prose."""
    chance = random.Random(11)
    words = ["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(3_000)]
    out = ["<!doctype html><html lang=en><head><title>Harbour news</title></head><body>"]
    size = 0
    while size < PAGE_SIZE:
        text = " ".join(chance.choices(words, k=12))
        n = chance.randrange(10**6)
        block = (
            f'<div class="teaser teaser--wide teaser__item" data-tracking="home,river,{n}">'
            f'<a class="teaser__link link link--block" href="/news/region/article-{n}.html">'
            f'<span class="teaser__headline headline headline--small">{text}</span></a>'
            '<picture class="teaser__media"><source media="(min-width: 40em)" type="image/webp">'
            f'<img loading="lazy" decoding="async" src="/images/{n}-640x360.jpg" alt=""></picture>'
            "</div>\n"
        )
        out.append(block)
        size += len(block)
    return "".join(out).encode()[:PAGE_SIZE]


def zeros() -> Iterator[bytes]:
    for _ in range(ZEROS // 10_000_000):
        yield bytes(10_000_000)


def bombs() -> dict[str, bytes]:
    """Content-Encoding → a gigabyte of zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    once = b"".join(map(packer.compress, zeros())) + packer.flush()
    slow = brotli.Compressor(quality=1)
    squeezed = b"".join(map(slow.process, zeros())) + slow.finish()
    quick = zstd.ZstdCompressor()
    frame = b"".join(map(quick.compress, zeros())) + quick.flush()
    return {"gzip": once, "gzip, gzip": gzip.compress(once), "br": squeezed, "zstd": frame}


def answers() -> dict[str, bytes]:
    packed = gzip.compress(page(), 6)
    made = {"/page": _answer(packed, "gzip")}
    made.update({f"/bomb{n}": _answer(bomb, how) for n, (how, bomb) in enumerate(bombs().items())})
    return made


def _answer(body: bytes, encoding: str) -> bytes:
    head = f"Content-Type: text/html; charset=utf-8\r\nContent-Encoding: {encoding}\r\n"
    more = "Cache-Control: max-age=60\r\nVary: Accept-Encoding\r\nServer: bench\r\n"
    return f"HTTP/1.1 200 OK\r\n{head}{more}Content-Length: {len(body)}\r\n\r\n".encode() + body


def certificate(folder: Path) -> tuple[Path, Path]:
    """An authority of our own that vouches for ``*.bench.test``; certificate and key as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bench")])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True,
        content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("*.bench.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


class Site(asyncio.Protocol):
    """Answers each GET with what was made beforehand: the server must cost little."""

    made: dict[str, bytes]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.head = b""

    def data_received(self, data: bytes) -> None:
        self.head += data
        while b"\r\n\r\n" in self.head:
            head, _, self.head = self.head.partition(b"\r\n\r\n")
            path, _, way = head.split(b" ", 2)[1].decode().partition("?")
            self.transport.write(self.made[path])
            if way.endswith("close"):
                self.transport.close()


async def serve(certificate: str, key: str) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    Site.made = answers()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Site, ADDRESS, 0, ssl=tls, backlog=1_000)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
