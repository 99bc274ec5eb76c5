"""Cells become typed values, or a finding that describes them and never quotes them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from found import Error, NoValue, awareness, book, meta, tab, trainings

from atstats.frames import Checked, Finding
from atstats.schema import Schema, render_finding

Check = Callable[..., Checked]


def one(checked: Check, column: str, value: Any) -> tuple[Any, list[tuple[str, ...]]]:
    """What a cell of the sheet trainings becomes, and the findings in its column."""
    got = checked(book(meta(), trainings({column: value}), awareness({})))
    records = got.records["nathb.trainings"]
    findings = got.findings.filter(got.findings["column"] == column).select("rule", "severity", "detail", "note")
    return (records[column].to_list()[0] if records.height else "rejected"), findings.rows()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(2025, 3, 11), (date(2025, 3, 11), [])),
        (datetime(2025, 3, 11, 9, 30), (date(2025, 3, 11), [])),  # noqa: DTZ001  Excel knows no time zone
        ("2025-03-11", (date(2025, 3, 11), [])),
        (" 2025-03-11\u00a0", (date(2025, 3, 11), [])),
        ("11.03.2025", (date(2025, 3, 11), [("META-09", "warning", "text_date", "")])),
        ("11/3/2025", (date(2025, 3, 11), [("META-09", "warning", "text_date", "")])),
        ("11. 3. 2025.", (date(2025, 3, 11), [("META-09", "warning", "text_date", "")])),
        ("11.03.25", (date(2025, 3, 11), [("META-09", "warning", "short_year", "")])),
        ("31.02.2025", ("rejected", [("TYPE-01", "error", "impossible_day", "31/02")])),
        ("29.02.2025", ("rejected", [("TYPE-01", "error", "impossible_day", "29/02")])),
        ("2025-02-30", ("rejected", [("TYPE-01", "error", "impossible_day", "30/02")])),
        ("12.31.2025", ("rejected", [("TYPE-01", "error", "impossible_month", "31")])),
        ("11.03.1025", ("rejected", [("TYPE-01", "error", "implausible_year", "")])),
        ("in spring", ("rejected", [("TYPE-01", "error", "not_a_date", "")])),
        (45000, ("rejected", [("TYPE-01", "error", "number_for_date", "")])),
        ("UNK", (None, [])),
        ("", ("rejected", [("REQ-01", "error", "white_space", "")])),
        (None, ("rejected", [("REQ-01", "error", "", "")])),
    ],
)
def test_a_date_is_read_day_first_and_every_coercion_is_told(checked: Check, value: Any, expected: Any) -> None:
    """True dates and ISO text pass in silence, other text with a warning, the impossible is described."""
    assert one(checked, "date_to", value) == expected


def test_a_birth_year_of_two_digits_is_of_the_last_century(checked: Check) -> None:
    """31.12.85 is 1985; the century turns a year after the reference year."""
    keys = ["local_person_id", "birth_date"]
    got = checked(book(meta("VAAO"), tab("assisted", {1: keys, 2: ["A", "31.12.85"], 3: ["B", "31.12.09"]})))
    assert got.findings.filter(got.findings["column"] == "birth_date")["detail"].to_list() == ["short_year"] * 2


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("participants_f", 7, (7, [])),
        ("participants_f", "7", (7, [("TYPE-01", "warning", "number_as_text", "")])),
        ("participants_f", 7.5, ("rejected", [("TYPE-01", "error", "not_whole", "")])),
        ("participants_f", "seven", ("rejected", [("TYPE-01", "error", "not_a_number", "")])),
        ("participants_f", "1 000", ("rejected", [("TYPE-01", "error", "not_a_number", "")])),
        ("participants_f", True, ("rejected", [("TYPE-01", "error", "not_a_number", "")])),
        ("participants_f", date(2025, 3, 7), ("rejected", [("TYPE-01", "error", "date_for_number", "")])),
        ("participants_f", -1, ("rejected", [("RANGE-01", "error", "minimum", "0")])),
        ("participants_f", 10001, ("rejected", [("RANGE-01", "error", "maximum", "10000")])),
        ("participants_f", "NA", (None, [])),
        ("pre_test", 66.25, (66.25, [])),
        ("pre_test", "66,25", (66.25, [("TYPE-01", "warning", "number_as_text", "")])),
    ],
)
def test_numbers_are_never_guessed(checked: Check, column: str, value: Any, expected: Any) -> None:
    """Text that is a number is read and told; what is no number, or out of range, is an error."""
    assert one(checked, column, value) == expected


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("title", "  Skënderaj\u200b ", ("Skënderaj", [])),
        ("title", "Ske\u0308nderaj", ("Skënderaj", [])),
        ("title", 2025, ("2025", [])),
        ("title", 1234567890123456, ("1234567890123456", [("TYPE-01", "warning", "digits_lost", "")])),
        ("title", date(2025, 3, 7), ("rejected", [("TYPE-01", "error", "date_for_text", "")])),
        ("id", "UNK", ("rejected", [("REQ-01", "error", "special", "")])),
    ],
)
def test_text_is_trimmed_and_kept_as_typed(checked: Check, column: str, value: Any, expected: Any) -> None:
    """One spelling of accents; a number stays its digits; what Excel has changed is told."""
    assert one(checked, column, value) == expected


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("trainers_national_pool", "po", ("YES", [])),
        ("trainers_national_pool", "Не", ("NO", [])),
        ("trainers_national_pool", False, ("NO", [])),
        ("trainers_national_pool", "unk", ("UNK", [])),
        ("trainers_national_pool", "NA", (None, [])),
        ("trainers_national_pool", "maybe so", ("rejected", [("TYPE-02", "error", "unlisted", "")])),
        ("municipality", 1, ("01", [])),
        ("municipality", "PRISHTINE", ("19", [])),
        ("municipality", "Приштина", ("19", [])),
        ("municipality", "Drenas", ("03", [])),
        ("municipality", "Prishtinna", ("rejected", [("TYPE-02", "error", "near", "19")])),
        ("municipality", "Mitrovicë", (None, [("TYPE-02", "warning", "several_codes", "11, 38")])),
        ("municipality", "Митровица", (None, [("TYPE-02", "warning", "several_codes", "11, 38")])),
        ("municipality", "Mitrovicë e Veriut", ("38", [])),
        ("municipality", "Gjithsej", ("rejected", [("TYPE-02", "error", "unlisted", "")])),
        ("audience", "Police; judge;POLICE", (["POLICE", "JUDGE"], [])),
        ("audience", "policija", (["POLICE"], [])),
        ("audience", "POLICE; JUDJE", ("rejected", [("TYPE-02", "error", "near", "JUDGE")])),
        ("audience", " ; ", ("rejected", [("REQ-01", "error", "white_space", "")])),
    ],
)
def test_codes_are_known_by_code_label_and_alias(checked: Check, column: str, value: Any, expected: Any) -> None:
    """In any language, script and case; the nearest code is suggested for a slip."""
    assert one(checked, column, value) == expected


def test_a_name_of_two_codes_says_which_and_holds_nothing_against_the_row(checked: Check, schema: Schema) -> None:
    """K31: Mitrovicë is two municipalities; the cell is as good as not known, and the submission is accepted."""
    got = checked(book(meta(), trainings({"municipality": "Mitrovicë"}), awareness({})))

    assert [each.status for each in got.submissions] == ["accepted"]
    finding = Finding(**got.findings.row(by_predicate=pl.col("rule") == "TYPE-02", named=True))
    assert render_finding(finding, schema=schema, language="en") == (
        "The name stands for more than one code (11, 38); it was taken as not known.",
        "Choose one of these codes in O3.",
    )


@pytest.mark.parametrize("written", ["02/28/2025", "31.02.2025"])
def test_who_writes_the_month_first_is_told_the_order(checked: Check, schema: Schema, written: str) -> None:
    """A month 28 and a day 31 of February are slips of the same kind."""
    got = checked(book(meta(), trainings({"date_to": written}), awareness({})))
    finding = Finding(**got.findings.row(by_predicate=pl.col("rule") == "TYPE-01", named=True))
    _, hint = render_finding(finding, schema=schema, language="en")
    assert hint == f"Correct the date in {finding.cell}; the order is day, month, year."


def test_the_kinds_of_empty_and_the_disguised_values_are_told_apart(checked: Check, schema: Schema) -> None:
    """An error of Excel, a formula without result, a number and a date typed as text, blank, and white space."""
    cells = {
        "title": Error(),
        "date_from": "11.03.2025",
        "date_to": NoValue(),
        "organiser": None,
        "topic": "  ",
        "participants_f": "7",
    }
    got = checked(book(meta(), trainings(cells), awareness({})))

    told = got.findings.filter(got.findings["column"].is_in(list(cells)))
    assert told.select("column", "rule", "severity", "detail").sort("column").rows() == [
        ("date_from", "META-09", "warning", "text_date"),
        ("date_to", "META-08", "error", "no_value"),
        ("organiser", "REQ-01", "error", ""),
        ("participants_f", "TYPE-01", "warning", "number_as_text"),
        ("title", "META-08", "error", "error_value"),
        ("topic", "REQ-01", "error", "white_space"),
    ]
    sentences = [
        render_finding(Finding(**each), schema=schema, language=language)[0]
        for each in told.iter_rows(named=True)
        for language in ("en", "sq", "sr")
    ]
    assert len(set(sentences)) == 18


def test_a_leading_zero_that_excel_dropped_is_restored_with_a_warning(checked: Check) -> None:
    """A personal number stored as a number of nine digits; as text of nine digits it is wrong."""
    keys = ["local_person_id", "personal_no", "citizenship_1", "birth_date_precision", "sex"]
    rows = {1: keys, 2: ["A", 123456789, "XK", "D", "F"], 3: ["B", "123456789", "XK", "D", "F"]}
    got = checked(book(meta("VAAO"), tab("assisted", rows)))

    found = got.findings.filter(got.findings["rule"] == "ID-02")
    assert found.select("cell", "severity", "detail").rows() == [("B2", "warning", "restored"), ("B3", "error", "")]


def test_a_condition_of_the_schema_asks_for_a_cell(checked: Check) -> None:
    """An age needs its basis: REQ-01 at the cell, or META-07 once where the column is absent."""
    rows = {1: ["local_person_id", "age_at_registration", "age_basis"], 2: ["A", 14, None], 3: ["B", None, None]}
    got = checked(book(meta("VAAO"), tab("assisted", rows)))
    asked = got.findings.filter(got.findings["column"] == "age_basis")
    assert asked.select("cell", "rule", "detail", "others").rows() == [("C2", "REQ-01", "condition", ["B2"])]

    absent = {row: cells[:2] for row, cells in rows.items()}
    got = checked(book(meta("VAAO"), tab("assisted", absent)))
    asked = got.findings.filter(got.findings["column"] == "age_basis")
    assert asked.select("cell", "rule", "detail", "note").rows() == [("", "META-07", "needed", "age_basis")]


def test_every_record_type_is_there_and_typed(checked: Check, schema: Schema) -> None:
    """Sheets that nobody sent are empty frames with the same columns."""
    got = checked(book(meta(), trainings({}), awareness({})))

    data = {sheet.record_type: sheet for sheet in schema.sheets() if sheet.name != "meta"}
    assert list(got.records) == list(data)
    for record_type, frame in got.records.items():
        columns = ["submission", "agency", "unit", "sheet", "row", *(each.name for each in data[record_type].columns)]
        assert frame.columns == columns
    assert got.records["nathb.trainings"].row(0)[:5] == ("NATHB_2025.xlsx", "NATHB", "", "trainings", 3)
