"""Plans from a pilot, against scipy's slope, statsmodels' REML, and fits to simulated runs."""

import json
import sys

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from instructmining.embedded import DEFAULT
from instructmining.files import write_table
from instructmining.planning.arm_noise import replicates
from instructmining.planning.pilot import measure_pilot
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
from instructmining.quality_rule.regression.least_squares import least_squares
from instructmining.training.losses import LOSSES
from tests.unit.planning.pilots import designed, known, simulate
from tests.unit.quality_rule.evidence.mixtures import losses
from tests.unit.simulation import observations


def test_the_width_at_the_pilots_own_size_is_that_of_scipys_slope():
    design = designed(20, [1] * 20, indicators=1)
    slope = stats.linregress(design.x[:, 0], design.y)
    expected = 2 * stats.t.ppf(0.975, 18) * slope.stderr * design.x.std(ddof=1)
    assert widths(measure_pilot(design), 20, 1, 0.95) == pytest.approx([expected])
    assert found_widths(design, 0.95) == pytest.approx([expected])


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
    pilots = [measure_pilot(designed(12, [2] * 12, rng=rng)) for _ in range(400)]
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
    for subset, seed in replicates(table):
        path = tmp_path / f"results/training/{model}/{subset}/seed{seed}/losses.parquet"
        losses = [2.0 + int(subset) * (i % 3) + seed * (i % 2) for i in range(9)]
        rows = [{"eval_set": "test", "id": f"x{i}", "loss": loss, "tokens": 3} for i, loss in enumerate(losses)]
        write_table(path, pa.Table.from_pylist(rows, schema=LOSSES), LOSSES)
    main()
    out = " ".join(capsys.readouterr().out.split())
    assert "90% intervals 0.02 wide" in out and "cheapest" in out and "mtld" in out
    assert "found in 80% of comparisons, at 90%" in out and "Pairs of 4 replicated subsets" in out


def test_a_plan_within_sources_counts_the_shares_as_terms(tmp_path, monkeypatch, capsys):
    y, x, sources = losses(24, sources=3)
    table = observations(y, x, sources=sources)
    write_table(tmp_path / "observations.parquet", table, table.schema)
    words = ["power", "--observations", str(tmp_path / "observations.parquet"), "--indicators", "i0"]
    monkeypatch.setattr(sys, "argv", [*words, "--effects", "within"])
    main()
    assert capsys.readouterr().out.count("source:") == 2
