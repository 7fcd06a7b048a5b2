"""The demo's articles: invented news of invented places, one file each in `articles/`.

A file is a head of `name: value` lines, an empty line, and paragraphs divided by empty lines; a
line that begins with `#` is a heading. After `---` come the headlines of a Trending list. From it
`page.py` makes a web page; `as_syndicated` here makes the text that an agency's feed would send,
with all that gets lost on that way. What is in the file is what a good cleaner finds again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a heading between paragraphs."""

    text: str
    heading: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One invented article.

    `outlet` is the key of the site's host and `path` its place there; both are empty for
    syndicated text, which has a `link` to where it pretends to come from. `published` has an
    offset on pages and none in syndicated text, as in the wild.
    """

    name: str
    language: str
    topic: str
    published: datetime
    blocks: tuple[Block, ...]
    title: str | None = None
    author: str | None = None
    outlet: str = ""
    path: str = ""
    section: str = ""
    summary: str = ""
    modified: datetime | None = None
    link: str = ""
    page_date: str = ""
    trending: tuple[str, ...] = ()

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Paragraphs and headings in reading order, without marks."""
        return tuple(block.text for block in self.blocks)


def articles() -> Mapping[str, Article]:
    """All articles by name (the file's name without `.md`), in alphabetical order.

    `NAME.revised` is the corrected text of `NAME`.
    """
    folder = files(__package__) / "articles"
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".md")), key=lambda f: f.name)
    return {
        f.name.removesuffix(".md"): parse(f.name.removesuffix(".md"), f.read_text("utf-8"))
        for f in found
    }


def parse(name: str, text: str) -> Article:
    """Read one article file.

    Raises ValueError, which names the file, if a head line has no colon or a needed one is missing.
    """
    head, _, rest = text.partition("\n\n")
    body, _, tail = rest.partition("\n---\n")
    values: dict[str, str] = {}
    for line in head.splitlines():
        key, colon, value = line.partition(": ")
        if not colon:
            raise ValueError(f"{name}.md: the head line {line!r} is not of the form 'name: value'")
        values[key] = value.strip()
    for needed in ("language", "topic", "published"):
        if needed not in values:
            raise ValueError(f"{name}.md: the head has no line '{needed}: …'")
    modified = values.get("modified")
    return Article(
        name=name,
        language=values["language"],
        topic=values["topic"],
        published=datetime.fromisoformat(values["published"]),
        blocks=tuple(_block(part) for part in body.split("\n\n") if part.strip()),
        title=values.get("title"),
        author=values.get("author"),
        outlet=values.get("outlet", ""),
        path=values.get("path", ""),
        section=values.get("section", ""),
        summary=values.get("summary", ""),
        modified=datetime.fromisoformat(modified) if modified else None,
        link=values.get("link", ""),
        page_date=values.get("page_date", ""),
        trending=tuple(line.removeprefix("- ") for line in tail.splitlines() if line),
    )


def as_syndicated(article: Article) -> str:
    """The article as syndicated plain text.

    Paragraphs and headings are glued to each other without space or line break; a trailer names
    the source, an author that is empty and the date without a zone; a list of other headlines and
    the date of the page it was copied from follow.
    """
    return "\n".join(
        (
            "".join(article.paragraphs),
            f"Source link : {article.link}",
            f"Author : {article.author or ''}".rstrip(),
            f"Publish date : {article.published:%Y-%m-%d %H:%M:%S}",
            "Copyright for syndicated content belongs to the linked Source.",
            "Trending",
            *(f"- {headline}" for headline in article.trending),
            article.page_date,
        )
    )


def _block(part: str) -> Block:
    text = " ".join(part.split())
    bare = text.lstrip("#")
    return Block(bare.strip(), heading=True) if bare != text else Block(text)
