import re
from html.parser import HTMLParser

import numpy as np
import pyarrow as pa
import pytest

from instructmining.example import EXAMPLES, make_example, to_table
from instructmining.files import write_table
from instructmining.report.examples import MAX_CHARACTERS, examples_page


def page(tmp_path, responses, count=20, predicted=None):
    """The page of a pool whose i-th best example has the i-th response."""
    turns = [
        [{"role": "user", "content": f"Q{i}"}, {"role": "assistant", "content": text}]
        for i, text in enumerate(responses)
    ]
    examples = [make_example(messages, "dolly", "dolly", {}) for messages in turns]
    write_table(tmp_path / "0.parquet", to_table(examples), EXAMPLES)
    n = len(examples)
    columns = {"id": [e.id for e in examples], "source": ["dolly"] * n, "degraded": pa.nulls(n, pa.string())}
    scores = {"predicted": predicted or np.arange(float(n)), "rank": np.arange(1, n + 1), "term_ppl": np.full(n, -0.25)}
    return examples_page(pa.table({**columns, **scores}), [tmp_path / "0.parquet"], count)


class Tags(HTMLParser):
    """Collects the tags of a page, and the attributes that could run something."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.handlers = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</td></table><svg>"])
def test_markup_in_an_example_is_shown_not_run(tmp_path, text):
    hostile, plain = Tags(page(tmp_path, [text])), Tags(page(tmp_path, ["fine"]))
    assert hostile.tags == plain.tags and not hostile.handlers


def test_braces_in_an_example_are_left_alone(tmp_path):
    assert "{title} {0} %s" in page(tmp_path, ["{title} {0} %s"])


def test_marks_that_turn_the_direction_of_writing_are_named(tmp_path):
    found = page(tmp_path, ["abc\u202egnp.exe\u2066"])
    assert "abc[U+202E]gnp.exe[U+2066]" in found and "\u202e" not in found


def test_emoji_and_persian_joiners_stay(tmp_path):
    text = "\U0001f469\u200d\U0001f52c \u0645\u06cc\u200c\u062e"
    assert text in page(tmp_path, [text])


def test_a_line_of_a_megabyte_is_cut_with_a_note(tmp_path):
    found = page(tmp_path, ["x" * 1_000_000])
    assert "x" * MAX_CHARACTERS in found and "998,000 more characters" in found
    assert len(found) < 10_000


def test_first_and_last_share_no_example(tmp_path):
    found = page(tmp_path, ["a", "b", "c"], count=2)
    assert re.findall(r"rank (\d)", found) == ["1", "2", "3"]


def test_what_each_indicator_adds_is_shown(tmp_path):
    assert "ppl -0.250" in page(tmp_path, ["a"])


def test_no_examples_are_no_trouble(tmp_path):
    assert page(tmp_path, ["a"], count=0).count("None to show") == 2


def test_the_page_says_whether_the_order_is_that_of_the_predictions(tmp_path):
    assert "predicts the lowest log loss for the first" in page(tmp_path, ["a", "b"])
    assert "does not follow the quality rule" in page(tmp_path, ["a", "b"], predicted=[1.0, 0.0])
