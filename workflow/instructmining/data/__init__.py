"""Sources are imported, cleaned and split into pools and eval sets.

`import_source` reads one data set (from files with `read_rows`, from a hub with `hub`, from installed packages with
`docstrings`, `documentation` and `tasks`; `degrade` makes worse copies) and `forms/` brings its rows into
conversations. `build_pool` deduplicates sources, takes out `contamination` and splits them into shards;
`make_eval_set` makes what losses are measured on, and `eval_sets` are disjoint; `import_ratings` reads what people
preferred. They share `draw` (seeded random choices), `write_examples`, `errors`, and `reports`, which say what became
of every row.
"""
