"""The stage with its real child process, started in a process of its own."""

from __future__ import annotations

import subprocess
import sys

PARENT = """
import asyncio, resource, sys
from pathlib import Path
from uuid import UUID

from wireroom.classify import Settings, stage
from wireroom.events import Article, ArticleCleaned, Submission


def resident_mb(pid):
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


async def main():
    event = ArticleCleaned(
        article_id=UUID(int=7),
        submission=Submission(),
        article=Article(
            title="Late goal sends City into the final",
            text="The striker scored in extra time. The coach praised his team. " * 50,
        ),
    )
    async with stage(Settings()) as it:
        outcomes = await asyncio.gather(*(it.handle(event) for _ in range(20)))
        children = Path("/proc/self/task", str(Path("/proc/self").resolve().name), "children")
        child_mb = sum(map(resident_mb, children.read_text().split()))
    for [out] in outcomes:
        assert out.language == "en", out.language
        assert out.subjects[0].uri == "medtop:15000000", out.subjects
        assert out.versions == it.versions, out.versions
    heavy = {"numpy", "py3langid", "stopwordsiso"} & set(sys.modules)
    assert not heavy, f"the parent has loaded {heavy}"
    # 200 MB are for all of it; broker client and metrics, which are not here, take about 40.
    assert resident_mb("self") + child_mb < 175, (resident_mb("self"), child_mb)


asyncio.run(main())
"""


def test_the_child_alone_holds_the_model_and_both_stay_small() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PARENT],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_check_notices_a_parent_that_loads_the_model() -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import py3langid\n{PARENT}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "the parent has loaded" in done.stderr
