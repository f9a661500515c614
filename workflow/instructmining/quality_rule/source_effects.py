"""What each source does to the log loss: the effects between sources, beside the slopes of the indicators within them.

A regression on the shares alone predicts the log loss of a subset of one source, its own means of the indicators
included (the effect between groups of Mundlak 1978; RegMix, Liu et al. 2024, arXiv 2407.01492). It is what a rule with
shares and indicators predicts for it, with the means of the source's indicators as the subsets have them.
"""

import numpy as np
from scipy import stats

from instructmining.quality_rule.regression.least_squares import Design, least_squares
from instructmining.quality_rule.regression.share_terms import reference_source, source_of
from instructmining.quality_rule.term import SourceEffect


def source_effects(design: Design, confidence: float) -> tuple[SourceEffect, ...]:
    """The effects of the sources whose shares are in the design, the one without a term first; none without shares."""
    shares = design.shares()
    if not shares.indicators:
        return ()
    fitted = least_squares(shares)
    names = [reference_source(design.sources), *(str(source_of(term)) for term in shares.indicators)]
    alone = np.eye(len(names))[:, 1:]  # (sources, share terms): a subset of each source alone
    contrasts = alone - alone.mean(axis=0)
    effects = contrasts @ fitted.params[1:]
    errors = np.sqrt(np.sum(contrasts @ fitted.cov_params()[1:, 1:] * contrasts, axis=1))
    half = stats.t.ppf((1 + confidence) / 2, fitted.df_resid) * errors
    rows = zip(names, effects, effects - half, effects + half, strict=True)
    return tuple(SourceEffect(name, *map(float, numbers)) for name, *numbers in rows)
