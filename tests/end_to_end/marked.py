"""Workbooks in which hundreds of values cannot be mistaken for anything else, in every kind of place.

Each holds `MARK` in some spelling, so that a part of one is seen too. Names, numbers and births of
persons stand in the workbooks as the sample made them; `own_values` lists those.
"""

import io
import os
import re
import signal
import sys
import zipfile
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import openpyxl
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from atstats.schema import Column, Schema, Sheet
from atstats.workbook import child, marks

__all__ = [
    "DEATHS",
    "MARK",
    "Marks",
    "Panic",
    "broken_files",
    "mark_while_dying",
    "mark_workbook",
    "marks_in",
    "own_values",
    "read_while_dying",
]

MARK = "qzx"
_NAMES = ("first_name", "last_name", "father_name")
_DRAWN_UP_BY = ("prepared_by", "approved_by", "comment")
_KEYS = 2
"""The row of machine keys in the workbooks of the sample."""


class Marks:
    """Gives each value a mark of its own, the same wherever the value stands: what belongs together still does."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._given)

    def of(self, value: str, *, name: bool = False) -> str:
        """The mark of a value: letters alone for a name, as a name with a digit is a fault of its own."""
        if value not in self._given:
            number = len(self._given)
            letters = "".join(chr(ord("a") + int(digit)) for digit in f"{number:04}")
            rest = re.sub(r"\D", "", value)
            self._given[value] = f"Qzx{letters}{rest}" if name else f"QZX-{number:04}"
        return self._given[value]

    def new(self, form: str) -> str:
        """One that stands nowhere else, in a form such as "31.02.{}"."""
        return form.replace("{}", self.of(f"{form} {len(self._given)}"))


def marks_in(text: str | bytes) -> list[str]:
    """Where a mark is seen in what was printed or written, with what stands around it."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", errors="replace")
    return [text[max(0, found.start() - 60) : found.end() + 20] for found in re.finditer(MARK, text, re.IGNORECASE)]


def mark_workbook(path: Path, schema: Schema, given: Marks, *, further: bool = True) -> None:
    """Replace every free text of a workbook by its mark.

    Args:
        path: a workbook of the sample; it is changed.
        schema: tells what its columns hold.
        given: gives the marks.
        further: whether to add rows in which every cell is wrong, and marks beside and behind the cells.
    """
    book = openpyxl.load_workbook(path)
    workbook = schema.workbooks[schema.agencies[path.name.rpartition("_")[0]].workbook]
    for sheet, tab in zip(workbook.sheets, book.worksheets, strict=False):
        columns = {
            cell.column: sheet.by_name[str(cell.value)] for cell in tab[_KEYS] if str(cell.value) in sheet.by_name
        }
        for row in tab.iter_rows(min_row=_KEYS + 1):
            for cell in row:
                column = columns.get(cell.column)
                if column is not None and isinstance(cell.value, str) and _is_free(column, sheet):
                    cell.value = given.of(cell.value, name=column.name in _NAMES)
        if further and sheet.name != "meta":
            _add_bad_rows(tab, columns, given)
            _add_beside(tab, given)
    if further:
        _add_behind(book, given)
    book.save(path)


def _is_free(column: Column, sheet: Sheet) -> bool:
    """Whether a registrar types there what no list and no calendar holds."""
    if sheet.name == "meta":
        return column.name in _DRAWN_UP_BY
    return column.type == "text" and column.name != "personal_no"


_BAD: dict[str, tuple[Any, ...]] = {
    "text": ('="{}"', "{}\n@SUM(1)", "..\\..\\{}\\CON.xlsx"),
    "date": ("31.02.{}", "{} 2025", "2025-13-{}"),
    "integer": ("12{}", "{},5", "=1/{}"),
    "decimal": ("12,{}", "{}", "1.000.{}"),
    "code": ("{}", "F {}", "OTH - {}"),
    "codes": ("SEX;{}", "{};{}", "SEX - {}; LAB"),
    "yesno": ("PO {}", "{}", "YES - {}"),
}
"""Type -> what is typed instead, one after the other."""


def _add_bad_rows(tab: Any, columns: dict[int, Column], given: Marks) -> None:
    """A row in which every cell is wrong, and one of long texts with all that a terminal or a page would obey."""
    last = tab.max_row
    for number, (place, column) in enumerate(columns.items()):
        forms = _BAD[column.type]
        tab.cell(last + 1, place, given.new(forms[number % len(forms)]))
        tab.cell(last + 2, place, given.new("{}" + "\u202e\t[red]<b>{{7*7}}" * 20) if column.type == "text" else None)


def _add_beside(tab: Any, given: Marks) -> None:
    """A column that nobody asked for, a header near to one, a note, a link and a format of their own."""
    beside = tab.max_column + 1
    for row, form in ((1, "Emri {}"), (_KEYS, "{}_name"), (_KEYS + 1, "{}"), (tab.max_row + 2, "Gjithsej {}")):
        tab.cell(row, beside, given.new(form))
    tab.cell(_KEYS, beside + 1, "first_name" + given.new("{}"))
    tab["A3"].comment = Comment(given.new("Seen {}"), given.new("{}"))
    tab["B3"].hyperlink = given.new("file:///C:/{}.xlsx")
    tab["C3"].number_format = given.new('0"{}"')


def _add_behind(book: Any, given: Marks) -> None:
    """Hidden sheets, properties and names."""
    for number, state in enumerate(("visible", "hidden", "veryHidden"), start=1):
        tab = book.create_sheet(f"notes {number}")
        tab.sheet_state = state
        tab.append([given.new("{}"), given.new("{}")])
    book.properties.creator = book.properties.title = book.properties.keywords = given.new("{}")
    name = given.new("{}").replace("-", "_")
    book.defined_names[name] = DefinedName(name, attr_text=f'"{given.new("{}")}"')


def broken_files(good: bytes, given: Marks) -> Iterator[tuple[str, bytes]]:
    """Name and content of files that cannot be read, each with marks at the place where it breaks."""
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet2.xml"]
    mark = given.new("{}").encode()
    half = sheet[: len(sheet) // 2]
    yield "truncated.xlsx", _zipped({**parts, "xl/worksheets/sheet2.xml": half + mark})
    wrong = sheet.replace(b"<sheetData>", b"<sheetData><" + mark + b" " + mark + b">")
    yield "wrong.xlsx", _zipped({**parts, "xl/worksheets/sheet2.xml": wrong})
    entity = b'<?xml version="1.0"?><!DOCTYPE ' + mark + b' [<!ENTITY a "' + mark + b'">]><worksheet>&a;</worksheet>'
    yield "entity.xlsx", _zipped({**parts, "xl/worksheets/sheet2.xml": entity})
    number = sheet.replace(b"<v>", b"<v>" + mark)
    yield "number.xlsx", _zipped({**parts, "xl/worksheets/sheet2.xml": number})
    yield "part.xlsx", _zipped({**parts, f"../{mark.decode()}.xml": mark, f"xl/{mark.decode()}.bin": mark * 1000})
    yield "cut.xlsx", good[: len(good) // 2] + mark
    yield "page.xlsx", b"<html><table><tr><td>" + mark + b"</td></tr></table></html>"
    yield "list.xlsx", b"first_name,last_name\n" + mark + b"," + mark + b"\n"
    yield "old.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + mark * 200
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(good)).encrypt(mark.decode(), locked)
    yield "locked.xlsx", locked.getvalue()


def _zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def own_values(folder: Path, schema: Schema) -> set[str]:
    """Numbers and births of persons in the workbooks of a folder, as written and as a reader would write them."""
    found: set[str] = set()
    for path in folder.glob("*_20*.xlsx"):
        workbook = schema.workbooks[schema.agencies[path.name.rpartition("_")[0]].workbook]
        for sheet, tab in zip(workbook.sheets, openpyxl.load_workbook(path).worksheets, strict=False):
            keys = [str(cell.value) for cell in tab[_KEYS]]
            for row in tab.iter_rows(min_row=_KEYS + 1, values_only=True):
                values = dict(zip(keys, row, strict=True))
                number, birth = values.get("personal_no"), values.get("birth_date")
                if sheet.role is not None and len(str(number or "")) > 7:
                    found.add(str(number))
                if sheet.role is not None and hasattr(birth, "isoformat"):
                    found |= {f"{birth:%Y-%m-%d}", f"{birth:%d.%m.%Y}"}
    return found


# --------------------------------------------------------------------------- processes that die in the midst


class Panic(BaseException):
    """As a library in Rust raises it: no Exception."""


def _ended(how: str) -> Callable[[str], object]:
    def end(_text: str) -> object:
        os.kill(os.getpid(), getattr(signal, how))
        return signal.pause()

    return end


def _raised(kind: type[BaseException]) -> Callable[[str], object]:
    def end(text: str) -> object:
        raise kind(text)

    return end


DEATHS: dict[str, Callable[[str], object]] = {
    **{how: _ended(how) for how in ("SIGKILL", "SIGABRT", "SIGSEGV")},
    "exit": lambda _text: os._exit(3),
    "leave": sys.exit,
    "memory": lambda _text: bytearray(3 * 2**30),
    **{kind.__name__: _raised(kind) for kind in (ValueError, MemoryError, RecursionError, Panic)},
}
"""How a process ends while it holds the text of a workbook."""


def read_while_dying(connection: Connection, *, how: str) -> None:
    """The process that reads, in which a library prints what it has read and then breaks."""
    parse = child.parse

    def dying(request: child.Request, content: bytes) -> object:
        return _die(repr([sheet.values.rows() for sheet in getattr(parse(request, content), "sheets", ())]), how)

    child.parse = dying  # type: ignore[assignment]
    child.serve(connection)


def mark_while_dying(connection: Connection, path: str, page: Any, *, how: str) -> None:
    """The process that marks, in which openpyxl prints what it writes and then breaks."""
    marks.mark = lambda content, _page: _die(repr(_texts(content)), how)  # type: ignore[assignment, return-value]
    marks.serve(connection, path, page)


def _texts(content: bytes) -> list[object]:
    return [cell.value for sheet in openpyxl.load_workbook(io.BytesIO(content)) for row in sheet for cell in row]


def _die(text: str, how: str) -> object:
    assert MARK in text.lower()
    print(text)  # noqa: T201  what a library would do
    print(text, file=sys.stderr, flush=True)  # noqa: T201
    return DEATHS[how](text)
