"""How much of an example's prompt occurs in an eval set: a model must not be trained on what it is tested on.

The measure is the share of the prompt's distinct 8-grams of words that occur in any prompt of the eval set. A prompt
of fewer words counts as one gram, so it is compared whole.
"""

import re
from collections import defaultdict

from instructmining.example import Example, normalise

GRAM_WORDS = 8


def user_prompt(example: Example) -> str:
    """The user's turns of an example as one normalised text."""
    return normalise("\n".join(turn["content"] for turn in example.history if turn["role"] == "user"))


def grams(text: str) -> set[str]:
    """The distinct 8-grams of lower-cased words; of a shorter text, the text."""
    words = re.findall(r"\w+", text.lower()) or [text.lower()]
    starts = range(max(len(words) - GRAM_WORDS, 0) + 1)
    return {" ".join(words[start : start + GRAM_WORDS]) for start in starts}


class EvalPrompts:
    """The grams of the prompts of all eval sets."""

    def __init__(self) -> None:
        self._eval_sets: dict[str, set[str]] = defaultdict(set)

    def add(self, eval_set: str, example: Example) -> None:
        """Add the prompt of one example of an eval set."""
        for gram in grams(user_prompt(example)):
            self._eval_sets[gram].add(eval_set)

    def overlaps(self, example: Example) -> dict[str, float]:
        """For each eval set that shares grams with the example's prompt, the share of these grams, in (0, 1]."""
        own = grams(user_prompt(example))
        shared: dict[str, int] = defaultdict(int)
        for gram in own:
            for eval_set in self._eval_sets.get(gram, ()):
                shared[eval_set] += 1
        return {eval_set: count / len(own) for eval_set, count in shared.items()}
