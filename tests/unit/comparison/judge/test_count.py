"""Win, tie and lose, beside reference values that something else computed."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from sklearn.linear_model import LogisticRegression

from instructmining.comparison.judge.count import main
from instructmining.comparison.judge.result import JudgeResult, PromptCounts, PromptsReport, Share, sentence
from instructmining.comparison.judge.verdicts import VERDICTS, Outcome, PairVerdict, Verdict
from instructmining.files import read_result, write_result, write_table
from tests.unit.comparison.judge.counted import judged, pair


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ("win", "win", "win"),
        ("lose", "lose", "lose"),
        ("tie", "tie", "tie"),
        ("win", "lose", "tie"),
        ("win", "tie", "tie"),
    ],
)
def test_a_pair_is_a_tie_where_the_orders_disagree(first: Verdict, second: Verdict, verdict: str) -> None:
    arm = judged(pair(0, first, second))
    assert {name: part.value for name, part in arm.shares.items() if part} == {
        name: float(name == verdict) for name in ("win", "tie", "lose")
    }


@pytest.mark.parametrize("missing", ["unparseable", "cut", "refused", "rejected"])
def test_a_pair_without_one_of_its_verdicts_counts_nowhere_but_as_such(missing: Outcome) -> None:
    arm = judged(pair(0, "win", "win"), pair(1, "win", None, missing=missing), pair(2, None, "lose", missing=missing))
    assert (arm.pairs, arm.decided, arm.without_verdict) == (3, 1, {missing: 2})
    assert arm.win_rate and arm.win_rate.value == 1
    assert f"2 of 3 pairs have no verdict (2 {missing})" in sentence(arm, "j")


def test_where_no_pair_has_a_verdict_there_is_no_rate() -> None:
    arm = judged(pair(0, None, None), pair(1, "win", None))
    assert arm.win_rate is arm.orders_agree is arm.first_preferred is arm.length_controlled.win_rate is None
    assert sentence(arm, "j") == (
        "selected against random, judged by j (2 prompts, 1 seed): no verdict on any of 2 pairs;"
        " 2 of 2 pairs have no verdict (2 unparseable)"
    )


def test_the_interval_is_wilsons() -> None:
    """7 of 10: Wilson (1927), by R's prop.test(7, 10, correct = FALSE)."""
    win = judged(*(pair(i, *(["win"] * 2 if i < 7 else ["lose"] * 2)) for i in range(10))).shares["win"]
    assert win and [win.value, win.low, win.high] == pytest.approx([0.7, 0.3967781, 0.8922087], abs=1e-6)


def test_seeds_do_not_count_as_more_prompts() -> None:
    once = judged(*(pair(i, "win", "win") for i in range(5)))
    thrice = judged(*(pair(i, "win", "win", seed) for i in range(5) for seed in range(3)))
    assert once.win_rate == thrice.win_rate
    assert (thrice.pairs, thrice.prompts, thrice.seeds) == (15, 5, 3)


def test_the_rate_of_each_seed_is_kept() -> None:
    arm = judged(*(pair(i, *(["win"] * 2 if seed else ["lose"] * 2), seed) for i in range(4) for seed in range(2)))
    assert arm.by_seed and arm.by_seed.values == (0.0, 1.0)


def test_a_judge_that_always_prefers_the_first_is_seen_through() -> None:
    arm = judged(*(pair(i, "win", "lose") for i in range(20)))
    assert arm.first_preferred and arm.first_preferred.value == 1
    assert arm.orders_agree and arm.orders_agree.value == 0
    assert arm.win_rate and arm.win_rate.value == 0.5
    assert "no preference shown" in sentence(arm, "j")


def test_counts_are_kept_by_set() -> None:
    assert judged(*(pair(i, "win", "win") for i in range(3))).by_set == {"set0": {"win": 2}, "set1": {"win": 1}}


def test_the_length_controlled_rate_is_that_of_a_logistic_regression() -> None:
    """The arm wins by its length: at equal length it would lose."""
    generator = np.random.default_rng(0)
    lengths = generator.integers(1, 400, (200, 2)) + np.array([150, 0])
    difference = lengths[:, 0] - lengths[:, 1]
    wins = generator.random(200) < 1 / (1 + np.exp(0.7 - difference / 100))
    arm = judged(*(pair(i, *(["win" if w else "lose"] * 2), lengths=tuple(map(int, ls))) for i, (w, ls) in enumerate(zip(wins, lengths, strict=True))))  # type: ignore[arg-type]  # fmt: skip
    x = np.tanh(difference / difference.std())[:, None]
    reference = LogisticRegression(C=1e12, tol=1e-10).fit(x, wins)
    rate = arm.length_controlled.win_rate
    assert rate and rate.value == pytest.approx(1 / (1 + np.exp(-reference.intercept_[0])), abs=1e-4)
    assert rate.low < rate.value < 0.45 < arm.win_rate.value  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([pair(i, "win", "win", lengths=(i, 2 * i)) for i in range(5)], "fewer than 10 prompts"),
        ([pair(i, "win", "win") for i in range(20)], "no pair differs in length"),
        (
            [pair(i, *(["win" if i % 2 else "lose"] * 2), lengths=(i % 2, 0)) for i in range(20)],
            "did not converge",
        ),
    ],
)
def test_why_a_rate_is_not_length_controlled_is_said(pairs: list[list[PairVerdict]], reason: str) -> None:
    controlled = judged(*pairs).length_controlled
    assert controlled.win_rate is None
    assert reason in (controlled.reason or "")


def test_the_command_writes_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [asdict(verdict) for i in range(12) for verdict in pair(i, "win", "win")]
    write_table(tmp_path / "selected.parquet", pa.Table.from_pylist(rows, schema=VERDICTS), VERDICTS)
    write_result(tmp_path / "report.json", PromptsReport(0.5, {"own": PromptCounts(12, {}, 12)}))
    settings = {"base_url": "http://localhost/v1", "model": "judge", "prompts": {"own": {"path": "x"}}}
    command = ["verdicts", "--model", "tiny", "--pool", "new", "--baseline", "random", "--confidence", "0.95"]
    command += ["--settings", json.dumps(settings), "--arms", "selected"]
    command += ["--verdicts", str(tmp_path / "selected.parquet"), "--prompts-report", str(tmp_path / "report.json")]
    monkeypatch.setattr("sys.argv", [*command, "--output", str(tmp_path / "judge.json")])
    main()
    written = read_result(JudgeResult, tmp_path / "judge.json")
    assert written.arms[0].win_rate == Share(1.0, pytest.approx(0.757, abs=1e-3), 1.0, 12)
    assert written.arms[0].sentence.startswith("selected against random, judged by judge (12 prompts, 1 seed)")
    assert written.replied == ("j",)
