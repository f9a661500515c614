# Needs: the pool of candidates. Makes: the subsets that the rule is fitted on.


localrules:
    sample_subset,


rule sample_subset:
    """Draw one subset of the candidates; it depends on the seed and its own number alone."""
    input:
        # Its shards stand in it with their hashes: one file for each subset, and not as many as there are shards.
        "<results>/data/pools/candidates.report.json",
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
        settings=CONFIG.sampling.model_dump_json(include={"scheme", "examples", "concentration"}),
        seed=CONFIG.seed,
        code=fingerprint("instructmining.sampling.sample_subset"),
    shell:
        "python -m instructmining.sampling.sample_subset --subset {wildcards.subset} --settings {params.settings:q}"
        " --seed {params.seed} --pool {input} --output {output} 2>&1 | tee {log}"
