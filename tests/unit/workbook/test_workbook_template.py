"""The blank workbook says what to do, in the registrar's language, and offers what the reader understands."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from atstats.frames import SheetGrid, WorkbookGrid
from atstats.schema import Labels, Schema, column_note, load, tab_names
from atstats.workbook import blank_workbook, file_name, write_workbook

LANGUAGES = ("en", "sq", "sr", "sr-cyrl")


@pytest.fixture(scope="module")
def schema(root: Path) -> Schema:
    """The schemas that are shipped."""
    return load(root / "schemas")


def blank(schema: Schema, agency: str = "ISF", **options: Any) -> WorkbookGrid:
    chosen = {"unit": "", "year": 2025, "language": "sq", **options}
    return blank_workbook(schema.agencies[agency], schema=schema, **chosen)


def sheet(grid: WorkbookGrid, name: str) -> SheetGrid:
    return next(each for each in grid.sheets if each.name == name)


def one_sender_each(schema: Schema) -> list[str]:
    """The first agency of each submission type."""
    first: dict[str, str] = {}
    for agency in schema.agencies.values():
        if agency.workbook and agency.exists_in(2025):
            first.setdefault(agency.workbook, agency.code)
    return list(first.values())


def test_three_rows_of_labels_stand_above_the_keys_and_the_chosen_language_comes_first(schema: Schema) -> None:
    """What is required is coloured, the other languages are small, and no data follow."""
    funding = sheet(blank(schema), "financimi")

    assert [[(cell.value, cell.style) for cell in row] for row in funding.rows] == [
        [
            ("financuesi", "required"), ("shuma në euro", "required"), ("periudha", "label"),
            ("qëllimi i mjeteve", "label"),
        ],
        [("funder", "minor"), ("amount in euro", "minor"), ("period", "minor"), ("purpose of the funds", "minor")],
        [("finansijer", "minor"), ("iznos u evrima", "minor"), ("razdoblje", "minor"), ("namena sredstava", "minor")],
        [("funder", "key"), ("amount_eur", "key"), ("period", "key"), ("purpose", "key")],
    ]  # fmt: skip
    assert funding.first_data_row == 5
    assert funding.dropdowns == {1: "funder", 4: "fund_purpose"}
    assert funding.column_styles == ("text", "", "text", "text")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            "form of sexual exploitation\nOne or more codes of the list sex_form, with a semicolon between.\n"
            "Required where 'all purposes' holds SEX (sexual exploitation).",
        ),
        (
            "sq",
            "forma e shfrytëzimit seksual\nNjë ose më shumë kode të listës sex_form, me pikëpresje ndërmjet.\n"
            "E detyrueshme kur 'të gjitha qëllimet' përmban SEX (shfrytëzim seksual).",
        ),
        (
            "sr",
            "oblik seksualne eksploatacije\nJedna ili više šifara sa liste sex_form, sa tačkom i zarezom između.\n"
            "Obavezno kada 'sve svrhe' sadrži SEX (seksualna eksploatacija).",
        ),
    ],
)
def test_the_note_on_a_header_says_what_is_asked_for_and_when(schema: Schema, language: str, expected: str) -> None:
    """Label, type and list, the condition read aloud: in the language of the workbook."""
    victims = schema.sheet("police.victims")
    column = replace(victims.by_name["sex_form"], type="codes")

    assert column_note(column, victims, schema=schema, language=language) == expected
    place = list(victims.by_name).index("sex_form")
    tab = tab_names(schema.workbooks["police"], language)["victims"]
    assert sheet(blank(schema, "KP_THB", language=language), tab).rows[0][place].note.endswith(expected[-20:])


def test_a_note_tells_bounds_what_names_the_row_and_what_identifies_a_person(schema: Schema) -> None:
    """Each on a line of its own, and the registrar's note last."""
    residents = schema.sheet("shelter.residents")
    notes = {
        name: column_note(residents.by_name[name], residents, schema=schema, language="en").splitlines()
        for name in ("stay_no", "last_name")
    }

    assert notes == {
        "stay_no": [
            "stay", "Whole number.", "Required.", "From 1 to 99.",
            "Names the row: the same value may not stand in two rows, alone or with the other columns that name it.",
        ],
        "last_name": [
            "last name", "Text.", "To be filled in where it is known.",
            "Identifies a person: used to find the same person, then removed, never published.",
        ],
    }  # fmt: skip


def test_every_condition_grain_and_note_of_the_schemas_is_told_in_three_languages(schema: Schema) -> None:
    """No SQL and no English reaches a registrar who reads Albanian or Serbian; the list names what is missing."""
    untold = {
        f"{each.record_type}.{column.name}"
        for each in schema.sheets()
        for column in each.columns
        if any(
            word in column_note(column, each, schema=schema, language="sq") for word in (" IS ", " IN (", "<>", "= '")
        )
    }
    missing = {f"grain.{each.grain}" for each in schema.sheets()} - set(schema.guidance)
    missing |= {
        f"note.{column.note.removeprefix('decided here: ')}"
        for each in schema.sheets()
        for column in each.columns
        if column.note
    } - set(schema.guidance)
    assert (untold, missing) == (set(), set())


def test_drop_downs_show_code_and_label_and_only_what_is_in_use_in_the_year(schema: Schema) -> None:
    """An agency that was closed before the year is not offered; it is offered in its own time."""
    offered = blank(schema, "KP_THB").choices

    assert offered["purpose"][0] == "SEX - shfrytëzim seksual"
    assert set(offered) == {column.codes for each in schema.workbooks["police"].sheets for column in each.columns} - {
        ""
    }
    assert not any(text.startswith("MLSW -") for text in offered["agency"])
    assert any(text.startswith("MLSW -") for text in blank(schema, "KP_THB", year=2020).choices["agency"])


def test_the_sheet_meta_is_filled_in_as_far_as_it_is_known(schema: Schema) -> None:
    """Agency, unit, year, period, version, first submission, language; names and dates are left to the agency."""
    grid = blank(schema, "KP_THB", unit="PR", language="sr")
    meta = grid.sheets[1]

    values = dict(zip((cell.value for cell in meta.rows[3]), (cell.value for cell in meta.rows[4]), strict=True))
    assert values == {
        "schema_version": schema.workbooks["police"].version,
        "agency_code": "KP_THB - Policija Kosova, direkcija protiv trgovine ljudima",
        "unit_code": "PR", "reference_year": 2025, "period_from": date(2025, 1, 1), "period_to": date(2025, 12, 31),
        "submission_type": "FIRST - prva dostava", "revision_no": 1, "replaces_revision": None, "nil_return": None,
        "prepared_by": None, "prepared_on": None, "approved_by": None, "language": "SR - srpski", "comment": None,
    }  # fmt: skip
    assert grid.file == "KP_THB_PR_2025.xlsx"
    assert grid.properties == {
        "title": "Policija Kosova, direkcija protiv trgovine ljudima, regionalna jedinica Priština: "
        "podaci za 2025. godinu",
        "subject": "Trgovina ljudima: radna sveska za jednu referentnu godinu",
        "keywords": "KP_THB 2025", "agency": "KP_THB", "unit": "PR", "reference year": "2025",
        "schema version": schema.workbooks["police"].version,
    }  # fmt: skip


def test_the_guidance_comes_first_and_names_the_tabs_as_they_are(schema: Schema) -> None:
    """Steps, colours, special values, nothing to report, how to check, and what a row of each sheet is."""
    guidance = blank(schema, language="en").sheets[0]
    lines = [cell.value for row in guidance.rows for cell in row]

    assert guidance.name == "guidance"
    assert lines[:5] == [
        "Interim Security Facility (state shelter): data for 2025",
        "Trafficking in human beings: workbook for one reference year",
        "What to do in ten minutes",
        "1. Open the sheet 'meta'. Agency, unit and year are filled in. "
        "Add who prepared it and when, and who approved it.",
        "2. In every other sheet, write one line below the header for each case, person or event. "
        "Do not change the header rows.",
    ]
    assert "UNK: it was asked and is not known" in lines
    assert "residents: one stay of one person" in lines
    assert any("atstats validate ISF_2025.xlsx" in str(line) for line in lines)
    assert not any("{" in str(line) for line in lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_tabs_fit_excel_and_each_stands_once(schema: Schema, language: str) -> None:
    """Not longer than 31 characters, none of the characters that Excel refuses, no two alike."""
    for agency in one_sender_each(schema):
        names = [each.name for each in blank(schema, agency, language=language).sheets]
        assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names), names
        assert len({name.lower() for name in names}) == len(names)


def test_labels_that_a_tab_cannot_carry_are_cut_and_told_apart(schema: Schema) -> None:
    """Long labels that begin alike get a number; what Excel refuses becomes a space."""
    long = "victims of trafficking in human beings: adults"
    sheets = [replace(each, label=Labels(long, "a/b?", "x")) for each in schema.workbooks["shelter"].sheets[:3]]
    workbook = replace(schema.workbooks["shelter"], sheets=tuple(sheets))

    assert list(tab_names(workbook, "en").values()) == [
        "victims of trafficking in human", "victims of trafficking in hum 2", "victims of trafficking in hum 3",
    ]  # fmt: skip
    assert list(tab_names(workbook, "sq").values()) == ["a b", "a b 2", "a b 3"]


def test_example_rows_are_of_the_year_asked_for(schema: Schema) -> None:
    """Their dates move by whole years, and the 29th of February to the 28th; codes show their words."""
    workbook = schema.workbooks["shelter"]
    row = {"month": date(2024, 2, 29), "beds": 40, "bed_nights": 3}
    capacity = replace(workbook.sheet("capacity"), examples=(row,))
    sheets = tuple(capacity if each.name == "capacity" else each for each in workbook.sheets)
    changed = replace(
        schema, workbooks={**schema.workbooks, "shelter": replace(workbook, sheets=sheets, example_year=2024)}
    )

    grid = blank(changed, year=2025, language="en", example=True)

    assert [cell.value for cell in sheet(grid, "capacity").rows[4]][:3] == [date(2025, 2, 28), 40, 3]
    funding = sheet(grid, "funding").rows[4]
    assert str(funding[0].value).partition(" - ")[0] == workbook.sheet("funding").examples[0]["funder"]
    assert "EXAMPLE" in str(grid.sheets[0].rows[2][0].value)


def test_the_same_workbook_is_the_same_bytes_and_keeps_its_frozen_header(schema: Schema, tmp_path: Path) -> None:
    """No clock is read; the header stays in sight, and cells still to be filled have their format."""
    paths = [tmp_path / name for name in ("a.xlsx", "b.xlsx")]
    for path in paths:
        write_workbook(blank(schema, "KP_THB"), path)

    book = openpyxl.load_workbook(paths[0])
    victims = book["viktimat"]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert book.sheetnames[0] == "udhëzime"
    assert book.sheetnames[-1] == "codes"
    assert victims.freeze_panes == "A5"
    assert victims["A1"].comment.text.startswith("numri i personit në këtë organ\n")
    assert victims.column_dimensions["A"].number_format == "@"
    assert {each.name: each.value for each in book.custom_doc_props.props} == {
        "agency": "KP_THB", "reference year": "2025", "schema version": schema.workbooks["police"].version,
    }  # fmt: skip


def test_a_workbook_is_named_after_agency_unit_and_year() -> None:
    """The unit is left out where the whole agency sends one workbook."""
    assert file_name("KP_THB", unit="", year=2025) == "KP_THB_2025.xlsx"
    assert file_name("KP_THB", unit="PR", year=2025) == "KP_THB_PR_2025.xlsx"
