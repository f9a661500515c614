"""The rows of files and of data sets on the hub, whatever form they are in.

`paths` finds the files that a path names, and `read_rows` reads them: `first_bytes` tells how a file is packed and
encoded, `json_rows` (with `json_decoder`), `csv_rows` and `parquet_rows` read its `rows`. `hub` reads a data set of the
Hugging Face hub. What `json_values` has no form for makes a row bad.
"""
