"""A judge says which of two answers is better.

`prompts` gathers questions, `answer` lets tuned models answer them, `ask` has the judge compare pairs of `answers` (a
`ballot` for each, sent to an `endpoint`) into `verdicts`, and `count` turns these into the rates of a `result`.
"""
