"""Whether a rule agrees with people.

`agreement` measures it on rated examples, `compare` is the command, `result` is its file.
"""
