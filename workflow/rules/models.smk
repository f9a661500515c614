# Needs: the models that the config names. Makes: a folder for each with its files and their hash.


def model_files(prepared):
    """Where the files of a base model, or of a scorer's own model, lie."""
    scorer = CONFIG.models.get(prepared)
    return scorer if scorer else getattr(CONFIG.indicators, prepared).model


def local_model_files(wildcards):
    """The files of a model in a local folder, so that a changed one is seen."""
    folder = model_files(wildcards.prepared).path
    return sorted(str(path) for path in Path(folder).rglob("*") if path.is_file()) if folder else []


# A local rule, since it may need the network, which compute nodes often lack.
rule prepare_model:
    input:
        local_model_files,
    output:
        "<results>/models/{prepared}/model.json",
    log:
        "<logs>/models/{prepared}.log",
    benchmark:
        "<benchmarks>/models/{prepared}.jsonl"
    """Bring a model's files into one folder and take their hash; a GGUF file is converted, once."""
    localrule: True
    resources:
        mem_mb=lambda wildcards, attempt: needs.scoring_memory_mb(2e9, attempt),
        runtime=needs.long_minutes,
    params:
        settings=lambda wildcards: model_files(wildcards.prepared).model_dump_json(
            include={"hub", "path", "package", "revision", "gguf_file"}, exclude_defaults=True
        ),
        code=fingerprint("instructmining.models.prepare"),
    shell:
        "python -m instructmining.models.prepare --settings {params.settings:q} --output {output} 2>&1 | tee {log}"
