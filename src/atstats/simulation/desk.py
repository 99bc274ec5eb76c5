"""A correct collection on a desk: find a row, change a cell, and note what should be found there.

Workbooks that state that there was nothing to report are not laid out here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from atstats.frames import GridCell, SheetGrid, WorkbookGrid, column_letters
from atstats.schema import Schema
from atstats.simulation.layout import FIRST_ROW
from atstats.simulation.register import workbook_of

__all__ = ["Desk", "Page"]

_KEYS = FIRST_ROW - 2
"""Place of the row of machine keys among the rows of a sheet."""


class Desk:
    """Workbooks that are altered cell by cell, with the findings that the alterations deserve.

    A row that was given out once is not given out again, so that every fault stands alone.
    """

    def __init__(self, workbooks: Sequence[WorkbookGrid], *, schema: Schema) -> None:
        self._grids = {grid.file.rpartition("_")[0]: grid for grid in workbooks if len(grid.sheets) > 1}
        self._names = {
            agency: [sheet.name for sheet in schema.workbooks[workbook_of(agency, schema)].sheets]
            for agency in self._grids
        }
        self._cells = {
            (agency, name): [list(row) for row in sheet.rows]
            for agency, grid in self._grids.items()
            for name, sheet in zip(self._names[agency], grid.sheets, strict=True)
        }
        self._changes: dict[tuple[str, str], dict[str, Any]] = {}
        self._given: set[tuple[str, str, int]] = set()
        self.expected: list[dict[str, str]] = []

    def rows(self, agency: str, sheet: str) -> dict[int, Mapping[str, Any]]:
        """Excel row -> machine key -> value, filled or not."""
        keys = self._keys(agency, sheet)
        return {
            number: {key: cell.value for key, cell in zip(keys, row, strict=False)}
            for number, row in enumerate(self._cells[agency, sheet], start=1)
            if number >= FIRST_ROW
        }

    def pick(self, agency: str, sheet: str, wanted: Callable[[Mapping[str, Any]], bool] | None = None) -> int:
        """The first row that no fault has yet and that is as wanted; any will do where nothing is.

        Raises:
            LookupError: the collection is too small to carry this fault.
        """
        for number, row in self.rows(agency, sheet).items():
            if (agency, sheet, number) not in self._given and (wanted is None or wanted(row)):
                self.keep(agency, sheet, number)
                return number
        raise LookupError(f"no row of {agency} {sheet} is left for this fault")

    def keep(self, agency: str, sheet: str, row: int) -> None:
        """Give a row to no other fault."""
        self._given.add((agency, sheet, row))

    def value(self, agency: str, sheet: str, row: int, column: str) -> Any:
        """What stands in a cell."""
        return self.rows(agency, sheet)[row][column]

    def put(self, agency: str, sheet: str, row: int, column: str, value: Any) -> None:
        """Write another value into a cell; its look stays."""
        place = self._keys(agency, sheet).index(column)
        cells = self._cells[agency, sheet][row - 1]
        cells[place] = replace(cells[place], value=value)

    def append(self, agency: str, sheet: str, values: Mapping[str, Any]) -> int:
        """Add a row below the last and give its number."""
        keys = self._keys(agency, sheet)
        looks = self._cells[agency, sheet][-1]
        self._cells[agency, sheet].append(
            [GridCell(values.get(key), look.style) for key, look in zip(keys, looks, strict=True)]
        )
        number = len(self._cells[agency, sheet])
        self.keep(agency, sheet, number)
        return number

    def remove_rows(self, agency: str, sheet: str) -> None:
        """Take away every data row."""
        del self._cells[agency, sheet][FIRST_ROW - 1 :]

    def add_column(self, agency: str, sheet: str, header: str) -> str:
        """Add an empty column that the schema does not know, and give the address of its header."""
        letters = column_letters(len(self._keys(agency, sheet)) + 1)
        for number, row in enumerate(self._cells[agency, sheet]):
            row.append(GridCell(header if number < FIRST_ROW - 1 else None))
        return f"{letters}{FIRST_ROW - 1}"

    def drop_column(self, agency: str, sheet: str, column: str) -> None:
        """Take a column away, header and all."""
        place = self._keys(agency, sheet).index(column)
        for row in self._cells[agency, sheet]:
            del row[place]

    def shape(self, agency: str, sheet: str, **changes: Any) -> None:
        """Change how a sheet is laid out: `merged`, `hidden_rows`."""
        self._changes.setdefault((agency, sheet), {}).update(changes)

    def address(self, agency: str, sheet: str, row: int, column: str) -> str:
        """The A1 address of a cell."""
        return f"{column_letters(self._keys(agency, sheet).index(column) + 1)}{row}"

    def expect(self, rule: str, agency: str, sheet: str, *, cell: str = "") -> None:
        """Note what should be found; an empty cell stands for the whole sheet."""
        tab = self._tab(agency, sheet) if sheet else ""
        self.expected.append({"file": self._grids[agency].file, "sheet": tab, "cell": cell, "rule": rule})

    def plant(self, rule: str, agency: str, sheet: str, *, row: int, column: str, value: Any) -> None:
        """Write a wrong value into a cell, and expect the finding there."""
        self.put(agency, sheet, row, column, value)
        self.blame(rule, agency, sheet, row=row, column=column)

    def blame(self, rule: str, agency: str, sheet: str, *, row: int, column: str) -> None:
        """Expect a finding at a cell."""
        self.expect(rule, agency, sheet, cell=self.address(agency, sheet, row, column))

    def sheet(self, agency: str, sheet: str) -> "Page":
        """One sheet, for faults that stay on it."""
        return Page(self, agency, sheet)

    def workbooks(self) -> tuple[WorkbookGrid, ...]:
        """The altered collection."""
        return tuple(
            replace(
                grid,
                sheets=tuple(
                    self._sheet(agency, name, sheet)
                    for name, sheet in zip(self._names[agency], grid.sheets, strict=True)
                ),
            )
            for agency, grid in self._grids.items()
        )

    def _sheet(self, agency: str, name: str, sheet: SheetGrid) -> SheetGrid:
        rows = tuple(tuple(row) for row in self._cells[agency, name])
        return replace(sheet, rows=rows, **self._changes.get((agency, name), {}))

    def _tab(self, agency: str, sheet: str) -> str:
        return self._grids[agency].sheets[self._names[agency].index(sheet)].name

    def _keys(self, agency: str, sheet: str) -> list[str]:
        return [str(cell.value) for cell in self._cells[agency, sheet][_KEYS]]


class Page:
    """One sheet of a workbook on the desk."""

    def __init__(self, desk: Desk, agency: str, name: str) -> None:
        self._desk = desk
        self._agency = agency
        self._name = name

    @property
    def rows(self) -> dict[int, Mapping[str, Any]]:
        """Excel row -> machine key -> value, filled or not."""
        return self._desk.rows(self._agency, self._name)

    def pick(self, wanted: Callable[[Mapping[str, Any]], bool] | None = None) -> int:
        """The first row that no fault has yet and that is as wanted."""
        return self._desk.pick(self._agency, self._name, wanted)

    def put(self, row: int, **values: Any) -> None:
        """Write other values into cells of a row."""
        for column, value in values.items():
            self._desk.put(self._agency, self._name, row, column, value)

    def append(self, **values: Any) -> int:
        """Add a row below the last and give its number."""
        return self._desk.append(self._agency, self._name, values)

    def blame(self, rule: str, row: int, column: str) -> None:
        """Expect a finding at a cell."""
        self._desk.blame(rule, self._agency, self._name, row=row, column=column)

    def plant(
        self, rule: str, column: str, value: Any, wanted: Callable[[Mapping[str, Any]], bool] | None = None
    ) -> int:
        """Write a wrong value into a cell of the first row that is as wanted, and expect the finding there."""
        row = self.pick(wanted)
        self._desk.plant(rule, self._agency, self._name, row=row, column=column, value=value)
        return row
