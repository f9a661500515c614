# Needs: the shards of a pool and prepared models. Makes: one score per example and indicator; means per subset.


include: "helpers/indicators.smk"


localrules:
    gather_scores,
    subset_indicators,


for scorer in local_scorers():

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


if CONFIG.indicators.rating and not runs_here(CONFIG.indicators.rating):

    # The endpoint is asked where Snakemake runs, as the judge is: nodes may have no network, and the key stays here.
    localrules:
        score_rating,

    rule score_rating:
        """Ask the model behind an endpoint about every example of one shard; replies are kept and never asked for again."""
        input:
            examples="<results>/data/pools/{pool}/deduplicated/{shard}.parquet",
        output:
            scores="<results>/indicators/{pool}/rating/{shard}.parquet",
            report="<results>/indicators/{pool}/rating/{shard}.report.json",
        log:
            "<logs>/indicators/{pool}/rating/{shard}.log",
        benchmark:
            "<benchmarks>/indicators/{pool}/rating/{shard}.jsonl"
        resources:
            mem_mb=needs.table_memory_mb,
            runtime=needs.long_minutes,
        params:
            **runs("instructmining.indicators.rating_endpoint", settings=CONFIG.indicators.rating),
            # Not an output, so that Snakemake does not delete it: replies cost money.
            cache=lambda wildcards, output: Path(output.scores).parents[2] / "replies",
        shell:
            "{params.command:q} --settings {params.settings:q} --examples {input.examples:q} --cache {params.cache:q}"
            " --scores {output.scores:q} --report {output.report:q} 2>&1 | tee {log:q}"


for scorer in filter(is_aimed, SCORERS):

    rule:
        """Compare every example of one shard with the eval sets of the role fit, by vectors that are there."""
        name:
            f"score_{scorer}"
        input:
            examples="<results>/data/pools/{pool}/deduplicated/{shard}.parquet",
            vectors=f"<results>/indicators/{{pool}}/{vectors_of(scorer)}/{{shard}}.parquet",
            aims=expand(f"<results>/indicators/eval_sets/{vectors_of(scorer)}/{{eval_set}}.parquet", eval_set=AIMS),
        output:
            scores=f"<results>/indicators/{{pool}}/{scorer}/{{shard}}.parquet",
            report=f"<results>/indicators/{{pool}}/{scorer}/{{shard}}.report.json",
        log:
            f"<logs>/indicators/{{pool}}/{scorer}/{{shard}}.log",
        benchmark:
            f"<benchmarks>/indicators/{{pool}}/{scorer}/{{shard}}.jsonl"
        resources:
            mem_mb=needs.table_memory_mb,
            runtime=needs.short_minutes,
        params:
            **runs(f"instructmining.indicators.{scorer}", settings=SCORERS[scorer]),
        shell:
            "{params.command:q} --settings {params.settings:q} --examples {input.examples:q} --vectors {input.vectors:q}"
            " --aims {input.aims:q} --scores {output.scores:q} --report {output.report:q} 2>&1 | tee {log:q}"


if CONFIG.indicators.similarity:

    use rule score_embedding as embed_eval_set with:
        input:
            examples="<results>/data/eval/{eval_set}.parquet",
            model="<results>/models/embedding/model.json",
        output:
            scores="<results>/indicators/eval_sets/embedding/{eval_set}.parquet",
            report="<results>/indicators/eval_sets/embedding/{eval_set}.report.json",
        log:
            "<logs>/indicators/eval_sets/embedding/{eval_set}.log",
        benchmark:
            "<benchmarks>/indicators/eval_sets/embedding/{eval_set}.jsonl"


if CONFIG.indicators.influence:

    rule warm_up_adapter:
        """Warm up an adapter on random examples; `influence` takes gradients in its parameters."""
        input:
            pool=f"<results>/data/pools/{WARM_UP_POOL}.report.json",
            all_data=after("<results>/data/counts.json"),
            model=f"<results>/models/{scorer_model('influence')}/model.json",
        output:
            directory(WARM_ADAPTER),
        log:
            "<logs>/indicators/eval_sets/gradients/adapter.log",
        benchmark:
            "<benchmarks>/indicators/eval_sets/gradients/adapter.jsonl"
        threads: 1
        resources:
            gpu=1,
            mem_mb=warm_up_memory_mb,
            runtime=warm_up_minutes,
        params:
            **runs("instructmining.training.warm_up", settings=CONFIG.training),
            base_model=as_is(scorer_base_model("influence")),
            examples=CONFIG.indicators.influence.warmup_examples,
            seed=CONFIG.seed,
        shell:
            "{params.command:q} --model {input.model:q} --base-model {params.base_model:q}"
            " --settings {params.settings:q} --pool {input.pool:q} --examples {params.examples:q} --seed {params.seed:q}"
            " --threads {threads} --adapter {output:q} 2>&1 | tee {log:q}"

    rule take_gradients:
        """The gradient of every example of one shard in the warmed-up adapter, as a projected unit vector."""
        input:
            examples="<results>/data/pools/{pool}/deduplicated/{shard}.parquet",
            model=f"<results>/models/{scorer_model('influence')}/model.json",
            adapter=WARM_ADAPTER,
        output:
            vectors="<results>/indicators/{pool}/gradients/{shard}.parquet",
            report="<results>/indicators/{pool}/gradients/{shard}.report.json",
        log:
            "<logs>/indicators/{pool}/gradients/{shard}.log",
        benchmark:
            "<benchmarks>/indicators/{pool}/gradients/{shard}.jsonl"
        threads: 1
        resources:
            gpu=1,
            mem_mb=gradients_memory_mb,
            runtime=gradients_minutes,
        params:
            **runs("instructmining.indicators.gradients", settings=without(SCORERS["influence"], "warmup_examples")),
            base_model=as_is(scorer_base_model("influence")),
        shell:
            "{params.command:q} --settings {params.settings:q} --base-model {params.base_model:q}"
            " --model {input.model:q} --adapter {input.adapter:q} --threads {threads} --examples {input.examples:q}"
            " --vectors {output.vectors:q} --report {output.report:q} 2>&1 | tee {log:q}"

    use rule take_gradients as take_gradients_of_eval_set with:
        input:
            examples="<results>/data/eval/{eval_set}.parquet",
            model=f"<results>/models/{scorer_model('influence')}/model.json",
            adapter=WARM_ADAPTER,
        output:
            vectors="<results>/indicators/eval_sets/gradients/{eval_set}.parquet",
            report="<results>/indicators/eval_sets/gradients/{eval_set}.report.json",
        log:
            "<logs>/indicators/eval_sets/gradients/{eval_set}.log",
        benchmark:
            "<benchmarks>/indicators/eval_sets/gradients/{eval_set}.jsonl"


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
        winsorise=winsorise_option(),
    shell:
        "{params.command:q} --subset {input.subset:q} --scores {input.scores:q}"
        " --embeddings {input.embeddings:q} --neighbours {params.neighbours:q} --metric {params.metric:q}"
        " {params.winsorise:q} --output {output:q} 2>&1 | tee {log:q}"
