"""`similarity`: the mean of the highest cosines between the embedding of an example and those of the `fit` examples.

This is RDS+ (Ivison et al. 2025, arXiv 2503.01807) with the sentence encoder in place of the model's hidden states.

    python -m instructmining.indicators.similarity --settings '{"nearest": 5}' \
        --examples shard.parquet --vectors embedding/000.parquet --aims eval_sets/embedding/docs.parquet \
        --scores scores.parquet --report report.json
"""

import numpy as np

from instructmining.arrays import Floats
from instructmining.indicators.aimed import aimed_scorer, parse_aimed
from instructmining.indicators.scoring import score_shard
from instructmining.indicators.settings import SimilarityScorer


def main() -> None:
    """Score one shard."""
    arguments = parse_aimed(__doc__, SimilarityScorer)
    nearest = arguments.settings.nearest
    scorer = aimed_scorer(
        "similarity", arguments.vectors, arguments.aims, lambda points, aims: similarity(points, aims, nearest)
    )
    score_shard(arguments.examples, scorer, arguments.scores, arguments.report)


def similarity(points: Floats, aims: Floats, nearest: int) -> Floats:
    """Mean of the `nearest` highest cosines with the aims, or of all if there are fewer; unit vectors. (examples,)"""
    cosines = np.sort(points @ aims.T, axis=1)
    highest: Floats = cosines[:, -nearest:].mean(axis=1)
    return highest


if __name__ == "__main__":
    main()
