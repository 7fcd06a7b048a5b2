"""The pages that people read, and the pieces of them that can be checked."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("deploy/**/*.md"),
        ROOT / "schemas" / "README.md",
    ]
)
BLOCK = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def code(page: Path) -> list[str]:
    """Every line of the code blocks, and every piece of code within a sentence."""
    text = page.read_text()
    blocks = BLOCK.findall(text)
    return [line for block in blocks for line in block.splitlines()] + INLINE.findall(
        BLOCK.sub("", text)
    )


def anchors(page: Path) -> set[str]:
    """What a link may name after ``#``: headings, in GitHub's form."""
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
