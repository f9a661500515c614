#!/usr/bin/env bash
# Renew the locks from pyproject.toml: cuda.lock as resolved for Linux, cpu.lock without what only CUDA needs.
# Then `make config` puts their hashes into the definitions of the container.
set -euo pipefail
cd "$(dirname "$0")/.."
resolve() {
  uv pip compile --quiet --no-header --no-annotate --no-emit-index-url --python-version 3.11 --python-platform x86_64-manylinux_2_28 \
    --extra dev --extra docs pyproject.toml
}
header="# Made by envs/lock.sh from pyproject.toml; every package of the environment, exactly."
{ echo "$header"; resolve; } >envs/cuda.lock
grep -vE '^(nvidia-|cuda-|triton)' envs/cuda.lock >envs/cpu.lock
