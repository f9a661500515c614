"""How certain the coefficients get under each sampling scheme, for the same number of fine-tunes.

The standard error of a coefficient is the noise times a factor that depends only on the indicators of the subsets: the
root of the diagonal of (X'X)^-1 (Draper and Smith 1998, 5.1). So schemes can be compared on real scores, without a
fine-tune.
Only fine-tunes can show whether the log loss stays linear that far out (instructmining.planning.compare_designs).

    python benchmarks/designs.py --scores results/indicators/candidates/scores.parquet \
        --indicators len_out mtld log_ppl ifd relevance knn_6 --subsets 24 --examples 64
"""

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from instructmining.sampling.designs import draw_by_scores
from instructmining.sampling.sample_subset import draw_by_source
from instructmining.sampling.settings import Sampling

SCHEMES = {
    "fused": {"scheme": "fused"},
    "stratified": {"scheme": "stratified"},
    **{f"tilted, {tilt:g}": {"scheme": "tilted", "tilt": tilt} for tilt in (1.0, 2.0, 3.0)},
    "d_optimal, 2": {"scheme": "d_optimal", "tilt": 2.0},
    "within, 0.5": {"scheme": "within"},
    "selections": {"scheme": "selections"},
}
REPEATS = 5  # seeds: one design is as random as one sample


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scores", required=True, type=Path, help="scores of the candidates")
    parser.add_argument("--indicators", required=True, nargs="+")
    parser.add_argument("--subsets", type=int, default=48)
    parser.add_argument("--examples", type=int, default=64)
    arguments = parser.parse_args()
    scores = pq.read_table(arguments.scores).sort_by("id")
    size = {"subsets": arguments.subsets, "examples": arguments.examples, "indicators": arguments.indicators}
    errors = {
        name: [standard_error(scores, Sampling.model_validate({**size, **own}), seed) for seed in range(REPEATS)]
        for name, own in SCHEMES.items()
    }
    print_table(errors)


def standard_error(scores: pa.Table, sampling: Sampling, seed: int) -> float:
    """Mean over the indicators of the standard error of a coefficient, per unit of noise, indicators in their SDs."""
    values = np.column_stack([scores[name].to_numpy() for name in sampling.indicators or []])
    values = (values - values.mean(axis=0)) / values.std(axis=0)
    means = np.array(
        [values[positions(scores, values, sampling, i, seed)].mean(axis=0) for i in range(sampling.subsets)]
    )
    centred = means - means.mean(axis=0)
    return float(np.sqrt(np.diag(np.linalg.inv(centred.T @ centred))).mean())


def positions(scores: pa.Table, values: np.ndarray, sampling: Sampling, number: int, seed: int) -> np.ndarray:
    """The positions of one subset among the candidates, as the workflow would draw it."""
    sources = scores["source"].to_numpy()
    if sampling.by_indicators:
        return draw_by_scores(values, sources, sampling, number, seed)
    groups = {str(name): [str(i) for i in np.flatnonzero(sources == name)] for name in sorted(set(sources))}
    return np.array(draw_by_source(groups, sampling, number, np.random.default_rng([seed, number])), dtype=int)


def print_table(errors: dict[str, list[float]]) -> None:
    """One row per scheme; the saving is the ratio of variances to fused sampling."""
    table = Table(
        "scheme",
        "standard error per unit of noise (SD over designs)",
        "fine-tunes for the same certainty, relative to fused",
    )
    fused = float(np.mean(errors["fused"]))
    for name, values in errors.items():
        mean = float(np.mean(values))
        table.add_row(name, f"{mean:.2f} ({np.std(values, ddof=1):.2f})", f"1 / {(fused / mean) ** 2:.1f}")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
