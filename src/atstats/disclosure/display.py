"""Fill the tables with what each cell may show; the only maker of `ProtectedTable`."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from atstats.disclosure.edition import Rule
from atstats.errors import ConfigurationError
from atstats.frames import CELL_STATUS, ProtectedTable, Table

__all__ = ["Shown", "address", "fill", "without_value"]

_FORMULA = re.compile(r"(mean|sum):([^;]+?)(?:;([+-]\d+(?:\.\d+)?))?")


class Shown(NamedTuple):
    """What is printed for one cell."""

    value: float | None
    """Null unless the status is shown or rounded."""
    status: str


def address(table: str, row: Mapping[str, Any]) -> str:
    """Where a cell is printed: "T2.1:r3:c1"."""
    return f"{table}:r{row['row']}:c{row['col']}"


def without_value(row: Mapping[str, Any]) -> Shown | None:
    """The status of a cell that has no number, or nothing where it has one."""
    if row["value"] is not None:
        return None
    return Shown(None, "not_applicable" if row["flag"] == "z" else "not_available")


def fill(
    tables: Sequence[Table], *, count: Callable[[Mapping[str, Any]], Shown], rule: Rule
) -> tuple[ProtectedTable, ...]:
    """The tables as they may be printed.

    Args:
        tables: Every cell of them gets a value and a status.
        count: What to print for a row of kind "count" that has a number.
        rule: From how many contributors a statistic is shown.

    Raises:
        ConfigurationError: a derived cell names a cell that there is not, or depends on itself; a
            dimension has the name of a column that every table has.
    """
    shown: dict[str, Shown] = {}
    formulas: dict[str, str] = {}
    for table in tables:
        for row in table.cells.iter_rows(named=True):
            place = address(table.id, row)
            if row["kind"] == "derived" and row["flag"] not in (":", "z"):
                formulas[place] = row["fact"]
            else:
                shown[place] = without_value(row) or _direct(row, count, rule)
    derived = _Derived(shown, formulas)
    return tuple(_filled(table, derived.shown) for table in tables)


def _direct(row: Mapping[str, Any], count: Callable[[Mapping[str, Any]], Shown], rule: Rule) -> Shown:
    if row["kind"] == "count":
        return count(row)
    if row["kind"] == "statistic" and (row["contributors"] or 0) < rule.minimum_contributors:
        return Shown(None, "withheld")
    return Shown(row["value"], "shown")


def _filled(table: Table, shown: Callable[[str], Shown]) -> ProtectedTable:
    if "status" in table.cells.columns:
        raise ConfigurationError(
            f"table {table.id} has a dimension named 'status', which every release uses for what became of a cell",
            hint="Rename the dimension in schemas/dimensions.toml, populations.toml and tables, as in victim_status.",
        )
    cells = [shown(address(table.id, row)) for row in table.cells.iter_rows(named=True)]
    return ProtectedTable(
        id=table.id,
        dimensions=table.dimensions,
        cells=table.cells.drop("contributors").with_columns(
            value=pl.Series("value", [each.value for each in cells], dtype=pl.Float64),
            status=pl.Series("status", [each.status for each in cells], dtype=CELL_STATUS),
        ),
        row_labels=table.row_labels,
        column_labels=table.column_labels,
        notes=table.notes,
        empty_because=table.empty_because,
    )


class _Derived:
    """Cells that are the mean or the sum of what other cells show, worked out when asked for."""

    def __init__(self, shown: dict[str, Shown], formulas: Mapping[str, str]) -> None:
        self._shown = shown
        self._formulas = formulas
        self._under_way: list[str] = []

    def shown(self, place: str) -> Shown:
        """What a cell shows, its operands first."""
        if place not in self._shown:
            if place in self._under_way:
                raise ConfigurationError(
                    f"the derived cell {place} depends on itself",
                    hint="Correct the table's definition in schemas/tables.",
                )
            self._under_way.append(place)
            self._shown[place] = self._computed(place)
            self._under_way.pop()
        return self._shown[place]

    def _computed(self, place: str) -> Shown:
        formula = _FORMULA.fullmatch(self._formulas[place])
        operands = formula[2].split(",") if formula else []
        unknown = [each for each in operands if each not in self._shown and each not in self._formulas]
        if formula is None or unknown:
            raise ConfigurationError(
                f"the derived cell {place} names cells that there are not: {self._formulas[place]}",
                hint='Write "mean:" or "sum:" and addresses such as T2.1:r3:c1, in schemas/tables.',
            )
        parts = [self.shown(each) for each in operands]
        statuses = {part.status for part in parts}
        if "withheld" in statuses:
            return Shown(None, "withheld")
        values = [part.value for part in parts if part.value is not None]
        if len(values) < len(parts):
            return Shown(None, "not_available")
        total = sum(values) / len(values) if formula[1] == "mean" else sum(values)
        return Shown(total + float(formula[3] or 0), "rounded" if "rounded" in statuses else "shown")
