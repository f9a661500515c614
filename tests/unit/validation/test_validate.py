"""The command on made-up fine-tunes: what the rule predicts, what was observed, and what refutes it."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from statsmodels.stats.multitest import multipletests

from instructmining.files import read_result, write_result
from instructmining.validation.optimism import own_choices
from instructmining.validation.predict import Sample, predict_gain, predict_set
from instructmining.validation.result import GAIN, ValidationResult
from instructmining.validation.validate import main
from tests.unit.quality_rule.made import fit
from tests.unit.records import eval_loss, made_record
from tests.unit.simulation import synthetic

RULE = fit(*synthetic(30), repeats=1).rule
IDS = [f"{i:02}" for i in range(40)]
GENERATOR = np.random.default_rng(0)
SCORES = pa.table(
    {
        "id": IDS,
        "source": ["s"] * 40,
        "degraded": pa.nulls(40, pa.string()),
        **{name: GENERATOR.normal(size=40) for name in ("ppl", "mtld", "relevance")},
        "knn_1": [9.0] * 40,
    }
)
EMBEDDINGS = pa.table({"id": IDS, "embeddings": pa.FixedSizeListArray.from_arrays(np.arange(40, dtype=np.float32), 1)})


def predicted(ids: list[str]) -> float:
    return float(np.mean(RULE.predict(SCORES)[[IDS.index(name) for name in ids]]))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Run the command on choices whose losses are off the prediction by so much, or all the same."""

    def run(
        tuned: dict[tuple[str, int], list[str]], off: float = 0.0, steps: int = 10, same: float | None = None
    ) -> dict[str, Any]:
        write_files(tmp_path, tuned, off, steps, same)
        names = [f"{arm}{seed}" for arm, seed in tuned]
        command = ["validate", *FILES, "--examples", *(f"{name}.parquet" for name in names)]
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("sys.argv", [*command, "--records", *(f"{name}.json" for name in names)])
        main()
        found: dict[str, Any] = json.loads((tmp_path / "validation.json").read_text())
        return found

    return run


FILES = (
    *("--rule", "rule.json", "--scores", "scores.parquet", "--embeddings", "embeddings.parquet", "--neighbours", "1"),
    *("--like", "like.json", "--validation", "validation.json", "--table", "choices.parquet"),
)


def write_files(
    folder: Path, tuned: dict[tuple[str, int], list[str]], off: float, steps: int, same: float | None
) -> None:
    """What the command reads; all log losses are `same` where it is given."""
    write_result(folder / "rule.json", RULE)
    pq.write_table(SCORES, folder / "scores.parquet")
    pq.write_table(EMBEDDINGS, folder / "embeddings.parquet")
    write_result(folder / "like.json", made_record("000", losses={"fit": eval_loss("fit", 1.0)}))
    for (arm, seed), ids in tuned.items():
        pq.write_table(pa.table({"id": ids}), folder / f"{arm}{seed}.parquet")
        losses = {"fit": eval_loss("fit", math.exp(predicted(ids) + off if same is None else same))}
        record = made_record(f"new.{arm}", len(ids), seed=seed, losses=losses, steps=steps)
        write_result(folder / f"{arm}{seed}.json", record)


def test_losses_as_predicted_do_not_refute_the_rule(run: Callable[..., dict[str, Any]]) -> None:
    found = run({("ruled", 0): IDS[:8], ("random", 0): IDS[5:13]})
    assert [(each["choice"], each["examples"]) for each in found["choices"]] == [("ruled", 8), ("random", 8)]
    assert [each["predicted"] for each in found["choices"]] == pytest.approx([predicted(IDS[:8]), predicted(IDS[5:13])])
    assert [each["observed"] for each in found["choices"]] == pytest.approx([predicted(IDS[:8]), predicted(IDS[5:13])])
    assert found["sentences"][0] == (
        "Tuned on selections (ruled, random), the losses do not refute the rule: 2 of 2 are inside the interval of"
        " their prediction."
    )


def test_losses_far_from_it_do_with_p_values_after_holms_correction(run: Callable[..., dict[str, Any]]) -> None:
    found = run({("ruled", 0): IDS[:8], ("random", 0): IDS[5:13]}, off=0.5)
    alone = [predict_set(RULE, Sample(SCORES.take(rows))).p_value(predicted([IDS[i] for i in rows]) + 0.5) for rows in (list(range(8)), list(range(5, 13)))]  # fmt: skip
    assert [each["p_value"] for each in found["choices"]] == pytest.approx(multipletests(alone, method="holm")[1])
    assert "the losses refute the rule: 0 of 2 are inside" in found["sentences"][0]
    assert found["sentences"][1].startswith(f"ruled: the log loss is {predicted(IDS[:8]) + 0.5:.3f}, higher than the")


def test_a_gain_that_falls_short_refutes_a_rule_whose_single_losses_do_not(run: Callable[..., dict[str, Any]]) -> None:
    ids = SCORES["id"].take(pa.array(np.argsort(RULE.predict(SCORES)))).to_pylist()
    best, drawn = sorted(ids[:8]), sorted(ids[16:24])
    found = run({**{("ruled", seed): best for seed in range(3)}, **{("random", seed): drawn for seed in range(3)}}, same=1.0)  # fmt: skip
    baseline, choice = (SCORES.take([IDS.index(name) for name in names]) for names in (drawn, best))
    expected = predict_gain(
        RULE, Sample(baseline, 3), Sample(pa.concat_tables([choice] * 3), 3, own=own_choices(RULE, SCORES, 8))
    )
    assert found["gain"]["predicted"] == pytest.approx(expected.value)
    assert (found["gain"]["observed"], found["gain"]["p_value"]) == (
        pytest.approx(0),
        pytest.approx(expected.p_value(0)),
    )
    assert [each["optimism"] > 0 for each in found["choices"]] == [True, False]
    assert found["sentences"][-1].startswith(
        "The rule's own choice gains 0.000 log loss over random draws, which is below"
    )
    assert found["sentences"][-1].endswith("This refutes the rule.")
    assert read_result(ValidationResult, Path("validation.json")).refuted[-1] == GAIN


def test_where_the_interval_contains_zero_the_sentence_says_so(run: Callable[..., dict[str, Any]]) -> None:
    ids = SCORES["id"].take(pa.array(np.argsort(RULE.predict(SCORES)))).to_pylist()
    found = run({("ruled", 0): ids[:8], ("random", 0): [*ids[:7], ids[8]]})
    assert "which is inside the interval of its prediction" in found["sentences"][-1]
    assert found["sentences"][-1].endswith("so few fine-tunes may show no gain.")


def test_without_random_draws_there_is_no_gain(run: Callable[..., dict[str, Any]]) -> None:
    assert run({("ruled", 0): IDS[:8], ("longest", 0): IDS[5:13]})["gain"] is None


def test_choices_tuned_for_other_steps_than_subsets_are_named_not_compared(run: Callable[..., dict[str, Any]]) -> None:
    found = run({("full", 0): IDS}, steps=50)
    assert (found["choices"], found["left_out"]) == ([], {"full": "was tuned for 50 steps, the subsets for 10"})


def test_the_table_has_an_observation_for_each_with_neighbours_inside_the_set(
    run: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    run({("ruled", 0): IDS[:3], ("ruled", 1): IDS[:3], ("random", 0): ["00", "10"], ("random", 1): ["05", "09"]})
    table = pq.read_table(tmp_path / "choices.parquet").to_pydict()
    subsets = ["new.ruled", "new.ruled", "new.random, draw 0", "new.random, draw 1"]
    assert (table["subset"], table["seed"], table["knn_1"]) == (subsets, [0, 1, 0, 1], [1.0, 1.0, 10.0, 4.0])
    assert table["ppl"][0] == pytest.approx(np.mean(SCORES["ppl"].to_numpy()[:3]))
