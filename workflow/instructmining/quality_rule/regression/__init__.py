"""Least squares: `least_squares` fits means of subsets with `weights`, `combinations` fits every choice of indicators.

`intervals` are those of coefficients, `bootstrap` those of anything else; `ranks` has Spearman's rho.
"""
