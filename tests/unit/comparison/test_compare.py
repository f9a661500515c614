"""Intervals against scipy's tests, and verdicts that claim what is shown."""

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from instructmining.comparison.compare import compare, main
from instructmining.comparison.intervals import Paired, holm, over_both, over_examples, over_seeds, p_value
from instructmining.comparison.result import ComparisonResult
from instructmining.comparison.runs import Run, read_runs
from instructmining.comparison.settings import Comparison
from instructmining.files import read_table, write_json, write_table
from instructmining.training.losses import LOSSES

TOKENS = np.arange(10, 50)
BASE = np.random.default_rng(0).gamma(9.0, 0.3, len(TOKENS)) * TOKENS
NOISE = {0: 0.010, 1: -0.012, 2: 0.003, 3: -0.006, 4: 0.001}
SEEDS = (0, 1, 2)


def summary(role, losses):
    tokens = int(TOKENS.sum())
    token_loss, example_loss = float(losses.sum() / tokens), float(np.mean(losses / TOKENS))
    counts = {"examples": len(losses), "tokens": tokens}
    return {"role": role, **counts, "token_loss": token_loss, "example_loss": example_loss}


def record(arm, seed, shift=0.0, steps=10, spread=0.0):
    """A record and its losses: `shift` nats per token from the baseline, the same noise in all arms."""
    wobble = spread * np.sin(np.arange(len(TOKENS)) * 7.0)
    wobble -= np.average(wobble, weights=TOKENS)
    test = BASE + (shift + NOISE[seed] + wobble) * TOKENS
    sets = {"fit": ("fit", BASE), "test": ("test", test)}
    items = [
        {"eval_set": name, "id": f"{i:03}", "loss": float(loss), "tokens": int(TOKENS[i])}
        for name, (_, losses) in sets.items()
        for i, loss in enumerate(losses)
    ]
    losses = {name: summary(role, values) for name, (role, values) in sets.items()}
    counts = {"steps": steps, "tokens": 100 * steps, "training": {"examples": 5 * steps, "truncated": 0}}
    document = {"model": "tiny", "run": f"mixed.{arm}", "seed": seed, **counts, "losses": losses}
    return document, pa.Table.from_pylist(items, schema=LOSSES)


def run(arm, seed, **options):
    return Run.of(*record(arm, seed, **options))


def result(selected, settings=None, others=None, **options):
    """Compare `selected`, and others, whose shifts are given by seed, with `random`."""
    runs = [run("random", seed) for seed in range(len(selected))]
    runs += [run("selected", seed, shift=shift, **options) for seed, shift in enumerate(selected)]
    runs += [run(arm, seed, shift=shift) for arm, shifts in (others or {}).items() for seed, shift in enumerate(shifts)]
    arms = ["selected", "random", *(others or {})]
    return compare(runs, Comparison(arms=arms, seeds=len(selected), **(settings or {})), 0.95)


def test_the_interval_over_seeds_is_that_of_a_t_test():
    values = [0.1, 0.3, 0.25, 0.05]
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    found = over_seeds(values, 0.9)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_differences_are_paired_by_seed():
    shifts = [-0.05, -0.06, -0.04]
    selected = result(shifts).arms[0]
    expected = stats.ttest_1samp(shifts, 0).confidence_interval(0.95)
    found = selected.difference.over_seeds
    assert (found.mean, found.low, found.high) == pytest.approx((np.mean(shifts), expected.low, expected.high))


def test_loss_is_per_token_on_test_sets_alone():
    losses = [(BASE.sum() + NOISE[seed] * TOKENS.sum()) / TOKENS.sum() for seed in SEEDS]
    assert result([0.0, 0.1, 0.2]).arms[1].loss.values == pytest.approx(tuple(losses))


def test_eval_sets_of_other_roles_are_in_the_result():
    found = result([0.0, 0.1, 0.2])
    assert found.arms[0].eval_sets["fit"].mean == pytest.approx(BASE.sum() / TOKENS.sum())
    assert found.roles == {"fit": "fit", "test": "test"} and found.test_examples == len(TOKENS)


def test_a_lower_loss_is_said_with_its_interval():
    assert result([-0.05, -0.06, -0.04]).arms[0].verdict == (
        "selected: lower loss than random by 0.050 [0.025, 0.075] (3 seeds, p = 0.013)"
    )


def test_a_higher_loss_is_said_as_plainly():
    assert result([0.05, 0.06, 0.04]).arms[0].verdict.startswith("selected: higher loss than random by 0.050 [0.025")


def test_a_null_result_is_worded_as_one():
    assert (
        result([-0.05, 0.06, -0.02]).arms[0].verdict.startswith("selected: no difference from random shown: -0.003 [")
    )


def test_a_finding_that_other_test_examples_might_not_give_says_so():
    verdict = result([-0.05, -0.06, -0.04], spread=2.0).arms[0].verdict
    assert "lower loss" in verdict and "it may not hold for other test examples" in verdict


def test_a_difference_that_does_not_survive_holms_correction_is_not_claimed():
    others = {"longest": [0.1, -0.1, 0.2], "full": [0.1, 0.2, -0.3], "ifd": [0.1, -0.1, 0.0]}
    difference = result([-0.05, -0.06, -0.04], others=others).arms[0].difference
    assert difference.p_value < 0.05 < difference.p_adjusted == pytest.approx(4 * difference.p_value)
    verdict = result([-0.05, -0.06, -0.04], others=others).arms[0].verdict
    assert verdict == "selected: no difference from random shown: -0.050 [-0.075, -0.025] (3 seeds, p = 0.052)"


def test_an_arm_of_more_seeds_is_paired_with_those_that_the_baseline_has():
    runs = [run("random", seed) for seed in SEEDS]
    shifts = [-0.05, -0.06, -0.04, -9.0, -9.0]
    runs += [run("selected", seed, shift=shift) for seed, shift in enumerate(shifts)]
    arms = ["selected", "random"]
    selected = compare(runs, Comparison(arms=arms, more_seeds={"selected": 5}), 0.95).arms[0]
    assert selected.difference.over_seeds.values == pytest.approx(shifts[:3])
    assert len(selected.loss.values) == 5


def test_the_sentence_names_the_finding_and_the_arms_that_are_better():
    random = BASE.sum() / TOKENS.sum() + np.mean([NOISE[seed] for seed in SEEDS])
    assert result([-0.05, -0.06, -0.04], others={"longest": [-0.2, -0.3, -0.1]}).sentence == (
        "On 40 test examples, tiny tuned on the selection from mixed (50 examples, 10 steps, 3 seeds) has a loss of"
        f" {random - 0.05:.3f} nats per token, 0.050 lower than on random (95% interval -0.075 to -0.025; p = 0.026 after Holm's"
        f" correction over 2 arms; arms matched by examples). A lower mean loss have: longest ({random - 0.2:.3f})."
    )


def test_the_sentence_of_a_null_result_claims_nothing():
    sentence = result([-0.05, 0.06, -0.02]).sentence
    assert (
        "which is not shown to differ from that on random: -0.003 (95% interval -0.145 to +0.138; p = 0.93 after Holm's"
        in sentence
    )
    assert sentence.endswith("No other arm has a lower mean loss.")


def test_arms_of_equal_steps_and_other_examples_are_compared_without_a_caveat_where_steps_are_matched():
    verdict = result([-0.05, -0.06, -0.04], {"match": "steps"}).arms[0].verdict
    assert "against" not in verdict
    unequal = result([-0.05, -0.06, -0.04], {"match": "steps"}, steps=12).arms[0].verdict
    assert unequal.endswith("told apart")


def test_unequal_tokens_are_said_where_tokens_are_matched():
    settings = {"match": "tokens", "tokens": 1000}
    assert result([-0.05, -0.06, -0.04], settings, steps=12).arms[0].verdict.endswith("1,200 tokens against 1,000")


def test_unequal_training_is_said():
    assert (
        result([-0.05, -0.06, -0.04], steps=40)
        .arms[0]
        .verdict.endswith(
            "40 steps on 200 examples against 10 on 50, so which examples and how much training are not told apart"
        )
    )


def test_seeds_that_do_not_vary_give_no_interval():
    assert over_seeds([0.5, 0.5], 0.95).sd == 0
    same = [Run.of(*record(arm, seed)) for arm in ("selected", "random") for seed in SEEDS]
    verdict = compare(same, Comparison(arms=["selected", "random"]), 0.95).arms[0].verdict
    assert "in each of the seeds alike, so there is no interval" in verdict


def test_the_bootstrap_interval_covers_the_truth_about_as_often_as_it_says():
    rng, tokens = np.random.default_rng(1), np.full(60, 20.0)
    intervals = [over_examples([Paired(rng.normal(2.0, 5.0, (1, 60)), tokens)], 0.9) for _ in range(100)]
    assert 80 <= sum(low <= 0.1 <= high for low, high in intervals) <= 98


def test_the_bootstrap_interval_is_the_same_every_time():
    paired = [Paired(np.array([BASE - BASE.mean()]), TOKENS.astype(float))] * 2
    assert over_examples(paired, 0.95) == over_examples(paired, 0.95)
    assert over_both(paired, 0.95) == over_both(paired, 0.95)


def test_over_both_is_the_bootstrap_over_seeds_where_all_examples_are_alike():
    seeds = np.random.default_rng(2).normal(size=12)
    found = over_both([Paired(np.repeat(seeds[:, None], 30, axis=1), np.ones(30))], 0.9)
    expected = stats.bootstrap((seeds,), np.mean, confidence_level=0.9, method="percentile", n_resamples=9999, rng=0)
    assert found == pytest.approx((expected.confidence_interval.low, expected.confidence_interval.high), abs=0.05)


def test_over_both_is_the_bootstrap_over_examples_where_all_seeds_are_alike():
    paired = [Paired(np.tile(np.random.default_rng(3).normal(size=50), (4, 1)), np.ones(50))]
    assert over_both(paired, 0.9) == pytest.approx(over_examples(paired, 0.9), abs=0.03)


def test_over_both_covers_the_truth_about_as_often_as_it_says_with_many_seeds():
    rng, tokens = np.random.default_rng(4), np.ones(40)
    draws = [rng.normal(size=(20, 1)) + 2 * rng.normal(size=40) + rng.normal(size=(20, 40)) for _ in range(100)]
    intervals = [over_both([Paired(draw, tokens)], 0.9) for draw in draws]
    assert 80 <= sum(low <= 0 <= high for low, high in intervals) <= 98


def test_holms_correction_is_that_of_its_definition():
    assert holm([0.01, None, 0.04, 0.03]) == pytest.approx([0.03, None, 0.06, 0.06])
    assert holm([None]) == [None]


def test_the_p_value_is_that_of_scipys_paired_t_test():
    one, other = np.random.default_rng(5).normal(size=(2, 6))
    assert p_value((one - other).tolist()) == pytest.approx(stats.ttest_rel(one, other).pvalue)
    assert p_value([0.5, 0.5]) is None


def test_eval_sets_count_equally_in_the_bootstrap_whatever_their_size():
    sets = [Paired(np.full((2, n), value), np.ones(n)) for n, value in ((5, 1.0), (500, 3.0))]
    assert over_examples(sets, 0.95) == (2.0, 2.0)
    assert over_both(sets, 0.95) == (2.0, 2.0)


def test_a_missing_seed_is_named():
    runs = [run("random", seed) for seed in SEEDS] + [run("selected", 0), run("selected", 2)]
    with pytest.raises(ValueError, match=r"selected: found the seeds \[0, 2\], expected 3"):
        compare(runs, Comparison(arms=["random", "selected"]), 0.95)


def test_an_arm_that_was_not_asked_for_is_named():
    with pytest.raises(ValueError, match="runs of longest are given"):
        compare([run("longest", 0)], Comparison(arms=["random", "selected"]), 0.95)


def test_a_record_and_losses_of_two_runs_are_refused():
    with pytest.raises(ValueError, match=r"the record has .* losses.parquet"):
        Run.of(record("random", 0)[0], record("random", 1)[1])


def test_runs_measured_on_different_examples_are_refused():
    document, items = record("selected", 0)
    other = items.set_column(1, "id", pa.array([f"x{i}" for i in range(len(items))]))
    runs = [run("random", seed) for seed in SEEDS] + [run("selected", 1), run("selected", 2), Run.of(document, other)]
    with pytest.raises(ValueError, match="measured on different examples"):
        compare(runs, Comparison(arms=["random", "selected"]), 0.95)


def test_a_result_is_the_same_after_writing_and_reading(tmp_path):
    found = result([-0.05, 0.06, -0.02])
    found.to_json(tmp_path / "comparison.json")
    assert ComparisonResult.from_json(tmp_path / "comparison.json") == found


def write_runs(folder):
    for arm in ("selected", "random"):
        for seed in SEEDS:
            document, items = record(arm, seed, shift=-0.01 * seed * (arm == "selected"))
            write_json(folder / arm / str(seed) / "record.json", document)
            write_table(folder / arm / str(seed) / "losses.parquet", items, LOSSES)


def test_a_record_without_its_losses_is_named(tmp_path):
    write_runs(tmp_path)
    with pytest.raises(ValueError, match=r"record\.json: there is no table of losses"):
        read_runs(tmp_path.rglob("record.json"), [])


def test_the_command_writes_comparison_and_table(tmp_path, monkeypatch):
    write_runs(tmp_path)
    command = ["compare", "--confidence", "0.9"]
    command += ["--settings", '{"arms": ["selected", "random"]}', "--records", *map(str, tmp_path.rglob("record.json"))]
    command += ["--losses-files", *map(str, tmp_path.rglob("losses.parquet"))]
    command += ["--output", str(tmp_path / "comparison.json"), "--table", str(tmp_path / "table.parquet")]
    monkeypatch.setattr("sys.argv", command)
    main()
    assert ComparisonResult.from_json(tmp_path / "comparison.json").confidence == 0.9
    assert read_table(tmp_path / "table.parquet", pa.schema([("token_loss", pa.float64())])).num_rows == 12
