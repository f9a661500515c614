# Needs: the config. Makes: what the rules share - the typed config, names allowed in paths, small helpers.
import json
import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

# Every job runs the library of this checkout, never another one that happens to be installed.
LIBRARY = str(Path(workflow.basedir).resolve())
sys.path.insert(0, LIBRARY)
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [LIBRARY, os.environ.get("PYTHONPATH")]))

from instructmining import resources as needs
from instructmining.config import ConfigError, load_config, reject_duplicate_keys
from instructmining.fingerprint import fingerprint

try:
    for path in workflow.configfiles:
        reject_duplicate_keys(Path(path))
    CONFIG = load_config(config)
except ConfigError as error:
    raise WorkflowError(f"The config is wrong:\n{error}") from None


container: "docker://python:3.11-slim-bookworm"


SUBSETS = [f"{number:03d}" for number in range(CONFIG.sampling.subsets)]
SCORERS = CONFIG.indicators.scorers()
NEIGHBOURS = CONFIG.indicators.embedding.neighbours if CONFIG.indicators.embedding else []


def one_of(names):
    """A wildcard constraint: one of these names and nothing else."""
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


wildcard_constraints:
    source=one_of(CONFIG.sources),
    pool=one_of(CONFIG.pools),
    eval_set=one_of(CONFIG.eval_sets),
    model=one_of(CONFIG.models),
    prepared=one_of([*CONFIG.models, "embedding"]),
    subset=r"\d\d\d+",
    run=rf"\d\d\d+|({one_of(CONFIG.pools)})\.({one_of(CONFIG.comparison.arms)})",
    arm=one_of(CONFIG.comparison.arms),
    shard=r"\d\d\d",
    seed=r"\d+",


def settings(value):
    """Settings as the JSON that a command reads; only what differs from the defaults, so that new keys rerun nothing."""
    return value.model_dump_json(exclude_defaults=True)


def shards(pool):
    """The names of the shards of a pool."""
    return [f"{number:03d}" for number in range(CONFIG.pools[pool].shards)]


def pool_shards(wildcards):
    """The shards of the pool that a rule's wildcard names."""
    return expand("<results>/data/pools/{pool}/{shard}.parquet", pool=wildcards.pool, shard=shards(wildcards.pool))


def subset_seeds(subset):
    """The seeds that a subset is tuned on with: several for the first, replicated ones."""
    replicated = int(subset) < CONFIG.sampling.replicated
    return range(CONFIG.sampling.seeds if replicated else 1)


def run_files(model, runs, name):
    """One file of each (run, seed) of a model."""
    return [f"<results>/training/{model}/{run}/seed{seed}/{name}" for run, seed in runs]


def subset_runs():
    """Every (subset, seed) that the rule is fitted on."""
    return [(subset, seed) for subset in SUBSETS for seed in subset_seeds(subset)]


def arm_runs(pool):
    """Every (arm, seed) of a comparison."""
    return [(f"{pool}.{arm}", seed) for arm in CONFIG.comparison.arms for seed in range(CONFIG.comparison.seeds)]


def base_model(wildcards):
    """How the base model is written for and loaded, without where its files lie: those are an input."""
    return base_model_settings(CONFIG.models[wildcards.model])


def base_model_settings(model):
    """What a command needs to know of a base model beside its files."""
    return model.model_dump_json(include={"template", "trust_remote_code"})


def as_list(value):
    """Snakemake gives one input file as a string and several as a list."""
    return [value] if isinstance(value, str) else list(value)
