from __future__ import annotations

import json
import random
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pytest

from wireroom.clean import forest, measures, versions
from wireroom.clean.forest import BadModel, parse

COLUMNS = ("one", "two", "three")
TREES = [
    # one <= 5 ? (two <= -3 ? 100 : 20) : (three <= 0 ? -70 : 1)
    {"nodes": [[1, -3, 0, 1], [0, 5, 0, 2], [2, 0, 2, 3]], "leaves": [100, 20, -70, 1]},
    {"nodes": [[2, 8, 0, 1]], "leaves": [7, -7]},
]


def told(**changes: object) -> bytes:
    return json.dumps(
        {"format": forest.FORMAT, "name": "x", "columns": COLUMNS, "trees": TREES, **changes}
    ).encode()


def table(rows: list[list[int]]) -> npt.NDArray[np.int16]:
    return np.array(rows, dtype=np.int16).reshape(len(rows), len(COLUMNS)).T


def walked(row: list[int]) -> int:
    one, two, three = row
    left = (100 if two <= -3 else 20) if one <= 5 else (-70 if three <= 0 else 1)
    return left + (7 if three <= 8 else -7)


def test_the_tables_say_what_a_walk_down_the_trees_says() -> None:
    chance = random.Random(3)
    rows = [[chance.randint(-10, 10) for _ in COLUMNS] for _ in range(2 * forest.CHUNK + 3)]
    assert parse(told(), COLUMNS).scores(table(rows)) == [walked(row) for row in rows]


def test_a_threshold_that_is_off_by_one_shows() -> None:
    trees = json.loads(json.dumps(TREES))
    trees[1]["nodes"][0][1] = 9
    rows = [[0, 0, three] for three in range(20)]
    assert parse(told(trees=trees), COLUMNS).scores(table(rows)) != [walked(row) for row in rows]


def test_the_score_of_a_row_does_not_depend_on_its_neighbours() -> None:
    chance = random.Random(4)
    rows = [[chance.randint(-10, 10) for _ in COLUMNS] for _ in range(100)]
    model = parse(told(), COLUMNS)
    together = model.scores(table(rows))
    order = list(range(100))
    chance.shuffle(order)
    assert model.scores(table([rows[n] for n in order])) == [together[n] for n in order]
    assert [model.scores(table([row]))[0] for row in rows] == together


def test_no_rows_have_no_scores() -> None:
    assert parse(told(), COLUMNS).scores(table([])) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        told(format=forest.FORMAT + 1),
        told(columns=["one", "three", "two"]),
        told(trees=[{"nodes": [[3, 0, 0, 1]], "leaves": [1, 2]}]),
        told(trees=[{"nodes": [[0, 0, 0, 2]], "leaves": [1, 2]}]),
        told(trees=[{"nodes": [[0, 0, 1, 1]], "leaves": [1, 2]}]),
        told(trees=[{"nodes": [[0, 99_999, 0, 1]], "leaves": [1, 2]}]),
        told(trees=[{"nodes": [[0, 0]], "leaves": [1, 2]}]),
        told(trees=[{"nodes": [], "leaves": [1]}]),
        told(trees=[{"nodes": [[0, 0, 0, 1]] * 40, "leaves": [1] * 41}]),
        told(trees=[{"nodes": [[0, 0, 0, 1]], "leaves": ["a", "b"]}]),
    ],
)
def test_a_file_that_is_no_model_is_refused(raw: bytes) -> None:
    with pytest.raises(BadModel):
        parse(raw, COLUMNS)


def test_the_model_of_the_package_fits_its_columns_and_bears_the_name_that_events_carry() -> None:
    assert forest.model(measures.NAMES).name == versions.MODEL
    assert versions.VERSIONS["clean.model"] == versions.MODEL


def test_the_model_of_the_package_is_small() -> None:
    raw = files("wireroom.clean").joinpath(forest.MODEL).read_bytes()
    assert len(raw) <= 300_000
    assert raw.isascii()


def test_a_model_of_other_columns_is_not_taken() -> None:
    with pytest.raises(BadModel, match="other columns"):
        forest.model(measures.NAMES[::-1])
