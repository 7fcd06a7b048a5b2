"""What the lines of a page are comes through all stages and back from its row."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from wireroom import urls
from wireroom.classify.article import Classified
from wireroom.classify.handler import classified
from wireroom.clean.account import of_page
from wireroom.clean.handler import handle
from wireroom.cli.drawn import kinds
from wireroom.events import ArticleClassified, ArticleCleaned, ArticleFetched, Hint, Submission
from wireroom.index.rows import row
from wireroom.runtime.journal import Hop
from wireroom.runtime.stage import Delivery
from wireroom.storage import Pool
from wireroom.storage.reading import show
from wireroom.wire.codec import Codec
from wireroom.wire.headers import Envelope
from wireroom.wire.schemas import Schemas
from wireroom.wire.transport import Partition, Record

from .sample import put

URL = "https://a.example/2026/03/ferry"
SENTENCE = "The ferry between the two islands will run again from Monday, the harbour office said. "
HTML = f"""<!doctype html><html lang="de"><head><title>The ferry runs again</title></head><body>
<article><h1>The ferry runs again</h1><p>{SENTENCE * 2}</p><h2>Who crosses the strait</h2><p>
{SENTENCE * 3}</p><ul><li>{SENTENCE}And the sick.</li><li>{SENTENCE}And the pupils.</li></ul>
<blockquote>{SENTENCE}So it is.</blockquote><p>Source link : https://gazette.example/2026/ferry</p>
<p>Author : Ann Lee</p></article></body></html>"""


async def test_a_page_is_drawn_from_its_row_as_it_was_read(pool: Pool) -> None:
    read = of_page(HTML.encode(), URL).extracted

    async def run(html: bytes | None, text: str | None, url: str, kind: str | None) -> object:
        return read

    fetched = ArticleFetched(
        article_id=urls.article_id(URL), submission=Submission(url=URL), hint=Hint(),
        fetched_at=datetime(2026, 3, 5, tzinfo=UTC), html=b"packed",
    )  # fmt: skip
    [cleaned] = await handle(fetched, run=run)  # type: ignore[misc]  # it is no Drop
    codec = Codec(Schemas())
    cleaned = codec.decode(codec.encode(cleaned), ArticleCleaned)
    found = Classified(
        language="en", language_confidence=0.9, language_source="text", subjects=(),
        subjects_missing=None, keyphrases=(),
    )  # fmt: skip
    event = classified(cleaned, found, {})
    event = codec.decode(codec.encode(event), ArticleClassified)
    record = Record(Partition("articles.classified", 0), 7, 0, None, b"", {})
    envelope = Envelope(str(UUID(int=1)).encode(), str(UUID(int=2)).encode(), 0)
    await put(pool, row(Delivery(event, Hop(record, envelope, event.article_id, 0.0))))

    shown = await show(pool, URL)
    assert shown is not None
    drawn = list(kinds(shown["text"], shown["blocks"]))
    assert drawn == [(part.kind, part.level, part.text) for part in read.blocks]
    assert [kind for kind, _, _ in drawn] == [
        "paragraph", "heading", "paragraph", "list_item", "list_item", "quote",
    ]  # fmt: skip
    assert sum(block["lines"] for block in shown["blocks"]) == len(shown["text"].split("\n"))
    assert shown["details"]["language_hint"] == "de"
    assert shown["canonical_url"] == "https://gazette.example/2026/ferry"
    assert shown["authors"] == ["Ann Lee"]
    assert shown["removed"][0]["rule"] == "trailer.source"
