# Needs: the config of the comparison. Makes: its runs, how each arm is chosen, and what the rules read.


def arm_run(wildcards):
    """The arm whose examples are chosen, with the size that a curve takes it at."""
    return RunName.read(f"{wildcards.pool}.{wildcards.arm}")


def arm_name(wildcards):
    """The arm, without the size that a curve takes it at."""
    return arm_run(wildcards).arm


def arm_size(wildcards):
    """The option for the size of an arm: a number of examples or a share; none where a search finds it.

    It is tracked, unlike a param that is a function of `input`: a new size makes the arms that have it anew.
    """
    selection, run = CONFIG.selection, arm_run(wildcards)
    if not kind_of(run.arm).sized:
        return option("--fraction", 1)
    if run.size or selection.search:
        return option("--examples", run.size)
    return option("--examples", selection.examples) or option("--fraction", selection.fraction)


def arm_inputs(wildcards):
    """What an arm is chosen by: a few arms need the rule's ranking, the others only the scores of the pool."""
    arm, folder = arm_name(wildcards), f"<results>/selection/{wildcards.model}/{wildcards.pool}"
    inputs = {"scores": f"<results>/indicators/{wildcards.pool}/scores.parquet"}
    if kind_of(arm).ranked:
        inputs["scores"] = ranking_of(arm, wildcards.model, wildcards.pool)
    if kind_of(arm).embedded:
        inputs["embeddings"] = f"<results>/indicators/{wildcards.pool}/embeddings.parquet"
    if arm in CONFIG.comparison.lists:
        inputs["list"] = own_file(CONFIG.comparison.lists[arm])
    if is_length_matched(arm):
        arms = f"<results>/comparison/{wildcards.model}/{wildcards.pool}/arms"
        inputs["baseline"] = f"{arms}/{CONFIG.comparison.baseline}/seed{wildcards.seed}.parquet"
    if CONFIG.selection.search and kind_of(arm).sized and not arm_run(wildcards).size:
        inputs["found"] = f"{folder}/size.json"
    return inputs


def ranking_of(arm, model, pool):
    """The ranking that an arm follows: that of the selection, or for `ruled` that by the rule, in its round."""
    if original(arm) != "ruled":
        return f"<results>/selection/{model}/{pool}/ranking.parquet"
    _, _, number = arm.partition("_")
    return f"<results>/validation/{model}/{pool}/{number}/ranking.parquet" if number else last_ranking(model, pool)


def arm_options(wildcards, input):
    """The options that some arms are chosen with; a list goes by its own name, which may begin with `-` or `@`."""
    listed = CONFIG.comparison.lists.get(arm_name(wildcards))
    files = [word for name in ("embeddings", "baseline") for word in option(f"--{name}", input.get(name))]
    return [*files, *([f"--list={listed}"] if listed else [])]


def matched_settings(wildcards):
    """The settings of an arm with a matched number of tokens; they depend on its examples."""
    return {"settings": run_examples(wildcards).replace(".parquet", ".settings.json")}


def tuned_model_memory_mb(wildcards, attempt):
    """Memory of a job that runs a tuned model without training it."""
    return needs.scoring_memory_mb(CONFIG.models[wildcards.model].parameters, attempt)


def tuned_model_minutes(wildcards, attempt):
    """Time limit of a job that runs a tuned model without training it."""
    return needs.scoring_minutes(CONFIG.models[wildcards.model].parameters, attempt)


def judged_answers(wildcards, arm):
    """The answers of a judged arm, in order of seed."""
    folder = f"<results>/comparison/{wildcards.model}/{wildcards.pool}/answers/{arm}"
    return [f"{folder}/seed{seed}.parquet" for seed in range(CONFIG.comparison.judge.seeds)]


def judged_arms():
    """The arms whose answers are judged, and what they are judged against."""
    return [CONFIG.comparison.baseline, *CONFIG.comparison.judge.arms]


def own_tasks():
    """The user's own task files, as inputs, so that a changed file is noticed."""
    folder = CONFIG.comparison.benchmarks.include
    return own_files(folder, sorted(path for path in Path(folder).rglob("*") if path.is_file())) if folder else []


def benchmark_files(wildcards):
    """The benchmarks of a pool's arms, each with its seeds."""
    comparison, benchmarks = CONFIG.comparison, CONFIG.comparison.benchmarks
    folder = f"<results>/comparison/{wildcards.model}/{wildcards.pool}/benchmarks"
    arms = dict.fromkeys([comparison.baseline, *(benchmarks.arms or comparison.arms)])
    return [f"{folder}/{arm}/seed{seed}.json" for arm in arms for seed in range(benchmarks.seeds)]


def cost_inputs(wildcards):
    """What the cost of choosing is added up from: records, which have the tokens and the times of fine-tunes."""
    inputs = {
        "subsets": (
            run_files(wildcards.model, subset_runs(CONFIG), "record.json") if not CONFIG.quality_rule.adopted else []
        ),
        "choices": run_files(wildcards.model, choices_in_all_rounds(wildcards), "record.json"),
        "arms": run_files(wildcards.model, arm_runs(CONFIG, wildcards.pool), "record.json"),
        "scores": f"<results>/indicators/{wildcards.pool}/scores.parquet",
    }
    if CONFIG.selection.search:
        inputs["trials"] = f"<results>/selection/{wildcards.model}/{wildcards.pool}/trials.parquet"
    return inputs


def cost_pools(wildcards):
    """The pools that were scored for a selection, the one selected from last."""
    return list(dict.fromkeys([*(["candidates"] if not CONFIG.quality_rule.adopted else []), wildcards.pool]))


def cpu_scorers():
    """The scorers that take no GPU."""
    return [name for name, scorer in SCORERS.items() if not needs_gpu(scorer)]
