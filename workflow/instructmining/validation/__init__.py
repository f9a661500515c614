"""Is the rule to be believed where it is used? Models are tuned on selections: predicted against observed.

`validate` compares what the rule predicts for each choice with what was observed. `predict` is what it predicts for a
set of examples, and `optimism` what it promises too much for its own choice. `join` adds the choices to the
observations, for another fit. `result` has the types of the files.
"""
