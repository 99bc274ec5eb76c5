"""Workbooks as they are found, written down as cells: row number -> values."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import polars as pl

from atstats.frames import VALUE_KINDS, Fact, RawSheet, RawWorkbook, WorkbookGrid

LETTERS = [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *(first + last for first in "ABCD" for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")]


class Error:
    """A cell that shows an error of Excel."""


class NoValue:
    """A formula without a stored result."""


def tab(name: str, rows: Mapping[int, Sequence[Any]]) -> RawSheet:
    """A sheet with these cells in these Excel rows, from column A on."""
    width = max((len(cells) for cells in rows.values()), default=0)
    described = [[_cell(value) for value in [*cells, *[None] * (width - len(cells))]] for cells in rows.values()]
    numbers = pl.Series("row", list(rows), dtype=pl.UInt32)
    frames = [
        pl.DataFrame(
            {LETTERS[place]: [cells[place][part] for cells in described] for place in range(width)},
            schema=dict.fromkeys(LETTERS[:width], kind),
        ).insert_column(0, numbers)
        for part, kind in ((1, pl.String), (0, VALUE_KINDS))
    ]
    return RawSheet(name, *frames)


def _cell(value: Any) -> tuple[str, str | None]:
    match value:
        case None:
            return "blank", None
        case Error():
            return "error", None
        case NoValue():
            return "no_value", None
        case bool():
            return "boolean", str(value).upper()
        case datetime():
            return "datetime", value.isoformat(timespec="seconds")
        case date():
            return "date", value.isoformat()
        case int() | float():
            return "number", f"{value:.15g}" if isinstance(value, float) else str(value)
        case _:
            return "text", str(value)


def meta(agency: str = "NATHB", **changes: Any) -> RawSheet:
    """A valid sheet meta, changed here and there; a value of None leaves the cell blank."""
    values: dict[str, Any] = {
        "schema_version": "2", "agency_code": agency, "unit_code": None, "reference_year": 2025,
        "period_from": date(2025, 1, 1), "period_to": date(2025, 12, 31), "submission_type": "FIRST", "revision_no": 1,
        "replaces_revision": None, "nil_return": "NO", "prepared_by": "Registrar", "prepared_on": date(2026, 2, 1),
        "approved_by": "Head", "language": "SQ", "comment": None,
    }  # fmt: skip
    values |= changes
    return tab("meta", {2: list(values), 3: list(values.values())})


def trainings(*rows: Mapping[str, Any], name: str = "trainings", first_row: int = 3) -> RawSheet:
    """The sheet trainings, one valid row for each change."""
    base: dict[str, Any] = {
        "id": "T1", "title": "Interviewing children", "topic": "CHILD", "date_from": date(2025, 3, 10),
        "date_to": date(2025, 3, 12), "hours": 18, "organiser": "NATHB", "funder": "STATE", "audience": "POLICE",
        "participants_f": 8, "participants_m": 12, "trainers_national_pool": "YES", "pre_test": 55.5, "post_test": 80,
        "municipality": "19",
    }  # fmt: skip
    data = {number: list({**base, **row}.values()) for number, row in enumerate(rows, start=first_row)}
    return tab(name, {first_row - 1: list(base), **data})


def awareness(*rows: Mapping[str, Any]) -> RawSheet:
    """The sheet awareness, one valid row for each change."""
    base: dict[str, Any] = {
        "id": "A1", "type": "LECTURE", "date": date(2025, 5, 5), "target": "YOUTH", "reach_direct": 120,
        "reach_online": None, "materials_n": None, "languages": None, "cost_eur": None, "funder": None,
        "municipality": None,
    }  # fmt: skip
    return tab("awareness", {2: list(base), **{3 + n: list({**base, **row}.values()) for n, row in enumerate(rows)}})


def book(
    *tabs: RawSheet, file: str = "NATHB_2025.xlsx", sha256: str | None = None, facts: Sequence[Fact] = ()
) -> RawWorkbook:
    """A workbook of these sheets; its hash is its name unless given."""
    return RawWorkbook(file, sha256 or file, tuple(tabs), tuple(facts))


def found(grid: WorkbookGrid) -> RawWorkbook:
    """A workbook that was laid out, as the reader would find it."""
    tabs, facts = [], [Fact("date_1904")] if grid.date_1904 else []
    for sheet in grid.sheets:
        cells = {number: [cell.value for cell in row] for number, row in enumerate(sheet.rows, start=1)}
        rows = {number: values for number, values in cells.items() if any(value is not None for value in values)}
        tabs.append(tab(sheet.name, rows))
        facts += [Fact("merged", sheet.name, where) for where in sheet.merged]
        facts += [Fact("hidden_column", sheet.name, letters) for letters in sheet.hidden_columns]
        facts += [Fact("hidden_row", sheet.name, str(number)) for number in sheet.hidden_rows]
    return RawWorkbook(grid.file, grid.file, tuple(tabs), tuple(facts))
