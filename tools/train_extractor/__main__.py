"""``python -m tools.train_extractor --data DIR --out DIR``: model, provenance, fold scores."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from selectolax.lexbor import LexborHTMLParser

from tools.train_extractor import boost, pages, samples, scores
from tools.train_extractor.pages import Page
from tools.train_extractor.samples import FOLDS, Sample
from wireroom.clean import body, charset, forest, gate, measures, metadata


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    wish = _arguments()
    found = list(pages.read(wish.data))
    digest = pages.digest(found)
    tell(f"{len(found)} pages of {len({page.domain for page in found})} domains, {digest[:12]}")
    known = [samples.of(page) for page in found]
    tell(f"{sum(len(sample.rows) for sample in known)} blocks")
    report = {} if wish.no_folds else _folds(found, known, wish.texts)
    model = boost.train(known)
    name = forest.parse(model, measures.NAMES).name
    (wish.out / forest.MODEL).write_bytes(model)
    card = {
        "model": name,
        "data": digest,
        "pages": dict(sorted(Counter(page.set for page in found).items())),
        "domains": len({page.domain for page in found}),
        "parameters": {**boost.PARAMETERS, "trees": boost.TREES},
        "folds": report,
    }
    (wish.out / forest.MODEL).with_suffix(".provenance.json").write_bytes(
        orjson.dumps(card, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
    )
    tell(f"put {name} into wireroom.clean.versions")
    tell(f"{name}: {len(model)} bytes in {wish.out / forest.MODEL}")
    return 0


def _folds(found: Sequence[Page], known: Sequence[Sample], out: Path | None) -> dict[str, Any]:
    """Every page with the model that has not seen its domain."""
    texts: dict[str, tuple[str, str]] = {}
    for fold in range(FOLDS):
        raw = boost.train([s for s in known if s.fold != fold])
        model = forest.parse(raw, measures.NAMES)
        for page, sample in zip(found, known, strict=True):
            if sample.fold == fold:
                texts[page.id] = _text(page, model)
        tell(f"fold {fold} of {FOLDS} done")
    if out is not None:
        lines = [orjson.dumps({"id": name, "text": text}) for name, (text, _) in texts.items()]
        out.write_bytes(b"\n".join(lines) + b"\n")
    report = {}
    for name in sorted({page.set for page in found}):
        mine = [page for page in found if page.set == name]
        got = _score([(page.truth, texts[page.id][0]) for page in mine])
        other = sum(texts[page.id][1] == "fallback" for page in mine) / len(mine)
        values = dict(zip(("precision", "recall", "f1"), (round(x, 4) for x in got), strict=True))
        report[name] = {**values, "fallback": round(other, 4)}
        tell(f"{name} {report[name]}")
    return report


def _score(found: Sequence[tuple[dict[str, Any], str]]) -> tuple[float, float, float]:
    if all("text" not in truth for truth, _ in found):
        return scores.segments(found)
    return scores.f1(scores.marks(truth, text) for truth, text in found)


def _text(page: Page, model: forest.Forest) -> tuple[str, str]:
    html, utf_8 = gate.printable(charset.decode(page.html))
    parsed = metadata.page(LexborHTMLParser(utf_8), "")
    found = body.read(html, parsed, metadata.read(parsed).title, model)
    return found.text, found.source


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of pages and truth")
    parser.add_argument("--out", type=Path, default=Path("services/wireroom/clean"))
    parser.add_argument("--texts", type=Path, help="write the text of each page, by folds")
    parser.add_argument("--no-folds", action="store_true", help="only train")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
