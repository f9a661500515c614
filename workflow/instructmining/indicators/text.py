"""The indicators that need no model: `len_in`, `len_out` (tokens) and `mtld` (lexical diversity of the response).

    python -m instructmining.indicators.text --settings '{"model": "smollm2"}' \
        --model results/models/smollm2/model.json --examples shard.parquet --scores scores.parquet --report report.json
"""

from pathlib import Path
from typing import Any

from lexicalrichness import LexicalRichness
from transformers import AutoTokenizer

from instructmining.example import Example
from instructmining.indicators.scoring import Scores, parse_arguments, score_shard
from instructmining.indicators.settings import TextScorer


def main() -> None:
    """Score one shard."""
    arguments = parse_arguments(__doc__, TextScorer)
    tokenizer = load_tokenizer(arguments.model.parent, arguments.base_model.get("trust_remote_code", False))
    score_shard(arguments.examples, lambda e: score(e, tokenizer), arguments.scores, arguments.report)


def load_tokenizer(folder: Path, trust_remote_code: bool) -> Any:
    """The base model's tokenizer."""
    return AutoTokenizer.from_pretrained(folder, trust_remote_code=trust_remote_code)


def score(examples: list[Example], tokenizer: Any) -> Scores:
    """Tokens of the instruction (all turns before the response), tokens of the response, and its MTLD."""
    return Scores(
        {
            "len_in": count_tokens([example.instruction for example in examples], tokenizer),
            "len_out": count_tokens([example.response for example in examples], tokenizer),
            "mtld": [mtld(example.response) for example in examples],
        }
    )


def count_tokens(texts: list[str], tokenizer: Any) -> list[float]:
    """Tokens of each text, without special tokens."""
    if not texts:
        return []
    return [float(len(tokens)) for tokens in tokenizer(texts, add_special_tokens=False)["input_ids"]]


def mtld(text: str) -> float:
    """Measure of textual lexical diversity, TTR threshold 0.72, mean of both directions (McCarthy and Jarvis 2010).

    A response without a word, such as `42`, has no diversity: 0.
    """
    richness = LexicalRichness(text)
    return float(richness.mtld(threshold=0.72)) if richness.words else 0.0


if __name__ == "__main__":
    main()
