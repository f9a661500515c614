# Needs: the pool of candidates, and its scores if the scheme needs them. Makes: the subsets that the rule is fitted on.


localrules:
    sample_subset,


rule sample_subset:
    """Draw one subset of the candidates; it depends on its own number only, so adding subsets changes none."""
    input:
        scores="<results>/indicators/candidates/scores.parquet" if CONFIG.sampling.by_indicators else [],
        # It lists the hashes of the shards, so that one file is the input of a subset, not every shard.
        pool="<results>/data/pools/candidates.report.json",
    output:
        "<results>/sampling/{subset}.parquet",
    log:
        "<logs>/sampling/{subset}.log",
    benchmark:
        "<benchmarks>/sampling/{subset}.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.sampling.sample_subset", settings=CONFIG.sampling.draw_settings),
        scores=lambda wildcards, input: option("--scores", input.scores),
        seed=CONFIG.seed,
    shell:
        "{params.command:q} --subset {wildcards.subset:q} --settings {params.settings:q}"
        " --seed {params.seed:q} --pool {input.pool:q} {params.scores:q} --output {output:q} 2>&1 | tee {log:q}"
