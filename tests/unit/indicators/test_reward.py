"""The reward indicator against plain references, on tiny models of the classes that reward models have."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch

from instructmining.example import Message, make_example
from instructmining.indicators.reward import reward_scorer, write
from instructmining.indicators.settings import RewardScorer
from instructmining.models.reward_model import load_reward_model
from tests.conftest import conversation, tool_example
from tests.tiny_models import (
    EVERYWHERE,
    chat_tokenizer,
    pair_tokenizer,
    tiny_deberta,
    tiny_llama_classifier,
    word_tokenizer,
    write_open_assistant,
)

OPEN_ASSISTANT = {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}


def settings(prompt: str, **changes: Any) -> RewardScorer:
    return RewardScorer.model_validate(
        {"model": {"path": "x"}, "prompt": prompt, "dtype": "fp32", "batch_tokens": 64, **changes}
    )


def reward(examples: Any, model: Any, tokenizer: Any, prompt: str, **changes: Any) -> list[float]:
    return reward_scorer(model, tokenizer, settings(prompt, **changes))(examples).indicators["reward"]


@pytest.fixture
def dialogue() -> Any:
    """Two turns of each side, as text for hand-written prompts too."""
    turns = [("user", "what is the cat"), ("assistant", "the cat sat"), ("user", "why"), ("assistant", "on the mat")]
    return make_example([Message(role=role, content=content) for role, content in turns], "made", "messages", {})


def test_an_encoder_reads_instruction_and_response_as_a_pair(examples: Any) -> None:
    model, tokenizer = tiny_deberta(), pair_tokenizer()
    with torch.inference_mode():
        expected = [
            model(
                **tokenizer(example.instruction, example.response, return_tensors="pt", return_token_type_ids=False)
            ).logits.item()
            for example in examples
        ]
    assert reward(examples, model, tokenizer, "pair") == pytest.approx(expected, abs=1e-5)


def test_a_decoder_reads_the_chat_template_and_is_asked_at_its_last_token(examples: Any, dialogue: Any) -> None:
    """The end token is padding here too, at which the model's own forward looks at the token before."""
    model, tokenizer = tiny_llama_classifier(), chat_tokenizer()
    examples, expected = [*examples, dialogue], []
    for example in examples:
        ids = tokenizer.apply_chat_template(list(example.messages), return_tensors="pt", return_dict=True)["input_ids"]
        assert ids[0, -1] == tokenizer.eos_token_id
        with torch.inference_mode():
            expected.append(model.score(model.model(ids).last_hidden_state[0, -1]).item())
    assert reward(examples, model, tokenizer, "chat") == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("prompt", ["pair", "chat"])
@pytest.mark.parametrize("padding_side", ["left", "right"])
def test_rewards_depend_neither_on_the_batch_nor_on_the_padding_side(
    examples: Any, prompt: str, padding_side: str
) -> None:
    model, tokenizer = (
        (tiny_deberta(), pair_tokenizer()) if prompt == "pair" else (tiny_llama_classifier(), chat_tokenizer())
    )
    alone = [reward([example], model, tokenizer, prompt)[0] for example in examples]
    tokenizer.padding_side = padding_side
    assert reward(examples[::-1], model, tokenizer, prompt, batch_tokens=10_000)[::-1] == pytest.approx(alone, abs=1e-5)


def neox_reward(weights: dict[str, Any], ids: list[int]) -> float:
    """The reward of a GPT-NeoX from its published equations: parallel residual, rotary on a quarter of each head."""
    heads, size, rotated = 4, 8, 2
    x = weights["gpt_neox.embed_in.weight"][ids]  # (tokens, hidden size)

    def linear(name: str, values: Any) -> Any:
        return values @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(name: str, values: Any) -> Any:
        centred = values - values.mean(-1, keepdim=True)
        scaled = centred / (centred.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt()
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def rotate(values: Any) -> Any:  # (heads, tokens, size)
        angles = torch.arange(len(ids))[:, None] / 10000 ** (torch.arange(0, rotated, 2) / rotated)  # (tokens, 1)
        first, second, rest = values[..., :1], values[..., 1:2], values[..., 2:]
        return torch.cat(
            [first * angles.cos() - second * angles.sin(), second * angles.cos() + first * angles.sin(), rest], -1
        )

    for i in range(2):
        layer = f"gpt_neox.layers.{i}"
        parts = linear(f"{layer}.attention.query_key_value", norm(f"{layer}.input_layernorm", x))
        query, key, value = parts.view(len(ids), heads, 3 * size).transpose(0, 1).split(size, dim=-1)
        scores = rotate(query) @ rotate(key).transpose(1, 2) / math.sqrt(size)
        scores = scores.masked_fill(torch.ones(len(ids), len(ids)).triu(1).bool(), -math.inf)
        attended = linear(
            f"{layer}.attention.dense", (scores.softmax(-1) @ value).transpose(0, 1).reshape(len(ids), -1)
        )
        inner = linear(f"{layer}.mlp.dense_h_to_4h", norm(f"{layer}.post_attention_layernorm", x))
        x = x + attended + linear(f"{layer}.mlp.dense_4h_to_h", torch.nn.functional.gelu(inner))
    return float(linear("out_proj", norm("gpt_neox.final_layer_norm", x)[-1]))


def test_a_checkpoint_of_open_assistant_gives_what_its_equations_give(
    tmp_path: Path, examples: Any, dialogue: Any
) -> None:
    weights, tokenizer = write_open_assistant(tmp_path), word_tokenizer(**OPEN_ASSISTANT)
    expected = [
        neox_reward(
            weights,
            tokenizer(f"<|prompter|> {e.instruction} <|endoftext|> <|assistant|> {e.response} <|endoftext|>")[
                "input_ids"
            ],
        )
        for e in examples
    ]
    expected.append(neox_reward(weights, tokenizer(
        "<|prompter|> what is the cat <|endoftext|> <|assistant|> the cat sat <|endoftext|> <|prompter|> why <|endoftext|>"
        " <|assistant|> on the mat <|endoftext|>")["input_ids"]))  # fmt: skip
    model = load_reward_model(tmp_path, "fp32")
    assert reward([*examples, dialogue], model, tokenizer, "open_assistant") == pytest.approx(expected, abs=1e-5)
    assert len({round(value, 4) for value in expected}) > 10


def test_rewards_are_raw_and_not_squashed(tmp_path: Path) -> None:
    write_open_assistant(tmp_path)
    model = load_reward_model(tmp_path, "fp32")
    model.out_proj.bias.data += 100
    assert reward([conversation("why", "red sky")], model, word_tokenizer(**OPEN_ASSISTANT), "open_assistant")[0] > 50


def test_a_checkpoint_without_its_head_is_refused(tmp_path: Path) -> None:
    tiny_llama_classifier().model.save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text()) | {"num_labels": 1}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match=r"1 weights of the model are not in its files.*score\.weight"):
        load_reward_model(tmp_path, "fp32")


def test_a_classifier_of_several_classes_is_no_reward_model(tmp_path: Path) -> None:
    from transformers import LlamaConfig, LlamaForSequenceClassification

    LlamaForSequenceClassification(
        LlamaConfig(
            vocab_size=8, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1, num_labels=3
        )
    ).save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="has 3 outputs"):
        load_reward_model(tmp_path, "fp32")


@pytest.mark.parametrize(
    ("prompt", "end"), [("pair", "[SEP]"), ("chat", "<|endoftext|>"), ("open_assistant", "<|endoftext|>")]
)
def test_truncation_keeps_half_the_room_for_the_instruction_and_the_end_that_the_reward_is_read_at(
    prompt: str, end: str
) -> None:
    tokenizer = {
        "pair": pair_tokenizer,
        "chat": chat_tokenizer,
        "open_assistant": lambda: word_tokenizer(**OPEN_ASSISTANT),
    }[prompt]()
    scorer = reward_scorer(None, tokenizer, settings(prompt, max_tokens=32))
    (sequence,) = scorer.prepare([conversation("why " * 50, "red " * 50)])
    words = tokenizer.convert_ids_to_tokens(sequence.ids)
    assert (len(words), sequence.truncated, words[-1]) == (32, True, end)
    assert min(words.count("why"), words.count("red")) > 10


def test_what_fits_is_not_cut(examples: Any) -> None:
    assert not any(reward_scorer(tiny_deberta(), pair_tokenizer(), settings("pair"))(examples).truncated["reward"])


@pytest.mark.parametrize("prompt", ["pair", "open_assistant"])
def test_a_call_is_the_response_as_json(prompt: Any) -> None:
    written = write(tool_example(answered=False), word_tokenizer(), prompt)
    response = written.texts[written.response.text][written.response.start : written.response.end]
    assert response == '{"name": "look", "arguments": {"at": "sky"}}'


def test_in_a_chat_template_a_call_ends_before_what_the_template_adds() -> None:
    written = write(tool_example(answered=False), chat_tokenizer(EVERYWHERE), "chat")
    assert written.texts[0][written.response.start :] == ' ( why not look )  look {"at": "sky"} <|endoftext|> '
    assert written.texts[0][written.response.end :] == " <|endoftext|> "


def test_a_result_of_a_tool_is_written_as_a_prompter_s() -> None:
    text = write(tool_example(), word_tokenizer(), "open_assistant").texts[0]
    assert "<|prompter|>blue<|endoftext|><|assistant|>the sky is blue" in text
