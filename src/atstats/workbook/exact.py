"""Read a sheet cell by cell from its XML: slower, and right where the fast reader fails or loses a cell.

Texts in another encoding, an error value that is newer than the reader, a duration of a million
years, a comment inside a value: each makes the fast reader give up or skip the cell. This reader
follows the standard (ECMA-376, part 1, 18.3.1.4 and 18.4) and gives the same kinds of values.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl.styles.numbers import builtin_format_code, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from atstats.workbook.grid import Rows
from atstats.workbook.guard import DAMAGED, UnsafeError
from atstats.workbook.package import Package, feed, local, parser_for
from atstats.workbook.scan import Scan, place

__all__ = ["ExactReader"]

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LAST_DAY = 2_958_466
"""Excel's number of the day after 9999-12-31."""
_ROW = place(1, 1)


@dataclass(slots=True)
class _Open:
    """The cell whose end has not come yet."""

    place: int = 0
    kind: str = ""
    style: int = 0
    text: list[str] = field(default_factory=list)
    has_value: bool = False


class ExactReader:
    """The sheets of one workbook; shared texts and formats are read once."""

    def __init__(self, archive: zipfile.ZipFile, package: Package) -> None:
        self._archive = archive
        self._epoch = CALENDAR_MAC_1904 if package.date_1904 else CALENDAR_WINDOWS_1900
        self._strings = list(_strings(archive, package.strings)) if package.strings else []
        self._formats = _formats(archive, package.styles) if package.styles else []

    def rows(self, found: Scan) -> Rows:
        """Every row that holds something."""
        cells = self._cells(found.part)
        row_of: dict[int, dict[int, Any]] = {}
        for each, value in cells.items():
            row, column = divmod(each, _ROW)
            if row > found.height or column >= found.width:
                raise UnsafeError(DAMAGED)  # a cell that the scan has not seen
            row_of.setdefault(row, {})[column] = value
        for row in sorted(row_of):
            yield row, [row_of[row].get(column, "") for column in range(found.width)]

    def _cells(self, part: str) -> dict[int, Any]:
        """Place -> value of the cells that are not blank."""
        cells: dict[int, Any] = {}
        handler = _Cells(lambda cell: cells.update(self._valued(cell)))
        parser = parser_for()
        parser.StartElementHandler = handler.start
        parser.EndElementHandler = handler.end
        parser.CharacterDataHandler = handler.characters
        feed(self._archive, part, parser)
        return cells

    def _valued(self, cell: _Open) -> dict[int, Any]:
        text = "".join(cell.text)
        value: Any = text
        if cell.kind == "e" or not cell.has_value:
            return {}
        if cell.kind == "s":
            value = self._shared(text.strip())
        elif cell.kind in ("str", "inlineStr"):
            value = _unescaped(text)
        elif cell.kind == "b":
            value = {"1": True, "true": True, "0": False, "false": False}.get(text.strip(), text)
        elif cell.kind == "d":
            value = _iso(text.strip())
        elif cell.kind in ("", "n"):
            value = self._number(text, cell.style)
        return {} if value == "" else {cell.place: value}

    def _shared(self, text: str) -> str:
        if text and not (text.isdecimal() and int(text) < len(self._strings)):
            raise UnsafeError(DAMAGED)
        return self._strings[int(text)] if text else ""

    def _number(self, text: str, style: int) -> Any:
        try:
            number = float(text.replace("_", "?"))  # Python reads 1_000 as a number
        except ValueError:
            return text if text.strip() else ""
        form = self._formats[style] if 0 <= style < len(self._formats) else ""
        if form == "duration" and abs(number) < 1e8:
            return timedelta(days=number)
        if form == "date" and 0 <= number < _LAST_DAY:
            return _day(number, self._epoch)
        return number


class _Cells:
    """Follows the elements of one sheet and hands on each cell at its end."""

    def __init__(self, closed: Any) -> None:
        self._closed = closed
        self._row = 0
        self._column = 0
        self._cell: _Open | None = None
        self._inside: list[str] = []
        self._keep = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = local(tag)
        self._inside.append(tag)
        if tag == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
        elif tag == "c":
            letters = attributes.get("r", "").rstrip("0123456789").upper()
            self._column = sum((ord(each) - 64) * 26**n for n, each in enumerate(reversed(letters))) or self._column + 1
            self._cell = _Open(
                place(self._row, self._column), attributes.get("t", ""), int(attributes.get("s", "0") or 0)
            )
        elif tag == "t":
            self._keep = next((value == "preserve" for key, value in attributes.items() if key == "xml:space"), False)
        if tag in ("v", "is") and self._cell is not None and (tag == "is") == (self._cell.kind == "inlineStr"):
            self._cell.has_value = True

    def characters(self, text: str) -> None:
        if self._cell is None:
            return
        inside = self._inside[-1]
        if inside == "t" and "rPh" not in self._inside and self._cell.kind == "inlineStr":
            self._cell.text.append(text if self._keep else text.strip(" \t\r\n"))
        elif inside == "v" and self._cell.kind != "inlineStr":
            self._cell.text.append(text)

    def end(self, tag: str) -> None:
        self._inside.pop()
        if local(tag) == "c" and self._cell is not None:
            self._closed(self._cell)
            self._cell = None


def _strings(archive: zipfile.ZipFile, part: str) -> Iterator[str]:
    """The shared texts in their order; phonetic readings are no part of a text."""
    texts: list[str] = []
    inside: list[str] = []
    keep = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal keep
        inside.append(local(tag))
        keep = attributes.get("xml:space") == "preserve"
        if inside[-1] == "si":
            texts.append("")

    def characters(text: str) -> None:
        if inside[-1] == "t" and "rPh" not in inside and texts:
            texts[-1] += text if keep else text.strip(" \t\r\n")

    parser = parser_for()
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: inside.pop()
    parser.CharacterDataHandler = characters
    feed(archive, part, parser)
    return map(_unescaped, texts)


def _unescaped(text: str) -> str:
    """`_x000D_` is a carriage return; `_x005F_` an underscore that begins no escape."""
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text


def _formats(archive: zipfile.ZipFile, part: str) -> list[str]:
    """What each cell format makes of a number: date, duration, or "" where it stays one."""
    codes: dict[int, str] = {}
    numbers: list[int] = []
    inside: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        inside.append(local(tag))
        if inside[-1] == "numFmt":
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif inside[-2:] == ["cellXfs", "xf"]:
            numbers.append(int(attributes.get("numFmtId", "0")))

    parser = parser_for()
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: inside.pop()
    feed(archive, part, parser)
    return [_form(codes.get(number) or builtin_format_code(number)) for number in numbers]


def _form(code: str | None) -> str:
    if code and is_timedelta_format(code):
        return "duration"
    return "date" if code and is_date_format(code) else ""


def _day(number: float, epoch: datetime) -> date | datetime | timedelta:
    """A date, a date with a time, or a time of day, by Excel's count of days."""
    if number < 1:
        return timedelta(days=number)
    moment: datetime = from_excel(number, epoch)
    return moment.date() if number.is_integer() else moment


def _iso(text: str) -> date | datetime | time | str:
    """A date as strict workbooks write it."""
    for kind in (date, datetime, time):
        try:
            return kind.fromisoformat(text)
        except ValueError:
            continue
    return text
