"""Workbooks are read with true row numbers, and nothing a file does harms the parent."""

import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from atstats.frames import Fact, RawWorkbook, Unreadable
from atstats.workbook import read_workbooks


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A title in B1, a blank row, values of each kind in row 4, hidden and merged things."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "victims"
    sheet["B1"] = "title"
    sheet["A4"] = "00123"
    sheet["B4"] = 7
    sheet["C4"] = 0.5
    sheet["D4"] = date(2025, 1, 2)
    sheet["E4"] = datetime(2025, 1, 2, 3, 4, tzinfo=UTC).replace(tzinfo=None)
    sheet["F4"] = True
    sheet["G4"] = "#N/A"
    sheet["H4"] = "=1+1"
    sheet["A6"] = "last"
    sheet.merge_cells("B1:C1")
    sheet.row_dimensions[6].hidden = True
    sheet.column_dimensions["C"].hidden = True
    book.create_sheet("notes").sheet_state = "hidden"
    path = tmp_path / "KP.xlsx"
    book.save(path)
    return path


def _replace(path: Path, part: str, old: bytes, new: bytes) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_cells_keep_their_row_their_text_and_their_kind(workbook: Path) -> None:
    """Blank rows are left out without moving the others; an error and a formula without result are told apart."""
    (read,) = read_workbooks([workbook])

    assert isinstance(read, RawWorkbook)
    sheet = read.sheets[0]
    assert sheet.values["row"].to_list() == [1, 4, 6]
    assert sheet.values.row(1) == (4, "00123", "7", "0.5", "2025-01-02", "2025-01-02T03:04:00", "TRUE", None, None)
    assert sheet.kinds.row(1)[1:] == (
        "text", "number", "number", "date", "datetime", "boolean", "error", "no_value",
    )  # fmt: skip
    assert set(read.facts) == {
        Fact("merged", "victims", "B1:C1"),
        Fact("hidden_row", "victims", "6"),
        Fact("hidden_column", "victims", "C"),
        Fact("hidden_sheet", "notes"),
    }
    assert read.sheets[1].values.height == 0


def test_a_bad_file_is_named_and_the_others_go_on(workbook: Path, tmp_path: Path) -> None:
    """Order is kept, each file has its answer, and progress names each file."""
    pdf = tmp_path / "report.xlsx"
    pdf.write_bytes(b"%PDF-1.7")
    told: list[str] = []

    read = read_workbooks([pdf, workbook, tmp_path / "absent.xlsx"], progress=told.append)

    assert [type(each) for each in read] == [Unreadable, RawWorkbook, Unreadable]
    assert told == ["report.xlsx", "KP.xlsx", "absent.xlsx"]


@pytest.mark.parametrize(
    ("part", "old", "new", "reason"),
    [
        ("xl/worksheets/sheet1.xml", b'r="A6"', b'r="XFD6"', "beyond row"),
        ("xl/worksheets/sheet1.xml", b'<row r="6"', b'<row r="1048576"', "beyond row"),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b"</sheetDat>", "is damaged"),
        ("xl/workbook.xml", b'name="victims"', b'name="victims', "is damaged"),
    ],
)
def test_a_structure_that_breaks_a_reader_is_refused(
    workbook: Path, part: str, old: bytes, new: bytes, reason: str
) -> None:
    """One far cell makes some readers allocate the whole grid; broken XML is damaged, not a crash."""
    _replace(workbook, part, old, new)

    (read,) = read_workbooks([workbook])

    assert isinstance(read, Unreadable)
    assert reason in read.reason


def test_a_false_count_of_texts_is_refused(workbook: Path) -> None:
    """A reader that believes the count reserves memory for it and aborts the interpreter."""
    with zipfile.ZipFile(workbook) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="4294967295"/>'
    parts["xl/sharedStrings.xml"] = strings
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    relations = parts["xl/_rels/workbook.xml.rels"]
    if kind not in relations:
        parts["xl/_rels/workbook.xml.rels"] = relations.replace(
            b"</Relationships>",
            b'<Relationship Id="rId99" Type="' + kind + b'" Target="sharedStrings.xml"/></Relationships>',
        )
    with zipfile.ZipFile(workbook, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)

    (read,) = read_workbooks([workbook])

    assert isinstance(read, Unreadable)
    assert "more texts than it holds" in read.reason


def test_a_reader_that_takes_too_long_is_ended_and_started_again(workbook: Path, tmp_path: Path) -> None:
    """Silence is an answer; the next call starts a new child."""
    (slow,) = read_workbooks([workbook], seconds=0.0)
    (read,) = read_workbooks([workbook])

    assert isinstance(slow, Unreadable)
    assert "takes longer than 0 seconds" in slow.reason
    assert isinstance(read, RawWorkbook)
