"""Ways to reach an address that must not be reached, and what stops each."""

from __future__ import annotations

import socket
from ipaddress import ip_address, ip_network

import ada_url
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wireroom.web.address import AddressRefused, Policy, _agreed, parse, public, socket_factory
from wireroom.web.errors import Refused

OPEN = Policy()

PUBLIC = ["93.184.216.34", "8.8.8.8", "223.255.255.254", "2606:2800:220:1::1", "::ffff:8.8.8.8"]
SPECIAL = (
    "0.0.0.0 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16 "
    "169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.168.1.1 198.18.0.1 "
    "198.51.100.1 203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255 "
    ":: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 64:ff9b::7f00:1 "
    "64:ff9b:1::7f00:1 2002:7f00:1::1 2001:0:7f00:1::1 2001:db8::1 3fff::1 fe80::1 fc00::1 "
    "fd00:ec2::254 ff02::1 100::1 fe80::1%eth0 2606:2800::1%1 nonsense"
)


@pytest.mark.parametrize("ip", PUBLIC)
def test_a_public_address_is_public(ip: str) -> None:
    assert public(ip)


@pytest.mark.parametrize("ip", SPECIAL.split())
def test_a_special_address_is_not(ip: str) -> None:
    assert not public(ip)


def test_the_standard_library_would_let_some_of_them_through() -> None:
    let_through = [ip for ip in ("64:ff9b:1::7f00:1", "224.0.0.1") if ip_address(ip).is_global]
    assert let_through, "if it no longer does, our own table may go"


SPELLINGS = (
    "127.0.0.1 127.0.0.3 127.1 127.0.1 0 0.0.0.0 2130706433 017700000001 0x7f000001 0x7f.0.0.1 "
    "0177.0.0.1 0x7F.1 127.0.0.1. 00000177.0.0.1 %31%32%37.0.0.1 ①②⑦.⓪.⓪.① 127。0。0。1 "
    "127．0．0．1 １２７.0.0.1 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 "
    "192.0.0.192 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 168.63.129.16 "
    "[::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:127.0.0.1] [::127.0.0.1] "
    "[64:ff9b::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b:1::7f00:1] [2002:7f00:1::1] "
    "[2001:0:7f00:1::1] [fe80::1] [fc00::1] [fd00:ec2::254] [ff02::1] [3fff::1] [2001:db8::1]"
)


@pytest.mark.parametrize("host", SPELLINGS.split())
def test_every_spelling_of_a_special_address_is_refused(host: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(f"http://{host}/secret", OPEN)
    assert caught.value.reason == "address_refused"


BROKEN = {
    "scheme": [
        "file:///etc/passwd",
        "ftp://news.test/",
        "gopher://127.0.0.1:6379/_x",
        "data:text/html,x",
        "javascript:alert(1)",
        "ws://news.test/",
        "http+unix://%2Fvar%2Frun%2Fdocker.sock/x",
        "blob:http://x/",
        "feed://news.test/",
        "view-source:http://news.test/",
    ],
    "url_invalid": [
        "",
        "http://",
        "//news.test/",
        "/only/a/path",
        "http://[fe80::1%25lo]/",
        "http://[fe80::1%lo]/",
        "http://[v1.fe80]/",
        "http://127.0.0.1%00.news.test/",
        "http://news.test%0d%0aHost:x/",
        "http://news.test:65536/",
        "http://news.test:0x50/",
        "http://news.test:80:80/",
        "http://news\ud800.test/",
    ],
    "userinfo": [
        "http://news.test@127.0.0.1/secret",
        "http://me:secret@news.test/",
        "http://127.0.0.1%2f@news.test/",
    ],
    "url_control_char": [
        "http://loop.test\0.news.test/",
        "http://lo\top.test/",
        "http://127.0.\n0.1/",
        "http://news.test/ok\r\nHost: 127.0.0.1",
    ],
    "host_not_public": [
        "http://localhost/",
        "http://LOCALHOST/",
        "http://localhost./",
        "http://ⓛocalhost/",
        "http://lo\u00adcalhost/",
        "http://foo.localhost/",
        "http://db/",
        "http://db.internal/",
        "http://printer.local/",
    ],
    "host_invalid": [
        "http://" + "a" * 64 + ".test/",
        "http://" + "a." * 130 + "test/",
        "http://news..test/",
    ],
    "port": ["http://news.test:22/", "http://news.test:6379/", "http://news.test:0/"],
    "url_too_long": ["http://news.test/" + "a" * 3_000, "http://news.test/" + "ä" * 1_000],
    "literal_address": ["http://8.8.8.8/", "http://[2606:2800:220:1::1]/"],
    "address_refused": [
        "http:127.0.0.1/secret",
        "http:///127.0.0.1/secret",
        "http:////127.0.0.1/secret",
        " http://127.0.0.1/secret",
        "http://127.0.0.1\\@news.test/secret",
        "http://127.0.0.1#@news.test/secret",
    ],
}


@pytest.mark.parametrize(
    ("reason", "url"), [(reason, url) for reason, urls in BROKEN.items() for url in urls]
)
def test_what_breaks_a_rule_is_refused_for_it(reason: str, url: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(url, OPEN)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("url", "becomes"),
    [
        ("https://news.test/a?b=c#d", "https://news.test/a?b=c"),
        (" HTTP://News.Test:80/ä\n", "http://news.test/%C3%A4"),
        ("https://Köln.test/", "https://xn--kln-sna.test/"),
        ("http://news.test\\@127.0.0.1/x", "http://news.test/@127.0.0.1/x"),
        ("https://news.test:8443/%41", "https://news.test:8443/%41"),
    ],
)
def test_a_good_url_goes_on_in_ascii(url: str, becomes: str) -> None:
    assert str(parse(url, OPEN)) == becomes


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("http://127.0.0.1/secret", "address_refused"),
        ("//127.0.0.1/secret", "address_refused"),
        ("\\\\127.0.0.1\\secret", "address_refused"),
        ("http://2130706433/", "address_refused"),
        ("file:///etc/passwd", "scheme"),
        ("javascript:1", "scheme"),
        ("http://localhost/", "host_not_public"),
        ("http://news.test:22/", "port"),
        ("/\t/127.0.0.1/secret", "url_control_char"),
    ],
)
def test_a_redirect_is_read_by_the_same_rules(place: str, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(place, OPEN, base="https://news.test/a/b")
    assert caught.value.reason == reason


def test_a_relative_redirect_stays_on_its_host() -> None:
    assert str(parse("../ü?x", OPEN, base="https://news.test/a/b")) == "https://news.test/%C3%BC?x"


def test_an_opened_network_opens_itself_and_nothing_else() -> None:
    policy = Policy(networks=(ip_network("127.0.0.2/32"),))
    assert str(parse("http://127.0.0.2/", policy)) == "http://127.0.0.2/"
    assert str(parse("http://intranet/", policy)) == "http://intranet/"
    for url in ("http://127.0.0.1/", "http://[::1]/", "http://10.0.0.1/"):
        with pytest.raises(Refused) as caught:
            parse(url, policy)
        assert caught.value.reason == "address_refused"


def test_literals_may_be_opened_for_public_addresses() -> None:
    policy = Policy(literals=True)
    assert str(parse("http://8.8.8.8/", policy)) == "http://8.8.8.8/"
    with pytest.raises(Refused):
        parse("http://10.0.0.1/", policy)


def test_the_socket_is_only_made_for_a_permitted_address() -> None:
    make = socket_factory(OPEN)
    made = make((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80)))
    made.close()
    refused = [
        (socket.AF_INET, ("127.0.0.1", 80)),
        (socket.AF_INET6, ("::1", 80, 0, 0)),
        (socket.AF_INET6, ("2606:2800:220:1::1", 80, 0, 3)),
        (socket.AF_UNIX, ("/run/docker.sock",)),
    ]
    for family, target in refused:
        with pytest.raises(AddressRefused):
            make((family, socket.SOCK_STREAM, 6, "", target))


_PIECES = (
    "news.test 127.0.0.1 [::1] [ ] : :80 :443 / // \\ @ # ? % %2e %00 ä ① 。 . .. xn-- a_b - ; & = "
    "\ud800 ~ | ^ ` { } < > \" ' * ( ) !"
)


@given(
    st.sampled_from(["http://", "https://", "https://news.test", "http:", "//"]),
    st.lists(st.sampled_from(_PIECES.split(" ")) | st.text(max_size=4), max_size=8).map("".join),
    st.sampled_from([None, "https://news.test/a/b"]),
)
def test_whatever_is_written_it_is_refused_or_read_alike_by_two_parsers(
    start: str, rest: str, base: str | None
) -> None:
    try:
        url = parse(start + rest, OPEN, base)
    except Refused:
        return
    again = ada_url.URL(str(url))
    assert again.href == str(url)
    assert again.hostname == url.raw_host
    assert url.raw_host is not None
    assert str(url).isascii()
    assert "." in url.raw_host.removesuffix(".")


@pytest.mark.parametrize(
    "read", [("http:", "other.test", 80), ("http:", "news.test", 81), ("https:", "news.test", 80)]
)
def test_two_parsers_that_read_a_url_differently_are_no_answer(read: tuple[str, str, int]) -> None:
    with pytest.raises(Refused) as caught:
        _agreed("http://news.test/", read)
    assert caught.value.reason == "url_ambiguous"
