# Needs: the sources that the config names. Makes: imported sources, pools in shards, eval sets, each with a report.


include: "helpers/data.smk"


localrules:
    add_up_data,


rule import_source:
    """Import one source: rows become examples, bad rows stop the run or are set aside, and all are counted."""
    input:
        unpack(source_origin),
    output:
        examples="<results>/data/sources/{source}.parquet",
        report="<results>/data/sources/{source}.report.json",
        quarantine="<results>/data/sources/{source}.quarantine.jsonl",
    log:
        "<logs>/data/sources/{source}.log",
    benchmark:
        "<benchmarks>/data/sources/{source}.jsonl"
    priority: READ_FIRST
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.data.import_source", settings=lambda wildcards: CONFIG.sources[wildcards.source]),
        seed=CONFIG.seed,
        origin=lambda wildcards, input: option("--origin", input.get("origin")),
    shell:
        "{params.command:q} --name {wildcards.source:q} --settings {params.settings:q}"
        " --seed {params.seed:q} {params.origin:q} --output {output.examples:q} --report {output.report:q}"
        " --quarantine {output.quarantine:q} 2>&1 | tee {log:q}"


rule make_eval_set:
    """Make an eval set from its sources."""
    input:
        sources=lambda wildcards: expand(
            "<results>/data/sources/{source}.parquet", source=CONFIG.eval_sets[wildcards.eval_set].sources
        ),
    output:
        examples="<results>/data/eval/{eval_set}.parquet",
        report="<results>/data/eval/{eval_set}.report.json",
    log:
        "<logs>/data/eval/{eval_set}.log",
    benchmark:
        "<benchmarks>/data/eval/{eval_set}.jsonl"
    priority: READ_FIRST
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.data.make_eval_set", settings=lambda wildcards: CONFIG.eval_sets[wildcards.eval_set]),
        seed=CONFIG.seed,
    shell:
        "{params.command:q} --name {wildcards.eval_set:q} --settings {params.settings:q}"
        " --seed {params.seed:q} --sources {input.sources:q} --output {output.examples:q} --report {output.report:q}"
        " 2>&1 | tee {log:q}"


rule add_up_data:
    """Count what was read of all data; every fine-tune comes after this, and so after a file that cannot be read."""
    input:
        unpack(reports_of_data),
    output:
        "<results>/data/counts.json",
    log:
        "<logs>/data/counts.log",
    benchmark:
        "<benchmarks>/data/counts.jsonl"
    priority: READ_FIRST
    resources:
        mem_mb=needs.table_memory_mb,
        runtime=needs.short_minutes,
    params:
        **runs("instructmining.data.add_up"),
    shell:
        "{params.command:q} --sources {input.sources:q} --pools {input.pools:q} --eval-sets {input.eval_sets:q}"
        " --ratings {input.ratings:q} --output {output:q} 2>&1 | tee {log:q}"


for pool in CONFIG.pools:

    # Two rules per pool, since each pool has its own number of shards, and so of outputs.
    rule:
        """Remove the duplicates from a pool; the rest is scored, so that a new eval set needs no new scores."""
        name:
            f"deduplicate_{pool}"
        input:
            sources=expand("<results>/data/sources/{source}.parquet", source=CONFIG.pools[pool].sources),
        output:
            shards=expand("<results>/data/pools/{pool}/deduplicated/{shard}.parquet", pool=pool, shard=shards(pool)),
            report=f"<results>/data/pools/{pool}/deduplicated.report.json",
            contaminated=temp(f"<results>/data/pools/{pool}/deduplicated.contaminated.parquet"),
            near_duplicates=temp(f"<results>/data/pools/{pool}/deduplicated.near_duplicates.parquet"),
        log:
            f"<logs>/data/pools/{pool}/deduplicated.log",
        benchmark:
            f"<benchmarks>/data/pools/{pool}/deduplicated.jsonl"
        priority: READ_FIRST
        resources:
            mem_mb=needs.table_memory_mb,
            runtime=needs.short_minutes,
        params:
            **runs("instructmining.data.build_pool", settings=CONFIG.pools[pool]),
            name=pool,
        shell:
            "{params.command:q} --name {params.name:q} --settings {params.settings:q}"
            " --sources {input.sources:q} --eval-sets --shards {output.shards:q} --report {output.report:q}"
            " --contaminated {output.contaminated:q} --near-duplicates {output.near_duplicates:q} 2>&1 | tee {log:q}"

    rule:
        """Build a pool: deduplicate its sources, remove what is in the eval sets, split by the hash of the ID."""
        name:
            f"build_pool_{pool}"
        input:
            sources=expand("<results>/data/sources/{source}.parquet", source=CONFIG.pools[pool].sources),
            eval_sets=expand("<results>/data/eval/{eval_set}.parquet", eval_set=CONFIG.eval_sets),
        output:
            shards=expand("<results>/data/pools/{pool}/{shard}.parquet", pool=pool, shard=shards(pool)),
            report=f"<results>/data/pools/{pool}.report.json",
            contaminated=f"<results>/data/pools/{pool}.contaminated.parquet",
            near_duplicates=f"<results>/data/pools/{pool}.near_duplicates.parquet",
        log:
            f"<logs>/data/pools/{pool}.log",
        benchmark:
            f"<benchmarks>/data/pools/{pool}.jsonl"
        priority: READ_FIRST
        resources:
            mem_mb=needs.table_memory_mb,
            runtime=needs.short_minutes,
        params:
            **runs("instructmining.data.build_pool", settings=CONFIG.pools[pool]),
            name=pool,
        shell:
            "{params.command:q} --name {params.name:q} --settings {params.settings:q}"
            " --sources {input.sources:q} --eval-sets {input.eval_sets:q} --shards {output.shards:q}"
            " --report {output.report:q} --contaminated {output.contaminated:q}"
            " --near-duplicates {output.near_duplicates:q} 2>&1 | tee {log:q}"


for ratings in CONFIG.quality_rule.ratings:

    rule:
        """Import judgements that people made of examples; these become a pool of their own, never selected from."""
        name:
            f"import_ratings_{ratings}"
        input:
            files=data_files(CONFIG.quality_rule.ratings[ratings].path),
            pool=rated_pool(ratings),
        output:
            examples=f"<results>/data/pools/{ratings}/deduplicated/000.parquet",
            judgements=f"<results>/data/pools/{ratings}.judgements.parquet",
            report=f"<results>/data/pools/{ratings}.report.json",
        log:
            f"<logs>/data/pools/{ratings}.log",
        benchmark:
            f"<benchmarks>/data/pools/{ratings}.jsonl"
        priority: READ_FIRST
        resources:
            mem_mb=needs.table_memory_mb,
            runtime=needs.short_minutes,
        params:
            **runs("instructmining.data.import_ratings", settings=CONFIG.quality_rule.ratings[ratings]),
            name=ratings,
            seed=CONFIG.seed,
        shell:
            "{params.command:q} --name {params.name:q} --settings {params.settings:q}"
            " --seed {params.seed:q} --pool {input.pool:q} --examples {output.examples:q} --judgements {output.judgements:q}"
            " --report {output.report:q} 2>&1 | tee {log:q}"
