"""What speaks for and against a rule: `choose` selects the indicators, `held_out` predicts the subsets left out.

`order` tests whether these are put in order, `added` whether the indicators say more than a baseline, such as that of
`source_shares`. `noise` is what differs between seeds, `checks` look at the assumptions of least squares. `assess`
measures a choice against baselines and `verdict` puts that into words; `diagnose` gathers all of it into a `result`,
`diagnostics.json`.
"""
