"""UniEval's indicators against its formula by hand, on a tiny T5."""

from pathlib import Path
from typing import Any

import pytest
import torch

from instructmining.example import Message, make_example
from instructmining.indicators.settings import UniEvalScorer
from instructmining.indicators.unieval import ask, unieval_scorer
from instructmining.models.load import load_tokenizer
from instructmining.models.question_model import answer_ids, load_question_model
from instructmining.models.sequences import to_sequences
from tests.conftest import conversation, tool_example
from tests.tiny_models import t5_tokenizer, tiny_t5, word_tokenizer

SETTINGS = UniEvalScorer.model_validate({"model": {"path": "x"}, "dtype": "fp32", "batch_tokens": 64})


def score(examples: Any, tokenizer: Any, **changes: Any) -> dict[str, list[float]]:
    return unieval_scorer(tiny_t5(), tokenizer, SETTINGS.model_copy(update=changes))(examples).indicators


def by_hand(text: str, tokenizer: Any) -> float:
    """P(Yes) / (P(Yes) + P(No)) over the whole vocabulary at the first step of the decoder, unbatched."""
    with torch.inference_mode():
        ids = tokenizer(text, return_tensors="pt")["input_ids"]
        probabilities = tiny_t5()(input_ids=ids, decoder_input_ids=torch.tensor([[0]])).logits[0, 0].softmax(-1)
    yes, no = (probabilities[tokenizer(word)["input_ids"][0]].item() for word in ("Yes", "No"))
    return yes / (yes + no)


def test_each_score_is_the_share_of_yes_by_hand(examples: Any) -> None:
    tokenizer = t5_tokenizer()
    scores = score(examples, tokenizer)
    response = "question: {} </s> response: {}"
    for i, example in enumerate(examples):
        natural = response.format("Is this a natural response in the dialogue?", example.response)
        understandable = response.format("Is this an understandable response in the dialogue?", example.response)
        coherent = response.format("Is this a coherent response given the dialogue history?", example.response)
        coherent += f" </s> dialogue history: {example.instruction}\n\n"
        expected = [by_hand(text, tokenizer) for text in (natural, understandable, coherent)]
        assert [scores[name][i] for name in ("nat", "und", "coh")] == pytest.approx(expected, abs=1e-5)
    assert max(scores["coh"]) - min(scores["coh"]) > 1e-3


def test_the_history_is_a_turn_a_line_and_ends_in_an_empty_line() -> None:
    turns = [("user", "why"), ("assistant", "the cat"), ("user", "how"), ("assistant", "fast")]
    example = make_example([Message(role=role, content=content) for role, content in turns], "made", "messages", {})
    assert ask(example, "coh").texts == (
        "question: Is this a coherent response given the dialogue history? </s> response: fast"
        " </s> dialogue history: why\nthe cat\nhow\n\n",
    )
    assert ask(example, "nat").texts == ("question: Is this a natural response in the dialogue? </s> response: fast",)


@pytest.mark.parametrize("padding_side", ["left", "right"])
def test_scores_depend_neither_on_the_batch_nor_on_the_padding_side(examples: Any, padding_side: str) -> None:
    tokenizer = t5_tokenizer()
    alone = [score([example], tokenizer) for example in examples]
    tokenizer.padding_side = padding_side
    together = score(examples, tokenizer, batch_tokens=10_000)
    for name, values in together.items():
        assert values == pytest.approx([one[name][0] for one in alone], abs=1e-5)


def test_truncation_keeps_the_question_and_the_latest_history_and_is_counted_by_question() -> None:
    tokenizer = t5_tokenizer()
    scorer = unieval_scorer(None, tokenizer, SETTINGS.model_copy(update={"max_tokens": 64}))
    long = conversation("sea " * 80 + "why", "red " * 20)
    natural, _, coherent = scorer.prepare([long])
    words = tokenizer.convert_ids_to_tokens(coherent.ids)
    assert (natural.truncated, coherent.truncated) == (False, True)
    assert (len(words), words[0], words.count("red"), words[-2:]) == (64, "question:", 20, ["why", "</s>"])


def test_a_tokenizer_that_does_not_tell_yes_from_no_is_refused() -> None:
    with pytest.raises(ValueError, match="no separate tokens for Yes"):
        answer_ids(word_tokenizer("[CLS] $A"))


def test_a_tokenizer_that_is_published_as_sentencepiece_alone_is_read(tmp_path: Path) -> None:
    """As UniEval's is: no tokenizer.json beside it. The pieces are from a few sentences."""
    import sentencepiece

    (tmp_path / "text").write_text(
        "the cat sat on the mat and the dog ran on the road\nis this a natural response\n" * 20
    )
    sentencepiece.SentencePieceTrainer.train(
        input=str(tmp_path / "text"), model_prefix=str(tmp_path / "spiece"), vocab_size=36, hard_vocab_limit=False,
        minloglevel=3, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, user_defined_symbols=["\u2581Yes", "\u2581No"],
    )  # fmt: skip
    (tmp_path / "config.json").write_text('{"model_type": "t5"}')
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "T5Tokenizer", "extra_ids": 0}')
    tokenizer = load_tokenizer(tmp_path)
    (sequence,) = to_sequences([ask(conversation("why", "the cat"), "nat")], tokenizer, 1024)
    tokens = tokenizer.convert_ids_to_tokens(sequence.ids)
    assert (tokens.count("</s>"), tokens[-1]) == (2, "</s>")
    assert len(set(answer_ids(tokenizer))) == 2


def test_a_t5_is_loaded_whole_from_safetensors(tmp_path: Path) -> None:
    tiny_t5().save_pretrained(tmp_path)
    model = load_question_model(tmp_path, "fp32")
    assert torch.equal(model.shared.weight, tiny_t5().shared.weight)


def test_calls_are_written_as_json_in_the_response_and_in_the_history() -> None:
    call = '{"name": "look", "arguments": {"at": "sky"}}'
    assert ask(tool_example(answered=False), "nat").texts[0].endswith(f"response: {call}")
    assert ask(tool_example(), "coh").texts[0].endswith(f"history: what is the sky\n{call}\nblue\n\n")
