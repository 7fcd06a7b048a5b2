"""The demo's newspapers over loopback, read as a browser and an extractor would."""

import ipaddress
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
import pytest
import trafilatura
from protego import Protego

from wireroom.demo.content import Article, articles
from wireroom.demo.site import COPIED, COPY, Site, places, site

PLACES = sorted(places(articles())[0])


@dataclass(frozen=True)
class Reader:
    """The running site and a client for it."""

    site: Site
    client: aiohttp.ClientSession

    async def get(self, outlet: str, path: str) -> tuple[int, str]:
        async with self.client.get(self.site.url(outlet, path)) as response:
            return response.status, await response.text()


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with site() as served, aiohttp.ClientSession() as client:
        yield Reader(served, client)


def body(html: str) -> list[str]:
    return (trafilatura.extract(html, fast=True) or "").split("\n")


def linked_data(html: str) -> dict[str, object]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert found
    value = json.loads(found[1])
    assert isinstance(value, dict)
    return value


async def test_every_page_gives_its_text_and_nothing_else_to_an_extractor(reader: Reader) -> None:
    for outlet, path in PLACES:
        status, html = await reader.get(outlet, path)
        article = reader.site.article(outlet, path)
        assert isinstance(article, Article)
        assert status == 200
        assert body(html) == list(article.paragraphs), path


async def test_every_page_names_itself_by_the_address_that_really_serves_it(reader: Reader) -> None:
    for outlet, path in PLACES:
        url = reader.site.url(outlet, path)
        _, html = await reader.get(outlet, path)
        assert f'<link rel="canonical" href="{url}">' in html
        assert f'<meta property="og:url" content="{url}">' in html
        data = linked_data(html)
        assert data["@type"] == "NewsArticle"
        assert data["url"] == url


async def test_linked_data_has_headline_author_publisher_and_a_time_with_offset(
    reader: Reader,
) -> None:
    _, html = await reader.get(
        "gazette", "/science/2026/02/17/eelgrass-stores-heat-clue-harrowmere-bay"
    )
    data = linked_data(html)
    assert str(data["headline"]).startswith("Seagrass under Harrowmere Bay")
    assert data["author"] == [{"@type": "Person", "name": "Philippa Stanbridge"}]
    assert data["datePublished"] == "2026-02-17T09:15:00+00:00"
    assert data["publisher"] == {"@type": "NewsMediaOrganization", "name": "The Harrowmere Gazette"}
    assert '<html lang="en">' in html


async def test_every_page_has_the_furniture_of_a_real_one(reader: Reader) -> None:
    for outlet, path in PLACES:
        _, html = await reader.get(outlet, path)
        for part in ("<nav>", "cookie-banner", "newsletter", 'class="related"', "site-footer"):
            assert part in html
        related = html.partition('class="related"')[2].partition("</aside>")[0]
        assert related.count("<li>") >= 3
        assert f'href="{path}"' not in related


async def test_newspapers_differ_by_origin_and_are_on_loopback_only(reader: Reader) -> None:
    origins = list(reader.site.origins.values())
    assert len(set(origins)) == len(origins) == 7
    for origin in origins:
        assert ipaddress.ip_address(urlsplit(origin).hostname or "").is_loopback


async def test_one_newspaper_forbids_its_members_pages_to_robots(reader: Reader) -> None:
    secret = articles()["valdore-members"]
    _, forbidding = await reader.get("courrier", "/robots.txt")
    _, open_to_all = await reader.get("gazette", "/robots.txt")
    url = reader.site.url(secret.outlet, secret.path)
    assert not Protego.parse(forbidding).can_fetch(url, "Wireroom")
    assert Protego.parse(forbidding).can_fetch(reader.site.url("courrier", "/"), "Wireroom")
    assert Protego.parse(open_to_all).can_fetch(url, "Wireroom")


async def test_what_is_not_there_is_gone(reader: Reader) -> None:
    status, html = await reader.get("gazette", "/news/2026/02/01/taken-down")
    assert status == 410
    assert "application/ld+json" not in html


async def test_a_front_page_is_a_list_of_links_and_no_article(reader: Reader) -> None:
    status, html = await reader.get("courrier", "/")
    assert status == 200
    assert "application/ld+json" not in html
    assert 'content="website"' in html
    assert "/economie/2026/02/12/" in html


async def test_a_page_is_found_behind_tracking_parameters(reader: Reader) -> None:
    outlet, path = PLACES[0]
    plain = await reader.get(outlet, path)
    assert await reader.get(outlet, f"{path}?utm_source=letter&fbclid=x") == plain


async def test_a_revised_page_shows_the_corrected_text_under_the_same_address(
    reader: Reader,
) -> None:
    article = articles()["kelderau-hochwasser"]
    _, before = await reader.get(article.outlet, article.path)
    reader.site.revise(article.outlet, article.path)
    _, after = await reader.get(article.outlet, article.path)
    assert "mussten 640 Menschen" in before
    assert "mussten 460 Menschen" in after
    assert linked_data(after)["url"] == linked_data(before)["url"]
    assert linked_data(after)["dateModified"] != linked_data(before)["dateModified"]
    assert body(after) == list(articles()["kelderau-hochwasser.revised"].paragraphs)


async def test_only_a_page_with_a_corrected_text_can_be_revised(reader: Reader) -> None:
    with pytest.raises(KeyError):
        reader.site.revise("gazette", "/")


async def test_another_newspaper_prints_an_article_word_for_word(reader: Reader) -> None:
    original = articles()[COPIED]
    _, first = await reader.get(original.outlet, original.path)
    _, second = await reader.get(*COPY)
    assert body(first) == body(second)
    assert linked_data(first)["publisher"] != linked_data(second)["publisher"]
    assert linked_data(first)["url"] != linked_data(second)["url"]


async def test_pages_are_compressed_for_those_who_ask_and_only_for_them(reader: Reader) -> None:
    url = reader.site.url(*PLACES[0])
    async with reader.client.get(url, headers={"Accept-Encoding": "gzip"}) as zipped:
        assert zipped.headers["Content-Encoding"] == "gzip"
        text = await zipped.text()
    async with reader.client.get(url, headers={"Accept-Encoding": "identity"}) as plain:
        assert "Content-Encoding" not in plain.headers
        assert await plain.text() == text


async def test_nothing_listens_any_more_when_the_site_is_closed() -> None:
    async with site() as served:
        urls = [served.url(key, "/") for key in served.origins]
    async with aiohttp.ClientSession() as client:
        for url in urls:
            with pytest.raises(aiohttp.ClientConnectorError):
                await client.get(url)
