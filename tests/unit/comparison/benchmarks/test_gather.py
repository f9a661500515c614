"""Benchmarks offline: a task of one's own on local data, with a tiny tuned Llama, beside the same computed by hand."""

import json
from pathlib import Path
from typing import Any

import lm_eval
import pandas as pd
import pyarrow as pa
import pytest
import torch
from lm_eval.tasks import TaskManager

from instructmining.comparison.adapters import TunedModel
from instructmining.comparison.benchmarks.gather import arm_results, main, to_rows, with_test_loss
from instructmining.comparison.benchmarks.measure import measure, read_result
from instructmining.comparison.benchmarks.settings import Benchmarks, BenchmarkTask
from instructmining.comparison.benchmarks.tasks import task_manager, task_record
from instructmining.comparison.compare import ARM_LOSSES
from instructmining.data.errors import DataError
from instructmining.files import write_json, write_table
from tests.conftest import WORDS

COLOURS = ["red", "blue"]


def write_task(folder: Path) -> Benchmarks:
    """Eight questions with two choices each, and two worked examples."""
    questions = [{"question": f"what is the {WORDS[i]}", "answer": i % 2} for i in range(10)]
    for name, rows in {"shots": questions[8:], "questions": questions[:8]}.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "tasks").mkdir()
    (folder / "tasks" / "colours.yaml").write_text(f"""\
task: colours
dataset_path: json
dataset_kwargs: {{data_files: {{train: {folder}/shots.jsonl, test: {folder}/questions.jsonl}}}}
output_type: multiple_choice
training_split: train
test_split: test
doc_to_text: "{{{{question}}}} ."
doc_to_target: answer
doc_to_choice: [red, blue]
metric_list: [{{metric: acc, aggregation: mean, higher_is_better: true}}]
metadata: {{version: 3}}
""")
    return Benchmarks(tasks={"colours": BenchmarkTask()}, include=str(folder / "tasks"))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Benchmarks:
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    return write_task(tmp_path)


@pytest.fixture
def tuned(tiny_model: Any, tiny_tokenizer: Any) -> TunedModel:
    return TunedModel(tiny_model, tiny_tokenizer, "plain", {})


def by_hand(tuned: TunedModel, questions: list[str]) -> list[int]:
    """Which of the two colours is the likelier next word."""
    chosen = []
    for question in questions:
        tokens = tuned.tokenizer(f"{question} .", return_tensors="pt")["input_ids"]
        with torch.inference_mode():
            logits = tuned.model(input_ids=tokens).logits[0, -1]
        chosen.append(int(logits[tuned.tokenizer.convert_tokens_to_ids(COLOURS)].argmax()))
    return chosen


def test_a_task_of_ones_own_is_measured_as_by_hand(settings: Benchmarks, tuned: TunedModel) -> None:
    result = measure(tuned, settings, task_manager(settings))["colours"]
    chosen = by_hand(tuned, [f"what is the {WORDS[i]}" for i in range(8)])
    right = pd.Series([choice == i % 2 for i, choice in enumerate(chosen)])
    assert result["value"] == right.mean()
    assert result["stderr"] == pytest.approx(right.astype(float).sem())
    assert (result["questions"], result["of"], result["version"], result["fewshot"]) == (8, 8, "3", 0)


def test_limit_and_shots_are_recorded_as_they_were(settings: Benchmarks, tuned: TunedModel) -> None:
    limited = settings.model_copy(update={"limit": 3, "tasks": {"colours": BenchmarkTask(fewshot=2)}})
    result = measure(tuned, limited, task_manager(limited))["colours"]
    assert (result["questions"], result["of"], result["fewshot"]) == (3, 8, 2)


def test_a_task_is_described_before_a_gpu_is_asked_for(settings: Benchmarks) -> None:
    described = task_record(task_manager(settings), "colours", BenchmarkTask())
    assert {name: described[name] for name in ("version", "parts", "questions")} == {
        "version": "3",
        "parts": 1,
        "questions": 8,
    }


@pytest.mark.parametrize(
    ("name", "metric", "message"),
    [("colors", "acc", "no task or group of this name"), ("colours", "f1", r"metric: found 'f1'; allowed: acc")],
)
def test_unknown_tasks_and_metrics_are_named(settings: Benchmarks, name: str, metric: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        task_record(task_manager(settings), name, BenchmarkTask(metric=metric))


def test_the_preset_is_the_open_llm_set_and_single_tasks_win_over_it() -> None:
    settings = Benchmarks(preset="open_llm", tasks={"mmlu": BenchmarkTask(fewshot=0)})
    shots = {name: (task.fewshot, task.metric) for name, task in settings.all_tasks().items()}
    assert shots == {
        "arc_challenge": (25, "acc_norm"),
        "hellaswag": (10, "acc_norm"),
        "mmlu": (0, "acc"),
        "truthfulqa_mc2": (0, "acc"),
    }


def test_lm_evaluation_harness_knows_the_tasks_of_the_preset() -> None:
    folder = Path(lm_eval.__file__).parent / "tasks"
    folders = [
        folder / name for name in ("arc", "hellaswag", "mmlu/default", "truthfulqa")
    ]  # reading all takes a minute
    manager = TaskManager(include_path=folders, include_defaults=False)
    assert set(Benchmarks(preset="open_llm").all_tasks()) <= {*manager.all_subtasks, *manager.all_groups}


def test_another_number_of_shots_than_asked_for_is_refused() -> None:
    found = {
        "results": {"t": {"acc,none": 0.5}},
        "n-shot": {"t": 0},
        "n-samples": {"t": {"effective": 1, "original": 1}},
    }
    with pytest.raises(ValueError, match=r"5-shot is asked for .* sets \[0\]"):
        read_result(found, "t", BenchmarkTask(fewshot=5))


def result(arm: str, seed: int, value: float, stderr: float | None = 0.05) -> dict[str, Any]:
    found = {"metric": "acc", "value": value, "stderr": stderr, "fewshot": 0, "questions": 8, "of": 8, "version": "3"}
    return {"tuned_model": {"run": f"new.{arm}", "seed": seed}, "limit": None, "tasks": {"colours": found}}


LOSSES = pd.DataFrame(
    [(arm, seed, set_, role, loss) for arm in ("selected", "random") for seed in (0, 1) for set_, role, loss in (("a", "test", 1.0 + seed), ("b", "test", 3.0), ("c", "fit", 9.0))],
    columns=["arm", "seed", "eval_set", "role", "token_loss"],
)  # fmt: skip


def test_each_row_has_the_test_loss_of_its_run() -> None:
    rows = with_test_loss(to_rows([result("selected", 0, 0.5), result("random", 1, 0.4)]), LOSSES)
    assert rows["test_loss"].tolist() == [2.0, 2.5]


def test_a_run_that_the_comparison_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="longest"):
        with_test_loss(to_rows([result("longest", 0, 0.5)]), LOSSES)


@pytest.mark.parametrize(
    ("ours", "stderr", "words"),
    [
        ((0.9, 0.91), 0.01, "differs from random: +0.4000"),
        ((0.9, 0.91), 0.3, "no difference shown from random"),
        ((0.9, 0.2), 0.01, "no difference shown from random"),
        ((0.9, 0.91), None, "differs from random"),
    ],
)
def test_a_difference_is_only_stated_where_both_intervals_exclude_0(
    ours: tuple[float, float], stderr: float | None, words: str
) -> None:
    rows = to_rows(
        [*(result("selected", seed, value, stderr) for seed, value in enumerate(ours)), result("random", 0, 0.5, stderr), result("random", 1, 0.51, stderr)]
    )  # fmt: skip
    found = {each["arm"]: each for each in arm_results(rows, "random", 0.95)}
    assert words in found["selected"]["sentence"]
    assert found["random"]["sentence"].endswith("the baseline")


def test_the_interval_over_questions_is_that_of_two_independent_errors() -> None:
    rows = to_rows([result("selected", 0, 0.6, 0.03), result("random", 0, 0.5, 0.04)])
    difference = arm_results(rows, "random", 0.95)[0]["difference"]
    assert [difference["questions_low"], difference["questions_high"]] == pytest.approx(
        [0.1 - 1.959964 * 0.05, 0.1 + 1.959964 * 0.05]
    )
    assert difference["seeds_low"] is None


def test_the_command_joins_benchmarks_and_comparison(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = LOSSES.assign(examples=1, tokens=1, example_loss=1.0, steps=1, training_examples=1)
    write_table(
        tmp_path / "losses.parquet",
        pa.Table.from_pandas(whole[ARM_LOSSES.names], ARM_LOSSES, preserve_index=False),
        ARM_LOSSES,
    )
    for arm in ("selected", "random"):
        write_json(tmp_path / f"{arm}.json", result(arm, 0, 0.5))
    command = ["benchmark_table", "--model", "tiny", "--pool", "new", "--baseline", "random", "--confidence", "0.95"]
    command += ["--losses", str(tmp_path / "losses.parquet"), "--output", str(tmp_path / "benchmarks.json")]
    command += ["--table", str(tmp_path / "benchmarks.csv")]
    command += ["--benchmarks", str(tmp_path / "selected.json"), str(tmp_path / "random.json")]
    monkeypatch.setattr("sys.argv", command)
    main()
    assert pd.read_csv(tmp_path / "benchmarks.csv")["test_loss"].tolist() == [2.0, 2.0]
    assert len(json.loads((tmp_path / "benchmarks.json").read_text())["results"]) == 2
