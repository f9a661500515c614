"""About the run itself, not about data: what a job depends on, and what is kept of finished work.

`words` leaves out of code what changes no result, `names` finds what each name stands for, `definitions` takes modules
apart, `fingerprint` follows a command through them; `read_settings` tells which settings it reads; `content` does for
the user's files what a fingerprint does for code; `planned` holds jobs to the plan that they were started by; `prune`
drops what no run refers to.
"""
