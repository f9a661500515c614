"""`ppl`, `log_ppl` and `ifd` under the base model before tuning, in one process and with the same tokens.

`log_ppl` is the mean negative log-likelihood of the response, given the prompt; `ppl` is its exp. `ifd` (Li et al.
2023, arXiv 2308.12032) is `log_ppl` over the same mean without the prompt. A few extreme examples dominate the mean of
`ppl` over a subset, but not the mean of `log_ppl`.

    python -m instructmining.indicators.likelihood --settings '{"model": "smollm2", "dtype": "fp32"}' \
        --model results/models/smollm2/model.json --base-model '{"template": "plain"}' --threads 2 \
        --examples results/data/pools/unseen/000.parquet --scores scores.parquet --report report.json
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from instructmining.command import run_main
from instructmining.example import Example
from instructmining.indicators.engine import Engine
from instructmining.indicators.scoring import Meter, Scorer, Scores, parse_arguments, read_shard, score_shard
from instructmining.indicators.settings import LikelihoodScorer
from instructmining.models.batches import make_batch
from instructmining.models.device import lease_gpu
from instructmining.models.likelihood import summed_losses
from instructmining.models.load import load_base_model, load_tokenizer, pick_device
from instructmining.models.prompt import Tokens, tokenize
from instructmining.models.settings import Template
from instructmining.models.template_parts import refuse_unknown_parts


def main() -> None:
    """Score one shard."""
    arguments = parse_arguments(__doc__, LikelihoodScorer)
    settings: LikelihoodScorer = arguments.settings
    lease_gpu()
    torch.set_num_threads(arguments.threads)
    trust = arguments.base_model.get("trust_remote_code", False)
    template = arguments.base_model.get("template", "alpaca")
    tokenizer = load_tokenizer(arguments.model.parent, trust)
    refuse_unknown_parts(read_shard(arguments.examples), lambda: tokenizer, template, settings.model)
    model = load_base_model(arguments.model.parent, settings.dtype, settings.quantisation, trust)
    scorer = likelihood_scorer(model, tokenizer, template, settings)
    score_shard(arguments.examples, scorer, arguments.scores, arguments.report)


def likelihood_scorer(
    model: Any, tokenizer: Any, template: Template, settings: LikelihoodScorer
) -> Scorer[list[Tokens]]:
    """`ppl`, `log_ppl` and `ifd` under a causal language model."""

    def prepare(examples: Sequence[Example]) -> list[Tokens]:
        return [tokenize(one.messages, tokenizer, template, settings.max_tokens, one.tools) for one in examples]

    def run(given: list[Tokens], meter: Meter) -> Scores:
        alone = [without_prompt(tokens, tokenizer) for tokens in given]
        engine = Engine(settings.batch_tokens, meter)
        losses = mean_losses([*given, *alone], model, tokenizer.pad_token_id, engine)
        return to_scores(given, losses[: len(given)], losses[len(given) :])

    return Scorer(prepare, run, sequences=2)


def to_scores(given: list[Tokens], with_prompt: list[float], without: list[float]) -> Scores:
    """The indicators from the mean losses of the responses, with the prompt and without.

    A response that is certain without its prompt has no `ifd`: it is NaN, which stops the shard with the example's ID.
    """
    indicators = {
        "ppl": [math.exp(loss) for loss in with_prompt],
        "log_ppl": with_prompt,
        "ifd": [loss / other if other else math.nan for loss, other in zip(with_prompt, without, strict=True)],
    }
    truncated = [tokens.truncated for tokens in given]
    return Scores(indicators, dict.fromkeys(indicators, truncated))


def without_prompt(tokens: Tokens, tokenizer: Any) -> Tokens:
    """The response after a start token alone, from which its first token is predicted."""
    start = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
    return Tokens([start], tokens.response, tokens.truncated)


def mean_losses(conversations: list[Tokens], model: Any, pad: int, engine: Engine) -> list[float]:
    """Mean negative log-likelihood per token of each response, in nats, in the order given."""
    device = pick_device()

    def forward(group: list[int]) -> Tensor:
        batch = make_batch([conversations[i] for i in group], pad).to(device)
        return torch.tensor(summed_losses(model, batch), dtype=torch.float64)

    losses: list[float] = engine.run([len(tokens) for tokens in conversations], forward).tolist()
    return [loss / len(tokens.response) for loss, tokens in zip(losses, conversations, strict=True)]


if __name__ == "__main__":
    run_main(main)
