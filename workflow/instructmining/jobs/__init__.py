"""About the run itself, not about data: what jobs depend on, what they ask for, and what they leave behind.

What a job depends on: `fingerprint` follows a command through the code (`definitions` takes modules apart, `names`
finds what each name stands for, `strip_words` removes text that changes no result), `read_settings` finds the settings
that it reads, `known` keeps both for the next process, and `content` hashes the user's files. `plan_guard` stops a job
whose code was edited after the run was started.

What people ask about a run: `plan` shows what it would do, `status` what it did, `dag` draws it, `slurm_jobs` finds and
cancels jobs that were left in the queue, and `prune` deletes what no run refers to.

How jobs reach Slurm: `submission` names, submits and waits, as long as `open_run` says that the run goes on.

What stages need to know about the engine: `resources` says what jobs ask for, `benchmarks` how long they took,
`lost_files` how to prepare a model again, and `plain_name` how a file with braces in its name is named.
"""
