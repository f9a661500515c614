"""How far a rule holds: rules of several models, eval sets and seeds side by side.

`variants` fits and compares them, `compare` is the command, `result` is its file, `words` says what came out.
"""
