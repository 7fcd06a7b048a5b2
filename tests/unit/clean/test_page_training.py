from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from tools.train_extractor import belief, labels, pages, scores
from tools.train_extractor.samples import Sample

TRUTH = (
    "The ferry will run again from Monday, the harbour said.\nWhat it costs\nA ticket costs as "
    "much as before, although the council wanted more."
)
BLOCKS = [
    "The Island Post",
    "The ferry will run again from Monday, the harbour said.",
    "What it costs",
    "A ticket costs as much as before, although the council wanted more.",
    "Read also: the harbour master looks back on forty years at sea",
]


def test_blocks_of_the_text_are_content_and_their_headings_too() -> None:
    assert labels.of_text(BLOCKS, TRUTH) == [0, 1, 1, 1, 0]


def test_a_pull_quote_is_no_second_piece_of_the_text() -> None:
    blocks = [*BLOCKS, "A ticket costs as much as before"]
    assert labels.of_text(blocks, TRUTH)[-1] == 0


def test_a_line_of_the_text_far_from_it_is_none() -> None:
    blocks = ["What it costs", *["Something else that is not in it at all"] * 8, BLOCKS[1]]
    assert labels.of_text(blocks, TRUTH) == [0] * 9 + [1]


def test_chinese_is_compared_by_characters() -> None:
    truth = "市议会星期一决定重建渡轮码头,工程将于春天开始,费用由政府承担一半。"
    assert labels.of_text([truth[:20], "订阅我们的每日通讯获取最新消息和独家报道内容"], truth) == [
        1,
        0,
    ]


def test_segments_label_only_what_they_meet() -> None:
    found = labels.of_segments(BLOCKS, ["run again from Monday"], ["The Island Post"])
    assert found == [0, 1, -1, -1, -1]


def test_the_whole_text_scores_one_and_half_of_it_half() -> None:
    assert scores.marks({"text": TRUTH}, TRUTH) == (1.0, 1.0)
    precision, recall = scores.marks({"text": TRUTH}, TRUTH.split("\n")[0])
    assert precision == 1.0
    assert recall is not None
    assert 0.2 < recall < 0.5
    assert scores.marks({"text": TRUTH}, "") == (None, 0.0)


def test_the_f1_of_a_set_is_that_of_its_means() -> None:
    assert scores.f1([(1.0, 0.5), (None, 0.5)]) == (1.0, 0.5, pytest.approx(2 / 3))


def test_segments_are_counted_over_all_pages() -> None:
    truth = {"with": ["run again", "a ticket"], "without": ["read also", "imprint"]}
    found = [(truth, "it will run\nagain; read also, read also"), (truth, "run again, a ticket")]
    assert scores.segments(found) == (3 / 4, 3 / 4, 3 / 4)
    assert scores.segments([(truth, "")]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://news.paper.co.uk/a", "paper.co.uk"),
        ("paper.com/a", "paper.com"),
        ("hard::paper.com.story-of.html", "paper.com"),
    ],
)
def test_folds_are_made_by_registered_domain(url: str, domain: str) -> None:
    assert pages.domain(url) == domain


def sample(page: str, fold: int, known: Sequence[int]) -> Sample:
    labels = np.array(known, dtype=np.int8)
    rows = np.zeros((len(known), 1), dtype=np.int16)
    return Sample(page, "own", fold, rows, labels, (labels >= 0).astype(np.float32))


def test_labels_that_a_stranger_contradicts_loudly_weigh_less() -> None:
    found = {
        "sure": (sample("sure", 0, [1, 1, 0, -1]), [3.0, 0.5, -3.0, 3.0]),
        "one wrong": (sample("one wrong", 1, [1, 1, 0]), [3.0, 3.0, 2.5]),
        "a hard one": (sample("a hard one", 1, [1, 1, 0]), [3.0, 3.0, 1.5]),
        "stops too early": (sample("stops too early", 0, [1, 0, 0]), [3.0, 1.5, 1.5]),
    }

    def score(seen: Sequence[Sample], unseen: Sequence[Sample]) -> belief.Floats:
        assert not {one.fold for one in seen} & {one.fold for one in unseen}
        return np.concatenate([np.array(found[one.page][1], dtype=np.float32) for one in unseen])

    weights = belief.weights([one for one, _ in found.values()], score)
    assert dict(zip(found, (own.tolist() for own in weights), strict=True)) == {
        "sure": [1, 1, 1, 0],
        "one wrong": [1, 1, pytest.approx(0.2)],
        "a hard one": [1, 1, 1],
        "stops too early": [pytest.approx(0.2)] * 3,
    }
