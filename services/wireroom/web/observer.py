"""Who is told how a GET went. Nobody, unless somebody asks to be."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

Phase: TypeAlias = Literal["queue", "dns", "connect", "first_byte", "body"]


class Observer(Protocol):
    """Told of each step as it ends, on the event loop: to be quick is a duty."""

    def phase(self, phase: Phase, seconds: float) -> None:
        """One step of one request took this long.

        ``queue``: until the host's turn, told by the scheduler. ``dns``: a look-up that the cache
        did not know. ``connect``: TCP and TLS, of new connections only. ``first_byte``: from
        then to the end of the response's head. ``body``: the rest.
        """

    def size(self, wire: int, decoded: int) -> None:
        """Bytes of one body, also of one that ended in an error."""

    def address_refused(self) -> None:
        """A URL, a name or a redirect led to an address that is not to be reached."""

    def in_flight(self, change: int) -> None:
        """+1 when a request begins, -1 when its answer is read."""

    def robots(self, result: str) -> None:
        """What came of asking for a robots.txt, in a word; told by ``robots``."""


class Nobody:
    """Hears nothing."""

    def phase(self, phase: Phase, seconds: float) -> None:
        pass

    def size(self, wire: int, decoded: int) -> None:
        pass

    def address_refused(self) -> None:
        pass

    def in_flight(self, change: int) -> None:
        pass

    def robots(self, result: str) -> None:
        pass
