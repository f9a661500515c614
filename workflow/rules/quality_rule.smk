# Needs: the indicators of the subsets and the losses of the runs on them. Makes: the quality rule of each model.


include: "helpers/quality_rule.smk"


localrules:
    gather_observations,
    fit_quality_rule,
    adopt_quality_rule,
    write_rule_card,
    gather_losses,
    compare_rules,
    compare_with_people,


rule gather_observations:
    """Gather one row per (subset, seed): its indicators and its loss on the eval sets of the role fit."""
    input:
        subsets=expand("<results>/indicators/subsets/{subset}.json", subset=SUBSETS),
        records=lambda wildcards: run_files(wildcards.model, subset_runs(CONFIG), "record.json"),
    output:
        "<results>/quality_rule/{model}/observations.parquet",
    log:
        "<logs>/quality_rule/{model}/observations.log",
    benchmark:
        "<benchmarks>/quality_rule/{model}/observations.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.quality_rule.observations"),
    shell:
        "{params.command:q} --subsets {input.subsets:q} --records {input.records:q}"
        " --output {output:q} 2>&1 | tee {log:q}"


rule fit_quality_rule:
    """Fit log loss to the indicators by least squares, with the evidence for and against the fit."""
    input:
        observations="<results>/quality_rule/{model}/observations.parquet",
        scores=scores_of_limits(),
    output:
        rule="<results>/quality_rule/{model}/rule.json",
        diagnostics="<results>/quality_rule/{model}/diagnostics.json",
    log:
        "<logs>/quality_rule/{model}/fit.log",
    benchmark:
        "<benchmarks>/quality_rule/{model}/fit.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.quality_rule.fit", settings=CONFIG.quality_rule),
        indicator_settings=indicator_settings,
        measured_with=as_is(measured_with()),
        indicators=CONFIG.rule_indicators(),
        seed=CONFIG.seed,
        limits=limits_options,
    shell:
        "{params.command:q} --observations {input.observations:q} {params.limits:q} --settings {params.settings:q}"
        " --indicator-settings {params.indicator_settings:q} --indicators {params.indicators:q} --seed {params.seed:q}"
        " --rule {output.rule:q} --diagnostics {output.diagnostics:q} 2>&1 | tee {log:q}"


# One of these two makes the rule, as the config says: it is fitted or adopted.
if CONFIG.quality_rule.adopted:

    ruleorder: adopt_quality_rule > fit_quality_rule

else:

    ruleorder: fit_quality_rule > adopt_quality_rule


rule adopt_quality_rule:
    """Adopt a published rule, or that of another run, instead of fitting one: nothing is tuned."""
    input:
        own_file(CONFIG.quality_rule.file) if CONFIG.quality_rule.file else [],
    output:
        "<results>/quality_rule/{model}/rule.json",
    log:
        "<logs>/quality_rule/{model}/adopt.log",
    benchmark:
        "<benchmarks>/quality_rule/{model}/adopt.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.quality_rule.adopt", settings=CONFIG.quality_rule),
        indicator_settings=indicator_settings,
        measured_with=as_is(measured_with()),
    shell:
        "{params.command:q} --settings {params.settings:q}"
        " --indicator-settings {params.indicator_settings:q} --rule {output:q}"
        " 2>&1 | tee {log:q}"


rule write_rule_card:
    """Write the card of the rule, for people; a separate step, so that a change of wording tunes no arm."""
    input:
        "<results>/quality_rule/{model}/rule.json",
    output:
        report(
            "<results>/quality_rule/{model}/rule.md",
            caption="../report/rule.rst",
            category="1. Quality rule",
            subcategory="{model}",
            labels={"figure": "rule card"},
        ),
    log:
        "<logs>/quality_rule/{model}/card.log",
    benchmark:
        "<benchmarks>/quality_rule/{model}/card.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.quality_rule.write_card"),
    shell:
        "{params.command:q} --rule {input:q} --card {output:q} 2>&1 | tee {log:q}"


rule gather_losses:
    """Gather the loss of every fine-tune on every eval set; the observations hold only a mean of them."""
    input:
        lambda wildcards: run_files(wildcards.model, subset_runs(CONFIG), "record.json"),
    output:
        "<results>/quality_rule/{model}/losses.parquet",
    log:
        "<logs>/quality_rule/{model}/losses.log",
    benchmark:
        "<benchmarks>/quality_rule/{model}/losses.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.quality_rule.losses"),
    shell:
        "{params.command:q} --records {input:q} --output {output:q} 2>&1 | tee {log:q}"


rule compare_rules:
    """Compare the rules of all models, and within each model those of its eval sets and seeds: how far do they hold?"""
    input:
        observations=expand("<results>/quality_rule/{model}/observations.parquet", model=CONFIG.models),
        losses=expand("<results>/quality_rule/{model}/losses.parquet", model=CONFIG.models),
        rules=expand("<results>/quality_rule/{model}/rule.json", model=CONFIG.models),
        scores="<results>/indicators/candidates/scores.parquet",
    output:
        comparison="<results>/quality_rule/across_models.json",
        table=report(
            "<results>/quality_rule/across_models.md",
            caption="../report/across_models.rst",
            category="1. Quality rule",
            subcategory="across models",
            labels={"figure": "how far the rule holds (text)"},
        ),
    log:
        "<logs>/quality_rule/across_models.log",
    benchmark:
        "<benchmarks>/quality_rule/across_models.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.quality_rule.across.compare"),
        names=list(CONFIG.models),
        confidence=CONFIG.quality_rule.confidence,
    shell:
        "{params.command:q} --names {params.names:q} --observations {input.observations:q}"
        " --losses {input.losses:q} --rules {input.rules:q} --scores {input.scores:q} --confidence {params.confidence:q}"
        " --output {output.comparison:q} --table {output.table:q} 2>&1 | tee {log:q}"


rule compare_with_people:
    """Compare the rule and every indicator with what people thought of examples, also with the length held fixed."""
    input:
        rule="<results>/quality_rule/{model}/rule.json",
        scores="<results>/indicators/{pool}/scores.parquet",
        judgements="<results>/data/pools/{pool}.judgements.parquet",
    output:
        "<results>/quality_rule/{model}/{pool}/people.json",
    log:
        "<logs>/quality_rule/{model}/{pool}/people.log",
    benchmark:
        "<benchmarks>/quality_rule/{model}/{pool}/people.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.quality_rule.people.compare"),
        confidence=CONFIG.quality_rule.confidence,
    shell:
        "{params.command:q} --name {wildcards.pool:q} --rule {input.rule:q}"
        " --scores {input.scores:q} --judgements {input.judgements:q} --confidence {params.confidence:q} --output {output:q}"
        " 2>&1 | tee {log:q}"
