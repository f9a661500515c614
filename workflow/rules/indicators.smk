# Needs: the shards of a pool and prepared models. Makes: one score per example and indicator; means per subset.


def scorer_model(scorer):
    """The prepared model of a scorer: a base model that it names, or one of its own."""
    model = getattr(CONFIG.indicators, scorer).model
    return model if isinstance(model, str) else scorer


def scorer_settings(scorer):
    """The settings of a scorer, without where its model lies: the model's files are an input."""
    return getattr(CONFIG.indicators, scorer).model_dump_json(exclude={"neighbours"}, exclude_defaults=True)


def scorer_base_model(scorer):
    """The settings of the base model that a scorer uses; empty where it has a model of its own."""
    model = CONFIG.models.get(scorer_model(scorer))
    return base_model_settings(model) if model else "{}"


def scorer_parameters(scorer):
    """Number of parameters of a scorer's model."""
    model = CONFIG.models.get(scorer_model(scorer))
    return model.parameters if model else 1e8


for scorer in SCORERS:

    rule:
        """Score every example of one shard; the models run here and nowhere else."""
        name:
            f"score_{scorer}"
        input:
            examples="<results>/data/pools/{pool}/{shard}.parquet",
            model=f"<results>/models/{scorer_model(scorer)}/model.json",
        output:
            scores=f"<results>/indicators/{{pool}}/{scorer}/{{shard}}.parquet",
            report=f"<results>/indicators/{{pool}}/{scorer}/{{shard}}.report.json",
        log:
            f"<logs>/indicators/{{pool}}/{scorer}/{{shard}}.log",
        benchmark:
            f"<benchmarks>/indicators/{{pool}}/{scorer}/{{shard}}.jsonl"
        threads: 1
        resources:
            gpu=0 if scorer == "text" else 1,
            mem_mb=lambda wildcards, attempt, parameters=scorer_parameters(scorer): needs.scoring_memory_mb(
                parameters, attempt
            ),
            runtime=needs.long_minutes,
        params:
            scorer=scorer,
            settings=scorer_settings(scorer),
            base_model=scorer_base_model(scorer),
            code=fingerprint(f"instructmining.indicators.{scorer}"),
        shell:
            "python -m instructmining.indicators.{params.scorer} --settings {params.settings:q}"
            " --base-model {params.base_model:q} --model {input.model} --threads {threads} --examples {input.examples}"
            " --scores {output.scores} --report {output.report} 2>&1 | tee {log}"


def scores_of_pool(wildcards):
    """The scores of every shard of a pool, by scorer."""
    return {
        scorer: [f"<results>/indicators/{wildcards.pool}/{scorer}/{shard}.parquet" for shard in shards(wildcards.pool)]
        for scorer in SCORERS
    }


rule gather_scores:
    input:
        unpack(scores_of_pool),
        shards=pool_shards,
    output:
        scores="<results>/indicators/{pool}/scores.parquet",
        embeddings="<results>/indicators/{pool}/embeddings.parquet",
    log:
        "<logs>/indicators/{pool}/scores.log",
    benchmark:
        "<benchmarks>/indicators/{pool}/scores.jsonl"
    """Join the scores of all shards and scorers of a pool into one table, with the neighbours inside the pool."""
    localrule: True
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        scores=lambda wildcards, input: " ".join(
            f"--scores {' '.join(as_list(input.get(scorer)))}" for scorer in SCORERS
        ),
        neighbours=NEIGHBOURS,
        code=fingerprint("instructmining.indicators.gather_scores"),
    shell:
        "python -m instructmining.indicators.gather_scores --shards {input.shards} {params.scores}"
        " --neighbours {params.neighbours} --output {output.scores} --embeddings {output.embeddings} 2>&1 | tee {log}"


rule subset_indicators:
    input:
        subset="<results>/sampling/{subset}.parquet",
        scores="<results>/indicators/candidates/scores.parquet",
        embeddings="<results>/indicators/candidates/embeddings.parquet",
    output:
        "<results>/indicators/subsets/{subset}.json",
    log:
        "<logs>/indicators/subsets/{subset}.log",
    benchmark:
        "<benchmarks>/indicators/subsets/{subset}.jsonl"
    """The indicators of one subset: means of its examples' scores, and neighbours inside the subset."""
    localrule: True
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        neighbours=NEIGHBOURS,
        code=fingerprint("instructmining.indicators.subset_indicators"),
    shell:
        "python -m instructmining.indicators.subset_indicators --subset {input.subset} --scores {input.scores}"
        " --embeddings {input.embeddings} --neighbours {params.neighbours} --output {output} 2>&1 | tee {log}"
