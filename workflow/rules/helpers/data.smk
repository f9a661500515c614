# Needs: the sources and ratings of the config. Makes: what the rules of data.smk read.

# Of jobs that could run at once, those on data run first.
READ_FIRST = 10


def source_origin(wildcards):
    """The local files of a source, or the imported source that it is a degraded variant of."""
    source = CONFIG.sources[wildcards.source]
    if source.path:
        return {"files": data_files(source.path)}
    if source.degrade:
        return {"origin": f"<results>/data/sources/{source.degrade.source}.parquet"}
    return {}


def rated_pool(ratings):
    """The shards of the pool that the IDs of ratings refer to, if there is one."""
    pool = CONFIG.quality_rule.ratings[ratings].pool
    return (
        expand("<results>/data/pools/{pool}/deduplicated/{shard}.parquet", pool=pool, shard=shards(pool))
        if pool
        else []
    )


def reports_of_data(wildcards=None):
    """The reports of all that is read: sources, pools, eval sets and ratings."""
    folder = "<results>/data"
    return {
        "sources": expand(f"{folder}/sources/{{source}}.report.json", source=used_sources()),
        "pools": expand(f"{folder}/pools/{{pool}}.report.json", pool=CONFIG.pools),
        "eval_sets": expand(f"{folder}/eval/{{eval_set}}.report.json", eval_set=CONFIG.eval_sets),
        "ratings": expand(f"{folder}/pools/{{ratings}}.report.json", ratings=CONFIG.quality_rule.ratings),
    }
