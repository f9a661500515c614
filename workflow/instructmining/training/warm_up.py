"""Warm up an adapter on random examples of a pool: `influence` takes gradients in its parameters.

An adapter that was never trained has a zero half, so its gradients say little (LESS, Xia et al. 2024).

    python -m instructmining.training.warm_up --model results/models/smollm2/model.json \
        --base-model '{"template": "plain"}' --settings '{"dtype": "fp32"}' --examples 64 --seed 0 \
        --pool results/data/pools/candidates.report.json --adapter adapter
"""

import argparse
import json
import logging
from pathlib import Path

import torch

from instructmining.data.draw import draw, seeded
from instructmining.example import Example, stream_examples
from instructmining.files import replacing_folder
from instructmining.models.device import lease_gpu
from instructmining.models.load import load_base_model, load_tokenizer
from instructmining.models.prompt import tokenize
from instructmining.progress import start_log
from instructmining.sampling.sample_subset import shards_of
from instructmining.training.finetune import add_adapter, finetune
from instructmining.training.settings import Training


def main() -> None:
    """Draw, tune, write."""
    arguments = parse_arguments()
    settings: Training = arguments.settings
    start_log()
    lease_gpu()
    torch.set_num_threads(arguments.threads)
    trust = arguments.base_model.get("trust_remote_code", False)
    examples = random_examples(shards_of(arguments.pool), arguments.examples, arguments.seed)
    logging.info("warming up an adapter on %d examples", len(examples))
    tokenizer = load_tokenizer(arguments.model.parent, trust)
    base = load_base_model(arguments.model.parent, settings.dtype, settings.quantisation, trust)
    model = add_adapter(base, settings, arguments.seed)
    template = arguments.base_model.get("template", "alpaca")
    conversations = [tokenize(example.messages, tokenizer, template, settings.max_tokens) for example in examples]
    finetune(model, conversations, settings, arguments.seed, tokenizer.pad_token_id)
    with replacing_folder(arguments.adapter) as folder:
        model.save_pretrained(folder)


def random_examples(shards: list[Path], count: int, seed: int) -> list[Example]:
    """A uniform draw from the shards of a pool; raises ValueError where there are too few."""
    examples = (example for shard in shards for batch in stream_examples(shard) for example in batch)
    drawn = draw(examples, count, seeded(seed, "warm-up"))
    if len(drawn) < count:
        raise ValueError(
            f"indicators.influence.warmup_examples is {count}, but the pool has {len(drawn)} examples; lower it"
        )
    return drawn


def parse_arguments() -> argparse.Namespace:
    """Arguments of the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, type=Path, help="model.json of the prepared base model")
    parser.add_argument("--base-model", required=True, type=json.loads, help="settings of the base model")
    parser.add_argument("--settings", required=True, type=Training.model_validate_json)
    parser.add_argument("--pool", required=True, type=Path, help="report of the pool, beside its shards")
    parser.add_argument("--examples", required=True, type=int, help="how many are drawn")
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--adapter", required=True, type=Path, help="folder for the adapter")
    return parser.parse_args()


if __name__ == "__main__":
    main()
