"""Least squares: `least_squares` fits means of subsets with `weights`, `combinations` fits every choice of indicators.

`share_terms` are the shares of sources beside the indicators. `fitted` is a fit in the units of the indicators,
`intervals` are those of coefficients, `bootstrap` those of anything else; `redrawn` says what the error of coefficients
does to what is computed from them; `ranks` has Spearman's rho.
"""
