"""What is added to a finished run when answers are judged, benchmarks measured, and a selection handed on."""

import json
import re
from collections.abc import Iterator
from typing import Any

import datasets
import pandas as pd
import pyarrow.parquet as pq
import pytest

from tests.judge_server import JudgeServer, Request, served, serving
from tests.workflow.conftest import Run

pytestmark = pytest.mark.slow

KEY = "sk-not-a-real-key-0123456789"
TASK = """\
task: colours
dataset_path: json
dataset_kwargs: {data_files: {test: data/questions.jsonl}}
output_type: multiple_choice
test_split: test
doc_to_text: "{{question}}"
doc_to_target: answer
doc_to_choice: [red, blue]
metric_list: [{metric: acc, aggregation: mean, higher_is_better: true}]
metadata: {version: 1}
"""


def prefers_first(request: Request) -> str:
    found = re.search(r"VERDICT-\w+: A", served(request))
    assert found
    return f"The first.\n{found[0]}"


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    with serving(JudgeServer(prefers_first)) as running:
        yield running


def write_files(run: Run) -> None:
    """Prompts, and a task with its questions."""
    data, tasks = run.folder / "data", run.folder / "tasks"
    (data / "prompts.jsonl").write_text('{"prompt": "why is the sky red"}\n{"turns": ["a road", "and why"]}\n')
    questions = [{"question": f"the {word} is", "answer": i % 2} for i, word in enumerate(("sky", "sea", "cat", "dog"))]
    (data / "questions.jsonl").write_text("".join(json.dumps(question) + "\n" for question in questions))
    tasks.mkdir()
    (tasks / "colours.yaml").write_text(TASK)


def judge(server: JudgeServer) -> dict[str, Any]:
    """A judge of one arm, on prompts of two sets."""
    return {
        "base_url": server.url,
        "model": "judge",
        "key_variable": "JUDGE_KEY",
        "prompts": {"own": {"path": "data/prompts.jsonl"}, "third": {"path": "data/third.jsonl", "limit": 4}},
        "generation": {"max_tokens": 8, "max_prompt_tokens": 64},
        "retries": 1,
    }


@pytest.fixture
def extended(run: Run, server: JudgeServer) -> Run:
    """A finished run whose config now asks for all three."""
    write_files(run)
    values = run.config()
    values["comparison"]["judge"] = judge(server)
    values["comparison"]["benchmarks"] = {"tasks": {"colours": {}}, "include": "tasks", "arms": ["selected"]}
    values["selection"]["exports"] = ["messages", "alpaca"]
    run.set_config(values)
    return run


def test_additions_add_their_own_jobs_and_ask_the_judge_once(
    extended: Run, server: JudgeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    judging = {"gather_prompts": 1, "answer_prompts": 2, "judge_arm": 1, "count_verdicts": 1, "figure_judge": 1}
    measuring = {"fetch_benchmarks": 1, "measure_benchmarks": 2, "gather_benchmarks": 1}
    assert extended.to_do() == {**judging, **measuring, "export_selection": 1, "summarise": 1, "write_report": 1}
    without_key = extended.snakemake("--show-failed-logs")
    assert without_key.returncode != 0
    assert "the environment variable JUDGE_KEY (comparison.judge.key_variable) is not set" in without_key.stdout
    assert not server.requests
    monkeypatch.setenv("JUDGE_KEY", KEY)
    extended.finish()
    assert extended.to_do() == {}
    check_judge(extended)
    check_benchmarks(extended)
    check_export(extended)
    asked = len(server.requests)
    extended.snakemake("--forcerun", "judge_arm")
    assert asked == len(server.requests) > 0
    assert set(server.keys) == {f"Bearer {KEY}"}
    everything = [path.read_bytes() for path in extended.folder.rglob("*") if path.is_file()]
    assert not any(KEY.encode() in content for content in everything)


def test_size_search_curves_matched_tokens_and_peoples_ratings_are_one_target_with_the_rest_and_no_rule_is_left(
    extended: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUDGE_KEY", KEY)
    rows = [{"prompt": f"what is {i}", "chosen": "the sky is blue " * (i + 1), "rejected": "a cat"} for i in range(12)]
    (extended.folder / "data" / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    values = extended.config()
    values["selection"] = {"search": {"low": 4, "high": 12, "trials": 2}, "exports": ["messages"], "fallback": "rule"}
    values["comparison"] |= {"arms": ["selected", "random", "untuned"], "match": "tokens", "tokens": 100}
    values["comparison"] |= {"sizes": [4, 8], "steps": 2}
    values["quality_rule"]["ratings"] = {"pairs": {"path": "data/pairs.jsonl"}}
    extended.set_config(values)
    extended.finish()
    assert extended.to_do() == {}
    made = extended.made_by_rule()
    tried = {"rank_by_rule", "validate", "join_choices", "fit_quality_rule_again", "figure_validation"}
    others = {"all", "fetch", "signal", "adopt_quality_rule"}
    assert extended.rules() - set(made) == tried | others, "test_validation tries rules, and one is adopted elsewhere"
    check_search(extended)
    check_untuned(extended)


def test_aimed_indicators_read_the_fit_sets_alone(run: Run) -> None:
    values, target = run.config(), "results/indicators/new/scores.parquet"
    influence = {"model": "tiny", "warmup_examples": 8, "dimensions": 64, "dtype": "fp32"}
    values["indicators"] |= {"similarity": {"nearest": 3}, "influence": influence}
    run.set_config(values)
    compared = {"score_similarity": 1, "score_influence": 1, "gather_scores": 1}
    read = {"take_gradients_of_eval_set": 1, "embed_eval_set": 1}
    assert run.to_do(target) == {"warm_up_adapter": 1, "take_gradients": 1, **read, **compared}
    assert run.snakemake(target).returncode == 0
    assert {path.name for path in (run.folder / "results/indicators/eval_sets").rglob("*.parquet")} == {"fit.parquet"}
    scores = pq.read_table(run.folder / target)
    assert all(
        -1 <= scores[name].to_numpy().min() < scores[name].to_numpy().max() <= 1 for name in ("similarity", "influence")
    )


def check_search(run: Run) -> None:
    """Both trials are kept, all that follows has the size that was found, and the card says how."""
    results = run.folder / "results"
    found = json.loads((results / "selection" / "tiny" / "new" / "size.json").read_text())
    trials = pq.read_table(results / "selection" / "tiny" / "new" / "trials.parquet").to_pylist()
    best = min(trials, key=lambda trial: (trial["loss"], trial["size"]))
    assert len(trials) == 2 and found["examples"] == best["size"]
    assert len((results / "selection/tiny/new/selected.jsonl").read_text().splitlines()) == best["size"]
    assert pq.read_table(results / "comparison/tiny/new/arms/random/seed0.parquet").num_rows == best["size"]
    assert found["sentence"] in (results / "selection/tiny/new/export/dataset/README.md").read_text()
    curves = pd.read_csv(results / "report" / "tiny" / "new" / "sizes.csv")
    assert len(curves) == 2 * 2 * 2, "arms, sizes, at constant epochs and at constant steps"
    cost = json.loads((results / "comparison/tiny/new/cost.json").read_text())
    assert {"search for the size", "fine-tunes on subsets"} <= {row["stage"] for row in cost["rows"]}


def check_untuned(run: Run) -> None:
    """The base model as it is takes no step, and its loss is the same for all seeds."""
    folder = run.folder / "results" / "training" / "tiny" / "new.untuned"
    records = [json.loads((folder / f"seed{seed}" / "record.json").read_text()) for seed in (0, 1)]
    assert [(record["steps"], record["training"]["examples"]) for record in records] == [(0, 0), (0, 0)]
    assert records[0]["losses"] == records[1]["losses"]


def check_judge(run: Run) -> None:
    """Every pair has both verdicts of a judge that prefers the first, or is of equal answers."""
    folder = run.folder / "results" / "comparison" / "tiny" / "new"
    arm = json.loads((folder / "judge.json").read_text())["arms"][0]
    assert (arm["arm"], arm["baseline"], arm["pairs"], arm["without_verdict"]) == ("selected", "random", 6, {})
    assert arm["shares"]["tie"]["value"] == 1
    assert pq.read_table(folder / "verdicts" / "selected.parquet").num_rows == 12
    assert (run.folder / "results" / "report" / "tiny" / "new" / "judge.svg").is_file()


def check_benchmarks(run: Run) -> None:
    """Both arms answered the four questions, and stand beside their test loss."""
    table = pd.read_csv(run.folder / "results" / "comparison" / "tiny" / "new" / "benchmarks.csv")
    assert set(table["arm"]) == {"selected", "random"}
    assert set(table["questions"]) == {4}
    assert table[["value", "stderr", "test_loss"]].notna().all(axis=None)


def check_export(run: Run) -> None:
    """The exported data set is the selection."""
    folder = run.folder / "results" / "selection" / "tiny" / "new"
    loaded = datasets.load_dataset(
        str(folder / "export" / "dataset"), split="train", cache_dir=str(run.folder / "cache")
    )
    first = json.loads((folder / "selected.jsonl").read_text().splitlines()[0])
    assert len(loaded) == 10
    assert loaded[0]["messages"][0]["content"] == first["instruction"]
