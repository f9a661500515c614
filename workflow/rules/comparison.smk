# Needs: the ranked pool, and the runs on each arm. Makes: the arms, and what the selection is worth beside controls.


localrules:
    choose_arm,
    compare,


rule choose_arm:
    """Choose the examples of one arm of the comparison; `random` is drawn anew for each seed."""
    input:
        scores=arm_scores,
        shards=pool_shards,
    output:
        "<results>/comparison/{model}/{pool}/arms/{arm}/seed{seed}.parquet",
    log:
        "<logs>/comparison/{model}/{pool}/arms/{arm}/seed{seed}.log",
    benchmark:
        "<benchmarks>/comparison/{model}/{pool}/arms/{arm}/seed{seed}.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        size=arm_size,
        config_seed=CONFIG.seed,
        code=fingerprint("instructmining.comparison.choose_arm"),
    shell:
        "python -m instructmining.comparison.choose_arm --arm {wildcards.arm} --seed {wildcards.seed}"
        " --config-seed {params.config_seed} --scores {input.scores} --shards {input.shards} {params.size}"
        " --output {output} 2>&1 | tee {log}"


rule compare:
    """Compare the arms on the eval sets of the role test, paired by seed, with intervals."""
    input:
        records=lambda wildcards: run_files(wildcards.model, arm_runs(wildcards.pool), "record.json"),
        losses=lambda wildcards: run_files(wildcards.model, arm_runs(wildcards.pool), "losses.parquet"),
    output:
        comparison="<results>/comparison/{model}/{pool}/comparison.json",
        table="<results>/comparison/{model}/{pool}/losses.parquet",
    log:
        "<logs>/comparison/{model}/{pool}/compare.log",
    benchmark:
        "<benchmarks>/comparison/{model}/{pool}/compare.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        settings=settings(CONFIG.comparison),
        confidence=CONFIG.quality_rule.confidence,
        code=fingerprint("instructmining.comparison.compare"),
    shell:
        "python -m instructmining.comparison.compare --settings {params.settings:q} --confidence {params.confidence}"
        " --records {input.records} --losses-files {input.losses} --output {output.comparison} --table {output.table}"
        " 2>&1 | tee {log}"
