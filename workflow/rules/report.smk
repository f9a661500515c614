# Needs: the results of all stages. Makes: figures and tables for people; `make report` puts them into one HTML file.


include: "helpers/report.smk"


localrules:
    table_examples,
    summarise,
    write_report,


report: "../report/workflow.rst"


for figure in run_figures():

    rule:
        """Draw one figure of the catalogue, and write the table that it is drawn from beside it."""
        name:
            f"figure_{figure.name}"
        input:
            **figure_inputs(figure),
        output:
            figure=shown_in_report(figure, "svg"),
            table=shown_in_report(figure, "csv"),
        log:
            f"<logs>/{figure.path}.log",
        benchmark:
            f"<benchmarks>/{figure.path}.jsonl"
        localrule: True
        resources:
            mem_mb=needs.table_memory_mb,
            runtime=needs.short_minutes,
        params:
            **figure_params(figure),
        shell:
            "{params.command:q} {params.figure:q} {params.options:q} --output {output.figure:q} --table {output.table:q}"
            " 2>&1 | tee {log:q}"


rule table_examples:
    """Show the first and the last examples of a ranked pool, with their text escaped."""
    input:
        ranking="<results>/selection/{model}/{pool}/ranking.parquet",
        shards=pool_shards,
    output:
        report(
            "<results>/report/{model}/{pool}/examples.html",
            caption="../report/examples.rst",
            category="2. Selection",
            subcategory="{model}",
            labels={"pool": "{pool}", "figure": "first and last examples"},
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
        "{params.command:q} --ranking {input.ranking:q} --shards {input.shards:q}"
        " --count {params.examples:q} --output {output:q} 2>&1 | tee {log:q}"


rule summarise:
    """Summarise the results in a short text for the terminal."""
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
        report=placed("<results>/report.html"),
    shell:
        "COLUMNS=140 {params.command:q} --rules {input.rules:q} --comparisons {input.comparisons:q}"
        " --rankings {input.rankings:q} --settings {params.settings:q}"
        f" {OF_FINDINGS}"
        " --report {params.report:q} >{output:q} 2>{log:q}"


rule write_report:
    """Write the report of the run as one page: verdict, rule, validation, arms, warnings, costs, data in and out, figures."""
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
        tracked=as_is(as_json(tracked(CONFIG))),
        licences=as_is(as_json(CONFIG.licences())),
        texts=report_texts_hash(),
    shell:
        "{params.command:q} --rules {input.rules:q} --across-models {input.across_models:q}"
        " --comparisons {input.comparisons:q} --rankings {input.rankings:q} --accounts {input.accounts:q}"
        " --scores {input.scores:q} --records {input.records:q} --figures {input.figures:q}"
        f" {OF_FINDINGS}"
        " --config {params.config:q} --licences {params.licences:q} --output {output:q} 2>&1 | tee {log:q}"
