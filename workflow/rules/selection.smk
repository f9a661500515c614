# Needs: the quality rule and the scores of a pool. Makes: the ranked pool and the examples that are kept.


include: "helpers/validation.smk"
include: "helpers/selection.smk"


localrules:
    rank,
    select,


rule rank:
    """Apply the quality rule to every example of a pool; what it is decided that the selection follows ranks first."""
    input:
        rule=last_rule,
        scores="<results>/indicators/{pool}/scores.parquet",
        decision="<results>/selection/{model}/{pool}/decision.json" if CONFIG.may_refuse() else [],
    output:
        "<results>/selection/{model}/{pool}/ranking.parquet",
    log:
        "<logs>/selection/{model}/{pool}/ranking.log",
    benchmark:
        "<benchmarks>/selection/{model}/{pool}/ranking.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.selection.rank"),
        decision=decision_option,
        seed=CONFIG.seed,
    shell:
        "{params.command:q} --rule {input.rule:q} --scores {input.scores:q} {params.decision:q} --seed {params.seed:q}"
        " --ranking {output:q} 2>&1 | tee {log:q}"


if CONFIG.may_refuse():

    localrules:
        decide,

    rule decide:
        """Decide whether the selection follows the rule, or what it falls back on."""
        input:
            rule=last_rule,
            scores="<results>/indicators/{pool}/scores.parquet",
            validations=validations,
        output:
            "<results>/selection/{model}/{pool}/decision.json",
        log:
            "<logs>/selection/{model}/{pool}/decide.log",
        benchmark:
            "<benchmarks>/selection/{model}/{pool}/decide.jsonl"
        resources:
            mem_mb=needs.table_memory_mb,
            runtime=needs.short_minutes,
        params:
            **runs("instructmining.selection.decide", settings=without(CONFIG.selection, "pools", "form", "exports")),
            # A size that is still to be searched is judged by that of a subset.
            examples=option("--examples", CONFIG.selection.search and CONFIG.sampling.examples),
            validations=lambda wildcards, input: ["--validations", *input.validations] if input.validations else [],
        shell:
            "{params.command:q} --rule {input.rule:q} --scores {input.scores:q} --settings {params.settings:q}"
            " {params.examples:q} --pool {wildcards.pool:q} {params.validations:q} --decision {output:q} 2>&1 | tee {log:q}"


rule search_size:
    """Find how many examples to keep, by the loss on the eval sets of the role search; a killed search resumes."""
    input:
        ranking="<results>/selection/{model}/{pool}/ranking.parquet",
        shards=pool_shards,
        model="<results>/models/{model}/model.json",
        search_sets=lambda wildcards: eval_sets_of("search"),
        # Read only to make sure that no prompt is in both, before anything is tuned.
        test_sets=lambda wildcards: eval_sets_of("test"),
        all_data=after("<results>/data/counts.json"),
    output:
        found="<results>/selection/{model}/{pool}/size.json",
        trials="<results>/selection/{model}/{pool}/trials.parquet",
    log:
        "<logs>/selection/{model}/{pool}/search_size.log",
    benchmark:
        "<benchmarks>/selection/{model}/{pool}/search_size.jsonl"
    threads: 1
    resources:
        gpu=1,
        mem_mb=search_memory_mb,
        runtime=search_minutes,
        checkpoint_minutes=CONFIG.training.checkpoint_minutes,
    params:
        **runs(
            "instructmining.selection.search_size",
            settings=CONFIG.selection.search,
            training=search_training(CONFIG),
        ),
        # Not an output, so that Snakemake does not delete finished trials before the search resumes.
        folder=lambda wildcards, output: Path(output.found).with_name("trials"),
        store=lambda wildcards, output: Path(output.found).parents[3] / "store",
        base_model=base_model,
        packages=PACKAGES,
        seed=CONFIG.seed,
    shell:
        "trap '' TERM; {params.command:q} --settings {params.settings:q}"
        " --seed {params.seed:q} --pool {wildcards.pool:q} --model-name {wildcards.model:q} --model {input.model:q}"
        " --base-model {params.base_model:q} --training {params.training:q} --ranking {input.ranking:q}"
        " --shards {input.shards:q} --search-sets {input.search_sets:q} --test-sets {input.test_sets:q}"
        " --threads {threads} --checkpoint-minutes {resources.checkpoint_minutes} --folder {params.folder:q}"
        " --store {params.store:q} --trials {output.trials:q} --size {output.found:q} 2>&1 | tee {log:q}"


rule select:
    """Keep the first examples of a ranked pool, with a data card."""
    input:
        rule=last_rule,
        ranking="<results>/selection/{model}/{pool}/ranking.parquet",
        decision="<results>/selection/{model}/{pool}/decision.json" if CONFIG.may_refuse() else [],
        found=found_size,
        shards=pool_shards,
        sources=lambda wildcards: expand(
            "<results>/data/sources/{source}.report.json", source=CONFIG.pools[wildcards.pool].sources
        ),
    output:
        selected="<results>/selection/{model}/{pool}/selected.jsonl",
        card=report(
            "<results>/selection/{model}/{pool}/card.md",
            caption="../report/card.rst",
            category="2. Selection",
            subcategory="{model}",
            labels={"pool": "{pool}", "figure": "data card"},
        ),
    log:
        "<logs>/selection/{model}/{pool}/select.log",
    benchmark:
        "<benchmarks>/selection/{model}/{pool}/select.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.selection.select", settings=CONFIG.selection),
        licences=as_is(as_json(CONFIG.licences())),
        size=size_option,
        decision=decision_option,
    shell:
        "{params.command:q} --settings {params.settings:q} {params.size:q} {params.decision:q}"
        " --pool {wildcards.pool:q} --ranking {input.ranking:q} --shards {input.shards:q} --rule {input.rule:q}"
        " --sources-report {input.sources:q} --licences {params.licences:q} --selected {output.selected:q}"
        " --card {output.card:q} 2>&1 | tee {log:q}"


if CONFIG.selection.exports:
    EXPORTED = [
        *[f"{form}.jsonl" for form in CONFIG.selection.exports],
        *["axolotl.yaml", "llama_factory.yaml", "dataset_info.json", "dataset/README.md", "dataset/data/train.parquet"],
    ]

    localrules:
        export_selection,

    rule export_selection:
        """Export the selection: JSON lines, a `datasets` folder with its card, configs for axolotl and LLaMA-Factory."""
        input:
            ranking="<results>/selection/{model}/{pool}/ranking.parquet",
            card="<results>/selection/{model}/{pool}/card.md",
            model="<results>/models/{model}/model.json",
            found=found_size,
            shards=pool_shards,
            sources=lambda wildcards: expand(
                "<results>/data/sources/{source}.report.json", source=CONFIG.pools[wildcards.pool].sources
            ),
        output:
            expand("<results>/selection/{{model}}/{{pool}}/export/{name}", name=EXPORTED),
        log:
            "<logs>/selection/{model}/{pool}/export.log",
        benchmark:
            "<benchmarks>/selection/{model}/{pool}/export.jsonl"
        resources:
            mem_mb=needs.table_memory_mb,
            runtime=needs.short_minutes,
        params:
            **runs(
                "instructmining.selection.export",
                selection=CONFIG.selection,
                training=CONFIG.training,
                base_model=lambda wildcards: CONFIG.models[wildcards.model],
            ),
            size=size_option,
            licences=as_is(as_json(CONFIG.licences())),
            folder=lambda wildcards, output: Path(output[0]).parent,
        shell:
            "{params.command:q} --selection {params.selection:q} {params.size:q}"
            " --name {wildcards.pool:q} --ranking {input.ranking:q} --shards {input.shards:q} --card {input.card:q} --sources-report {input.sources:q}"
            " --licences {params.licences:q}"
            " --training {params.training:q} --base-model {params.base_model:q} --model {input.model:q}"
            " --folder {params.folder:q} 2>&1 | tee {log:q}"
