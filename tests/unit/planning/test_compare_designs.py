"""Designs side by side, against numpy, statsmodels and designs whose savings are known."""

import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from instructmining.files import read_result
from instructmining.planning.compare_designs import _units, bend, bend_with_distance, compare_designs, main, unit_errors
from instructmining.planning.result import DesignComparison
from instructmining.planning.words import markdown
from instructmining.quality_rule.across.variants import differences, equal_coefficients, fit_variants
from instructmining.report.figures.draw import main as draw
from tests.unit.planning.made import NAMES, SCORES, compared, table, variant, write_run


def test_the_test_of_one_coefficient_is_the_squared_difference_over_its_squared_errors():
    a, b = (
        fit_variants({"a": table(1, seed=seed, noise=noise)}, ["ppl"])[0][0] for seed, noise in ((1, 0.1), (2, 0.5))
    )
    row = differences(a, b, np.ones(1), 0.95)[0]
    assert equal_coefficients([a, b]).f == pytest.approx((row.value / row.standard_error) ** 2)


def test_designs_with_equal_coefficients_and_unequal_noise_are_rarely_told_apart():
    found = []
    for seed in range(40):
        tables = {"a": table(1, noise=0.02, seed=seed), "b": table(0.5, 12, noise=0.2, seed=1000 + seed)}
        found.append(equal_coefficients(fit_variants(tables, NAMES)[0]).p_value < 0.05)
    assert sum(found) < 7  # 5 % of 40 would be 2; as many as 7 come up once in 200 cases


def test_the_error_per_unit_of_noise_is_that_of_statsmodels_with_a_scale_of_one():
    design = variant(1, replicated=0).design
    import statsmodels.api as sm

    expected = sm.OLS(design.y, sm.add_constant(design.x)).fit().normalized_cov_params.diagonal()[1:] ** 0.5
    assert unit_errors(design, np.array([1.0, 2.0])) == pytest.approx(expected * [1, 2])


def test_a_bend_along_the_prediction_is_the_reset_test_of_statsmodels():
    import statsmodels.api as sm
    from statsmodels.stats.diagnostic import linear_reset

    fit = variant(1, replicated=0, curve=0.02)
    expected = linear_reset(sm.OLS(fit.design.y, sm.add_constant(fit.design.x)).fit(), power=2, use_f=True)
    found = bend(fit)
    assert (found.f, found.p_value) == pytest.approx((float(expected.fvalue), float(expected.pvalue)))


def test_a_bend_with_distance_is_the_comparison_with_a_fit_that_has_it():
    import statsmodels.formula.api as smf

    fit = variant(1, replicated=0, curve=0.02)
    frame = pd.DataFrame({"y": fit.design.y, "ppl": fit.design.x[:, 0], "mtld": fit.design.x[:, 1]})
    line, bent = (smf.ols(f"y ~ ppl + mtld{more}", frame).fit() for more in ("", " + I(ppl**2 + mtld**2)"))
    f, p_value, _ = bent.compare_f_test(line)
    found = bend_with_distance(fit, fit.design.x)
    assert (found.f, found.p_value, found.slope) == pytest.approx((f, p_value, bent.params.iloc[-1]))


def test_lack_of_fit_is_the_f_test_against_a_mean_for_each_subset():
    import statsmodels.formula.api as smf

    observations = table(1, curve=0.05)
    frame = observations.to_pandas()
    line, means = (smf.ols(f"log_loss ~ {right}", frame).fit() for right in ("ppl + mtld", "C(subset)"))
    f, p_value, _ = means.compare_f_test(line)
    found = compared(a=observations, b=table(2)).designs[0].lack_of_fit
    assert (found.statistic, found.p_value) == pytest.approx((f, p_value))


def test_units_are_sds_over_the_examples():
    scores = pa.table({"ppl": np.array([0.0, 2.0]), "mtld": np.array([0.0, 20.0])})
    given = {"a": table(1), "b": table(2)}
    plain, scaled = (compare_designs(given, NAMES, 0.95, each) for each in (SCORES, scores))
    assert scaled.units == pytest.approx({"ppl": 2**0.5, "mtld": 200**0.5})
    assert scaled.savings == plain.savings
    with pytest.raises(ValueError, match="no column 'mtld'"):
        compare_designs(given, NAMES, 0.95, scores.select(["ppl"]))


def test_the_unit_of_a_share_is_the_sd_of_being_of_the_source():
    scores = pa.table({"source": ["a", "b", "b", "b"], "ppl": [0.0, 0, 2, 2]})
    assert _units(scores, ["source:b", "ppl"]) == pytest.approx([0.5, (4 / 3) ** 0.5])


def test_runs_are_compared_and_drawn(tmp_path, monkeypatch, capsys):
    runs = [write_run(tmp_path / name, table(spread)) for name, spread in (("fused", 1), ("tilted", 3))]
    outputs = ["--output", str(tmp_path / "d.json"), "--table", str(tmp_path / "d.md")]
    monkeypatch.setattr(sys, "argv", ["compare", "--runs", *runs, *outputs])
    main()
    result = read_result(DesignComparison, tmp_path / "d.json")
    assert (tmp_path / "d.md").read_text() == markdown(result)
    assert "a fine-tune of tilted is worth" in capsys.readouterr().out
    assert [row.name for row in result.designs] == ["fused", "tilted"]
    for figure, rows in (("designs", 4), ("spread", 48)):
        outputs = ["--output", str(tmp_path / "d.svg"), "--table", str(tmp_path / "d.csv")]
        monkeypatch.setattr(sys, "argv", ["figures", figure, "--designs", str(tmp_path / "d.json"), *outputs])
        draw()
        assert (tmp_path / "d.svg").read_text().lstrip().startswith("<?xml")
        assert len(pd.read_csv(tmp_path / "d.csv")) == rows


def test_the_command_wants_a_name_for_each_design(monkeypatch, capsys):
    arguments = ["--runs", "a", "b", "--output", "d.json", "--table", "d.md", "--names", "fused", "fused"]
    monkeypatch.setattr(sys, "argv", ["compare", *arguments])
    with pytest.raises(SystemExit):
        main()
    assert "a different name for each" in capsys.readouterr().err
