"""How much of an eval set is in an example: prompts, answers, and templates that say nothing."""

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from instructmining.data.contamination import EvalPrompts, user_prompt
from instructmining.example import EXAMPLES, Example, Message, make_example, to_table
from instructmining.files import write_table
from tests.unit.data.made import example

PREAMBLE = "Below is a task. Write a response that completes the request.\n### Instruction: "
QUESTION = "how many apples are left when Ann eats three of nine and Bob takes half of the rest"
ANSWER = "There are three apples left, as Bob takes half of the six that Ann did not eat."
TASKS = ["name a colour", "add two numbers", "write a haiku", "what is the capital of Peru", "sing us a song"]
FRAMED = [example(f"{PREAMBLE}{task} for {who}") for task in TASKS for who in ("Ann", "her old friend", "the two")]
WORDS = st.lists(st.text("abcdefg", min_size=1, max_size=5), min_size=1, max_size=15).map(" ".join)


def evaluated(*examples: Example) -> EvalPrompts:
    prompts = EvalPrompts()
    for item in examples:
        prompts.add("test", item)
    return prompts


def with_source(prompts: EvalPrompts, rows: Iterable[Example], tmp_path) -> EvalPrompts:
    write_table(tmp_path / "source.parquet", to_table(rows), EXAMPLES)
    prompts.add_source(tmp_path / "source.parquet")
    return prompts


def test_overlap_is_measured_against_each_eval_set_alone() -> None:
    prompts = EvalPrompts()
    prompts.add("fit", example("a b c d e f g h"))
    prompts.add("test", example("b c d e f g h i"))
    assert prompts.overlaps(example("a b c d e f g h i")) == {"fit": 0.5, "test": 0.5}


def test_the_prompt_is_what_the_user_said() -> None:
    said = [("system", "Be kind"), ("user", "One"), ("assistant", "Two"), ("user", " Three "), ("assistant", "Four")]
    turns = [Message(role=role, content=content) for role, content in said]
    assert user_prompt(make_example(turns, "a", "messages", {})) == "One Three"


def test_what_shares_no_gram_overlaps_with_nothing() -> None:
    assert evaluated(example("a b c d e f g h")).overlaps(example("something else")) == {}


@settings(max_examples=50, deadline=None)
@given(st.lists(WORDS, min_size=4, max_size=12, unique=True))
def test_a_shared_preamble_alone_overlaps_with_nothing(tasks: list[str]) -> None:
    *evals, task = (f"{PREAMBLE}{task}" for task in tasks)
    plain, framed = evaluated(*map(example, tasks[:-1])), evaluated(*map(example, evals))
    assert bool(framed.overlaps(example(task))) <= bool(plain.overlaps(example(tasks[-1])))


@settings(max_examples=50, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=12), st.sampled_from(["", PREAMBLE]))
def test_an_eval_prompt_in_other_case_and_layout_is_always_found(tasks: list[str], before: str) -> None:
    prompts = evaluated(*(example(before + task) for task in tasks))
    assert prompts.overlaps(example(f"  {(before + tasks[0]).upper()}".replace(" ", " \n "))) == {"test": 1.0}


def test_a_template_of_the_pool_alone_hides_no_leak(tmp_path) -> None:
    prompts = with_source(evaluated(example(QUESTION)), FRAMED, tmp_path)
    assert prompts.overlaps(example(f"{PREAMBLE}{QUESTION}")) == {"test": 1.0}


def test_a_few_eval_prompts_with_the_template_of_the_pool_share_nothing_with_it(tmp_path) -> None:
    prompts = with_source(evaluated(example(f"{PREAMBLE}list three kinds of tea")), FRAMED, tmp_path)
    assert [prompts.overlaps(item) for item in FRAMED] == [{}] * len(FRAMED)


def test_a_question_that_leaked_many_times_with_small_changes_is_no_template(tmp_path) -> None:
    leaks = [example(f"{QUESTION} ({number})") for number in range(60)]
    leaks += [example(f"Please, no. {number}: {QUESTION}") for number in range(60)]
    prompts = with_source(evaluated(example(QUESTION), example("name a colour")), leaks, tmp_path)
    assert min(prompts.overlaps(item).get("test", 0) for item in leaks) > 0.5


def test_a_question_that_leaked_in_the_midst_of_other_texts_is_no_template(tmp_path) -> None:
    others = [" ".join(f"{word}{number}" for word in ["the", "sky", "over", "sea", "was"]) for number in range(60)]
    leaks = [example(f"{other} {QUESTION} {other}") for other in others]
    prompts = with_source(evaluated(example(QUESTION)), leaks, tmp_path)
    assert min(prompts.overlaps(item).get("test", 0) for item in leaks) > 0.4


def test_an_eval_answer_is_found_in_a_response_and_in_a_prompt() -> None:
    prompts = evaluated(example(QUESTION, response=ANSWER))
    inside = [example("Apples?", response=f"Well. {ANSWER} Good night!"), example(f"Correct this: {ANSWER.upper()}")]
    assert [prompts.answer_overlaps(item) for item in inside] == [{"test": 1.0}] * 2


def test_answers_that_anybody_gives_are_not_looked_for(tmp_path) -> None:
    refusal = "I am sorry, but as a model I can not help you with that"
    asked = [example(f"Question {number}?", response=f"{refusal}, {number}: {number}!") for number in range(5)]
    prompts = evaluated(*asked, example("Yes?", response="Yes, of course."))
    pool = [example("Sure?", response="Yes, of course."), example("Help!", response=f"{refusal}.")]
    assert [prompts.answer_overlaps(item) for item in pool] == [{}, {}]


CHINESE = "\u4e00\u4e2a\u6c34\u6c60\u6709\u4e24\u4e2a\u8fdb\u6c34\u7ba1\u4e00\u4e2a\u51fa\u6c34\u7ba1\u591a\u4e45\u80fd\u628a\u5b83\u88c5\u6ee1"
"""A question about the pipes of a pool, in which no blank stands."""


def test_a_question_without_blanks_is_found_in_a_longer_one() -> None:
    prompts = evaluated(example(CHINESE))
    assert prompts.overlaps(example(f"\u8bf7\u95ee{CHINESE}\u5462"))["test"] > 0.8
    assert (
        prompts.overlaps(example("\u4eca\u5929\u5929\u6c14\u5f88\u597d\u6211\u4eec\u53bb\u516c\u56ed\u73a9\u5427"))
        == {}
    )


def test_an_answer_of_a_few_letters_is_not_looked_for_however_many_words_they_are() -> None:
    thanks = "\u3042\u308a\u304c\u3068\u3046\u3054\u3056\u3044\u307e\u3059"
    prompts = evaluated(example("Say it", response=thanks), example("Count", response="1 2 3 4 5 6 7 8"))
    assert prompts.answer_overlaps(example("Go on", response=f"{thanks}! 1 2 3 4 5 6 7 8")) == {}


def test_a_text_that_is_as_long_as_a_book_takes_as_long_as_many_short_ones() -> None:
    book = " ".join(f"word{number * number % 99_991}" for number in range(50_000))
    prompts = evaluated(example(book, response=book))
    assert prompts.answer_overlaps(example("a", response=f"{book} and more")) == {"test": 1.0}
    assert prompts.overlaps(example(f"{book} and more"))["test"] > 0.99
