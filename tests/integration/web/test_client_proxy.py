"""The way out: a proxy that is set, one that the environment offers, and certificates."""

from __future__ import annotations

import ssl
import subprocess
from ipaddress import ip_network
from pathlib import Path

import pytest

from wireroom.web.client import Client
from wireroom.web.errors import WebError

from .conftest import BAD, GOOD, Names, Server, response, serving, settings

NAMES = Names(news=[[GOOD]], other=[[GOOD]])


async def reason(client: Client, url: str) -> str:
    with pytest.raises(WebError) as caught:
        await client.get(url)
    return caught.value.reason


async def test_a_proxy_that_is_set_is_used_and_looks_the_name_up(good: Server) -> None:
    good.answers["http://far.test/a"] = response(b"by the proxy")
    config = settings(good, proxy=f"http://{GOOD}:{good.port}", ports=frozenset({80}))
    async with Client(config, lookup=Names()) as client:
        assert (await client.get("http://far.test/a")).body == b"by the proxy"
    assert good.asked == ["http://far.test/a"]


async def test_the_proxys_own_address_is_checked(good: Server, bad: Server) -> None:
    config = settings(good, proxy=f"http://{BAD}:{bad.port}", ports=frozenset({80}))
    async with Client(config, lookup=Names()) as client:
        assert await reason(client, "http://far.test/a") == "address_refused"
    assert bad.connections == 0


async def test_opening_the_way_to_the_proxy_opens_no_url(good: Server) -> None:
    config = settings(good, proxy=f"http://{GOOD}:{good.port}", ports=frozenset({80}))
    async with Client(config, lookup=Names()) as client:
        assert await reason(client, f"http://{GOOD}/a") == "address_refused"
        assert await reason(client, "http://db.internal/a") == "host_not_public"
        assert await reason(client, "http://intranet/a") == "host_not_public"
    assert good.connections == 0


async def test_a_proxy_that_says_no_is_no_connection(good: Server) -> None:
    good.answers["far.test:443"] = response(b"", status=403)
    config = settings(good, proxy=f"http://{GOOD}:{good.port}", ports=frozenset({443}))
    async with Client(config, lookup=Names()) as client:
        assert await reason(client, "https://far.test/a") == "connect"


async def test_the_environments_proxy_is_ignored(
    good: Server, bad: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    good.answers["/a"] = response(b"directly")
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://{BAD}:{bad.port}")
    async with Client(
        settings(good, allow_networks=(ip_network("127.0.0.0/8"),)), lookup=NAMES
    ) as client:
        assert (await client.get(f"http://news.test:{good.port}/a")).body == b"directly"
    assert bad.connections == 0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Key and certificate of news.test, which vouches for itself."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "cert.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1"
    name = ["-subj", "/CN=news.test", "-addext", "subjectAltName=DNS:news.test"]
    usage = ["-addext", "keyUsage=critical,digitalSignature,keyCertSign"]
    out = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *name, *usage, *out], check=True, capture_output=True)
    return key, certificate


async def test_a_certificate_is_good_for_its_own_name_and_a_known_authority_only(
    certificate: tuple[Path, Path],
) -> None:
    key, known = certificate
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(known, key)
    async with serving(GOOD, tls=tls) as server:
        server.answers["/"] = response(b"safe")
        trusting = ssl.create_default_context(cafile=str(known))
        async with Client(settings(server), lookup=NAMES, tls=trusting) as client:
            assert (await client.get(f"https://news.test:{server.port}/")).body == b"safe"
            assert await reason(client, f"https://other.test:{server.port}/") == "tls_verify"
        async with Client(settings(server), lookup=NAMES) as client:
            assert await reason(client, f"https://news.test:{server.port}/") == "tls_verify"
        assert server.asked == ["/"]  # nothing was asked again without looking


async def test_a_handshake_that_is_cut_off_is_no_certificate_error(good: Server) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # without a certificate: no common cipher
    async with (
        serving(GOOD, tls=old) as server,
        Client(settings(server), lookup=NAMES) as client,
    ):
        assert await reason(client, f"https://news.test:{server.port}/") == "tls_handshake"
