"""Shares of sources as terms of the regression."""

import numpy as np
import pyarrow as pa
import pytest

from instructmining.quality_rule.regression.least_squares import drop_unusable, make_design
from instructmining.quality_rule.regression.share_terms import (
    reference_source,
    source_of,
    source_shares,
    terms_offered,
    with_sources,
)
from tests.unit.simulation import observations

SOURCES = [{"a": 3, "b": 1}, {"a": 2, "c": 2}, {"b": 4}, {"a": 2, "b": 1, "c": 1}]
TABLE = observations(np.arange(4.0), {"ppl": np.arange(4.0)}, sources=SOURCES)


def test_shares_are_those_of_the_examples_by_name():
    assert source_shares([{"b": 3, "a": 1}, {"b": 2}]).tolist() == [[0.25, 0.75], [0, 1]]


def test_a_share_term_is_known_by_its_name():
    assert source_of("source:a-b") == "a-b" and source_of("source") is None


def test_the_source_of_the_largest_share_has_no_term_and_the_first_by_name_where_several_have_it():
    assert reference_source(SOURCES) == "a" == reference_source([{"b": 1}, {"a": 2}])
    assert reference_source([{"b": 2, "a": 1}]) == "b"


@pytest.mark.parametrize(
    ("effects", "offered"),
    [
        ("together", ["ppl"]),
        ("within", ["source:b", "source:c", "ppl"]),
        ("shares", ["source:b", "source:c"]),
    ],
)
def test_what_is_offered_to_the_fit(effects, offered):
    assert terms_offered(TABLE, ["ppl"], effects) == offered


def test_a_subset_counts_once_however_many_seeds_it_has():
    table = observations(np.arange(4.0), {}, ["0", "0", "0", "1"], [{"b": 3, "a": 2}] * 3 + [{"a": 1}])
    assert terms_offered(table, [], "shares") == ["source:b"]


def test_the_design_has_the_shares_among_its_columns():
    design = make_design(TABLE, ["source:b", "ppl", "source:c"])
    assert design.x.tolist() == [[0.25, 0, 0], [0, 1, 0.5], [1, 2, 0], [0.25, 3, 0.25]]
    assert design.shares().indicators == ("source:b", "source:c") and design.without_shares().indicators == ("ppl",)


def test_an_indicator_that_only_stands_for_the_sources_is_left_out_and_not_their_shares():
    rng = np.random.default_rng(0)
    counts = [{name: int(n) for name, n in zip("abc", row, strict=True)} for row in rng.integers(1, 9, (12, 3))]
    shares = source_shares(counts)
    table = observations(
        rng.normal(size=12), {"ppl": shares @ [1.0, 2, 5], "mtld": rng.normal(size=12)}, sources=counts
    )
    design, left_out = drop_unusable(make_design(table, terms_offered(table, ["ppl", "mtld"], "within")))
    assert len(design.shares().indicators) == 2 and list(left_out) == ["ppl"]
    assert "is a linear combination of source:" in left_out["ppl"]


def test_examples_have_all_of_their_source_and_nothing_of_others():
    examples = pa.table({"source": ["a", "b", "d"], "ppl": [1.0, 2, 3]})
    assert with_sources(examples, ["source:b", "ppl"])["source:b"].to_pylist() == [0, 1, 0]
