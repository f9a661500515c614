"""Is the rule to be believed where it is used? Models are tuned on selections: predicted against observed.

`validate` compares what the rule predicts for each choice with what was observed, and `predict` is what it predicts for
a set of examples. `join` adds the choices to the observations, for another fit. `result` has the types of the files.
"""
