# Needs: pools with their scores, and rankings. Makes: a page that shows every example, and its data.


localrules:
    explore_ranking,
    explore,


rule explore_pool:
    """Write the data of a pool for the explorer: conversations in chunks, indicators, neighbours."""
    input:
        shards=pool_shards,
        scores="<results>/indicators/{pool}/scores.parquet",
        embeddings="<results>/indicators/{pool}/embeddings.parquet",
    output:
        directory("<results>/explorer/data/pools/{pool}"),
    log:
        "<logs>/explorer/pools/{pool}.log",
    benchmark:
        "<benchmarks>/explorer/pools/{pool}.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.report.explorer.pool"),
    shell:
        "{params.command:q} --pool {wildcards.pool:q} --shards {input.shards:q}"
        " --scores {input.scores:q} --embeddings {input.embeddings:q} --output {output:q} 2>&1 | tee {log:q}"


rule explore_ranking:
    """Write the data of a ranking for the explorer: ranks, predictions, the contribution of each term of the rule."""
    input:
        rule=last_rule,
        ranking="<results>/selection/{model}/{pool}/ranking.parquet",
        shards=pool_shards,
        found=found_size,
    output:
        "<results>/explorer/data/rankings/{model}/{pool}.js",
    log:
        "<logs>/explorer/rankings/{model}/{pool}.log",
    benchmark:
        "<benchmarks>/explorer/rankings/{model}/{pool}.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.report.explorer.ranking", settings=CONFIG.selection),
        size=size_option,
    shell:
        "{params.command:q} --model {wildcards.model:q} --pool {wildcards.pool:q}"
        " --settings {params.settings:q} {params.size:q} --rule {input.rule:q} --ranking {input.ranking:q}"
        " --shards {input.shards:q} --output {output:q} 2>&1 | tee {log:q}"


rule explore:
    """Write the page of the explorer, which opens from disk without a server and sends no requests."""
    input:
        of_selections("<results>/explorer/data/rankings/{model}/{pool}.js"),
        expand("<results>/explorer/data/pools/{pool}", pool=CONFIG.selection_pools()),
    output:
        page="<results>/explorer/index.html",
        rankings="<results>/explorer/data/rankings.js",
        assets=directory("<results>/explorer/assets"),
    log:
        "<logs>/explorer/page.log",
    benchmark:
        "<benchmarks>/explorer/page.jsonl"
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.report.explorer.page"),
        models=list(CONFIG.models),
        pools=CONFIG.selection_pools(),
        assets=assets_hash(),
    shell:
        "{params.command:q} --models {params.models:q} --pools {params.pools:q}"
        " --output {output.page:q} 2>&1 | tee {log:q}"
