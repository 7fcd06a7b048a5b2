"""How far each label is believed.

Known texts have faults: some stop before the page does, some are of another version of it. A
model that has not seen the site tells them from hard pages well enough (after "confident
learning", Northcutt et al., JAIR 2021), so what contradicts it loudly counts for a fifth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from tools.train_extractor.samples import Sample

DOUBTED = 0.2  # what a doubted label weighs; 0 for whole pages was worse on news
MOST_WRONG = 1.0  # weight of a page's wrong blocks for its content; 36 of 1,761 pages have more
LOUD = 2.0  # log-odds at which a label is contradicted; 1.5 and 2.5 were no better

Floats = npt.NDArray[np.float32]


def weights(
    samples: Sequence[Sample], score: Callable[[Sequence[Sample], Sequence[Sample]], Floats]
) -> list[Floats]:
    """The weights of the blocks of each page, less where their labels are doubted.

    ``score``: trains on the first samples and gives log-odds for the blocks of the second.
    """
    found: dict[str, Floats] = {}
    for fold in sorted({sample.fold for sample in samples}):
        seen = [sample for sample in samples if sample.fold != fold]
        unseen = [sample for sample in samples if sample.fold == fold]
        scores = score(seen, unseen)
        ends = np.cumsum([len(sample.labels) for sample in unseen])[:-1]
        for sample, own in zip(unseen, np.split(scores, ends), strict=True):
            found[sample.page] = _believed(sample, own)
    return [found[sample.page] for sample in samples]


def _believed(sample: Sample, scores: Floats) -> Floats:
    against = np.where(sample.labels == 1, -scores, scores)
    wrong = sample.weights[(against > 0) & (sample.labels >= 0)].sum()
    content = sample.weights[sample.labels == 1].sum()
    believed = np.where(against > LOUD, DOUBTED, 1.0)
    if wrong > MOST_WRONG * content:
        believed = believed * DOUBTED
    return (sample.weights * believed).astype(np.float32)
