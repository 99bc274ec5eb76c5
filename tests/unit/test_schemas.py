"""The schemas that ship with atstats hold together."""

from pathlib import Path

import pytest

from atstats.schema import Schema, load


@pytest.fixture(scope="module")
def schema(root: Path) -> Schema:
    """The schemas of the checkout."""
    return load(root / "schemas")


def test_no_sheet_without_a_column_that_names_its_rows(schema: Schema) -> None:
    """A waiver, a revision and a person's record are found again by the key of the row."""
    assert all(sheet.key for sheet in schema.sheets() if sheet.name != "meta")


def test_a_centre_for_social_work_is_shown_with_all_others(schema: Schema) -> None:
    """Tables have one line for the thirty-eight centres; each sends for itself."""
    assert [code for code in schema.codelists["submitter"].all_codes() if code.startswith("CSW")] == ["CSW"]
    assert schema.codelists["agency"].crosswalk("shown_as")["CSW_19"] == "CSW"
    assert schema.agencies["CSW_19"].expected_in(2025)


def test_an_agency_is_expected_while_it_exists_and_each_unit_of_one_that_sends_by_unit(schema: Schema) -> None:
    """A grantee of an ended scheme is not missed, and one that sends now and then is not either."""
    everybody = {(code, "") for code in schema.agencies}
    assert list(schema.missing_senders(2025, came=everybody)) == []
    assert ("KP_THB", "") in schema.missing_senders(2025, came=everybody - {("KP_THB", "")})
    assert not schema.agencies["NGO_ARTPOLIS"].expected_in(2025)
    assert not schema.agencies["NGO_OTHER"].expected_in(2025)
    by_unit = [unit for agency, unit in schema.units if agency == "KP_THB"]
    came = everybody - {("KP_THB", "")} | {("KP_THB", by_unit[0])}
    assert sorted(schema.missing_senders(2025, came=came)) == [("KP_THB", unit) for unit in sorted(by_unit[1:])]


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


def test_every_rule_gives_its_reason_in_three_languages(schema: Schema) -> None:
    """A registrar who is told what is wrong can read why it is asked."""
    assert [rule.id for rule in schema.rules.values() if len({*rule.reason.all(), ""}) < 4] == []
