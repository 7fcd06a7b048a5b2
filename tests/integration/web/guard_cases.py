"""154 ways to an address that must not be reached, with what is to become of each.

Only loopback is ever contacted: 127.0.0.2 plays the public host, everything else is forbidden.
``{p}`` stands for the port on which all servers listen, good and forbidden ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

GOOD = "127.0.0.2"

# What the DNS answers, each time it is asked; the last answer stays.
ANSWERS: dict[str, list[list[str]]] = {
    **{name: [[GOOD]] for name in ("news.test", "xn--bcher-kva.test")},
    "mixed.test": [["127.0.0.1", GOOD]],
    "mixed2.test": [[GOOD, "127.0.0.1"]],
    "rebind.test": [[GOOD], ["127.0.0.1"]],
    "empty.test": [[]],
    "localhost": [["127.0.0.1"]],
    "foo.localhost": [["127.0.0.1"]],
    "db": [["127.0.0.1"]],
    "db.internal": [["10.0.0.9"]],
    "private.test": [["10.0.0.1"]],
    "loop.test": [["127.0.0.1"]],
    "meta.test": [["169.254.169.254"]],
    "mapped.test": [["::ffff:127.0.0.1"]],
    "v6loop.test": [["::1"]],
    "nat64.test": [["64:ff9b::7f00:1"]],
    "sixto4.test": [["2002:7f00:1::1"]],
    "ula.test": [["fd00:ec2::254"]],
    "cgn.test": [["100.64.0.1"]],
    "zero.test": [["0.0.0.0"]],
    "v6any.test": [["::"]],
    "azure.test": [["168.63.129.16"]],
    "ll6.test": [["fe80::1"]],
    "teredo.test": [["2001:0:7f00:1::1"]],
    "multicast.test": [["224.0.0.1"]],
    "bcast.test": [["255.255.255.255"]],
    "bench.test": [["198.18.0.1"]],
    "compat.test": [["::127.0.0.1"]],
}


@dataclass(frozen=True, slots=True)
class Case:
    """``reason`` "" means: fetched, from the public address only. ``urls``: asked in turn."""

    group: str
    urls: tuple[str, ...]
    reason: str = ""
    trap: str = ""

    @property
    def name(self) -> str:
        return f"{self.group}: {self.trap or self.urls[-1][:60]!r}"


def _hosts(group: str, names: str, reason: str, **others: str) -> list[Case]:
    exceptions = {host: why for why, hosts in others.items() for host in hosts.split()}
    return [
        Case(group, (f"http://{host}:{{p}}/secret",), exceptions.get(host, reason))
        for host in names.replace("\n", " ").split(" ")
        if host
    ]


def _urls(group: str, *pairs: tuple[str, str]) -> list[Case]:
    return [Case(group, (url,), reason) for url, reason in pairs]


def _redirects(*pairs: tuple[str, str]) -> list[Case]:
    return [
        Case("redirects", (f"http://news.test:{{p}}/r?to={quote(place, safe='{}')}",), reason)
        for place, reason in pairs
    ]


_CONTROLS = _urls(
    "controls",
    ("http://news.test:{p}/ok", ""),
    ("http://bücher.test:{p}/ok", ""),
    ("http://news.test:{p}/r?to=/ok", ""),
    ("http://news.test:{p}/r?to=%2Fok%3F%C3%BC", ""),
    ("http://mixed.test:{p}/ok", ""),
    ("http://mixed2.test:{p}/ok", ""),
    ("http://news.test:{p}\\@127.0.0.1:{p}/x", ""),
    ("http://rebind.test:{p}/ok", ""),
)
_SPELLINGS = _hosts(
    "IPv4 spellings",
    "127.0.0.1 127.0.0.3 127.1 127.0.1 0 0.0.0.0 2130706433 017700000001 0x7f000001 0x7f.0.0.1 "
    "0177.0.0.1 0x7F.1 127.0.0.1. 00000127.0.0.1 %31%32%37.0.0.1 ①②⑦.⓪.⓪.① 127。0。0。1 "
    "127．0．0．1 １２７.0.0.1",
    "address_refused",
    literal_address="00000127.0.0.1",  # octal: 87.0.0.1, which is public
)
_IPV6 = _hosts(
    "IPv6",
    "[::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:127.0.0.1] [::127.0.0.1] "
    "[64:ff9b::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b:1::7f00:1] [2002:7f00:1::1] "
    "[2001:0:7f00:1::1] [fe80::1] [fe80::1%25lo] [fe80::1%lo] [::1%25lo] [fc00::1] "
    "[fd00:ec2::254] [ff02::1] [3fff::1] [2001:db8::1] [v1.fe80]",
    "address_refused",
    url_invalid="[fe80::1%25lo] [fe80::1%lo] [::1%25lo] [v1.fe80]",
)
_PRIVATE = _hosts(
    "private IPv4",
    "10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 100.100.100.200 192.0.0.192 "
    "198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 168.63.129.16",
    "address_refused",
)
_LOCAL = _hosts(
    "local names",
    "localhost LOCALHOST localhost. ⓛocalhost lo\u00adcalhost foo.localhost db db.internal",
    "host_not_public",
)
_NAMES = _hosts(
    "names",
    "private.test loop.test loop.test. meta.test mapped.test v6loop.test nat64.test sixto4.test "
    "ula.test cgn.test zero.test v6any.test azure.test ll6.test teredo.test multicast.test "
    "bcast.test bench.test compat.test",
    "address_refused",
)
_NO_ANSWER = _hosts("no answer", "empty.test unknown.test", "dns")
_TRICKS = _urls(
    "parser tricks",
    ("http://news.test@127.0.0.1:{p}/secret", "userinfo"),
    ("http://user:pw@news.test:{p}/ok", "userinfo"),
    ("http://127.0.0.1:{p}\\@news.test:{p}/secret", "address_refused"),
    ("http://127.0.0.1:{p}#@news.test:{p}/secret", "address_refused"),
    ("http://127.0.0.1%2f@news.test:{p}/", "userinfo"),
    ("http://127.0.0.1%00.news.test:{p}/secret", "url_invalid"),
    ("http://loop.test\0.news.test:{p}/secret", "url_control_char"),
    ("http://lo\top.test:{p}/secret", "url_control_char"),
    ("http://127.0.\n0.1:{p}/secret", "url_control_char"),
    ("http://news.test:{p}/ok\r\nHost: 127.0.0.1", "url_control_char"),
    ("http://news.test%0d%0aHost:x:{p}/", "url_invalid"),
    ("http:127.0.0.1:{p}/secret", "address_refused"),
    ("http:///127.0.0.1:{p}/secret", "address_refused"),
    ("http:////127.0.0.1:{p}/secret", "address_refused"),
    ("//127.0.0.1:{p}/secret", "url_invalid"),
    (" http://127.0.0.1:{p}/secret", "address_refused"),
)
_SCHEMES = _urls(
    "schemes",
    ("file:///etc/passwd", "scheme"),
    ("ftp://127.0.0.1:{p}/", "scheme"),
    ("gopher://127.0.0.1:{p}/_x", "scheme"),
    ("data:text/html,x", "scheme"),
    ("javascript:alert(1)", "scheme"),
    ("ws://127.0.0.1:{p}/secret", "scheme"),
    ("http+unix://%2Fvar%2Frun%2Fdocker.sock/x", "scheme"),
    ("blob:http://x/", "scheme"),
    ("feed://127.0.0.1:{p}/secret", "scheme"),
    ("view-source:http://127.0.0.1:{p}/", "scheme"),
    ("", "url_invalid"),
    ("http:///", "url_invalid"),
)
_PORTS = _urls(
    "ports and lengths",
    ("http://news.test:22/", "port"),
    ("http://news.test:25/", "port"),
    ("http://news.test:6379/", "port"),
    ("http://news.test:0/", "port"),
    ("http://news.test:65536/", "url_invalid"),
    ("http://news.test:0x4a88/", "url_invalid"),
    ("http://news.test:{p}:80/", "url_invalid"),
    ("http://" + "a" * 64 + ".test:{p}/", "host_invalid"),
    ("http://" + "a." * 130 + "test:{p}/", "host_invalid"),
    ("http://news.test:{p}/" + "a" * 3_000, "url_too_long"),
    ("http://news..test:{p}/", "host_invalid"),
)
_REDIRECTS = [
    *_redirects(
        ("http://127.0.0.1:{p}/secret", "address_refused"),
        ("//127.0.0.1:{p}/secret", "address_refused"),
        ("http://loop.test:{p}/secret", "address_refused"),
        ("http://169.254.169.254/latest/meta-data/", "address_refused"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://127.0.0.1:6379/_INFO", "scheme"),
        ("http://[::ffff:127.0.0.1]:{p}/secret", "address_refused"),
        ("http://2130706433:{p}/secret", "address_refused"),
        ("http://a:b@127.0.0.1:{p}/secret", "userinfo"),
        ("http://news.test:{p}/r?to=http%3A%2F%2F127.0.0.1%3A{p}%2Fsecret", "address_refused"),
        ("http://localhost:{p}/secret", "address_refused"),
        ("http://news.test:22/", "port"),
        ("javascript:1", "scheme"),
        ("\\\\127.0.0.1:{p}\\secret", "address_refused"),
        ("http://meta.test:{p}/", "address_refused"),
        ("/\t/127.0.0.1:{p}/secret", "url_control_char"),
    ),
    Case("redirects", ("http://news.test:{p}/loop",), "redirect_loop"),
    Case("redirects", ("http://news.test:{p}/more?n=0",), "too_many_redirects"),
    Case("redirects", ("http://news.test:{p}/r",), "redirect_no_location"),
]
_REBINDING = [
    Case(
        "rebinding",
        ("http://rebind.test:{p}/ok", "http://rebind.test:{p}/secret"),
        "address_refused",
        "between two requests",
    ),
    Case(
        "rebinding",
        ("http://rebind.test:{p}/r?to=/secret",),
        "address_refused",
        "between two hops",
    ),
]
_TWICE = ("http://news.test:{p}/ok", "http://news.test:{p}/ok")
_SURROUNDINGS = [
    Case("surroundings", _TWICE[:1], trap="proxy variables"),
    Case("surroundings", _TWICE[:1], trap=".netrc"),
    Case("surroundings", _TWICE, trap="cookies"),
    Case("surroundings", _TWICE, trap="Alt-Svc"),
    Case("surroundings", ("http://news.test:{p}/upgrade",), "protocol", "101"),
]

CASES: tuple[Case, ...] = (
    *_CONTROLS, *_SPELLINGS, *_IPV6, *_PRIVATE, *_LOCAL, *_NAMES, *_NO_ANSWER, *_TRICKS,
    *_SCHEMES, *_PORTS, *_REDIRECTS, *_REBINDING, *_SURROUNDINGS,
)  # fmt: skip
COUNTS = {
    "controls": 8,
    "IPv4 spellings": 19,
    "IPv6": 21,
    "private IPv4": 12,
    "local names": 8,
    "names": 19,
    "no answer": 2,
    "parser tricks": 16,
    "schemes": 12,
    "ports and lengths": 11,
    "redirects": 19,
    "rebinding": 2,
    "surroundings": 5,
}
