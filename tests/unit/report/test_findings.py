"""What a run found beside the rule and the arms, in words."""

import argparse

import pytest

from instructmining.files import write_json
from instructmining.indicators.settings import GIVEN
from instructmining.report.accounts import Account
from instructmining.report.findings import add_options, read_finding, read_findings
from instructmining.report.glossary import meaning, reasons

ROWS = [
    {"arm": "random", "difference": None, "sentence": "the baseline"},
    {"arm": "longest", "difference": {}, "sentence": "longest differs"},
    {"arm": "selected", "difference": {}, "sentence": "selected does not"},
]


@pytest.mark.parametrize(
    ("kind", "result", "sentences"),
    [
        ("judges", {"arms": [{"sentence": "a"}, {"sentence": "b"}]}, ("a", "b")),
        ("benchmarks", {"results": ROWS}, ("selected does not", "longest differs")),
        ("sizes", {"sentence": "12 is best.", "stopped": "after 4 trials"}, ("12 is best.", "The search stopped after 4 trials.")),
        ("curves", {"sentences": ["a"]}, ("a",)),
        ("costs", {"sentence": "pays after 3"}, ("pays after 3",)),
        ("people", {"sentences": ["agrees"]}, ("agrees",)),
    ],
)  # fmt: skip
def test_each_result_has_its_sentences_and_knows_its_selection(tmp_path, kind, result, sentences) -> None:
    write_json(tmp_path / "tiny" / "new" / "found.json", result)
    found = read_finding(kind, tmp_path / "tiny" / "new" / "found.json")
    assert (found.model, found.pool, found.sentences) == ("tiny", "new", sentences)


def test_a_run_that_was_asked_for_nothing_more_has_no_findings() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    assert read_findings(parser.parse_args([])) == []


def test_every_indicator_of_a_scorer_is_explained() -> None:
    names = [name for given in GIVEN.values() for name in given]
    assert "user's own" in meaning("brevity") and not any("user's own" in meaning(name) for name in names)


def test_only_reasons_that_occur_are_explained() -> None:
    found = reasons([Account("source", "a", "", 5, 3, {"over limit": 1, "field is empty": 1})])
    assert list(found) == ["over limit"]
