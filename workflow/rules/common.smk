# Needs: the config. Makes: what all rules share: the typed config, the names allowed in paths, small helpers.
import hashlib
import json
import os
import sys
from functools import partial
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.settings.types import GroupSettings

# Every job runs the library of this checkout, never another one that happens to be installed.
LIBRARY = str(Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).resolve().parent)
sys.path.insert(0, LIBRARY)
# It comes with an sbatch and an sacct that wait for Slurm's controller; without them the executor would lose its jobs.
os.environ.update(PYTHONPATH=LIBRARY, PATH=os.pathsep.join([f"{LIBRARY}/slurm", *os.get_exec_path()]))

from instructmining.comparison.arm_kinds import is_length_matched, kind_of, original
from instructmining.config_error import ConfigError
from instructmining.config_runs import (
    all_choice_runs,
    arm_runs,
    choice_runs,
    level,
    replicated_runs,
    search_training,
    size_runs,
    subset_runs,
    subsets,
    training_of,
)
from instructmining.config_text import read_config, shown
from instructmining.data.reading.paths import data_format, find_files
from instructmining.indicators.custom_code import code_file, function_fingerprint
from instructmining.indicators.scorers import is_aimed, needs_gpu, own_models, runs_here
from instructmining.jobs.content import Contents
from instructmining.jobs.known import KnownCode
from instructmining.jobs.open_run import open_run
from instructmining.jobs.plain_name import plain_name
from instructmining.jobs.plan_guard import Plan, config_problem, files_hash, plan_at_hand, rules_hash
from instructmining.jobs.read_settings import as_json, handed, read, tracked
from instructmining.jobs.resources import CAP_MINUTES, Needs, bytes_each
from instructmining.models.links import relink
from instructmining.models.prepare import files_below, folder_of
from instructmining.models.settings import ModelFiles
from instructmining.report.explorer.asset_files import assets_hash
from instructmining.report.figures.catalogue import FIGURES
from instructmining.jobs.slurm_jobs import jobs_in_words, left_over_jobs
from instructmining.jobs.submission import MAX_MINUTES
from instructmining.training.kept_losses import SHARED_JOB
from instructmining.training.settings import packages_of
from instructmining.training.run import SIZE, SUBSET, RunName, arm_runs_pattern, one_of, runs_pattern

# Without one of the command line it is the default, of which Snakemake reads a copy elsewhere.
CONFIG_FILES = workflow.overwrite_configfiles or [Path(LIBRARY).parent / "config" / "config.yaml"]

try:
    CONFIG = read_config([shown(path) for path in CONFIG_FILES], config)
except ConfigError as error:
    raise WorkflowError(f"The config is wrong:\n{error}") from None


container: os.path.relpath(Path(LIBRARY).parent / "envs" / "instructmining.sif")  # built by envs/apptainer.def


SUBSETS = subsets(CONFIG)
SCORERS = CONFIG.indicators.scorers()

# A profile may say how many minutes a job can ask for at most; what submits jobs holds to it, too.
defaults = workflow.resource_settings.default_resources or {}
needs = Needs(int(defaults["max_minutes"].raw) if "max_minutes" in defaults else CAP_MINUTES)
os.environ[MAX_MINUTES] = str(needs.cap_minutes)

# A profile names the GPU rules; `score` in it stands for every rule that scores on a GPU and is not named itself.
of_profile = workflow.resource_settings.overwrite_resources
for name, scorer in SCORERS.items():
    if needs_gpu(scorer) and not is_aimed(name) and "score" in of_profile:  # aimed: the GPU made the vectors
        of_profile.setdefault(f"score_{name}", of_profile["score"])

# The hashes of the user's files; each file is read once.
CONTENTS = Contents(Path(".snakemake/contents.json"))
# Links to files of the user's whose names Snakemake would not take as they are.
OWN_FILES = Path(".snakemake/own_files")
# What is known about the code of the library; it is read once.
CODE = KnownCode(Path(".snakemake/code.json"))
# The fingerprint of each command of the rules; its jobs stop where theirs differs.
PLANNED = {}


def arm_names():
    """The arms that models are tuned on, including those of the curves over size and of the validation."""
    curves = ["selected", CONFIG.comparison.baseline] if CONFIG.comparison.sizes else []
    choices = [run.arm for run, _ in all_choice_runs(CONFIG)]
    return list(dict.fromkeys([*CONFIG.comparison.arms, *curves, *choices]))


wildcard_constraints:
    source=one_of(CONFIG.sources),
    pool=one_of([*CONFIG.pools, *CONFIG.quality_rule.ratings]),
    eval_set=one_of(CONFIG.eval_sets),
    model=one_of(CONFIG.models),
    prepared=one_of([*CONFIG.models, *own_models(converted=False)]),
    converted=one_of(own_models(converted=True)),
    subset=SUBSET,
    run=runs_pattern(CONFIG.pools, arm_names()),
    arm=rf"({one_of(arm_names())})(@{SIZE})?",
    shard=r"\d\d\d",
    seed=r"\d+",
    number=r"[1-3]",


def runs(command, **settings):
    """The params of a rule that runs a command, with what its jobs depend on and what they are given.

    They depend on the code that the command reaches and on the settings that it reads, except for names of the user's
    files, which are inputs. Params that are functions of `input` are not tracked.
    """
    PLANNED[command], fields = CODE.fingerprint(command), partial(CODE.fields_read, command)
    params = {"command": lambda wildcards, input: ["python", "-m", command], "code": PLANNED[command]}
    for name, value in settings.items():
        if callable(value):
            params[name] = lambda wildcards, input, value=value: as_json(handed(fields, value(wildcards)))
            params[f"{name}_read"] = lambda wildcards, value=value: as_json(read(fields, value(wildcards)))
        else:
            text, tracked_text = as_json(handed(fields, value)), as_json(read(fields, value))
            params[name] = lambda wildcards, input, text=text: text
            params[f"{name}_read"] = as_is(tracked_text)
    return params


def as_is(text):
    """A param as a function, so that Snakemake takes no braces in it for a wildcard."""
    return lambda wildcards: text


def placed(path):
    """A path of the workflow as text, with its path variables, and with the prefix that a module may put before it."""
    return workflow.modifier.path_modifier.replace_prefix(workflow.pathvars.apply(path))


def option(name, value):
    """An option and its value as words of a command, each of which `:q` quotes; no words if there is no value."""
    return [name, value] if value else []


def keep_to_plan():
    """Pass the plan of this run to its jobs; where a job starts its own Snakemake, its plan must be the same."""
    text = f"{as_json(CONFIG.model_dump(mode='json'))}{rules_hash(Path(LIBRARY))}"
    config_hash = hashlib.sha256(text.encode()).hexdigest()
    if workflow.is_main_process:
        Plan(files_hash(), config_hash, PLANNED).hand_on()
    elif problem := config_problem(plan_at_hand(), config_hash):
        raise WorkflowError(problem)


# An input of `after` is made before, and a later change of it makes nothing again.
after = ancient


def own_file(path, content=None):
    """A file of the user's as an input: jobs depend on its content, whatever its name and times.

    For a file in its source cache, Snakemake records and shows the origin, not the name; here that is the content. It is
    where the config says, whatever a module puts before its paths; without a shared file system it is read here.
    """
    name, content = plain_name(Path(path), OWN_FILES), content or CONTENTS.hash(Path(path))
    return local(flag(ancient(name), "sourcecache_entry", f"content {content}"))


def own_files(folder, paths):
    """Files in a folder of the user's, each identified by its name in the folder and its content."""
    return [own_file(path, f"{path.relative_to(folder)} {CONTENTS.hash(path)}") for path in paths]


def data_files(path):
    """The data files of a path; their rows also depend on their order and on the endings of their names."""
    files = enumerate(find_files(path).files, 1)
    return [own_file(file, f"{number} {data_format(file)} {CONTENTS.hash(file)}") for number, file in files]


def shards(pool):
    """The names of the shards of a pool; rated examples are in one shard."""
    return [f"{number:03d}" for number in range(CONFIG.pools[pool].shards if pool in CONFIG.pools else 1)]


def pool_shards(wildcards):
    """The shards of the pool that a rule's wildcard names; of rated examples, those in eval sets are kept too."""
    if wildcards.pool in CONFIG.quality_rule.ratings:
        return f"<results>/data/pools/{wildcards.pool}/deduplicated/000.parquet"
    return expand("<results>/data/pools/{pool}/{shard}.parquet", pool=wildcards.pool, shard=shards(wildcards.pool))


def run_files(model, runs, name):
    """One file of each (run, seed) of a model."""
    return [f"<results>/training/{model}/{run}/seed{seed}/{name}" for run, seed in runs]


def without(settings, *names):
    """Settings as if these keys were not set."""
    return type(settings).model_validate(settings.model_dump(exclude=set(names), exclude_unset=True))


def base_model(wildcards):
    """How the base model is prompted and loaded, without where its files are: they are an input."""
    return base_model_settings(CONFIG.models[wildcards.model])


def base_model_settings(model):
    """What a command needs to know about a base model besides its files."""
    return as_json(model.model_dump(include={"template", "trust_remote_code"}))


def found_size(wildcards):
    """The size of the selection, if it is searched for."""
    return "<results>/selection/{model}/{pool}/size.json" if CONFIG.selection.search else []


def size_option(wildcards, input):
    """The option that gives a command the size that was found."""
    return option("--size", input.get("found"))
