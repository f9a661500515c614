"""What people see of a run: the page, the summary for the terminal, figures, and the explorer of examples.

`page` and `summary` put together what `accounts` (data in and out), `findings` (people, judge, benchmarks, sizes, cost)
and `selected` say; `glossary` explains names; `examples` shows the best and worst. `figures/` draws, `explorer/` is the
page that every example can be looked up in.
"""
