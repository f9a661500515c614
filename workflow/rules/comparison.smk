# Needs: the ranked pool, and the runs on each arm. Makes: the arms, and what the selection is worth beside controls.


localrules:
    choose_arm,
    compare,


rule choose_arm:
    """Choose the examples of one arm of the comparison; `random` is drawn anew for each seed."""
    input:
        unpack(arm_inputs),
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
        options=arm_options,
        max_cosine=lambda wildcards: CONFIG.comparison.max_cosine if wildcards.arm == "selected_diverse" else 1.0,
        config_seed=CONFIG.seed,
        code=fingerprint("instructmining.comparison.choose_arm"),
    shell:
        "python -m instructmining.comparison.choose_arm --arm {wildcards.arm} --seed {wildcards.seed}"
        " --config-seed {params.config_seed} --scores {input.scores} --shards {input.shards} {params.size}"
        " --max-cosine {params.max_cosine} {params.options} --output {output} 2>&1 | tee {log}"


if CONFIG.comparison.match == "tokens":

    rule match_tokens:
        """Count the steps that take an arm through as many tokens as the others."""
        input:
            examples="<results>/comparison/{model}/{pool}/arms/{arm}/seed{seed}.parquet",
            model="<results>/models/{model}/model.json",
        output:
            "<results>/comparison/{model}/{pool}/arms/{arm}/seed{seed}.settings.json",
        log:
            "<logs>/comparison/{model}/{pool}/arms/{arm}/seed{seed}.settings.log",
        benchmark:
            "<benchmarks>/comparison/{model}/{pool}/arms/{arm}/seed{seed}.settings.jsonl"
        resources:
            mem_mb=needs.table_memory_mb,
            runtime=needs.short_minutes,
        params:
            tokens=CONFIG.comparison.tokens,
            settings=training_settings(CONFIG.training),
            base_model=base_model,
            code=fingerprint("instructmining.comparison.match_tokens"),
        shell:
            "python -m instructmining.comparison.match_tokens --tokens {params.tokens} --settings {params.settings:q}"
            " --seed {wildcards.seed} --model {input.model} --base-model {params.base_model:q}"
            " --examples {input.examples} --output {output} 2>&1 | tee {log}"

    use rule finetune_and_evaluate as finetune_and_evaluate_arm with:
        input:
            unpack(matched_settings),
            examples=run_examples,
            model="<results>/models/{model}/model.json",
            eval_sets=expand("<results>/data/eval/{eval_set}.parquet", eval_set=CONFIG.eval_sets),
        wildcard_constraints:
            run=rf"({one_of(CONFIG.pools)})\.({one_of(CONFIG.comparison.arms)})",
        params:
            # Not tracked, as it is read from an input; that file is.
            settings=lambda wildcards, input: Path(input.settings).read_text(),

    ruleorder: finetune_and_evaluate_arm > finetune_and_evaluate


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
