"""A grid becomes a file that two readers understand alike."""

import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from atstats.errors import UnreadableError, UsageError
from atstats.frames import Fact, GridCell, RawWorkbook, SheetGrid, WorkbookGrid
from atstats.workbook import read_workbooks, write_workbook

CHOICES = {
    "sex": ("F - femër", "M - mashkull", "X - tjetër", "UNK - nuk dihet"),
    "age2": ("CHILD - fëmijë", "ADULT - i rritur"),
    "never_used": ("A - a",),
}
GRID = WorkbookGrid(
    "KP_THB_2025.xlsx",
    (
        SheetGrid(
            "Viktimat",
            (
                (GridCell("Emri", "label", "As in the document."), GridCell("Gjinia", "required"), GridCell("Lindja")),
                (GridCell("first_name", "key"), GridCell("sex", "key"), GridCell("birth_date", "key")),
                (GridCell("=1+1", "text"), GridCell("F"), GridCell(date(2009, 5, 4), "date")),
                (GridCell("00123"), GridCell(None), GridCell("31.02.2009", "date")),
            ),
            widths=(20.0, 8.0, 12.0),
            dropdowns={2: "sex"},
            column_styles=("text", "text", "date"),
            first_data_row=3,
            merged=("E1:F1",),
            hidden_columns=("D",),
            hidden_rows=(4,),
        ),
        SheetGrid("meta", ((GridCell(3), GridCell(0.5), GridCell(True)),), dropdowns={1: "age2", 2: "sex"}),
    ),
    {"title": "SAMPLE workbook", "subject": "s", "keywords": "SAMPLE", "category": "c", "description": "d"},
    CHOICES,
)


def written(grid: WorkbookGrid, folder: Path) -> Path:
    path = folder / grid.file
    write_workbook(grid, path)
    return path


def one_sheet(*cells: GridCell, date_1904: bool = False) -> WorkbookGrid:
    return WorkbookGrid("a.xlsx", (SheetGrid("s", tuple((cell,) for cell in cells)),), date_1904=date_1904)


def calamine_column(path: Path) -> list[Any]:
    return [row[0] for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()]


def test_values_come_back_as_they_were_given(tmp_path: Path) -> None:
    """Text, dates, numbers and truth values keep their type; text that looks like a formula stays text."""
    book = CalamineWorkbook.from_path(written(GRID, tmp_path))

    assert book.sheet_names == ["Viktimat", "meta", "codes"]
    assert book.get_sheet_by_name("Viktimat").to_python()[2:] == [
        ["=1+1", "F", date(2009, 5, 4)],
        ["00123", "", "31.02.2009"],
    ]
    assert book.get_sheet_by_name("meta").to_python() == [[3.0, 0.5, True]]


def test_looks_notes_and_layout_are_in_the_file(tmp_path: Path) -> None:
    """Named styles, formats, comments, widths, hidden and merged areas and the frozen header are kept."""
    sheet = openpyxl.load_workbook(written(GRID, tmp_path))["Viktimat"]

    assert {cell.coordinate: (cell.style, cell.number_format) for row in sheet["A1:C4"] for cell in row} == {
        "A1": ("atstats label", "General"), "B1": ("atstats required", "General"), "C1": ("Normal", "@"),
        "A2": ("atstats key", "General"), "B2": ("atstats key", "General"), "C2": ("atstats key", "General"),
        "A3": ("atstats text", "@"), "B3": ("Normal", "@"), "C3": ("atstats date", "yyyy-mm-dd"),
        "A4": ("Normal", "@"), "B4": ("Normal", "General"), "C4": ("atstats date", "@"),
    }  # fmt: skip
    assert sheet["A1"].comment.text == "As in the document."
    assert [sheet.column_dimensions[letter].width for letter in "ABC"] == [20.0, 8.0, 12.0]
    assert sheet.column_dimensions["D"].hidden
    assert sheet.row_dimensions[4].hidden
    assert [str(area) for area in sheet.merged_cells.ranges] == ["E1:F1"]
    assert sheet.freeze_panes == "A3"


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    """Whatever a text begins with, the file holds it as a string."""
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "#N/A", "\tx", "=cmd|' /C calc'!A0"]

    path = written(one_sheet(*map(GridCell, texts)), tmp_path)

    assert calamine_column(path) == texts
    sheet = openpyxl.load_workbook(path)["s"]
    assert {cell.data_type for (cell,) in sheet.iter_rows()} == {"s"}
    assert b"<f>" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")


def test_characters_that_xml_cannot_hold_survive(tmp_path: Path) -> None:
    """Control characters and text that looks like Excel's own escape are read back unchanged."""
    texts = ["a\x01b", "a\rb", "_x0041_", "_x005F_", "_xyz_", "line\nbreak", " spaces "]

    assert calamine_column(written(one_sheet(*map(GridCell, texts)), tmp_path)) == texts


def test_dropdowns_offer_named_ranges_of_the_lists_used(tmp_path: Path) -> None:
    """Each list stands once in the locked sheet codes, and lists that nobody uses are left out."""
    book = openpyxl.load_workbook(written(GRID, tmp_path))

    assert [[cell.value for cell in column] for column in book["codes"].iter_cols()] == [
        ["age2", "CHILD - fëmijë", "ADULT - i rritur", None, None],
        ["sex", "F - femër", "M - mashkull", "X - tjetër", "UNK - nuk dihet"],
    ]
    assert book["codes"].protection.sheet
    assert {name: found.attr_text for name, found in book.defined_names.items()} == {
        "codes_age2": "'codes'!$A$2:$A$3",
        "codes_sex": "'codes'!$B$2:$B$5",
    }
    offered = {
        (sheet.title, str(each.sqref), each.formula1)
        for sheet in book
        for each in sheet.data_validations.dataValidation
    }
    assert offered == {
        ("Viktimat", "B3:B2002", "=codes_sex"),
        ("meta", "A1:A2000", "=codes_age2"),
        ("meta", "B1:B2000", "=codes_sex"),
    }


def test_a_list_of_two_columns_is_named_once_in_a_sheet(tmp_path: Path) -> None:
    """Columns that share a list share one drop-down, and a workbook without any has no sheet codes."""
    sheet = SheetGrid("s", ((GridCell("F"),),), dropdowns={1: "sex", 3: "sex"}, first_data_row=3)

    book = openpyxl.load_workbook(written(WorkbookGrid("a.xlsx", (sheet,), choices=CHOICES), tmp_path))

    assert [str(each.sqref) for each in book["s"].data_validations.dataValidation] == ["A3:A2002 C3:C2002"]
    assert openpyxl.load_workbook(written(one_sheet(GridCell(1)), tmp_path)).sheetnames == ["s"]


def test_equal_grids_are_equal_bytes_without_a_clock(tmp_path: Path) -> None:
    """Two writes give the same file, whose only dates are fixed ones."""
    first = written(GRID, tmp_path).read_bytes()
    second = written(GRID, tmp_path).read_bytes()

    assert first == second
    with zipfile.ZipFile(tmp_path / GRID.file) as archive:
        assert archive.namelist()[0] == "[Content_Types].xml"
        assert archive.namelist()[1:] == sorted(archive.namelist()[1:])
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count("2000-01-01T00:00:00Z") == 2
    assert "202" not in core


def test_the_file_tells_who_made_it_and_what_it_is(tmp_path: Path) -> None:
    """Five properties of the grid are those of every document, any other is one of its own."""
    grid = replace(GRID, properties={**GRID.properties, "agency": "KP_THB"})
    book = openpyxl.load_workbook(written(grid, tmp_path))
    found = book.properties

    assert {each.name: each.value for each in book.custom_doc_props.props} == {"agency": "KP_THB"}

    assert (found.creator, found.title, found.subject) == ("atstats", "SAMPLE workbook", "s")
    assert (found.keywords, found.category, found.description) == ("SAMPLE", "c", "d")


def test_locked_cells_are_locked_and_the_others_are_not(tmp_path: Path) -> None:
    """A sheet with a locked cell is protected, and its other cells stay open to typing."""
    sheet = openpyxl.load_workbook(written(one_sheet(GridCell("key", "locked"), GridCell("free", "text")), tmp_path))[
        "s"
    ]

    assert sheet.protection.sheet
    assert (sheet["A1"].protection.locked, sheet["A2"].protection.locked) == (True, False)


@pytest.mark.parametrize(
    ("day", "date_1904", "expected"),
    [
        (date(2009, 5, 4), True, date(2009, 5, 4)),
        (date(1900, 3, 1), False, date(1900, 3, 1)),
        (date(1900, 2, 28), False, "1900-02-28"),
        (date(1903, 5, 4), True, "1903-05-04"),
    ],
)
def test_dates_are_true_dates_where_excel_has_them(tmp_path: Path, day: date, date_1904: bool, expected: Any) -> None:
    """Both date systems give the same day; a day before Excel's first is written as text."""
    path = written(one_sheet(GridCell(day), date_1904=date_1904), tmp_path)

    assert calamine_column(path) == [expected]
    assert (openpyxl.load_workbook(path).epoch.year == 1904) == date_1904


def test_our_own_reader_finds_what_was_planted(tmp_path: Path) -> None:
    """Row numbers, kinds of cells and hidden or merged areas are read back by the front door."""
    (read,) = read_workbooks([written(GRID, tmp_path)])

    assert isinstance(read, RawWorkbook)
    assert read.sheets[0].values["row"].to_list() == [1, 2, 3, 4]
    assert read.sheets[0].values["C"].to_list()[2:] == ["2009-05-04", "31.02.2009"]
    assert set(read.facts) == {
        Fact("hidden_row", "Viktimat", "4"),
        Fact("hidden_column", "Viktimat", "D"),
        Fact("merged", "Viktimat", "E1:F1"),
    }


def test_what_excel_cannot_hold_is_refused_without_its_value(tmp_path: Path) -> None:
    """A text beyond Excel's limit or a number that is none stops the writing and leaves no file."""
    for value in ("Xhevahire" * 5000, float("nan")):
        with pytest.raises(UsageError) as caught:
            written(one_sheet(GridCell(value)), tmp_path)
        assert "sheet s, cell A1" in caught.value.message
        assert "Xhevahire" not in caught.value.message

    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """Where the new file cannot take its place, no half file is left and the failure is one line."""
    (tmp_path / "a.xlsx").mkdir()

    with pytest.raises(UnreadableError, match=r"a\.xlsx cannot be written"):
        written(one_sheet(GridCell(1)), tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


def test_cells_that_are_still_to_be_filled_have_the_format_of_their_column(tmp_path: Path) -> None:
    """A column of text keeps 00123 when somebody types it, a column of dates shows them as year, month, day."""
    sheet = openpyxl.load_workbook(written(GRID, tmp_path))["Viktimat"]

    assert [sheet.column_dimensions[letters].number_format for letters in "ABC"] == ["@", "@", "yyyy-mm-dd"]


def test_a_row_is_as_high_as_its_wrapped_text(tmp_path: Path) -> None:
    """Text that is wrapped is seen whole; a row of one line keeps the height of the office program."""
    long = GridCell("a long label that takes several lines", "label")
    grid = WorkbookGrid("a.xlsx", (SheetGrid("s", ((long,), (GridCell("short", "label"),)), widths=(10.0,)),))

    sheet = openpyxl.load_workbook(written(grid, tmp_path))["s"]

    assert sheet.row_dimensions[1].height > 3 * 14
    assert sheet.row_dimensions[2].height is None
