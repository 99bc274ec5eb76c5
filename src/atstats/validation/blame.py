"""Which cell of a row is to blame where several rules are broken together.

Method: Fellegi and Holt, *A Systematic Approach to Automatic Edit and Imputation* (1976): as few
cells as possible are held to be wrong. Nothing is imputed.
"""

from collections.abc import Sequence
from functools import cache
from itertools import combinations

__all__ = ["fewest_cells"]

_MOST = 3
"""More cells than these are not sought together: then each rule names its own first."""


@cache
def fewest_cells(broken: tuple[tuple[str, ...], ...]) -> frozenset[str]:
    """The fewest columns of which every broken rule has one.

    Args:
        broken: for each broken rule the columns that it may blame, the likeliest first. Of equally
            few columns those count that stand further in front, then those of the rules named first.
    """
    columns = list(dict.fromkeys(column for each in broken for column in each))
    for size in range(1, min(_MOST, len(columns)) + 1):
        enough = [
            frozenset(each) for each in combinations(columns, size) if all(set(each) & set(rule) for rule in broken)
        ]
        if enough:
            return min(enough, key=lambda each: _places(each, broken))
    return frozenset(each[0] for each in broken)


def _places(columns: frozenset[str], broken: Sequence[Sequence[str]]) -> int:
    """How far behind the first the blamed columns of the rules stand, all together."""
    return sum(next(place for place, column in enumerate(each) if column in columns) for each in broken)
