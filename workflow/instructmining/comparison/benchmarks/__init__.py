"""Tuned models on tasks of lm-evaluation-harness: `tasks` finds them, `measure` runs them, `gather` compares arms."""
