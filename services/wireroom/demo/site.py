"""A small web of invented newspapers on this machine, for as long as the demo runs.

Each newspaper has a loopback address of its own (127.0.0.2, .3, …) and a free port. Where a
system has only 127.0.0.1, as macOS, they share it and differ by port. Nothing else is bound.
"""

import errno
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from aiohttp import web

from wireroom.demo.content import Article, articles
from wireroom.demo.outlets import OUTLETS
from wireroom.demo.page import Outlet, Teaser, article_page, home_page, missing_page

COPIED = "valdore-filature"
COPY = ("terre", "/depeches/2026/02/12/la-filature-de-valdore-rouvre")
"""The article that another newspaper prints word for word, and where."""

_ROBOTS = "User-agent: *\nDisallow: /members/\n"
_ROBOTS_OPEN = "User-agent: *\nDisallow:\n"
_FORBIDS = "courrier"
_RELATED = 4  # what a page of a small newspaper shows; enough to tempt an extractor


@dataclass(slots=True)
class Site:
    """The running site. `origins` gives each newspaper's `http://address:port` by its key."""

    pages: Mapping[tuple[str, str], Article]
    corrected: Mapping[tuple[str, str], Article]
    origins: dict[str, str] = field(default_factory=dict)
    _revised: set[tuple[str, str]] = field(default_factory=set)

    def url(self, outlet: str, path: str) -> str:
        """Where a page is. Raises KeyError for an unknown newspaper."""
        return f"{self.origins[outlet]}{path}"

    def revise(self, outlet: str, path: str) -> None:
        """Print the corrected text from now on. Raises KeyError where there is none."""
        self.corrected[outlet, path]
        self._revised.add((outlet, path))

    def article(self, outlet: str, path: str) -> Article | None:
        """What stands at an address now."""
        place = (outlet, path)
        return self.corrected[place] if place in self._revised else self.pages.get(place)

    def answer(self, outlet: Outlet, path: str) -> web.Response:
        """The response to a GET of `path`, uncompressed."""
        base = self.origins[outlet.key]
        if path == "/robots.txt":
            return web.Response(text=_ROBOTS if outlet.key == _FORBIDS else _ROBOTS_OPEN)
        if path == "/":
            return _html(home_page(outlet, base, self._teasers(outlet.key)))
        article = self.article(outlet.key, path)
        if article is None:
            return _html(missing_page(outlet), status=410)
        others = [t for t in self._teasers(outlet.key) if t.path != path]
        return _html(article_page(outlet, base, article, others[:_RELATED]))

    def _teasers(self, outlet: str) -> list[Teaser]:
        own = [place for place in self.pages if place[0] == outlet]
        shown = [self.article(*place) for place in own]
        return [Teaser(a.path, a.title or "") for a in shown if a]


@asynccontextmanager
async def site() -> AsyncIterator[Site]:
    """Serve all newspapers until the block is left."""
    pages, corrected = places(articles())
    served = Site(pages, corrected)
    async with AsyncExitStack() as stack:
        for number, outlet in enumerate(OUTLETS, start=2):
            runner = web.AppRunner(_application(served, outlet), access_log=None)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            served.origins[outlet.key] = await _bind(runner, f"127.0.0.{number}")
        yield served


def places(
    known: Mapping[str, Article],
) -> tuple[dict[tuple[str, str], Article], dict[tuple[str, str], Article]]:
    """Pages by newspaper and path, and the corrected texts in the same way."""
    pages: dict[tuple[str, str], Article] = {}
    corrected: dict[tuple[str, str], Article] = {}
    for name, article in known.items():
        if article.outlet:
            target = corrected if name.endswith(".revised") else pages
            target[article.outlet, article.path] = article
    original = known[COPIED]
    pages[COPY] = replace(
        original,
        outlet=COPY[0],
        path=COPY[1],
        section="Dépêches",
        published=original.published + timedelta(hours=3),
    )
    return pages, corrected


def _application(served: Site, outlet: Outlet) -> web.Application:
    async def answer(request: web.Request) -> web.Response:
        response = served.answer(outlet, request.path)
        response.headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.enable_compression(web.ContentCoding.gzip)
        return response

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    return application


async def _bind(runner: web.AppRunner, address: str) -> str:
    """Listen on a free port of the address; the origin that came of it."""
    try:
        await web.TCPSite(runner, address, 0).start()
    except OSError as error:
        if error.errno != errno.EADDRNOTAVAIL:
            raise
        await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
