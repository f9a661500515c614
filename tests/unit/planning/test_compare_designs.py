"""Designs side by side, against numpy, statsmodels and designs whose savings are known."""

import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from instructmining.files import read_result, write_result, write_table
from instructmining.planning.compare_designs import bend, bend_with_distance, compare_designs, main, unit_errors
from instructmining.planning.result import DesignComparison
from instructmining.planning.savings import coefficient_variances, noise_ratio, saving
from instructmining.planning.words import markdown, sentences
from instructmining.quality_rule.across.variants import differences, equal_coefficients, fit_variants
from instructmining.quality_rule.fit import fit_rule
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.regression.bootstrap import r_squared_interval
from instructmining.quality_rule.settings import QualityRuleSettings
from instructmining.report.figures.draw import main as draw
from tests.unit.simulation import to_design

NAMES = ["ppl", "mtld"]
SCORES = pa.table(
    {
        "id": [f"{i:016x}" for i in range(50)],
        "source": ["made"] * 50,
        "degraded": pa.nulls(50, pa.string()),
        "ppl": np.linspace(-3, 3, 50),
        "mtld": np.linspace(-30, 30, 50),
    }
)


def table(spread, subsets=24, replicated=8, noise=0.05, curve=0.0, seed=0):
    """Observations of subsets whose indicators have an SD of `spread`; log loss = 1 + 0.1 ppl + curve * ppl^2."""
    rng = np.random.default_rng(seed)
    x = spread * rng.normal(size=(subsets, 2))
    rows = [(i, s) for i in range(subsets) for s in range(3 if i < replicated else 1)]
    x = x[[i for i, _ in rows]]
    y = 1 + 0.1 * x[:, 0] + curve * x[:, 0] ** 2 + noise * rng.normal(size=len(rows))
    columns = {"model": ["tiny"] * len(rows), "subset": [f"{i:03}" for i, _ in rows], "seed": [s for _, s in rows]}
    columns |= {"loss": np.exp(y), "log_loss": y, "sources": [{}] * len(rows), "made_with": [{}] * len(rows)}
    values = {**columns, "ppl": x[:, 0], "mtld": x[:, 1]}
    return pa.table(values, schema=observations_schema(NAMES))


def variant(*arguments, **options):
    return fit_variants({"a": table(*arguments, **options)}, NAMES)[0][0]


def compared(**tables):
    return compare_designs(tables, NAMES, 0.95, SCORES)


def test_a_design_three_times_as_wide_needs_a_ninth_of_the_fine_tunes():
    found = compared(narrow=table(1, seed=1), wide=table(3, seed=1)).savings[0]
    for ratio in (found.equal_noise, found.as_found):
        assert ratio.value == pytest.approx(9) and ratio.low < 9 < ratio.high
    assert found.per_indicator == pytest.approx({"ppl": 9, "mtld": 9})


def test_noise_that_a_design_adds_is_taken_off_its_saving():
    found = compared(narrow=table(1, 200), wide=table(3, 200, noise=0.1)).savings[0]
    assert found.as_found.value == pytest.approx(found.equal_noise.value / 4, rel=0.2)


def test_a_saving_that_is_not_shown_is_not_claimed():
    text = sentences(compared(a=table(1, seed=1), b=table(1, seed=2)))[0]
    assert text.endswith("It is not shown to save any.")
    assert "not shown" not in sentences(compared(a=table(1, seed=1), b=table(3, seed=1)))[0]


def test_a_saving_is_the_ratio_of_the_squared_standard_errors_of_statsmodels():
    a, b = (variant(spread, seed=seed) for spread, seed in ((1, 1), (2, 2)))
    expected = a.result.bse[1:] ** 2 / b.result.bse[1:] ** 2
    assert list(saving(("a", "b"), a.design, b.design, 0.95).per_indicator.values()) == pytest.approx(expected)


def test_a_saving_does_not_depend_on_how_many_subsets_each_design_has():
    """On average over draws: the mean of the inverse covariance of 1000 small designs, beside the true one."""
    rng = np.random.default_rng(0)
    covariance = np.array([[1.0, 0.5], [0.5, 1.0]])
    x = rng.multivariate_normal([0, 0], covariance, size=(1000, 9))
    found = coefficient_variances(x, rng.normal(size=(1000, 9)), np.ones((1000, 9)), noise=False)
    assert np.mean(found, axis=0) == pytest.approx(np.diag(np.linalg.inv(covariance)), rel=0.1)


def test_the_interval_of_a_saving_covers_at_least_at_its_level():
    covered = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        designs = []
        for spread, noise in ((1, 1.0), (3, 1.5)):
            x = spread * rng.normal(size=(24, 2))
            designs.append(to_design(x.sum(axis=1) + noise * rng.normal(size=24), dict(zip(NAMES, x.T, strict=True))))
        found = saving(("a", "b"), *designs, 0.9).as_found
        covered.append(found.low < 9 / 1.5**2 < found.high)
    assert np.mean(covered) > 0.85


def test_noise_of_two_designs_is_compared_by_the_f_test():
    from scipy import stats

    a, b = (variant(1, noise=noise, seed=seed).design for noise, seed in ((0.05, 1), (0.2, 2)))
    found = noise_ratio(a, b)
    assert found.statistic == pytest.approx((b.noise_sd / a.noise_sd) ** 2)
    assert found.p_value == pytest.approx(2 * stats.f(16, 16).sf(found.statistic)) and found.p_value < 0.001
    assert noise_ratio(b, a).p_value == pytest.approx(found.p_value)


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


def test_the_interval_of_an_r2_is_that_of_resampled_rows():
    from scipy import stats
    from sklearn.metrics import r2_score

    rng = np.random.default_rng(0)
    y = rng.normal(size=40)
    predicted = y + rng.normal(size=40)
    expected = stats.bootstrap(
        (y, predicted), r2_score, paired=True, vectorized=False, method="percentile", n_resamples=1000, rng=0
    ).confidence_interval
    assert r_squared_interval(y, predicted, np.ones(40), 0.95) == pytest.approx(expected, abs=0.1)


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


def test_without_replicates_there_is_no_lack_of_fit():
    result = compared(a=table(1, replicated=0), b=table(2))
    assert result.designs[0].lack_of_fit is None
    assert "without replicates, a lack of fit cannot be distinguished from noise" in "\n".join(sentences(result))


def test_units_are_sds_over_the_examples():
    scores = pa.table({"ppl": np.array([0.0, 2.0]), "mtld": np.array([0.0, 20.0])})
    given = {"a": table(1), "b": table(2)}
    plain, scaled = (compare_designs(given, NAMES, 0.95, each) for each in (SCORES, scores))
    assert scaled.units == pytest.approx({"ppl": 2**0.5, "mtld": 200**0.5})
    assert scaled.savings == plain.savings
    with pytest.raises(ValueError, match="no column 'mtld'"):
        compare_designs(given, NAMES, 0.95, scores.select(["ppl"]))


def test_a_bent_design_is_said_not_to_be_straight():
    text = "\n".join(sentences(compared(narrow=table(1), wide=table(5, curve=0.01))))
    assert "wide: the log loss bends upwards along the rule's prediction" in text
    assert "narrow: the log loss is not shown to bend along the rule's prediction" in text


def write_run(folder, observations, scores=SCORES):
    """The results of a run, as far as a comparison needs them."""
    home = folder / "results/quality_rule/tiny"
    write_table(home / "observations.parquet", observations, observations.schema)
    write_result(home / "rule.json", fit_rule(observations, NAMES, QualityRuleSettings(repeats=1), {}).rule)
    write_table(folder / "results/indicators/candidates/scores.parquet", scores, scores.schema)
    return str(folder / "results")


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


def test_runs_of_other_candidates_are_refused(tmp_path, monkeypatch):
    runs = [write_run(tmp_path / name, table(1), scores) for name, scores in (("a", SCORES), ("b", SCORES.slice(1)))]
    monkeypatch.setattr(sys, "argv", ["compare", "--runs", *runs, "--output", "d.json", "--table", "d.md"])
    with pytest.raises(ValueError, match="its candidates are 49 examples, not the 50 of"):
        main()


def test_an_unfinished_run_is_said(tmp_path, monkeypatch):
    runs = [write_run(tmp_path / "a", table(1)), str(tmp_path / "b/results")]
    monkeypatch.setattr(sys, "argv", ["compare", "--runs", *runs, "--output", "d.json", "--table", "d.md"])
    with pytest.raises(ValueError, match="b/results: found rules for these models: none; expected one model"):
        main()


def test_the_command_wants_a_name_for_each_design(monkeypatch, capsys):
    arguments = ["--runs", "a", "b", "--output", "d.json", "--table", "d.md", "--names", "fused", "fused"]
    monkeypatch.setattr(sys, "argv", ["compare", *arguments])
    with pytest.raises(SystemExit):
        main()
    assert "a different name for each" in capsys.readouterr().err
