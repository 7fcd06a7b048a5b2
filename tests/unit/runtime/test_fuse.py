from __future__ import annotations

import asyncio
import time

import pytest

from wireroom.runtime import fuse
from wireroom.runtime.errors import Permanent, Transient
from wireroom.runtime.fuse import Fuse

OURS, DATAS = Transient("http_503"), Permanent("not_html")


@pytest.fixture
def told() -> list[str | None]:
    return []


def test_it_blows_at_the_limit_and_not_before(told: list[str | None]) -> None:
    fuse = Fuse(told.append, limit=3)
    assert [fuse.died(OURS, "http_503") for _ in range(4)] == [False, False, True, True]
    assert told == ["http_503"]


def test_one_success_begins_the_count_anew(told: list[str | None]) -> None:
    fuse = Fuse(told.append, limit=3)
    for _ in range(5):
        assert not fuse.died(OURS, "http_503")
        assert not fuse.died(OURS, "http_503")
        fuse.survived()
    assert told == []


def test_bad_data_never_blows_it_nor_begins_the_count_anew(told: list[str | None]) -> None:
    fuse = Fuse(told.append, limit=2)
    assert not any(fuse.died(DATAS, "not_html") for _ in range(50))
    assert not fuse.died(OURS, "http_503")
    assert not fuse.died(DATAS, "not_html")
    assert fuse.died(OURS, "http_503")


def test_what_only_others_call_bad_blows_it_and_drips_as_the_probe(told: list[str | None]) -> None:
    refused = Permanent("sqlstate_23514", doubtful=True)
    fuse = Fuse(told.append, limit=3)
    assert [fuse.died(refused, "sqlstate_23514") for _ in range(3)] == [False, False, True]
    assert not fuse.died(refused, "sqlstate_23514", probed=True)
    assert fuse.blown
    fuse.survived()
    assert told == ["sqlstate_23514", None]


def test_it_closes_by_a_success(told: list[str | None]) -> None:
    fuse = Fuse(told.append, limit=1)
    fuse.died(OURS, "http_503")
    fuse.survived()
    assert told == ["http_503", None]
    assert not fuse.blown


def test_a_judgement_on_the_data_closes_it_but_one_more_failure_blows_it(
    told: list[str | None],
) -> None:
    fuse = Fuse(told.append, limit=3)
    for _ in range(3):
        fuse.died(OURS, "http_503")
    assert not fuse.died(DATAS, "not_html")
    assert not fuse.blown
    assert fuse.died(OURS, "http_503")
    assert told == ["http_503", None, "http_503"]


async def test_while_blown_tries_are_apart_and_when_closed_all_go(told: list[str | None]) -> None:
    blown = Fuse(told.append)
    blown.blow("database_away")
    began, turns = time.monotonic(), []

    async def turn() -> None:
        await blown.turn()
        turns.append(time.monotonic() - began)
        if len(turns) == 3:
            blown.survived()

    await asyncio.gather(*(turn() for _ in range(50)))
    assert turns[2] >= fuse.FIRST + 2 * fuse.CAP
    assert turns[-1] - turns[2] < fuse.CAP


def test_one_party_that_fails_often_never_blows_it_but_many_parties_do(
    told: list[str | None],
) -> None:
    fuse = Fuse(told.append, limit=3)
    assert not any(fuse.died(Transient("connect", party="a"), "connect") for _ in range(50))
    assert not fuse.died(Transient("connect", party="b"), "connect")
    assert fuse.died(Transient("connect", party="c"), "connect")
    assert told == ["connect"]


def test_a_party_that_fails_again_as_the_probe_is_buried_and_ours_is_held(
    told: list[str | None],
) -> None:
    fuse = Fuse(told.append, limit=1)
    assert fuse.died(Transient("connect", party="a"), "connect")
    assert not fuse.died(Transient("connect", party="a"), "connect", probed=True)
    assert fuse.died(OURS, "http_503", probed=True)
    assert fuse.blown
