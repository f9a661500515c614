"""How far a rule holds: rules of several models, eval sets and seeds side by side.

`variants` fits and compares them, `compare` is the command, `words` says what came out.
"""
