"""Subsets are drawn from the candidates: `sample_subset` draws one, by source or by one of the `designs`."""
