"""Peer: openpyxl in read-only mode, and a loop in Python over rows and cells."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from row_rules import KEY, broken


def main(workbook: str, checks: str) -> None:
    """Print the wrong cells."""
    columns = json.loads(Path(checks).read_text())
    for each in columns:
        each["codes"] = set(each["codes"]) if each["codes"] else None
    names = [each["name"] for each in columns]
    letters = {name: get_column_letter(place) for place, name in enumerate(names, start=1)}
    wrong: list[str] = []
    seen: set[tuple[Any, ...]] = set()
    rows = load_workbook(workbook, read_only=True, data_only=True)["permits"].iter_rows(min_row=2)
    for number, cells in enumerate(rows, start=2):
        row: dict[str, Any] = {}
        for column, cell in zip(columns, cells, strict=False):
            value, good = _checked(cell, column)
            row[column["name"]] = value if good else None
            if not good:
                wrong.append(f"{letters[column['name']]}{number}")
        row |= {name: None for name in names if name not in row}
        wrong += [f"{letters[name]}{number}" for name in broken(row)]
        key = tuple(row[name] for name in KEY)
        if None not in key:
            if key in seen:
                wrong.append(f"{letters[KEY[0]]}{number}")
            seen.add(key)
    json.dump(sorted(set(wrong)), sys.stdout)


def _checked(cell: Any, column: dict[str, Any]) -> tuple[Any, bool]:
    value = cell.value
    if cell.data_type == "e":
        return None, False
    if value is None:
        return None, not column["required"]
    if column["type"] == "date":
        return value, isinstance(value, datetime)
    if column["type"] == "integer":
        number = isinstance(value, int)
        return value, number and column["minimum"] <= value <= column["maximum"]
    return value, isinstance(value, str) and (column["codes"] is None or value in column["codes"])


if __name__ == "__main__":
    main(*sys.argv[1:])
