"""What a term of the rule sees of an example."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from tests.unit.quality_rule.made import term

EXAMPLES = pa.table({"source": ["a", "b", "c", "new"], "ppl": [-1.0, 1.5, 2.0, 9.0]})


def test_values_beyond_its_limits_count_as_the_limits():
    assert term("ppl", 0.5).values(EXAMPLES, []).tolist() == [-1, 1.5, 2, 9]
    assert replace(term("ppl", 0.5), winsorised=(0.0, 2.0)).values(EXAMPLES, []).tolist() == [0, 1.5, 2, 2]


def test_a_share_is_all_or_nothing_for_examples_of_known_sources_and_the_mean_for_others():
    share = term("source:b", 0.5, mean=0.2)
    assert share.source == "b" and share.values(EXAMPLES, "abc").tolist() == [0, 1, 0, 0.2]


def test_the_share_of_values_outside_the_fitted_range():
    assert term("ppl", 0.5).outside(np.array([0.0, 1.0, 3.0, 4.0])) == 0.5


@pytest.mark.parametrize(
    ("column", "said"), [("mtld", "needs the indicator 'ppl'"), ("ppl", "no finite value in 1 of 2")]
)
def test_an_example_without_a_value_is_refused(column, said):
    with pytest.raises(ValueError, match=said):
        term("ppl", 0.5).values(pa.table({column: [1.0, np.nan]}), [])
