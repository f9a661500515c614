"""The selection is compared with honest controls: does a model tuned on it have a lower loss?

`arm_kinds` lists the arms, `arms` and `choose_arm` choose their examples, `match_lengths` gives them
responses as long as the baseline's, `match_tokens` equal training;
`runs` reads their losses, `compare` tests the differences (`intervals`, `result`) and `words` says what they show.
`sizes` fits `curves` over the number of examples, `cost` adds up what choosing cost. Tuned models are read through
`adapters`.

Wings: `judge/` asks a model which answers are better, `benchmarks/` runs tasks of lm-evaluation-harness.
"""
