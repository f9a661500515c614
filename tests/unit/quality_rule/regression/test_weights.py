"""The weights of subsets, against statsmodels' mixed model."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from instructmining.quality_rule.regression.least_squares import least_squares, make_design
from instructmining.quality_rule.regression.weights import reml_criterion, subset_share, weigh
from tests.unit.simulation import observations, replicate, synthetic


def matrix(x):
    return sm.add_constant(np.column_stack(list(x.values())))


def test_the_mixed_fit_gives_the_coefficients_of_the_mixed_model():
    y, x = synthetic(30, noise=0.2)
    losses, columns, names = replicate(y, x, [4] * 5 + [1] * 25, noise=0.2)
    table = observations(losses, columns, names)
    design, name = weigh(make_design(table, list(x)), "mixed")
    expected = sm.MixedLM(losses, matrix(columns), groups=names).fit(reml=True)
    assert least_squares(design).params == pytest.approx(expected.fe_params, rel=1e-3)
    assert name.startswith("mixed model") and 1 < design.weights[0] < 4 and design.weights[-1] == 1


def simulated(seed, deviation=0.0, noise=0.003):
    """24 subsets of six indicators, of which the first has an effect; eight have three seeds."""
    rng = np.random.default_rng(seed)
    x = {f"i{j}": rng.normal(size=24) for j in range(6)}
    y = 1 + 0.01 * x["i0"] + deviation * rng.normal(size=24)
    return replicate(y, x, [3] * 8 + [1] * 16, noise, seed=seed)


def restricted_likelihood(losses, columns, names, share):
    """-2 log of the restricted likelihood of all fine-tunes, written out, at its best variance for this share."""
    z = matrix(columns)
    same = np.equal.outer(np.array(names), np.array(names))
    v = share * same + (1 - share) * np.eye(len(names))
    inverse = np.linalg.inv(v)
    normal = z.T @ inverse @ z
    rest = losses - z @ np.linalg.solve(normal, z.T @ inverse @ losses)
    squares = rest @ inverse @ rest
    return np.linalg.slogdet(v)[1] + np.linalg.slogdet(normal)[1] + (len(z) - z.shape[1]) * np.log(squares)


def test_the_criterion_is_the_restricted_likelihood_of_all_fine_tunes():
    losses, columns, names = simulated(1, deviation=0.003)
    design = make_design(observations(losses, columns, names), list(columns))
    shares = [0.0, 0.2, 0.6, 0.95]
    expected = np.array([restricted_likelihood(losses, columns, names, share) for share in shares])
    found = np.array([reml_criterion(design, share) for share in shares])
    assert found - found[0] == pytest.approx(expected - expected[0])


def test_every_valid_table_has_a_mixed_fit_at_the_highest_likelihood():
    shares = []
    for seed in range(30):
        losses, columns, names = simulated(seed, deviation=0.003 * (seed % 2))
        design = make_design(observations(losses, columns, names), list(columns))
        shares.append(subset_share(design))
        lowest = min(restricted_likelihood(losses, columns, names, share) for share in np.linspace(0, 0.99, 34))
        assert restricted_likelihood(losses, columns, names, shares[-1]) <= lowest + 1e-6
    assert 0.0 in shares and max(shares) > 0.5


def test_a_mixed_fit_goes_from_seeds_to_means():
    for deviation, noise, expected in ((0.0, 0.003, [3, 1]), (0.1, 1e-6, [1, 1])):
        losses, columns, names = simulated(6, deviation, noise)
        design, _ = weigh(make_design(observations(losses, columns, names), list(columns)), "auto")
        assert design.weights[[0, -1]] == pytest.approx(expected, rel=1e-3)
        assert weigh(replace(design, y=design.y + 5), "mixed")[0].weights == pytest.approx(design.weights)


def test_seeds_that_gave_the_same_losses_leave_all_to_the_subsets():
    y, x = synthetic(12)
    losses, columns, names = replicate(y, x, [2] * 3 + [1] * 9, noise=0)
    design, _ = weigh(make_design(observations(losses, columns, names), list(x)), "auto")
    assert design.weights.tolist() == [1] * 12


def test_the_intervals_of_the_automatic_fit_cover_in_both_worlds():
    for deviation in (0.0, 0.02):
        inside = []
        for seed in range(60):
            losses, columns, names = simulated(seed, deviation)
            design, _ = weigh(make_design(observations(losses, columns, names), list(columns)), "auto")
            intervals = least_squares(design).conf_int(0.05)[1:]
            truth = np.array([0.01, 0, 0, 0, 0, 0])
            inside.append((intervals[:, 0] <= truth) & (truth <= intervals[:, 1]))
        assert np.mean(inside) > 0.93


def test_a_mixed_fit_without_replicates_is_refused():
    y, x = synthetic(12)
    table = observations(y, x)
    with pytest.raises(ValueError, match=r"set sampling\.replicated"):
        weigh(make_design(table, list(x)), "mixed")
