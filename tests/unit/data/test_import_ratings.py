"""What people thought of examples, in the forms that it is published in."""

import json

import pyarrow.parquet as pq
import pytest

from instructmining.data.errors import DataError
from instructmining.data.import_ratings import import_ratings
from instructmining.data.reports import RatingsReport
from instructmining.data.settings import Ratings
from instructmining.example import make_example, read_examples, to_table
from tests.unit.data.made import read_report


def imported(folder, rows, name="rows.jsonl", shards=(), **settings):
    """The examples, judgements and report of a file with these rows."""
    path = folder / name
    path.write_text(rows if isinstance(rows, str) else "".join(json.dumps(row) + "\n" for row in rows))
    outputs = [folder / "examples.parquet", folder / "judgements.parquet", folder / "report.json"]
    import_ratings("people", Ratings(path=str(path), **settings), 0, shards, *outputs)
    return read_examples(outputs[0]), pq.read_table(outputs[1]).to_pylist(), read_report(RatingsReport, outputs[2])


def turns(*texts):
    return [{"role": ("user", "assistant")[i % 2], "content": text} for i, text in enumerate(texts)]


PAIR = {"prompt": "Why?", "chosen": "Because it is so.", "rejected": "No."}
FORMS = {
    "text": PAIR,
    "instruction": {**PAIR, "prompt": None, "instruction": "Why?"},
    "turns of the prompt": {**PAIR, "prompt": None, "messages": turns("Why?")},
    "a response in turns": {**PAIR, "chosen": [{"role": "assistant", "content": "Because it is so."}]},
    "whole conversations": {"chosen": turns("Why?", "Because it is so."), "rejected": turns("Why?", "No.")},
    "an object": {**PAIR, "chosen": {"role": "assistant", "content": "Because it is so."}},
    "objects of LLaMA-Factory": {
        "conversations": [{"from": "human", "value": "Why?"}],
        "chosen": {"from": "gpt", "value": "Because it is so."},
        "rejected": {"from": "gpt", "value": "No."},
    },
    "whole conversations of ShareGPT": {
        side: [{"from": "human", "value": "Why?"}, {"from": "gpt", "value": text}]
        for side, text in (("chosen", "Because it is so."), ("rejected", "No."))
    },
    "turns of the prompt under prompt": {**PAIR, "prompt": turns("Why?")},
    "question": {**PAIR, "prompt": None, "question": "Why?"},
    "both": {"prompt": "Why?", "chosen": turns("Why?", "Because it is so."), "rejected": turns("Why?", "No.")},
}


@pytest.mark.parametrize("form", FORMS)
def test_a_pair_is_two_examples_with_one_prompt(form, tmp_path):
    examples, judgements, report = imported(tmp_path, [FORMS[form]])
    assert [example.response for example in examples] == ["Because it is so.", "No."]
    assert {example.instruction for example in examples} == {"Why?"}
    row = judgements[0]
    assert (row["better"], row["worse"]) == tuple(example.id for example in examples)
    assert (row["better_length"], row["worse_length"], row["rating"]) == (17, 3, None)
    assert (report.pairs, report.prompts, report.examples) == (1, 1, 2)


def test_a_prompt_of_several_turns_stays_one_in_a_csv_file(tmp_path):
    cell = json.dumps(turns("Why?", "How so?", "Just why?")).replace('"', '""')
    examples, _, _ = imported(tmp_path, f'messages,chosen,rejected\n"{cell}",Yes.,No.\n', "rows.csv")
    assert [message["content"] for message in examples[0].messages] == ["Why?", "How so?", "Just why?", "Yes."]


PROMPTS = [
    ({"instruction": "Edit.", "input": "He go home."}, [("user", "Edit.\n\nHe go home.")]),
    ({"instruction": "Edit.", "context": "He go home."}, [("user", "Edit.\n\nHe go home.")]),
    ({"system": "Answer in French", "prompt": "Say hi"}, [("system", "Answer in French"), ("user", "Say hi")]),
    ({"prompt": "Why?", "history": [["a", "b"]]}, [("user", "a"), ("assistant", "b"), ("user", "Why?")]),
    (
        {"system": "Be kind", "messages": turns("a", "b", "c")},
        [("system", "Be kind"), ("user", "a"), ("assistant", "b"), ("user", "c")],
    ),
]


@pytest.mark.parametrize(("row", "prompt"), PROMPTS)
def test_all_that_comes_before_a_response_is_its_prompt(row, prompt, tmp_path):
    examples, _, _ = imported(tmp_path, [{**row, "chosen": "So.", "rejected": "No."}])
    for example, response in zip(examples, ("So.", "No."), strict=True):
        assert [(turn["role"], turn["content"]) for turn in example.messages] == [*prompt, ("assistant", response)]


def test_a_system_message_beside_whole_conversations_is_part_of_both(tmp_path):
    row = {"system": "Be kind", "chosen": turns("Why?", "So."), "rejected": turns("Why?", "No.")}
    examples, _, _ = imported(tmp_path, [row])
    assert [example.messages[0]["content"] for example in examples] == ["Be kind", "Be kind"]


def test_tools_and_a_response_of_several_turns_are_kept(tmp_path):
    call = {"type": "function", "function": {"name": "look", "arguments": {}}}
    acts = [{"role": "assistant", "tool_calls": [call]}, {"role": "tool", "content": "blue"}, *turns("", "Blue.")[1:]]
    row = {"prompt": "Why?", "tools": [{"name": "look"}], "chosen": acts, "rejected": "No."}
    better, worse = imported(tmp_path, [row])[0]
    assert [turn["role"] for turn in better.messages] == ["user", "assistant", "tool", "assistant"]
    assert better.tools == worse.tools == ({"type": "function", "function": {"name": "look"}},)


def test_what_is_not_read_is_counted_and_what_changes_the_prompt_is_bad_unless_it_is_ignored(tmp_path):
    rows = [{**PAIR, "annotator": "b7"}, {**PAIR, "prompt": "How?", "passage": "P"}]
    with pytest.raises(DataError, match=r'rows\.jsonl:2: field "passage" is not read'):
        imported(tmp_path, rows)
    assert imported(tmp_path, rows, ignore=["passage"])[2].not_read == {"annotator": 1, "passage": 1}


def test_a_third_response_is_counted(tmp_path):
    assert imported(tmp_path, [{**PAIR, "output": "Whatever."}])[2].not_read == {"output": 1}


def test_a_pair_has_one_instance(tmp_path):
    row = {**PAIR, "instruction": PAIR["prompt"], "instances": [{"input": "a"}, {"input": "b"}]}
    del row["prompt"]
    with pytest.raises(DataError, match='field "instances" is not one instance; found an array of objects'):
        imported(tmp_path, [row])


def test_what_is_there_instead_of_a_pair_or_a_form_is_named(tmp_path):
    with pytest.raises(DataError, match="expected chosen and rejected; fields found: Chosen, prompt"):
        imported(tmp_path, [{"prompt": "Why?", "Chosen": "So."}])
    with pytest.raises(DataError, match=r"fields found: prompt, response .*\nrename the columns.*\n  alpaca:"):
        imported(tmp_path, [{"prompt": "Why?", "response": "So.", "stars": 3}], rating="stars")


def test_the_first_bad_row_is_shown_where_all_are_bad(tmp_path):
    with pytest.raises(
        DataError, match=r"none of its rows is a judgement; the first: .*rows\.jsonl:1: there is no prompt"
    ):
        imported(tmp_path, [{"chosen": "So.", "rejected": "No."}], on_bad_row="quarantine")


def test_a_rating_that_no_row_has_is_said_to_be_missing(tmp_path):
    with pytest.raises(
        DataError, match='field "stars" is missing; it holds the rating; fields found: instruction, sta'
    ):
        imported(tmp_path, [{"instruction": "Why?", "star": 3}], rating="stars")


def test_the_column_of_a_rating_is_not_part_of_its_example(tmp_path):
    rows = [{"instruction": "Why?", "output": "So.", "label": 0}]
    assert imported(tmp_path, rows, rating="label")[1][0]["rating"] == 0


def test_one_rating_of_several_instances_is_a_bad_row(tmp_path):
    rows = [{"instruction": "Why?", "instances": [{"output": "a"}, {"output": "b"}], "stars": 1}]
    with pytest.raises(DataError, match="one rating of several instances; found 2"):
        imported(tmp_path, rows, rating="stars")


def test_an_example_of_several_pairs_is_kept_once(tmp_path):
    examples, judgements, _ = imported(tmp_path, [PAIR, {**PAIR, "rejected": "Who knows."}])
    assert len(examples) == 3 and judgements[0]["better"] == judgements[1]["better"]
    assert judgements[0]["prompt"] == judgements[1]["prompt"]


def test_ratings_are_examples_of_any_form_with_a_number(tmp_path):
    rows = [
        {"instruction": "Why?", "output": "So.", "stars": 4},
        {"instruction": "How?", "output": "Thus.", "stars": "2.5"},
    ]
    examples, judgements, report = imported(tmp_path, rows, rating="stars")
    assert [row["rating"] for row in judgements] == [4.0, 2.5] and report.pairs == 0
    assert [row["better"] for row in judgements] == [example.id for example in examples]
    assert all(row["worse"] is None for row in judgements)


def test_ratings_by_id_find_their_examples_in_a_pool(tmp_path):
    example = make_example(turns("Why?", "So."), "made", "messages", {})
    pq.write_table(to_table([example]), tmp_path / "shard.parquet")
    by_id = {"shards": [tmp_path / "shard.parquet"], "rating": "stars", "pool": "candidates"}
    examples, judgements, _ = imported(tmp_path, [{"id": example.id, "stars": 1}], **by_id)
    assert examples == [example] and judgements[0]["rating"] == 1
    with pytest.raises(DataError, match=r"rows.jsonl:1: unknown id; found 'nobody', which is no ID of pool candidates"):
        imported(tmp_path, [{"id": "nobody", "stars": 1}], **by_id)


BAD = {
    'field "rejected" is missing or empty': {"prompt": "Why?", "chosen": "So."},
    "there is no prompt": {"chosen": "So.", "rejected": "No."},
    "the responses are to different prompts": {"chosen": turns("Why?", "So."), "rejected": turns("How?", "No.")},
    "unknown role": {**PAIR, "prompt": [{"role": "narrator", "content": "Why?"}]},
}


@pytest.mark.parametrize("reason", BAD)
def test_a_bad_row_stops_the_import_or_is_counted(reason, tmp_path):
    with pytest.raises(DataError, match=f"rows.jsonl:2: {reason}.*on_bad_row: quarantine"):
        imported(tmp_path, [PAIR, BAD[reason]])
    _, judgements, report = imported(tmp_path, [PAIR, BAD[reason]], on_bad_row="quarantine")
    assert len(judgements) == 1 and report.dropped == {reason: 1}


def test_a_pair_of_the_same_response_says_nothing_and_is_counted(tmp_path):
    _, judgements, report = imported(tmp_path, [PAIR, {**PAIR, "rejected": "Because it is so. \r\n"}])
    assert len(judgements) == 1 and report.dropped == {"both responses are the same": 1}


def test_a_rating_that_is_no_number_stops_the_import(tmp_path):
    with pytest.raises(DataError, match="field \"stars\" is not a number; found 'many'"):
        imported(tmp_path, [{"instruction": "Why?", "output": "So.", "stars": "many"}], rating="stars")


def test_a_limit_is_a_seeded_draw_in_the_order_of_the_file(tmp_path):
    rows = [{**PAIR, "prompt": f"Why {i}?"} for i in range(50)]
    first, again = (imported(tmp_path, rows, limit=10)[0] for _ in range(2))
    numbers = [int(example.instruction[4:-1]) for example in first[::2]]
    assert first == again and numbers == sorted(numbers) and len(numbers) == 10
    assert imported(tmp_path, rows, limit=10)[2].dropped == {"over limit": 40}


def test_a_file_without_a_judgement_is_refused(tmp_path):
    with pytest.raises(DataError, match="none of its rows is a judgement"):
        imported(tmp_path, [{**PAIR, "rejected": PAIR["chosen"]}])
