# Needs: the runs on the arms, prompts, an endpoint. Makes: answers, a judge's verdicts on them, and the counts of verdicts.


if CONFIG.comparison.judge:
    JUDGE = CONFIG.comparison.judge

    # The judge is asked where Snakemake runs: nodes of a cluster often have no network, and the key stays on this machine.
    localrules:
        gather_prompts,
        judge_arm,
        count_verdicts,

    rule gather_prompts:
        """Gather the prompts to answer, without those in a pool and those that the rule or a size was fitted on."""
        input:
            files=[file for prompts in JUDGE.prompts.values() for file in data_files(prompts.path)],
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
            **runs("instructmining.comparison.judge.prompts", sets=JUDGE.prompts),
            max_overlap=max(CONFIG.pools[pool].max_overlap for pool in CONFIG.selection_pools()),
        shell:
            "{params.command:q} --sets {params.sets:q} --max-overlap {params.max_overlap:q}"
            " --pools {input.pools:q} --eval-sets {input.eval_sets:q} --output {output.prompts:q} --report {output.report:q}"
            " 2>&1 | tee {log:q}"

    rule answer_prompts:
        """Let the tuned model of a run answer every prompt."""
        input:
            prompts="<results>/comparison/prompts.parquet",
            record="<results>/training/{model}/{pool}.{arm}/seed{seed}/record.json",
            adapter="<results>/training/{model}/{pool}.{arm}/seed{seed}/adapter",
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
            **runs("instructmining.comparison.judge.answer", settings=JUDGE.generation),
        shell:
            "{params.command:q} --settings {params.settings:q} --prompts {input.prompts:q}"
            " --record {input.record:q} --adapter {input.adapter:q} --model {input.model:q} --threads {threads}"
            " --output {output.answers:q} --report {output.report:q} 2>&1 | tee {log:q}"

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
            **runs("instructmining.comparison.judge.ask", settings=without(JUDGE, "generation", "arms", "seeds")),
            # Not an output, so that Snakemake does not delete it: replies cost money.
            cache=lambda wildcards, output: Path(output[0]).parents[3] / "replies",
        shell:
            "{params.command:q} --settings {params.settings:q} --prompts {input.prompts:q}"
            " --arm {input.arm:q} --baseline {input.baseline:q} --cache {params.cache:q} --output {output:q} 2>&1 | tee {log:q}"

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
            **runs("instructmining.comparison.judge.count", settings=without(JUDGE, "generation", "arms", "seeds")),
            arms=JUDGE.arms,
            baseline=CONFIG.comparison.baseline,
            confidence=CONFIG.quality_rule.confidence,
        shell:
            "{params.command:q} --model {wildcards.model:q} --pool {wildcards.pool:q}"
            " --settings {params.settings:q} --arms {params.arms:q} --baseline {params.baseline:q}"
            " --confidence {params.confidence:q} --verdicts {input.verdicts:q} --prompts-report {input.prompts_report:q}"
            " --output {output:q} 2>&1 | tee {log:q}"
