"""`influence`: the cosine of an example's gradient with the mean of the normalised gradients of the `fit` examples.

A training step along a gradient lowers the loss of other examples by about the product of the gradients (LESS, Xia et
al. 2024, arXiv 2402.04333). Gradients of short responses are long, so lengths are left out on both sides. `gradients`
makes the vectors.

    python -m instructmining.indicators.influence --settings '{"model": "smollm2"}' \
        --examples shard.parquet --vectors gradients/000.parquet --aims eval_sets/gradients/docs.parquet \
        --scores scores.parquet --report report.json
"""

import numpy as np

from instructmining.arrays import Floats
from instructmining.indicators.aimed import aimed_scorer, parse_aimed
from instructmining.indicators.scoring import score_shard
from instructmining.indicators.settings import InfluenceScorer


def main() -> None:
    """Score one shard."""
    arguments = parse_aimed(__doc__, InfluenceScorer)
    scorer = aimed_scorer("influence", arguments.vectors, arguments.aims, influence)
    score_shard(arguments.examples, scorer, arguments.scores, arguments.report)


def influence(points: Floats, aims: Floats) -> Floats:
    """The cosine of each unit vector with the mean of the aims. (examples,)"""
    mean = aims.mean(axis=0)
    cosines: Floats = points @ (mean / np.linalg.norm(mean))
    return cosines


if __name__ == "__main__":
    main()
