"""What was paid for is kept: adapters and checkpoints lie in a store, and what runs again costs an evaluation."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from instructmining.example import EXAMPLES
from instructmining.files import read_table
from tests.workflow.conftest import Run
from tests.workflow.rerun_rows import FINETUNES, SEEDS, edit, set_keys

pytestmark = pytest.mark.slow


def adapters(run: Run) -> dict[Path, bytes]:
    """The weights of every kept adapter."""
    return {
        path.relative_to(run.folder): path.read_bytes()
        for path in run.folder.glob("results/training/*/*/*/adapter/*.safetensors")
    }


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
    assert "evaluating it without training" in log and "fine-tuning" not in log
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


def test_a_new_eval_set_is_measured_with_the_kept_adapters_and_trains_and_scores_nothing(run: Run) -> None:
    """Every run is measured again; that it is done without training is seen of one of a subset and one of an arm."""
    paths = [run.folder / RECORD, run.folder / "results/training/tiny/new.selected/seed0/record.json"]
    before, records = adapters(run), [json.loads(path.read_text()) for path in paths]
    set_keys(sources__third={"path": "data/third.jsonl"})(run)
    set_keys(eval_sets__another={"sources": ["third"], "role": "test"})(run)
    jobs = run.to_do()
    assert jobs["finetune_and_evaluate"] == FINETUNES
    assert not [rule for rule in jobs if rule.startswith("score")]
    done = run.snakemake(*(str(path.relative_to(run.folder)) for path in paths))
    assert done.returncode == 0, done.stderr
    for path, record in zip(paths, records, strict=True):
        log = (run.folder / "results/logs" / path.parent.relative_to(run.folder / "results")).with_suffix(".log")
        assert "evaluating it without training" in log.read_text() and "fine-tuning" not in log.read_text()
        again = json.loads(path.read_text())
        assert again["losses"].pop("another")["token_loss"] > 0
        assert again["losses"] == record["losses"]
        assert again["timing"]["training_seconds"] == record["timing"]["training_seconds"]
    assert adapters(run) == before


def test_an_edited_function_of_evaluation_trains_and_scores_nothing(run: Run) -> None:
    edit("training/evaluate.py", "losses[i] = loss", "losses[i] = 1 * loss")(run)
    assert run.to_do()["finetune_and_evaluate"] == FINETUNES
    assert run.snakemake(RECORD).returncode == 0
    log = (run.folder / "results/logs/training/tiny/000/seed1.log").read_text()
    assert "evaluating it without training" in log


def test_the_same_run_twice_gives_the_same_records(finished: Run, tmp_path: Path) -> None:
    again = finished.copy(tmp_path / "again")
    shutil.rmtree(again.folder / STORE)
    assert "fine-tuning" in force(again, RECORD)
    first, second = (json.loads((run.folder / RECORD).read_text()) for run in (finished, again))
    for whole in (first, second):
        del whole["timing"]
    assert first == second
