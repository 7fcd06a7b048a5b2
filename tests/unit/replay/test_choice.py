from __future__ import annotations

from dataclasses import replace

import pytest

from wireroom.replay import Choice, Letter, Place
from wireroom.wire.transport import Partition, Record

HOUR = 3_600_000
LETTER = Letter(
    Record(
        Partition("dead.clean", 1), 40, 10 * HOUR, b"k", b"v",
        {"dead-reason": b"killed_cpu", "dead-hash": b"abc", "dead-stage": b"clean"},
    )
)  # fmt: skip
HERE = Partition("dead.clean", 1)

FITTING = [
    Choice(),
    Choice(stage="clean"),
    Choice(reason="killed_cpu"),
    Choice(hash="abc"),
    Choice(since=10 * HOUR),
    Choice(until=10 * HOUR + 1),
    Choice(host="example.org"),
    Choice(host="news.example.org"),
    Choice(places=frozenset((Place("clean", 1, 40), Place("fetch", 0, 0)))),
    Choice(reason="killed_cpu", hash="abc", since=HOUR, until=11 * HOUR, host="example.org"),
    Choice(upto={HERE: 40}),
]
NOT_FITTING = [
    Choice(reason="killed_memory"),
    Choice(hash="abd"),
    Choice(since=10 * HOUR + 1),
    Choice(until=10 * HOUR),
    Choice(host="xample.org"),
    Choice(host="other.news.example.org"),
    Choice(places=frozenset((Place("clean", 1, 41),))),
    Choice(places=frozenset((Place("fetch", 1, 40),))),
    Choice(reason="killed_cpu", hash="abd"),
    Choice(upto={HERE: 39}),
    Choice(upto={}),
]


@pytest.mark.parametrize("choice", FITTING)
def test_it_fits(choice: Choice) -> None:
    assert choice.fits(LETTER, lambda letter: "news.example.org")


@pytest.mark.parametrize("choice", NOT_FITTING)
def test_it_does_not_fit(choice: Choice) -> None:
    assert not choice.fits(LETTER, lambda letter: "news.example.org")


def test_a_letter_without_a_host_fits_no_host() -> None:
    assert not Choice(host="example.org").fits(LETTER, lambda letter: None)


def test_a_letter_is_decoded_only_when_all_else_fits() -> None:
    def decoding(letter: Letter) -> str:
        raise AssertionError("decoded")

    assert not Choice(reason="other", host="example.org").fits(LETTER, decoding)
    assert Choice(reason="killed_cpu").fits(LETTER, decoding)


def test_only_topics_that_may_hold_what_is_meant_are_read() -> None:
    assert Choice().reads("clean")
    assert Choice(stage="clean").reads("clean")
    assert not Choice(stage="clean").reads("fetch")
    named = Choice(places=frozenset((Place("clean", 1, 40),)))
    assert named.reads("clean")
    assert not named.reads("fetch")
    assert not replace(named, stage="fetch").reads("clean")


def test_everything_is_never_meant_by_saying_nothing() -> None:
    assert not Choice().names_something
    assert not Choice().within({HERE: 1}).names_something
    named = FITTING[1:-1]
    assert all(choice.names_something for choice in named)
