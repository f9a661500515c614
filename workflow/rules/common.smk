# Needs: the config. Makes: what the rules share - the typed config, names allowed in paths, small helpers.
import hashlib
import json
import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

# Every job runs the library of this checkout, never another one that happens to be installed.
LIBRARY = str(Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).resolve().parent)
sys.path.insert(0, LIBRARY)
# It also brings sbatch and sacct that outlast Slurm's controller, without which the executor would lose its jobs.
os.environ.update(PYTHONPATH=LIBRARY, PATH=os.pathsep.join([f"{LIBRARY}/slurm", *os.get_exec_path()]))

from instructmining import resources as needs
from instructmining.comparison.settings import EMBEDDED, RANKED
from instructmining.config import load_config
from instructmining.config_error import ConfigError, reject_duplicate_keys
from instructmining.config_runs import arm_runs, size_runs, subset_runs, subsets, training_of
from instructmining.fingerprint import fingerprint
from instructmining.indicators.custom_code import code_file
from instructmining.report.explorer.asset_files import assets_hash
from instructmining.slurm_jobs import describe, left_over_jobs
from instructmining.training.run import SIZE, SUBSET, RunName, arm_runs_pattern, one_of, runs_pattern

try:
    for path in workflow.configfiles:
        reject_duplicate_keys(Path(path))
    CONFIG = load_config(config)
except ConfigError as error:
    raise WorkflowError(f"The config is wrong:\n{error}") from None


# The Slurm profile lists the GPU rules, but cannot know those of your own indicators: they go where score_likelihood does.
of_profile = workflow.resource_settings.overwrite_resources
for name, custom in CONFIG.indicators.custom.items():
    if custom.gpu and "score_likelihood" in of_profile:
        of_profile.setdefault(f"score_{name}", of_profile["score_likelihood"])


container: "envs/instructmining.sif"  # built by envs/apptainer.def


SUBSETS = subsets(CONFIG)
SCORERS = CONFIG.indicators.scorers()
# Models of scorers whose weights may come in an older format than safetensors.
CONVERTED = ["reward", "unieval"]

# What is kept of a pool, without how it is handed on.
SELECTION = CONFIG.selection.model_dump_json(exclude={"exports"}, exclude_defaults=True)

FIGURES_OF_RULE = {
    "univariate": "--observations {input.observations} --diagnostics {input.diagnostics}",
    "coefficients": "--diagnostics {input.diagnostics}",
    "predicted": "--diagnostics {input.diagnostics}",
    "residuals": "--diagnostics {input.diagnostics}",
    "held_out": "--diagnostics {input.diagnostics}",
}


def arm_names():
    """The arms that are tuned on, those of the curves over size included."""
    curves = ["selected", CONFIG.comparison.baseline] if CONFIG.comparison.sizes else []
    return list(dict.fromkeys([*CONFIG.comparison.arms, *curves]))


wildcard_constraints:
    source=one_of(CONFIG.sources),
    pool=one_of([*CONFIG.pools, *CONFIG.quality_rule.ratings]),
    eval_set=one_of(CONFIG.eval_sets),
    model=one_of(CONFIG.models),
    prepared=one_of([*CONFIG.models, "embedding"]),
    converted=one_of(CONVERTED),
    subset=SUBSET,
    run=runs_pattern(CONFIG.pools, arm_names()),
    arm=rf"({one_of(arm_names())})(@{SIZE})?",
    shard=r"\d\d\d",
    seed=r"\d+",


def settings(value):
    """Settings as the JSON that a command reads; only what differs from the defaults, so that new keys rerun nothing."""
    return value.model_dump_json(exclude_defaults=True)


def shards(pool):
    """The names of the shards of a pool; rated examples are one."""
    return [f"{number:03d}" for number in range(CONFIG.pools[pool].shards if pool in CONFIG.pools else 1)]


def pool_shards(wildcards):
    """The shards of the pool that a rule's wildcard names; rated examples stay those that eval sets hold, too."""
    if wildcards.pool in CONFIG.quality_rule.ratings:
        return f"<results>/data/pools/{wildcards.pool}/deduplicated/000.parquet"
    return expand("<results>/data/pools/{pool}/{shard}.parquet", pool=wildcards.pool, shard=shards(wildcards.pool))


def run_files(model, runs, name):
    """One file of each (run, seed) of a model."""
    return [f"<results>/training/{model}/{run}/seed{seed}/{name}" for run, seed in runs]


def training_settings(training):
    """The settings of a fine-tune as JSON, without what changes no result."""
    return training.model_dump_json(exclude={"checkpoint_minutes"}, exclude_defaults=True)


def base_model(wildcards):
    """How the base model is written for and loaded, without where its files lie: those are an input."""
    return base_model_settings(CONFIG.models[wildcards.model])


def base_model_settings(model):
    """What a command needs to know of a base model beside its files."""
    return model.model_dump_json(include={"template", "trust_remote_code"})


def found_size(wildcards):
    """The size of the selection where it is searched."""
    return "<results>/selection/{model}/{pool}/size.json" if CONFIG.selection.search else []


def size_option(wildcards, input):
    """The option that tells a command the size that was found."""
    return f"--size {input.found}" if input.get("found") else ""
