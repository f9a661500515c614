"""Settings of the indicators, grouped by scorer: what shares a model shares a pass over the examples.

A scorer is a class here, which declares its indicators, a row of `SCORERS`, and a module of the scorer's name.
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from instructmining.indicators.declaration import Indicator, ScorerSettings
from instructmining.indicators.match_settings import Match
from instructmining.indicators.rating_settings import RatingScorer
from instructmining.models.settings import Dtype, ModelFiles
from instructmining.settings import Name, Settings, Untracked

RewardPrompt = Literal["pair", "chat", "open_assistant"]
Metric = Literal["euclidean", "cosine", "manhattan"]


class TextScorer(Settings):
    """`len_in` and `len_out` (tokens of the instruction and of the response) and `mtld` (lexical diversity)."""

    gives: ClassVar[tuple[Indicator, ...]] = (
        Indicator(
            "len_in",
            meaning="tokens of the instruction, special ones not counted",
            unit="tokens",
            range="0 and up",
            reads="all turns except the assistant's",
        ),
        Indicator(
            "len_out",
            meaning="tokens of the response, special ones not counted",
            definition="tokens of the response, special ones not counted; Len in the paper",
            unit="tokens",
            range="0 and up",
            reads="all turns of the assistant",
        ),
        Indicator(
            "mtld",
            meaning="how varied the words of the response are",
            definition="measure of textual lexical diversity: the mean length of stretches whose type-token ratio stays"
            " above 0.72, averaged over both directions (McCarthy and Jarvis 2010)",
            unit="words",
            better="higher",
            range="0 and up",
            reads="all turns of the assistant",
        ),
    )
    gpu: ClassVar[bool] = False
    converts_weights: ClassVar[bool] = False

    model: Name
    """The base model whose tokenizer counts."""


class LikelihoodScorer(Settings):
    """`ppl` (perplexity of the response), its logarithm, and `ifd` (loss with the instruction over loss without)."""

    gives: ClassVar[tuple[Indicator, ...]] = (
        Indicator(
            "ppl",
            meaning="how unexpected the response is to the base model: its perplexity",
            definition="exp of the mean negative log-likelihood of the response, given the prompt",
            better="lower",
            range="1 and up",
        ),
        Indicator(
            "log_ppl",
            meaning="how unexpected the response is to the base model: the logarithm of its perplexity",
            definition="logarithm of `ppl`; a few extreme examples do not dominate its mean over a subset",
            unit="nats per token",
            better="lower",
            range="0 and up",
        ),
        Indicator(
            "ifd",
            meaning="how little the instruction helps to predict the response: loss with it over loss without it",
            definition="instruction-following difficulty: the loss with the prompt over the loss without it"
            " (Li et al. 2023)",
            unit="ratio of losses",
            better="higher",
            range="about 0 to 1.5",
        ),
    )
    gpu: ClassVar[bool] = True
    converts_weights: ClassVar[bool] = False

    model: Name
    """The base model, before any tuning."""
    max_tokens: Annotated[int, Field(ge=16)] = 1024
    """A longer conversation loses the beginning of the prompt first, then the end of the response; cuts are counted."""
    batch_tokens: Annotated[int, Field(ge=16)] = 4096
    """Tokens in a batch, padding included; on a CPU at most 512, as larger batches are slower there."""
    dtype: Dtype = "bf16"
    """Number format of the weights."""
    quantisation: Literal["nf4", "int8"] | None = None
    """Quantise the weights with bitsandbytes."""


class EmbeddingScorer(Settings):
    """`knn_i` (distance to the i-th neighbour inside the set) and `relevance` (cosine of instruction and response)."""

    gives: ClassVar[tuple[Indicator, ...]] = (
        Indicator(
            "relevance",
            meaning="how close the response is to the instruction: cosine of their embeddings",
            unit="cosine",
            better="higher",
            range="-1 to 1",
            reads="all turns before it, and the last response",
        ),
        Indicator(
            "knn_i",
            meaning="distance to the i-th most similar example of the set",
            definition="distance to the i-th nearest neighbour in the set, the example itself left out, between"
            " embeddings of unit length",
            unit="distance",
            better="higher",
            range="`euclidean` and `cosine` 0 to 2, `manhattan` 0 and up",
            reads="the whole conversation as one text",
        ),
    )
    gpu: ClassVar[bool] = True
    converts_weights: ClassVar[bool] = False

    model: ModelFiles
    """Any sentence-transformers model."""
    neighbours: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1)] = [6]
    """The neighbours to measure the distance to: each number i gives an indicator `knn_i`."""
    metric: Metric = "euclidean"
    """How `knn_i` measures the distance between embeddings, which have unit length."""
    batch_tokens: Annotated[int, Field(ge=16)] = 16384
    """Tokens in a batch, padding included; on a CPU at most 512, as larger batches are slower there."""


class SimilarityScorer(Settings):
    """`similarity`: how close an example is to those of the eval sets of role `fit`. Needs the scorer `embedding`."""

    gives: ClassVar[tuple[Indicator, ...]] = (
        Indicator(
            "similarity",
            meaning="how close the example is to what the model is to become good at",
            definition="mean of the highest cosines of its embedding with those of the `fit` examples"
            " (as RDS+, Ivison et al. 2025)",
            unit="cosine",
            better="higher",
            range="-1 to 1",
            reads="the whole conversation as one text",
            aimed=True,
        ),
    )
    gpu: ClassVar[bool] = False
    converts_weights: ClassVar[bool] = False

    nearest: Annotated[int, Field(ge=1)] = 5
    """So many of the highest cosines are averaged."""


class InfluenceScorer(Settings):
    """`influence`: whether a step on an example lowers the loss on the eval sets of role `fit`, by gradients."""

    gives: ClassVar[tuple[Indicator, ...]] = (
        Indicator(
            "influence",
            meaning="how far a training step on the example goes the way that lowers the loss on the `fit` sets",
            definition="cosine of the example's gradient with the mean of the normalised gradients of the `fit`"
            " examples, in the parameters of an adapter that was warmed up on random examples (LESS, Xia et al. 2024)",
            unit="cosine",
            better="higher",
            range="-1 to 1",
            aimed=True,
        ),
    )
    gpu: ClassVar[bool] = True
    converts_weights: ClassVar[bool] = False

    model: Name
    """The base model, which is tuned a little first."""
    warmup_examples: Annotated[int, Field(ge=2)] = 64
    """The adapter is warmed up on so many random examples, tuned on as `training` says."""
    dimensions: Annotated[int, Field(ge=64)] = 8192
    """Gradients are stored as a random projection to so many numbers; a cosine is off by about 1 / their root."""
    max_tokens: Annotated[int, Field(ge=16)] = 1024
    """A longer conversation loses the beginning of the prompt first, then the end of the response; cuts are counted."""
    batch_tokens: Annotated[int, Field(ge=16)] = 4096
    """Tokens in a batch, padding included; on a CPU at most 512, as larger batches are slower there."""
    dtype: Dtype = "bf16"
    """Number format of the weights; gradients are in fp32."""


class RewardScorer(Settings):
    """`reward`: the raw score that a reward model gives the response to an instruction."""

    gives: ClassVar[tuple[Indicator, ...]] = (
        Indicator(
            "reward",
            meaning="the raw score that a reward model gives the response",
            better="higher",
            range="the model's own scale",
        ),
    )
    gpu: ClassVar[bool] = True
    converts_weights: ClassVar[bool] = True

    model: ModelFiles
    """A sequence classifier with one output, or a GPT-NeoX reward model of Open-Assistant."""
    prompt: RewardPrompt
    """The form of its input: `pair` (two segments), `chat` (chat template) or `open_assistant` (`<|prompter|>`...)."""
    max_tokens: Annotated[int, Field(ge=32)] = 1024
    """A longer conversation loses the beginning of the instruction, then the end of the response; cuts are counted."""
    batch_tokens: Annotated[int, Field(ge=16)] = 8192
    """Tokens in a batch, padding included; on a CPU at most 512, as larger batches are slower there."""
    dtype: Dtype = "bf16"
    """Number format of the weights."""
    parameters: Annotated[float, Field(gt=0), Untracked()] = 1.4e9
    """Number of parameters, from which the memory and time of jobs are estimated."""


class UniEvalScorer(Settings):
    """`nat`, `und`, `coh`: how natural, understandable and coherent UniEval finds the response, from 0 to 1."""

    gives: ClassVar[tuple[Indicator, ...]] = (
        Indicator(
            "nat",
            meaning="how natural UniEval finds the response",
            better="higher",
            range="0 to 1",
            reads="last response alone",
        ),
        Indicator(
            "und",
            meaning="how understandable UniEval finds the response",
            better="higher",
            range="0 to 1",
            reads="last response alone",
        ),
        Indicator(
            "coh",
            meaning="how well the response follows from what was said before, according to UniEval",
            better="higher",
            range="0 to 1",
        ),
    )
    gpu: ClassVar[bool] = True
    converts_weights: ClassVar[bool] = True

    model: ModelFiles
    """A T5 trained on UniEval's questions about dialogue."""
    max_tokens: Annotated[int, Field(ge=64)] = 1024
    """A longer input loses the beginning of the history first, then the end of the response; the question is kept."""
    batch_tokens: Annotated[int, Field(ge=16)] = 8192
    """Tokens in a batch, padding included; on a CPU at most 512, as larger batches are slower there."""
    dtype: Dtype = "bf16"
    """Number format of the weights; the T5 was trained in bf16 and overflows in fp16."""
    parameters: Annotated[float, Field(gt=0), Untracked()] = 7.7e8
    """Number of parameters, from which the memory and time of jobs are estimated."""


class CustomIndicator(Settings):
    """An indicator of your own, from either `function` or `table`."""

    function: Annotated[Annotated[str, StringConstraints(pattern=r"^[\w.]+:\w+$")] | None, Untracked()] = None
    """A Python function, `module:function`, that takes a list of examples and returns a number for each."""
    table: Annotated[str | None, Untracked()] = None
    """A Parquet table of scores that you already have, with the IDs of examples in its column `id`, or see `match`."""
    column: str | None = None
    """The column of the table that holds the scores; by default the one named like the indicator."""
    match: Match | None = None
    """How the rows of the table are matched to examples, if not by ID."""
    gpu: bool = False
    """Whether the function needs a GPU."""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.function is None) == (self.table is None):
            raise ValueError("needs exactly one of function, table")
        if self.column and not self.table:
            raise ValueError("column is for a table only; a function gives one indicator, named as in the config")
        if self.match and not self.table:
            raise ValueError("match is for a table only; a function is given the examples themselves")
        return self


SCORERS: dict[str, type[ScorerSettings]] = {
    "text": TextScorer,
    "likelihood": LikelihoodScorer,
    "embedding": EmbeddingScorer,
    "similarity": SimilarityScorer,
    "influence": InfluenceScorer,
    "reward": RewardScorer,
    "unieval": UniEvalScorer,
    "rating": RatingScorer,
}
"""The scorers that come with the workflow, by their key in the config, which is also the name of their module."""
