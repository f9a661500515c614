# Needs: the ranked pool, and the runs on each arm. Makes: the arms, and the comparison of the selection with controls.


include: "helpers/comparison.smk"


localrules:
    choose_arm,
    compare,
    predict_arms,
    compare_sizes,
    add_up_cost,


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
        **runs("instructmining.comparison.choose_arm"),
        arm=arm_name,
        size=arm_size,
        found=size_option,
        options=arm_options,
        max_cosine=lambda wildcards: CONFIG.comparison.max_cosine if arm_name(wildcards) == "selected_diverse" else 1.0,
        config_seed=CONFIG.seed,
    shell:
        "{params.command:q} --arm {params.arm:q} --seed {wildcards.seed:q}"
        " --config-seed {params.config_seed:q} --scores {input.scores:q} --shards {input.shards:q}"
        " {params.size:q} {params.found:q}"
        " --max-cosine {params.max_cosine:q} {params.options:q} --output {output:q} 2>&1 | tee {log:q}"


if CONFIG.comparison.match == "tokens":

    rule match_tokens:
        """Count the steps that train an arm on as many tokens as the others."""
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
            **runs("instructmining.comparison.match_tokens", settings=CONFIG.training),
            tokens=CONFIG.comparison.tokens,
            base_model=base_model,
        shell:
            "{params.command:q} --tokens {params.tokens:q} --settings {params.settings:q}"
            " --seed {wildcards.seed:q} --model {input.model:q} --base-model {params.base_model:q}"
            " --examples {input.examples:q} --output {output:q} 2>&1 | tee {log:q}"

    use rule finetune_and_evaluate as finetune_and_evaluate_arm with:
        input:
            unpack(matched_settings),
            examples=run_examples,
            model="<results>/models/{model}/model.json",
            eval_sets=expand("<results>/data/eval/{eval_set}.parquet", eval_set=CONFIG.eval_sets),
        wildcard_constraints:
            run=arm_runs_pattern(CONFIG.pools, CONFIG.comparison.arms),
        params:
            # Not tracked, as it is read from an input, which is tracked.
            settings=lambda wildcards, input: Path(input.settings).read_text(),
            settings_read="",

    ruleorder: finetune_and_evaluate_arm > finetune_and_evaluate


rule compare:
    """Compare the arms on the eval sets of the role test, paired by seed, with intervals."""
    input:
        records=lambda wildcards: run_files(wildcards.model, arm_runs(CONFIG, wildcards.pool), "record.json"),
        losses=lambda wildcards: run_files(wildcards.model, arm_runs(CONFIG, wildcards.pool), "losses.parquet"),
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
        **runs("instructmining.comparison.compare", settings=without(CONFIG.comparison, "judge", "benchmarks")),
        confidence=CONFIG.quality_rule.confidence,
    shell:
        "{params.command:q} --settings {params.settings:q} --confidence {params.confidence:q}"
        " --records {input.records:q} --losses-files {input.losses:q} --output {output.comparison:q} --table {output.table:q}"
        " 2>&1 | tee {log:q}"


use rule validate as predict_arms with:
    input:
        rule=last_rule,
        scores="<results>/indicators/{pool}/scores.parquet",
        embeddings="<results>/indicators/{pool}/embeddings.parquet",
        examples=lambda wildcards: examples_of(wildcards.model, tuned_arms(wildcards)),
        records=lambda wildcards: run_files(wildcards.model, tuned_arms(wildcards), "record.json"),
        like=lambda wildcards: run_files(wildcards.model, subset_runs(CONFIG)[:1], "record.json"),
        candidates=scores_of_limits(),
    output:
        validation="<results>/comparison/{model}/{pool}/predicted.json",
        table="<results>/comparison/{model}/{pool}/predicted.parquet",
    log:
        "<logs>/comparison/{model}/{pool}/predicted.log",
    benchmark:
        "<benchmarks>/comparison/{model}/{pool}/predicted.jsonl"


rule compare_sizes:
    """Loss over the number of examples, at constant epochs and constant steps: does it descend twice?"""
    input:
        lambda wildcards: run_files(wildcards.model, size_runs(CONFIG, wildcards.pool), "record.json"),
    output:
        "<results>/comparison/{model}/{pool}/sizes.json",
    log:
        "<logs>/comparison/{model}/{pool}/sizes.log",
    benchmark:
        "<benchmarks>/comparison/{model}/{pool}/sizes.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.comparison.sizes"),
        seeds=CONFIG.comparison.seeds,
        confidence=CONFIG.quality_rule.confidence,
    shell:
        "{params.command:q} --seeds {params.seeds:q} --confidence {params.confidence:q}"
        " --records {input:q} --output {output:q} 2>&1 | tee {log:q}"


rule add_up_cost:
    """Add up what choosing took and what it saves in a fine-tune, from records and benchmarks of the jobs."""
    input:
        unpack(cost_inputs),
    output:
        "<results>/comparison/{model}/{pool}/cost.json",
    log:
        "<logs>/comparison/{model}/{pool}/cost.log",
    benchmark:
        "<benchmarks>/comparison/{model}/{pool}/cost.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.comparison.cost", settings=CONFIG.training),
        benchmarks=placed("<benchmarks>"),
        pools=cost_pools,
        cpu_scorers=cpu_scorers(),
        trials=lambda wildcards, input: option("--trials", input.get("trials")),
    shell:
        # Benchmarks are not inputs: a job without one is reported as not counted, and does not run again for it.
        "{params.command:q} --benchmarks {params.benchmarks:q}"
        " --settings {params.settings:q} --pools {params.pools:q} --cpu-scorers {params.cpu_scorers:q} --subset-records {input.subsets:q}"
        " --choice-records {input.choices:q} --arm-records {input.arms:q} {params.trials:q} --scores {input.scores:q} --output {output:q} 2>&1 | tee {log:q}"
