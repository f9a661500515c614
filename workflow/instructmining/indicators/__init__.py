"""Every example is scored once with every indicator; subsets get the means.

`declaration` says what an indicator is; the classes in `settings` declare the scorers, and `scorers` makes keys of the
config from them. Each scorer has a module of its name: `text`, `likelihood`, `embedding`, `reward`, `unieval`, `rating`
(with `rating_settings` and the published `rating_prompts`; `rating_endpoint` asks a model that runs elsewhere), and the
`aimed` ones, `similarity` and `influence`, which compare examples with the eval sets of the role fit by embeddings or
by `gradients`. A user's own indicator runs in `custom_function` (its code is found by `custom_code`) or `custom_table`
(whose rows `match_rows` matches to examples, as `match_settings` say). They share `scoring` (reads, checks and writes a
shard), `engine` (batches), `memory` and the schemas in `tables`. `gather_scores` joins the scores of a pool,
`neighbours` adds what is a property of a set, and `subset_indicators` takes the means of a subset, of scores that
`winsorise` may hold within limits. `results` has the types of the JSON results, `documentation` makes the tables of
docs/indicators.md.
"""
