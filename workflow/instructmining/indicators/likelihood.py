"""`ppl`, `log_ppl` and `ifd` under the un-tuned base model, in one process and with the same tokens.

`ppl` is exp of the mean negative log-likelihood of the response given the prompt; `ifd` (Li et al. 2023,
arXiv 2308.12032) is that mean over the mean of the same response without the prompt. The mean of `ppl` over a subset is
carried by its few worst examples; `log_ppl`, that mean itself, is not.

    python -m instructmining.indicators.likelihood --settings '{"model": "smollm2", "dtype": "fp32"}' \
        --model results/models/smollm2/model.json --base-model '{"template": "plain"}' --threads 2 \
        --examples results/data/pools/unseen/000.parquet --scores scores.parquet --report report.json
"""

import math
from collections.abc import Sequence
from typing import Any

import torch

from instructmining.example import Example
from instructmining.indicators.scoring import Scores, parse_arguments, score_shard
from instructmining.indicators.settings import LikelihoodScorer
from instructmining.models.batches import budget_batches, halve_on_out_of_memory, make_batch
from instructmining.models.device import lease_gpu
from instructmining.models.likelihood import summed_losses
from instructmining.models.load import load_base_model, load_tokenizer, pick_device
from instructmining.models.prompt import Tokens, tokenize
from instructmining.models.settings import Template
from instructmining.progress import Progress


def main() -> None:
    """Score one shard."""
    arguments = parse_arguments(__doc__, LikelihoodScorer)
    settings: LikelihoodScorer = arguments.settings
    lease_gpu()
    torch.set_num_threads(arguments.threads)
    trust = arguments.base_model.get("trust_remote_code", False)
    tokenizer = load_tokenizer(arguments.model.parent, trust)
    model = load_base_model(arguments.model.parent, settings.dtype, trust_remote_code=trust)

    def scorer(examples: list[Example]) -> Scores:
        return score(examples, model, tokenizer, arguments.base_model.get("template", "alpaca"), settings)

    score_shard(arguments.examples, scorer, arguments.scores, arguments.report)


def score(
    examples: Sequence[Example], model: Any, tokenizer: Any, template: Template, settings: LikelihoodScorer
) -> Scores:
    """`ppl`, `log_ppl` and `ifd` of each example."""
    given = [tokenize(example.messages, tokenizer, template, settings.max_tokens) for example in examples]
    alone = [without_prompt(tokens, tokenizer) for tokens in given]
    losses = mean_losses([*given, *alone], model, tokenizer.pad_token_id, settings.batch_tokens)
    with_prompt, without = losses[: len(given)], losses[len(given) :]
    return Scores(
        {
            "ppl": [math.exp(loss) for loss in with_prompt],
            "log_ppl": with_prompt,
            "ifd": [loss / other for loss, other in zip(with_prompt, without, strict=True)],
        },
        truncated=[tokens.truncated for tokens in given],
    )


def without_prompt(tokens: Tokens, tokenizer: Any) -> Tokens:
    """The response behind nothing but a start token, which its first token needs to be predicted from."""
    start = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
    return Tokens([start], tokens.response, tokens.truncated)


def mean_losses(conversations: list[Tokens], model: Any, pad: int, batch_tokens: int) -> list[float]:
    """Mean negative log-likelihood per token of each response, in nats, in the order given."""
    progress = Progress("likelihood", len(conversations), "responses")
    losses = [0.0] * len(conversations)
    device, done = pick_device(), 0

    def run(group: list[int]) -> list[float]:
        return summed_losses(model, make_batch([conversations[i] for i in group], pad).to(device))

    for group in budget_batches([len(conversation) for conversation in conversations], batch_tokens):
        for i, loss in zip(group, halve_on_out_of_memory(group, run), strict=True):
            losses[i] = loss / len(conversations[i].response)
        done += len(group)
        progress.show(done)
    return losses


if __name__ == "__main__":
    main()
