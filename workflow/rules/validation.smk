# Needs: the quality rule, the scores of a pool, the runs on selections from it. Makes: predicted against observed losses.


localrules:
    rank_by_rule,
    validate,
    join_choices,
    fit_quality_rule_again,


use rule rank as rank_by_rule with:
    input:
        rule=rule_in_round,
        scores="<results>/indicators/{pool}/scores.parquet",
    output:
        "<results>/validation/{model}/{pool}/{number}/ranking.parquet",
    log:
        "<logs>/validation/{model}/{pool}/{number}/ranking.log",
    benchmark:
        "<benchmarks>/validation/{model}/{pool}/{number}/ranking.jsonl"


rule validate:
    """Compare what the rule predicts for selections with the losses of fine-tunes on them."""
    input:
        rule=rule_in_round,
        scores="<results>/indicators/{pool}/scores.parquet",
        embeddings="<results>/indicators/{pool}/embeddings.parquet",
        examples=lambda wildcards: examples_of(wildcards.model, choices_in_round(wildcards)),
        records=lambda wildcards: run_files(wildcards.model, choices_in_round(wildcards), "record.json"),
        like=lambda wildcards: run_files(wildcards.model, subset_runs(CONFIG)[:1], "record.json"),
        candidates=scores_of_limits(),
    output:
        validation="<results>/validation/{model}/{pool}/{number}/validation.json",
        table="<results>/validation/{model}/{pool}/{number}/choices.parquet",
    log:
        "<logs>/validation/{model}/{pool}/{number}/validate.log",
    benchmark:
        "<benchmarks>/validation/{model}/{pool}/{number}/validate.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.validation.validate"),
        neighbours=NEIGHBOURS,
        metric=METRIC,
        winsorise=winsorise_option(),
        candidates=lambda wildcards, input: option("--candidates", input.get("candidates")),
    shell:
        "{params.command:q} --rule {input.rule:q} --scores {input.scores:q}"
        " --embeddings {input.embeddings:q} --neighbours {params.neighbours:q} --metric {params.metric:q}"
        " {params.winsorise:q} {params.candidates:q}"
        " --examples {input.examples:q} --records {input.records:q} --like {input.like:q}"
        " --validation {output.validation:q} --table {output.table:q} 2>&1 | tee {log:q}"


rule join_choices:
    """Add the choices of earlier rounds to the observations."""
    input:
        observations="<results>/quality_rule/{model}/observations.parquet",
        choices=lambda wildcards: expand(
            "<results>/validation/{{model}}/{{pool}}/{number}/choices.parquet", number=earlier_rounds(wildcards)
        ),
    output:
        "<results>/validation/{model}/{pool}/{number}/observations.parquet",
    log:
        "<logs>/validation/{model}/{pool}/{number}/join.log",
    benchmark:
        "<benchmarks>/validation/{model}/{pool}/{number}/join.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.validation.join"),
    shell:
        "{params.command:q} --observations {input.observations:q} --choices {input.choices:q}"
        " --output {output:q} 2>&1 | tee {log:q}"


use rule fit_quality_rule as fit_quality_rule_again with:
    input:
        observations="<results>/validation/{model}/{pool}/{number}/observations.parquet",
        scores=scores_of_limits(),
    output:
        rule="<results>/validation/{model}/{pool}/{number}/rule.json",
        diagnostics="<results>/validation/{model}/{pool}/{number}/diagnostics.json",
    log:
        "<logs>/validation/{model}/{pool}/{number}/fit.log",
    benchmark:
        "<benchmarks>/validation/{model}/{pool}/{number}/fit.jsonl"
