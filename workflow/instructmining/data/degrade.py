"""Make a source worse on purpose: in a run with a known truth one sees whether the rule finds it.

Only responses change. Examples that cannot be made worse this way (one word cannot be permuted) remain unchanged and
are not called degraded.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from instructmining.data.forms.write import from_messages
from instructmining.data.settings import Degradation, Degrade
from instructmining.example import Example, Message, make_example, normalise

WORDS_LEFT = 3


def degrade(examples: Sequence[Example], name: str, settings: Degrade, generator: np.random.Generator) -> list[Example]:
    """The examples as source `name`, a seeded share of them degraded; the others only change their source."""
    count = round(settings.fraction * len(examples))
    chosen = np.sort(generator.choice(len(examples), size=count, replace=False)).tolist()
    responses = degraded_responses([examples[position].response for position in chosen], settings.how, generator)
    renamed = [replace(example, source=name) for example in examples]
    for position, response in zip(chosen, responses, strict=True):
        if normalise(response) != normalise(examples[position].response):
            renamed[position] = _with_response(renamed[position], response, settings.how)
    return renamed


def degraded_responses(responses: Sequence[str], how: Degradation, generator: np.random.Generator) -> list[str]:
    """The responses, each made worse."""
    if how == "responses_shuffled":
        return _exchanged(responses, generator)
    if how == "words_shuffled":
        return [_words_shuffled(response, generator) for response in responses]
    return [" ".join(response.split()[:WORDS_LEFT]) for response in responses]


def _exchanged(responses: Sequence[str], generator: np.random.Generator) -> list[str]:
    """Each gets the response of another, with a different text unless more than half of all texts are equal.

    Equal responses are put side by side, in groups of random order; a shift by the size of the largest group leaves
    none in its own group.
    """
    if not responses:
        return []
    texts = [normalise(response) for response in responses]
    groups = sorted(set(texts))
    rank = dict(zip(groups, generator.permutation(len(groups)).tolist(), strict=True))
    order = sorted(range(len(texts)), key=lambda position: rank[texts[position]])
    shift = max(Counter(texts).values())
    exchanged = list(responses)
    for place, position in enumerate(order):
        exchanged[position] = responses[order[(place + shift) % len(order)]]
    return exchanged


def _words_shuffled(response: str, generator: np.random.Generator) -> str:
    words = response.split()
    shuffled = [words[position] for position in generator.permutation(len(words))]
    if shuffled == words:
        shuffled = words[1:] + words[:1]
    return " ".join(shuffled)


def _with_response(example: Example, response: str, how: Degradation) -> Example:
    messages = (*example.history, Message(role="assistant", content=response))
    return make_example(messages, example.source, "alpaca", from_messages(messages, "alpaca"), degraded=how)
