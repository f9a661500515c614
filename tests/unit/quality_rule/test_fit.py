"""The fit, against NIST's certified values, numpy and fits made anew."""

import json

import numpy as np
import pyarrow as pa
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.datasets import longley

from instructmining.files import read_result, write_result, write_table
from instructmining.quality_rule.card import rule_card
from instructmining.quality_rule.evidence.result import Diagnostics
from instructmining.quality_rule.fit import fit_rule, main
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.regression.weights import FIT_NAMES
from instructmining.quality_rule.rule import MIXED, read_fitted_rule
from instructmining.quality_rule.settings import QualityRuleSettings
from tests.unit.quality_rule.evidence.mixtures import losses
from tests.unit.quality_rule.made import fit, fit_of, mixed_observations, refit_without
from tests.unit.simulation import observations, replicate, synthetic


def test_longley_gives_the_certified_values_of_nist():
    """https://www.itl.nist.gov/div898/strd/lls/data/Longley.shtml"""
    data = longley.load_pandas()
    found = fit(data.endog.to_numpy() / 1e5, {name: data.exog[name].to_numpy() for name in data.exog})
    rule = found.rule
    assert rule.intercept * 1e5 == pytest.approx(-3482258.63459582, rel=1e-6)
    certified = [15.0618722713733, -0.358191792925910e-01, -2.02022980381683, -1.03322686717359]
    certified += [-0.511041056535807e-01, 1829.15146461355]
    assert [term.coefficient * 1e5 for term in rule.terms] == pytest.approx(certified, rel=1e-6)
    assert rule.terms[0].standard_error * 1e5 == pytest.approx(84.9149257747669, rel=1e-6)
    assert rule.r2 == pytest.approx(0.995479004577296, rel=1e-9)
    assert rule.residual_sd * 1e5 == pytest.approx(304.854073561965, rel=1e-6)


def test_a_known_rule_is_found_again():
    rule = fit(*synthetic()).rule
    assert [term.shown for term in rule.terms[:2]] == [True, True]
    assert rule.terms[0].low < 0.3 < rule.terms[0].high
    assert rule.fit == FIT_NAMES["observations"] and rule.noise_sd is None
    assert rule.loo_r2 > 0.9 > 0.8 < rule.loo_spearman


def test_a_wider_level_gives_wider_intervals():
    y, x = synthetic()
    assert fit(y, x, confidence=0.99).rule.terms[0].low < fit(y, x, confidence=0.8).rule.terms[0].low


def test_replicates_are_averaged_and_weighted_by_seeds():
    y, x = synthetic(12, noise=0.3)
    first = {name: np.append(column, column[:2]) for name, column in x.items()}
    names = [f"{i:03}" for i in range(12)]
    found = fit(np.append(y, y[:2] + 0.1), first, names + names[:2], fit="weighted_means")
    weights, means = np.r_[2.0, 2.0, np.ones(10)], y + np.r_[0.05, 0.05, np.zeros(10)]
    matrix = np.column_stack([np.ones(12), *x.values()])
    beta = np.linalg.solve(matrix.T @ (weights[:, None] * matrix), matrix.T @ (weights * means))
    assert [found.rule.intercept, *(t.coefficient for t in found.rule.terms)] == pytest.approx(list(beta))
    expected = [refit_without(i, means, matrix, weights) for i in range(12)]
    rows = found.diagnostics.leave_one_out.predictions
    assert [row.left_out for row in rows] == pytest.approx(expected)
    assert found.rule.fit == FIT_NAMES["weighted_means"] and found.rule.observations == 14 and found.rule.subsets == 12


def test_observations_of_two_models_are_refused():
    y, x = synthetic()
    table = observations(y, x).set_column(0, "model", pa.array(["tiny", "small"] * 15))
    with pytest.raises(ValueError, match="small, tiny"):
        fit_rule(table, list(x), QualityRuleSettings(), {})


def test_fine_tunes_that_were_not_made_alike_are_told_of_in_rule_and_card():
    table = mixed_observations(["2.13.0"] * 28 + ["2.12.0"] * 2)
    rule = fit_rule(table, ["ppl"], QualityRuleSettings(), {}).rule
    said = "The fine-tunes were made with different versions of torch: 28 with 2.13.0, 2 with 2.12.0."
    assert [check.sentence for check in rule.checks if check.name == MIXED] == [said]
    assert f"- Warning: {said}" in rule_card(rule)


def test_of_fine_tunes_that_were_made_alike_the_rule_says_nothing():
    assert MIXED not in [check.name for check in fit(*synthetic()).rule.checks]


def test_no_rule_is_fitted_to_fine_tunes_that_were_not_made_alike_where_that_is_to_stop():
    table = mixed_observations(["2.13.0"] * 27 + ["2.12.0"] * 3)
    with pytest.raises(ValueError, match=r"27 with 2\.13\.0, 3 with 2\.12\.0") as error:
        fit_rule(table, ["ppl"], QualityRuleSettings(mixed="stop"), {})
    for said in ("training/tiny/027/seed0, training/tiny/028/seed0", "Delete these", "quality_rule.mixed: warn"):
        assert said in str(error.value)
    alike = mixed_observations(["2.13.0"] * 30)
    assert fit_rule(alike, ["ppl"], QualityRuleSettings(mixed="stop"), {}).rule.indicators == ["ppl"]


def test_the_command_writes_rule_and_diagnostics(tmp_path, monkeypatch):
    y, x = synthetic()
    write_table(tmp_path / "observations.parquet", observations(y, x), observations_schema(x))
    command = ["fit", "--settings", '{"confidence": 0.9}']
    command += ["--indicator-settings", json.dumps({"text": None}), "--indicators", "ppl", "mtld"]
    for name in ("observations.parquet", "rule.json", "diagnostics.json"):
        command += [f"--{name.split('.')[0]}", str(tmp_path / name)]
    monkeypatch.setattr("sys.argv", command)
    main()
    rule = read_fitted_rule(tmp_path / "rule.json")
    assert rule.confidence == 0.9 and rule.indicators == ["ppl", "mtld"]
    assert rule.indicator_settings == {"text": None}
    assert len(read_result(Diagnostics, tmp_path / "diagnostics.json").leave_one_out.predictions) == 30


def test_a_rule_without_indicators_is_written_read_and_applied(tmp_path):
    rng = np.random.default_rng(2)
    table = observations(rng.normal(size=30), {name: rng.normal(size=30) for name in ("ppl", "mtld")})
    found = fit_rule(table, ["ppl", "mtld"], QualityRuleSettings(choice="bic", repeats=2), {}).rule
    write_result(tmp_path / "rule.json", found)
    assert read_fitted_rule(tmp_path / "rule.json") == found and found.indicators == []
    assert found.left_out["ppl"] == "was not kept by the choice (bic)"
    assert found.predict(table) == pytest.approx(np.mean(table["log_loss"].to_numpy()))
    assert "**No rule: no indicator was kept" in rule_card(found)


def test_replicates_give_the_rule_a_noise_floor():
    y, x = synthetic(20)
    found = fit(*replicate(y, x, [3] * 5 + [1] * 15, noise=0.1)).rule
    assert found.noise_floor == pytest.approx(stats.t.ppf(0.975, 10) * np.sqrt(2) * found.noise_sd)


def test_a_rule_holds_the_covariance_of_its_coefficients():
    y, x = synthetic(20)
    found = fit(y, x, repeats=1).rule
    expected = sm.OLS(y, sm.add_constant(np.column_stack(list(x.values())))).fit().cov_params()[1:, 1:]
    assert np.array(found.covariance) == pytest.approx(expected) and found.residual_degrees == 16


def confounded(subsets=60, slope=0.3, seed=0):
    """Mixtures of four sources, whose own effect on the loss goes against that of the one indicator inside of them."""
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(100, rng.dirichlet(np.ones(4), subsets)) + 1
    shares, centres = counts / counts.sum(axis=1, keepdims=True), np.array([0.0, 1.0, 2.0, 3.0])
    ppl = shares @ centres + 0.1 * rng.normal(size=subsets)
    y = 1 + slope * ppl - shares @ centres + 0.01 * rng.normal(size=subsets)
    sources = [{f"s{i}": int(count) for i, count in enumerate(row)} for row in counts]
    return y, {"ppl": ppl}, sources, shares


def test_beside_the_shares_of_the_sources_the_slope_within_them_is_found():
    y, x, sources, shares = confounded()
    within, together = (fit_of(y, x, sources, effects=effects).rule.slopes[0] for effects in ("within", "together"))
    expected = sm.OLS(y, np.column_stack([shares, x["ppl"]])).fit()  # a share for each source in place of a constant
    assert within.coefficient == pytest.approx(expected.params[-1]) and within.low < 0.3 < within.high
    assert within.standard_error == pytest.approx(expected.bse[-1]) and together.high < 0


@pytest.mark.parametrize("world", [{}, {"rule": 2.0, "source_effects": 0.05}])
def test_the_test_of_the_indicators_given_the_shares_is_the_same_within_and_together(world):
    y, x, sources = losses(24, **world)
    within, together = (fit_of(y, x, sources, effects=effects).rule.held_out for effects in ("within", "together"))
    tests = {row.name: row.added for row in together}
    for row in within[1:]:  # the mean, too, is tested beside the shares
        assert row.added.p_value == pytest.approx(tests["source shares"].p_value)
        assert row.added.numerator_degrees == 6


def test_shares_alone_are_a_rule_that_ranks_sources():
    y, x, sources, shares = confounded()
    rule = fit_of(y, x, sources, effects="shares").rule
    assert rule.slopes == [] and [row.name for row in rule.held_out] == ["rule", "mean", "ppl"]
    assert rule.verdict.endswith(", by their sources alone, as the rule has no indicators.")
    expected = sm.OLS(y, shares).fit().params
    examples = pa.table({"source": ["s0", "s1", "s2", "s3"]})
    assert rule.predict(examples) == pytest.approx(expected)


def test_examples_of_unknown_sources_are_put_in_order_by_the_slopes_alone(tmp_path):
    y, x, sources, _ = confounded()
    write_result(tmp_path / "rule.json", fit_of(y, x, sources, effects="within").rule)
    rule = read_fitted_rule(tmp_path / "rule.json")
    found = rule.predict(pa.table({"source": ["new", "newer"], "ppl": [1.0, 3.0]}))
    slope = rule.slopes[0]
    assert found == pytest.approx(rule.centre + slope.coefficient * (np.array([1.0, 3.0]) - slope.mean))
    assert list(rule.outside_range(pa.table({"source": ["s1"], "ppl": [9.0]}))) == ["ppl"]


def test_a_rule_holds_the_limits_of_its_indicators_and_predicts_with_them():
    y, x = synthetic(20)
    rule = fit_of(y, x, None, limits={"ppl": (-1.0, 1.0)}).rule
    table = pa.table(
        {name: [value] * 2 for name, value in {"mtld": 0.0, "relevance": 0.0}.items()} | {"ppl": [1.0, 7.0]}
    )
    assert [term.winsorised for term in rule.terms] == [(-1.0, 1.0), None, None]
    assert rule.predict(table)[0] == rule.predict(table)[1]
