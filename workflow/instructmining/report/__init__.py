"""What people see of a run: the page, the summary for the terminal, figures, and the explorer of examples.

`page` and `summary` put together `accounts` (data in and out, costs), `findings` (decisions, validations,
people, judge, benchmarks, sizes, the cost of choosing) and `selected`; `glossary` explains names; `examples` shows the
first and the last of a ranking, whose turns `shown_turns` writes. `figures/` draws, and `explorer/` is a page to look
up every example.
"""
