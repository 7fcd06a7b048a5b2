"""Whatever goes wrong with an article is found, each under its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from wireroom.verify.catalogue import Case, Expected, Shape, cases, settled_texts
from wireroom.verify.judgement import FAULTS, Fault, Found, Seen, judge


def as_it_should_be(made: Sequence[Case]) -> Found:
    return Found(
        seen={
            c.submission_id: Seen(c.expected.outcome, c.expected.stage, c.expected.reason)
            for c in made
        },
        ends={c.submission_id: [c.expected.outcome] for c in made},
        texts={article: [text] for article, text in settled_texts(made).items()},
        letters={c.submission_id: [c.value] for c in made if c.expected.outcome == "dead"},
    )


@pytest.fixture(scope="module")
def made() -> list[Case]:
    return cases("run", 400, 7, poison=True)


def of(made: Sequence[Case], shape: Shape) -> Case:
    return next(case for case in made if case.shape == shape)


def test_what_is_as_it_should_be_is_clean(made: list[Case]) -> None:
    judgement = judge(made, as_it_should_be(made))
    assert judgement.clean
    assert judgement.cases == 400


def without_outcome(found: Found, case: Case) -> Found:
    return replace(found, seen={k: v for k, v in found.seen.items() if k != case.submission_id})


def on_its_way(found: Found, case: Case) -> Found:
    return replace(found, seen={**found.seen, case.submission_id: Seen("in flight", "clean")})


def parked(found: Found, case: Case) -> Found:
    return replace(found, seen={**found.seen, case.submission_id: Seen("parked", "fetch")})


def another_outcome(found: Found, case: Case) -> Found:
    return replace(found, seen={**found.seen, case.submission_id: Seen("dead", "clean", "bug")})


def another_reason(found: Found, case: Case) -> Found:
    seen = Seen(case.expected.outcome, case.expected.stage, "another")
    return replace(found, seen={**found.seen, case.submission_id: seen})


def two_ends(found: Found, case: Case) -> Found:
    return replace(found, ends={**found.ends, case.submission_id: ["indexed", "dead clean bug"]})


def without_row(found: Found, case: Case) -> Found:
    return replace(found, texts={k: v for k, v in found.texts.items() if k != case.article_id})


def two_rows(found: Found, case: Case) -> Found:
    assert case.article_id
    assert case.text
    return replace(found, texts={**found.texts, case.article_id: [case.text, case.text]})


def another_text(found: Found, case: Case) -> Found:
    assert case.article_id
    return replace(found, texts={**found.texts, case.article_id: ["something else"]})


def without_letter(found: Found, case: Case) -> Found:
    kept = {k: v for k, v in found.letters.items() if k != case.submission_id}
    return replace(found, letters=kept)


def another_letter(found: Found, case: Case) -> Found:
    return replace(found, letters={**found.letters, case.submission_id: [case.value, b""]})


@pytest.mark.parametrize(
    ("spoil", "shape", "fault"),
    [
        (without_outcome, "text", "lost"),
        (without_outcome, "no page", "lost"),
        (on_its_way, "page", "lost"),
        (parked, "page", "lost"),
        (without_row, "syndicated", "lost"),
        (another_outcome, "text", "wrong outcome"),
        (another_reason, "empty page", "wrong outcome"),
        (two_ends, "text", "doubled"),
        (two_rows, "page", "doubled"),
        (another_text, "text", "wrong content"),
        (another_text, "empty page", "wrong content"),
        (without_letter, "no page", "lost"),
        (another_letter, "no content", "wrong content"),
    ],
)
def test_a_fault_is_found_under_its_name_and_nothing_else(
    made: list[Case], spoil: Callable[[Found, Case], Found], shape: Shape, fault: Fault
) -> None:
    case = of(made, shape)
    if shape == "page":
        later = {c.article_id for c in made if c.second}
        case = next(c for c in made if c.shape == shape and c.article_id not in later)
    if shape == "text":
        case = next(c for c in made if c.shape == "text")
    if case.article_id is None:
        case = replace(case, article_id=UUID(int=1))
        made = [case if c.submission_id == case.submission_id else c for c in made]
    judgement = judge(made, spoil(as_it_should_be(made), case))
    assert [(f.fault, f.case) for f in judgement.findings] == [(fault, case)]
    assert {f: judgement.count(f) for f in FAULTS} == {f: int(f == fault) for f in FAULTS}
    assert judgement.findings[0].detail


def test_a_dead_letter_that_came_twice_is_no_fault(made: list[Case]) -> None:
    found = as_it_should_be(made)
    twice = {key: [*bodies, *bodies] for key, bodies in found.letters.items()}
    assert judge(made, replace(found, letters=twice)).clean


# The catalogue


def test_a_run_can_be_repeated_from_its_seed() -> None:
    assert cases("run", 200, 3, poison=True) == cases("run", 200, 3, poison=True)
    assert cases("run", 200, 3, poison=True) != cases("run", 200, 4, poison=True)


def test_no_submission_is_like_another(made: list[Case]) -> None:
    assert len({case.submission_id for case in made}) == len(made)
    texts = [c.text for c in made if c.text and c.shape not in ("copy", "again")]
    assert len(set(texts)) == len(texts)


def test_there_is_every_shape_and_what_builds_on_another_comes_second(made: list[Case]) -> None:
    assert {case.shape for case in made} == {
        "text", "syndicated", "page", "copy", "again", "newer", "empty page", "no page",
        "no content", "unknown field",
    }  # fmt: skip
    firsts = {case.article_id for case in made if not case.second}
    assert all(case.article_id in firsts for case in made if case.shape in ("again", "newer"))


def test_no_article_is_meddled_with_twice(made: list[Case]) -> None:
    later = [case.article_id for case in made if case.shape in ("again", "newer")]
    assert len(set(later)) == len(later)


def test_without_poison_nothing_lands_among_everybodys_dead_letters() -> None:
    assert not [c for c in cases("run", 300, 1, poison=False) if c.expected.outcome == "dead"]


def test_a_run_too_small_for_a_shape_sends_articles_instead() -> None:
    for count in range(1, 12):
        made = cases("run", count, count, poison=False)
        assert len(made) == count
        assert judge(made, as_it_should_be(made)).clean


def test_a_revision_leaves_the_newer_text(made: list[Case]) -> None:
    newer = of(made, "newer")
    assert newer.article_id
    assert newer.expected == Expected("revised")
    assert settled_texts(made)[newer.article_id] == newer.text
