"""What a pilot measures, against statsmodels' REML and simulated runs."""

import numpy as np
import pyarrow as pa
import pytest

from instructmining.planning.pilot import Pilot, variances
from instructmining.planning.power import make_plan
from instructmining.quality_rule.regression.least_squares import make_design
from tests.unit.planning.pilots import BETWEEN, WITHIN, designed, simulate


@pytest.mark.filterwarnings("ignore:The MLE may be on the boundary")
def test_the_variances_of_a_balanced_pilot_are_those_of_reml():
    import statsmodels.formula.api as smf

    table = simulate(40, [3] * 40)
    fit = smf.mixedlm("log_loss ~ x0 + x1", table.to_pandas(), groups=table["subset"].to_numpy()).fit(reml=True)
    between, within = variances(make_design(table, ["x0", "x1"]))
    assert between == pytest.approx(float(fit.cov_re.iloc[0, 0]), rel=1e-3)
    assert within == pytest.approx(float(fit.scale), rel=1e-3)


def test_the_variances_of_an_unbalanced_pilot_are_right_on_average():
    rng = np.random.default_rng(1)
    found = np.array([variances(designed(24, [3] * 8 + [1] * 16, rng=rng)) for _ in range(300)])
    assert found.mean(axis=0) == pytest.approx([BETWEEN, WITHIN], rel=0.06)


def test_a_pilot_whose_noise_explains_everything_has_no_variance_between_subsets():
    table = simulate(6, [3] * 6, indicators=1)
    loss = np.tile([0.0, 1.0, 2.0], 6) + 0.05 * table["x0"].to_numpy()
    between, within = variances(make_design(table.set_column(4, "log_loss", pa.array(loss)), ["x0"]))
    assert between == 0 and within == pytest.approx(1)


def test_the_cautious_variance_is_the_end_of_its_chi_squared_interval():
    pilot = Pilot(("x0",), 12, BETWEEN, None, np.ones(1), np.ones(1))
    assert pilot.caution == pytest.approx(10 / 6.179, rel=1e-3)  # chi-squared, 10 degrees, 0.2: any table
    assert make_plan(pilot, 1, 0.02, 0.95).cautious_subsets > make_plan(pilot, 1, 0.02, 0.95).subsets
