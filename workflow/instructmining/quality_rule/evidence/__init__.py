"""What speaks for and against a rule: `choose` takes the indicators, `held_out` predicts what was left out.

`noise` is what seeds alone do, `checks` look at the assumptions of least squares, `diagnose` puts all of it together,
`assess` is the command, and `verdict` the sentence.
"""
