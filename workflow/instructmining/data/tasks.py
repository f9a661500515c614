"""Generated tasks with one right answer each: an embedded source whose responses are known to be correct."""

import random
from collections.abc import Callable, Iterator

from instructmining.data.errors import DataError

Task = tuple[str, str]  # instruction, response
WORDS = """
apple river stone window garden planet silver market bottle candle forest bridge yellow dragon engine orange pencil
rocket saddle tunnel valley winter anchor basket castle dinner eagle farmer glacier harbor island jacket kettle ladder
mirror napkin ocean pepper quilt ribbon singer ticket umbrella violin walnut zebra
""".split()  # noqa: SIM905 - a list of 46 quoted words reads worse
UNITS = (
    ("kilometre", "metre", 1000),
    ("metre", "centimetre", 100),
    ("hour", "minute", 60),
    ("minute", "second", 60),
    ("day", "hour", 24),
    ("week", "day", 7),
    ("kilogram", "gram", 1000),
    ("litre", "millilitre", 1000),
)
PEOPLE = ("Anna", "Ben", "Clara", "David", "Emma", "Felix", "Grace", "Hugo")
THINGS = ("apples", "books", "coins", "marbles", "pencils", "stamps", "tickets", "shells")


def task_rows(count: int, seed: int, name: str) -> Iterator[dict[str, str]]:
    """`count` distinct tasks in the form alpaca, all kinds in turn; raises DataError where there are not that many."""
    numbers = random.Random(f"{seed}/{name}")
    seen: set[str] = set()
    for position in range(count):
        instruction, response = _new_task(KINDS[position % len(KINDS)], numbers, seen)
        yield {"instruction": instruction, "input": "", "output": response}


def _new_task(kind: Callable[[random.Random], Task], numbers: random.Random, seen: set[str]) -> Task:
    for _ in range(1000):
        task = kind(numbers)
        if task[0] not in seen:
            seen.add(task[0])
            return task
    raise DataError(f"tasks: one kind of task is used up after {len(seen)} tasks in all; lower tasks.count")


def addition(numbers: random.Random) -> Task:
    """A sum of two numbers, worked by tens and ones."""
    a, b = numbers.randint(11, 999), 10 * numbers.randint(1, 9) + numbers.randint(1, 9)
    ask = numbers.choice(["What is {a} plus {b}?", "Add {a} and {b}.", "Calculate {a} + {b}."]).format(a=a, b=b)
    tens, ones = b // 10 * 10, b % 10
    return ask, f"{a} + {tens} = {a + tens}, and {a + tens} + {ones} = {a + b}, so the answer is {a + b}."


def multiplication(numbers: random.Random) -> Task:
    """A product of a two-digit and a one-digit number, worked by tens and ones."""
    a, b = 10 * numbers.randint(1, 19) + numbers.randint(1, 9), numbers.randint(3, 12)
    ask = numbers.choice(["What is {a} times {b}?", "Multiply {a} by {b}."]).format(a=a, b=b)
    tens, ones = a // 10 * 10, a % 10
    return ask, f"{tens} x {b} = {tens * b} and {ones} x {b} = {ones * b}, so the answer is {a * b}."


def story(numbers: random.Random) -> Task:
    """A word problem with a gain and a loss."""
    person, thing = numbers.choice(PEOPLE), numbers.choice(THINGS)
    a, b = numbers.randint(5, 60), numbers.randint(3, 40)
    c = numbers.randint(1, a + b - 2)
    ask = f"{person} has {a} {thing}, buys {b} more and gives away {c}. How many {thing} does {person} have now?"
    return ask, f"{a} + {b} = {a + b}, and {a + b} - {c} = {a + b - c}, so {person} now has {a + b - c} {thing}."


def sorted_words(numbers: random.Random) -> Task:
    """Words put into alphabetical order."""
    words = numbers.sample(WORDS, numbers.randint(3, 5))
    ask = numbers.choice(["Sort these words alphabetically: {}.", "Put these words into alphabetical order: {}."])
    return ask.format(", ".join(words)), f"In alphabetical order, the words are {_listed(sorted(words))}."


def counted_letters(numbers: random.Random) -> Task:
    """How often a letter occurs in two words."""
    words = numbers.sample(WORDS, 2)
    letter = numbers.choice("".join(words))
    counts = [word.count(letter) for word in words]
    ask = f'How many times does the letter "{letter}" occur in "{words[0]} {words[1]}"?'
    each = f'{counts[0]} in "{words[0]}" and {counts[1]} in "{words[1]}"'
    return ask, f'The letter "{letter}" occurs {_times(sum(counts))}: {each}.'


def reversed_list(numbers: random.Random) -> Task:
    """A list of words in reverse order."""
    words = numbers.sample(WORDS, numbers.randint(3, 5))
    ask = numbers.choice(["Reverse the order of this list: {}.", "Write this list from back to front: {}."])
    return ask.format(", ".join(words)), f"The list in reverse order is {_listed(words[::-1])}."


def conversion(numbers: random.Random) -> Task:
    """An amount of a larger unit in a smaller one."""
    (large, small, factor), amount = numbers.choice(UNITS), numbers.randint(2, 60)
    ask = numbers.choice(["Convert {n} {a}s to {b}s.", "How many {b}s are {n} {a}s?"])
    answer = f"One {large} is {factor} {small}s, so {amount} {large}s are {amount * factor} {small}s."
    return ask.format(n=amount, a=large, b=small), answer


def next_number(numbers: random.Random) -> Task:
    """The next number of a sequence that grows by a constant step or factor."""
    start, step = numbers.randint(1, 40), numbers.randint(2, 12)
    if numbers.random() < 0.3:
        terms, rule = [start * 2**power for power in range(5)], "each number is twice the one before"
    else:
        terms, rule = [start + step * index for index in range(5)], f"each number is {step} more than the one before"
    ask = f"What is the next number in the sequence {', '.join(map(str, terms[:4]))}?"
    return ask, f"The next number is {terms[4]}, because {rule}."


def largest(numbers: random.Random) -> Task:
    """The largest of some numbers."""
    values = numbers.sample(range(10, 1000), numbers.randint(4, 6))
    ask = numbers.choice(["Which of these numbers is the largest: {}?", "Find the largest number among {}."])
    return ask.format(", ".join(map(str, values))), f"The largest of these numbers is {max(values)}."


def word_length(numbers: random.Random) -> Task:
    """The longest of some words; no other is as long."""
    words = numbers.sample(WORDS, 4)
    lengths = sorted((len(word) for word in words), reverse=True)
    if lengths[0] == lengths[1]:
        return word_length(numbers)
    longest = max(words, key=len)
    ask = f"Which of these words is the longest: {', '.join(words)}?"
    return ask, f'The longest of these words is "{longest}", which has {len(longest)} letters.'


KINDS = (
    addition,
    sorted_words,
    story,
    counted_letters,
    conversion,
    reversed_list,
    multiplication,
    next_number,
    largest,
    word_length,
)


def _listed(words: list[str]) -> str:
    return ", ".join(words[:-1]) + f" and {words[-1]}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
