"""Subsets are drawn from the candidates: `sample_subset` draws one, by source in random `proportions` or by a design.

`designs` has the draws by the scores of the examples.
"""
