"""Made-up records as `check` returns them: typed by the real schema, blank where a test says nothing."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from atstats import linkage
from atstats.frames import ADDRESS, Checked, Linked, Run, no_findings
from atstats.schema import Schema, load

TYPES: Mapping[str, Any] = {
    "date": pl.Date,
    "integer": pl.Int64,
    "decimal": pl.Float64,
    "codes": pl.List(pl.String),
}
AGENCY_OF = {
    "police": "KP_THB",
    "prosecution": "SP",
    "court": "KJC",
    "shelter": "ISF",
    "csw": "CSW_19",
    "vaao": "VAAO",
    "nathb": "NATHB",
}
KEY = b"a key of tests"
NO_DECISIONS = pl.DataFrame(schema=dict.fromkeys(("role", "left_key", "right_key", "decision"), pl.String))

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
Link = Callable[..., Linked]
Check = Callable[..., Checked]


@pytest.fixture(scope="session")
def schema(root: Path) -> Schema:
    """The schema that is shipped."""
    return load(root / "schemas")


@pytest.fixture(scope="session")
def check(schema: Schema) -> Check:
    """Makes `Checked` of rows: record type -> column values; `agency`, `unit` and `row` may be given."""

    def make(rows: Rows) -> Checked:
        records = {}
        for sheet in schema.sheets():
            if sheet.name == "meta":
                continue
            columns = {column.name: TYPES.get(column.type, pl.String) for column in sheet.columns}
            lines = [
                _line(sheet.workbook, sheet.name, n, given, columns)
                for n, given in enumerate(rows.get(sheet.record_type, ()), start=3)
            ]
            records[sheet.record_type] = pl.DataFrame(lines, schema={**ADDRESS, **columns}, orient="row")
        return Checked(records, no_findings(), ())

    return make


def _line(workbook: str, sheet: str, n: int, given: Mapping[str, Any], columns: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(given) - set(columns) - {"agency", "unit", "row"}
    assert not unknown, f"{workbook}.{sheet} has no column {unknown}"
    agency = given.get("agency", AGENCY_OF.get(workbook, workbook.upper()))
    own = {name: value for name, value in given.items() if name in columns}
    address = {
        "submission": f"{agency}_2025.xlsx",
        "agency": agency,
        "unit": given.get("unit", ""),
        "sheet": sheet,
        "row": given.get("row", n),
    }
    return {**dict.fromkeys(columns), **own, **address}


@pytest.fixture(scope="session")
def link(schema: Schema, check: Check) -> Link:
    """Links rows, or `Checked`, with the shipped specification."""

    def run(rows: Rows | Checked, *, decisions: pl.DataFrame = NO_DECISIONS, key: bytes = KEY) -> Linked:
        checked = rows if isinstance(rows, Checked) else check(rows)
        the_run = Run(2025, date(2026, 3, 31), "atstats test")
        return linkage.link(checked, schema=schema, run=the_run, key=key, decisions=decisions)

    return run
