"""Attack what is about to be published, as a reader would who knows the rule.

The audit knows the published values, the base, what is printed exactly or was published
elsewhere, the impossible combinations and the ties; nothing of the counts. For each cell it
finds the least and the greatest value that agrees with all of that, by linear programming over
clique tables, and proves each end by a whole-numbered file of units that has it. So an interval
is never wider than what is truly possible.

A reader who knows the audit learns from a narrow interval that the count is not a small one,
or the cell would not have been published: `settled` hands that knowledge back to the attack.

Source: Fischetti and Salazar-González, *JASA* 95 (2000), 916-928 (the attacker's problem).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atstats.disclosure.edition import Rule
from atstats.disclosure.solver import Numbers, Programme, Row, Solution
from atstats.disclosure.system import Cell, Columns, System, systems
from atstats.errors import ProtectionError
from atstats.schema import Schema

__all__ = ["Audit", "Interval", "Published", "Weakness", "attack", "settle"]

_ALMOST = 1e-6


@dataclass(frozen=True, slots=True)
class Published:
    """What a reader has before him, for populations that hang together."""

    rounded: Mapping[Cell, int]
    exact: Mapping[Cell, int]
    """Printed exactly, here or elsewhere."""
    withheld: frozenset[Cell]
    largest_change: int
    settled: Mapping[Cell, "Interval"] = field(default_factory=dict)
    """What follows for a cell from the fact that it was published."""


class Interval(NamedTuple):
    """Two counts that both agree with everything published: the least and the greatest."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Weakness:
    """A cell of which the reader learns too much."""

    cell: Cell
    kind: str
    """"narrow": its interval; "group": everybody who shares its other categories has its sensitive one."""
    pins: frozenset[Cell]
    """The rounded and exact cells that together give it away."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What the attack found."""

    intervals: Mapping[Cell, Interval]
    """For every rounded and withheld cell."""
    weaknesses: tuple[Weakness, ...]


def attack(published: Published, *, schema: Schema, rule: Rule) -> Audit:
    """The interval of every cell that is not exact, and the cells that are given away.

    A cell is given away when its interval can be a small count and is less than base - 1 wide,
    or when the reader is certain that a group shares one sensitive category.

    Raises:
        ProtectionError: no file of units agrees with what is published.
    """
    cells = {*published.rounded, *published.exact, *published.withheld}
    intervals: dict[Cell, Interval] = {}
    weaknesses: list[Weakness] = []
    for system in systems(cells, schema=schema, largest=rule.unknowns):
        attacker = _Attacker(system, published, rule)
        intervals |= attacker.intervals()
        weaknesses += attacker.narrow()
        weaknesses += attacker.groups()
    return Audit(intervals, tuple(sorted(weaknesses, key=lambda each: (each.cell, each.kind))))


def settle(
    published: Published, weaknesses: Iterable[Weakness], intervals: Mapping[Cell, Interval], *, rule: Rule
) -> Published | None:
    """What is published, with what a reader concludes from narrow intervals; nothing if that is no news.

    A cell whose interval is narrow was published, so its count is 0 or at least the threshold.
    """
    settled = dict(published.settled)
    for weakness in weaknesses:
        low, high = intervals.get(weakness.cell, (0, 0))
        possible = [value for value in range(low, high + 1) if value == 0 or value >= rule.threshold]
        if weakness.kind == "narrow" and possible:
            settled[weakness.cell] = Interval(possible[0], possible[-1])
    return None if settled == published.settled else replace(published, settled=settled)


class _Attacker:
    """The attack on one system; remembers every whole-numbered file that it comes across."""

    def __init__(self, system: System, published: Published, rule: Rule) -> None:
        self._system = system
        self._published = published
        self._rule = rule
        self._cells = sorted(system.sums)
        self._targets = [cell for cell in self._cells if cell not in published.exact]
        self._groups = [cell for cell in self._cells if self._has_group(cell)]
        self._rule_bounds = {cell: self._bounds_by_rule(cell) for cell in self._cells}
        highest = max((high for _, high in self._rule_bounds.values() if np.isfinite(high)), default=0.0)
        # No cell of interest needs more units than this to be shown safe; without it a sum may have no end.
        self._uppers = np.full(system.n_columns, highest + 4.0 * rule.base)
        self._row_cells: list[Cell | None] = [None] * len(system.equalities)
        self._rows = [Row.of_equality(left, right) for left, right in system.equalities]
        for cell in self._cells:
            if cell not in published.withheld or cell in published.settled:
                low, high = self._rule_bounds[cell]
                self._rows.append(Row.of_sum(low, high, system.sums[cell]))
                self._row_cells.append(cell)
        self._linear = Programme(self._uppers, self._rows, integer=False, node_limit=rule.nodes)
        self._whole: Programme | None = None
        sums = [system.sums[cell] for cell in self._targets] + [system.rests[cell] for cell in self._groups]
        self._members = np.concatenate([np.empty(0, dtype=np.int32), *sums])
        self._owners = np.repeat(np.arange(len(sums)), [len(each) for each in sums])
        self._lows: NDArray[np.int64] = np.full(len(sums), np.iinfo(np.int64).max)
        self._highs: NDArray[np.int64] = np.full(len(sums), -1)
        self._pins: dict[tuple[int, bool], frozenset[Cell]] = {}
        self._first_point()

    def intervals(self) -> dict[Cell, Interval]:
        """The interval of every cell that is not exact."""
        # The finest cells first: the file that fills one of them often fills its margins too.
        order = sorted(range(len(self._targets)), key=lambda number: (-len(self._targets[number].pairs), number))
        for number in order:
            low, high = self._rule_bounds[self._targets[number]]
            columns = self._system.sums[self._targets[number]]
            if self._highs[number] < high:
                self._push(number, columns, upwards=True)
            if self._lows[number] > low:
                self._push(number, columns, upwards=False)
        return {
            cell: Interval(int(self._lows[number]), int(self._highs[number]))
            for number, cell in enumerate(self._targets)
        }

    def narrow(self) -> Iterator[Weakness]:
        """Cells whose interval can be a small count and is too narrow; after `intervals`."""
        for number, cell in enumerate(self._targets):
            low, high = int(self._lows[number]), int(self._highs[number])
            can_be_small = low < self._rule.threshold and high > 0
            if can_be_small and high - low < self._rule.base - 1:
                pins = self._pins.get((number, True), frozenset({cell})) | self._pins.get(
                    (number, False), frozenset({cell})
                )
                yield Weakness(cell, "narrow", pins)

    def groups(self) -> Iterator[Weakness]:
        """Sensitive cells that a reader knows to hold everybody of their group (SDC-03)."""
        for place, cell in enumerate(self._groups, start=len(self._targets)):
            if self._highs[place] < 1:
                self._push(place, self._system.rests[cell], upwards=True)
            if self._highs[place] < 1:
                yield Weakness(cell, "group", self._pins[place, True])

    def _has_group(self, cell: Cell) -> bool:
        """Whether it could be news that all of a group are in this cell: somebody is, and others could exist."""
        rest = self._system.rests.get(cell)
        somebody = self._published.rounded.get(cell, 0) + self._published.exact.get(cell, 0) > 0
        return rest is not None and len(rest) > 0 and somebody

    def _bounds_by_rule(self, cell: Cell) -> tuple[float, float]:
        """What the value printed for a cell says about its count, by itself."""
        published = self._published
        if cell in published.exact:
            return float(published.exact[cell]), float(published.exact[cell])
        low, high = 0.0, np.inf
        if cell in published.rounded:
            value = published.rounded[cell]
            # A nought stays a nought, so whatever is printed above it counts somebody.
            low = max(float(value - published.largest_change), 1.0 if value else 0.0)
            high = float(value + published.largest_change)
        if cell in published.settled:
            low, high = max(low, published.settled[cell].low), min(high, published.settled[cell].high)
        return low, high

    def _first_point(self) -> None:
        """One whole-numbered file that agrees with what is published, or a failure."""
        nothing = np.zeros(self._system.n_columns)
        solution = self._linear.minimise(nothing)
        if solution is not None and not solution.whole:
            solution = self._integer().minimise(nothing)
        if solution is None:
            raise ProtectionError(
                f"what is published about {', '.join(self._system.populations)} contradicts itself",
                hint="Look for a figure of schemas/reference/history.csv that is not the count of this year.",
            )
        self._remember(solution)

    def _push(self, place: int, columns: Columns, *, upwards: bool) -> None:
        """Move one sum as far as it goes, and remember the files on the way."""
        costs: Numbers = np.zeros(self._system.n_columns)
        costs[columns] = -1.0 if upwards else 1.0
        solution = self._linear.minimise(costs)
        assert solution is not None  # `_first_point` found a file
        held = {self._row_cells[row] for row in solution.binding}
        pins = frozenset(cell for cell in held if cell is not None)
        bound = int(np.ceil(solution.objective - _ALMOST))
        if solution.whole:
            self._remember(solution)
        if self._reached(place, upwards) > bound:
            better = self._integer().minimise(costs)
            if better is not None:
                self._remember(better)
            if self._reached(place, upwards) > bound:
                # Only whole numbers hold the sum back; which cells matter is not known.
                pins = frozenset(cell for cell in self._row_cells if cell is not None)
        self._pins[place, upwards] = pins

    def _reached(self, place: int, upwards: bool) -> int:
        """The least objective that a remembered file has."""
        return -int(self._highs[place]) if upwards else int(self._lows[place])

    def _remember(self, solution: Solution) -> None:
        whole = np.rint(solution.values)
        sums = np.bincount(self._owners, weights=whole[self._members], minlength=len(self._lows)).astype(np.int64)
        self._lows = np.minimum(self._lows, sums)
        self._highs = np.maximum(self._highs, sums)

    def _integer(self) -> Programme:
        if self._whole is None:
            self._whole = Programme(self._uppers, self._rows, integer=True, node_limit=self._rule.nodes)
        return self._whole
