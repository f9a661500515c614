"""Subsets are drawn from the candidates: `designs` says how, `sample_subset` draws one."""
