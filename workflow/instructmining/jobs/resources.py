"""What jobs ask of a cluster, from the size of the model and the attempt: more with each retry, up to a cap.

A limit that is too low costs a retry, and one that is too high a longer wait in the queue: limits are three times the
time that a job is expected to take. Memory means main memory; clusters do not account for that of a GPU.
"""

CAP_MB = 512_000
CAP_MINUTES = 48 * 60
LONG_MINUTES = 4 * 60  # for a job that runs a model
BASE_MB = 3_000  # Python, torch and the libraries around it
LOADING_MINUTES = 20  # imports from a network file system, reading the weights
FLOPS = 5e13  # sustained by a data-centre GPU in fine-tuning; the threefold limit leaves room for slower ones
TOKEN_MB = 0.6  # logits of a token over 50,000 words in fp32, three times: matters if the model runs on the CPU
SLACK = 3


def table_memory_mb(wildcards: object, attempt: int) -> int:
    """Memory of a job that reads and writes tables, in MB."""
    return min(CAP_MB, 4_000 * attempt)


def short_minutes(wildcards: object, attempt: int) -> int:
    """Time limit of a job on tables, in minutes."""
    return min(CAP_MINUTES, 30 * attempt)


def long_minutes(wildcards: object, attempt: int) -> int:
    """Time limit in minutes of a job that runs a model over a number of examples that is not known beforehand."""
    return min(CAP_MINUTES, LONG_MINUTES * attempt)


def scoring_memory_mb(parameters: float, attempt: int, tokens: int = 0) -> int:
    """Main memory of a job that scores with a model, in MB: weights in fp32, half of that to load them, and 3 GB.

    `tokens` are those of a batch, padding included.
    """
    return min(CAP_MB, round(BASE_MB + parameters * 4 * 1.5 / 1e6 + TOKEN_MB * tokens) * attempt)


def training_memory_mb(parameters: float, attempt: int, tokens: int = 0) -> int:
    """Main memory of a fine-tune, in MB: weights in fp32, one and a half times that for activations, and 3 GB.

    `tokens` are those of a micro-batch, padding included.
    """
    return min(CAP_MB, round(BASE_MB + parameters * 4 * 2.5 / 1e6 + TOKEN_MB * tokens) * attempt)


def scoring_minutes(parameters: float, attempt: int) -> int:
    """Time limit of scoring a shard, in minutes: four hours up to 7 billion parameters, more in proportion above."""
    return min(CAP_MINUTES, round(LONG_MINUTES * max(1.0, parameters / 7e9)) * attempt)


def training_minutes(parameters: float, tokens: float, attempt: int) -> int:
    """Time limit of a fine-tune in minutes, at six operations per parameter and token trained on (Kaplan 2020)."""
    expected = LOADING_MINUTES + 6 * parameters * tokens / FLOPS / 60
    return min(CAP_MINUTES, max(LONG_MINUTES, round(SLACK * expected)) * attempt)
