"""Peer: pandas with calamine, and a pandera schema over the whole frame.

Calamine gives a blank for an error cell (#N/A), so these errors are lost; with `--errors` openpyxl looks for
them, as whoever must not lose any would have to.
"""

import json
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pandera.pandas as pa

KEY = ["local_person_id", "permit", "application_date"]
ODD_NAME = (
    r"[0-9]"  # a digit
    r"|[A-Za-zÀ-ž][\u0400-\u045f]|[\u0400-\u045f][A-Za-zÀ-ž]"  # both scripts in one word
    r"|^(?:Dr|Mr|Mrs|Prof|Znj)[. ]"  # a title
)


def main(workbook: str, checks: str, *options: str) -> None:
    """Print the wrong cells."""
    columns = json.loads(Path(checks).read_text())
    names = [each["name"] for each in columns]
    frame = pd.read_excel(workbook, sheet_name="permits", engine="calamine", dtype=object)
    typed, wrong = _typed(frame, columns)
    schema = pa.DataFrameSchema({each["name"]: _column(each) for each in columns})
    try:
        schema.validate(typed, lazy=True)
    except pa.errors.SchemaErrors as failed:
        cases = failed.failure_cases
        wrong |= set(zip(cases["column"], cases["index"], strict=True))
    for name, mask in _rules(typed):
        wrong |= {(name, row) for row in typed.index[mask.fillna(False).astype(bool)]}
    if "--errors" in options:
        wrong |= _error_cells(workbook, names)
    letters = {name: _letters(place) for place, name in enumerate(names, start=1)}
    json.dump(sorted({f"{letters[name]}{int(row) + 2}" for name, row in wrong}), sys.stdout)


def _error_cells(workbook: str, names: list[str]) -> set[tuple[str, int]]:
    """Column and row (from 0) of the cells that hold an error."""
    sheet = openpyxl.load_workbook(workbook, read_only=True, data_only=True)["permits"]
    return {
        (names[cell.column - 1], cell.row - 2)
        for row in sheet.iter_rows(min_row=2)
        for cell in row
        if cell.data_type == "e"
    }


def _typed(frame: pd.DataFrame, columns: list[dict[str, Any]]) -> tuple[pd.DataFrame, set[tuple[str, int]]]:
    """The columns in their types, and the cells that would not go into them."""
    wrong: set[tuple[str, int]] = set()
    typed = {}
    for column in columns:
        name, cells = column["name"], frame[column["name"]]
        if column["type"] == "date":
            typed[name] = pd.to_datetime(
                cells.where(cells.map(lambda value: not isinstance(value, str))), errors="coerce"
            )
        elif column["type"] == "integer":
            typed[name] = pd.to_numeric(cells, errors="coerce")
        else:
            typed[name] = cells
        wrong |= {(name, row) for row in frame.index[cells.notna() & typed[name].isna()]}
    return pd.DataFrame(typed), wrong


def _column(column: dict[str, Any]) -> pa.Column:
    checks = []
    if column["codes"]:
        checks.append(pa.Check.isin(column["codes"]))
    if column["minimum"] is not None:
        checks.append(pa.Check.in_range(column["minimum"], column["maximum"]))
    return pa.Column(None, checks, nullable=not column["required"])


def _rules(frame: pd.DataFrame) -> Any:
    """(column to blame, the rows in which it is)"""
    born, applied, age = frame["birth_date"], frame["application_date"], frame["age_at_registration"]
    yield "personal_no", (frame["citizenship_1"] == "XK") & ~frame["personal_no"].str.fullmatch(r"[0-9]{10}", na=True)
    for column in ("first_name", "last_name"):
        yield column, frame[column].str.contains(ODD_NAME, na=False)
    unknown = frame["birth_date_precision"] == "UNK"
    yield "birth_date", unknown & born.notna()
    yield "age_at_registration", unknown & age.isna()
    yield "birth_date", (frame["birth_date_precision"] == "D") & (born.dt.day == 1) & born.dt.month.isin([1, 7])
    before = (applied.dt.month * 100 + applied.dt.day) < (born.dt.month * 100 + born.dt.day)
    years = applied.dt.year - born.dt.year - before
    yield "birth_date", years.notna() & ~years.between(0, 110)
    yield "age_at_registration", (years - age).abs() > 1
    yield "stateless", (frame["stateless"] == "YES") & ~frame["citizenship_1"].isin(["XX", "ZZ"])
    yield "local_person_id", frame.duplicated(KEY) & frame[KEY].notna().all(axis=1)


def _letters(number: int) -> str:
    return chr(64 + number)


if __name__ == "__main__":
    main(*sys.argv[1:])
