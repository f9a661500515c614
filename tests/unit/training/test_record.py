"""Records are read as they are written."""

from argparse import Namespace
from pathlib import Path

import pytest

from instructmining.files import read_json, read_result, write_json, write_result
from instructmining.training.evaluate import ResponseLoss
from instructmining.training.finetune_and_evaluate import run_record, timing
from instructmining.training.record import Record
from instructmining.training.run import RunName
from instructmining.training.step import Step, Trained
from instructmining.training.store import Entry
from tests.unit.records import eval_loss, made_record

MANIFEST = {"settings": {"epochs": 1}, "base_model": {"hash": "b"}, "examples": "e", "code": "c"}
TRAINED = Trained(3, 1, "cpu", [Step(2.0, 7, 1e-4), Step(1.0, 8, 1e-5)], 4.0, 0.5)


def test_a_record_holds_all_that_a_fine_tune_writes_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "docs.parquet").write_bytes(b"examples")
    arguments = Namespace(
        model_name="tiny", run="007", seed=1, threads=2, eval_sets=[tmp_path / "docs.parquet"], roles={"docs": "fit"}
    )
    written = run_record(arguments, Entry(tmp_path, MANIFEST), TRAINED, {"docs": [ResponseLoss(3.0, 2)]})
    write_json(tmp_path / "record.json", {**written, "timing": timing(0.0, None, TRAINED)})
    record = read_result(Record, tmp_path / "record.json")
    write_result(tmp_path / "again.json", record)
    assert read_json(tmp_path / "again.json") == read_json(tmp_path / "record.json")
    assert (record.run_name, record.tokens, record.losses["docs"].token_loss) == (RunName(subset="007"), 15, 1.5)


def test_a_mean_loss_is_over_the_eval_sets_of_one_role() -> None:
    losses = {"a": eval_loss("test", 1.0), "b": eval_loss("test", 2.0), "c": eval_loss("fit", 9.0)}
    assert made_record(losses=losses).mean_loss("test") == 1.5


@pytest.mark.parametrize(("device", "used"), [("cpu", False), ("NVIDIA H100", True)])
def test_what_was_not_evaluated_on_the_cpu_was_on_a_gpu(device: str, used: bool) -> None:
    assert made_record(device=device).used_gpu == used
