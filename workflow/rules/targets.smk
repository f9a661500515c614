# Needs: the config. Makes: lists of files - the results that a run is for, and what they are made from.
from types import SimpleNamespace


def of_fits(pattern):
    """One file of each model if rules are fitted; one file of all models if the path names none."""
    return [] if CONFIG.quality_rule.adopted else expand(pattern, model=CONFIG.models)


def of_ratings(pattern):
    """One file of each model and each set of ratings by people."""
    return expand(pattern, model=CONFIG.models, pool=CONFIG.quality_rule.ratings)


def of_selections(pattern):
    """One file of each model and each pool that is selected from."""
    return expand(pattern, model=CONFIG.models, pool=CONFIG.selection_pools())


def of_comparisons(pattern):
    """One file of each selection that is compared with controls."""
    return of_selections(pattern) if CONFIG.compares() else []


def of_validated(pattern):
    """One file of each selection whose rule is tried."""
    return of_selections(pattern) if CONFIG.validates() else []


def of_validations(pattern):
    """One file of each round of each selection's validation."""
    return of_validated(expand(pattern, number=range(1, ROUNDS + 1), allow_missing=True))


def of_predictions(pattern):
    """One file of each comparison whose arms a rule predicts that was fitted here."""
    return [] if CONFIG.quality_rule.adopted else of_comparisons(pattern)


def of_decisions(pattern):
    """One file of each selection that follows the rule only if nothing speaks against it."""
    return of_selections(pattern) if CONFIG.may_refuse() else []


def of_curves(pattern):
    """One file of each comparison that has curves of the loss over size."""
    return of_comparisons(pattern) if CONFIG.comparison.sizes else []


def of_judge(pattern):
    """One file of each comparison in which a judge compares answers."""
    return of_comparisons(pattern) if CONFIG.comparison.judge else []


def of_benchmarks(pattern):
    """One file of each comparison whose arms are measured on benchmarks."""
    return of_comparisons(pattern) if CONFIG.comparison.benchmarks else []


def of_searches(pattern):
    """One file of each selection whose size is searched."""
    return of_selections(pattern) if CONFIG.selection.search else []


def of_pools(pattern, **wildcards):
    """One file of each shard of each pool."""
    return [path for pool in CONFIG.pools for path in expand(pattern, pool=pool, shard=shards(pool), **wildcards)]


# The files of each result that a figure of the catalogue may show.
FILES_OF = {
    "fit": of_fits,
    "ratings": of_ratings,
    "validation": of_validated,
    "selection": of_selections,
    "comparison": of_comparisons,
    "predictions": of_predictions,
    "curves": of_curves,
    "judge": of_judge,
}


def final_targets():
    """The results that a run is for."""
    return [
        "<results>/summary.txt",
        "<results>/report.html",
        "<results>/explorer/index.html",
        *expand("<results>/quality_rule/{model}/rule.md", model=CONFIG.models),
        *all_figures("svg"),
        *of_selections("<results>/selection/{model}/{pool}/selected.jsonl"),
        *of_selections("<results>/report/{model}/{pool}/examples.html"),
        *optional_targets(),
    ]


def run_figures():
    """The figures that a run may draw."""
    return [figure for figure in FIGURES.values() if figure.shows in FILES_OF]


def all_figures(suffix):
    """Every figure of this run (svg), or the tables beside them (csv)."""
    patterns = [(FILES_OF[figure.shows], f"<results>/{figure.path}.{suffix}") for figure in run_figures()]
    return [path for files_of, pattern in patterns for path in files_of(pattern)]


def optional_targets():
    """What is made only if the config asks for it: exports and benchmarks."""
    asked = {
        "selection/{model}/{pool}/export/dataset/README.md": CONFIG.selection.exports,
        "comparison/{model}/{pool}/benchmarks.json": CONFIG.comparison.benchmarks,
    }
    return of_selections([f"<results>/{path}" for path, wanted in asked.items() if wanted])


def intermediate_results():
    """What the final targets are made from.

    They are targets too. Snakemake takes a missing file to be up to date as long as the files made from it exist. The
    output of a failed rerun is missing, so otherwise the stale files made from its previous version would stay.
    """
    return [
        *prepared_models(),
        *results_of_data(),
        *results_of_fit(),
        *results_of_validation(),
        *of_selections("<results>/selection/{model}/{pool}/ranking.parquet"),
        *of_searches("<results>/selection/{model}/{pool}/size.json"),
        *results_of_comparison(),
        *results_of_judge(),
        *results_of_benchmarks(),
        *of_selections("<results>/explorer/data/rankings/{model}/{pool}.js"),
        *expand("<results>/explorer/data/pools/{pool}", pool=CONFIG.selection_pools()),
    ]


def prepared_models():
    """The models that are tuned, and those that score."""
    tuned = CONFIG.models if CONFIG.compares() else {}
    with_model = [name for name, scorer in SCORERS.items() if getattr(scorer, "model", None)]
    prepared = {*tuned, *map(scorer_model, with_model)}
    return expand("<results>/models/{prepared}/model.json", prepared=sorted(prepared))


def used_sources():
    """The sources of pools and eval sets, and the sources that degraded ones are made from."""
    used = {name for member in [*CONFIG.pools.values(), *CONFIG.eval_sets.values()] for name in member.sources}
    return sorted(used | {CONFIG.sources[name].degrade.source for name in used if CONFIG.sources[name].degrade})


def results_of_data():
    """Imported sources, pools, eval sets and scores; one file per job."""
    return [
        *expand("<results>/data/sources/{source}.parquet", source=used_sources()),
        *expand("<results>/data/eval/{eval_set}.parquet", eval_set=CONFIG.eval_sets),
        "<results>/data/counts.json",
        *of_pools("<results>/data/pools/{pool}/deduplicated/{shard}.parquet"),
        *of_pools("<results>/data/pools/{pool}/{shard}.parquet"),
        *of_pools("<results>/indicators/{pool}/{scorer}/{shard}.parquet", scorer=SCORERS),
        *expand("<results>/indicators/{pool}/scores.parquet", pool=[*CONFIG.pools, *CONFIG.quality_rule.ratings]),
    ]


def results_of_fit():
    """Subsets, the runs on them and the observations, if rules are fitted."""
    if CONFIG.quality_rule.adopted:
        return []
    return [
        *expand("<results>/sampling/{subset}.parquet", subset=SUBSETS),
        *expand("<results>/indicators/subsets/{subset}.json", subset=SUBSETS),
        *[path for model in CONFIG.models for path in run_files(model, subset_runs(CONFIG), "record.json")],
        *expand("<results>/quality_rule/{model}/observations.parquet", model=CONFIG.models),
        *expand("<results>/quality_rule/{model}/losses.parquet", model=CONFIG.models),
        "<results>/quality_rule/across_models.json",
    ]


def results_of_validation():
    """The rankings by the rule, the runs on the choices, what they showed, and what selections follow."""
    pairs = [(model, pool) for model in CONFIG.models for pool in CONFIG.selection_pools()]
    rounds = [(model, choice_runs(CONFIG, pool, number)) for model, pool in pairs for number in range(1, ROUNDS + 1)]
    folder, again = "<results>/validation/{model}/{pool}", range(2, ROUNDS + 1)
    return [
        *of_validations(
            [f"{folder}/{{number}}/{name}" for name in ("ranking.parquet", "validation.json", "choices.parquet")]
        ),
        *[path for model, runs in rounds for path in dict.fromkeys(examples_of(model, runs))],
        *[path for model, runs in rounds for path in run_files(model, runs, "record.json")],
        *of_selections(
            [f"{folder}/{number}/{name}" for number in again for name in ("observations.parquet", "rule.json")]
        ),
        *of_decisions("<results>/selection/{model}/{pool}/decision.json"),
    ]


def results_of_replicates():
    """The runs on replicated subsets, if rules are fitted: all that `make signal` compares."""
    runs = [] if CONFIG.quality_rule.adopted else replicated_runs(CONFIG)
    return [path for model in CONFIG.models for path in run_files(model, runs, "record.json")]


def results_of_comparison():
    """The arms and the runs on them, including those of the curves over size, if selections are compared."""
    if not CONFIG.compares():
        return []
    runs = [
        SimpleNamespace(model=model, run=run, seed=seed)
        for model in CONFIG.models
        for pool in CONFIG.selection_pools()
        for run, seed in [*arm_runs(CONFIG, pool), *size_runs(CONFIG, pool)]
    ]
    return [
        *dict.fromkeys(map(run_examples, runs)),
        *[path for tuned in runs for path in run_files(tuned.model, [(tuned.run, tuned.seed)], "record.json")],
        *of_selections("<results>/comparison/{model}/{pool}/comparison.json"),
        *of_predictions([f"<results>/comparison/{{model}}/{{pool}}/predicted.{kind}" for kind in ("json", "parquet")]),
        *of_curves("<results>/comparison/{model}/{pool}/sizes.json"),
        *of_comparisons("<results>/comparison/{model}/{pool}/cost.json"),
    ]


def results_of_judge():
    """Prompts, answers and verdicts, if answers are judged."""
    judge = CONFIG.comparison.judge
    if not judge:
        return []
    folder = "<results>/comparison/{model}/{pool}"
    answers = [f"{folder}/answers/{arm}/seed{seed}.parquet" for arm in judged_arms() for seed in range(judge.seeds)]
    verdicts = [f"{folder}/verdicts/{arm}.parquet" for arm in judge.arms]
    return ["<results>/comparison/prompts.parquet", *of_comparisons([*answers, *verdicts, f"{folder}/judge.json"])]


def results_of_benchmarks():
    """The benchmarks of each run, if there are any."""
    if not CONFIG.comparison.benchmarks:
        return []
    pairs = [SimpleNamespace(model=model, pool=pool) for model in CONFIG.models for pool in CONFIG.selection_pools()]
    files = [path for pair in pairs for path in benchmark_files(pair)]
    return ["<results>/comparison/benchmark_tasks.json", *files]


def fetched_files():
    """The prepared models, the sources imported from the hub, and the tasks of benchmarks."""
    sources = [name for name, source in CONFIG.sources.items() if source.hub]
    return [
        *prepared_models(),
        *expand("<results>/data/sources/{source}.parquet", source=sources),
        *(["<results>/comparison/benchmark_tasks.json"] if CONFIG.comparison.benchmarks else []),
    ]
