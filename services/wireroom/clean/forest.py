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
    """``name``: names data and training; ``columns``: what is known of a row, in order.

    The first node of every tree, then the second of every tree, and so on: so they are looked at
    together, and trees that have fewer are filled up with tests that cannot fail.
    """

    name: str
    columns: tuple[str, ...]
    _features: npt.NDArray[np.intp]
    _thresholds: npt.NDArray[np.int16]
    _left: npt.NDArray[np.uint32]
    _leaves: npt.NDArray[np.int64]

    def scores(self, table: npt.NDArray[np.int16]) -> list[int]:
        """The score of each row: log-odds in thousandths; above 0 is content.

        ``table[c, n]`` is column c of row n.
        """
        found: list[int] = []
        for start in range(0, table.shape[1], CHUNK):
            part = np.ascontiguousarray(table[:, start : start + CHUNK])
            found.extend(self._of_columns(part).tolist())
        return found

    def _of_columns(self, table: npt.NDArray[np.int16]) -> npt.NDArray[np.int64]:
        gone = np.zeros((len(self._leaves), table.shape[1]), dtype=np.uint32)
        nodes = zip(self._features, self._thresholds, self._left, strict=True)
        for features, thresholds, left in nodes:
            gone |= (table.take(features, axis=0) > thresholds) * left
        first = ~gone & (gone + np.uint32(1))  # the lowest bit that is not set
        leaf = np.frexp(first.astype(np.float64))[1] - 1
        trees = np.arange(len(self._leaves))[:, np.newaxis]
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
    trees = told["trees"]
    most = max(len(tree["nodes"]) for tree in trees)
    features = np.zeros((most, len(trees)), dtype=np.intp)
    thresholds = np.full((most, len(trees), 1), np.iinfo(np.int16).max, dtype=np.int16)
    left = np.zeros((most, len(trees), 1), dtype=np.uint32)
    leaves = np.zeros((len(trees), MOST_LEAVES), dtype=np.int64)
    for number, tree in enumerate(trees):
        if not 2 <= len(tree["leaves"]) <= MOST_LEAVES:
            raise BadModel(f"tree {number} has {len(tree['leaves'])} leaves")
        for place, (feature, threshold, first, end) in enumerate(tree["nodes"]):
            if not (0 <= feature < len(told["columns"]) and 0 <= first < end < len(tree["leaves"])):
                raise BadModel(f"tree {number} has a node that points outside")
            features[place, number] = feature
            thresholds[place, number] = threshold
            left[place, number] = (1 << end) - (1 << first)
        leaves[number, : len(tree["leaves"])] = tree["leaves"]
    return Forest(told["name"], tuple(told["columns"]), features, thresholds, left, leaves)
