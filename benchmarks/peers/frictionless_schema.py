"""Peer: frictionless, with the columns as its Table Schema and the rules of a row as one check of its own."""

import json
import sys
from pathlib import Path
from typing import Any

import attrs
from frictionless import Check, Checklist, Detector, Dialect, Resource, Schema, errors, formats
from openpyxl.utils import get_column_letter
from row_rules import KEY, broken


@attrs.define(kw_only=True, repr=False)
class RowRules(Check):
    """The rules of one row."""

    Errors = [errors.CellError]  # noqa: RUF012

    def validate_row(self, row: Any) -> Any:
        """One error for each cell to blame."""
        for name in broken(row):
            yield errors.CellError.from_row(row, note="rule", field_name=name)


def main(workbook: str, checks: str) -> None:
    """Print the wrong cells."""
    columns = json.loads(Path(checks).read_text())
    letters = {each["name"]: get_column_letter(place) for place, each in enumerate(columns, start=1)}
    resource = Resource(
        path=Path(workbook).name,
        basepath=str(Path(workbook).parent),
        schema=Schema.from_descriptor({"fields": [_field(each) for each in columns], "primaryKey": list(KEY)}),
        dialect=Dialect(controls=[formats.ExcelControl(sheet="permits")]),
        detector=Detector(field_missing_values=[""]),
    )
    report = resource.validate(Checklist(checks=[RowRules()]), limit_errors=10_000_000)
    wrong = set()
    for error in report.tasks[0].errors:
        name = getattr(error, "field_name", None) or (KEY[0] if error.type == "primary-key" else None)
        if name is not None and getattr(error, "row_number", None):
            wrong.add(f"{letters[name]}{error.row_number}")
    json.dump(sorted(wrong), sys.stdout)


def _field(column: dict[str, Any]) -> dict[str, Any]:
    constraints = {"required": column["required"]}
    if column["codes"]:
        constraints["enum"] = column["codes"]
    for key in ("minimum", "maximum"):
        if column[key] is not None:
            constraints[key] = int(column[key])
    return {"name": column["name"], "type": column["type"], "constraints": constraints}


if __name__ == "__main__":
    main(*sys.argv[1:])
