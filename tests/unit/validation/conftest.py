"""The schemas of the checkout, the year of the tests, and one call that checks workbooks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from atstats.frames import Checked, RawWorkbook, Run, Unreadable
from atstats.schema import Schema, load
from atstats.validation import check


@pytest.fixture(scope="session")
def schema(root: Path) -> Schema:
    """The schemas that are shipped; of the secretariat's sheets only those that tests fill."""
    shipped = load(root / "schemas")
    kept = {"nathb": ("meta", "trainings", "awareness")}
    fewer = {
        name: replace(workbook, sheets=tuple(sheet for sheet in workbook.sheets if sheet.name in kept[name]))
        for name, workbook in shipped.workbooks.items()
        if name in kept
    }
    return replace(shipped, workbooks={**shipped.workbooks, **fewer})


@pytest.fixture(scope="session")
def run() -> Run:
    """The reference year 2025, read at the end of March 2026."""
    return Run(2025, date(2026, 3, 31), "atstats test")


@pytest.fixture(scope="session")
def checked(schema: Schema, run: Run) -> Callable[..., Checked]:
    """Check workbooks that are not a whole collection."""

    def call(*raw: RawWorkbook | Unreadable, agencies_expected: bool = False) -> Checked:
        return check(list(raw), schema=schema, run=run, agencies_expected=agencies_expected)

    return call
