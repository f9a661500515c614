"""The indicators that need no model: `len_in`, `len_out` (tokens) and `mtld` (lexical diversity).

In a conversation, `len_out` and `mtld` cover all turns of the assistant, `len_in` all other turns.

    python -m instructmining.indicators.text --settings '{"model": "smollm2"}' \
        --model results/models/smollm2/model.json --examples shard.parquet --scores scores.parquet --report report.json
"""

from pathlib import Path
from typing import Any

from lexicalrichness import LexicalRichness
from transformers import AutoTokenizer

from instructmining.command import run_main
from instructmining.example import Example, turn_text
from instructmining.indicators.scoring import Scorer, Scores, parse_arguments, score_shard
from instructmining.indicators.settings import TextScorer
from instructmining.jobs.lost_files import check_links


def main() -> None:
    """Score one shard."""
    arguments = parse_arguments(__doc__, TextScorer)
    tokenizer = load_tokenizer(arguments.model.parent, arguments.base_model.get("trust_remote_code", False))
    score_shard(arguments.examples, text_scorer(tokenizer), arguments.scores, arguments.report)


def load_tokenizer(folder: Path, trust_remote_code: bool) -> Any:
    """The base model's tokenizer."""
    check_links(folder)
    return AutoTokenizer.from_pretrained(folder, trust_remote_code=trust_remote_code)


def text_scorer(tokenizer: Any) -> Scorer[Scores]:
    """A scorer that does all its work ahead, as there is no model to wait for."""
    return Scorer(prepare=lambda examples: score(examples, tokenizer), run=lambda scores, _: scores)


def score(examples: list[Example], tokenizer: Any) -> Scores:
    """Tokens of the turns before and between the assistant's, tokens of the assistant's turns, and their MTLD."""
    written = [turns(example, assistant=True) for example in examples]
    return Scores(
        {
            "len_in": count_tokens([turns(example, assistant=False) for example in examples], tokenizer),
            "len_out": count_tokens(written, tokenizer),
            "mtld": [mtld(text) for text in written],
        }
    )


def turns(example: Example, assistant: bool) -> str:
    """The turns of the assistant, or all others, as one text."""
    return "\n\n".join(turn_text(turn) for turn in example.messages if (turn["role"] == "assistant") == assistant)


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
    run_main(main)
