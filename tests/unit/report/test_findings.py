"""What a run found beside the rule and the arms, in words."""

import argparse

import pytest

from instructmining.files import write_json
from instructmining.report.findings import add_options, read_finding, read_findings

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
