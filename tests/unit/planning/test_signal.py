"""The signal, against statsmodels' REML, the F distribution, and simulated subsets whose SDs are known."""

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import statsmodels.formula.api as smf
from scipy import stats

from instructmining.command import UserError
from instructmining.embedded import DEFAULT
from instructmining.files import write_result
from instructmining.planning.signal import best_in_words, main, make_losses_design, measure_signal
from instructmining.quality_rule.losses import EVAL_LOSSES
from tests.unit.records import eval_loss, made_record

BETWEEN, WITHIN = 0.04, 0.02


def losses(seed=0, subsets=8, seeds=3, between=BETWEEN, role="fit"):
    """Losses of replicated subsets whose log has these SDs."""
    rng = np.random.default_rng(seed)
    log_loss = between * rng.normal(size=(subsets, 1)) + WITHIN * rng.normal(size=(subsets, seeds))
    rows = [
        {"model": "tiny", "subset": f"{i:03}", "seed": s, "eval_set": role, "role": role, "loss": float(value)}
        for i, row in enumerate(np.exp(log_loss))
        for s, value in enumerate(row)
    ]
    return pa.Table.from_pylist(rows, schema=EVAL_LOSSES)


def measured(rate="2e-4", **options):
    return measure_signal(rate, make_losses_design(losses(**options)), 0.95)


def test_the_sds_are_those_of_a_mixed_model_fitted_by_reml():
    frame = losses().to_pandas().assign(y=lambda rows: np.log(rows["loss"]) * 100)
    fit = smf.mixedlm("y ~ 1", frame, groups=frame["subset"]).fit(reml=True)
    found = measured()
    expected = np.sqrt([fit.cov_re.iloc[0, 0], fit.scale]) / 100
    assert [found.between.value, found.noise.sd] == pytest.approx(expected, rel=1e-3)
    assert found.ratio.value == pytest.approx(expected[0] / expected[1], rel=1e-3)


def test_the_interval_of_the_ratio_ends_where_the_f_test_rejects():
    found, degrees = measured(), (7, 16)
    low, high = (found.noise.between.statistic / (1 + 3 * end**2) for end in (found.ratio.low, found.ratio.high))
    assert [stats.f.sf(low, *degrees), stats.f.cdf(high, *degrees)] == pytest.approx([0.025, 0.025])


def test_intervals_hold_the_simulated_values_as_often_as_they_say():
    """500 simulations; the counts lie in the 99.9 % interval of a binomial, or above it for Williams and Tukey's."""
    found = [measured(seed=seed) for seed in range(500)]
    low, high = stats.binom.interval(0.999, 500, 0.95)
    assert low <= sum(row.ratio.low <= BETWEEN / WITHIN <= row.ratio.high for row in found) <= high
    assert low <= sum(row.between.low <= BETWEEN <= row.between.high for row in found)


def test_the_mean_over_eval_sets_of_role_fit_counts_and_no_other():
    table, other = losses(), losses(seed=1, role="test")
    second = table.set_column(3, "eval_set", pa.array(["second"] * len(table)))
    design = make_losses_design(pa.concat_tables([table, second, other]))
    assert design.y == pytest.approx(make_losses_design(table).y)


def test_the_mean_loss_is_given():
    assert measured().loss == pytest.approx(1.0, abs=0.1)


def test_subsets_that_do_not_differ_have_no_signal():
    found = measured(seed=3, between=0.0)
    assert found.ratio.low == found.between.low == 0
    assert stats.f.sf(found.noise.between.statistic, 7, 16) == pytest.approx(found.noise.between.p_value)


@pytest.mark.parametrize(("subsets", "seeds"), [(1, 3), (4, 1)])
def test_one_subset_or_one_seed_shows_no_signal(subsets, seeds):
    with pytest.raises(ValueError, match=r"set sampling\.replicated and sampling\.seeds to 2 or more"):
        measured(subsets=subsets, seeds=seeds)


def test_the_largest_signal_is_named_with_those_that_may_be_as_large():
    strong, weak, none = measured("5e-4", between=0.4), measured("2e-4", between=0.02), measured("2e-3", between=0.01)
    assert best_in_words([none, strong]).startswith("The signal is largest at 5e-4, where subsets differ")
    assert "overlaps" not in best_in_words([none, strong])
    assert "overlaps that of 2e-3, so it is not shown to be larger" in best_in_words([none, weak])
    assert best_in_words([measured(between=0.0, seed=1)]).startswith("At no learning rate are subsets shown to differ")


def write_records(model, rate, rng, config):
    for subset in range(config["sampling"]["replicated"]):
        for seed in range(config["sampling"]["seeds"]):
            record = made_record(
                f"{subset:03}",
                model=model,
                seed=seed,
                settings={"learning_rate": rate},
                losses={"fit": eval_loss("fit", float(2 + 0.2 * subset * rate + 0.001 * rng.normal()))},
            )
            write_result(Path(f"results/training/{model}/{subset:03}/seed{seed}/record.json"), record)


def test_the_command_keeps_the_losses_of_each_rate_and_prints_all_of_them(tmp_path, monkeypatch, capsys):
    config = {**DEFAULT, "sampling": {**DEFAULT["sampling"], "replicated": 4, "seeds": 2}}
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(config))
    monkeypatch.setattr(sys, "argv", ["signal", "--config", "config.json"])
    model, rng = next(iter(DEFAULT["models"])), np.random.default_rng(0)
    for rate in (2e-3, 5e-2):
        write_records(model, rate, rng, config)
        main()
    out = " ".join(capsys.readouterr().out.split())
    last = out[out.rindex(f"{model}: 4 subsets") :]
    assert " 0.002 2.0" in last and " 0.05 2.0" in last and "The signal is largest at 0.05" in last


def test_without_replicated_subsets_the_command_says_what_to_set(tmp_path, monkeypatch):
    config = {**DEFAULT, "sampling": {**DEFAULT["sampling"], "replicated": 0}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    monkeypatch.setattr(sys, "argv", ["signal", "--config", str(tmp_path / "config.json")])
    with pytest.raises(UserError, match=r"0 replicated subsets; set sampling\.replicated and sampling\.seeds"):
        main()
