"""What is published, in which order, with which expectation. No socket is opened."""

from collections import Counter

from wireroom.demo.content import articles
from wireroom.demo.plan import Step, plan
from wireroom.demo.site import COPY
from wireroom.urls import canonical

STEPS = plan(articles(), lambda outlet, path: f"http://{outlet}.example{path}", COPY)


def fields(step: Step) -> dict[str, object]:
    assert not isinstance(step.submission, bytes)
    return dict(step.submission)


def the(expect: str) -> Step:
    (step,) = [step for step in STEPS if step.expect == expect]
    return step


def test_every_kind_of_end_is_expected_once_and_the_articles_are_indexed() -> None:
    counts = Counter(step.expect for step in STEPS)
    assert counts.pop("indexed") >= 14
    assert counts == {
        "unchanged": 1,
        "revised": 1,
        "duplicate": 1,
        "dropped(no_article)": 1,
        "dropped(robots)": 1,
        "dead(fetch, http_410)": 1,
        "dead(fetch, not_avro_or_json)": 1,
    }


def test_the_second_wave_comes_last_and_speaks_of_articles_of_the_first() -> None:
    waves = [step.wave for step in STEPS]
    assert waves == sorted(waves)
    first = {canonical(str(fields(s)["url"])) for s in STEPS if s.wave == 1 and _has_url(s)}
    assert canonical(str(fields(the("unchanged"))["url"])) in first
    assert canonical(str(fields(the("revised"))["url"])) in first
    assert canonical(str(fields(the("duplicate"))["url"])) not in first


def test_the_repeated_page_is_called_by_another_spelling() -> None:
    url = str(fields(the("unchanged"))["url"])
    assert "utm_" in url
    assert canonical(url) == canonical(url.partition("?")[0])


def test_only_the_revised_page_is_corrected_before_it_is_published() -> None:
    assert [step.expect for step in STEPS if step.revise] == ["revised"]


def test_the_malformed_record_can_be_taken_neither_for_avro_nor_for_json() -> None:
    raw = the("dead(fetch, not_avro_or_json)").submission
    assert isinstance(raw, bytes)
    assert raw[0] not in b"\x00{"


def test_what_robots_txt_forbids_is_not_among_the_articles() -> None:
    urls = [str(fields(s)["url"]) for s in STEPS if s.expect == "indexed" and _has_url(s)]
    assert not [url for url in urls if "/members/" in url]
    assert "/members/" in str(fields(the("dropped(robots)"))["url"])


def test_no_submission_appears_twice() -> None:
    seen = Counter(repr(s.submission) for s in STEPS if s.wave == 1)
    assert max(seen.values()) == 1


def _has_url(step: Step) -> bool:
    return not isinstance(step.submission, bytes) and "url" in step.submission
