"""Workbooks with planted faults, and the findings that a validator should make, cell by cell.

A correct collection is altered one cell at a time, each fault in a row of its own, so that each
breaks one rule at one place. Nothing here knows how the rules are carried out: what is expected
follows from what each rule says.
"""

from dataclasses import dataclass, replace
from datetime import date

from atstats.frames import GridCell, WorkbookGrid, column_letters
from atstats.schema import Schema
from atstats.simulation.desk import Desk
from atstats.simulation.faults_justice import plant_in_justice
from atstats.simulation.faults_services import plant_in_services
from atstats.simulation.faults_victims import plant_in_victims
from atstats.simulation.forms import bare
from atstats.simulation.layout import FIRST_ROW
from atstats.simulation.sample import simulate

__all__ = ["Planted", "faulty"]

_N_PERSONS = 70
"""So that every fault finds a row that can carry it."""
_TITLE_ROWS = 2


@dataclass(frozen=True, slots=True)
class Planted:
    """Workbooks with faults, and where each fault should be found."""

    workbooks: tuple[WorkbookGrid, ...]
    expected: tuple[dict[str, str], ...]
    """file, sheet (name on the tab), cell (A1; empty for a whole sheet) and rule, sorted."""
    agencies: str = ""
    """The collection's own `agencies.toml`."""


def faulty(*, seed: int, year: int, schema: Schema) -> Planted:
    """A collection in which about a hundred faults were planted; the same arguments give the same faults.

    Args:
        seed: of the correct collection that is altered.
        year: the reference year.
        schema: the columns and codes that the workbooks have.
    """
    made = simulate(n_persons=_N_PERSONS, seed=seed, year=year, schema=schema)
    desk = Desk(made.workbooks, schema=schema)
    plant_in_victims(desk, year=year)
    plant_in_justice(desk, year=year)
    plant_in_services(desk, year=year, schema=schema)
    _forms(desk, year=year)
    workbooks = []
    for grid in desk.workbooks():
        plain = bare(grid)
        workbooks.append(_messy(plain, desk, year=year) if grid.file.startswith("ATK_") else plain)
    expected = sorted(desk.expected, key=lambda each: (each["file"], each["sheet"], each["cell"], each["rule"]))
    return Planted(tuple(workbooks), tuple(expected), made.agencies)


def _forms(desk: Desk, *, year: int) -> None:
    day = desk.value("KJC", "meta", FIRST_ROW, "period_from")
    desk.plant("META-02", "KJC", "meta", row=FIRST_ROW, column="period_from", value=day.replace(year=year - 1))
    desk.plant("META-03", "ISF", "meta", row=FIRST_ROW, column="nil_return", value="YES")
    desk.remove_rows("VAAO", "meta")
    desk.expect("META-01", "VAAO", "meta")
    form = desk.sheet("SP", "meta")
    form.put(FIRST_ROW, submission_type="REVISED", revision_no=3, replaces_revision=1)
    form.blame("META-04", FIRST_ROW, "revision_no")


def _messy(grid: WorkbookGrid, desk: Desk, *, year: int) -> WorkbookGrid:
    """K28: a title over the table, labels alone, days of two digits, spaces, a hidden column."""
    sheets = []
    for sheet in grid.sheets:
        if sheet.name == "inspections":
            labels, keys, *data = sheet.rows
            names = [str(cell.value) for cell in keys]
            dated, hidden = names.index("date"), names.index("workers_foreign")
            title = (GridCell(f"SAMPLE inspektimet e përbashkëta {year}", "title"),)
            rows = [title, *[()] * (_TITLE_ROWS - 1), labels, *(_typed(row, dated) for row in data)]
            header, letters = _TITLE_ROWS + 1, column_letters(hidden + 1)
            place = {"file": grid.file, "sheet": sheet.name}
            desk.expected += [
                {**place, "cell": f"{column_letters(dated + 1)}{row}", "rule": "META-09"}
                for row in range(header + 1, header + 1 + len(data))
            ]
            desk.expected.append({**place, "cell": f"{letters}{header}", "rule": "META-08"})
            sheet = replace(
                sheet, rows=tuple(rows), merged=("A1:F1",), hidden_columns=(letters,), first_data_row=header + 1
            )
        sheets.append(sheet)
    return replace(grid, sheets=tuple(sheets))


def _typed(row: tuple[GridCell, ...], dated: int) -> tuple[GridCell, ...]:
    """A row with its day written as text of two digits, and a space after every other text."""
    cells = []
    for place, cell in enumerate(row):
        value = cell.value
        if place == dated and isinstance(value, date):
            cells.append(GridCell(value.strftime("%d.%m.%y"), "text"))
        else:
            cells.append(replace(cell, value=f"{value} ") if isinstance(value, str) else cell)
    return tuple(cells)
