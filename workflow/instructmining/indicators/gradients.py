"""The gradient of the loss of each response in the parameters of a warmed-up adapter, as a unit vector.

It has millions of numbers, so a random projection of it is stored: each parameter is added to one of `dimensions` sums,
with a random sign (count sketch, Charikar et al. 2002). Cosines between gradients survive that, but for an error of
about 1 / root of the dimensions. `influence` compares the vectors.

    python -m instructmining.indicators.gradients --settings '{"model": "smollm2", "dtype": "fp32"}' \
        --model results/models/smollm2/model.json --base-model '{"template": "plain"}' --adapter warm_up/adapter \
        --examples shard.parquet --vectors gradients.parquet --report report.json
"""

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from peft import PeftModel
from torch import Tensor

from instructmining.example import Example
from instructmining.indicators.engine import Engine
from instructmining.indicators.scoring import Meter, Scorer, Scores, score_shard
from instructmining.indicators.settings import InfluenceScorer
from instructmining.models.batches import IGNORED, Batch, make_batch
from instructmining.models.device import lease_gpu
from instructmining.models.likelihood import response_losses
from instructmining.models.load import load_base_model, load_tokenizer, pick_device
from instructmining.models.prompt import Tokens, tokenize
from instructmining.models.settings import Template


def main() -> None:
    """Take the gradients of one table of examples."""
    arguments = parse_arguments()
    settings: InfluenceScorer = arguments.settings
    lease_gpu()
    torch.set_num_threads(arguments.threads)
    trust = arguments.base_model.get("trust_remote_code", False)
    tokenizer = load_tokenizer(arguments.model.parent, trust)
    base = load_base_model(arguments.model.parent, settings.dtype, None, trust)
    model = PeftModel.from_pretrained(base, str(arguments.adapter), is_trainable=True).eval()
    scorer = gradient_scorer(model, tokenizer, arguments.base_model.get("template", "alpaca"), settings)
    score_shard(arguments.examples, scorer, arguments.vectors, arguments.report)


def parse_arguments() -> argparse.Namespace:
    """Arguments of the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", required=True, type=InfluenceScorer.model_validate_json)
    parser.add_argument("--base-model", type=json.loads, default={}, help="settings of the base model")
    parser.add_argument("--model", required=True, type=Path, help="model.json of the prepared base model")
    parser.add_argument("--adapter", required=True, type=Path, help="folder of the warmed-up adapter")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--examples", required=True, type=Path, help="a shard of a pool, or an eval set")
    parser.add_argument("--vectors", required=True, type=Path)
    parser.add_argument("--report", required=True, type=Path)
    return parser.parse_args()


def gradient_scorer(model: Any, tokenizer: Any, template: Template, settings: InfluenceScorer) -> Scorer[list[Tokens]]:
    """The projected gradient of each example, of length 1; whose text was cut counts for `influence`."""
    sketch = Sketch(linear_layers(model), settings.dimensions)

    def prepare(examples: list[Example]) -> list[Tokens]:
        return [tokenize(example.messages, tokenizer, template, settings.max_tokens) for example in examples]

    def run(conversations: list[Tokens], meter: Meter) -> Scores:
        def forward(group: list[int]) -> Tensor:
            batch = make_batch([conversations[i] for i in group], tokenizer.pad_token_id).to(pick_device())
            return unit_rows(sketch.of(model, batch))

        engine = Engine(settings.batch_tokens, meter)
        vectors = engine.run([len(tokens) for tokens in conversations], forward)
        truncated = {"influence": [tokens.truncated for tokens in conversations]}
        return Scores({}, truncated, to_halves(vectors.reshape(-1, settings.dimensions)))

    return Scorer(prepare, run)


def linear_layers(model: Any) -> list[torch.nn.Linear]:
    """The layers of an adapter; raises ValueError where it trains anything but weights of linear layers."""
    layers = [layer for layer in model.modules() if isinstance(layer, torch.nn.Linear) and layer.weight.requires_grad]
    held = {id(layer.weight) for layer in layers}
    others = [
        name for name, parameter in model.named_parameters() if parameter.requires_grad and id(parameter) not in held
    ]
    if others or not layers:
        raise ValueError(
            f"influence needs an adapter of linear layers without bias; found {', '.join(others[:3]) or 'no layer'};"
            " set training.lora.targets to linear modules"
        )
    return layers


class Sketch:
    """A random projection of the gradients of linear layers, the same each time."""

    def __init__(self, layers: list[torch.nn.Linear], dimensions: int) -> None:
        self.layers, self.dimensions = layers, dimensions
        generator = torch.Generator().manual_seed(0)
        sizes = [layer.weight.numel() for layer in layers]
        device = layers[0].weight.device
        self.places = [torch.randint(dimensions, (size,), generator=generator).to(device) for size in sizes]
        self.signs = [(2 * torch.randint(2, (size,), generator=generator) - 1).float().to(device) for size in sizes]

    def of(self, model: Any, batch: Batch) -> Tensor:
        """The projected gradient of the mean loss of each response. (batch, dimensions)"""
        total = torch.zeros(len(batch.labels), self.dimensions, device=batch.labels.device)

        def add(number: int, gradients: Tensor) -> None:
            signed = gradients.flatten(1).float() * self.signs[number]
            total.scatter_add_(1, self.places[number].expand_as(signed), signed)

        with torch.enable_grad(), per_example_gradients(self.layers, add):
            mean_losses(model, batch).sum().backward()  # type: ignore[no-untyped-call]
        model.zero_grad()
        return total


@contextmanager
def per_example_gradients(layers: list[torch.nn.Linear], take: Callable[[int, Tensor], None]) -> Iterator[None]:
    """Call `take(number, gradients)` in a backward pass: gradients of each example in a layer's weight.

    The gradient of a weight is the sum over the tokens of outer products of the gradient at the layer's output and its
    input, so it is there for each example at no further pass (Goodfellow 2015, arXiv 1510.01799). (batch, out, in)
    """

    def hook(number: int) -> Callable[[Any, Any, Tensor], None]:
        def forward(layer: Any, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            given = inputs[0].detach()
            output.register_hook(  # type: ignore[no-untyped-call]
                lambda gradient: take(number, torch.einsum("bto,bti->boi", gradient, given))
            )

        return forward

    handles = [layer.register_forward_hook(hook(number)) for number, layer in enumerate(layers)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def mean_losses(model: Any, batch: Batch) -> Tensor:
    """The mean loss per token of each response, in nats. (batch,)"""
    losses, predicted = response_losses(model, batch), batch.labels != IGNORED
    sums = losses.new_zeros(len(batch.labels)).index_add(0, predicted.nonzero()[:, 0], losses)
    means: Tensor = sums / predicted.sum(dim=1)
    return means


def unit_rows(gradients: Tensor) -> Tensor:
    """Rows of length 1; raises ValueError where a row is zero or not finite."""
    lengths = gradients.norm(dim=1, keepdim=True)
    if not bool(((lengths > 0) & lengths.isfinite()).all()):
        raise ValueError(
            "the gradient of an example is zero or not finite; set indicators.influence.dtype to fp32 or bf16"
        )
    units: Tensor = gradients / lengths
    return units


def to_halves(vectors: Tensor) -> pa.Array:
    """Vectors as a column of fixed-size lists of 16-bit floats, which cosines do not need more of."""
    return pa.FixedSizeListArray.from_arrays(pa.array(vectors.numpy().astype(np.float16).ravel()), vectors.shape[1])


if __name__ == "__main__":
    main()
