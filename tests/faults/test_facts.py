"""What the structure of a workbook tells becomes findings that a registrar understands."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from atstats.frames import Fact, Finding, RawWorkbook, Run, column_letters
from atstats.schema import Schema, load, render_finding
from atstats.validation import check
from atstats.workbook import read_workbooks

_FILE = "ISF_2025.xlsx"


@pytest.fixture(scope="module")
def schema(root: Path) -> Schema:
    """The schemas that are shipped."""
    return load(root / "schemas")


@pytest.fixture(scope="module")
def sound(root: Path) -> RawWorkbook:
    """A submission of the sample without a finding about its form."""
    (read,) = read_workbooks([root / "sample_data" / "2025" / "submissions" / _FILE])
    assert isinstance(read, RawWorkbook)
    return read


def _told(raw: RawWorkbook, facts: Sequence[Fact], schema: Schema) -> list[Finding]:
    run = Run(2025, date(2026, 3, 31), "atstats test")
    checked = check([replace(raw, facts=tuple(facts))], schema=schema, run=run, agencies_expected=False)
    found = [Finding(**row) for row in checked.findings.iter_rows(named=True)]
    return [each for each in found if each.rule in ("META-08", "META-09")]


def test_each_fact_is_told_once_with_its_weight(sound: RawWorkbook, schema: Schema) -> None:
    """A warning where something may be lost or hidden, a note where all was read; strict workbooks are like others."""
    tab, rows = next((sheet.name, sheet.values["row"].to_list()) for sheet in sound.sheets if sheet.values.height > 9)
    last = rows[-1]
    facts = [
        Fact("strict"),
        Fact("external_link"),
        Fact("dde"),
        Fact("macro"),
        Fact("date_1904"),
        Fact("very_hidden_sheet", tab),
        Fact("beyond_dimension", tab, "A1:B3"),
        Fact("formula", tab, f"B{last}"),
        Fact("hidden_row", tab, str(last)),
        Fact("hidden_row", tab, f"{last - 3}:{last - 2}"),
        Fact("hidden_row", tab, f"{last + 1}:{last + 900}"),
    ]

    told = _told(sound, facts, schema)

    assert sorted((each.sheet, each.cell, each.detail, each.note, each.severity) for each in told) == sorted(
        [
            ("", "", "external_link", "", "warning"),
            ("", "", "dde", "", "warning"),
            ("", "", "macro", "", "warning"),
            ("", "", "date_1904", "", "warning"),
            (tab, "", "very_hidden_sheet", "", "warning"),
            (tab, "", "beyond_dimension", "", "info"),
            (tab, f"B{last}", "formula", "", "info"),
            (tab, f"A{last}", "hidden_row", "", "warning"),
            (tab, f"A{last - 3}", "hidden_rows", f"{last - 3}:{last - 2}", "warning"),
        ]
    )
    for each in told:
        for language in ("en", "sq", "sr"):
            message, hint = render_finding(each, schema=schema, language=language)
            assert message.endswith(".")
            assert hint.endswith(".")
            assert "{" not in message + hint


def test_thousands_of_facts_are_told_in_a_moment(sound: RawWorkbook, schema: Schema) -> None:
    """The most that a scan gives for one sheet; the cells concerned are looked up, not searched."""
    tab = next(sheet.name for sheet in sound.sheets if sheet.values.height > 9)
    facts = [Fact("merged", tab, f"{column_letters(number)}1:XFD200000") for number in range(1, 2_001)]
    begun = time.monotonic()

    assert len(_told(sound, facts, schema)) == 2_000
    assert time.monotonic() - begun < 10
