"""The form of a submission, beside what it says: spellings, nil returns, revisions, late drafts.

Registrars type a label where a code is asked for, an agency without cases sends its sheet `meta`
alone, and who finds a mistake sends the workbook again with a higher number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from atstats.frames import WorkbookGrid
from atstats.schema import Schema
from atstats.simulation.layout import Row, Submitted, lay_out

__all__ = ["bare", "nil_return", "spelt", "with_meta"]

_YES_NO = {"HHC": {"YES": "Po", "NO": "Jo"}, "VAAO": {"YES": "Da", "NO": "Ne"}}
"""Who writes yes and no in words (K28 in its harmless form)."""
_PLACES = {"HHC": {"03": "Drenas", "24": "Therandë"}, "PVPT": {"03": "Drenas", "24": "Therandë"}}
"""Who writes a municipality by its other name (K31)."""
_META, _KEYS = "meta", 1


def spelt(submitted: Submitted, *, schema: Schema) -> Submitted:
    """The rows of an agency as its registrar types them, and an empty list for each sheet that has none."""
    workbook = schema.workbooks[submitted.workbook]
    sheets: dict[str, Sequence[Row]] = {}
    for sheet in workbook.sheets:
        if sheet.name == _META:
            continue
        spellings = {
            column.name: words
            for column in sheet.columns
            for words in (_words(submitted.agency, column.codes),)
            if words
        }
        rows = submitted.sheets.get(sheet.name, ())
        sheets[sheet.name] = [replace(row, values=_typed(row.values, spellings)) for row in rows] if spellings else rows
    return replace(submitted, sheets=sheets)


def _words(agency: str, codes: str) -> Mapping[str, str]:
    return {"yesno": _YES_NO, "municipality": _PLACES}.get(codes, {}).get(agency, {})


def _typed(values: Mapping[str, Any], spellings: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    return {
        name: spellings[name].get(value, value) if name in spellings and isinstance(value, str) else value
        for name, value in values.items()
    }


def nil_return(agency: str, workbook: str, *, year: int, schema: Schema) -> WorkbookGrid:
    """A workbook that states that there was nothing to report: the sheet `meta`, without drop-downs."""
    nothing: dict[str, Sequence[Row]] = {sheet.name: () for sheet in schema.workbooks[workbook].sheets}
    grid, _ = lay_out(Submitted(agency, workbook, "sq", nothing), year=year, schema=schema)
    return bare(replace(grid, sheets=tuple(sheet for sheet in grid.sheets if sheet.name == _META)))


def bare(grid: WorkbookGrid) -> WorkbookGrid:
    """A workbook without drop-downs and notes, as small as it can be."""
    sheets = tuple(
        replace(
            sheet,
            rows=tuple(tuple(replace(cell, note="") if cell.note else cell for cell in row) for row in sheet.rows),
            dropdowns={},
        )
        for sheet in grid.sheets
    )
    return replace(grid, sheets=sheets, choices={})


def with_meta(grid: WorkbookGrid, **given: str | int | date) -> WorkbookGrid:
    """A workbook whose sheet `meta` says otherwise in these columns."""
    sheets = []
    for sheet in grid.sheets:
        if sheet.name == _META:
            keys = [str(cell.value) for cell in sheet.rows[_KEYS]]
            *heads, data = sheet.rows
            cells = tuple(
                replace(cell, value=given[key]) if key in given else cell for key, cell in zip(keys, data, strict=True)
            )
            sheet = replace(sheet, rows=(*heads, cells))
        sheets.append(sheet)
    return replace(grid, sheets=tuple(sheets))
