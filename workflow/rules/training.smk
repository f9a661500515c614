# Needs: a subset or an arm, the base model, the eval sets. Makes: an adapter and its losses, with a record of what produced them.


include: "helpers/training.smk"


# Of several fine-tunes in one job, a profile says how many go on at a time.
resource_scopes:
    finetunes="local",


rule finetune_and_evaluate:
    """Tune a base model and measure its loss on every eval set, in one process."""
    input:
        examples=run_examples,
        model="<results>/models/{model}/model.json",
        eval_sets=expand("<results>/data/eval/{eval_set}.parquet", eval_set=CONFIG.eval_sets),
        all_data=after("<results>/data/counts.json"),
    output:
        record="<results>/training/{model}/{run}/seed{seed}/record.json",
        losses="<results>/training/{model}/{run}/seed{seed}/losses.parquet",
        adapter=directory("<results>/training/{model}/{run}/seed{seed}/adapter"),
    log:
        "<logs>/training/{model}/{run}/seed{seed}.log",
    benchmark:
        "<benchmarks>/training/{model}/{run}/seed{seed}.jsonl"
    group:
        shared_job
    threads: 1
    resources:
        gpu=1,
        finetunes=1,
        mem_mb=training_memory_mb,
        runtime=training_minutes,
        # Not a param, as it changes no result: another value reruns nothing.
        checkpoint_minutes=CONFIG.training.checkpoint_minutes,
    params:
        **runs("instructmining.training.finetune_and_evaluate", settings=run_settings),
        # Not an output, so that Snakemake does not delete an adapter before it is evaluated on a new eval set.
        store=lambda wildcards, output: Path(output.record).parents[4] / "store",
        base_model=base_model,
        packages=PACKAGES,
        roles=as_is(json.dumps({name: eval_set.role for name, eval_set in CONFIG.eval_sets.items()})),
    shell:
        # Slurm sends SIGTERM before it ends a job. Only the training reacts to it; bash and tee live until it has.
        "trap '' TERM; {params.command:q} --model-name {wildcards.model:q}"
        " --run {wildcards.run:q} --seed {wildcards.seed:q} --model {input.model:q} --base-model {params.base_model:q}"
        " --settings {params.settings:q} --examples {input.examples:q} --eval-sets {input.eval_sets:q}"
        " --roles {params.roles:q} --threads {threads} --record {output.record:q} --losses {output.losses:q}"
        " --adapter {output.adapter:q} --store {params.store:q} --checkpoint-minutes {resources.checkpoint_minutes} 2>&1 | tee {log:q}"
