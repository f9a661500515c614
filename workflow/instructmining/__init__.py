"""InstructMining as a library: each package is one stage of the workflow, and each stage is a command of its own."""

import logging

# On some CPUs it asks in every job, peft's import being enough, for a package that only 4-bit products there would use.
logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
