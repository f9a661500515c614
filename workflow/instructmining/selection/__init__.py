"""The rule ranks a pool, and the best examples are selected.

`rank` applies the rule to each example; `search_size` finds how many to keep (`proposals` of sizes, a `trial` of each);
`select` writes the selection with its `card`; `export` turns it into what `trainers` of other tools read.
"""
