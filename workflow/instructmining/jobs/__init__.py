"""About the run itself, not about data: what jobs depend on, ask for, and leave behind.

What a job depends on: `fingerprint` follows a command through the code (`words` leaves out what changes no result,
`names` finds what each name stands for, `definitions` takes modules apart), `read_settings` tells which settings it
reads, `content` tells the user's files, and `planned` holds jobs to the plan that they were started by.

What people ask of a run: `plan` shows what it would do, `status` what it did, `dag` draws it, `resources` says what its
jobs ask for, `slurm_jobs` finds and cancels those that were left in the queue, and `prune` drops what no run refers to.
"""
