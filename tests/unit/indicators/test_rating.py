"""`rating` against what the model itself gives for each example alone."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import torch

from instructmining.indicators import rating
from instructmining.indicators.rating import fill, find_answers, rating_scorer
from instructmining.indicators.rating_settings import RatingScorer
from instructmining.indicators.scoring import Scores
from tests.conftest import conversation, tiny_llama
from tests.tiny_models import word_tokenizer
from tests.unit.indicators.made import dialogue, write_shard

PROMPT = "question: {instruction} response: {response} Is this natural"
SETTINGS: dict[str, Any] = {
    "model": {"path": "x"},
    "prompt": PROMPT,
    "answers": {" Yes": 1, " No": 0},
    "dtype": "fp32",
    "batch_tokens": 64,
    "parameters": 1e5,
}
SCALE = {"the": 1.0, "a": 2.0, "cat": 3.0, "dog": 6.0}
SPACED = {f" {answer}": value for answer, value in SCALE.items()}


def tokenizer(single: str = "<s> $A </s>") -> Any:
    """One that also ends a text, which must not come between the prompt and the answer."""
    return word_tokenizer(single, bos_token="<s>")


def rate(examples: Any, tokenizer: Any, **changes: Any) -> Scores:
    settings = RatingScorer.model_validate({**SETTINGS, **changes})
    return rating_scorer(tiny_llama(), tokenizer, find_answers(tokenizer, settings), settings)(examples)


def probabilities(text: str, tokenizer: Any) -> Any:
    """Of each word of the vocabulary after a text, from the model itself, unbatched."""
    ids = torch.tensor([[tokenizer.bos_token_id, *tokenizer(text, add_special_tokens=False)["input_ids"]]])
    with torch.inference_mode():
        values = tiny_llama()(ids).logits[0, -1].double().softmax(-1).tolist()
    return dict(zip(tokenizer.convert_ids_to_tokens(range(len(tokenizer))), values, strict=False))


def asked(example: Any) -> str:
    return f"question: {example.instruction} response: {example.response} Is this natural"


@pytest.mark.parametrize("batch_tokens", [16, 10_000])
def test_with_yes_and_no_the_rating_is_the_share_of_yes(examples: Any, batch_tokens: int) -> None:
    words = tokenizer()
    given = [probabilities(asked(example), words) for example in examples]
    expected = [each["Yes"] / (each["Yes"] + each["No"]) for each in given]
    rated = rate(examples, words, batch_tokens=batch_tokens).indicators["rating"]
    assert rated == pytest.approx(expected, abs=1e-6)
    assert max(rated) - min(rated) > 1e-3


def test_with_a_scale_the_rating_is_the_expected_value_by_hand(examples: Any) -> None:
    words = tokenizer()
    expected = []
    for example in examples:
        given = probabilities(asked(example), words)
        the, a, cat, dog = (given[answer] for answer in SCALE)
        expected.append((1 * the + 2 * a + 3 * cat + 6 * dog) / (the + a + cat + dog))
    assert rate(examples, words, answers=SPACED).indicators["rating"] == pytest.approx(expected, rel=1e-6)


def test_a_prompt_may_ask_about_the_instruction_alone_and_in_any_order() -> None:
    example = conversation("why", "the cat")
    assert fill("Is {instruction} natural", example).texts == ("Is why natural",)
    assert fill("{response} after {instruction} ?", example).texts == ("the cat after why ?",)


def test_braces_are_text_in_the_data_and_in_the_prompt() -> None:
    example = conversation("{response} {0} {", "}} {instruction} {response.__class__}")
    written = fill('{"a": 1} {instruction} | {response} ?', example)
    assert written.texts == ('{"a": 1} {response} {0} { | }} {instruction} {response.__class__} ?',)
    spans = (written.texts[0][span.start : span.end] for span in (written.instruction, written.response))
    assert tuple(spans) == (example.instruction, example.response)


def test_of_a_conversation_the_last_response_is_rated_given_all_before_it() -> None:
    example = dialogue(("user", "the cat"), ("assistant", "red sea"), ("user", "why"), ("assistant", "red sky"))
    assert fill(PROMPT, example).texts == ("question: the cat\n\nred sea\n\nwhy response: red sky Is this natural",)


def test_a_long_text_loses_the_beginning_of_the_instruction_then_the_end_of_the_response_and_is_counted() -> None:
    words, long = tokenizer(), conversation("sea " * 80 + "why", "cat " + "red " * 79)
    settings = RatingScorer.model_validate({**SETTINGS, "max_tokens": 64})
    whole, cut = rating_scorer(None, words, [0, 1], settings).prepare([conversation("why", "so"), long])
    kept = words.convert_ids_to_tokens(cut.ids)
    assert (whole.truncated, cut.truncated, len(kept)) == (False, True, 64)
    assert kept[:2] == ["<s>", "question:"] and kept[-3:] == ["Is", "this", "natural"]
    assert kept[kept.index("response:") - 1 :][:3] == ["why", "response:", "cat"]
    assert (kept.count("sea"), kept.count("red")) == (28, 28)
    assert rate([long], words, max_tokens=64).truncated == {"rating": [True]}


def test_a_model_without_a_start_token_reads_the_prompt_alone() -> None:
    settings = RatingScorer.model_validate(SETTINGS)
    words = tokenizer("$A")
    (sequence,) = rating_scorer(None, words, [0, 1], settings).prepare([conversation("why", "the cat")])
    assert words.decode(sequence.ids) == "question: why response: the cat Is this natural"


def test_a_shard_is_rated_by_the_command(tmp_path: Path, examples: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    words = tokenizer()
    for part in (words, tiny_llama()):
        part.save_pretrained(tmp_path / "model")
    options = {"settings": json.dumps(SETTINGS), "model": "model/model.json", "examples": "000.parquet"}
    options |= {"scores": "scores.parquet", "report": "report.json"}
    write_shard(tmp_path, examples)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["rating", *(part for k, v in options.items() for part in (f"--{k}", v))])
    rating.main()
    expected = rate(examples, words).indicators["rating"]
    assert pq.read_table("scores.parquet")["rating"].to_pylist() == pytest.approx(expected, abs=1e-6)
