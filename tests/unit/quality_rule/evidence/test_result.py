"""The file of the evidence about a fit."""

import numpy as np
import pytest

from instructmining.files import read_json, read_result, write_json, write_result
from instructmining.quality_rule.evidence.result import Diagnostics
from instructmining.quality_rule.fit import fit_rule
from instructmining.quality_rule.settings import QualityRuleSettings
from tests.unit.quality_rule.made import fit
from tests.unit.simulation import observations, replicate, synthetic


@pytest.mark.parametrize("choice", ["given", "bic", "elastic_net"])
def test_diagnostics_are_the_same_after_writing_and_reading(choice, tmp_path):
    y, x, names = replicate(*synthetic(20), [2] * 10 + [1] * 10, noise=0.05)
    table = observations(y, {**x, "flat": np.ones(30)}, names, sources=[{name: 8} for name in "ab" for _ in range(15)])
    found = fit_rule(table, [*x, "flat"], QualityRuleSettings(choice=choice, repeats=2), {}).diagnostics
    write_result(tmp_path / "diagnostics.json", found)
    assert read_result(Diagnostics, tmp_path / "diagnostics.json") == found


def test_the_evidence_is_the_same_in_both_files():
    found = fit(*synthetic())
    assert found.rule.terms == found.diagnostics.terms
    assert (found.rule.checks, found.rule.held_out) == (found.diagnostics.checks, found.diagnostics.held_out)


def test_diagnostics_of_another_form_are_named(tmp_path):
    write_result(tmp_path / "diagnostics.json", fit(*synthetic()).diagnostics)
    values = read_json(tmp_path / "diagnostics.json")
    write_json(tmp_path / "diagnostics.json", {**values, "order_p_value": "low"})
    with pytest.raises(
        ValueError, match=r"diagnostics\.json is not a Diagnostics: order_p_value: .* delete it and run again"
    ):
        read_result(Diagnostics, tmp_path / "diagnostics.json")
