"""Variants side by side: transfers and tests of equality, against statsmodels and simulations."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats

from instructmining.quality_rule.across.variants import (
    Variant,
    coefficients,
    differences,
    equal_coefficients,
    fit_variants,
    share_subsets,
    transfer,
    transfers,
)
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.regression.least_squares import Design, least_squares, r_squared

UNITS = np.ones(2)


def observed(x, y, model="tiny"):
    """A table of observations of one seed per subset; the columns of `x` are ppl and mtld."""
    columns = {"model": [model] * len(y), "subset": [f"{i:03}" for i in range(len(y))], "seed": [0] * len(y)}
    columns |= {"loss": np.exp(y), "log_loss": y, "sources": [{}] * len(y), "made_with": [{}] * len(y)}
    table = {**columns, "ppl": x[:, 0], "mtld": x[:, 1]}
    return pa.table(table, schema=observations_schema(["ppl", "mtld"]))


def simulate(slopes, subsets=30, noise=0.1, shared=0.1, rng=None, same=True):
    """Variants with these slopes; over the same subsets they share part of the noise, as draws of examples do."""
    rng = rng or np.random.default_rng(0)
    tables, x, common = {}, rng.normal(size=(subsets, 2)), shared * rng.normal(size=subsets)
    for number, slope in enumerate(slopes):
        x = x if same else rng.normal(size=(subsets, 2))
        y = 1 + x @ np.array(slope) + (common if same else 0) + noise * rng.normal(size=subsets)
        tables[f"v{number}"] = observed(x, y)
    return tables


def fitted(*arguments, **options):
    return fit_variants(simulate(*arguments, **options), ["ppl", "mtld"])[0]


def quick(subsets, count, same, rng):
    """The same without tables, for many simulations."""
    x, shared = rng.normal(size=(subsets, 2)), rng.normal(size=subsets)
    variants = []
    for number in range(count):
        x = x if same else rng.normal(size=(subsets, 2))
        y = x.sum(axis=1) + (shared if same else 0) + rng.normal(size=subsets)
        names, ones = tuple(f"{i:03}" for i in range(subsets)), np.ones(subsets)
        design = Design(names, ("ppl", "mtld"), x, y, ones, ones, np.zeros(subsets), ({},) * subsets)
        variants.append(Variant(f"v{number}", design, least_squares(design), y))
    return variants


def test_variants_of_the_same_subsets_are_known_as_such():
    assert share_subsets(fitted([(1, 1), (1, 1)]))
    assert not share_subsets(fitted([(1, 1), (1, 1)], same=False))


def test_unequal_noise_is_allowed_for_as_in_the_wald_test_of_statsmodels():
    import statsmodels.formula.api as smf

    tables = simulate([(1, 1), (1, 1.2), (0.9, 1)], same=False)
    frame = pd.concat([table.to_pandas().assign(variant=name) for name, table in tables.items()])
    noise = {name: smf.ols("log_loss ~ ppl + mtld", group).fit().mse_resid for name, group in frame.groupby("variant")}
    formula = "log_loss ~ C(variant) * (ppl + mtld)"
    full = smf.wls(formula, frame, weights=1 / frame["variant"].map(noise)).fit(cov_type="fixed scale")
    interactions = np.eye(9)[[":" in name for name in full.params.index]]
    expected = full.wald_test(interactions, use_f=True, scalar=True)
    found = equal_coefficients(fit_variants(tables, ["ppl", "mtld"])[0])
    assert (found.f, found.numerator_degrees) == pytest.approx((float(expected.statistic), 4))


def test_two_variants_of_the_same_subsets_are_tested_on_their_difference():
    import statsmodels.api as sm

    a, b = fitted([(1, 1), (1, 1.1)])
    expected = sm.OLS(a.design.y - b.design.y, sm.add_constant(a.design.x)).fit()
    found = equal_coefficients([a, b])
    assert (found.f, found.p_value) == pytest.approx((expected.fvalue, expected.f_pvalue))
    rows = differences(a, b, UNITS, 0.95)
    assert [row.value for row in rows] == pytest.approx(expected.params[1:])
    assert [row.low for row in rows] == pytest.approx(expected.conf_int()[1:, 0])


def test_differences_of_independent_variants_are_welchs():
    """scipy's Welch test of two means is the same with the slopes' own errors and degrees."""
    a, b = fitted([(1, 1), (1, 1.1)], same=False)
    row = differences(a, b, UNITS, 0.95)[0]
    n = a.result.df_resid + 1
    expected = stats.ttest_ind_from_stats(
        a.result.params[1],
        a.result.bse[1] * n**0.5,
        n,
        b.result.params[1],
        b.result.bse[1] * n**0.5,
        n,
        equal_var=False,
    )
    assert row.p_value == pytest.approx(expected.pvalue)
    assert row.value == pytest.approx(a.result.params[1] - b.result.params[1])


@pytest.mark.parametrize("same", [True, False])
def test_equal_coefficients_are_rejected_at_the_nominal_rate(same):
    rng = np.random.default_rng(1)
    p_values = [equal_coefficients(quick(20, 3, same, rng)).p_value for _ in range(200)]
    assert stats.kstest(p_values, "uniform").pvalue > 0.01


@pytest.mark.parametrize("same", [True, False])
def test_different_coefficients_are_found(same):
    assert equal_coefficients(fitted([(1, 1), (1, 2)], same=same)).p_value < 1e-6


def test_a_rule_carries_over_to_a_variant_that_lies_higher():
    low, high = fitted([(1, 1), (1, 1)], noise=0.01, shared=0.0, same=False)
    lifted = fit_variants({"high": observed(high.design.x, high.design.y + 5)}, ["ppl", "mtld"])[0][0]
    found = transfer(low, lifted, 0.95)
    assert found.r2 < 0 < 0.99 < found.recentred_r2 and found.spearman > 0.99
    assert not found.held_out


def test_over_the_same_subsets_a_rule_is_tested_on_subsets_that_it_has_not_seen():
    a, b = fitted([(0, 0), (0, 0)], noise=1e-9, shared=1.0)
    found = transfer(a, b, 0.95)
    assert found.held_out and found.r2 < a.result.rsquared
    assert found.r2 == pytest.approx(r_squared(a.design.y, a.left_out, a.design.weights), abs=1e-6)


def test_every_variant_is_tested_on_every_variant():
    rows = transfers(fitted([(1, 1), (1, 1)]), 0.95)
    assert [(row.fitted_on, row.tested_on) for row in rows] == [(a, b) for a in ("v0", "v1") for b in ("v0", "v1")]
    assert all(row.spearman_low <= row.spearman <= row.spearman_high for row in rows)


def test_coefficients_are_given_in_the_unit_that_is_asked_for():
    variant = fitted([(1, 1)])[0]
    once, twice = (coefficients(variant.result, ["ppl", "mtld"], units, 0.95) for units in (UNITS, 2 * UNITS))
    assert [row.high for row in twice] == pytest.approx([2 * row.high for row in once])
    assert [row.p_value for row in twice] == [row.p_value for row in once]


def test_an_indicator_that_one_table_does_not_allow_is_left_out_of_all():
    tables = simulate([(1, 1), (1, 1)])
    tables["v1"] = tables["v1"].set_column(tables["v1"].schema.get_field_index("ppl"), "ppl", pa.array(np.ones(30)))
    variants, left_out = fit_variants(tables, ["ppl", "mtld"])
    assert [variant.design.indicators for variant in variants] == [("mtld",)] * 2
    assert left_out == {"ppl": "is 1 in every subset (v1)"}


def test_the_same_observations_given_twice_are_refused():
    table = simulate([(1, 1)])["v0"]
    with pytest.raises(ValueError, match="a and b have the same indicators and losses"):
        fit_variants({"a": table, "b": table}, ["ppl", "mtld"])
