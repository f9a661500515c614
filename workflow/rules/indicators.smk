# Needs: the shards of a pool and prepared models. Makes: one score per example and indicator; means per subset.


include: "helpers/indicators.smk"


localrules:
    gather_scores,
    subset_indicators,


for scorer in [name for name in SCORERS if name not in CONFIG.indicators.custom]:

    rule:
        """Score every example of one shard; the models run here and nowhere else."""
        name:
            f"score_{scorer}"
        input:
            examples="<results>/data/pools/{pool}/deduplicated/{shard}.parquet",
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
            gpu=int(SCORERS[scorer].gpu),
            mem_mb=lambda wildcards, attempt, scorer=scorer: needs.scoring_memory_mb(
                scorer_parameters(scorer), attempt, scorer_tokens(scorer)
            ),
            runtime=lambda wildcards, attempt, scorer=scorer: needs.scoring_minutes(scorer_parameters(scorer), attempt),
        params:
            **runs(f"instructmining.indicators.{scorer}", settings=scorer_settings(scorer)),
            base_model=as_is(scorer_base_model(scorer)),
        shell:
            "{params.command:q} --settings {params.settings:q}"
            " --base-model {params.base_model:q} --model {input.model:q} --threads {threads} --examples {input.examples:q}"
            " --scores {output.scores:q} --report {output.report:q} 2>&1 | tee {log:q}"


for indicator, custom in CONFIG.indicators.custom.items():

    rule:
        """Score every example of one shard with an indicator of your own: a function, or a table of scores."""
        name:
            f"score_{indicator}"
        input:
            examples="<results>/data/pools/{pool}/deduplicated/{shard}.parquet",
            origin=custom_origin(custom),
        output:
            scores=f"<results>/indicators/{{pool}}/{indicator}/{{shard}}.parquet",
            report=f"<results>/indicators/{{pool}}/{indicator}/{{shard}}.report.json",
        log:
            f"<logs>/indicators/{{pool}}/{indicator}/{{shard}}.log",
        benchmark:
            f"<benchmarks>/indicators/{{pool}}/{indicator}/{{shard}}.jsonl"
        resources:
            gpu=int(custom.gpu),
            mem_mb=needs.table_memory_mb,
            runtime=needs.long_minutes,
        params:
            **runs(f"instructmining.indicators.custom_{'function' if custom.function else 'table'}", settings=custom),
            indicator=indicator,
        shell:
            "{params.command:q} --name {params.indicator:q}"
            " --settings {params.settings:q} --examples {input.examples:q} --scores {output.scores:q}"
            " --report {output.report:q} 2>&1 | tee {log:q}"


rule gather_scores:
    """Join the scores of all shards and scorers of a pool into one table, with distances between neighbours inside it."""
    input:
        unpack(scores_of_pool),
        shards=pool_shards,
        reports=reports_of_pool,
    output:
        scores="<results>/indicators/{pool}/scores.parquet",
        embeddings="<results>/indicators/{pool}/embeddings.parquet",
        report="<results>/indicators/{pool}/scores.report.json",
    log:
        "<logs>/indicators/{pool}/scores.log",
    benchmark:
        "<benchmarks>/indicators/{pool}/scores.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.indicators.gather_scores"),
        scores=lambda wildcards, input: [
            word for scorer in SCORERS for word in ("--scores", *as_list(input.get(scorer)))
        ],
        neighbours=pool_neighbours,
        metric=METRIC,
    shell:
        "{params.command:q} --shards {input.shards:q} {params.scores:q}"
        " --neighbours {params.neighbours:q} --metric {params.metric:q} --reports {input.reports:q} --output {output.scores:q}"
        " --embeddings {output.embeddings:q} --report {output.report:q} 2>&1 | tee {log:q}"


rule subset_indicators:
    """The indicators of one subset: the means of its examples' scores, and distances between neighbours inside it."""
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
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.indicators.subset_indicators"),
        neighbours=NEIGHBOURS,
        metric=METRIC,
    shell:
        "{params.command:q} --subset {input.subset:q} --scores {input.scores:q}"
        " --embeddings {input.embeddings:q} --neighbours {params.neighbours:q} --metric {params.metric:q} --output {output:q}"
        " 2>&1 | tee {log:q}"
