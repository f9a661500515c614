# Needs: the config of fine-tunes. Makes: what a run is tuned on, how, and the memory and time that it needs.

# The versions of the packages that can change the result of a fine-tune, so that a new lock reruns it.
PACKAGES = " ".join(f"{name}={version}" for name, version in packages_of(CONFIG.training).items())


def run_settings(wildcards):
    """How a run is tuned."""
    return training_of(CONFIG, RunName.read(wildcards.run))


def run_examples(wildcards):
    """What a run is tuned on: a subset, or the examples of an arm."""
    run = RunName.read(str(wildcards.run))
    if run.subset:
        return f"<results>/sampling/{run.subset}.parquet"
    return f"<results>/comparison/{wildcards.model}/{run.pool}/arms/{run.arm_at_size}/seed{wildcards.seed}.parquet"


def training_memory_mb(wildcards, attempt):
    """Memory of a fine-tune in MB, from the size of the model and of a micro-batch."""
    return tuning_memory_mb(CONFIG.models[wildcards.model].parameters, CONFIG.training, attempt)


def tuning_memory_mb(parameters, training, attempt):
    """Memory in MB of tuning a model of so many parameters."""
    each = bytes_each(training.dtype, training.quantisation)
    return needs.training_memory_mb(parameters, attempt, each, training.micro_batch_tokens)


def training_minutes(wildcards, attempt):
    """Time limit of a fine-tune in minutes, from the size of the model and the most tokens that its examples can have."""
    run = RunName.read(wildcards.run)
    training = training_of(CONFIG, run)
    minutes = tuning_minutes(CONFIG.models[wildcards.model].parameters, training, most_examples(run), attempt)
    return min(minutes, max(1, needs.cap_minutes // in_one_job()))  # a job of several asks for the sum


def tuning_minutes(parameters, training, examples, attempt, times=1):
    """Time limit in minutes of tuning a model of so many parameters on so many examples, so many times."""
    seen = training.steps * training.batch_size if training.steps else training.epochs * examples
    each = bytes_each(training.dtype, training.quantisation)
    tokens, again = seen * training.max_tokens, training.gradient_checkpointing
    return needs.training_minutes(parameters, tokens, attempt, each, again, times)


def in_one_job():
    """How many fine-tunes the profile puts into one job; known only once all rules have been read."""
    return workflow.group_settings.group_components.get("finetunes", 1)


def shared_job(wildcards):
    """A name for the jobs that a run may share with others; none where each has its own.

    It tells apart what waits for each other: a job that had both would wait for itself.
    """
    keep_going_in_shared_job()
    if in_one_job() == 1:
        return None
    name = f"finetunes-{wildcards.model}-{level(CONFIG, RunName.read(wildcards.run))}"
    workflow.parent_groupids[name] = "finetunes"  # under this name Snakemake finds how many go into one job
    return name


def keep_going_in_shared_job():
    """In a job of several fine-tunes, let one that fails stop no other; what the others leave is kept for its repetition."""
    if workflow.remote_exec and workflow.group_settings.local_groupid != GroupSettings.local_groupid:
        workflow.execution_settings.keep_going = True
        os.environ[SHARED_JOB] = "yes"


def most_examples(run):
    """The most examples that a run may be expected to be tuned on."""
    if run.subset:
        return CONFIG.sampling.examples
    examples = run.size or CONFIG.selection.examples or largest_selection()
    return examples * 10 if run.arm == "full" else examples  # the size of a pool is not known before it is built


def largest_selection():
    """The most examples that a selection of unknown size may be expected to have."""
    return CONFIG.selection.search.high if CONFIG.selection.search else 10_000
