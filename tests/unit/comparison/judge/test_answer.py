"""Tuned models answer prompts, the same in a batch as alone."""

import json
from pathlib import Path

import pytest
import torch

from instructmining.comparison.adapters import TunedModel
from instructmining.comparison.judge.answer import Conversation, answer_all, end_tokens, main, pad_left, until_end
from instructmining.comparison.judge.answers import AnswersReport, read_answers
from instructmining.comparison.judge.prompts import Prompt, write_prompts
from instructmining.comparison.judge.settings import Generation
from instructmining.example import Message
from instructmining.files import read_result
from tests.unit.comparison.commands import command

PROMPTS = [
    Prompt("a", "own", ("what is the sky",)),
    Prompt("b", "own", ("why", "and how fast is the red dog on the road",)),
    Prompt("c", "own", ("two cat and three dog sat on a mat",)),
]  # fmt: skip
SETTINGS = Generation(max_tokens=12, max_prompt_tokens=64)


def test_answers_are_the_same_in_a_batch_as_alone(tuned: TunedModel) -> None:
    together, _ = answer_all(tuned, PROMPTS, SETTINGS, 0)
    alone = [answer_all(tuned, [prompt], SETTINGS, 0)[0][0] for prompt in PROMPTS]
    assert together == alone
    assert len({answer.texts for answer in together}) == 3


def test_the_adapter_is_what_answers(tuned: TunedModel) -> None:
    """Greedy decoding by hand, with the tuned weights merged and no cache, batch or padding."""
    text = answer_all(tuned, PROMPTS[:1], SETTINGS, 0)[0][0].texts[0]
    tokens = tuned.tokenizer(f"User: {PROMPTS[0].turns[0]}\n\nAssistant: ")["input_ids"]
    if tokens[0] != tuned.tokenizer.bos_token_id:
        tokens = list(tuned.tokenizer("")["input_ids"]) + tokens
    start = len(tokens)
    while len(tokens) < start + SETTINGS.max_tokens:
        with torch.inference_mode():
            following = int(tuned.model(input_ids=torch.tensor([tokens])).logits[0, -1].argmax())
        if following == tuned.tokenizer.eos_token_id:
            break
        tokens.append(following)
    assert text == tuned.tokenizer.decode(tokens[start:], skip_special_tokens=True).strip()
    with tuned.model.disable_adapter():
        assert answer_all(tuned, PROMPTS[:1], SETTINGS, 0)[0][0].texts[0] != text


def test_each_turn_is_answered(tuned: TunedModel) -> None:
    answers, _ = answer_all(tuned, PROMPTS, SETTINGS, 0)
    assert [len(answer.texts) for answer in answers] == [1, 2, 1]
    assert all(len(answer.texts) == len(answer.tokens) == len(answer.cut) for answer in answers)


def test_drawn_answers_depend_on_the_seed_alone(tuned: TunedModel) -> None:
    drawn = SETTINGS.model_copy(update={"temperature": 2.0})
    first, same, other = (answer_all(tuned, PROMPTS, drawn, seed)[0] for seed in (0, 0, 1))
    assert first == same != other


def test_what_was_said_before_comes_first_each_time() -> None:
    prompt = Prompt("d", "own", ("why", "how"), (Message(role="system", content="Be kind"),))
    history = Conversation(prompt, [], ["so"], []).history(1)
    assert [(turn["role"], turn["content"]) for turn in history] == [
        ("system", "Be kind"), ("user", "why"), ("assistant", "so"), ("user", "how"),
    ]  # fmt: skip


def test_a_long_prompt_loses_its_beginning_and_is_counted(tuned: TunedModel) -> None:
    short = Generation(max_tokens=4, max_prompt_tokens=16)
    long = Prompt("d", "own", (" ".join(["why"] * 40),))
    assert answer_all(tuned, [long, PROMPTS[0]], short, 0)[1] == 1


def test_more_tokens_than_the_model_has_room_for_are_refused(tuned: TunedModel) -> None:
    with pytest.raises(ValueError, match=r"room for 512 tokens.*1024 \(max_prompt_tokens\) \+ 512 \(max_tokens\)"):
        answer_all(tuned, PROMPTS, Generation(), 0)


def test_padding_stands_on_the_left_and_is_masked() -> None:
    input_ids, mask = pad_left([[5], [6, 7, 8]], 3)
    assert input_ids.tolist() == [[3, 3, 5], [6, 7, 8]]
    assert mask.tolist() == [[0, 0, 1], [1, 1, 1]]


@pytest.mark.parametrize(
    ("tokens", "ended"), [([4, 5, 2, 3], ([4, 5], False)), ([4, 5], ([4, 5], True)), ([2, 4], ([], False))]
)
def test_an_answer_ends_before_its_end_token_or_was_cut(tokens: list[int], ended: tuple[list[int], bool]) -> None:
    assert until_end(tokens, {2}) == ended


def test_the_end_of_a_chat_template_ends_an_answer(tuned: TunedModel) -> None:
    tokenizer = type(tuned.tokenizer).from_pretrained(tuned.tokenizer.name_or_path)
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|end|>"]})
    tokenizer.chat_template = (
        "{% for m in messages %}{{ m.role }} : {{ m.content }} <|end|> {% endfor %}"
        "{% if add_generation_prompt %}assistant : {% endif %}"
    )
    chat = TunedModel(tuned.model, tokenizer, "chat", tuned.origin)
    assert end_tokens(chat) == sorted([tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<|end|>")])


def test_the_command_writes_answers_and_all_that_made_them(
    tuned_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_prompts(tmp_path / "prompts.parquet", PROMPTS)
    command(
        monkeypatch, "generate", settings=SETTINGS.model_dump_json(), prompts=tmp_path / "prompts.parquet",
        record=tuned_run / "record.json", adapter=tuned_run / "adapter", model=tuned_run / "model/model.json",
        output=tmp_path / "seed0.parquet", report=tmp_path / "seed0.json",
    )  # fmt: skip
    main()
    report = read_result(AnswersReport, tmp_path / "seed0.json")
    assert [answer.prompt for answer in read_answers(tmp_path / "seed0.parquet")] == ["a", "b", "c"]
    assert (report.prompts, report.answers) == (3, 4)
    assert report.settings["temperature"] == 0
    assert report.tuned_model.run == "new.selected"
    assert report.tuned_model.adapter == json.loads((tuned_run / "adapter/manifest.json").read_text())["weights"]
