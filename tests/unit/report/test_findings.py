"""What a run found beside the rule and the arms, in words."""

import argparse

import pytest

from instructmining.files import write_result
from instructmining.report.findings import add_options, read_finding, read_findings
from tests.unit.report.made import (
    benchmarks_result,
    cost_result,
    curves,
    decision,
    found_size,
    judge_result,
    people_result,
    validation_result,
)


@pytest.mark.parametrize(
    ("kind", "result", "sentences"),
    [
        ("judges", judge_result("a"), ("a",)),
        ("benchmarks", benchmarks_result("colours"), ("selected on colours", "longest on colours")),
        ("sizes", found_size("12 is best."), ("12 is best.", "The search stopped after 4 trials.")),
        ("curves", curves(), ("a", "b")),
        ("costs", cost_result("pays off after 3"), ("pays off after 3",)),
        ("people", people_result("agrees"), ("agrees",)),
        ("decisions", decision("a"), ("a", "The order is shown.", "a", "The leverage is not known.")),
        ("predictions", validation_result("a"), ("a",)),
    ],
)
def test_each_result_has_its_sentences_and_knows_its_selection(tmp_path, kind, result, sentences) -> None:
    write_result(tmp_path / "tiny" / "new" / "found.json", result)
    found = read_finding(kind, tmp_path / "tiny" / "new" / "found.json")
    assert (found.model, found.pool, found.sentences) == ("tiny", "new", sentences)


def test_a_validation_lies_in_the_folder_of_its_round(tmp_path) -> None:
    write_result(tmp_path / "tiny" / "new" / "2" / "validation.json", validation_result("holds"))
    found = read_finding("validations", tmp_path / "tiny" / "new" / "2" / "validation.json")
    assert (found.model, found.pool, found.sentences) == ("tiny", "new", ("holds",))
    assert found.question == "Does the rule hold where it is used? Round 2"


def test_a_run_that_was_asked_for_nothing_more_has_no_findings() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    assert read_findings(parser.parse_args([])) == []
