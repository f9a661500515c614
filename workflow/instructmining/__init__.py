"""InstructMining as a library: one package per stage of the workflow, in the order in which data go through them.

`data/` imports, cleans and splits; `sampling/` draws subsets; `models/` prepares and loads models, `endpoint/` asks
those that run elsewhere; `indicators/` scores every example; `training/` tunes and measures; `quality_rule/` fits
losses to indicators; `validation/` tries the rule on selections; `selection/` keeps the best of new data;
`comparison/` asks whether that helped; `report/` shows it. `planning/` is for before and beside a run, `jobs/` is about
the run itself: the only place that knows the engine that runs it.

What all of them use: an `example`, the `files` that results are in, `arrays`, `holm`, `progress`; `command` says how a
command ends. The config is read by `config` (`config_names` and `config_amounts` check parts of it, `config_text` finds
its keys in the files, `config_error` explains mistakes, `config_runs` lists the fine-tunes it asks for, `embedded` is
the default); each package's `settings` are its keys. Documents that are made from the code: `config_files`, and
`result_tables` from the list in `result_files`, each between the marks of `marked`; `container_files` makes the
container's definitions from the locks.
"""

import logging
import warnings

from instructmining.jobs.plan_guard import hold_to_plan

hold_to_plan()

# Warnings that no user can act on would appear in the log of every fine-tune: bitsandbytes misses a package that only
# 4-bit products on some CPUs use, and peft uses a deprecated name of transformers.
logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
