"""Find a published cell by its table and categories; nothing else in the report holds a number."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from atstats.frames import ProtectedTable, Protection
from atstats.vocabulary import EMPTY, TOTAL, Status

__all__ = ["Cell", "Cells", "Point", "series"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One published cell."""

    id: str
    """"T2.1:r3:c1"."""
    row: int
    column: int
    codes: Mapping[str, str]
    """Dimension -> category; empty where the cell has none."""
    period: str
    kind: str
    value: float | None
    status: str
    flag: str

    @property
    def printable(self) -> bool:
        """Whether the cell holds a number that may be printed."""
        return self.value is not None and self.status in (Status.SHOWN, Status.ROUNDED)

    @property
    def rounded(self) -> bool:
        """Whether the number is rounded."""
        return self.status == Status.ROUNDED


@dataclass(frozen=True)
class Cells:
    """All published cells of an edition."""

    protection: Protection

    @cached_property
    def tables(self) -> Mapping[str, ProtectedTable]:
        """Table id -> table, in the order of publication."""
        return {table.id: table for table in self.protection.tables}

    @cached_property
    def base(self) -> int | None:
        """The base of the rounding, or nothing where the edition does not round."""
        base = self._parameter("base")
        return base if base > 1 else None

    @cached_property
    def slack(self) -> int:
        """How far a rounded number may lie from the true one, as everybody knows."""
        return max(self._parameter("base") - 1, self._parameter("largest_change"))

    def _parameter(self, name: str) -> int:
        parameters = self.protection.record.get("parameters")
        value = parameters.get(name) if isinstance(parameters, Mapping) else None
        return int(value) if isinstance(value, int | float) else 1 if name == "base" else 0

    @cached_property
    def _by_table(self) -> dict[str, tuple[Cell, ...]]:
        return {table.id: tuple(_read(table)) for table in self.protection.tables}

    def of(self, table: str) -> tuple[Cell, ...]:
        """Every cell of a table, row by row; none where the table is not published."""
        return self._by_table.get(table, ())

    def find(self, table: str, **codes: str) -> Cell | None:
        """The one cell of a table with these categories, total over every other dimension.

        Nothing where the table or the cell is not there, or several cells fit.
        """
        found = [cell for cell in self.of(table) if _fits(cell, codes)]
        return found[0] if len(found) == 1 else None

    def number(self, table: str, **codes: str) -> Cell | None:
        """The same, but only where the cell holds a number that may be printed."""
        cell = self.find(table, **codes)
        return cell if cell is not None and cell.printable else None

    def tagged(self, table: str, *categories: str) -> Cell | None:
        """The one printable cell of a table that has all these categories, in whatever dimension."""
        found = [cell for cell in self.of(table) if set(categories) <= set(cell.codes.values())]
        return found[0] if len(found) == 1 and found[0].printable else None

    def along(self, table: str, dimension: str, **codes: str) -> tuple[Cell, ...]:
        """The cells along one dimension, in the table's order, its total left out."""
        return tuple(
            cell
            for cell in self.of(table)
            if cell.codes.get(dimension, EMPTY) not in (EMPTY, TOTAL)
            and _fits(cell, {**codes, dimension: cell.codes[dimension]})
        )


def _read(table: ProtectedTable) -> list[Cell]:
    return [_cell(table, each) for each in table.cells.sort("row", "col").iter_rows(named=True)]


def _cell(table: ProtectedTable, each: Mapping[str, Any]) -> Cell:
    labels = dict((*table.row_labels[each["row"] - 1], *table.column_labels[each["col"] - 1]))
    return Cell(
        id=f"{table.id}:r{each['row']}:c{each['col']}",
        row=each["row"],
        column=each["col"],
        codes={name: labels.get(name, EMPTY) for name in table.dimensions},
        period=each["period"] or EMPTY,
        kind=each["kind"],
        value=each["value"],
        status=each["status"],
        flag=each["flag"] or EMPTY,
    )


def _fits(cell: Cell, codes: Mapping[str, str]) -> bool:
    if any(name not in cell.codes for name in codes):
        return False
    return all(code == codes[name] if name in codes else code in (EMPTY, TOTAL) for name, code in cell.codes.items())


@dataclass(frozen=True, slots=True)
class Point:
    """One year of a series; without a printable cell it is a gap."""

    year: int
    cell: Cell | None

    @property
    def printed(self) -> Cell | None:
        """The cell, where it holds a number that may be printed."""
        return self.cell if self.cell is not None and self.cell.printable else None

    @property
    def breaks(self) -> bool:
        """Whether the series breaks before this year."""
        return self.cell is not None and self.cell.flag == "b"


def series(cells: Cells, *, status: str, until: int) -> tuple[Point, ...]:
    """The persons of one status year by year (T1.1), from the first published year, gaps included."""
    by_year = {
        int(cell.codes["year"]): cell
        for cell in cells.along("T1.1", "year", victim_status=status)
        if cell.codes["year"].isdigit() and int(cell.codes["year"]) <= until
    }
    printed = [year for year, cell in by_year.items() if cell.printable]
    if not printed:
        return ()
    return tuple(Point(year, by_year.get(year)) for year in range(min(printed), until + 1))
