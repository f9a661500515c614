"""The file of a comparison with people."""

import pytest

from instructmining.files import read_result, write_result
from instructmining.quality_rule.people.compare import compare_with_people
from instructmining.quality_rule.people.result import PeopleComparison
from tests.unit.quality_rule.people.made import judged, rule, scored, simulated


@pytest.mark.parametrize("count", [8, 40])
def test_a_comparison_is_the_same_after_writing_and_reading(count, tmp_path):
    measures, length = simulated(count)
    judgements = judged(measures["good"], length)
    result = compare_with_people("people", rule(good=-1.0, knn_6=2.0), scored(measures), judgements, 0.95)
    write_result(tmp_path / "people.json", result)
    assert read_result(PeopleComparison, tmp_path / "people.json") == result
