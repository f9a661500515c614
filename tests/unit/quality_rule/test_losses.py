"""The loss of every fine-tune on every eval set."""

from instructmining.quality_rule.losses import losses_table
from tests.unit.records import eval_loss, made_record


def test_losses_are_gathered_for_each_eval_set():
    record = made_record("007", seed=1, losses={"b": eval_loss("test", 2.0), "a": eval_loss("fit", 1.0)})
    rows = losses_table([record]).to_pylist()
    assert [(row["subset"], row["eval_set"], row["role"], row["loss"]) for row in rows] == [
        ("007", "a", "fit", 1.0),
        ("007", "b", "test", 2.0),
    ]
