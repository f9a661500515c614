"""The first examples of an order at each length, so that responses are as long as those of the baseline's draw.

Most orders prefer long or short responses, and length alone moves the loss. What an order is worth beyond that is seen
where the lengths are those of the baseline.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

PER_BIN = 5
"""Examples of the draw in a bin: fewer follow the lengths more closely, and leave the order less to choose from."""


def match_lengths(order: Sequence[str], lengths: Mapping[str, float], baseline: Sequence[str]) -> list[str]:
    """The first of the order in each bin of lengths, as many as the baseline's draw has in that bin.

    Bins end at quantiles of the draw's lengths. Responses shorter or longer than all of the draw are in none, as an
    order that prefers them would take these first. As the draw is of the same pool, no bin has too few examples; raises
    ValueError for a draw of another pool.
    """
    if unknown := [name for name in baseline if name not in lengths]:
        raise ValueError(
            f"{len(unknown)} of {len(baseline)} examples of the baseline, as {unknown[0]}, are not in the pool"
        )
    drawn = [lengths[name] for name in baseline]
    shortest = min(drawn)
    ends = np.unique(np.quantile(drawn, np.linspace(0, 1, max(1, len(drawn) // PER_BIN) + 1)[1:]))
    bins = dict(zip(order, np.searchsorted(ends, [lengths[name] for name in order]).tolist(), strict=True))
    places = Counter(bins[name] for name in baseline)
    taken = []
    for name in order:
        if places[bins[name]] and lengths[name] >= shortest:
            places[bins[name]] -= 1
            taken.append(name)
    return taken
