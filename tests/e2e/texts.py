"""Articles for the end-to-end tests: our own writing."""

from __future__ import annotations

PARAGRAPHS = (
    "The council of Northmouth voted on Tuesday to rebuild the old ferry pier, after a winter in "
    "which storms had taken away a third of its planks and left the islanders without a boat for "
    "eleven days.",
    "Engineers presented a plan that replaces the wooden piles with steel and raises the deck by a "
    "metre. The work is to begin in March and to cost four million pounds, half of which the "
    "regional government has promised to pay.",
    "“We have waited for this for twenty years,” said the harbour master, who keeps a list of "
    "every crossing that was cancelled. Shopkeepers on the island said that deliveries of bread "
    "and milk had failed on nine mornings since December.",
    "Two councillors voted against the plan. They had asked for a cheaper repair and warned that "
    "the town would have to borrow, with interest rates at their highest level for a decade.",
)


def page(number: int = 0) -> bytes:
    """A news page whose body is the paragraphs; ``number`` makes it another article."""
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Northmouth rebuilds its pier | Harbour Post</title>
<meta property="og:site_name" content="Harbour Post">
<meta property="article:published_time" content="2026-03-02T08:30:00+01:00"></head>
<body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article><h1>Northmouth rebuilds its pier</h1>{body}
<p>Notice number {number} of the harbour office was published together with the plan itself.</p>
</article><footer>Imprint</footer></body></html>""".encode()


def text(number: int) -> str:
    """A syndicated text, different for each number."""
    body = "".join(PARAGRAPHS)
    return (
        f"{body}The harbour office gave this decision the number {number} in its register.\n"
        f"Source link : https://harbour-post.example/news/pier-{number}\n"
        "Author :\n"
        "Publish date : 2026-03-02 09:15:00\n"
        "Copyright for syndicated content belongs to the linked Source.\n"
        "Trending\n"
        "- Lake ferry keeps its winter timetable\n"
        "- Un pont neuf pour la vallée\n"
        "Monday, March 2\n"
    )
