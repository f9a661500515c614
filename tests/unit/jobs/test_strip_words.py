"""Words that change no result are left out of code, and nothing else is."""

import ast

import pytest

from instructmining.jobs.strip_words import WordStripper, is_docstring, is_of, last_name


def stripped(code: str) -> str:
    return ast.dump(WordStripper().visit(ast.parse(code)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("raise ValueError(f'{a}: bad')", "raise ValueError('wrong: ' + str(a))"),
        ("raise ValueError('a'.join(b))", "raise ValueError('%s' % b)"),
        ("assert a, 'bad'", "assert a"),
        ("p.add_argument('--by', help='how much')", "p.add_argument('--by')"),
        ("p = ArgumentParser(description='a', epilog='b')", "p = ArgumentParser()"),
        ("Progress('adding', total, 'steps')", "Progress('summing', total, 'numbers')"),
    ],
)
def test_words_are_left_out(one: str, other: str) -> None:
    assert stripped(one) == stripped(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("raise SystemExit(1)", "raise SystemExit(2)"),
        ("raise ValueError('a')", "raise TypeError('a')"),
        ("assert a, 'bad'", "assert b, 'bad'"),
        ("p.add_argument('--by', default=1)", "p.add_argument('--by', default=2)"),
        ("p.add_argument('--by')", "p.add_argument('--of')"),
        ("Progress('adding', total, 'steps')", "Progress('adding', steps, 'steps')"),
        ("print('a')", "print('b')"),
    ],
)
def test_what_may_change_a_result_stays(one: str, other: str) -> None:
    assert stripped(one) != stripped(other)


def test_a_docstring_is_a_text_that_is_a_statement() -> None:
    assert [is_docstring(node) for node in ast.parse("'a'\n1\na = 'a'").body] == [True, False, False]


@pytest.mark.parametrize(("code", "name"), [("a.b.c", "c"), ("a.b(1)(2)", "b"), ("a", "a"), ("1", "")])
def test_the_last_part_of_a_dotted_name(code: str, name: str) -> None:
    assert last_name(ast.parse(code, mode="eval").body) == name


def test_a_part_of_a_module_is_known_however_it_is_written() -> None:
    assert is_of("sys:", "exit", ast.Name("sys:exit"))
    assert is_of("sys:", "exit", ast.Attribute(ast.Name("sys:"), "exit"))
    assert not is_of("sys:", "exit", ast.Name("exit"))
