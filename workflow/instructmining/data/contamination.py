"""How much of an eval set occurs in an example: a model must not be trained on what it is tested on.

Prompts: the share of the example's distinct 8-grams of words that occur in the prompts of an eval set. A prompt of
fewer words counts as one gram, so it is compared whole. Templates, which many prompts share, count on neither side.

Answers: the share of an eval answer's 8-grams that occur in the example, in its prompt or its response. Answers of
fewer words are not looked for, as everybody gives them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from instructmining.data.templates import (
    GRAM_WORDS,
    Words,
    find_templates,
    own_grams,
    phrases,
    sample,
    windows,
    without_near_identical,
    words_of,
)
from instructmining.example import Example, fold_blanks


def user_prompt(example: Example) -> str:
    """The user's turns of an example as one text, with all runs of blanks folded."""
    return fold_blanks("\n".join(turn["content"] for turn in example.history if turn["role"] == "user"))


class EvalPrompts:
    """The prompts and answers of all eval sets; everything is added before the first example is compared."""

    def __init__(self) -> None:
        self._prompts: dict[Words, set[str]] = defaultdict(set)
        self._answers: dict[Words, set[str]] = defaultdict(set)
        self._in_sources: tuple[set[Words], set[Words]] = (set(), set())

    def add(self, eval_set: str, example: Example) -> None:
        """Add the prompt and the answer of one example of an eval set."""
        self._prompts[words_of(user_prompt(example))].add(eval_set)
        answer = words_of(example.response)
        if len(answer) >= GRAM_WORDS:
            self._answers[answer].add(eval_set)

    def add_source(self, path: Path) -> None:
        """Look for templates in a source of the pool, too."""
        prompts, answers = self._in_sources
        examples = sample(path)
        prompts |= find_templates(without_near_identical([words_of(user_prompt(example)) for example in examples]))
        answers |= find_templates(without_near_identical([words_of(example.response) for example in examples]))

    def overlaps(self, example: Example) -> dict[str, float]:
        """For each eval set that shares grams with the example's prompt, the share of these grams, in (0, 1]."""
        words = words_of(user_prompt(example))
        if words in self._prompts:
            return dict.fromkeys(self._prompts[words], 1.0)
        own = own_grams(words, self.templates)
        shared = Counter(eval_set for gram in own for eval_set in self._prompt_grams.get(gram, ()))
        return {eval_set: count / len(own) for eval_set, count in shared.items()}

    def answer_overlaps(self, example: Example) -> dict[str, float]:
        """For each eval set with an answer that shares grams with the example, the largest share of an answer's."""
        text = words_of("\n".join(turn["content"] for turn in example.messages))
        found = Counter(answer for gram in set(windows(text)) for answer in self._answer_grams.get(gram, ()))
        shares: dict[str, float] = {}
        for answer, count in found.items():
            for eval_set in self._answers[answer]:
                shares[eval_set] = max(shares.get(eval_set, 0), count / len(self._own_of_answers[answer]))
        return shares

    @cached_property
    def templates(self) -> set[Words]:
        """The 8-grams of prompts that count on neither side."""
        of_eval_sets, of_sources = find_templates(self._prompts), set(self._in_sources[0])
        for words in self._prompts:
            # What a pool has of a whole eval prompt is no template, however often it is there.
            if not own_grams(words, of_eval_sets | of_sources) and own_grams(words, of_eval_sets):
                of_sources -= set(windows(words))
        return of_eval_sets | of_sources

    def template_phrases(self) -> Counter[str]:
        """What templates cover in the eval prompts, each phrase with the number of prompts that have it."""
        return phrases(self._prompts, self.templates)

    @cached_property
    def _prompt_grams(self) -> dict[Words, set[str]]:
        return _index(
            (gram, name)
            for words, names in self._prompts.items()
            for gram in own_grams(words, self.templates)
            for name in names
        )

    @cached_property
    def _own_of_answers(self) -> dict[Words, set[Words]]:
        templates = find_templates(self._answers) | self._in_sources[1]
        return {words: own_grams(words, templates) for words in self._answers}

    @cached_property
    def _answer_grams(self) -> dict[Words, set[Words]]:
        return _index((gram, words) for words, own in self._own_of_answers.items() for gram in own)
