"""InstructMining as a library: each package is one stage of the workflow, and each stage is a command of its own."""

import logging
import warnings

from instructmining.jobs.plan_guard import hold_to_plan

hold_to_plan()

# Warnings that no user can act on would appear in the log of every fine-tune: bitsandbytes misses a package that only
# 4-bit products on some CPUs use, and peft uses a deprecated name of transformers.
logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
