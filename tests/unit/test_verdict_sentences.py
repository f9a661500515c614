"""Every sentence with a verdict, beside the figures it is about: a table of edge cases, and noise in which it claims nothing.

Each branch of each sentence has a row. In simulations without any difference, at most about 5 % of whole results claim one.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from instructmining.comparison.benchmarks.gather import arm_results
from instructmining.comparison.compare import compare_with_baseline
from instructmining.comparison.curves import Point
from instructmining.comparison.intervals import LossDifferences, over_seeds
from instructmining.comparison.judge.result import LengthControlled, Share
from instructmining.comparison.judge.result import sentence as judge_sentence
from instructmining.comparison.result import ArmResult, ComparisonResult
from instructmining.comparison.settings import Match
from instructmining.comparison.sizes import sentence as curve_sentence
from instructmining.comparison.words import with_words
from instructmining.quality_rule.across.result import Equality, Transfer
from instructmining.quality_rule.across.words import equality_sentence, transfer_sentence
from tests.unit.comparison.judge.counted import judged, pair
from tests.unit.report.made import judge_result

RANDOM = (2.40, 2.33, 2.31)
EXAMPLES = np.linspace(-1, 1, 40)
"""Where examples differ, by these times their spread."""


def compared(
    arms: dict[str, Sequence[float]],
    spread: float = 0.0,
    match: Match = "examples",
    steps: int = 8,
    tokens: float = 5000.0,
    examples: int = 64,
) -> ComparisonResult:
    """The comparison of arms with `random`, given the loss of each seed; `selected` has these amounts of training."""
    baseline = arms["random"]
    differences = {
        arm: [
            LossDifferences(
                np.add.outer(np.subtract(*zip(*zip(losses, baseline, strict=False), strict=True)), spread * EXAMPLES),
                np.ones(len(EXAMPLES)),
            )
        ]
        for arm, losses in arms.items()
        if arm != "random"
    }
    found = compare_with_baseline(differences, 0.95)
    amounts = {"selected": (examples, steps, tokens)}
    results = tuple(
        ArmResult(arm, *amounts.get(arm, (64, 8, 5000.0)), over_seeds(losses, 0.95), {}, found.get(arm), "")
        for arm, losses in arms.items()
    )
    seeds = tuple(range(len(baseline)))
    return with_words(ComparisonResult("tiny", "pool", "random", match, 0.95, seeds, {"test": "test"}, 40, results, ""))


def lower(by: float) -> tuple[float, ...]:
    """Losses that are lower than those of `random`, for each seed a little differently."""
    return tuple(loss - by + 0.005 * seed for seed, loss in enumerate(RANDOM))


NOISY = (2.30, 2.36, 2.32)
SEPARATED = "the effects of the choice and of the amount of training cannot be separated"
ARMS = {
    "shown lower": (
        compared({"random": RANDOM, "selected": lower(0.3)}),
        "selected: lower loss than random by 0.295 [0.283, 0.307] (3 seeds, p = 9.6e-05)",
        "0.295 lower than on random (3 seeds; 95% interval 0.283 to 0.307 over seeds and test examples;",
    ),
    "shown higher": (
        compared({"random": RANDOM, "selected": lower(-0.3)}),
        "selected: higher loss than random by 0.305 [0.293, 0.317] (3 seeds, p = 9e-05)",
        "0.305 higher than on random (3 seeds; 95% interval 0.293 to 0.317",
    ),
    "not shown": (
        compared({"random": RANDOM, "selected": NOISY}),
        "selected: no difference from random shown: -0.020 [-0.194, +0.154] (3 seeds, p = 0.67)",
        "which is not shown to differ from the loss on random: -0.020 (3 seeds; 95% interval -0.194 to +0.154",
    ),
    "seeds agree, test examples do not": (
        compared({"random": RANDOM, "selected": lower(0.3)}, spread=2.0),
        "selected: no difference from random shown: -0.295 [-0.679, +0.089] (3 seeds, p = 0.13)",
        "which is not shown to differ from the loss on random: -0.295 (3 seeds; 95% interval -0.679 to +0.089",
    ),
    "every seed differs alike, but for rounding": (
        compared({"random": RANDOM, "selected": [loss + 0.1 for loss in RANDOM]}),
        "selected: cannot be told from random: +0.1 for every seed, so there is no interval (3 seeds)",
        "which cannot be told from the loss on random, as every seed gave the same difference.",
    ),
    "shown, but not after the correction": (
        compared({"random": RANDOM, "selected": (2.36, 2.30, 2.255), "longest": NOISY, "ifd": NOISY}),
        "selected: no difference from random shown: -0.042 [-0.097, +0.014] (3 seeds, p = 0.087)",
        "which is not shown to differ from the loss on random: -0.042",
    ),
    "shown, however small": (
        compared({"random": RANDOM, "selected": [loss - 1e-4 - 1e-6 * seed for seed, loss in enumerate(RANDOM)]}),
        "selected: lower loss than random by 0.00010 [0.00010, 0.00010] (3 seeds, p = 3.3e-05)",
        "0.00010 lower than on random",
    ),
    "paired differences and means of unequal seeds point opposite ways": (
        compared({"random": (2.30, 2.32, 2.30, 2.45, 2.46), "selected": (2.31, 2.33, 2.32)}),
        "selected: no difference from random shown: +0.013 [-0.001, +0.028] (3 seeds that both have, p = 0.057)",
        "Over the seeds that both have, arms with a lower mean loss: random (2.307 against 2.320, 3 seeds).",
    ),
    "unequal seeds, none lower": (
        compared({"random": (2.40, 2.41, 2.42, 2.2), "selected": (2.31, 2.33, 2.32)}),
        "(3 seeds that both have, p = ",
        "Over the seeds that both have, no other arm has a lower mean loss.",
    ),
    "a lower arm": (
        compared({"random": RANDOM, "selected": NOISY, "longest": lower(0.2)}),
        "selected: no difference",
        "Arms with a lower mean loss: longest (2.152).",
    ),
    "none lower": (
        compared({"random": RANDOM, "selected": lower(0.3), "longest": lower(0.2)}),
        "selected: lower loss",
        "p = 0.00019 after Holm's correction over 2 arms; arms matched by examples). No other arm has a lower mean loss.",
    ),
    "three times the tokens": (
        compared({"random": RANDOM, "selected": lower(0.3)}, tokens=15000.0),
        f"p = 9.6e-05); 15,000 tokens against 5,000: {SEPARATED}",
        f"arms matched by examples); 15,000 tokens against 5,000: {SEPARATED}.",
    ),
    "tokens that differ by less than 5 %": (
        compared({"random": RANDOM, "selected": lower(0.3)}, tokens=5200.0),
        "p = 9.6e-05)",
        "arms matched by examples). No other",
    ),
    "more steps at equal tokens": (
        compared({"random": RANDOM, "selected": lower(0.3)}, match="tokens", steps=16),
        f"p = 9.6e-05); 16 steps against 8: {SEPARATED}",
        f"arms matched by tokens); 16 steps against 8: {SEPARATED}.",
    ),
    "more examples in as many steps, as asked for": (
        compared({"random": RANDOM, "selected": lower(0.3)}, match="steps", examples=128),
        "p = 9.6e-05)",
        "arms matched by steps). No other",
    ),
    "no training at all": (
        compared({"random": RANDOM, "selected": lower(-0.3)}, steps=0, examples=0, tokens=0.0),
        "p = 9e-05); it is the base model, which was not tuned",
        "arms matched by examples); it is the base model, which was not tuned. Arms with",
    ),
    "more of everything": (
        compared({"random": RANDOM, "selected": lower(0.3)}, steps=16, examples=128, tokens=10000.0),
        f"; 16 steps against 8, 128 examples against 64, 10,000 tokens against 5,000: {SEPARATED}",
        f"; 16 steps against 8, 128 examples against 64, 10,000 tokens against 5,000: {SEPARATED}.",
    ),
}  # fmt: skip
OUTCOMES = {
    "loss than": ("lower than on", "higher than on"),
    "no difference": ("is not shown",),
    "be told": ("be told",),
}


@pytest.mark.parametrize("case", ARMS)
def test_a_comparison_is_worded_as_its_figures_are(case: str) -> None:
    found, verdict, sentence = ARMS[case]
    selected = found.arms[1].verdict
    assert verdict in selected and sentence in found.sentence
    assert verdict.endswith(SEPARATED) == selected.endswith(SEPARATED)


@pytest.mark.parametrize("case", ARMS)
def test_verdict_and_sentence_say_the_same_of_an_arm(case: str) -> None:
    found = ARMS[case][0]
    told = next(name for name in OUTCOMES if name in found.arms[1].verdict)
    assert [name for name, words in OUTCOMES.items() if any(word in found.sentence for word in words)] == [told]
    interval = found.arms[1].difference
    assert interval is not None
    assert (told == "loss than") == (interval.low is not None and interval.low * interval.high > 0)  # type: ignore[operator]


def test_the_baseline_has_no_verdict_and_another_arm_is_quoted_where_none_is_selected() -> None:
    found = compared({"random": RANDOM, "longest": lower(0.3)})
    assert found.arms[0].verdict == "random: the baseline"
    assert found.sentence.startswith("On 40 test examples, tiny tuned on the arm longest of pool (64 examples, 8 steps")


def share(value: float, low: float, high: float, prompts: int = 40) -> Share:
    return Share(value, low, high, prompts)


WON, LOST, DRAWN = share(0.8, 0.65, 0.9), share(0.3, 0.2, 0.45), share(0.55, 0.4, 0.7)
JUDGED = {
    "preferred, also at equal length": (WON, WON, {}, "selected is preferred, also at equal length;"),
    "preferred, not at equal length": (WON, DRAWN, {}, "selected is preferred, but not shown to be at equal length;"),
    "the other way at equal length": (WON, LOST, {}, "selected is preferred, but random is at equal length;"),
    "the baseline, both": (LOST, LOST, {}, "random is preferred, also at equal length;"),
    "only at equal length": (DRAWN, WON, {}, "no preference shown, but selected is preferred at equal length;"),
    "neither": (DRAWN, DRAWN, {}, "no preference shown; win"),
    "not controlled": (WON, None, {}, "selected is preferred; win 50%, tie 50%; win rate 80.0% [65.0%, 90.0%]; not controlled"),
    "12 of 400 pairs": (
        share(0.8, 0.55, 0.93, 12), share(0.35, 0.2, 0.48, 12), {"pairs": 400, "decided": 12},
        "no preference can be told, as 12 of 400 pairs have a verdict; win 50%, tie 50%; win rate 80.0% [55.0%, 93.0%];"
        " at equal length 35.0% [20.0%, 48.0%];",
    ),
    "9 prompts": (share(0.9, 0.6, 0.99, 9), None, {}, "no preference can be told from 9 prompts;"),
    "one seed": (WON, WON, {"by_seed": None}, "also at equal length (of these two fine-tunes: only one seed answered);"),
    "seeds disagree": (
        WON, WON, {"by_seed": over_seeds([0.9, 0.6], 0.95)},
        "also at equal length (not shown over seeds: [-115.6%, 265.6%]);",
    ),
    "no verdict": (None, None, {"pairs": 9, "decided": 0}, "no verdict on any of 9 pairs"),
}  # fmt: skip


@pytest.mark.parametrize("case", JUDGED)
def test_a_judge_is_worded_as_its_figures_are(case: str) -> None:
    rate, controlled, options, words = JUDGED[case]
    made = replace(
        judge_result().arms[0], arm="selected", baseline="random", pairs=40, decided=40, seeds=2, win_rate=rate,
        by_seed=over_seeds([0.8, 0.81], 0.95), length_controlled=LengthControlled(controlled, "plain"),
    )  # fmt: skip
    assert words in judge_sentence(replace(made, **options), "j")  # type: ignore[arg-type]


def on_tasks(values: dict[str, Sequence[float]], stderr: float | None = 0.01, tasks: int = 1) -> list[str]:
    """The sentences on `selected`, given the accuracy of each seed of both arms on each task."""
    rows = [
        {"task": f"t{task}", "arm": arm, "seed": seed, "metric": "acc", "value": value, "stderr": stderr, "fewshot": 0,
         "questions": 100}
        for task in range(tasks) for arm in values for seed, value in enumerate(values[arm])
    ]  # fmt: skip
    return [each.sentence for each in arm_results(pd.DataFrame(rows), "random", 0.95) if each.arm == "selected"]


SEEDS = {"random": (0.50, 0.51, 0.49), "selected": (0.60, 0.62, 0.60)}
TASKS = {
    "higher": (SEEDS, 0.01, "higher than random: +0.1067 [+0.0752, +0.1382] over seeds and questions, p = 0.0012 after"),
    "lower": ({"random": SEEDS["selected"], "selected": SEEDS["random"]}, 0.01, "lower than random: -0.1067 [-0.1382, -0.0752"),
    "within the noise of questions": (SEEDS, 0.05, "no difference from random shown: +0.1067 [-0.0344, +0.2477] over"),
    "seeds alone": (
        SEEDS, None,
        "cannot be told from random, as the task gives no standard error over questions: +0.1067 [+0.0923, +0.1210] over"
        " seeds alone",
    ),
    "one seed": (
        {arm: values[:1] for arm, values in SEEDS.items()}, 0.01,
        "cannot be told from random, as only one seed was measured: +0.1000 [+0.0719, +0.1281] over questions alone",
    ),
    "neither": (
        {arm: values[:1] for arm, values in SEEDS.items()}, None,
        "as only one seed was measured and the task gives no standard error over questions: +0.1000",
    ),
    "nothing varies": ({"random": (0.0, 0.0), "selected": (0.0, 0.0)}, 0.0, "as nothing varies over seeds or questions"),
}  # fmt: skip


@pytest.mark.parametrize("case", TASKS)
def test_a_benchmark_is_worded_as_its_figures_are(case: str) -> None:
    values, stderr, words = TASKS[case]
    assert words in on_tasks(values, stderr)[0]


def test_what_one_task_alone_shows_twenty_tasks_do_not() -> None:
    values = {"random": (0.50, 0.51, 0.49), "selected": (0.53, 0.55, 0.53)}
    assert "higher than random" in on_tasks(values)[0]
    assert all("no difference from random shown" in words for words in on_tasks(values, tasks=20))


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        ([(2.0, 2.01, 2.02), (1.0, 1.02, 1.01), (1.8, 1.81, 1.83), (0.9, 0.92, 0.93)], "a second descent is seen"),
        ([(2.0, 2.01, 2.02), (1.9, 1.92, 1.91), (1.8, 1.81, 1.83)], "no second descent is seen beyond the noise"),
        ([(2.0, 2.01, 2.02), (1.9, 1.92, 1.91)], "two sizes show no second descent"),
        ([(2.0, 2.1, 2.2), (1.9, 2.0, 2.1), (2.0, 2.1, 2.2), (1.9, 2.0, 2.1)], "no second descent is seen beyond"),
    ],
)
def test_a_curve_is_worded_as_its_points_are(losses: list[tuple[float, ...]], words: str) -> None:
    assert words in curve_sentence(curve(losses), 0.95)


def curve(losses: Sequence[Sequence[float]]) -> list[Point]:
    """A curve of some sizes, given the loss of each seed."""
    return [Point("selected", "epochs", 16 * 2**i, 8, over_seeds(each, 0.95)) for i, each in enumerate(losses)]


@pytest.mark.parametrize(
    ("degrees", "p_value", "holm", "words"),
    [
        (4.0, 0.001, None, "There are too few subsets to tell whether the coefficients differ (Wald: F(2, 4)"),
        (9.0, 0.001, None, "The coefficients differ (Wald: F(2, 9) = 3.00, p = 0.001)"),
        (9.0, 0.03, 0.06, "The coefficients are not shown to differ"),
        (9.0, 0.2, None, "The coefficients are not shown to differ"),
    ],
)
def test_a_test_of_equal_coefficients_is_worded_as_its_p_value(
    degrees: float, p_value: float, holm: float | None, words: str
) -> None:
    test = Equality("Wald", 3.0, 2.0, degrees, p_value, holm, 1 if holm is None else 2)
    assert equality_sentence(test).startswith(words)


def test_a_rule_that_orders_other_subsets_the_wrong_way_is_not_said_to_predict_them() -> None:
    row = Transfer("smollm2", "gemma3", False, -0.4, -0.8, 0.1, 0.02, -3.0, -4.0, -2.0, -0.3)
    words = transfer_sentence(row, "95%")
    assert "has a Spearman correlation of -0.40 (95% interval -0.80 to 0.10) with their losses on gemma3" in words
    assert "predict" not in words


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Holm's correction by statsmodels collects garbage each time, which takes longer than all the rest."""
    monkeypatch.setattr("gc.collect", lambda: 0)


def few(claims: Sequence[bool]) -> bool:
    """Whether so many claims are what a rate of 5 % gives by chance in 199 of 200 cases."""
    return sum(claims) <= stats.binom.ppf(0.995, len(claims), 0.05)


def test_arms_that_do_not_differ_are_said_to_in_at_most_one_comparison_of_twenty(quick: None) -> None:
    """Three arms, three seeds, 60 examples; seeds of the baseline and examples are common to all differences."""
    rng, claims = np.random.default_rng(0), []
    for _ in range(300):
        losses = (
            2
            + 0.02 * rng.normal(size=(4, 3, 1))
            + 0.1 * rng.normal(size=(4, 1, 60))
            + 0.05 * rng.normal(size=(4, 3, 60))
        )
        arms = {f"arm{i}": [LossDifferences(losses[i] - losses[0], np.ones(60))] for i in (1, 2, 3)}
        found = compare_with_baseline(arms, 0.95)
        claims.append(any(each.p_adjusted < 0.05 for each in found.values() if each.p_adjusted is not None))
    assert few(claims)


def test_arms_that_differ_are_said_to() -> None:
    rng = np.random.default_rng(1)
    losses = 0.02 * rng.normal(size=(2, 3, 1)) + 0.1 * rng.normal(size=(2, 1, 60)) + np.array([0, -0.3])[:, None, None]
    found = compare_with_baseline({"arm": [LossDifferences(losses[1] - losses[0], np.ones(60))]}, 0.95)["arm"]
    assert found.p_adjusted is not None and found.p_adjusted < 0.05


def test_benchmarks_that_do_not_differ_are_said_to_in_at_most_one_result_of_twenty(quick: None) -> None:
    rng, claims = np.random.default_rng(2), []
    for _ in range(60):
        right = rng.binomial(100, np.clip(0.5 + 0.03 * rng.normal(size=(2, 3)), 0, 1)) / 100
        sentences = on_tasks({"random": right[0], "selected": right[1]}, stderr=0.05)
        claims.append("er than random" in sentences[0])
    assert few(claims)


def test_a_judge_without_a_preference_is_said_to_have_one_in_at_most_one_of_twenty() -> None:
    rng, claims = np.random.default_rng(3), []
    for _ in range(40):
        wins = rng.random(30) < 0.5
        lengths = rng.integers(50, 400, (30, 2)).tolist()
        pairs = [pair(i, *(["win" if win else "lose"] * 2), lengths=tuple(lengths[i])) for i, win in enumerate(wins)]  # type: ignore[arg-type]
        claims.append(" is preferred;" in judge_sentence(judged(*pairs), "j").replace(" (of", ";"))
    assert few(claims)


def test_curves_of_noise_are_said_to_descend_twice_in_at_most_one_of_twenty(quick: None) -> None:
    rng = np.random.default_rng(4)
    claims = ["a second" in curve_sentence(curve(rng.normal(2, 0.02, (5, 3)).tolist()), 0.95) for _ in range(60)]
    assert few(claims)
