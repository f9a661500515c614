"""Figures of rules side by side and the tables beside them."""

from instructmining.report.figures.across import draw_designs, draw_rules, draw_spread
from tests.unit.report.figures.made import designs, rules


def test_each_variant_of_a_rule_is_a_row_for_each_indicator():
    table = draw_rules(rules()).table
    assert table.groupby(["over", "variant"])["indicator"].apply(list).to_dict() == {
        ("seeds", "seed 0"): ["ppl", "mtld"],
        ("seeds", "seed 1"): ["ppl", "mtld"],
    }


def test_a_design_twice_as_wide_has_half_the_error_per_unit_of_noise():
    errors = draw_designs(designs()).table.pivot(index="design", columns="indicator", values="unit_error")
    assert (errors.loc["narrow"] / errors.loc["wide"]).round(6).tolist() == [2, 2]


def test_every_subset_of_every_design_is_a_point():
    assert draw_spread(designs()).table["design"].value_counts().to_dict() == {"narrow": 12, "wide": 12}
