# Needs: the models that the config names. Makes: a folder for each with its files and their hash.


include: "helpers/models.smk"


localrules:
    prepare_model,
    convert_model,


rule prepare_model:
    """Bring a model's files into one folder and hash them; a GGUF file is converted, once."""
    input:
        local_model_files,
    output:
        "<results>/models/{prepared}/model.json",
    log:
        "<logs>/models/{prepared}.log",
    benchmark:
        "<benchmarks>/models/{prepared}.jsonl"
    resources:
        mem_mb=lambda wildcards, attempt: needs.scoring_memory_mb(2e9, attempt),
        runtime=needs.long_minutes,
    params:
        **runs("instructmining.models.prepare", settings=lambda wildcards: model_files(wildcards.prepared)),
    shell:
        "{params.command:q} --settings {params.settings:q} --output {output:q} 2>&1 | tee {log:q}"


rule convert_model:
    """Bring the model of a scorer into one folder; weights in an older format are converted to safetensors."""
    input:
        local_model_files,
    output:
        "<results>/models/{converted}/model.json",
    log:
        "<logs>/models/{converted}.log",
    benchmark:
        "<benchmarks>/models/{converted}.jsonl"
    resources:
        mem_mb=lambda wildcards, attempt: needs.scoring_memory_mb(2e9, attempt),
        runtime=needs.long_minutes,
    params:
        **runs("instructmining.models.convert", settings=lambda wildcards: model_files(wildcards.converted)),
    shell:
        "{params.command:q} --settings {params.settings:q} --output {output:q} 2>&1 | tee {log:q}"
