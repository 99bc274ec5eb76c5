"""The schemas that ship with atstats hold together."""

from pathlib import Path

import pytest

from atstats.schema import Schema, load


@pytest.fixture(scope="module")
def schema(root: Path) -> Schema:
    """The schemas of the checkout."""
    return load(root / "schemas")


def test_every_agency_that_sends_data_has_its_workbook(schema: Schema) -> None:
    """Seven kinds of workbook, two shelters, and no sheet without a column that names its rows."""
    senders = {agency.code: agency.workbook for agency in schema.agencies.values() if agency.workbook}
    assert senders == {
        "KP_THB": "police",
        "SP": "prosecution",
        "KJC": "court",
        "ISF": "shelter",
        "PVPT": "shelter",
        "CSW_19": "csw",
        "VAAO": "vaao",
        "NATHB": "nathb",
    }
    assert all(sheet.key for sheet in schema.sheets() if sheet.name != "meta")


def test_no_label_of_a_sheet_stands_for_two_columns(schema: Schema) -> None:
    """A header is recognised by any of the three labels, so none may be ambiguous within its sheet."""
    for sheet in schema.sheets():
        named: dict[str, str] = {}
        for column in sheet.columns:
            for text in (column.name, *column.label.all()):
                assert named.setdefault(text.lower(), column.name) == column.name, (sheet.record_type, text)


def test_a_category_has_words_in_every_language(schema: Schema) -> None:
    """Totals and years too."""
    assert schema.code_label("sex", "_T").all() == ("Total", "Gjithsej", "Ukupno")
    assert schema.code_label("body", "PVPT").of("sr").startswith("Centar")
    assert schema.code_label("year", "2019").of("sq") == "2019"


def test_the_sixteen_tables_are_defined(schema: Schema) -> None:
    """Each with a title, a unit, a scope and a source."""
    wanted = "T0.1 T0.2 T1.1 T1.2 T12.1 T14.1 T14.4 T2.1 T2.2 T2.3 T3.1 T6.1 T7.2 T8.1 T9.1 T9.3"
    assert " ".join(sorted(schema.tables)) == wanted
