"""Which URLs and addresses may be asked. Pure.

``parse`` reads every URL, redirects too, with one parser (WHATWG, as browsers do); a second one
must agree, and only the canonical ASCII form goes on. That gives early and exact reasons.
What protects is ``socket_factory``: it sees the very address that is about to be connected to,
after DNS, so neither redirects nor changing DNS answers get past it.

The tables are our own: ``ipaddress.is_global`` is true for NAT64, 6to4 and IPv4-compatible
addresses of the loopback, and for multicast (Python 3.11). IPv4: the IANA special-purpose
registry, multicast, class E, and 168.63.129.16, a metadata service. IPv6: global unicast only,
less what carries or tunnels another address.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, TypeAlias

import ada_url
from yarl import URL

from wireroom.web.errors import Refused
from wireroom.web.settings import Settings

Network: TypeAlias = IPv4Network | IPv6Network
AddressInfo: TypeAlias = tuple[int, int, int, str, tuple[Any, ...]]

_REFUSED_4 = tuple(
    IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "168.63.129.16/32"),
    )
)
_GLOBAL_6 = IPv6Network("2000::/3")
_REFUSED_6 = tuple(
    IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48")
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PRIVATE_SUFFIXES = frozenset(
    ("localhost", "local", "internal", "lan", "home", "corp", "intranet", "onion", "arpa")
)


class AddressRefused(OSError):
    """An OSError, so that the connector goes on to the next address and reports this one."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be asked. ``networks`` are opened although they are not public."""

    ports: frozenset[int] = frozenset({80, 443, 8080, 8443})
    networks: tuple[Network, ...] = ()
    literals: bool = False
    max_url: int = 2_048

    @classmethod
    def of(cls, settings: Settings) -> Policy:
        return cls(settings.ports, settings.allow_networks, settings.literals, settings.max_url)

    def opens(self, ip: str) -> bool:
        """Whether an operator opened the network of this address."""
        if not self.networks or "%" in ip:
            return False
        try:
            address = ip_address(ip)
        except ValueError:
            return False
        return any(address.version == n.version and address in n for n in self.networks)

    def permits(self, ip: str) -> bool:
        """Whether this address may be connected to."""
        return public(ip) or self.opens(ip)


@lru_cache(8_192)
def public(ip: str) -> bool:
    """Whether an address, as text without brackets, lies in the public internet."""
    if "%" in ip:  # a zone: link-local by nature
        return False
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return public(str(address.ipv4_mapped))
        return address in _GLOBAL_6 and not any(address in n for n in _REFUSED_6)
    return not any(address in n for n in _REFUSED_4)


def parse(url: str, policy: Policy, base: str | None = None) -> URL:
    """The URL to ask for, without fragment. ``Refused`` with the first rule that it breaks."""
    url = url.strip(" \t\r\n")
    if len(url) > policy.max_url:
        raise Refused("url_too_long", f"{len(url)} characters")
    if _CONTROL.search(url):
        raise Refused("url_control_char", repr(url))
    try:
        parsed = ada_url.URL(url, base=base)
    except ValueError:
        raise Refused("url_invalid", repr(url)) from None
    scheme, host, href = parsed.protocol, parsed.hostname, parsed.href
    if scheme not in ("http:", "https:"):
        raise Refused("scheme", scheme)
    if parsed.username or parsed.password:
        raise Refused("userinfo", host)
    if len(href) > policy.max_url:
        raise Refused("url_too_long", f"{len(href)} characters")
    port = int(parsed.port or (443 if scheme == "https:" else 80))
    if port not in policy.ports:
        raise Refused("port", str(port))
    _check_host(host, policy)
    return _agreed(href, (scheme, host.strip("[]"), port))


def _check_host(host: str, policy: Policy) -> None:
    name = host.removesuffix(".")
    bare = host.strip("[]")
    if _is_address(bare):
        if not policy.permits(bare):
            raise Refused("address_refused", bare)
        if not (policy.literals or policy.opens(bare)):
            raise Refused("literal_address", bare)
        return
    labels = name.split(".")
    if len(name) > 253 or not all(0 < len(label) <= 63 for label in labels):
        raise Refused("host_invalid", host)
    # Opened networks are often named from within; the address still decides.
    if not policy.networks and (len(labels) == 1 or labels[-1] in _PRIVATE_SUFFIXES):
        raise Refused("host_not_public", host)


def _is_address(bare: str) -> bool:
    # The parser has brought every spelling of an address to digits and dots, or to colons.
    if not (bare.removesuffix(".")[-1:].isdigit() or ":" in bare):
        return False
    try:
        ip_address(bare)
    except ValueError:
        return False
    return True


def _agreed(href: str, read: tuple[str, str, int]) -> URL:
    """The same URL as the HTTP client's parser reads it; ``Refused`` if it reads another one.

    ``read``: scheme with its colon, host and port as the first parser understood them.
    """
    try:
        other = URL(href.partition("#")[0], encoded=True)
        same = (other.scheme + ":", other.raw_host, other.port) == read
    except ValueError:
        same = False
    if not same or other.user or other.password:
        raise Refused("url_ambiguous", href)
    return other


def socket_factory(policy: Policy) -> Callable[[AddressInfo], socket.socket]:
    """For the connector: a socket for a permitted address, ``AddressRefused`` for any other."""

    def make(info: AddressInfo) -> socket.socket:
        family, kind, proto, _, target = info
        scoped = family == socket.AF_INET6 and len(target) > 3 and bool(target[3])
        known = family in (socket.AF_INET, socket.AF_INET6)
        if not known or scoped or not policy.permits(str(target[0])):
            # One wording for all: the connector merges different errors into a nameless one.
            raise AddressRefused("the policy refuses this address")
        return socket.socket(family, kind, proto)

    return make
