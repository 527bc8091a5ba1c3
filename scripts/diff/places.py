"""Count the places at which callers meet a component."""

from collections.abc import Mapping, Sequence

_MANY = 1000
ROOT = ""
"""What is around the components that a request or an answer begins with."""


def count_places(around: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Count the ways that lead from the root to each component, with a worklist: chains of components have no bound.

    Args:
        around: For each component those that refer to it, once for each reference.

    Returns:
        The number of ways by component, a thousand at most; a circle is not followed round.
    """
    counts = {ROOT: 1}
    for start in around:
        waiting = [start]
        while waiting:
            component = waiting[-1]
            outer = around.get(component, ())
            unknown = [one for one in outer if one not in counts and one not in waiting]
            if unknown:
                waiting.append(unknown[0])
                continue
            counts[component] = min(sum(counts.get(one, 0) for one in outer), _MANY)
            waiting.pop()
    return counts
