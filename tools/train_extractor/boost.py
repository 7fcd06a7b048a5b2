"""LightGBM: samples in, a model out that ``wireroom.clean.forest`` reads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import lightgbm
import numpy as np
import orjson

from tools.train_extractor import belief
from tools.train_extractor.samples import Sample
from wireroom.clean import forest, measures

SEED = 7
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 24,
    "learning_rate": 0.08,
    "min_data_in_leaf": 80,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 2.0,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "seed": SEED,
    "verbosity": -1,
}
TREES = 100


def train(samples: Sequence[Sample]) -> bytes:
    """The model file, named after its trees. The same samples in the same order: the same bytes."""
    booster = _fit(samples, belief.weights(samples, _scores))
    dumped = booster.dump_model()
    trees = [_tree(tree["tree_structure"]) for tree in dumped["tree_info"]]
    told = {"format": forest.FORMAT, "name": name(trees), "columns": measures.NAMES, "trees": trees}
    lines = orjson.dumps(told).replace(b'{"nodes"', b'\n{"nodes"')
    return lines.replace(b'"trees":', b'\n"trees":') + b"\n"


def _fit(samples: Sequence[Sample], weights: Sequence[belief.Floats]) -> lightgbm.Booster:
    rows = np.concatenate([sample.rows for sample in samples]).astype(np.float32)
    labels = np.concatenate([sample.labels for sample in samples])
    weight = np.concatenate(weights)
    used = (labels >= 0) & (weight > 0)
    data = lightgbm.Dataset(
        rows[used],
        labels[used],
        weight=weight[used] / weight[used].mean(),
        feature_name=[f"c{place}" for place in range(len(measures.NAMES))],
    )
    return lightgbm.train(PARAMETERS, data, TREES)


def _scores(seen: Sequence[Sample], unseen: Sequence[Sample]) -> belief.Floats:
    booster = _fit(seen, [sample.weights for sample in seen])
    rows = np.concatenate([sample.rows for sample in unseen]).astype(np.float32)
    return np.asarray(booster.predict(rows, raw_score=True), dtype=np.float32)


def name(trees: list[dict[str, list[Any]]]) -> str:
    """Two models with one name are the same."""
    return f"blocks-{hashlib.sha256(orjson.dumps(trees)).hexdigest()[:8]}"


def _tree(root: dict[str, Any]) -> dict[str, list[Any]]:
    nodes: list[list[int]] = []
    leaves: list[int] = []

    def walk(node: dict[str, Any]) -> None:
        if "leaf_value" in node:
            leaves.append(round(node["leaf_value"] * forest.UNIT))
            return
        if node["decision_type"] != "<=":
            raise ValueError(f"cannot export a test by {node['decision_type']}")
        first = len(leaves)
        walk(node["left_child"])
        threshold = int(np.floor(node["threshold"]))
        nodes.append([node["split_feature"], threshold, first, len(leaves)])
        walk(node["right_child"])

    walk(root)
    return {"nodes": nodes, "leaves": leaves}
