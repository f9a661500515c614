"""The selection is compared with honest controls: does a model tuned on it have a lower loss?

`arms` and `choose_arm` draw the controls, `match_tokens` gives them equal training; `runs` reads their losses,
`compare` tests the differences (`intervals`, `result`) and `words` says what they show. `sizes` has `curves` of loss
over the number of examples, `cost` adds up what choosing cost. Tuned models are loaded through `adapters`.

Wings: `judge/` asks a model which answers are better, `benchmarks/` runs tasks of lm-evaluation-harness.
"""
