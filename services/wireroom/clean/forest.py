"""Gradient-boosted trees as integer tables, and their evaluation.

A tree is evaluated without walking it (after "QuickScorer", Lucchese et al., SIGIR 2015): its
leaves are numbered from left to right, and every node whose test fails rules out the leaves
below its left branch. The leftmost leaf that remains is the one that a walk would have reached.
Numbers and thresholds, leaves and sums are integers, so the score of a row is the same to the
bit on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

FORMAT = 1
UNIT = 1_000  # scores are log-odds in thousandths
MOST_LEAVES = 32  # of a tree: they are bits of one number
CHUNK = 256  # rows at a time
MODEL = "blocks.model.json"


class BadModel(ValueError):
    """A model file that is not what this version of the program can use."""


@dataclass(frozen=True, slots=True)
class Forest:
    """``name``: names data and training; ``columns``: what a row holds, in order."""

    name: str
    columns: tuple[str, ...]
    _features: npt.NDArray[np.intp]
    _thresholds: npt.NDArray[np.int16]
    _left: npt.NDArray[np.uint32]
    _starts: npt.NDArray[np.intp]
    _leaves: npt.NDArray[np.int64]

    def scores(self, rows: Sequence[Sequence[int]]) -> list[int]:
        """The score of each row: log-odds in thousandths; above 0 is content."""
        found: list[int] = []
        for start in range(0, len(rows), CHUNK):
            table = np.array(rows[start : start + CHUNK], dtype=np.int16).T
            found.extend(self._of_columns(np.ascontiguousarray(table)).tolist())
        return found

    def _of_columns(self, table: npt.NDArray[np.int16]) -> npt.NDArray[np.int64]:
        failed = table.take(self._features, axis=0) > self._thresholds
        gone = np.bitwise_or.reduceat(failed * self._left, self._starts, axis=0)
        first = ~gone & (gone + np.uint32(1))  # the lowest bit that is not set
        leaf = np.frexp(first.astype(np.float64))[1] - 1
        trees = np.arange(len(self._starts))[:, np.newaxis]
        sums: npt.NDArray[np.int64] = self._leaves[trees, leaf].sum(axis=0, dtype=np.int64)
        return sums


def parse(raw: bytes, columns: Sequence[str]) -> Forest:
    """A model out of its file. Raises ``BadModel``, also when it was trained on other columns."""
    try:
        told = orjson.loads(raw)
        if told["format"] != FORMAT:
            raise BadModel(f"format {told['format']}, not {FORMAT}")
        if tuple(told["columns"]) != tuple(columns):
            raise BadModel("trained on other columns; run make train-extractor")
        return _forest(told)
    except BadModel:
        raise
    except (KeyError, TypeError, OverflowError, ValueError) as error:
        raise BadModel(f"not a model: {error!r}") from error


@cache
def model(columns: tuple[str, ...]) -> Forest:
    """The model that comes with this package."""
    return parse(files(__package__).joinpath(MODEL).read_bytes(), columns)


def _forest(told: dict[str, Any]) -> Forest:
    features: list[int] = []
    thresholds: list[int] = []
    left: list[int] = []
    starts: list[int] = []
    leaves = np.zeros((len(told["trees"]), MOST_LEAVES), dtype=np.int64)
    for number, tree in enumerate(told["trees"]):
        if not 2 <= len(tree["leaves"]) <= MOST_LEAVES:
            raise BadModel(f"tree {number} has {len(tree['leaves'])} leaves")
        starts.append(len(features))
        for feature, threshold, first, end in tree["nodes"]:
            if not (0 <= feature < len(told["columns"]) and 0 <= first < end < len(tree["leaves"])):
                raise BadModel(f"tree {number} has a node that points outside")
            features.append(feature)
            thresholds.append(threshold)
            left.append((1 << end) - (1 << first))
        leaves[number, : len(tree["leaves"])] = tree["leaves"]
    return Forest(
        name=told["name"],
        columns=tuple(told["columns"]),
        _features=np.array(features, dtype=np.intp),
        _thresholds=np.array(thresholds, dtype=np.int16)[:, np.newaxis],
        _left=np.array(left, dtype=np.uint32)[:, np.newaxis],
        _starts=np.array(starts, dtype=np.intp),
        _leaves=leaves,
    )
