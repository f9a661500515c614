"""What jobs ask of a cluster, from the size of the model and the attempt: more with each retry, up to a cap."""

CAP_MB = 512_000
CAP_MINUTES = 48 * 60


def table_memory_mb(wildcards: object, attempt: int) -> int:
    """Memory of a job that reads and writes tables, in MB."""
    return min(CAP_MB, 4_000 * attempt)


def short_minutes(wildcards: object, attempt: int) -> int:
    """Time limit of a job on tables, in minutes."""
    return min(CAP_MINUTES, 30 * attempt)


def long_minutes(wildcards: object, attempt: int) -> int:
    """Time limit of a job that runs a model, in minutes."""
    return min(CAP_MINUTES, 240 * attempt)


def scoring_memory_mb(parameters: float, attempt: int) -> int:
    """Main memory of a job that scores with a model, in MB: weights in fp32, half again to load, 3 GB around."""
    return min(CAP_MB, round(3_000 + parameters * 4 * 1.5 / 1e6) * attempt)


def training_memory_mb(parameters: float, attempt: int) -> int:
    """Main memory of a fine-tune, in MB: weights in fp32, activations of about the same size, and 3 GB around them."""
    return min(CAP_MB, round(3_000 + parameters * 4 * 2.5 / 1e6) * attempt)
