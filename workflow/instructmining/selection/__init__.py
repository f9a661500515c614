"""The rule ranks a pool, and the best examples are selected.

`decide` makes the `decision` whether a selection follows the rule or one of the `orders` that it falls back on.
`rank` applies the rule to each example and writes a `ranking`; `search_size` finds how many to keep (`proposals` of
sizes, a `trial` of each, the `found_size`); `size` says how many a selection has; `select` writes the selection with
its `card`, which says on what `basis` it was made; `export` writes it for other tools, with configs for their
`trainers`.
"""
