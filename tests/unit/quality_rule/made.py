"""Rules made by hand, and fits to observations with a known truth."""

import numpy as np

from instructmining.quality_rule.fit import fit_rule
from instructmining.quality_rule.rule import QualityRule
from instructmining.quality_rule.settings import QualityRuleSettings
from instructmining.quality_rule.term import Term
from tests.unit.simulation import observations, synthetic


def term(indicator, coefficient, mean=2.0):
    return Term(indicator, coefficient, 0.1, -0.5, 0.5, 0.3, 0.2, 1.0, 3.0, mean)


def rule(*terms):
    return QualityRule("tiny", "observations", 1.0, terms, 0.95, 9, 9, 0.5, 0.4, 0.3, 0.6, 0.1, None, {}, {})


RULE = rule(term("ppl", 0.5), term("mtld", -0.25))


def fit(y, x, subsets=None, confidence=0.95, **settings):
    settings = QualityRuleSettings(confidence=confidence, **settings)
    return fit_rule(observations(y, x, subsets), list(x), settings, {"text": None})


def fit_of(y, x, sources, limits=None, **settings):
    """A fit to subsets of known sources."""
    settings = QualityRuleSettings(repeats=2, **settings)
    return fit_rule(observations(y, x, sources=sources), list(x), settings, {"text": None}, limits=limits)


def refit_without(i, y, matrix, weights):
    """The prediction of row i by numpy's least squares on the others."""
    keep = np.arange(len(y)) != i
    root = np.sqrt(weights[keep])
    beta = np.linalg.lstsq(matrix[keep] * root[:, None], y[keep] * root, rcond=None)[0]
    return matrix[i] @ beta


def mixed_observations(versions):
    """Observations whose fine-tunes were made with these versions of torch."""
    y, x = synthetic(len(versions))
    return observations(y, x, made_with=[{"torch": version, "device": "cpu"} for version in versions])
