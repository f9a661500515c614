# Needs: the runs on the arms, tasks of lm-evaluation-harness. Makes: the measures of each run, joined to the comparison.


if CONFIG.comparison.benchmarks:
    BENCHMARKS = CONFIG.comparison.benchmarks

    localrules:
        fetch_benchmarks,
        gather_benchmarks,

    rule fetch_benchmarks:
        """Download the data of the benchmarks and record what they are; `make fetch` runs it where there is a network."""
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
            **runs("instructmining.comparison.benchmarks.tasks", settings=BENCHMARKS),
        shell:
            "{params.command:q} --settings {params.settings:q} --output {output:q}" " 2>&1 | tee {log:q}"

    rule measure_benchmarks:
        """Measure the tuned model of a run on the tasks of lm-evaluation-harness."""
        input:
            tasks="<results>/comparison/benchmark_tasks.json",
            own=own_tasks(),
            record="<results>/training/{model}/{pool}.{arm}/seed{seed}/record.json",
            adapter="<results>/training/{model}/{pool}.{arm}/seed{seed}/adapter",
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
            **runs("instructmining.comparison.benchmarks.measure", settings=without(BENCHMARKS, "arms", "seeds")),
        shell:
            "{params.command:q} --settings {params.settings:q} --record {input.record:q}"
            " --adapter {input.adapter:q} --model {input.model:q} --threads {threads} --output {output:q} 2>&1 | tee {log:q}"

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
            **runs("instructmining.comparison.benchmarks.gather"),
            baseline=CONFIG.comparison.baseline,
            confidence=CONFIG.quality_rule.confidence,
        shell:
            "{params.command:q} --model {wildcards.model:q} --pool {wildcards.pool:q}"
            " --baseline {params.baseline:q} --confidence {params.confidence:q} --losses {input.losses:q}"
            " --benchmarks {input.benchmarks:q} --output {output.result:q} --table {output.table:q} 2>&1 | tee {log:q}"
