"""InstructMining as a library: each package is one stage of the workflow, and each stage is a command of its own."""
