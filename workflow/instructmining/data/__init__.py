"""Sources are imported, cleaned and split into pools and eval sets.

`import_source` reads one data set (from files or a hub with `reading/`, from installed packages with `docstrings`,
`documentation` and `tasks`; `degrade` makes worse copies) and `forms/` brings its rows into conversations. `build_pool`
takes what `pool_filter` keeps of some sources, without duplicates, `near_duplicates` and `contamination` (in which
`templates` do not count), and splits it into shards; `make_eval_set` makes what losses are
measured on, and `eval_sets` are disjoint; `import_ratings` reads what people preferred; `add_up` counts what all of
them read, before anything is tuned. They share `draw` (seeded
random choices), `write_examples`, `errors`, and `reports`, which say what became of every row.
"""
