"""How much of an eval set occurs in an example: a model must not be trained on what it is tested on.

Prompts: the share of the example's distinct 8-grams of words that occur in the prompts of an eval set. A prompt of
fewer words counts as one gram, so it is compared whole. Templates, which many prompts share, count on neither side.

Answers: the share of an eval answer's 8-grams that occur in the example, in its prompt or its response. Answers of
fewer words, or of fewer than 16 letters, are not looked for: anybody may give them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from instructmining.data.templates import (
    GRAM_WORDS,
    Words,
    find_templates,
    own_grams,
    own_words,
    phrases,
    sample,
    windows,
    without_near_identical,
    words_of,
)
from instructmining.example import Example, fold_blanks

LEFT_WORDS = 3
ANSWER_LETTERS = 16
Value = TypeVar("Value")


def user_prompt(example: Example) -> str:
    """The user's turns of an example as one text, with all runs of blanks folded."""
    return fold_blanks(_user_text(example))


def _user_text(example: Example) -> str:
    return "\n".join(turn["content"] for turn in example.history if turn["role"] == "user")


class EvalTexts:
    """The prompts, or the answers, of all eval sets, and the templates in them; all are added before any is found.

    With `guarded`, what a pool has of a whole text is no template, however often it is there: prompts leak so, while
    an answer that many responses share is a set phrase.
    """

    def __init__(self, guarded: bool) -> None:
        self._guarded = guarded
        self.texts: dict[Words, set[str]] = defaultdict(set)  # the eval sets that a text is in
        self._in_sources: set[Words] = set()
        self._phrases: list[str] = []

    def add_sample(self, texts: Sequence[Words]) -> None:
        """Look for templates in a sample of a source of the pool."""
        found = find_templates(without_near_identical(texts))
        self._in_sources |= found
        self._phrases += phrases(texts, found)

    @cached_property
    def templates(self) -> set[Words]:
        """The 8-grams that count on neither side."""
        here = find_templates(self.texts)
        whole = [text for text in self.texts if self._guarded and _swallowed(text, here, self._in_sources)]
        return here | self._in_sources.difference(*map(windows, whole))

    def examples(self, count: int = 5) -> list[str]:
        """Some of what templates cover, first in the eval sets."""
        known = [phrase for phrase in self._phrases if self.templates.issuperset(windows(tuple(phrase.split())))]
        return list(dict.fromkeys([*phrases(self.texts, self.templates), *known]))[:count]

    @cached_property
    def own(self) -> dict[Words, set[Words]]:
        """The grams of each text outside of templates."""
        return {text: own_grams(text, self.templates) for text in self.texts}


class EvalPrompts:
    """The prompts and answers of all eval sets; all are added before the first example is compared."""

    def __init__(self) -> None:
        self.prompts, self.answers = EvalTexts(guarded=True), EvalTexts(guarded=False)

    def add(self, eval_set: str, example: Example) -> None:
        """Add the prompt and the answer of one example of an eval set."""
        self.prompts.texts[words_of(_user_text(example))].add(eval_set)
        answer = words_of(example.response)
        if len(answer) >= GRAM_WORDS and sum(map(len, answer)) >= ANSWER_LETTERS:
            self.answers.texts[answer].add(eval_set)

    def add_source(self, path: Path) -> None:
        """Look for templates in a source of the pool, too."""
        examples = sample(path)
        self.prompts.add_sample([words_of(_user_text(example)) for example in examples])
        self.answers.add_sample([words_of(example.response) for example in examples])

    def overlaps(self, example: Example) -> dict[str, float]:
        """For each eval set that shares grams with the example's prompt, the share of these grams, in (0, 1]."""
        words = words_of(_user_text(example))
        if words in self.prompts.texts:
            return dict.fromkeys(self.prompts.texts[words], 1.0)
        if self._prompt_grams.keys().isdisjoint(windows(words)):
            return {}
        own = own_grams(words, self.prompts.templates)
        shared = Counter(eval_set for gram in own for eval_set in self._prompt_grams.get(gram, ()))
        return {eval_set: count / len(own) for eval_set, count in shared.items()}

    def answer_overlaps(self, example: Example) -> dict[str, float]:
        """For each eval set with an answer that shares grams with the example, the largest share of an answer's."""
        text = words_of("\n".join(turn["content"] for turn in example.messages))
        grams = self._answer_grams.keys() & set(windows(text))
        found = Counter(number for gram in grams for number in self._answer_grams[gram])
        shares: dict[str, float] = {}
        for number, count in found.items():
            answer, own = self._answers[number]
            for eval_set in self.answers.texts[answer]:
                shares[eval_set] = max(shares.get(eval_set, 0), count / len(own))
        return shares

    @cached_property
    def _prompt_grams(self) -> dict[Words, set[str]]:
        own = self.prompts.own.items()
        return _index((gram, name) for text, grams in own for name in self.prompts.texts[text] for gram in grams)

    @cached_property
    def _answers(self) -> list[tuple[Words, set[Words]]]:
        return list(self.answers.own.items())

    @cached_property
    def _answer_grams(self) -> dict[Words, set[int]]:
        """By gram, the numbers of the answers: to look a long text up takes as long as to read it."""
        return _index((gram, number) for number, (_, grams) in enumerate(self._answers) for gram in grams)


def _swallowed(text: Words, here: Set[Words], in_sources: Set[Words]) -> bool:
    """Whether the templates of sources leave next to nothing of what the templates of eval sets leave."""
    return len(own_words(text, here | in_sources)) < LEFT_WORDS <= len(own_words(text, here))


def _index(pairs: Iterable[tuple[Words, Value]]) -> dict[Words, set[Value]]:
    index: dict[Words, set[Value]] = {}
    for gram, value in pairs:
        index.setdefault(gram, set()).add(value)
    return index
