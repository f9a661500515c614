"""How many optimizer steps take an arm through a given number of tokens; the settings that it is then tuned with.

Steps are counted in the same batches that the training will draw, so arms differ by less than a batch of tokens.

    python -m instructmining.comparison.match_tokens --tokens 200000 --settings '{"batch_size": 16}' --seed 0 \\
        --model results/models/smollm2/model.json --base-model '{"template": "plain"}' --examples arm.parquet \\
        --output settings.json
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from instructmining.example import read_examples
from instructmining.files import write_text
from instructmining.models.load import load_tokenizer
from instructmining.models.prompt import tokenize
from instructmining.training.finetune import example_order
from instructmining.training.settings import Training


def steps_for(tokens: int, lengths: Sequence[int], batch_size: int, seed: int) -> int:
    """The number of steps, at least one, that trains on nearest to `tokens` tokens; lengths are in tokens."""
    if not lengths:
        return 1  # no step is taken without examples, whatever the settings say
    order, seen, steps = example_order(len(lengths), seed), 0, 0
    while True:
        batch = sum(lengths[next(order)] for _ in range(min(batch_size, len(lengths))))
        if steps and seen + batch / 2 > tokens:
            return steps
        seen, steps = seen + batch, steps + 1


def main() -> None:
    """Count the tokens of the arm, write its settings."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, required=True)
    parser.add_argument("--settings", type=Training.model_validate_json, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--base-model", type=json.loads, required=True)
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    settings, base_model = arguments.settings, arguments.base_model
    tokenizer = load_tokenizer(arguments.model.parent, base_model.get("trust_remote_code", False))
    template = base_model.get("template", "alpaca")
    lengths = [
        len(tokenize(example.messages, tokenizer, template, settings.max_tokens))
        for example in read_examples(arguments.examples)
    ]
    steps = steps_for(arguments.tokens, lengths, settings.batch_size, arguments.seed)
    write_text(arguments.output, settings.model_copy(update={"steps": steps}).model_dump_json(exclude_unset=True))
    print(f"{steps} steps for {arguments.tokens} tokens of {len(lengths)} examples")


if __name__ == "__main__":
    main()
