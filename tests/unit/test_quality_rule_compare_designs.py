"""Designs side by side, against numpy, statsmodels and designs whose savings are known."""

import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from instructmining.files import read_json, write_table
from instructmining.quality_rule.compare_designs import (
    coefficient_variances,
    compare_designs,
    curvature,
    main,
    unit_errors,
)
from instructmining.quality_rule.designs_table import markdown, sentences
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.variants import fit_variants
from instructmining.report.figures import main as draw

NAMES = ["ppl", "mtld"]


def table(spread, subsets=24, replicated=8, noise=0.05, curve=0.0, seed=0):
    """Observations of subsets whose indicators have an SD of `spread`; log loss = 1 + 0.1 ppl + curve * ppl^2."""
    rng = np.random.default_rng(seed)
    x = spread * rng.normal(size=(subsets, 2))
    rows = [(i, s) for i in range(subsets) for s in range(3 if i < replicated else 1)]
    x = x[[i for i, _ in rows]]
    y = 1 + 0.1 * x[:, 0] + curve * x[:, 0] ** 2 + noise * rng.normal(size=len(rows))
    columns = {"model": ["tiny"] * len(rows), "subset": [f"{i:03}" for i, _ in rows], "seed": [s for _, s in rows]}
    columns |= {"loss": np.exp(y), "log_loss": y, "sources": [{}] * len(rows)}
    values = {**columns, "ppl": x[:, 0], "mtld": x[:, 1]}
    return pa.table(values, schema=observations_schema(NAMES))


def variant(*arguments, **options):
    return fit_variants({"a": table(*arguments, **options)}, NAMES)[0][0]


def test_a_design_three_times_as_wide_needs_a_ninth_of_the_fine_tunes():
    result = compare_designs({"narrow": table(1, seed=1), "wide": table(3, seed=1)}, NAMES, 0.95)
    saving = result["savings"][0]
    assert saving["ratio"] == pytest.approx(9) and saving["low"] < 9 < saving["high"]
    assert saving["per_indicator"] == pytest.approx({"ppl": 9, "mtld": 9})


def test_noise_that_a_design_adds_is_taken_off_its_saving():
    result = compare_designs({"narrow": table(1, 200), "wide": table(3, 200, noise=0.1)}, NAMES, 0.95)
    saving = result["savings"][0]
    assert saving["with_noise"] == pytest.approx(saving["ratio"] / 4, rel=0.2)


def test_a_saving_does_not_depend_on_how_many_subsets_each_design_has():
    """On average over draws: the mean of the inverse covariance of 1000 small designs, beside the true one."""
    rng = np.random.default_rng(0)
    covariance = np.array([[1.0, 0.5], [0.5, 1.0]])
    found = [coefficient_variances(rng.multivariate_normal([0, 0], covariance, size=9)) for _ in range(1000)]
    assert np.mean(found, axis=0) == pytest.approx(np.diag(np.linalg.inv(covariance)), rel=0.1)


def test_the_error_per_unit_of_noise_is_that_of_statsmodels_with_a_scale_of_one():
    design = variant(1, replicated=0).design
    import statsmodels.api as sm

    expected = sm.OLS(design.y, sm.add_constant(design.x)).fit().normalized_cov_params.diagonal()[1:] ** 0.5
    assert unit_errors(design, np.array([1.0, 2.0])) == pytest.approx(expected * [1, 2])


def test_curvature_is_the_reset_test_of_statsmodels():
    from statsmodels.stats.diagnostic import linear_reset

    fit = variant(1, replicated=0, curve=0.02)
    import statsmodels.api as sm

    expected = linear_reset(sm.OLS(fit.design.y, sm.add_constant(fit.design.x)).fit(), power=2, use_f=True)
    found = curvature(fit)
    assert (found["f"], found["p_value"]) == pytest.approx((float(expected.fvalue), float(expected.pvalue)))


def test_lack_of_fit_is_the_f_test_against_a_mean_for_each_subset():
    import statsmodels.formula.api as smf

    observations = table(1, curve=0.05)
    frame = observations.to_pandas()
    line, means = (smf.ols(f"log_loss ~ {right}", frame).fit() for right in ("ppl + mtld", "C(subset)"))
    f, p_value, _ = means.compare_f_test(line)
    found = compare_designs({"a": observations, "b": table(2)}, NAMES, 0.95)["designs"][0]["lack_of_fit"]
    assert (found["statistic"], found["p_value"]) == pytest.approx((f, p_value))


def test_without_replicates_there_is_no_lack_of_fit():
    result = compare_designs({"a": table(1, replicated=0), "b": table(2)}, NAMES, 0.95)
    assert result["designs"][0]["lack_of_fit"] is None
    assert "without replicates, a lack of fit cannot be told from noise" in "\n".join(sentences(result))


def test_units_are_sds_over_the_examples_where_their_scores_are_given():
    scores = pa.table({"ppl": np.array([0.0, 2.0]), "mtld": np.array([0.0, 20.0])})
    plain, scaled = (compare_designs({"a": table(1), "b": table(2)}, NAMES, 0.95, s) for s in (None, scores))
    assert scaled["units"] == pytest.approx({"ppl": 2**0.5, "mtld": 200**0.5})
    assert scaled["savings"] == plain["savings"]
    with pytest.raises(ValueError, match="no column 'mtld'"):
        compare_designs({"a": table(1), "b": table(2)}, NAMES, 0.95, scores.select(["ppl"]))


def test_a_bent_design_is_said_not_to_be_straight():
    result = compare_designs({"narrow": table(1), "wide": table(5, curve=0.01)}, NAMES, 0.95)
    text = "\n".join(sentences(result))
    assert "wide: the log loss is not linear in the rule's prediction" in text
    assert "narrow: the log loss is not shown to be other than linear" in text


def test_the_command_writes_a_table_of_all_designs(tmp_path, monkeypatch, capsys):
    for name, spread in (("fused", 1), ("tilted", 3)):
        write_table(tmp_path / f"{name}.parquet", table(spread), table(spread).schema)
    paths = [str(tmp_path / f"{name}.parquet") for name in ("fused", "tilted")]
    outputs = ["--output", str(tmp_path / "d.json"), "--table", str(tmp_path / "d.md")]
    monkeypatch.setattr(sys, "argv", ["compare", "--observations", *paths, "--names", "fused", "tilted", *outputs])
    main()
    result = read_json(tmp_path / "d.json")
    assert (tmp_path / "d.md").read_text() == markdown(result)
    assert "tilted instead of fused" in capsys.readouterr().out
    assert [row["design"] for row in result["designs"]] == ["fused", "tilted"]
    figure = ["designs", "--designs", str(tmp_path / "d.json")]
    monkeypatch.setattr(
        sys, "argv", ["figures", *figure, "--output", str(tmp_path / "d.svg"), "--table", str(tmp_path / "d.csv")]
    )
    draw()
    assert (tmp_path / "d.svg").read_text().lstrip().startswith("<?xml")
    assert len(pd.read_csv(tmp_path / "d.csv")) == 4


def test_the_command_wants_a_name_for_each_design(monkeypatch, capsys):
    files = ["--observations", "a", "b", "--output", "d.json", "--table", "d.md"]
    monkeypatch.setattr(sys, "argv", ["compare", *files, "--names", "fused", "fused"])
    with pytest.raises(SystemExit):
        main()
    assert "a name of its own for each" in capsys.readouterr().err
