"""``publish``: URLs, pages, texts or JSON lines into the intake topic."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

from wireroom import urls
from wireroom.cli.composition import broker, codec
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.events import ArticleSubmitted
from wireroom.wire.codec import Undecodable
from wireroom.wire.publish import Publisher
from wireroom.wire.transport import Gone, TooLarge

AT_ONCE = 100  # on their way to Kafka; one by one, each would wait for a round trip


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What was named on the command line."""

    urls: list[str]
    file: Path | None = None
    url: str | None = None
    text: str | None = None
    jsonl: str | None = None
    sent_by: str | None = None


def publish(what: Input, settings: Settings) -> int:
    """0 when all was accepted; 1 after naming each input that was not. Raises ``Trouble``."""
    submissions = list(_submissions(what))
    if not submissions:
        raise Trouble(_nothing(what))
    return asyncio.run(_publish(submissions, settings))


def _nothing(what: Input) -> str:
    if what.jsonl:
        return f"{what.jsonl}: empty; give one JSON object a line"
    if what.url:
        return f"--url {what.url}: goes with --file or --text; to have it fetched, leave out --url"
    return "nothing to publish: give URLs, --file PAGE --url URL, --text FILE or --jsonl FILE"


Submission: TypeAlias = tuple[str, ArticleSubmitted | Trouble]
"""How to name the input; the event, or what is wrong with it."""


async def _publish(submissions: list[Submission], settings: Settings) -> int:
    faults = 0
    async with broker(settings).producer() as producer, asyncio.TaskGroup() as tasks:
        publisher = Publisher(producer, codec())
        sent: deque[tuple[str, asyncio.Task[UUID | str]]] = deque()

        async def tell() -> int:
            name, task = sent.popleft()
            answer = await task
            if isinstance(answer, str):
                sys.stderr.write(f"wireroom: {name}: {answer}\n")
                return 1
            sys.stdout.write(f"{answer}  {name}\n")
            sys.stdout.flush()
            return 0

        for name, event in submissions:
            sent.append((name, tasks.create_task(_send(publisher, event))))
            if len(sent) >= AT_ONCE:
                faults += await tell()
        while sent:
            faults += await tell()
    return 1 if faults else 0


async def _send(publisher: Publisher, event: ArticleSubmitted | Trouble) -> UUID | str:
    """The article's id once Kafka has it, or why it is not there."""
    try:
        if isinstance(event, Trouble):
            raise event
        key = urls.host(event.url).encode() if event.url else None
        await publisher.publish(event, key=key)
        return article_id(event)
    except (Trouble, TooLarge, Gone) as error:
        return _remedy(error)


def _remedy(error: Exception) -> str:
    if isinstance(error, TooLarge):
        return f"{error}: hand in the URL alone, and the page is fetched"
    if isinstance(error, Gone):
        return f"Kafka did not take it ({error}): see `wireroom doctor`"
    return str(error)


def article_id(event: ArticleSubmitted) -> UUID:
    return urls.article_id(event.url) if event.url else urls.text_article_id(event.text or "")


def _submissions(what: Input) -> Iterator[Submission]:
    for url in what.urls:
        yield url, _checked({"url": url}, what.sent_by)
    if what.file:
        if not what.url:
            raise Trouble(f"--file {what.file}: say where the page is from with --url URL")
        page = _read(str(what.file))
        yield str(what.file), _checked({"url": what.url, "html": page}, what.sent_by)
    if what.text:
        fields = {"text": _decoded(_read(what.text), what.text), "url": what.url}
        yield what.text, _checked(fields, what.sent_by)
    if what.jsonl:
        for number, line in enumerate(_read(what.jsonl).splitlines(), 1):
            if line.strip():
                yield f"{what.jsonl}:{number}", _from_json(line.strip(), what.sent_by)


def _checked(fields: Mapping[str, object], sent_by: str | None) -> ArticleSubmitted | Trouble:
    return _sound(ArticleSubmitted.model_validate({**fields, "submitted_by": sent_by}))


def _from_json(line: bytes, sent_by: str | None) -> ArticleSubmitted | Trouble:
    try:
        event = codec().decode(line, ArticleSubmitted)
    except Undecodable as error:
        return Trouble(f"{error}")
    if sent_by and not event.submitted_by:
        event = event.model_copy(update={"submitted_by": sent_by})
    return _sound(event)


def _sound(event: ArticleSubmitted) -> ArticleSubmitted | Trouble:
    """What the pipeline would refuse anyway is refused here, where somebody reads it."""
    if event.url is not None:
        try:
            urls.canonical(event.url)
            if urls.has_userinfo(event.url):
                return Trouble("holds a user name or password; take it out of the address")
        except ValueError as error:
            return Trouble(f"{error}; give an address that begins with http:// or https://")
    if event.text is not None and not event.text.strip() and not event.html:
        return Trouble("the text is empty")
    if not (event.url or event.text):
        return Trouble("needs a url or a text; html alone has no address to be known by")
    return event


def _read(name: str) -> bytes:
    """The file, or stdin for ``-``."""
    if name == "-":
        if sys.stdin is None:
            raise Trouble("-: stdin is closed; name a file")
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise Trouble(f"{name}: {error.strerror}; name a file that you may read") from error


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Trouble(f"{name}: not UTF-8 (byte {error.start}); convert it with iconv") from error
