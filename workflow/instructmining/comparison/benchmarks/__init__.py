"""Tuned models on tasks of lm-evaluation-harness.

`tasks` downloads them, `measure` runs them, and `gather` compares the arms; `result` has the types of what they write.
"""
