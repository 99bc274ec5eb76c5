"""What a drop-down shows is read as its code, and tabs and headers of blank workbooks are found."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from found import awareness, book, found, meta, trainings

from atstats.errors import ConfigurationError
from atstats.frames import Checked, WorkbookGrid, column_letters
from atstats.schema import Code, CodeList, Labels, Schema, load
from atstats.validation.sheets import find_tabs, locate
from atstats.validation.spellings import Lookup
from atstats.workbook import blank_workbook

Check = Callable[..., Checked]


@pytest.mark.parametrize("column", range(4))
def test_every_code_is_read_from_its_drop_down_text(schema: Schema, column: int) -> None:
    """Code, dash and label, in each language and in Cyrillic, for every code of every list."""
    language = ("en", "sq", "sr", "sr-cyrl")[column]
    for codes in schema.codelists.values():
        lookup = Lookup(codes)
        for dash in (" - ", " – ", "—"):
            texts = {code.code: f"{code.code}{dash}{code.labels.of(language)}" for code in codes}
            read = {code: lookup.one(text).value for code, text in texts.items()}
            assert read == {code: code for code in texts}, (codes.id, dash)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("CHILD - children as victims", ("rejected", [("TYPE-02", "error", "near", "CHILD")])),
        ("child - CHILD", (["CHILD"], [])),
        ("ZZZ - wholly other", ("rejected", [("TYPE-02", "error", "unlisted", "")])),
    ],
)
def test_a_code_with_words_of_no_code_is_not_taken_for_it(checked: Check, value: str, expected: Any) -> None:
    """The words after the dash must be known; the code may be said twice."""
    got = checked(book(meta(), trainings({"topic": value}), awareness({})))
    records = got.records["nathb.trainings"]
    told = got.findings.filter(got.findings["column"] == "topic").select("rule", "severity", "detail", "note").rows()
    assert ((records["topic"].to_list()[0] if records.height else "rejected"), told) == expected


def test_a_code_with_the_words_of_another_code_is_a_finding(checked: Check, schema: Schema) -> None:
    """Somebody overwrote half of the text: which half is right cannot be known."""
    topics = schema.codelists["train_topic"].codes
    other = next(code for code in topics if code.code not in ("CHILD", "UNK"))

    got = checked(book(meta(), trainings({"topic": f"CHILD - {other.labels.sq}"}), awareness({})))

    told = got.findings.filter(got.findings["column"] == "topic").select("cell", "rule", "severity", "detail").rows()
    assert told == [("C3", "TYPE-02", "error", "ambiguous")]


def test_several_drop_down_texts_in_one_cell_are_several_codes() -> None:
    """Divided by a semicolon; one that contradicts itself spoils the cell."""
    names = {"SEX": ("sexual exploitation", "shfrytëzim seksual"), "LAB": ("forced labour", "punë e detyruar")}
    codes = CodeList(
        "purpose",
        tuple(Code(code, Labels(en, sq, en), None, None, "", {}) for code, (en, sq) in names.items()),
    )
    lookup = Lookup(codes)

    assert lookup.several("SEX - shfrytëzim seksual; LAB – forced labour").value == ["SEX", "LAB"]
    assert lookup.several("SEX - punë e detyruar;LAB").detail == "ambiguous"


def test_a_code_that_has_a_dash_itself_is_read_whole() -> None:
    """The first part that is a code decides: "9-13 - 9 to 13" is the age group 9-13."""
    codes = CodeList(
        "age_group",
        tuple(
            Code(code, Labels(text, text, text), None, None, "", {})
            for code, text in (("9", "nine"), ("9-13", "9 to 13"))
        ),
    )
    assert [Lookup(codes).one(text).value for text in ("9-13 - 9 to 13", "9-13", "9 - nine")] == ["9-13", "9-13", "9"]


def _blank(schema: Schema, agency: str, language: str) -> WorkbookGrid:
    return blank_workbook(schema.agencies[agency], unit="", year=2025, language=language, schema=schema, example=True)


@pytest.mark.parametrize("language", ["en", "sq", "sr", "sr-cyrl"])
@pytest.mark.parametrize("keys", [True, False])
def test_tabs_and_columns_of_blank_workbooks_are_found_without_the_row_of_keys_too(
    schema: Schema, language: str, keys: bool
) -> None:
    """Three label rows, with or without the keys below: every column is where it is, data begin after them."""
    first: dict[str, str] = {}
    for agency in schema.agencies.values():
        if agency.workbook and agency.exists_in(2025):
            first.setdefault(agency.workbook, agency.code)
    for workbook, agency in first.items():
        grid = _blank(schema, agency, language)
        if not keys:
            cut = tuple(replace(each, rows=each.rows[:3] + each.rows[4:]) for each in grid.sheets[1:])
            grid = replace(grid, sheets=(grid.sheets[0], *cut))
        tabs, problems = find_tabs(found(grid), schema.workbooks[workbook], nil=False)
        assert problems == []
        for sheet in schema.workbooks[workbook].sheets:
            placed = locate(tabs[sheet.name], sheet)
            assert placed is not None
            assert placed.letters == {column.name: column_letters(n) for n, column in enumerate(sheet.columns, 1)}
            assert placed.values.height == (1 if sheet.name == "meta" else len(sheet.examples))


def test_a_tab_whose_label_was_cut_is_known(schema: Schema) -> None:
    """A tab holds 31 characters; the cut name is as good as the whole."""
    workbook = schema.workbooks["nathb"]
    long = Labels("trainings of officials in the reference year", "x", "y")
    sheets = tuple(replace(each, label=long) if each.name == "trainings" else each for each in workbook.sheets)

    tabs, _ = find_tabs(book(meta(), trainings({}, name=long.en[:31])), replace(workbook, sheets=sheets), nil=True)

    assert set(tabs) == {"meta", "trainings"}


def test_a_label_with_a_semicolon_is_a_fault_of_the_schemas(root: Path, tmp_path: Path) -> None:
    """It would be read as two codes: the loader names the list and the code."""
    schemas = Path(shutil.copytree(root / "schemas", tmp_path / "schemas"))
    sexes = schemas / "codelists" / "sex.csv"
    sexes.write_text(sexes.read_text(encoding="utf-8").replace("female", "female; woman", 1), encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"codelists/sex\.csv  F  has a label with a semicolon"):
        load(schemas)
