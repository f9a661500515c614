import math

import pytest

from instructmining.indicators.results import SubsetIndicators
from instructmining.quality_rule.observations import (
    check_same_eval_sets,
    gather,
    indicator_names,
    observations_schema,
    to_table,
)
from instructmining.training.record import EvalLoss
from tests.unit.records import made_record


def subset(name, **indicators):
    return SubsetIndicators(name, 4, {"docs": 4}, 0, indicators or {"ppl": 3.0})


def record(run, seed=0, **losses):
    entries = {name: EvalLoss(name.split("_")[0], 2, 10, loss, loss) for name, loss in (losses or {"fit": 2.0}).items()}
    return made_record(run, seed=seed, losses=entries)


def test_loss_is_the_mean_over_the_eval_sets_of_role_fit_alone():
    [observation] = gather([subset("000")], [record("000", fit_a=1.0, fit_b=3.0, test=9.0)])
    assert observation.loss == 2.0


def test_the_table_has_the_log_of_the_loss_and_the_indicators():
    table = to_table(gather([subset("000", ppl=3.0, mtld=7.0)], [record("000")]))
    assert table.schema.equals(observations_schema(["ppl", "mtld"]))
    assert table["log_loss"].to_pylist() == [math.log(2.0)]
    assert table["sources"].to_pylist() == [[("docs", 4)]]
    assert indicator_names(table) == ["ppl", "mtld"]


def test_an_observation_tells_what_its_fine_tune_was_made_with():
    table = to_table(gather([subset("000")], [record("000")]))
    [made_with] = table["made_with"].to_pylist()
    assert dict(made_with)["torch"] == "2.13.0" and dict(made_with)["number format"] == "bf16"


def test_observations_are_in_order_whatever_the_order_of_files():
    observations = gather([subset("001"), subset("000")], [record("001"), record("000", 1), record("000", 0)])
    assert [(o.subset, o.seed) for o in observations] == [("000", 0), ("000", 1), ("001", 0)]


def test_a_record_without_its_subset_is_named():
    with pytest.raises(ValueError, match="run 007, seed 0: there is no subset '007'"):
        gather([subset("000")], [record("007")])


def test_a_subset_without_a_record_is_named():
    with pytest.raises(ValueError, match=r"no record for 1 of 2 subsets \(001\)"):
        gather([subset("000"), subset("001")], [record("000")])


def test_a_record_given_twice_is_named():
    with pytest.raises(ValueError, match="run 000, seed 0 is given twice"):
        gather([subset("000")], [record("000"), record("000")])


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), 0.0, -1.0])
def test_a_loss_that_is_no_loss_is_refused(loss):
    with pytest.raises(ValueError, match="expected a positive number"):
        gather([subset("000")], [record("000", fit=loss)])


def test_a_record_without_an_eval_set_of_role_fit_is_refused():
    with pytest.raises(ValueError, match="no eval set of role fit; found test"):
        gather([subset("000")], [record("000", test=1.0)])


def test_subsets_with_different_indicators_are_refused():
    subsets = [subset("000", ppl=1.0), subset("001", mtld=1.0)]
    with pytest.raises(ValueError, match="subset 001: found the indicators mtld; expected ppl"):
        to_table(gather(subsets, [record("000"), record("001")]))


def test_records_measured_on_different_eval_sets_are_refused():
    with pytest.raises(ValueError, match="run 001, seed 0: measured on"):
        check_same_eval_sets([record("000", fit=1.0), record("001", fit=1.0, fit_b=1.0)])
