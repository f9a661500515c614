"""What is said about a rule follows from what it predicts."""

import numpy as np

from tests.unit.quality_rule.evidence.made import assessed, row
from tests.unit.simulation import synthetic


def test_a_rule_that_predicts_is_said_to_beat_length():
    y, x = synthetic(40)
    x["len_out"] = np.random.default_rng(8).normal(size=40)
    found = assessed(y, x)
    assert row(found, "length").beaten and found.verdict.startswith("Predicts held-out subsets")
    assert "better than mean, length, ppl" in found.verdict


def test_a_rule_that_is_length_in_disguise_is_said_not_to_beat_it():
    _, x = synthetic(40)
    x = {"mtld": x["ppl"] + 0.01 * x["mtld"], "len_out": x["ppl"]}
    found = assessed(1 + 0.3 * x["len_out"] + 0.02 * np.random.default_rng(1).normal(size=40), x)
    assert not row(found, "length").beaten
    assert found.verdict.endswith("is not shown to be better than length alone.")
    assert next(check for check in found.checks if check.name == "better than length").warns


def test_noise_is_said_not_to_predict():
    rng = np.random.default_rng(2)
    found = assessed(rng.normal(size=30), {name: rng.normal(size=30) for name in ("ppl", "mtld")})
    assert found.verdict.startswith("Not shown to predict")


def test_a_rule_that_fails_across_sources_is_said_to():
    """Between sources the loss falls with mtld, within them it rises."""
    rng = np.random.default_rng(0)
    centre = np.repeat([0.0, 3.0], 20)
    mtld = centre + 0.5 * rng.normal(size=40)
    y = -centre + 0.5 * (mtld - centre) + 0.05 * rng.normal(size=40)
    found = assessed(y, {"mtld": mtld}, [{name: 8} for name in "ab" for _ in range(20)])
    assert row(found, "rule").r2 > 0.5 and row(found, "rule").source_r2 < 0
    assert next(check for check in found.checks if check.name == "across sources").warns
    assert found.verdict.endswith("but is not shown to predict the subsets of a source left out.")


def test_what_a_choice_costs_is_told():
    found = assessed(*synthetic(40, noise=0.5), choice="cv")
    sentence = next(check.sentence for check in found.checks if check.name == "choice")
    assert f"held-out R2 of {row(found, 'rule').r2:.2f}" in sentence and "8 models were tried (choice: cv)" in sentence
    assert f"reported as {row(found, 'rule, choice not repeated').r2:.2f}" in sentence
