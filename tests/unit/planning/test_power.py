"""Plans from a pilot, against scipy's slope, statsmodels' REML, and fits to simulated runs."""

import json
import sys

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from instructmining.embedded import DEFAULT
from instructmining.files import write_table
from instructmining.planning.pilot import Pilot, measure, variances
from instructmining.planning.power import (
    MOST_SUBSETS,
    cheapest,
    found_widths,
    main,
    make_plan,
    make_plans,
    subsets_needed,
    widths,
)
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.regression.least_squares import least_squares, make_design

BETWEEN, WITHIN = 0.03**2, 0.02**2


def simulate(subsets, seeds, indicators=2, rng=None, correlation=0.6):
    """Observations of subsets with `seeds[i]` fine-tunes each; every coefficient is 0.05."""
    rng = rng or np.random.default_rng(0)
    shared = rng.normal(size=(subsets, 1))
    x = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * rng.normal(size=(subsets, indicators))
    rule = x @ np.full(indicators, 0.05) + np.sqrt(BETWEEN) * rng.normal(size=subsets)
    rows = [(i, s) for i in range(subsets) for s in range(seeds[i])]
    y = np.array([rule[i] + np.sqrt(WITHIN) * rng.normal() for i, _ in rows])
    names = [f"x{j}" for j in range(indicators)]
    columns = {
        "model": ["tiny"] * len(rows),
        "subset": [f"{i:03}" for i, _ in rows],
        "seed": [s for _, s in rows],
        "loss": np.exp(y),
        "log_loss": y,
        "sources": [{}] * len(rows),
        "made_with": [{}] * len(rows),
        **{name: x[[i for i, _ in rows], j] for j, name in enumerate(names)},
    }
    return pa.table(columns, schema=observations_schema(names))


def designed(subsets, seeds, indicators=2, rng=None):
    names = [f"x{j}" for j in range(indicators)]
    return make_design(simulate(subsets, seeds, indicators, rng), names)


def known(indicators=2, correlation=0.6, within=WITHIN):
    """A pilot without error of its own: the true variances and correlations, as of very many subsets."""
    inverse = np.linalg.inv(np.full((indicators, indicators), correlation) + (1 - correlation) * np.eye(indicators))
    names = tuple(f"x{j}" for j in range(indicators))
    return Pilot(names, 10**9, BETWEEN, within, np.ones(indicators), np.diag(inverse))


def test_the_width_at_the_pilots_own_size_is_that_of_scipys_slope():
    design = designed(20, [1] * 20, indicators=1)
    slope = stats.linregress(design.x[:, 0], design.y)
    expected = 2 * stats.t.ppf(0.975, 18) * slope.stderr * design.x.std(ddof=1)
    assert widths(measure(design), 20, 1, 0.95) == pytest.approx([expected])
    assert found_widths(design, 0.95) == pytest.approx([expected])


@pytest.mark.filterwarnings("ignore:The MLE may be on the boundary")
def test_the_variances_of_a_balanced_pilot_are_those_of_reml():
    import statsmodels.formula.api as smf

    table = simulate(40, [3] * 40)
    fit = smf.mixedlm("log_loss ~ x0 + x1", table.to_pandas(), groups=table["subset"].to_numpy()).fit(reml=True)
    between, within = variances(make_design(table, ["x0", "x1"]))
    assert between == pytest.approx(float(fit.cov_re.iloc[0, 0]), rel=1e-3)
    assert within == pytest.approx(float(fit.scale), rel=1e-3)


def test_the_variances_of_an_unbalanced_pilot_are_right_on_average():
    rng = np.random.default_rng(1)
    found = np.array([variances(designed(24, [3] * 8 + [1] * 16, rng=rng)) for _ in range(300)])
    assert found.mean(axis=0) == pytest.approx([BETWEEN, WITHIN], rel=0.06)


def test_a_pilot_whose_noise_explains_everything_has_no_variance_between_subsets():
    table = simulate(6, [3] * 6, indicators=1)
    loss = np.tile([0.0, 1.0, 2.0], 6) + 0.05 * table["x0"].to_numpy()
    between, within = variances(make_design(table.set_column(4, "log_loss", pa.array(loss)), ["x0"]))
    assert between == 0 and within == pytest.approx(1)


@pytest.mark.parametrize(("subsets", "seeds"), [(12, 1), (30, 1), (30, 3)])
def test_simulated_runs_have_intervals_as_wide_as_predicted(subsets, seeds):
    """Root mean square of the widths in 400 runs, as the prediction is of the mean variance."""
    rng = np.random.default_rng(2)
    found = []
    for _ in range(400):
        design = designed(subsets, [seeds] * subsets, rng=rng)
        intervals = least_squares(design).conf_int(0.05)[1:]
        found.append((intervals[:, 1] - intervals[:, 0]) ** 2)
    assert np.sqrt(np.mean(found, axis=0)) == pytest.approx(widths(known(), subsets, seeds, 0.95), rel=0.06)


def test_a_small_pilot_predicts_a_larger_run_without_bias():
    """The mean of 400 predicted variances from 12 subsets, per unit of the indicator, beside that from true values."""
    rng = np.random.default_rng(3)
    pilots = [measure(designed(12, [2] * 12, rng=rng)) for _ in range(400)]
    predicted = [(widths(pilot, 60, 1, 0.95) / pilot.spread) ** 2 for pilot in pilots]
    assert np.mean(predicted, axis=0) == pytest.approx(widths(known(), 60, 1, 0.95) ** 2, rel=0.1)


def test_one_subset_fewer_than_needed_is_too_few():
    pilot = known()
    needed = subsets_needed(pilot, 0, seeds=2, width=0.03, confidence=0.95)
    assert widths(pilot, needed, 2, 0.95)[0] <= 0.03 < widths(pilot, needed - 1, 2, 0.95)[0]


def test_half_the_width_needs_four_times_the_subsets():
    wide, narrow = (subsets_needed(known(), 0, 1, width, 0.95) for width in (0.004, 0.002))
    assert narrow / wide == pytest.approx(4, rel=0.01)


def test_a_width_beyond_reach_has_no_number():
    plan = make_plan(known(), 1, 1e-6, 0.95)
    assert plan.subsets is None and plan.fine_tunes is None and cheapest([plan]) is None
    assert subsets_needed(known(), 0, 1, 10.0, 0.95) == 5 < MOST_SUBSETS


def test_one_seed_each_is_the_cheapest_and_more_seeds_need_fewer_subsets():
    plans = make_plans(known(), (1, 2, 3, 5), 0.02, 0.95)
    assert cheapest(plans).seeds == 1
    assert sorted((plan.subsets for plan in plans), reverse=True) == [plan.subsets for plan in plans]


def test_a_pilot_without_replicates_plans_for_one_seed_alone():
    plans = make_plans(known(within=None), (1, 2, 3), 0.02, 0.95)
    assert [plan.seeds for plan in plans] == [1]
    with pytest.raises(ValueError, match=r"sampling\.replicated"):
        known(within=None).noise(2)


def test_the_cautious_variance_is_the_end_of_its_chi_squared_interval():
    pilot = Pilot(("x0",), 12, BETWEEN, None, np.ones(1), np.ones(1))
    assert pilot.caution == pytest.approx(10 / 6.179, rel=1e-3)  # chi-squared, 10 degrees, 0.2: any table
    assert make_plan(pilot, 1, 0.02, 0.95).cautious_subsets > make_plan(pilot, 1, 0.02, 0.95).subsets


def test_the_command_prints_a_plan_of_a_run_in_this_folder(tmp_path, monkeypatch, capsys):
    config = {**DEFAULT, "quality_rule": {"indicators": ["mtld", "ppl"], "confidence": 0.9}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["power", "--config", "config.json"])
    with pytest.raises(SystemExit, match=r"needs a pilot run; `make run CONFIG=config\.json`"):
        main()
    table = simulate(12, [2] * 4 + [1] * 8).rename_columns(
        ["model", "subset", "seed", "loss", "log_loss", "sources", "made_with", "mtld", "ppl"]
    )
    model = next(iter(DEFAULT["models"]))
    write_table(tmp_path / f"results/quality_rule/{model}/observations.parquet", table, table.schema)
    main()
    out = capsys.readouterr().out
    assert "90% intervals 0.02 wide" in out and "cheapest" in out and "mtld" in out
