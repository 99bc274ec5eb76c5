"""A workbook is recognised by what it says, however its tabs and headers are written."""

from collections.abc import Callable

import polars as pl
import pytest
from found import Error, NoValue, awareness, book, meta, tab, trainings

from atstats.frames import Checked, Fact, RawSheet
from atstats.schema import Schema

Check = Callable[..., Checked]


def places(checked: Checked) -> list[tuple[str, str, str, str, str]]:
    """Sheet, cell, rule, detail and note of every finding, in order."""
    return checked.findings.select("sheet", "cell", "rule", "detail", "note").rows()


def test_a_valid_workbook_has_no_finding(checked: Check) -> None:
    """It is accepted, and what was looked at is counted."""
    got = checked(book(meta(), trainings({}, {"id": "T2", "title": "Other"}), awareness({})))

    (submission,) = got.submissions
    assert places(got) == []
    assert (submission.status, submission.agency, submission.workbook, submission.year) == (
        "accepted", "NATHB", "nathb", 2025,
    )  # fmt: skip
    assert submission.records == {"trainings": 2, "awareness": 1}
    assert submission.cells_checked == 15 + 2 * 15 + 11
    assert submission.rules_checked > 12
    assert got.records["nathb.trainings"]["row"].to_list() == [3, 4]


@pytest.mark.parametrize("column", range(3))
def test_tabs_and_headers_are_known_by_their_labels_in_any_language(
    checked: Check, schema: Schema, column: int
) -> None:
    """Labels of one language instead of keys, in capitals and with spaces around them."""
    sheets = {sheet.name: sheet for sheet in schema.workbooks["nathb"].sheets}

    def translated(raw: RawSheet, name: str) -> RawSheet:
        labels = {each.name: f"  {each.label.all()[column].upper()} " for each in sheets[name].columns}
        values = raw.values.with_columns(
            raw.values[letters].replace(labels).alias(letters) for letters in raw.values.columns[1:]
        )
        return RawSheet(sheets[name].label.all()[column], values, raw.kinds)

    got = checked(
        book(translated(meta(), "meta"), translated(trainings({}), "trainings"), translated(awareness({}), "awareness"))
    )

    assert places(got) == []
    assert got.submissions[0].records == {"trainings": 1, "awareness": 1}


def test_the_header_may_stand_below_a_title_and_in_two_rows(checked: Check, schema: Schema) -> None:
    """A merged title, a blank row, Serbian labels in Cyrillic, then the keys: data come after, with Excel's rows."""
    plain = trainings({}, {"id": "T2", "title": "Other"}, first_row=9)
    labels = [column.label.of("sr-cyrl") for column in schema.sheet("nathb.trainings").columns]
    keys, *rows = (list(row[1:]) for row in plain.values.iter_rows())
    below = tab("trainings", {1: ["Trainings of the year"], 5: labels, 6: keys})
    both = RawSheet(
        "trainings",
        below.values.vstack(plain.values.slice(1).match_to_schema(below.values.schema)),
        below.kinds.vstack(plain.kinds.slice(1).match_to_schema(below.kinds.schema)),
    )

    got = checked(book(meta(), both, awareness({}), facts=[Fact("merged", "trainings", "A1:F1")]))

    assert len(rows) == 2
    assert places(got) == []
    assert got.records["nathb.trainings"]["row"].to_list() == [9, 10]


@pytest.mark.parametrize(
    ("sheets", "expected"),
    [
        ([trainings({}), awareness({})], ("", "", "META-01", "sheet", "")),
        ([tab("meta", {2: ["agency_code", "reference_year"]}), trainings({})], ("meta", "", "META-01", "rows", "")),
        ([meta("NOBODY"), trainings({})], ("meta", "B3", "META-01", "agency", "")),
        ([meta("UNHCR"), trainings({})], ("meta", "B3", "META-01", "agency", "")),
        ([meta(reference_year=2024), trainings({})], ("meta", "D3", "META-02", "year", "2025")),
        ([meta(schema_version="0"), trainings({}), awareness({})], ("meta", "A3", "META-01", "version", "")),
    ],
)  # fmt: skip
def test_a_workbook_that_cannot_be_placed_is_refused_for_one_reason(
    checked: Check, sheets: list[RawSheet], expected: tuple[str, ...]
) -> None:
    """No meta, no row in it, an agency that sends nothing, another year, another version."""
    got = checked(book(*sheets))

    assert places(got) == [expected]
    assert got.submissions[0].status == "rejected"
    assert all(frame.is_empty() for frame in got.records.values())


def test_a_missing_sheet_is_named_with_the_nearest_tab(checked: Check) -> None:
    """A misspelt tab is missed and found; a nil return misses nothing."""
    got = checked(book(meta(), trainings({}), tab("awarenes", {2: ["id"], 3: ["A1"]}), tab("codes", {1: ["x"]})))
    assert places(got) == [
        ("awarenes", "", "META-06", "tab", ""),
        ("awarenes", "", "META-07", "sheet_near", "awareness"),
    ]

    nil = checked(book(meta(nil_return="YES"), tab("notes", {})))
    assert places(nil) == []
    assert nil.submissions[0].status == "nil"


def test_unknown_repeated_and_missing_columns_are_told_at_their_headers(checked: Check) -> None:
    """A near name is suggested; what is optional is listed once; a required column that is absent is an error."""
    sheet = trainings({})
    renamed = {"title": "tittle", "funder": "colour of the room", "pre_test": "hours", "post_test": None}
    values = sheet.values.with_columns(
        sheet.values[letters].replace(renamed).alias(letters) for letters in sheet.values.columns[1:]
    )

    got = checked(book(meta(), RawSheet("trainings", values, sheet.kinds), awareness({})))

    assert places(got) == [
        ("trainings", "", "META-06", "missing", "funder, pre_test, post_test"),
        ("trainings", "", "META-07", "column", "title"),
        ("trainings", "B2", "META-06", "near", "title"),
        ("trainings", "H2", "META-06", "unknown", ""),
        ("trainings", "M2", "META-06", "repeated", "hours"),
        ("trainings", "N2", "META-06", "no_header", ""),
    ]
    assert got.submissions[0].status == "rejected"


@pytest.mark.parametrize("row", [9, 900])
def test_a_header_that_is_repeated_among_the_data_hides_no_record(checked: Check, row: int) -> None:
    """Two tables pasted below each other, the second within the first twenty rows or far below: all rows are read."""
    first = trainings({}, {"id": "T2", "title": "Other"})
    second = trainings({"id": "T3", "title": "Third"}, first_row=row + 1)
    again = tab("trainings", {row: list(second.values.row(0)[1:])})
    parts = (first, again, RawSheet("trainings", second.values.slice(1), second.kinds.slice(1)))
    values = pl.concat([each.values.match_to_schema(first.values.schema) for each in parts])
    kinds = pl.concat([each.kinds.match_to_schema(first.kinds.schema) for each in parts])

    got = checked(book(meta(), RawSheet("trainings", values, kinds), awareness({})))

    assert places(got) == [("trainings", f"A{row}", "META-08", "header_again", "")]
    assert got.records["nathb.trainings"]["row"].to_list() == [3, 4, row + 1]


@pytest.mark.parametrize(("row", "read"), [(18, True), (21, False)])
def test_a_header_begins_within_the_first_twenty_rows(checked: Check, schema: Schema, row: int, read: bool) -> None:
    """Labels in three languages and the keys below them, which may stand in row 21."""
    columns = schema.sheet("nathb.trainings").columns
    plain = trainings({}, first_row=row + 4)
    keys = list(plain.values.row(0)[1:])
    labels = {row + n: [column.label.all()[n] for column in columns] for n in range(3)}
    header = tab("trainings", {**labels, row + 3: keys})
    values = header.values.vstack(plain.values.slice(1).match_to_schema(header.values.schema))
    kinds = header.kinds.vstack(plain.kinds.slice(1).match_to_schema(header.kinds.schema))

    got = checked(book(meta(), RawSheet("trainings", values, kinds), awareness({})))

    assert places(got) == ([] if read else [("trainings", "", "META-07", "header", "trainings")])
    assert got.records["nathb.trainings"]["row"].to_list() == ([row + 4] if read else [])


def test_a_sheet_without_header_is_not_read_as_records(checked: Check) -> None:
    """Data without any name that the schema knows."""
    got = checked(book(meta(), tab("trainings", {1: ["T1", "something"]}), awareness({})))
    assert places(got) == [("trainings", "", "META-07", "header", "trainings")]


@pytest.mark.parametrize("word", ["Gjithsej", "UKUPNO:", "Укупно", "Total 2025", " totali "])
def test_a_row_of_totals_is_never_a_record(checked: Check, word: str) -> None:
    """It is told at its first filled cell, in whatever language (K27)."""
    got = checked(book(meta(), trainings({}, {"id": None, "title": word}), awareness({})))

    assert places(got) == [("trainings", "B4", "META-08", "totals", "")]
    assert got.submissions[0].records["trainings"] == 1
    assert got.submissions[0].status == "accepted"


def test_rows_of_white_space_are_no_records(checked: Check) -> None:
    """A row in which somebody pressed the space bar is not asked for its required cells."""
    blank = dict.fromkeys(trainings({}).values.row(0)[1:])
    got = checked(book(meta(), trainings({}, {**blank, "title": "   "}), awareness({})))
    assert places(got) == []


def test_doubtful_cells_are_told_one_by_one(checked: Check) -> None:
    """Errors and formulas without result, hidden rows and columns with data, merged data; each at its cell."""
    facts = [
        Fact("hidden_row", "trainings", "4"),
        Fact("hidden_row", "trainings", "99"),
        Fact("hidden_column", "trainings", "H"),
        Fact("merged", "trainings", "G3:G4"),
        Fact("merged", "trainings", "A1:C1"),
        Fact("hidden_sheet", "awareness"),
        Fact("hidden_sheet", "codes"),
        Fact("date_1904"),
        Fact("macro"),
    ]
    got = checked(
        book(
            meta(),
            trainings({"funder": Error(), "hours": NoValue()}, {"id": "T2", "title": "Other"}),
            awareness({}),
            tab("codes", {1: ["x"]}),
            facts=facts,
        )
    )

    assert places(got) == [
        ("", "", "META-08", "macro", ""),
        ("", "", "META-09", "date_1904", ""),
        ("awareness", "", "META-08", "hidden_sheet", ""),
        ("trainings", "H2", "META-08", "hidden_column", ""),
        ("trainings", "H3", "META-08", "error_value", ""),
        ("trainings", "F3", "META-08", "no_value", ""),
        ("trainings", "G3", "META-08", "merged", ""),
        ("trainings", "A4", "META-08", "hidden_row", ""),
    ]
    severities = dict(got.findings.select("detail", "severity").iter_rows())
    assert severities["error_value"] == "warning"
    assert severities["no_value"] == "error"  # hours is required, and has no value
