"""The quality rule is fitted to observations: a linear model of the log loss, with the evidence for and against it.

`losses` and `observations` gather what fine-tunes measured. `fit` chooses indicators and fits a `rule`, a sum of values
of `term`; `source_effects` are those between sources. `card` and `write_card` describe it for people, and `leverage`
says how far from the fit it is used. `published_rules` are those of
the paper, and `published` reads a rule of either kind; `adopt` takes over a finished rule, which must not come from
`other_models`.

Wings: `regression/` has least squares and its intervals, `evidence/` measures what speaks for and against a rule,
`across/` compares rules of several models, eval sets and seeds, `people/` compares a rule with what people preferred.
"""
