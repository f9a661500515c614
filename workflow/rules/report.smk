# Needs: the results of all stages. Makes: figures and tables for people; `make report` binds them into one HTML file.


include: "helpers/report.smk"


localrules:
    figure_across_models,
    figure_people,
    figure_univariate,
    figure_coefficients,
    figure_predicted,
    figure_residuals,
    figure_held_out,
    figure_arms,
    figure_judge,
    figure_sizes,
    figure_quality,
    table_examples,
    summarise,
    write_report,


report: "../report/workflow.rst"


for figure, inputs in FIGURES_OF_RULE.items():

    rule:
        """Draw one figure of the quality rule, and the table beside it."""
        name:
            f"figure_{figure}"
        input:
            observations="<results>/quality_rule/{model}/observations.parquet",
            diagnostics="<results>/quality_rule/{model}/diagnostics.json",
        output:
            figure=report(
                f"<results>/report/{{model}}/{figure}.svg",
                caption=f"../report/{figure}.rst",
                category="1. Quality rule",
                subcategory="{model}",
                labels={"figure": figure},
            ),
            table=report(
                f"<results>/report/{{model}}/{figure}.csv",
                caption=f"../report/{figure}.rst",
                category="1. Quality rule",
                subcategory="{model}",
                labels={"figure": f"{figure} (table)"},
            ),
        log:
            f"<logs>/report/{{model}}/{figure}.log",
        benchmark:
            f"<benchmarks>/report/{{model}}/{figure}.jsonl"
        resources:
            mem_mb=needs.table_memory_mb,
            runtime=needs.short_minutes,
        params:
            **runs("instructmining.report.figures.draw"),
            figure=figure,
            inputs=lambda wildcards, input, inputs=inputs: inputs.format(input=input),
        shell:
            "{params.command} {params.figure} {params.inputs} --output {output.figure}"
            " --table {output.table} 2>&1 | tee {log}"


rule figure_across_models:
    """Draw the coefficients of all models, and of the eval sets and seeds of each, side by side."""
    input:
        "<results>/quality_rule/across_models.json",
    output:
        figure=report(
            "<results>/report/across_models.svg",
            caption="../report/across_models.rst",
            category="1. Quality rule",
            subcategory="across models",
            labels={"figure": "how far the rule holds"},
        ),
        table=report(
            "<results>/report/across_models.csv",
            caption="../report/across_models.rst",
            category="1. Quality rule",
            subcategory="across models",
            labels={"figure": "how far the rule holds (table)"},
        ),
    log:
        "<logs>/report/across_models.log",
    benchmark:
        "<benchmarks>/report/across_models.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.report.figures.draw"),
    shell:
        "{params.command} rules --rules {input} --output {output.figure}" " --table {output.table} 2>&1 | tee {log}"


rule figure_people:
    """Draw how far the rule and each indicator agree with what people thought of examples."""
    input:
        "<results>/quality_rule/{model}/{pool}/people.json",
    output:
        figure=report(
            "<results>/report/{model}/{pool}/people.svg",
            caption="../report/people.rst",
            category="1. Quality rule",
            subcategory="{model}",
            labels={"pool": "{pool}", "figure": "agreement with people"},
        ),
        table=report(
            "<results>/report/{model}/{pool}/people.csv",
            caption="../report/people.rst",
            category="1. Quality rule",
            subcategory="{model}",
            labels={"pool": "{pool}", "figure": "agreement with people (table)"},
        ),
    log:
        "<logs>/report/{model}/{pool}/people.log",
    benchmark:
        "<benchmarks>/report/{model}/{pool}/people.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.report.figures.draw"),
    shell:
        "{params.command} people --people {input} --output {output.figure}" " --table {output.table} 2>&1 | tee {log}"


rule figure_arms:
    """Draw the loss of each arm with its seeds and intervals."""
    input:
        "<results>/comparison/{model}/{pool}/comparison.json",
    output:
        figure=report(
            "<results>/report/{model}/{pool}/arms.svg",
            caption="../report/arms.rst",
            category="3. Comparison",
            subcategory="{model}",
            labels={"pool": "{pool}", "figure": "arms"},
        ),
        table=report(
            "<results>/report/{model}/{pool}/arms.csv",
            caption="../report/arms.rst",
            category="3. Comparison",
            subcategory="{model}",
            labels={"pool": "{pool}", "figure": "arms (table)"},
        ),
    log:
        "<logs>/report/{model}/{pool}/arms.log",
    benchmark:
        "<benchmarks>/report/{model}/{pool}/arms.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.report.figures.draw"),
    shell:
        "{params.command} arms --comparison {input} --output {output.figure}" " --table {output.table} 2>&1 | tee {log}"


rule figure_judge:
    """Draw how often a judge preferred the answers of each arm."""
    input:
        "<results>/comparison/{model}/{pool}/judge.json",
    output:
        figure=report(
            "<results>/report/{model}/{pool}/judge.svg",
            caption="../report/judge.rst",
            category="3. Comparison",
            subcategory="{model}",
            labels={"pool": "{pool}", "figure": "judge"},
        ),
        table=report(
            "<results>/report/{model}/{pool}/judge.csv",
            caption="../report/judge.rst",
            category="3. Comparison",
            subcategory="{model}",
            labels={"pool": "{pool}", "figure": "judge (table)"},
        ),
    log:
        "<logs>/report/{model}/{pool}/judge.log",
    benchmark:
        "<benchmarks>/report/{model}/{pool}/judge.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.report.figures.draw"),
    shell:
        "{params.command} judge --judge {input} --output {output.figure}" " --table {output.table} 2>&1 | tee {log}"


rule figure_sizes:
    """Draw the loss over the number of examples."""
    input:
        "<results>/comparison/{model}/{pool}/sizes.json",
    output:
        figure=report(
            "<results>/report/{model}/{pool}/sizes.svg",
            caption="../report/sizes.rst",
            category="3. Comparison",
            subcategory="{model}",
            labels={"pool": "{pool}", "figure": "sizes"},
        ),
        table=report(
            "<results>/report/{model}/{pool}/sizes.csv",
            caption="../report/sizes.rst",
            category="3. Comparison",
            subcategory="{model}",
            labels={"pool": "{pool}", "figure": "sizes (table)"},
        ),
    log:
        "<logs>/report/{model}/{pool}/sizes.log",
    benchmark:
        "<benchmarks>/report/{model}/{pool}/sizes.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.report.figures.draw"),
    shell:
        "{params.command} sizes --curves {input} --output {output.figure}" " --table {output.table} 2>&1 | tee {log}"


rule figure_quality:
    """Draw the distribution of predicted quality per source and per degradation."""
    input:
        ranking="<results>/selection/{model}/{pool}/ranking.parquet",
        found=found_size,
    output:
        figure=report(
            "<results>/report/{model}/{pool}/quality.svg",
            caption="../report/quality.rst",
            category="2. Selection",
            subcategory="{model}",
            labels={"pool": "{pool}", "figure": "predicted quality"},
        ),
        table=report(
            "<results>/report/{model}/{pool}/quality.csv",
            caption="../report/quality.rst",
            category="2. Selection",
            subcategory="{model}",
            labels={"pool": "{pool}", "figure": "predicted quality (table)"},
        ),
    log:
        "<logs>/report/{model}/{pool}/quality.log",
    benchmark:
        "<benchmarks>/report/{model}/{pool}/quality.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.report.figures.draw", settings=CONFIG.selection),
        size=size_option,
    shell:
        "{params.command} quality --ranking {input.ranking} --settings {params.settings:q}"
        " {params.size} --output {output.figure} --table {output.table} 2>&1 | tee {log}"


rule table_examples:
    """Show the best and the worst examples of a ranked pool, their text escaped."""
    input:
        ranking="<results>/selection/{model}/{pool}/ranking.parquet",
        shards=pool_shards,
    output:
        report(
            "<results>/report/{model}/{pool}/examples.html",
            caption="../report/examples.rst",
            category="2. Selection",
            subcategory="{model}",
            labels={"pool": "{pool}", "figure": "best and worst examples"},
        ),
    log:
        "<logs>/report/{model}/{pool}/examples.log",
    benchmark:
        "<benchmarks>/report/{model}/{pool}/examples.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.report.examples"),
        examples=CONFIG.report.examples,
    shell:
        "{params.command} --ranking {input.ranking} --shards {input.shards}"
        " --count {params.examples} --output {output} 2>&1 | tee {log}"


rule summarise:
    """Put the results into one short text for the terminal."""
    input:
        unpack(findings),
        rules=expand("<results>/quality_rule/{model}/rule.json", model=CONFIG.models),
        comparisons=of_comparisons("<results>/comparison/{model}/{pool}/comparison.json"),
        rankings=of_selections("<results>/selection/{model}/{pool}/ranking.parquet"),
    output:
        report("<results>/summary.txt", caption="../report/workflow.rst", category="0. Summary"),
    log:
        "<logs>/summary.log",
    benchmark:
        "<benchmarks>/summary.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.report.summary", settings=CONFIG.selection),
    shell:
        "COLUMNS=140 {params.command} --rules {input.rules} --comparisons {input.comparisons}"
        " --rankings {input.rankings} --settings {params.settings:q}"
        f" {OF_FINDINGS}"
        " --report results/report.html >{output} 2>{log}"


rule write_report:
    """Write the page that a run ends in: verdict, rule, arms, warnings, costs, data in and out, figures."""
    input:
        unpack(findings),
        rules=expand("<results>/quality_rule/{model}/rule.json", model=CONFIG.models),
        across_models=[] if CONFIG.quality_rule.adopted else "<results>/quality_rule/across_models.json",
        comparisons=of_comparisons("<results>/comparison/{model}/{pool}/comparison.json"),
        rankings=of_selections("<results>/selection/{model}/{pool}/ranking.parquet"),
        accounts=accounts(),
        scores=of_pools("<results>/indicators/{pool}/{scorer}/{shard}.report.json", scorer=SCORERS),
        records=all_records(),
        figures=all_figures("svg"),
        tables=all_figures("csv"),
        trials=of_searches("<results>/selection/{model}/{pool}/trials.parquet"),
    output:
        report("<results>/report.html", caption="../report/page.rst", category="0. Summary", labels={"page": "opening"}),
    log:
        "<logs>/report.log",
    benchmark:
        "<benchmarks>/report.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.report.page"),
        config=lambda wildcards, input: CONFIG.model_dump_json(),
        tracked=as_json(tracked(CONFIG)),
        licences=as_json(CONFIG.licences()),
        texts=report_texts_hash(),
    shell:
        "{params.command} --rules {input.rules} --across-models {input.across_models}"
        " --comparisons {input.comparisons} --rankings {input.rankings} --accounts {input.accounts}"
        " --scores {input.scores} --records {input.records} --figures {input.figures}"
        f" {OF_FINDINGS}"
        " --config {params.config:q} --licences {params.licences:q} --output {output} 2>&1 | tee {log}"
