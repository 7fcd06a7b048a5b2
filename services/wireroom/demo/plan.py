"""What the demo publishes, in which order, and how each of it must end. Pure.

Two waves: the second speaks of articles of the first (again, corrected, copied) and is published
when the first has ended; else which of two equal articles came first would be chance.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wireroom.demo.content import Article, as_syndicated

REVISED = "kelderau-hochwasser"
REPEATED = "harrowmere-seagrass"
FORBIDDEN = "valdore-members"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to publish.

    `submission` has the fields of `article.submitted`, or is the raw record. `expect` is an
    outcome as `wireroom.demo.account.Outcome` prints it. `revise` is the newspaper and path of a
    page that the site corrects before this is published.
    """

    what: str
    submission: Mapping[str, object] | bytes
    expect: str
    wave: int = 1
    revise: tuple[str, str] | None = None


def plan(
    known: Mapping[str, Article],
    url: Callable[[str, str], str],
    copy: tuple[str, str],
) -> tuple[Step, ...]:
    """All steps, in the order of publishing.

    `known` are the articles by name, `url` gives the address of a newspaper's path, `copy` is
    where another newspaper prints an article of the first wave word for word.
    """
    plain = [a for name, a in known.items() if name != FORBIDDEN and not name.endswith(".revised")]
    pages = [_page(article, url) for article in plain if article.outlet]
    texts = [_text(article) for article in plain if not article.outlet]
    return (*_mixed(pages, texts), *_troubles(known, url), *_second(known, url, copy))


def _mixed(pages: list[Step], texts: list[Step]) -> list[Step]:
    """Pages and texts in turn: hosts rest between two pages, and the eye sees both at once."""
    longest = max(len(pages), len(texts))
    return [steps[i] for i in range(longest) for steps in (pages, texts) if i < len(steps)]


def _page(article: Article, url: Callable[[str, str], str]) -> Step:
    submission = {"url": url(article.outlet, article.path), "submitted_by": "demo"}
    return Step(article.title or article.name, submission, "indexed")


def _text(article: Article) -> Step:
    submission: dict[str, object] = {"text": as_syndicated(article), "submitted_by": "demo"}
    if article.title:
        submission["title"] = article.title
    return Step(article.title or _beginning(article), submission, "indexed")


def _troubles(known: Mapping[str, Article], url: Callable[[str, str], str]) -> tuple[Step, ...]:
    """What goes wrong in every stream of news."""
    secret = known[FORBIDDEN]
    return (
        Step(
            "a page that is gone",
            {"url": url("gazette", "/news/2026/02/01/taken-down"), "submitted_by": "demo"},
            "dead(fetch, http_410)",
        ),
        Step(
            "a front page, no article",
            {"url": url("courrier", "/"), "submitted_by": "demo"},
            "dropped(no_article)",
        ),
        Step(
            "a page that robots.txt forbids",
            {"url": url(secret.outlet, secret.path), "submitted_by": "demo"},
            "dropped(robots)",
        ),
        Step(
            "a record that is neither Avro nor JSON",
            b"<item><title>from a feed by mistake</title></item>",
            "dead(fetch, not_avro_or_json)",
        ),
    )


def _second(
    known: Mapping[str, Article], url: Callable[[str, str], str], copy: tuple[str, str]
) -> tuple[Step, ...]:
    again, revised = known[REPEATED], known[REVISED]
    tracked = url(again.outlet, again.path) + "?utm_source=letter&utm_medium=email&fbclid=IwAR0x7"
    return (
        Step(
            "the same page by a link with tracking parameters",
            {"url": tracked, "submitted_by": "demo"},
            "unchanged",
            wave=2,
        ),
        Step(
            "a page that its newspaper has corrected",
            {"url": url(revised.outlet, revised.path), "submitted_by": "demo"},
            "revised",
            wave=2,
            revise=(revised.outlet, revised.path),
        ),
        Step(
            "the same words in another newspaper",
            {"url": url(*copy), "submitted_by": "demo"},
            "duplicate",
            wave=2,
        ),
    )


def _beginning(article: Article) -> str:
    words = article.blocks[0].text.split()
    return " ".join(words[:8]) + " …"
