"""Round every count to a neighbouring multiple of a base through one consistent file.

Controlled rounding: the unknowns are the clique tables of the rounded file in units of the
base, whole numbers that agree with each other, so that all tables add up and the same fact has
the same value wherever it is printed. Each printed count becomes the multiple below or the
multiple above it; a multiple stays. A count alone in the world would go up with probability
remainder / base, so its expected value is the count.

Where no such file exists, a count may go one multiple further; a nought still stays a nought.

Source: Cox, *JASA* 82 (1987), 520-524; Salazar-González, *Mathematical Programming* 105 (2006),
583-603; Hundepool et al., *Statistical Disclosure Control* (2012), section 5.4.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from atstats.disclosure.edition import Rule
from atstats.disclosure.solver import Numbers, Programme, Row
from atstats.disclosure.system import Cell, System

__all__ = ["Combination", "RoundedFile", "contradictions", "round_counts"]

Combination = Mapping[Cell, int]
"""Rounded values that give a count away when they stand together."""

_FURTHER = 1_000.0
"""Cost of one multiple further than the neighbour, in units of the base."""
_GIVEAWAY = 100.0
"""Cost of a combination of values that gives a count away."""
_ABOVE_KNOWN = 10.0
"""Cost of a multiple above a number that the reader knows, where that is asked for."""


@dataclass(frozen=True, slots=True)
class RoundedFile:
    """One consistent rounding of all counts of a system."""

    values: Mapping[Cell, int]
    largest_change: int
    """How far a value can be from its count by the rule that was used; not what happened."""


def round_counts(
    system: System,
    counts: Mapping[Cell, int],
    *,
    avoid: Sequence[Combination] = (),
    keep_below: Collection[Cell] = (),
    rule: Rule,
    seed: int,
) -> RoundedFile | None:
    """The rounded file that is nearest to the counts, as a secret seed weighs distance.

    Args:
        system: Holds every cell of `counts`.
        counts: The cells to be rounded and their true values.
        avoid: Combinations of values that the file should not have.
        keep_below: Cells that should have the multiple below them: numbers that the reader knows,
            whose multiple is not printed. A file that has fewer units than he knows of leaves
            room for one or two more in any small cell.
        rule: Base and limits.
        seed: Secret of the collection.

    Returns:
        Nothing where no consistent file exists.
    """
    for further in (False, True):
        problem = _Problem(system, counts, keep_below=keep_below, rule=rule, seed=seed, further=further)
        values = problem.solve([] if further else avoid)
        if values is not None:
            return RoundedFile(values, 2 * rule.base - 1 if further else rule.base - 1)
    return None


def contradictions(system: System, counts: Mapping[Cell, int], *, rule: Rule) -> tuple[Cell, ...]:
    """Cells whose counts cannot all come from one file of units; empty when they can.

    A breach is a fault of the counts, not of their protection: a margin that is not the sum of
    its cells, or a unit in a combination that the schema calls impossible.
    """
    cells = sorted(counts)
    n = system.n_columns
    rows = [Row.of_equality(left, right) for left, right in system.equalities]
    rows += [
        _with_slack(Row.of_sum(counts[cell], counts[cell], system.sums[cell]), n + 2 * number)
        for number, cell in enumerate(cells)
    ]
    uppers = np.full(n + 2 * len(cells), np.inf)
    costs = np.concatenate([np.zeros(n), np.ones(2 * len(cells))])
    solution = Programme(uppers, rows, integer=False, node_limit=rule.nodes).minimise(costs)
    assert solution is not None  # the slack makes every system solvable
    slack = solution.values[n:].reshape(-1, 2).sum(axis=1)
    return tuple(cell for cell, missed in zip(cells, slack, strict=True) if missed > 0.01)


class _Problem:
    """The integer programme of one system; columns are the unknowns, then slack."""

    def __init__(
        self,
        system: System,
        counts: Mapping[Cell, int],
        *,
        keep_below: Collection[Cell],
        rule: Rule,
        seed: int,
        further: bool,
    ) -> None:
        self._system = system
        self._rule = rule
        self._cells = sorted(counts)
        self._below = {cell: counts[cell] // rule.base for cell in self._cells}
        self._above = {cell: -(-counts[cell] // rule.base) for cell in self._cells}
        n = system.n_columns
        uppers = np.full(n, np.inf)
        costs = np.zeros(n)
        self._rows = [Row.of_equality(left, right) for left, right in system.equalities]
        self._extra: list[float] = []
        for cell in self._cells:
            columns = system.sums[cell]
            if counts[cell] == 0:
                uppers[columns] = 0.0
                continue
            row = Row.of_sum(self._below[cell], self._above[cell], columns)
            if further:
                row = _with_slack(row, n + len(self._extra))
                self._extra += [_FURTHER * rule.base] * 2
            self._rows.append(row)
            remainder = counts[cell] % rule.base
            if remainder:
                costs[columns] += rule.base - 2 * remainder + _noise(cell, rule.base, seed)
                if cell in keep_below:
                    costs[columns] += _ABOVE_KNOWN * rule.base
        self._uppers = uppers
        self._costs = costs

    def solve(self, avoid: Sequence[Combination]) -> dict[Cell, int] | None:
        """Rounded values, or nothing where there are none."""
        n = self._system.n_columns
        extra = [*self._extra, *([_GIVEAWAY * self._rule.base] * len(avoid))]
        rows = [*self._rows]
        for number, combination in enumerate(avoid):
            rows.append(self._differs(combination, n + len(self._extra) + number))
        programme = Programme(
            np.concatenate([self._uppers, np.ones(len(extra))]), rows, integer=True, node_limit=self._rule.nodes
        )
        solution = programme.minimise(np.concatenate([self._costs, extra]))
        if solution is None:
            return None
        whole = np.rint(solution.values).astype(np.int64)
        return {cell: int(whole[self._system.sums[cell]].sum()) * self._rule.base for cell in self._cells}

    def _differs(self, combination: Combination, slack: int) -> Row:
        """At least one of the cells takes its other neighbour, or the slack is paid for."""
        weights: Numbers = np.zeros(slack + 1)
        weights[slack] = 1.0
        least = 1.0
        for cell, value in sorted(combination.items()):
            up = value > self._below[cell] * self._rule.base
            weights[self._system.sums[cell]] += -1.0 if up else 1.0
            least += -self._above[cell] if up else self._below[cell]
        columns = np.flatnonzero(weights).astype(np.int32)
        return Row(least, np.inf, columns, weights[columns])


def _with_slack(row: Row, first: int) -> Row:
    """The row with two more columns, one that adds to the sum and one that takes away."""
    columns = np.concatenate([row.columns, [first, first + 1]]).astype(np.int32)
    return row._replace(columns=columns, weights=np.concatenate([row.weights, [1.0, -1.0]]))


def _noise(cell: Cell, base: int, seed: int) -> float:
    """A number between -base and base that nobody can know without the seed.

    It depends on the cell alone, so a further table or another order changes no other cell's.
    """
    key = f"atstats rounding {seed}".encode()
    digest = hmac.new(key, f"{cell.population}:{cell.fact}".encode(), hashlib.sha256).digest()
    return base * (2.0 * int.from_bytes(digest[:8], "big") / 2.0**64 - 1.0)
