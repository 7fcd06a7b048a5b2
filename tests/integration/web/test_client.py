"""One GET against servers that behave, misbehave and attack."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import subprocess
from pathlib import Path

import aiohttp
import pytest

from wireroom.web.client import Client, Page
from wireroom.web.errors import Failed, WebError

from .conftest import GOOD, Names, Server, redirect, response, serving, settings

PAGE = b"<!doctype html><title>Ferry</title>" + b"<p>The ferry sails again.</p>" * 500
NAMES = Names(news=[[GOOD]])


async def get(server: Server, path: str = "/", **changed: object) -> Page:
    async with Client(settings(server, **changed), lookup=NAMES) as client:
        return await client.get(f"http://news.test:{server.port}{path}")


async def reason(server: Server, path: str = "/", **changed: object) -> str:
    with pytest.raises(WebError) as caught:
        await get(server, path, **changed)
    return caught.value.reason


async def test_a_page_comes_with_what_the_server_said(good: Server) -> None:
    packed = gzip.compress(PAGE)
    good.answers["/"] = response(
        packed, "Content-Encoding: gzip", "Content-Type: text/html", "X-Two: a", "X-Two: b"
    )
    page = await get(good)
    assert (page.status, page.body, page.hops) == (200, PAGE, ())
    assert page.content_type == "text/html"
    assert page.headers["x-two"] == "a"
    assert page.url == f"http://news.test:{good.port}/"


async def test_we_say_who_we_are_and_carry_nothing_else(
    good: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    (tmp_path / "netrc").write_text("machine news.test login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    good.answers["/"] = response(b"x", "Set-Cookie: a=b", "Connection: close")
    async with Client(settings(good), lookup=NAMES) as client:
        for _ in range(2):
            await client.get(f"http://news.test:{good.port}/")
    for head in good.heads:
        assert "(+https://desk.test/bot)" in head
        assert "cookie" not in head.lower()
        assert "authorization" not in head.lower()


async def test_redirects_are_followed_and_kept(good: Server) -> None:
    good.answers["/a"] = redirect("/b", 301)
    good.answers["/b"] = redirect("c?d=ü".encode().decode("latin-1"), 307)
    good.answers["/c"] = response(PAGE)
    page = await get(good, "/a")
    root = f"http://news.test:{good.port}"
    assert page.hops == (f"{root}/a", f"{root}/b")
    assert page.url == f"{root}/c?d=%C3%BC"


async def test_redirects_end(good: Server) -> None:
    good.answers["/loop"] = redirect("/loop")
    good.answers["/nowhere"] = response(status=302)
    for n in range(9):
        good.answers[f"/{n}"] = redirect(f"/{n + 1}")
    assert await reason(good, "/loop") == "redirect_loop"
    assert await reason(good, "/nowhere") == "redirect_no_location"
    good.asked.clear()
    assert await reason(good, "/0", max_redirects=3) == "too_many_redirects"
    assert len(good.asked) == 4


@pytest.mark.parametrize("status", [404, 410, 429, 500, 503])
async def test_an_error_status_is_an_answer(good: Server, status: int) -> None:
    good.answers["/"] = response(b"gone", "Retry-After: 90", status=status)
    page = await get(good)
    assert (page.status, page.retry_after) == (status, 90.0)


async def test_a_broken_error_page_does_not_hide_its_status(good: Server) -> None:
    body = gzip.compress(bytes(10_000_000))
    good.answers["/"] = response(body[:5_000], "Content-Encoding: gzip", status=404)
    page = await get(good)
    assert page.status == 404
    assert len(page.body) <= 65_536


async def test_a_body_cut_by_the_server_is_no_page(good: Server) -> None:
    packed = gzip.compress(PAGE)
    good.answers["/half"] = response(packed[: len(packed) // 2], "Content-Encoding: gzip")
    assert await reason(good, "/half") == "body_truncated"

    async def short(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<p>only this")

    good.answers["/short"] = short
    assert await reason(good, "/short") == "body_broken"


async def test_what_is_too_large_is_not_read(good: Server) -> None:
    good.answers["/announced"] = response(bytes(100_001))
    assert await reason(good, "/announced") == "too_large"
    good.answers["/bomb"] = response(gzip.compress(bytes(50_000_000)), "Content-Encoding: gzip")
    assert await reason(good, "/bomb") == "too_large"
    sent = 0

    async def endless(_: str, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(bytes(50_000))
            await writer.drain()
            sent += 50_000

    good.answers["/endless"] = endless
    assert await reason(good, "/endless") == "too_large"
    assert sent < 20_000_000
    good.answers["/fits"] = response(bytes(100_000))
    assert len((await get(good, "/fits")).body) == 100_000


async def test_silence_ends_by_the_read_limit(good: Server) -> None:
    async def hang(_: str, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    async def hang_inside(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n<p>")
        await asyncio.sleep(5)

    good.answers.update({"/head": hang, "/body": hang_inside})
    assert await reason(good, "/head") == "timeout_read"
    assert await reason(good, "/body") == "timeout_read"


async def test_a_trickle_ends_by_the_total_limit(good: Server) -> None:
    async def trickle(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
        while True:
            writer.write(b".")
            await asyncio.sleep(0.1)

    good.answers["/"] = trickle
    began = asyncio.get_running_loop().time()
    assert await reason(good) == "timeout_total"
    assert asyncio.get_running_loop().time() - began < 2.0


async def test_the_total_limit_counts_all_redirects(good: Server) -> None:
    async def slow(path: str, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.25)
        writer.write(redirect(path + "x"))

    good.answers.update({"/" + "x" * n: slow for n in range(9)})
    assert await reason(good, total_timeout=0.6) == "timeout_total"
    assert len(good.asked) == 3


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"<html>no head at all</html>",
    ],
)
async def test_what_is_not_http_is_a_protocol_error(good: Server, answer: bytes) -> None:
    async def send(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    good.answers["/"] = send
    assert await reason(good) == "protocol"


async def test_nobody_there_and_no_such_name(good: Server) -> None:
    async with Client(settings(good, ports=frozenset({9})), lookup=NAMES) as client:
        with pytest.raises(Failed) as caught:
            await client.get("http://news.test:9/")
        assert caught.value.reason == "connect"
        with pytest.raises(Failed) as caught:
            await client.get("http://nosuch.test:9/")
        assert caught.value.reason == "dns"


async def test_a_tls_handshake_that_hangs_or_fails_has_its_reason(good: Server) -> None:
    url = f"https://news.test:{good.port}/"
    async with Client(settings(good, connect_timeout=0.2), lookup=NAMES) as client:
        with pytest.raises(Failed) as caught:
            await client.get(url)  # the server waits for the end of a head that never comes
        assert caught.value.reason == "timeout_connect"
        good.greeting = b"SSH-2.0-OpenSSH_9.2\r\n"
        with pytest.raises(Failed) as caught:
            await client.get(url)
        assert caught.value.reason == "tls_handshake"


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1"
    name = ["-subj", "/CN=news.test", "-addext", "subjectAltName=DNS:news.test"]
    out = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *name, *out], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def test_a_certificate_that_nobody_vouches_for_is_refused(
    self_signed: ssl.SSLContext,
) -> None:
    async with serving(GOOD, tls=self_signed) as server:
        server.answers["/"] = response(PAGE)
        async with Client(settings(server), lookup=NAMES) as client:
            with pytest.raises(Failed) as caught:
                await client.get(f"https://news.test:{server.port}/")
        assert caught.value.reason == "tls_verify"
        assert server.asked == []
        # The control: a client that does not look gets the page.
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"https://{GOOD}:{server.port}/", ssl=False) as answer,
        ):
            assert await answer.read() == PAGE
