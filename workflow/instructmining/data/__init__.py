"""Sources are imported, cleaned and split into pools and eval sets.

`import_source` reads one data set (from files with `read_rows`, from a hub with `hub`, from installed packages with
`docstrings`, `documentation` and `tasks`; `degrade` makes worse copies) and `forms` brings its rows into conversations.
`build_pool` deduplicates and decontaminates sources and splits them into shards; `make_eval_set` draws what losses are
measured on; `import_ratings` reads what people preferred. `reports` says what became of every row.
"""
