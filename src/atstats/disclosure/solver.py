"""Linear and integer programmes, solved by HiGHS in a way that repeats to the last bit.

One thread, a fixed random seed, no gap and no clock: what limits a search is a number of nodes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray

__all__ = ["Numbers", "Programme", "Row", "Solution"]

Numbers = NDArray[np.float64]

_TOLERANCE = 1e-6
"""How far a number may lie from a whole one and still count as it; HiGHS works to 1e-7."""


class Row(NamedTuple):
    """One condition: a weighted sum of columns lies between two numbers."""

    lower: float
    upper: float
    columns: NDArray[np.int32]
    """Each column at most once."""
    weights: Numbers

    @classmethod
    def of_sum(cls, lower: float, upper: float, columns: NDArray[np.int32]) -> "Row":
        """The plain sum of columns."""
        return cls(lower, upper, columns, np.ones(len(columns)))

    @classmethod
    def of_equality(cls, left: NDArray[np.int32], right: NDArray[np.int32]) -> "Row":
        """Two sums of columns, none in both, are the same number."""
        weights = np.concatenate([np.ones(len(left)), -np.ones(len(right))])
        return cls(0.0, 0.0, np.concatenate([left, right]), weights)


@dataclass(frozen=True, slots=True)
class Solution:
    """One best point of a programme."""

    values: Numbers
    objective: float
    binding: NDArray[np.int64]
    """The rows that hold the optimum where it is: their dual is not 0. Linear programmes only."""

    @property
    def whole(self) -> bool:
        """Whether every value is a whole number."""
        return bool(np.all(np.abs(self.values - np.rint(self.values)) < _TOLERANCE))


class Programme:
    """Columns that are at least 0, rows on them, and one objective after the other.

    The next linear objective starts from the last best point, which is still a feasible one.
    """

    def __init__(self, uppers: Numbers, rows: Sequence[Row], *, integer: bool, node_limit: int) -> None:
        self._integer = integer
        self._n_columns = len(uppers)
        self._highs = _SilentHighs()
        for option, value in {
            "threads": 1,
            "random_seed": 0,
            "mip_rel_gap": 0.0,
            "mip_abs_gap": 1e-6,
            "mip_max_nodes": node_limit,
            "presolve": "on" if integer else "off",
            "solver": "simplex",
            "simplex_strategy": 4,  # primal: the last best point is feasible for the next objective
        }.items():
            self._highs.setOptionValue(option, value)
        model = highspy.HighsLp()
        model.num_col_ = self._n_columns
        model.num_row_ = len(rows)
        model.col_cost_ = np.zeros(self._n_columns)
        model.col_lower_ = np.zeros(self._n_columns)
        model.col_upper_ = uppers
        model.row_lower_ = np.array([row.lower for row in rows], dtype=np.float64)
        model.row_upper_ = np.array([row.upper for row in rows], dtype=np.float64)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.num_col_ = self._n_columns
        model.a_matrix_.num_row_ = len(rows)
        widths = [len(row.columns) for row in rows]
        model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(widths)]).astype(np.int32)
        model.a_matrix_.index_ = np.concatenate([np.empty(0, dtype=np.int32), *(row.columns for row in rows)])
        model.a_matrix_.value_ = np.concatenate([np.empty(0), *(row.weights for row in rows)])
        if integer:
            model.integrality_ = [highspy.HighsVarType.kInteger] * self._n_columns
        self._highs.passModel(model)

    def minimise(self, costs: Numbers) -> Solution | None:
        """The point with the least cost, or nothing where no point fulfils the rows.

        In an integer programme that reaches its limit of nodes, the best point so far.
        """
        everything = np.arange(self._n_columns, dtype=np.int32)
        self._highs.changeColsCost(self._n_columns, everything, costs)
        self._highs.run()
        info = self._highs.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        solution = self._highs.getSolution()
        duals = np.empty(0) if self._integer else np.array(solution.row_dual)
        return Solution(
            values=np.array(solution.col_value),
            objective=float(info.objective_function_value),
            binding=np.flatnonzero(np.abs(duals) > _TOLERANCE),
        )


class _SilentHighs(highspy.Highs):
    """HiGHS without its banner, which its constructor prints to stdout when it enables callbacks."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # highspy ships no types

    def enableCallbacks(self) -> None:  # noqa: N802 - the name is that of HiGHS
        self.silent()
