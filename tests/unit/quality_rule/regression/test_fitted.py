"""The fit against exact arithmetic, and that it does not depend on the units of the indicators."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import statsmodels.api as sm

from instructmining.planning.compare_designs import unit_errors
from instructmining.planning.pilot import measure_pilot
from instructmining.planning.savings import saving
from instructmining.quality_rule.across.variants import _fit, equal_coefficients
from instructmining.quality_rule.evidence.checks import condition_number, inflation
from instructmining.quality_rule.evidence.choose import chooser
from instructmining.quality_rule.evidence.held_out import Candidate, predict_left_out
from instructmining.quality_rule.regression.fitted import with_constant
from instructmining.quality_rule.regression.intervals import bootstrap_intervals, hc3_intervals
from instructmining.quality_rule.regression.least_squares import least_squares, leave_one_out
from tests.unit.quality_rule.made import fit
from tests.unit.simulation import synthetic, to_design

OFFSET, UNIT = np.array([1e9, 0.0, -4.0]), np.array([1.0, 2.0**50, 2.0**-20])  # of ppl, mtld and relevance
REL = 1e-5
"""At an offset of 1e9, the data themselves are rounded to 1e-7."""


def design(n=24, seed=0):
    y, x = synthetic(n, seed=seed)
    plain = to_design(y, x)
    return replace(plain, weights=np.where(np.arange(n) < 8, 3.0, 1.0), seeds=np.where(np.arange(n) < 8, 3.0, 1.0))


def moved(plain):
    """The same in other units."""
    return replace(plain, x=OFFSET + UNIT * plain.x)


def solve_exactly(x, y, weights):
    """Coefficients and the inverse of X'WX in rational arithmetic, by Gauss and Jordan."""
    rows = [[Fraction(1), *map(Fraction, row)] for row in x.tolist()]
    w, size = list(map(Fraction, weights.tolist())), len(rows[0])
    table = [
        [sum(a * r[i] * r[j] for a, r in zip(w, rows, strict=True)) for j in range(size)]
        + [sum(a * r[i] * Fraction(b) for a, r, b in zip(w, rows, y.tolist(), strict=True))]
        + [Fraction(int(i == j)) for j in range(size)]
        for i in range(size)
    ]
    for i in range(size):
        table[i] = [value / table[i][i] for value in table[i]]
        for j in set(range(size)) - {i}:
            table[j] = [a - table[j][i] * b for a, b in zip(table[j], table[i], strict=True)]
    return [row[size] for row in table], [row[size + 1 :] for row in table], rows


def test_the_fit_is_that_of_exact_arithmetic_whatever_the_units():
    given = moved(design())
    found = least_squares(given)
    exact, inverse, rows = solve_exactly(given.x, given.y, given.weights)
    predicted = [float(sum(a * b for a, b in zip(exact, row, strict=True))) for row in rows]
    variance = np.sum(given.weights * (given.y - predicted) ** 2) / (24 - 4)
    scaled = [float(sum(row[i] * inverse[i][j] * row[j] for i in range(4) for j in range(4))) for row in rows]
    assert found.params == pytest.approx([float(value) for value in exact], rel=1e-9)
    assert found.predict(given.x) == pytest.approx(predicted, rel=1e-12)
    assert found.bse == pytest.approx([np.sqrt(variance * float(inverse[i][i])) for i in range(4)], rel=1e-8)
    assert found.prediction_variance(given.x) == pytest.approx(variance * np.array(scaled), rel=1e-7)


def test_in_plain_units_everything_is_that_of_statsmodels():
    given = design()
    found = least_squares(given)
    expected = sm.WLS(given.y, with_constant(given.x), weights=given.weights).fit()
    for name in ("params", "bse", "tvalues", "pvalues", "resid", "wresid", "fittedvalues", "rsquared", "mse_resid"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-9, abs=1e-12), name
    assert found.cov_params() == pytest.approx(expected.cov_params(), rel=1e-9, abs=1e-14)
    assert found.conf_int(0.1) == pytest.approx(expected.conf_int(0.1))
    robust = expected.get_robustcov_results("HC3").conf_int(0.05)
    assert hc3_intervals(found, 0.95) == pytest.approx(robust)


def everything(given):
    """What is said about slopes, per unit of the first units, and what has no unit."""
    fitted, unit = least_squares(given), given.x.std(axis=0)
    other = replace(given, y=given.y[::-1].copy())
    folds = np.arange(24) % 5
    kept = {how: chooser(how, 0.95, 5, 0)(given).indicators for how in ("paper", "bic", "cv", "elastic_net")}
    candidate = Candidate("rule", given, lambda fitted: fitted.indicators)
    predicted = predict_left_out(candidate, folds, 0.95)
    numbers = [
        fitted.params[1:] * unit,
        fitted.bse[1:] * unit,
        hc3_intervals(fitted, 0.95)[1:] * unit[:, None],
        bootstrap_intervals(given, 0.95, 0)[1:] * unit[:, None],
        leave_one_out(given, fitted),
        *vars(predicted).values(),
        list(inflation(given).values()),
        condition_number(given),
        fitted.pvalues[1:],
        measure_pilot(given).inflation,
        unit_errors(given, unit),
        list(saving(("a", "b"), given, given.rows(np.arange(24) < 20), 0.95).per_indicator.values()),
        equal_coefficients([_fit("a", given), _fit("b", other)]).p_value,
        equal_coefficients([_fit("a", given), _fit("b", given.rows(np.arange(24) > 3))]).p_value,
    ]
    return np.concatenate([np.ravel(number) for number in numbers]), kept


def test_nothing_depends_on_the_units_of_the_indicators():
    numbers, kept = everything(design())
    found, kept_too = everything(moved(design()))
    assert found == pytest.approx(numbers, rel=REL, abs=1e-9)
    assert kept_too == kept


@pytest.mark.parametrize(("offset", "unit"), [(1e9, 1.0), (0.0, 1e15), (1e15, 1e15), (-3e-15, 1e-15)])
def test_a_perfect_indicator_is_found_in_any_unit(offset, unit):
    y, x = synthetic(24, noise=0)
    x["ppl"] = offset + unit * x["ppl"]
    rule = fit(y, x, repeats=2).rule
    assert rule.r2 > 1 - 1e-9 and rule.held_out[0].r2 > 1 - 1e-9 and rule.left_out == {}


def test_what_the_subsets_do_not_determine_is_named_with_what_to_do():
    given = design()
    doubled = replace(given, indicators=(*given.indicators, "sum"), x=np.column_stack([given.x, given.x @ [1, -2, 0]]))
    with pytest.raises(ValueError, match=r"sum is a linear combination of ppl, mtld .* leave sum out of quality_rule"):
        least_squares(doubled)


def test_an_indicator_that_a_fold_does_not_determine_has_no_part_in_its_fit():
    given = design()
    rare = replace(
        given, x=np.column_stack([given.x[:, :2], (np.arange(24) < 2) * np.array([[1.0], [2.0]]).repeat(12)])
    )
    folds = np.where(np.arange(24) < 2, 0, 1 + np.arange(24) % 4)
    without = Candidate("rule", rare.keep(["ppl", "mtld"]), lambda fitted: fitted.indicators)
    found = predict_left_out(replace(without, design=rare), folds, 0.95)
    assert found.value[:2] == pytest.approx(predict_left_out(without, folds, 0.95).value[:2])
