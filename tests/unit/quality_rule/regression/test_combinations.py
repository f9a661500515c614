"""Every model that some indicators allow, fitted at once, against statsmodels' fit of each."""

from dataclasses import replace
from math import comb

import numpy as np
import pytest
import statsmodels.api as sm

from instructmining.quality_rule.regression.combinations import (
    coefficients,
    models_of,
    products,
    residual_squares,
    standardised,
    standardised_columns,
    variances,
)
from tests.unit.simulation import synthetic, to_design

DESIGN = replace(to_design(*synthetic(20, noise=0.3)), weights=np.arange(1.0, 21.0))


def expected(model):
    """statsmodels' fit of a model to standardised columns, with the weights."""
    x = sm.add_constant(standardised(DESIGN.x, DESIGN.weights))
    return sm.WLS(standardised(DESIGN.y, DESIGN.weights), x[:, model], weights=DESIGN.weights).fit()


def test_models_are_counted_by_their_size():
    assert [len(models) for models in models_of(4)] == [comb(4, size) for size in range(5)]
    assert models_of(2)[1].tolist() == [[0, 1], [0, 2]]


def test_more_indicators_than_can_be_combined_are_refused():
    with pytest.raises(ValueError, match=r"13 indicators make 8,192 models; .*set quality_rule\.choice to elastic_net"):
        models_of(13)


def test_every_model_is_fitted_as_by_statsmodels():
    gram = products(standardised_columns(DESIGN))
    for models in models_of(3):
        values = coefficients(gram, models)
        fits = [expected(model) for model in models]
        assert values == pytest.approx(np.array([fit.params for fit in fits]), abs=1e-9)
        assert residual_squares(gram, models, values) == pytest.approx([fit.ssr for fit in fits])
        assert variances(gram, models) == pytest.approx(
            np.array([fit.normalized_cov_params.diagonal() for fit in fits])
        )
