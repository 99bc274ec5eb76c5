"""A reader who attacks a release, written apart from the protection: it imports nothing from atstats.

It works from rows like those of `cells.csv` and from what anybody may know: the categories, which
variable is a function of which, what cannot occur, which numbers are the same by definition, and
the base of the rounding. Its unknowns are the numbers of units of every possible kind, one for
each combination of all variables, and its solver is SciPy's.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

Pairs = tuple[tuple[str, str], ...]
Key = tuple[str, Pairs]


@dataclass(frozen=True)
class World:
    """What anybody may know before reading a release."""

    variables: Mapping[str, Mapping[str, Sequence[str]]]
    """Population -> variable -> categories; functions of others are not among them."""
    functions: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    """Variable -> the one it is a function of, and category of that one -> its own."""
    impossible: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    """Population -> combinations that no unit has."""
    same: Sequence[tuple[Key, Key]] = ()
    """Cells of two populations that are one number."""

    def kinds(self) -> list[tuple[str, dict[str, str]]]:
        """Every possible kind of unit, with all of its properties."""
        found = []
        for population, variables in self.variables.items():
            for combination in product(*variables.values()):
                unit = dict(zip(variables, combination, strict=True))
                for name, (of, groups) in self.functions.items():
                    if of in unit:
                        unit[name] = groups[unit[of]]
                barred = self.impossible.get(population, ())
                if not any(all(unit[name] == code for name, code in each.items()) for each in barred):
                    found.append((population, unit))
        return found


def key_of(row: Mapping[str, Any], world: World) -> Key:
    """What a row of `cells.csv` counts."""
    names = [*world.variables[row["population"]], *world.functions]
    pairs = [(name, row[name]) for name in names if row.get(name) not in (None, "", "_T")]
    return row["population"], tuple(sorted(pairs))


def attack(
    rows: Sequence[Mapping[str, Any]],
    world: World,
    *,
    base: int,
    least_withheld: int = 0,
    targets: Collection[Key] | None = None,
) -> dict[Key, tuple[int, int]]:
    """The least and the greatest count of every cell that agrees with all rows.

    Args:
        rows: Cells with `population`, a column for each variable, `value` and `status`.
        world: What is known beforehand.
        base: A rounded value is less than this away from the count.
        least_withheld: What a withheld cell is known to be at least.
        targets: The cells to attack, all where not given.
    """
    kinds = world.kinds()
    cells = {key_of(row, world): row for row in rows}
    members = {key: _members(key, kinds) for key in cells}
    lows, highs = [], []
    for row in cells.values():
        if row["status"] == "shown":
            low = high = row["value"]
        elif row["status"] == "rounded":
            low, high = row["value"] - base + 1, row["value"] + base - 1
        else:
            low, high = least_withheld, np.inf
        lows.append(low)
        highs.append(high)
    known = [LinearConstraint(np.array(list(members.values())), lows, highs)]
    for left, right in world.same:
        known.append(LinearConstraint((_members(left, kinds) - _members(right, kinds))[None, :], 0, 0))
    attacked = {key: each for key, each in members.items() if targets is None or key in targets}
    return {key: (_end(each, known, 1), _end(each, known, -1)) for key, each in attacked.items()}


def _members(key: Key, kinds: Sequence[tuple[str, Mapping[str, str]]]) -> np.ndarray:
    population, pairs = key
    return np.array(
        [name == population and all(unit[variable] == code for variable, code in pairs) for name, unit in kinds],
        dtype=float,
    )


def _end(members: np.ndarray, known: list[LinearConstraint], sense: int) -> int:
    found = milp(
        sense * members,
        constraints=known,
        integrality=np.ones(len(members)),
        bounds=Bounds(0, 1_000),
        options={"mip_rel_gap": 0.0},
    )
    assert found.success, found.message
    return sense * round(found.fun)
