"""Records become the cells of a workbook, column by column as the schema says.

A record is a row without its place: machine key -> value, several codes as a tuple. What the
schema does not ask for is left out; a required column that nobody filled is filled with the
most cautious value of its type, so that a changed schema does not break the sample.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from atstats.frames import SheetGrid, WorkbookGrid
from atstats.schema import Column, Schema, Sheet, choices, dropdown_texts, sheet_grid
from atstats.vocabulary import UNKNOWN

__all__ = ["FIRST_ROW", "Row", "Submitted", "lay_out"]

FIRST_ROW = 3
"""Excel's number of the first data row: row 1 has the labels, row 2 the machine keys."""

_TITLE = "SAMPLE: every person and figure is made up"


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a sheet, and the true person behind it ("" where a row is about no person)."""

    values: Mapping[str, Any]
    true_person: str = ""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What one agency sends: its rows by sheet key, and how its workbook looks."""

    agency: str
    workbook: str
    language: str
    """sq, sr or en: the language of the label row."""
    sheets: Mapping[str, Sequence[Row]]
    tabs: Mapping[str, str] = field(default_factory=dict)
    """Sheet key -> name on the tab, where it is not the key."""


def lay_out(submitted: Submitted, *, year: int, schema: Schema) -> tuple[WorkbookGrid, list[tuple[str, str, int, str]]]:
    """One workbook as a grid, and the true person behind each of its rows.

    Returns:
        The grid, and (file name, sheet key, Excel row, true person) for each row about a person.
    """
    file = f"{submitted.agency}_{year}.xlsx"
    grids: list[SheetGrid] = []
    truth: list[tuple[str, str, int, str]] = []
    workbook = schema.workbooks[submitted.workbook]
    offered = dropdown_texts(workbook, schema=schema, language=submitted.language, year=year)
    for sheet in workbook.sheets:
        rows = [_meta(submitted, year=year, schema=schema)] if sheet.name == "meta" else submitted.sheets[sheet.name]
        tab = submitted.tabs.get(sheet.name, sheet.name)
        grids.append(
            sheet_grid(
                sheet,
                [_complete(sheet, row, schema=schema, year=year) for row in rows],
                tab=tab,
                languages=(submitted.language,),
                note=lambda column: column.note,
                offered=offered,
            )
        )
        truth += [
            (file, sheet.name, number, row.true_person)
            for number, row in enumerate(rows, start=FIRST_ROW)
            if row.true_person
        ]
    properties = {
        "title": f"SAMPLE {submitted.agency} {year}",
        "subject": _TITLE,
        "keywords": "SAMPLE",
        "category": "SAMPLE",
        "description": f"{_TITLE}. Made by atstats simulate.",
    }
    return WorkbookGrid(file, tuple(grids), properties, choices(offered)), truth


def _meta(submitted: Submitted, *, year: int, schema: Schema) -> Row:
    empty = not any(submitted.sheets.values())
    return Row(
        {
            "schema_version": schema.workbooks[submitted.workbook].version,
            "agency_code": submitted.agency,
            "reference_year": year,
            "period_from": date(year, 1, 1),
            "period_to": date(year, 12, 31),
            "submission_type": "FIRST",
            "revision_no": 1,
            "nil_return": "YES" if empty else "NO",
            "prepared_by": "SAMPLE registrar",
            "prepared_on": date(year + 1, 2, 16),
            "approved_by": "SAMPLE head of unit",
            "language": submitted.language.upper(),
            "comment": "SAMPLE: made up",
        }
    )


def _complete(sheet: Sheet, row: Row, *, schema: Schema, year: int) -> dict[str, Any]:
    missed = [column for column in sheet.columns if column.required and row.values.get(column.name) is None]
    return {**row.values, **{column.name: _cautious(column, schema=schema, year=year) for column in missed}}


def _cautious(column: Column, *, schema: Schema, year: int) -> str | int | date:
    if column.type == "date":
        return date(year, 12, 31)
    if column.type in ("integer", "decimal"):
        return int(column.minimum or 0)
    if column.type == "text":
        return "SAMPLE"
    codes = schema.codelists[column.codes].all_codes()
    return UNKNOWN if UNKNOWN in codes else codes[0]
