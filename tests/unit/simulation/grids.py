"""The rows of laid-out workbooks as dictionaries, for tests that look at what was written."""

import re
from collections.abc import Mapping
from typing import Any

from atstats.frames import WorkbookGrid
from atstats.schema import Schema
from atstats.simulation.register import workbook_of

Records = dict[tuple[str, str], dict[int, Mapping[str, Any]]]
"""(file, sheet key) -> Excel row -> machine key -> value of the cells that are filled."""


def agency_of(file: str) -> str:
    """ "CSW_19_2024_r2.xlsx" -> "CSW_19"."""
    return re.sub(r"_\d{4}(_r\d)?\.xlsx$", "", file)


def records_of(workbooks: tuple[WorkbookGrid, ...], schema: Schema) -> Records:
    """The rows of workbooks that keep labels in row 1, keys in row 2 and data from row 3; nil returns have none."""
    found: Records = {}
    for grid in workbooks:
        sheets = schema.workbooks[workbook_of(agency_of(grid.file), schema)].sheets
        for sheet, made in zip(sheets, grid.sheets, strict=len(grid.sheets) > 1):
            keys = [str(cell.value) for cell in made.rows[1]]
            found[grid.file, sheet.name] = {
                number: {key: cell.value for key, cell in zip(keys, row, strict=True) if cell.value is not None}
                for number, row in enumerate(made.rows[2:], start=3)
            }
    return found
