"""The findings as CSV: one row = one finding, the columns of the JSON document."""

import csv
import io
from typing import Any

from atstats.frames import Checked, Run
from atstats.schema import Schema
from atstats.validation.document import findings_json

__all__ = ["COLUMNS", "findings_csv", "guarded"]

COLUMNS = (
    "file", "sheet", "cell", "row", "column", "rule", "severity", "message", "hint", "others", "fingerprint", "waived",
)  # fmt: skip
"""In this order; `others` has its cells divided by "; ", `waived` is true or false, no row is blank."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def findings_csv(checked: Checked, *, schema: Schema, run: Run, language: str) -> bytes:
    """Every finding in UTF-8, with a header, and an apostrophe before what a spreadsheet would calculate.

    Args:
        checked: what was found.
        schema: gives the words.
        run: the reference year and the tool's name.
        language: of messages and hints.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for finding in findings_json(checked, schema=schema, run=run, language=language)["findings"]:
        writer.writerow([_cell(finding[name]) for name in COLUMNS])
    return out.getvalue().encode(errors="backslashreplace")


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return guarded("; ".join(value))
        case _:
            return guarded(str(value))
