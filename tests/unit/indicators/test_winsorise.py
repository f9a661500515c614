"""Scores that are held within limits, against scipy."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.stats.mstats import winsorize

from instructmining.files import read_result
from instructmining.indicators.results import SubsetIndicators
from instructmining.indicators.subset_indicators import main
from instructmining.indicators.winsorise import limits_in, limits_of, winsorise

VALUES = np.random.default_rng(0).lognormal(size=101)


def test_scores_beyond_the_limits_count_as_the_limit():
    """With 101 values, the quantiles at 5 and 95 % are the sixth from either end."""
    held = winsorise(pa.table({"ppl": VALUES, "mtld": VALUES}), {"ppl": limits_of(VALUES, 0.05)})
    assert held["ppl"].to_numpy() == pytest.approx(winsorize(VALUES, (0.05, 0.05)).data)
    assert held["mtld"].to_numpy().tolist() == VALUES.tolist()


def test_limits_are_those_of_all_scores_in_a_table(tmp_path):
    pq.write_table(pa.table({"ppl": VALUES, "mtld": -VALUES}), tmp_path / "scores.parquet")
    assert limits_in(tmp_path / "scores.parquet", ["mtld"], 0.1) == {"mtld": tuple(np.quantile(-VALUES, [0.1, 0.9]))}


def test_the_means_of_a_subset_are_of_scores_held_within_the_limits_of_all_candidates(tmp_path, monkeypatch):
    ids, points = [f"{i:03}" for i in range(101)], np.arange(101.0, dtype=np.float32)
    embeddings = pa.FixedSizeListArray.from_arrays(points, 1)
    scores = {"id": ids, "source": ["s"] * 101, "degraded": pa.nulls(101, pa.string()), "ppl": VALUES, "knn_1": VALUES}
    tables = {"scores": scores, "embeddings": {"id": ids, "embeddings": embeddings}, "007": {"id": ids[:20]}}
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
    words = ["subset_indicators", "--subset", "007.parquet", "--scores", "scores.parquet", "--neighbours", "1"]
    words += ["--embeddings", "embeddings.parquet", "--winsorise", "0.05", "--output", "007.json"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", words)
    main()
    found = read_result(SubsetIndicators, tmp_path / "007.json")
    expected = np.clip(VALUES, *np.quantile(VALUES, [0.05, 0.95]))[:20].mean()
    assert found.indicators == {"ppl": pytest.approx(expected), "knn_1": 1.0}
