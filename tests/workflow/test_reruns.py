"""Exactly the invalid jobs run again: given a finished run, when something changes, then these jobs and no others."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from instructmining.example import EXAMPLES
from instructmining.files import read_table
from tests.workflow.conftest import Run

pytestmark = pytest.mark.slow

REPORT = ("figure", "table", "summarise", "gather_losses", "compare_rules", "explore", "write_report", "add_up")
SUBSETS, REPLICATES, ARMS, SEEDS = 6, 1, 4, 2
FINETUNES = SUBSETS + REPLICATES + ARMS * SEEDS
SCORERS = ("text", "likelihood", "embedding", "reward", "unieval", "brevity")
FOLLOW_THE_LOSSES = {"gather_observations": 1, "fit_quality_rule": 1, "rank": 1, "select": 1, "compare": 1}
FOLLOW_THE_SCORES = {
    "gather_scores": 2, "subset_indicators": SUBSETS,
    # The rule may change, and with it the arms.
    "choose_arm": ARMS * SEEDS, "finetune_and_evaluate": ARMS * SEEDS, **FOLLOW_THE_LOSSES,
}  # fmt: skip


def scored(shards: int) -> dict[str, int]:
    """Every scorer runs over so many shards."""
    return {f"score_{scorer}": shards for scorer in SCORERS}


def edit(run: Run, module: str, old: str, new: str) -> None:
    """Change a line of the library."""
    path = run.folder / "workflow" / "instructmining" / module
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def add_code(run: Run, module: str) -> None:
    """Change a module in a way that changes no result."""
    with (run.folder / "workflow" / "instructmining" / module).open("a") as file:
        file.write("\n\nUNUSED = 1\n")


def without(jobs: dict[str, int], *prefixes: str) -> dict[str, int]:
    """The jobs of rules that do not begin so."""
    return {rule: count for rule, count in jobs.items() if not rule.startswith(prefixes)}


def test_a_second_run_has_nothing_to_do(finished: Run) -> None:
    assert finished.to_do() == {}


def test_whatever_result_is_missing_is_made_again_with_what_follows_so_that_a_failed_rerun_leaves_nothing_stale(
    run: Run,
) -> None:
    rules = run.made_by_rule()
    for output in rules.values():
        remove(run.folder / output)
    assert set(run.to_do()) == set(rules)


def remove(output: Path) -> None:
    """Take an output away, be it a file or a folder."""
    shutil.rmtree(output) if output.is_dir() else output.unlink()


def test_touching_every_file_of_the_workflow_reruns_nothing(run: Run) -> None:
    for path in (run.folder / "workflow").rglob("*"):
        os.utime(path)
    assert run.to_do() == {}


def test_a_comment_and_a_docstring_rerun_nothing(run: Run) -> None:
    edit(run, "training/finetune.py", "def finetune(", "# A comment.\n\n\ndef finetune(")
    edit(run, "example.py", "Read a table of examples whole.", "Read a whole table of examples.")
    assert run.to_do() == {}


def test_an_edited_function_of_training_reruns_training_and_what_follows(run: Run) -> None:
    edit(run, "training/finetune.py", "model.train()", "model.train(True)")
    jobs = run.to_do()
    assert jobs["finetune_and_evaluate"] == FINETUNES
    assert set(without(jobs, *REPORT)) == {
        "finetune_and_evaluate", "gather_observations", "fit_quality_rule", "rank", "select", "choose_arm", "compare",
    }  # fmt: skip


def test_an_edited_function_of_the_fit_reruns_the_fit_and_what_follows(run: Run) -> None:
    add_code(run, "quality_rule/fit.py")
    jobs = without(run.to_do(), *REPORT)
    assert jobs == {
        "fit_quality_rule": 1, "rank": 1, "select": 1, "choose_arm": SEEDS, "finetune_and_evaluate": SEEDS, "compare": 1,
    }  # fmt: skip


def test_an_edited_function_of_a_scorer_runs_that_scorer_and_tunes_no_subset(run: Run) -> None:
    add_code(run, "indicators/text.py")
    assert without(run.to_do(), *REPORT) == {"score_text": 3, **FOLLOW_THE_SCORES}


def test_an_edited_function_of_the_comparison_compares_again_and_no_more(run: Run) -> None:
    add_code(run, "comparison/compare.py")
    assert without(run.to_do(), *REPORT) == {"compare": 1}


def test_an_edited_figure_is_drawn_again_for_the_report_and_no_more(run: Run) -> None:
    add_code(run, "report/rule_figures.py")
    assert without(run.to_do(), "figure") == {"write_report": 1}


def test_another_learning_rate_tunes_again_and_scores_nothing(run: Run) -> None:
    config = run.config()
    config["training"]["learning_rate"] = 0.02
    run.set_config(config)
    jobs = run.to_do()
    assert jobs["finetune_and_evaluate"] == FINETUNES
    assert not [rule for rule in jobs if rule.startswith(("score", "import", "build", "sample", "subset", "prepare"))]


def test_another_batch_of_a_scorer_runs_that_scorer_and_no_training_of_subsets(run: Run) -> None:
    config = run.config()
    config["indicators"]["likelihood"]["batch_tokens"] = 128
    run.set_config(config)
    jobs = run.to_do()
    assert {rule: jobs[rule] for rule in jobs if rule.startswith("score")} == {"score_likelihood": 3}
    assert jobs["finetune_and_evaluate"] == ARMS * SEEDS


def test_one_more_subset_adds_its_chain_and_the_gathering_steps(run: Run) -> None:
    config = run.config()
    config["sampling"]["subsets"] += 1
    run.set_config(config)
    jobs = without(run.to_do(), *REPORT)
    follow_the_rule = {"rank": 1, "select": 1, "choose_arm": SEEDS, "compare": 1}
    assert jobs == {
        "sample_subset": 1, "subset_indicators": 1, "finetune_and_evaluate": 1 + SEEDS, "gather_observations": 1,
        "fit_quality_rule": 1, **follow_the_rule,
    }  # fmt: skip


def test_a_changed_file_of_the_same_size_reruns_its_import_and_what_follows(run: Run) -> None:
    path = run.folder / "data" / "new.jsonl"
    size, text = path.stat().st_size, path.read_text()
    path.write_text(text.replace("what is cat", "what is dog"))
    assert path.stat().st_size == size
    jobs = without(run.to_do(), *REPORT)
    assert jobs == {
        "import_source": 1, "deduplicate_new": 1, "build_pool_new": 1, **scored(1), "gather_scores": 1, "rank": 1, "select": 1, "choose_arm": ARMS * SEEDS,
        "finetune_and_evaluate": ARMS * SEEDS, "compare": 1,
    }  # fmt: skip


def adapters(run: Run) -> dict[Path, bytes]:
    """The weights of every kept adapter."""
    return {
        path.relative_to(run.folder): path.read_bytes()
        for path in run.folder.glob("results/training/*/*/*/adapter/*.safetensors")
    }


def losses(run: Run, eval_set: str) -> dict[tuple[str, int], float]:
    """The loss of every run on an eval set."""
    records = [json.loads(path.read_text()) for path in run.folder.glob("results/training/*/*/*/record.json")]
    return {(record["run"], record["seed"]): record["losses"][eval_set]["token_loss"] for record in records}


RECORD = "results/training/tiny/000/seed1/record.json"
ADAPTER = "results/training/tiny/000/seed1/adapter"
STORE = "results/store"


def force(run: Run, *targets: str) -> str:
    """The log of subset 000 with seed 1, made again."""
    done = run.snakemake("--force", *targets)
    assert done.returncode == 0, done.stdout + done.stderr
    return (run.folder / "results/logs/training/tiny/000/seed1.log").read_text()


def entry_of(run: Run, adapter: str = ADAPTER) -> Path:
    """What an adapter was linked from."""
    record = json.loads((run.folder / adapter).with_name("record.json").read_text())
    return run.folder / STORE / record["training"]["manifest"]


def test_every_adapter_is_linked_from_the_store_and_no_checkpoint_is_left(finished: Run) -> None:
    hashes = {entry_of(finished, str(path)).name for path in finished.folder.glob("results/training/*/*/*/adapter")}
    assert {path.name for path in (finished.folder / STORE).iterdir()} == hashes
    assert len(adapters(finished)) == FINETUNES


def test_a_forced_rerun_evaluates_and_does_not_train(run: Run) -> None:
    before = adapters(run)
    log = force(run, RECORD)
    assert "evaluating it, without training" in log and "fine-tuning" not in log
    assert adapters(run) == before
    weights = "adapter_model.safetensors"
    assert (run.folder / ADAPTER / weights).samefile(entry_of(run) / weights)


def test_an_adapter_that_was_deleted_is_linked_again_without_training(run: Run) -> None:
    before = adapters(run)
    shutil.rmtree(run.folder / ADAPTER)
    assert run.to_do(ADAPTER) == {"finetune_and_evaluate": 1}
    assert run.snakemake(ADAPTER).returncode == 0
    assert "without training" in (run.folder / "results/logs/training/tiny/000/seed1.log").read_text()
    assert adapters(run) == before


@pytest.mark.parametrize("damage", ["weights", "store"])
def test_without_a_whole_entry_of_the_store_a_rerun_trains(run: Run, damage: str) -> None:
    before, weights = adapters(run), entry_of(run) / "adapter_model.safetensors"
    if damage == "weights":
        weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    else:
        shutil.rmtree(run.folder / STORE)
    assert run.to_do() == {}, "as long as nothing runs again, nothing is missing"
    log = force(run, RECORD)
    assert "fine-tuning" in log
    assert ("cannot be used" in log) == (damage == "weights")
    assert adapters(run) == before


def test_two_runs_on_the_same_examples_share_an_entry_and_the_second_does_not_train(run: Run) -> None:
    examples = run.folder / "results/comparison/tiny/new/arms/selected/seed0.parquet"
    (run.folder / "same.txt").write_text(
        "".join(f"{name}\n" for name in read_table(examples, EXAMPLES)["id"].to_pylist())
    )
    config = run.config()
    config["comparison"] |= {"arms": [*config["comparison"]["arms"], "same"], "lists": {"same": "same.txt"}}
    run.set_config(config)
    entries = set((run.folder / STORE).iterdir())
    assert run.snakemake("results/training/tiny/new.same/seed0/record.json").returncode == 0
    assert "without training" in (run.folder / "results/logs/training/tiny/new.same/seed0.log").read_text()
    assert set((run.folder / STORE).iterdir()) == entries


def prune(run: Run, *options: str) -> str:
    """What pruning says; nobody can be asked."""
    command = [sys.executable, "-m", "instructmining.jobs.prune", "--config", "config.yaml", *options]
    done = subprocess.run(command, cwd=run.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_pruning_drops_what_no_run_of_the_config_refers_to_and_nothing_is_to_be_done_then(run: Run) -> None:
    assert prune(run, "--yes").startswith("0 adapters and 0 checkpoints")
    config, entries = run.config(), len(list((run.folder / STORE).iterdir()))
    config["comparison"]["arms"].remove("longest")
    run.set_config(config)
    run.finish()
    said = prune(run)
    assert said.startswith(f"{SEEDS} adapters and 0 checkpoints") and "the adapters of 2 runs" in said
    assert "Nothing is deleted" in said and len(list((run.folder / STORE).iterdir())) == entries
    assert prune(run, "--yes").endswith("Deleted.\n")
    assert len(list((run.folder / STORE).iterdir())) == entries - SEEDS
    left = run.folder / "results/training/tiny/new.longest/seed0"
    assert sorted(path.name for path in left.iterdir()) == ["losses.parquet", "record.json"]
    assert run.to_do() == {}
    assert "without training" in force(run, RECORD)


def add_eval_set(run: Run) -> None:
    config = run.config()
    config["sources"]["third"] = {"path": "data/third.jsonl"}
    config["eval_sets"]["another"] = {"sources": ["third"], "role": "test"}
    run.set_config(config)


def test_a_new_eval_set_is_measured_with_the_kept_adapters_and_trains_and_scores_nothing(run: Run) -> None:
    cost = run.folder / "results/comparison/tiny/new/cost.json"
    before, fine_tune = (adapters(run), losses(run, "fit")), json.loads(cost.read_text())["fine_tune"]
    add_eval_set(run)
    jobs = without(run.to_do(), *REPORT)
    assert jobs == {
        "import_source": 1, "make_eval_set": 1,
        # Its prompts are taken out of the pools: tables are written anew, on the CPU and in seconds.
        "build_pool_candidates": 1, "build_pool_new": 1, "sample_subset": SUBSETS, "subset_indicators": SUBSETS,
        "gather_scores": 2, "choose_arm": ARMS * SEEDS,
        "finetune_and_evaluate": FINETUNES, **FOLLOW_THE_LOSSES,
    }  # fmt: skip
    run.finish()
    logs = [path.read_text() for path in run.folder.glob("results/logs/training/*/*/*.log")]
    assert len(logs) == FINETUNES
    assert all("evaluating it, without training" in log and "fine-tuning" not in log for log in logs)
    assert (adapters(run), losses(run, "fit")) == before
    assert len(losses(run, "another")) == FINETUNES
    assert json.loads(cost.read_text())["fine_tune"] == fine_tune, "what training took is kept with its adapter"


def test_an_edited_function_of_evaluation_trains_and_scores_nothing(run: Run) -> None:
    add_code(run, "training/evaluate.py")
    record = "results/training/tiny/000/seed1/record.json"
    assert run.to_do()["finetune_and_evaluate"] == FINETUNES
    assert run.snakemake(record).returncode == 0
    log = (run.folder / "results/logs/training/tiny/000/seed1.log").read_text()
    assert "evaluating it, without training" in log


def test_one_more_source_is_imported_and_makes_its_pool_anew(run: Run) -> None:
    config = run.config()
    config["sources"]["third"] = {"path": "data/third.jsonl"}
    config["pools"]["candidates"]["sources"].append("third")
    run.set_config(config)
    jobs = without(run.to_do(), *REPORT)
    candidate_scores = {**scored(2), "gather_scores": 1}
    assert jobs == {
        "import_source": 1, "deduplicate_candidates": 1, "build_pool_candidates": 1, **candidate_scores,
        # Subsets are drawn from all sources, so all of them change; of the arms, those that the rule chose.
        "sample_subset": SUBSETS, "subset_indicators": SUBSETS, "choose_arm": SEEDS,
        "finetune_and_evaluate": SUBSETS + REPLICATES + SEEDS, **FOLLOW_THE_LOSSES,
    }  # fmt: skip


def test_another_source_to_select_from_trains_no_subset(run: Run) -> None:
    config = run.config()
    config["sources"]["third"] = {"path": "data/third.jsonl"}
    config["pools"]["new"]["sources"].append("third")
    run.set_config(config)
    jobs = without(run.to_do(), *REPORT)
    assert jobs == {
        "import_source": 1, "deduplicate_new": 1, "build_pool_new": 1, **scored(1), "gather_scores": 1, "rank": 1, "select": 1, "choose_arm": ARMS * SEEDS,
        "finetune_and_evaluate": ARMS * SEEDS, "compare": 1,
    }  # fmt: skip


def test_another_model_of_an_indicator_runs_that_indicator_and_tunes_no_subset(run: Run) -> None:
    weights = run.folder / "models" / "encoder" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    jobs = without(run.to_do(), *REPORT)
    assert jobs == {"prepare_model": 1, "score_embedding": 3, **FOLLOW_THE_SCORES}


@pytest.mark.parametrize(("scorer", "bring"), [("embedding", "prepare_model"), ("reward", "convert_model")])
def test_another_revision_of_an_indicators_model_runs_that_indicator_and_tunes_no_subset(
    run: Run, scorer: str, bring: str
) -> None:
    config = run.config()
    config["indicators"][scorer]["model"] = {"hub": "tiny/model", "revision": "a" * 40}
    run.set_config(config)
    assert run.snakemake("--touch").returncode == 0, "as if all had been made with it"
    assert run.to_do() == {}
    config["indicators"][scorer]["model"]["revision"] = "b" * 40
    run.set_config(config)
    assert without(run.to_do(), *REPORT) == {bring: 1, f"score_{scorer}": 3, **FOLLOW_THE_SCORES}


def test_an_edited_function_of_your_own_runs_its_indicator_and_no_other(run: Run) -> None:
    (run.folder / "mine.py").write_text("def brevity(examples):\n    return [-len(e.response) / 2 for e in examples]\n")
    jobs = run.to_do()
    assert {rule: jobs[rule] for rule in jobs if rule.startswith(("score", "prepare", "convert"))} == {
        "score_brevity": 3
    }


def test_another_base_model_runs_all_that_uses_it_and_no_data_stage(run: Run) -> None:
    config = run.config()
    shutil.copytree(run.folder / "models" / "llama", run.folder / "models" / "other")
    config["models"]["tiny"]["path"] = "models/other"
    run.set_config(config)
    jobs = run.to_do()
    assert jobs["finetune_and_evaluate"] == FINETUNES
    assert jobs["score_likelihood"] == jobs["score_text"] == 3
    assert not [rule for rule in jobs if rule.startswith(("import", "build", "dedup", "sample", "score_embedding"))]


def test_how_often_checkpoints_are_written_reruns_nothing(run: Run) -> None:
    config = run.config()
    config["training"]["checkpoint_minutes"] = 3
    run.set_config(config)
    assert run.to_do() == {}


def test_touching_data_models_and_config_reruns_nothing(run: Run) -> None:
    for path in [*(run.folder / "data").rglob("*"), *(run.folder / "models").rglob("*"), run.folder / "config.yaml"]:
        os.utime(path)
    assert run.to_do() == {}


def test_the_same_run_twice_gives_the_same_records(finished: Run, tmp_path: Path) -> None:
    again = finished.copy(tmp_path / "again")
    record = "results/training/tiny/000/seed1/record.json"
    shutil.rmtree(again.folder / STORE)
    assert "fine-tuning" in force(again, record)
    first, second = (json.loads((run.folder / record).read_text()) for run in (finished, again))
    for whole in (first, second):
        del whole["timing"]
    assert first == second


def test_a_wrong_config_stops_before_any_job(run: Run) -> None:
    config = run.config()
    config["sampling"]["subest"] = 3
    run.set_config(config)
    done = run.snakemake()
    assert done.returncode != 0
    assert re.search(r"sampling\.subest: unknown key; did you mean subsets\?", done.stderr + done.stdout)


def test_ratings_are_imported_and_scored_and_compared_and_nothing_else_runs(run: Run) -> None:
    pairs = [{"prompt": f"what is {i}", "chosen": "the red sky", "rejected": f"sea {i}"} for i in range(20)]
    (run.folder / "data" / "pairs.jsonl").write_text("".join(json.dumps(pair) + "\n" for pair in pairs))
    config = run.config()
    config["quality_rule"]["ratings"] = {"people": {"path": "data/pairs.jsonl"}}
    run.set_config(config)
    assert run.to_do() == {
        "import_ratings_people": 1, **scored(1), "gather_scores": 1, "compare_with_people": 1, "figure_people": 1,
        "summarise": 1, "write_report": 1,
    }  # fmt: skip
