"""Settings of the indicators, grouped by scorer: what shares a model shares a pass over the examples."""

from typing import Annotated

from pydantic import Field

from instructmining.models.settings import Dtype, ModelFiles
from instructmining.settings import Name, Settings


class TextScorer(Settings):
    """`len_in` and `len_out` (tokens of the instruction and of the response) and `mtld` (lexical diversity)."""

    model: Name
    """The base model whose tokenizer counts."""


class LikelihoodScorer(Settings):
    """`ppl` (perplexity of the response), its logarithm, and `ifd` (loss with the instruction over loss without)."""

    model: Name
    """The base model, un-tuned."""
    max_tokens: Annotated[int, Field(ge=16)] = 1024
    """Longer conversations lose the beginning of the prompt first, then the end of the response; both are counted."""
    batch_tokens: Annotated[int, Field(ge=16)] = 4096
    """Tokens in a batch, padding included."""
    dtype: Dtype = "bf16"
    """Number format of the weights."""


class EmbeddingScorer(Settings):
    """`knn_i` (distance to the i-th neighbour inside the set) and `relevance` (cosine of instruction and response)."""

    model: ModelFiles
    """A sentence-transformers model."""
    neighbours: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1)] = [6]
    """The i of `knn_i`."""
    batch_tokens: Annotated[int, Field(ge=16)] = 16384
    """Tokens in a batch, padding included."""


class Indicators(Settings):
    """Which scorers run; set one to null to leave it out."""

    text: TextScorer | None = None
    """`len_in`, `len_out`, `mtld`."""
    likelihood: LikelihoodScorer | None = None
    """`ppl`, `log_ppl`, `ifd`."""
    embedding: EmbeddingScorer | None = None
    """`knn_i`, `relevance`."""

    def scorers(self) -> list[str]:
        """Names of the scorers that run."""
        return [name for name in type(self).model_fields if getattr(self, name) is not None]

    def names(self) -> list[str]:
        """Names of all indicators that these scorers give."""
        knn = [f"knn_{i}" for i in self.embedding.neighbours] if self.embedding else []
        given = {
            "text": ["len_in", "len_out", "mtld"],
            "likelihood": ["ppl", "log_ppl", "ifd"],
            "embedding": ["relevance", *knn],
        }
        return [name for scorer in self.scorers() for name in given[scorer]]
