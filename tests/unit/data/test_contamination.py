"""How much of a prompt appears in an eval set: the grams, and the share of them."""

from instructmining.data.contamination import EvalPrompts, grams, user_prompt
from instructmining.example import Message, make_example
from tests.unit.data.made import example


def test_a_text_of_less_than_eight_words_is_one_gram():
    assert grams("How are you?") == {"how are you"}
    assert grams("a b c d e f g h i") == {"a b c d e f g h", "b c d e f g h i"}
    assert grams("?!") == {"?!"}


def test_overlap_is_measured_against_each_eval_set_alone():
    prompts = EvalPrompts()
    prompts.add("fit", example("a b c d e f g h"))
    prompts.add("test", example("b c d e f g h i"))
    assert prompts.overlaps(example("a b c d e f g h i")) == {"fit": 0.5, "test": 0.5}


def test_the_prompt_is_what_the_user_said() -> None:
    said = [("system", "Be kind"), ("user", "One"), ("assistant", "Two"), ("user", " Three "), ("assistant", "Four")]
    turns = [Message(role=role, content=content) for role, content in said]
    assert user_prompt(make_example(turns, "a", "messages", {})) == "One Three"


def test_what_shares_no_gram_overlaps_with_nothing() -> None:
    prompts = EvalPrompts()
    prompts.add("fit", example("a b c d e f g h"))
    assert prompts.overlaps(example("something else")) == {}
