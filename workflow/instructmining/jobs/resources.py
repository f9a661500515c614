"""What jobs ask of a cluster, from the size of the model and the attempt: more with each retry, up to a cap.

A limit that is too low costs a retry, and one that is too high a longer wait in the queue: limits are three times the
time that a job is expected to take. Memory means main memory; clusters do not account for that of a GPU.
"""

from dataclasses import dataclass

CAP_MB = 512_000
CAP_MINUTES = 48 * 60
LONG_MINUTES = 4 * 60  # for a job that scores with a model, over a number of examples that is not known beforehand
BASE_MB = 3_000  # Python, torch and the libraries around it
START_MINUTES = 10  # imports from a network file system
LOADED_PER_MINUTE = 3e9  # bytes of weights, at 50 MB/s
FLOPS = 5e13  # sustained by a data-centre GPU in fine-tuning; the threefold limit leaves room for slower ones
TOKEN_MB = 0.6  # logits of a token over 50,000 words in fp32, three times: matters if the model runs on the CPU
SLACK = 3

BYTES = {"fp32": 4.0, "bf16": 2.0, "fp16": 2.0, "int8": 1.0, "nf4": 0.5}
LOADING = 1.5  # weights, and half of that while they are loaded


@dataclass(frozen=True)
class Needs:
    """What jobs ask for where none may ask for more than so many minutes: a longer one would never start."""

    cap_minutes: int = CAP_MINUTES

    def capped(self, minutes: float) -> int:
        """A time limit in whole minutes that the site accepts."""
        return min(self.cap_minutes, round(minutes))

    def table_memory_mb(self, wildcards: object, attempt: int) -> int:
        """Memory of a job that reads and writes tables, in MB."""
        return min(CAP_MB, 4_000 * attempt)

    def short_minutes(self, wildcards: object, attempt: int) -> int:
        """Time limit of a job on tables, in minutes."""
        return self.capped(30 * attempt)

    def long_minutes(self, wildcards: object, attempt: int) -> int:
        """Time limit in minutes of a job that runs a model over a number of examples that is not known beforehand."""
        return self.capped(LONG_MINUTES * attempt)

    def scoring_memory_mb(self, parameters: float, attempt: int, tokens: int = 0) -> int:
        """Main memory of a job that scores with a model, in MB: weights in fp32, half of that to load them, and 3 GB.

        `tokens` are those of a batch, padding included.
        """
        return memory_mb(parameters * BYTES["fp32"], attempt, tokens)

    def training_memory_mb(self, parameters: float, attempt: int, each: float, tokens: int = 0) -> int:
        """Main memory of a fine-tune, in MB: weights of `each` so many bytes, half of that to load them, and 3 GB.

        Only what is on the way to the GPU is in main memory. `tokens` are those of a micro-batch, padding included.
        """
        return memory_mb(parameters * each, attempt, tokens)

    def scoring_minutes(self, parameters: float, attempt: int) -> int:
        """Time limit of scoring a shard, in minutes: four hours up to 7 billion parameters, in proportion above."""
        return self.capped(round(LONG_MINUTES * max(1.0, parameters / 7e9)) * attempt)

    def training_minutes(
        self, parameters: float, tokens: float, attempt: int, each: float, again: bool = False, times: int = 1
    ) -> int:
        """Time limit in minutes of tuning so many `times`, from parameters, their bytes and the tokens of one time.

        Of six operations per parameter and token (Kaplan 2020), two are for the gradient of the weights, which are
        frozen. Two more are needed if activations are computed `again` (gradient checkpointing).
        """
        loading = START_MINUTES + parameters * each / LOADED_PER_MINUTE
        training = (6 if again else 4) * parameters * tokens / FLOPS / 60
        return self.capped(round(SLACK * times * (loading + training)) * attempt)


def memory_mb(weights: float, attempt: int, tokens: int) -> int:
    """Main memory in MB of a job that loads so many bytes of weights and runs so many tokens at once."""
    return min(CAP_MB, round(BASE_MB + weights * LOADING / 1e6 + TOKEN_MB * tokens) * attempt)


def bytes_each(dtype: str, quantisation: str | None) -> float:
    """The bytes of a weight that is loaded in a number format, or quantised."""
    return BYTES[quantisation or dtype]
