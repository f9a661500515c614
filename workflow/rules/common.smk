# Needs: the config. Makes: what the rules share - the typed config, names allowed in paths, small helpers.
import hashlib
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

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
from instructmining.fingerprint import fingerprint
from instructmining.indicators.custom_code import code_file
from instructmining.report.explorer.asset_files import assets_hash
from instructmining.slurm_jobs import describe, left_over_jobs

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


SUBSETS = [f"{number:03d}" for number in range(CONFIG.sampling.subsets)]
SCORERS = CONFIG.indicators.scorers()
NEIGHBOURS = CONFIG.indicators.embedding.neighbours if CONFIG.indicators.embedding else []
METRIC = CONFIG.indicators.embedding.metric if CONFIG.indicators.embedding else "euclidean"
# Models of scorers whose weights may come in an older format than safetensors.
CONVERTED = ["reward", "unieval"]

# What is kept of a pool, without how it is handed on.
SELECTION = CONFIG.selection.model_dump_json(exclude={"exports"}, exclude_defaults=True)
EXPORTED = [
    *[f"{form}.jsonl" for form in CONFIG.selection.exports],
    *["axolotl.yaml", "llama_factory.yaml", "dataset_info.json", "dataset/README.md", "dataset/data/train.parquet"],
]

FIGURES_OF_RULE = {
    "univariate": "--observations {input.observations} --diagnostics {input.diagnostics}",
    "coefficients": "--diagnostics {input.diagnostics}",
    "predicted": "--diagnostics {input.diagnostics}",
    "residuals": "--diagnostics {input.diagnostics}",
    "held_out": "--diagnostics {input.diagnostics}",
}


def one_of(names):
    """A wildcard constraint: one of these names and nothing else."""
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


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
    subset=r"\d\d\d+",
    run=rf"\d\d\d+|({one_of(CONFIG.pools)})\.({one_of(arm_names())})(@\d+-(epochs|steps))?",
    arm=rf"({one_of(arm_names())})(@\d+)?",
    shard=r"\d\d\d",
    seed=r"\d+",


def settings(value):
    """Settings as the JSON that a command reads; only what differs from the defaults, so that new keys rerun nothing."""
    return value.model_dump_json(exclude_defaults=True)


def rule_settings():
    """The settings of the rule, without what it is compared with afterwards."""
    return CONFIG.quality_rule.model_dump_json(exclude={"ratings"}, exclude_defaults=True)


def shards(pool):
    """The names of the shards of a pool; rated examples are one."""
    return [f"{number:03d}" for number in range(CONFIG.pools[pool].shards if pool in CONFIG.pools else 1)]


def pool_shards(wildcards):
    """The shards of the pool that a rule's wildcard names; rated examples stay those that eval sets hold, too."""
    if wildcards.pool in CONFIG.quality_rule.ratings:
        return f"<results>/data/pools/{wildcards.pool}/deduplicated/000.parquet"
    return expand("<results>/data/pools/{pool}/{shard}.parquet", pool=wildcards.pool, shard=shards(wildcards.pool))


def subset_seeds(subset):
    """The seeds that a subset is tuned on with: several for the first, replicated ones."""
    replicated = int(subset) < CONFIG.sampling.replicated
    return range(CONFIG.sampling.seeds if replicated else 1)


def sampling_scores(wildcards):
    """The scores of the candidates, where subsets are drawn by them."""
    return {"scores": "<results>/indicators/candidates/scores.parquet"} if CONFIG.sampling.by_indicators else {}


def run_files(model, runs, name):
    """One file of each (run, seed) of a model."""
    return [f"<results>/training/{model}/{run}/seed{seed}/{name}" for run, seed in runs]


def subset_runs():
    """Every (subset, seed) that the rule is fitted on."""
    return [(subset, seed) for subset in SUBSETS for seed in subset_seeds(subset)]


def arm_runs(pool):
    """Every (arm, seed) of a comparison."""
    comparison = CONFIG.comparison
    return [(f"{pool}.{arm}", seed) for arm in comparison.arms for seed in range(comparison.seeds_of(arm))]


def size_runs(pool):
    """Every (arm at a size, seed) of the curves of the loss over size."""
    comparison = CONFIG.comparison
    return [
        (f"{pool}.{arm}@{size}-{kept}", seed)
        for arm in ("selected", comparison.baseline)
        for size in comparison.sizes
        for kept in ("epochs", "steps")
        for seed in range(comparison.seeds)
    ]


def run_training(run):
    """How a run is tuned: as `training` says, but for arms that are matched by steps and for the curves over size."""
    training, comparison = CONFIG.training, CONFIG.comparison
    if run.endswith("-epochs"):
        return training.model_copy(update={"steps": None})
    if run.endswith("-steps") or (run not in SUBSETS and comparison.match == "steps"):
        return training.model_copy(update={"steps": comparison.matched_steps(training, CONFIG.selection.examples)})
    return training


def training_settings(training):
    """The settings of a fine-tune as JSON, without what changes no result."""
    return training.model_dump_json(exclude={"checkpoint_minutes"}, exclude_defaults=True)


def base_model(wildcards):
    """How the base model is written for and loaded, without where its files lie: those are an input."""
    return base_model_settings(CONFIG.models[wildcards.model])


def base_model_settings(model):
    """What a command needs to know of a base model beside its files."""
    return model.model_dump_json(include={"template", "trust_remote_code"})


def as_list(value):
    """Snakemake gives one input file as a string and several as a list."""
    return [value] if isinstance(value, str) else list(value)


def source_origin(wildcards):
    """The local file of a source, or the imported source that it is a degraded variant of."""
    source = CONFIG.sources[wildcards.source]
    if source.path:
        return {"file": source.path}
    if source.degrade:
        return {"origin": f"<results>/data/sources/{source.degrade.source}.parquet"}
    return {}


def model_files(prepared):
    """Where the files of a base model, or of a scorer's own model, lie."""
    scorer = CONFIG.models.get(prepared)
    return scorer if scorer else getattr(CONFIG.indicators, prepared).model


def local_model_files(wildcards):
    """The files of a model in a local folder, so that a changed one is seen."""
    (name,) = wildcards
    folder = model_files(name).path
    return sorted(str(path) for path in Path(folder).rglob("*") if path.is_file()) if folder else []


def scorer_model(scorer):
    """The prepared model of a scorer: a base model that it names, or one of its own."""
    model = SCORERS[scorer].model
    return model if isinstance(model, str) else scorer


def scorer_settings(scorer):
    """The settings of a scorer, without where its model lies: the model's files are an input."""
    without = {"neighbours", "metric", "parameters"}
    return SCORERS[scorer].model_dump_json(exclude=without, exclude_defaults=True)


def scorer_base_model(scorer):
    """The settings of the base model that a scorer uses; empty where it has a model of its own."""
    model = CONFIG.models.get(scorer_model(scorer))
    return base_model_settings(model) if model else "{}"


def scorer_parameters(scorer):
    """Number of parameters of a scorer's model."""
    model = CONFIG.models.get(scorer_model(scorer), SCORERS[scorer])
    return getattr(model, "parameters", 1e8)


def scorer_tokens(scorer):
    """Tokens in a batch of a scorer; 0 where it runs no model."""
    return getattr(SCORERS[scorer], "batch_tokens", 0)


def custom_origin(custom):
    """What an indicator of your own comes from: the file of its function, so that an edit is seen, or its table."""
    return custom.table or str(code_file(custom.function))


def training_memory_mb(wildcards, attempt):
    """Memory of a fine-tune, from the model and the micro-batch."""
    parameters = CONFIG.models[wildcards.model].parameters
    return needs.training_memory_mb(parameters, attempt, CONFIG.training.micro_batch_tokens)


def largest_selection():
    """The most examples that a selection of unknown size is expected to have."""
    return CONFIG.selection.search.high if CONFIG.selection.search else 10_000


def training_minutes(wildcards, attempt):
    """Time limit of a fine-tune, from the model and the most tokens that its examples can have."""
    training = run_training(wildcards.run)
    examples = (
        CONFIG.sampling.examples if wildcards.run in SUBSETS else CONFIG.selection.examples or largest_selection()
    )
    if "@" in wildcards.run:
        examples = int(re.search(r"@(\d+)", wildcards.run)[1])
    if wildcards.run.endswith(".full"):
        examples *= 10  # the size of a pool is not known before it is built
    seen = training.steps * training.batch_size if training.steps else training.epochs * examples
    return needs.training_minutes(CONFIG.models[wildcards.model].parameters, seen * training.max_tokens, attempt)


def tuned_model_memory_mb(wildcards, attempt):
    """Memory of a job that runs a tuned model without training it."""
    return needs.scoring_memory_mb(CONFIG.models[wildcards.model].parameters, attempt)


def tuned_model_minutes(wildcards, attempt):
    """Time limit of a job that runs a tuned model without training it."""
    return needs.scoring_minutes(CONFIG.models[wildcards.model].parameters, attempt)


def pool_neighbours(wildcards):
    """The i of knn_i, which is a property of a set; rated examples are none."""
    return [] if wildcards.pool in CONFIG.quality_rule.ratings else NEIGHBOURS


def rated_pool(ratings):
    """The shards of the pool that the IDs of ratings refer to, where they do."""
    pool = CONFIG.quality_rule.ratings[ratings].pool
    return (
        expand("<results>/data/pools/{pool}/deduplicated/{shard}.parquet", pool=pool, shard=shards(pool))
        if pool
        else []
    )


def scores_of_pool(wildcards):
    """The scores of every shard of a pool, by scorer."""
    return {
        scorer: [f"<results>/indicators/{wildcards.pool}/{scorer}/{shard}.parquet" for shard in shards(wildcards.pool)]
        for scorer in SCORERS
    }


def reports_of_pool(wildcards):
    """The reports of every shard and scorer of a pool."""
    return [
        f"<results>/indicators/{wildcards.pool}/{scorer}/{shard}.report.json"
        for scorer in SCORERS
        for shard in shards(wildcards.pool)
    ]


def run_examples(wildcards):
    """What a run is tuned on: a subset, or the examples of an arm."""
    if wildcards.run in SUBSETS:
        return f"<results>/sampling/{wildcards.run}.parquet"
    run = wildcards.run.rpartition("-")[0] if "@" in wildcards.run else wildcards.run
    pool, arm = run.split(".")
    return f"<results>/comparison/{wildcards.model}/{pool}/arms/{arm}/seed{wildcards.seed}.parquet"


def matched_settings(wildcards):
    """How an arm is tuned that is matched by tokens, which its examples tell."""
    pool, arm = wildcards.run.split(".")
    folder = f"<results>/comparison/{wildcards.model}/{pool}/arms/{arm}"
    return {"settings": f"{folder}/seed{wildcards.seed}.settings.json"}


def eval_sets_of(role):
    """The eval sets of a role."""
    names = [name for name, eval_set in CONFIG.eval_sets.items() if eval_set.role == role]
    return expand("<results>/data/eval/{eval_set}.parquet", eval_set=names)


def found_size(wildcards):
    """The size of the selection where it is searched."""
    return "<results>/selection/{model}/{pool}/size.json" if CONFIG.selection.search else []


def size_option(wildcards, input):
    """The option that tells a command the size that was found."""
    return f"--size {input.found}" if input.get("found") else ""


def search_memory_mb(wildcards, attempt):
    """Memory of a search: that of a fine-tune, and of the process that starts it."""
    return needs.table_memory_mb(wildcards, attempt) + training_memory_mb(wildcards, attempt)


def search_minutes(wildcards, attempt):
    """Time limit of a search, as if all its trials were of the largest size."""
    search, training = CONFIG.selection.search, CONFIG.training
    seen = training.steps * training.batch_size if training.steps else training.epochs * search.high
    tokens = seen * training.max_tokens * search.trials * search.seeds
    return needs.training_minutes(CONFIG.models[wildcards.model].parameters, tokens, attempt)


def arm_size(wildcards, input):
    """The size of an arm, as the selection's settings give it: a number of examples, a share, or what was found."""
    selection = CONFIG.selection
    if "@" in wildcards.arm:
        return f"--examples {wildcards.arm.partition('@')[2]}"
    if selection.search:
        return size_option(wildcards, input)
    return f"--examples {selection.examples}" if selection.examples else f"--fraction {selection.fraction}"


def arm_name(wildcards):
    """The arm, without the size that a curve takes it at."""
    return wildcards.arm.partition("@")[0]


def arm_inputs(wildcards):
    """What an arm is chosen by: few depend on the rule, the others on the pool's scores alone."""
    arm, folder = arm_name(wildcards), f"<results>/selection/{wildcards.model}/{wildcards.pool}"
    inputs = {"scores": f"<results>/indicators/{wildcards.pool}/scores.parquet"}
    if arm in RANKED:
        inputs["scores"] = f"{folder}/ranking.parquet"
    if arm in EMBEDDED:
        inputs["embeddings"] = f"<results>/indicators/{wildcards.pool}/embeddings.parquet"
    if arm in CONFIG.comparison.lists:
        inputs["list"] = CONFIG.comparison.lists[arm]
    if CONFIG.selection.search and "@" not in wildcards.arm:
        inputs["found"] = f"{folder}/size.json"
    return inputs


def arm_options(wildcards, input):
    """The options that some arms are chosen with."""
    options = [f"--{name} {input[name]}" for name in ("embeddings", "list") if name in input.keys()]
    return " ".join(options)


def judged_answers(wildcards, arm):
    """The answers of an arm that are judged, in order of seed."""
    folder = f"<results>/comparison/{wildcards.model}/{wildcards.pool}/answers/{arm}"
    return [f"{folder}/seed{seed}.parquet" for seed in range(CONFIG.comparison.judge.seeds)]


def judged_arms():
    """The arms whose answers are judged, and what they are judged against."""
    return [CONFIG.comparison.baseline, *CONFIG.comparison.judge.arms]


def benchmark_files(wildcards):
    """The benchmarks of a pool's arms, each with its seeds."""
    comparison, benchmarks = CONFIG.comparison, CONFIG.comparison.benchmarks
    folder = f"<results>/comparison/{wildcards.model}/{wildcards.pool}/benchmarks"
    arms = dict.fromkeys([comparison.baseline, *(benchmarks.arms or comparison.arms)])
    return [f"{folder}/{arm}/seed{seed}.json" for arm in arms for seed in range(benchmarks.seeds)]


def own_tasks():
    """The task files of one's own, so that a changed one is seen."""
    folder = CONFIG.comparison.benchmarks.include
    return sorted(str(path) for path in Path(folder).rglob("*") if path.is_file()) if folder else []


def of_selections(pattern):
    """One file of each model and each pool that is selected from."""
    return expand(pattern, model=CONFIG.models, pool=CONFIG.selection_pools())


def of_comparisons(pattern):
    """One file of each selection that is compared with controls."""
    return of_selections(pattern) if CONFIG.compares() else []


def of_curves(pattern):
    """One file of each comparison that has curves of the loss over size."""
    return of_comparisons(pattern) if CONFIG.comparison.sizes else []


def cost_inputs(wildcards):
    """What the cost of a comparison is added up from: the records, which tell the tokens and whose jobs took how long."""
    inputs = {
        "subsets": run_files(wildcards.model, subset_runs(), "record.json") if not CONFIG.quality_rule.taken else [],
        "arms": run_files(wildcards.model, arm_runs(wildcards.pool), "record.json"),
        "scores": f"<results>/indicators/{wildcards.pool}/scores.parquet",
    }
    if CONFIG.selection.search:
        inputs["trials"] = f"<results>/selection/{wildcards.model}/{wildcards.pool}/trials.parquet"
    return inputs


def cost_pools(wildcards):
    """The pools that were scored for a selection, the one selected from last."""
    return list(dict.fromkeys([*(["candidates"] if not CONFIG.quality_rule.taken else []), wildcards.pool]))


def cpu_scorers():
    """The scorers that take no GPU."""
    custom = CONFIG.indicators.custom
    return [name for name in SCORERS if name == "text" or (name in custom and not custom[name].gpu)]


def figures_of_fit():
    """The figures of each rule and of all of them together, where rules are fitted."""
    if CONFIG.quality_rule.taken:
        return []
    figures = expand("<results>/report/{model}/{figure}.svg", model=CONFIG.models, figure=FIGURES_OF_RULE)
    return [*figures, "<results>/report/across_models.svg"]


def prepared_models():
    """The models that are tuned or score."""
    tuned = CONFIG.models if CONFIG.compares() else {}
    prepared = {*tuned, *(scorer_model(scorer) for scorer in SCORERS if scorer not in CONFIG.indicators.custom)}
    return expand("<results>/models/{prepared}/model.json", prepared=sorted(prepared))


def fetched_files():
    """The prepared models and the imported sources of the hub."""
    sources = [name for name, source in CONFIG.sources.items() if source.hub]
    return [
        *prepared_models(),
        *expand("<results>/data/sources/{source}.parquet", source=sources),
        *(["<results>/comparison/benchmark_tasks.json"] if CONFIG.comparison.benchmarks else []),
    ]


def used_sources():
    """The sources of pools and eval sets, and those that degraded ones are made from."""
    used = {name for member in [*CONFIG.pools.values(), *CONFIG.eval_sets.values()] for name in member.sources}
    return sorted(used | {CONFIG.sources[name].degrade.source for name in used if CONFIG.sources[name].degrade})


def of_pools(pattern, **wildcards):
    """One file of each shard of each pool."""
    return [path for pool in CONFIG.pools for path in expand(pattern, pool=pool, shard=shards(pool), **wildcards)]


def results_of_data():
    """Imported sources, pools, eval sets and scores; one file a job."""
    return [
        *expand("<results>/data/sources/{source}.parquet", source=used_sources()),
        *expand("<results>/data/eval/{eval_set}.parquet", eval_set=CONFIG.eval_sets),
        *of_pools("<results>/data/pools/{pool}/deduplicated/{shard}.parquet"),
        *of_pools("<results>/data/pools/{pool}/{shard}.parquet"),
        *of_pools("<results>/indicators/{pool}/{scorer}/{shard}.parquet", scorer=SCORERS),
        *expand("<results>/indicators/{pool}/scores.parquet", pool=[*CONFIG.pools, *CONFIG.quality_rule.ratings]),
    ]


def results_of_fit():
    """Subsets, the runs on them and the observations, where rules are fitted."""
    if CONFIG.quality_rule.taken:
        return []
    return [
        *expand("<results>/sampling/{subset}.parquet", subset=SUBSETS),
        *expand("<results>/indicators/subsets/{subset}.json", subset=SUBSETS),
        *[path for model in CONFIG.models for path in run_files(model, subset_runs(), "record.json")],
        *expand("<results>/quality_rule/{model}/observations.parquet", model=CONFIG.models),
        *expand("<results>/quality_rule/{model}/losses.parquet", model=CONFIG.models),
        "<results>/quality_rule/across_models.json",
    ]


def results_of_comparison():
    """The arms and the runs on them, where selections are compared."""
    if not CONFIG.compares():
        return []
    arms = "<results>/comparison/{model}/{pool}/arms/{arm}/seed{seed}.parquet"
    tuned = [(model, arm_runs(pool)) for model in CONFIG.models for pool in CONFIG.selection_pools()]
    return [
        *expand(
            arms,
            model=CONFIG.models,
            pool=CONFIG.selection_pools(),
            arm=CONFIG.comparison.arms,
            seed=range(CONFIG.comparison.seeds),
        ),
        *[path for model, runs in tuned for path in run_files(model, runs, "record.json")],
        *of_selections("<results>/comparison/{model}/{pool}/comparison.json"),
    ]


def results_of_judge():
    """Prompts, answers and verdicts, where answers are judged."""
    judge = CONFIG.comparison.judge
    if not judge:
        return []
    folder = "<results>/comparison/{model}/{pool}"
    answers = [f"{folder}/answers/{arm}/seed{seed}.parquet" for arm in judged_arms() for seed in range(judge.seeds)]
    verdicts = [f"{folder}/verdicts/{arm}.parquet" for arm in judge.arms]
    return ["<results>/comparison/prompts.parquet", *of_comparisons([*answers, *verdicts, f"{folder}/judge.json"])]


def results_of_benchmarks():
    """The benchmarks of each run, where there are any."""
    if not CONFIG.comparison.benchmarks:
        return []
    pairs = [SimpleNamespace(model=model, pool=pool) for model in CONFIG.models for pool in CONFIG.selection_pools()]
    files = [path for pair in pairs for path in benchmark_files(pair)]
    return ["<results>/comparison/benchmark_tasks.json", *files]


def optional_targets():
    """What is made only where the config asks for it: exports, a judge's verdicts, benchmarks."""
    asked = {
        "selection/{model}/{pool}/export/dataset/README.md": CONFIG.selection.exports,
        "report/{model}/{pool}/judge.svg": CONFIG.comparison.judge,
        "comparison/{model}/{pool}/benchmarks.json": CONFIG.comparison.benchmarks,
    }
    return of_selections([f"<results>/{path}" for path, wanted in asked.items() if wanted])


def intermediate_results():
    """What the targets are made from.

    They are targets too: Snakemake takes a missing file for up to date as long as what was made from it is there, and
    after a rerun that failed its result is missing, so that the stale ones made from its predecessor would stay.
    """
    return [
        *prepared_models(),
        *results_of_data(),
        *results_of_fit(),
        *of_selections("<results>/selection/{model}/{pool}/ranking.parquet"),
        *results_of_comparison(),
        *results_of_judge(),
        *results_of_benchmarks(),
        *of_selections("<results>/explorer/data/rankings/{model}/{pool}.js"),
        *expand("<results>/explorer/data/pools/{pool}", pool=CONFIG.selection_pools()),
    ]


def accounts():
    """The reports of what went in and came out of each source, pool and eval set."""
    return [
        *expand("<results>/data/sources/{source}.report.json", source=used_sources()),
        *expand("<results>/data/pools/{pool}.report.json", pool=CONFIG.pools),
        *expand("<results>/data/eval/{eval_set}.report.json", eval_set=CONFIG.eval_sets),
    ]


def all_records():
    """The record of every fine-tune."""
    return [path for path in [*results_of_fit(), *results_of_comparison()] if Path(path).name == "record.json"]


def all_figures(form):
    """Every figure, or the table beside it, by the end of its name."""
    return [path.removesuffix("svg") + form for path in final_targets() if path.endswith(".svg")]


def report_texts_hash():
    """The hash of the report's template and captions, which its command reads."""
    texts = sorted(Path(LIBRARY, "report").iterdir())
    return hashlib.sha256(b"".join(text.read_bytes() for text in texts)).hexdigest()[:12]


def final_targets():
    """Everything that a run is for."""
    return [
        "<results>/summary.txt",
        "<results>/report.html",
        "<results>/explorer/index.html",
        *expand("<results>/quality_rule/{model}/rule.md", model=CONFIG.models),
        *figures_of_fit(),
        *expand("<results>/report/{model}/{pool}/people.svg", model=CONFIG.models, pool=CONFIG.quality_rule.ratings),
        *of_selections("<results>/selection/{model}/{pool}/selected.jsonl"),
        *of_comparisons("<results>/report/{model}/{pool}/arms.svg"),
        *of_curves("<results>/report/{model}/{pool}/sizes.svg"),
        *of_selections("<results>/report/{model}/{pool}/quality.svg"),
        *of_selections("<results>/report/{model}/{pool}/examples.html"),
        *optional_targets(),
    ]
