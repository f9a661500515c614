# Needs: the ranked pool, and the runs on each arm. Makes: the arms, and what the selection is worth beside controls.


localrules:
    choose_arm,
    compare,
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
        arm=arm_name,
        size=arm_size,
        options=arm_options,
        max_cosine=lambda wildcards: CONFIG.comparison.max_cosine if arm_name(wildcards) == "selected_diverse" else 1.0,
        config_seed=CONFIG.seed,
        code=fingerprint("instructmining.comparison.choose_arm"),
    shell:
        "python -m instructmining.comparison.choose_arm --arm {params.arm} --seed {wildcards.seed}"
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
        settings=CONFIG.comparison.model_dump_json(exclude={"judge", "benchmarks"}, exclude_defaults=True),
        confidence=CONFIG.quality_rule.confidence,
        code=fingerprint("instructmining.comparison.compare"),
    shell:
        "python -m instructmining.comparison.compare --settings {params.settings:q} --confidence {params.confidence}"
        " --records {input.records} --losses-files {input.losses} --output {output.comparison} --table {output.table}"
        " 2>&1 | tee {log}"


rule compare_sizes:
    """Loss over the number of examples, at constant epochs and constant steps: does it descend twice?"""
    input:
        lambda wildcards: run_files(wildcards.model, size_runs(wildcards.pool), "record.json"),
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
        seeds=CONFIG.comparison.seeds,
        confidence=CONFIG.quality_rule.confidence,
        code=fingerprint("instructmining.comparison.sizes"),
    shell:
        "python -m instructmining.comparison.sizes --seeds {params.seeds} --confidence {params.confidence}"
        " --records {input} --output {output} 2>&1 | tee {log}"


rule add_up_cost:
    """Add up what choosing took, beside what it saves in a fine-tune, from the benchmarks of the jobs."""
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
        settings=training_settings(CONFIG.training),
        pools=cost_pools,
        cpu_scorers=cpu_scorers(),
        trials=lambda wildcards, input: f"--trials {input.trials}" if input.get("trials") else "",
        code=fingerprint("instructmining.comparison.cost"),
    shell:
        # Benchmarks are no inputs: without one a job is said to be missing, and is not run for it.
        "python -m instructmining.comparison.cost --benchmarks results/benchmarks --settings {params.settings:q}"
        " --pools {params.pools} --cpu-scorers {params.cpu_scorers} --subset-records {input.subsets}"
        " --arm-records {input.arms} {params.trials} --scores {input.scores} --output {output} 2>&1 | tee {log}"


if CONFIG.comparison.judge:
    JUDGE = CONFIG.comparison.judge

    # The judge is asked from where Snakemake runs, as nodes of a cluster often have no network, and the key stays there.
    localrules:
        gather_prompts,
        judge_arm,
        count_verdicts,

    rule gather_prompts:
        """Gather the prompts to answer, without those that are in a pool or that the rule or a size was fitted on."""
        input:
            files=[prompts.path for prompts in JUDGE.prompts.values()],
            pools=[
                f"<results>/data/pools/{pool}/{shard}.parquet"
                for pool in CONFIG.selection_pools()
                for shard in shards(pool)
            ],
            eval_sets=[
                f"<results>/data/eval/{name}.parquet"
                for name, eval_set in CONFIG.eval_sets.items()
                if eval_set.role != "test"
            ],
        output:
            prompts="<results>/comparison/prompts.parquet",
            report="<results>/comparison/prompts.report.json",
        log:
            "<logs>/comparison/prompts.log",
        benchmark:
            "<benchmarks>/comparison/prompts.jsonl"
        resources:
            mem_mb=needs.table_memory_mb,
            runtime=needs.short_minutes,
        params:
            sets=json.dumps({name: prompts.model_dump() for name, prompts in JUDGE.prompts.items()}),
            max_overlap=max(CONFIG.pools[pool].max_overlap for pool in CONFIG.selection_pools()),
            code=fingerprint("instructmining.comparison.prompts"),
        shell:
            "python -m instructmining.comparison.prompts --sets {params.sets:q} --max-overlap {params.max_overlap}"
            " --pools {input.pools} --eval-sets {input.eval_sets} --output {output.prompts} --report {output.report}"
            " 2>&1 | tee {log}"

    rule answer_prompts:
        """Let the tuned model of a run answer every prompt."""
        input:
            prompts="<results>/comparison/prompts.parquet",
            record="<results>/training/{model}/{pool}.{arm}/seed{seed}/record.json",
            model="<results>/models/{model}/model.json",
        output:
            answers="<results>/comparison/{model}/{pool}/answers/{arm}/seed{seed}.parquet",
            report="<results>/comparison/{model}/{pool}/answers/{arm}/seed{seed}.json",
        log:
            "<logs>/comparison/{model}/{pool}/answers/{arm}/seed{seed}.log",
        benchmark:
            "<benchmarks>/comparison/{model}/{pool}/answers/{arm}/seed{seed}.jsonl"
        threads: 1
        resources:
            gpu=1,
            mem_mb=tuned_model_memory_mb,
            runtime=tuned_model_minutes,
        params:
            settings=settings(JUDGE.generation),
            adapter=lambda wildcards, input: Path(input.record).with_name("adapter"),
            code=fingerprint("instructmining.comparison.generate"),
        shell:
            "python -m instructmining.comparison.generate --settings {params.settings:q} --prompts {input.prompts}"
            " --record {input.record} --adapter {params.adapter} --model {input.model} --threads {threads}"
            " --output {output.answers} --report {output.report} 2>&1 | tee {log}"

    rule judge_arm:
        """Let the judge compare an arm's answers with the baseline's in both orders; replies are kept and never asked for again."""
        input:
            prompts="<results>/comparison/prompts.parquet",
            arm=lambda wildcards: judged_answers(wildcards, wildcards.arm),
            baseline=lambda wildcards: judged_answers(wildcards, CONFIG.comparison.baseline),
        output:
            "<results>/comparison/{model}/{pool}/verdicts/{arm}.parquet",
        log:
            "<logs>/comparison/{model}/{pool}/verdicts/{arm}.log",
        benchmark:
            "<benchmarks>/comparison/{model}/{pool}/verdicts/{arm}.jsonl"
        resources:
            mem_mb=needs.table_memory_mb,
            runtime=needs.short_minutes,
        params:
            settings=JUDGE.model_dump_json(exclude={"generation", "arms", "seeds"}, exclude_defaults=True),
            # No output, so that Snakemake does not delete it: replies cost money.
            cache=lambda wildcards, output: Path(output[0]).parents[3] / "replies",
            code=fingerprint("instructmining.comparison.judge"),
        shell:
            "python -m instructmining.comparison.judge --settings {params.settings:q} --prompts {input.prompts}"
            " --arm {input.arm} --baseline {input.baseline} --cache {params.cache} --output {output} 2>&1 | tee {log}"

    rule count_verdicts:
        """Count win, tie and lose of every judged arm, with intervals, agreement of the orders and control for length."""
        input:
            verdicts=expand("<results>/comparison/{{model}}/{{pool}}/verdicts/{arm}.parquet", arm=JUDGE.arms),
            prompts_report="<results>/comparison/prompts.report.json",
        output:
            "<results>/comparison/{model}/{pool}/judge.json",
        log:
            "<logs>/comparison/{model}/{pool}/judge.log",
        benchmark:
            "<benchmarks>/comparison/{model}/{pool}/judge.jsonl"
        resources:
            mem_mb=needs.table_memory_mb,
            runtime=needs.short_minutes,
        params:
            settings=JUDGE.model_dump_json(include={"base_url", "model", "prompts"}),
            arms=JUDGE.arms,
            baseline=CONFIG.comparison.baseline,
            confidence=CONFIG.quality_rule.confidence,
            code=fingerprint("instructmining.comparison.verdicts"),
        shell:
            "python -m instructmining.comparison.verdicts --model {wildcards.model} --pool {wildcards.pool}"
            " --settings {params.settings:q} --arms {params.arms} --baseline {params.baseline}"
            " --confidence {params.confidence} --verdicts {input.verdicts} --prompts-report {input.prompts_report}"
            " --output {output} 2>&1 | tee {log}"


if CONFIG.comparison.benchmarks:
    BENCHMARKS = CONFIG.comparison.benchmarks

    localrules:
        fetch_benchmarks,
        gather_benchmarks,

    rule fetch_benchmarks:
        """Bring the data of the benchmarks and write down what they are; `make fetch` runs it where there is a network."""
        input:
            own_tasks(),
        output:
            "<results>/comparison/benchmark_tasks.json",
        log:
            "<logs>/comparison/benchmark_tasks.log",
        benchmark:
            "<benchmarks>/comparison/benchmark_tasks.jsonl"
        resources:
            mem_mb=needs.table_memory_mb,
            runtime=needs.short_minutes,
        params:
            settings=BENCHMARKS.model_dump_json(include={"preset", "tasks", "include"}, exclude_defaults=True),
            code=fingerprint("instructmining.comparison.benchmark_tasks"),
        shell:
            "python -m instructmining.comparison.benchmark_tasks --settings {params.settings:q} --output {output}"
            " 2>&1 | tee {log}"

    rule measure_benchmarks:
        """Measure the tuned model of a run on the tasks of lm-evaluation-harness."""
        input:
            tasks="<results>/comparison/benchmark_tasks.json",
            own=own_tasks(),
            record="<results>/training/{model}/{pool}.{arm}/seed{seed}/record.json",
            model="<results>/models/{model}/model.json",
        output:
            "<results>/comparison/{model}/{pool}/benchmarks/{arm}/seed{seed}.json",
        log:
            "<logs>/comparison/{model}/{pool}/benchmarks/{arm}/seed{seed}.log",
        benchmark:
            "<benchmarks>/comparison/{model}/{pool}/benchmarks/{arm}/seed{seed}.jsonl"
        threads: 1
        resources:
            gpu=1,
            mem_mb=tuned_model_memory_mb,
            runtime=tuned_model_minutes,
        params:
            settings=BENCHMARKS.model_dump_json(exclude={"arms", "seeds"}, exclude_defaults=True),
            adapter=lambda wildcards, input: Path(input.record).with_name("adapter"),
            code=fingerprint("instructmining.comparison.benchmarks"),
        shell:
            "python -m instructmining.comparison.benchmarks --settings {params.settings:q} --record {input.record}"
            " --adapter {params.adapter} --model {input.model} --threads {threads} --output {output} 2>&1 | tee {log}"

    rule gather_benchmarks:
        """Join the benchmarks of all arms to the comparison, with standard errors."""
        input:
            losses="<results>/comparison/{model}/{pool}/losses.parquet",
            benchmarks=benchmark_files,
        output:
            result="<results>/comparison/{model}/{pool}/benchmarks.json",
            table="<results>/comparison/{model}/{pool}/benchmarks.csv",
        log:
            "<logs>/comparison/{model}/{pool}/benchmarks.log",
        benchmark:
            "<benchmarks>/comparison/{model}/{pool}/benchmarks.jsonl"
        resources:
            mem_mb=needs.table_memory_mb,
            runtime=needs.short_minutes,
        params:
            baseline=CONFIG.comparison.baseline,
            confidence=CONFIG.quality_rule.confidence,
            code=fingerprint("instructmining.comparison.benchmark_table"),
        shell:
            "python -m instructmining.comparison.benchmark_table --model {wildcards.model} --pool {wildcards.pool}"
            " --baseline {params.baseline} --confidence {params.confidence} --losses {input.losses}"
            " --benchmarks {input.benchmarks} --output {output.result} --table {output.table} 2>&1 | tee {log}"
