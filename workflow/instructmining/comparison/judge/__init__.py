"""A judge says which of two answers is better.

`prompts` gathers questions and `answer` lets tuned models answer them. `ask` has the judge compare pairs of `answers`:
each is a `ballot`, sent to an endpoint, and gives one of the `verdicts`. `count` turns these into the rates of a
`result`.
"""
