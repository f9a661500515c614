"""Every example is scored once with every indicator; subsets get the means.

One module a scorer: `text`, `likelihood`, `embedding`, `reward`, `unieval`, `custom_function`, `custom_table`. They
share `scoring` (reads, checks and writes a shard) and `engine` (batches). `gather_scores` joins the scores of a pool,
`neighbours` adds what is a property of a set, `subset_indicators` gives the means of a subset.
"""
