"""Settings of the indicators, grouped by scorer: what shares a model shares a pass over the examples."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from instructmining.models.settings import Dtype, ModelFiles
from instructmining.settings import Name, Settings, Untracked

RewardPrompt = Literal["pair", "chat", "open_assistant"]
Metric = Literal["euclidean", "cosine", "manhattan"]


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
    """Tokens in a batch, padding included; on a CPU at most 512, as larger batches are slower there."""
    dtype: Dtype = "bf16"
    """Number format of the weights."""
    quantisation: Literal["nf4", "int8"] | None = None
    """Quantise the weights with bitsandbytes."""


class EmbeddingScorer(Settings):
    """`knn_i` (distance to the i-th neighbour inside the set) and `relevance` (cosine of instruction and response)."""

    model: ModelFiles
    """Any sentence-transformers model."""
    neighbours: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1)] = [6]
    """The i of `knn_i`."""
    metric: Metric = "euclidean"
    """The distance of `knn_i`, between embeddings of unit length."""
    batch_tokens: Annotated[int, Field(ge=16)] = 16384
    """Tokens in a batch, padding included; on a CPU at most 512, as larger batches are slower there."""


class RewardScorer(Settings):
    """`reward`: what a reward model says of instruction and response, as it comes out of the model."""

    model: ModelFiles
    """A sequence classifier with one output, or a GPT-NeoX reward model of Open-Assistant."""
    prompt: RewardPrompt
    """How it is asked: `pair` (two segments), `chat` (its chat template), `open_assistant` (`<|prompter|>`...)."""
    max_tokens: Annotated[int, Field(ge=32)] = 1024
    """Longer conversations lose the beginning of the instruction first, then the end of the response; counted."""
    batch_tokens: Annotated[int, Field(ge=16)] = 8192
    """Tokens in a batch, padding included; on a CPU at most 512, as larger batches are slower there."""
    dtype: Dtype = "bf16"
    """Number format of the weights."""
    parameters: Annotated[float, Field(gt=0), Untracked()] = 1.4e9
    """Number of parameters: memory and time of jobs are estimated from it."""


class UniEvalScorer(Settings):
    """`nat`, `und`, `coh`: how natural, understandable and coherent UniEval finds the response, from 0 to 1."""

    model: ModelFiles
    """A T5 that was trained on UniEval's questions on dialogue."""
    max_tokens: Annotated[int, Field(ge=64)] = 1024
    """Longer inputs lose the beginning of the history first, then the end of the response; the question stays."""
    batch_tokens: Annotated[int, Field(ge=16)] = 8192
    """Tokens in a batch, padding included; on a CPU at most 512, as larger batches are slower there."""
    dtype: Dtype = "bf16"
    """Number format of the weights; the T5 was trained in bf16 and overflows in fp16."""
    parameters: Annotated[float, Field(gt=0), Untracked()] = 7.7e8
    """Number of parameters: memory and time of jobs are estimated from it."""


class CustomIndicator(Settings):
    """An indicator of your own: exactly one of `function`, `table`."""

    function: Annotated[Annotated[str, StringConstraints(pattern=r"^[\w.]+:\w+$")] | None, Untracked()] = None
    """A Python function, `module:function`, that takes a list of examples and returns a number for each."""
    table: Annotated[str | None, Untracked()] = None
    """A Parquet table of scores that are there already, with a column `id` of example IDs."""
    column: str | None = None
    """The column of the table; the name of the indicator if not given."""
    gpu: bool = False
    """Whether the function asks for a GPU."""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.function is None) == (self.table is None):
            raise ValueError("needs exactly one of function, table")
        if self.column and not self.table:
            raise ValueError("column is of a table; a function gives the one indicator it is named after")
        return self


GIVEN = {
    "text": ["len_in", "len_out", "mtld"],
    "likelihood": ["ppl", "log_ppl", "ifd"],
    "embedding": ["relevance"],
    "reward": ["reward"],
    "unieval": ["nat", "und", "coh"],
}
"""The indicators of each scorer; that of sentence embeddings gives `knn_i` besides."""


def scorer_of(indicator: str) -> str:
    """The scorer that gives an indicator."""
    if indicator.startswith("knn_"):
        return "embedding"
    return next((scorer for scorer, names in GIVEN.items() if indicator in names), indicator)


ScorerSettings = TextScorer | LikelihoodScorer | EmbeddingScorer | RewardScorer | UniEvalScorer | CustomIndicator


class Indicators(Settings):
    """Which scorers run; set one to null to leave it out."""

    text: TextScorer | None = None
    """`len_in`, `len_out`, `mtld`."""
    likelihood: LikelihoodScorer | None = None
    """`ppl`, `log_ppl`, `ifd`."""
    embedding: EmbeddingScorer | None = None
    """`knn_i`, `relevance`."""
    reward: RewardScorer | None = None
    """`reward`."""
    unieval: UniEvalScorer | None = None
    """`nat`, `und`, `coh`."""
    custom: dict[Name, CustomIndicator] = {}
    """Indicators of your own, by name."""

    def scorers(self) -> dict[str, ScorerSettings]:
        """The scorers that run, by name; an indicator of your own is a scorer of the same name."""
        return {name: getattr(self, name) for name in GIVEN if getattr(self, name) is not None} | self.custom

    def names(self) -> list[str]:
        """Names of all indicators that these scorers give."""
        return [name for scorer in self.scorers() for name in self.given_by(scorer)]

    def given_by(self, scorer: str) -> list[str]:
        """Names of the indicators that a scorer gives."""
        knn = [f"knn_{i}" for i in self.embedding.neighbours] if self.embedding and scorer == "embedding" else []
        return [*GIVEN.get(scorer, [scorer]), *knn]

    @model_validator(mode="after")
    def _own_names(self) -> Self:
        taken = {*GIVEN, *(name for names in GIVEN.values() for name in names)}
        for name in self.custom:
            if name in taken or name.startswith("knn_"):
                raise ValueError(f"custom.{name}: the workflow has an indicator or scorer of this name; choose another")
        return self
