"""An openpyxl workbook as bytes: the same each time, and nothing of it on the disk on the way.

openpyxl writes each sheet to a temporary file first; a process that is ended then would leave the
rows of persons behind.
"""

import re
import zipfile
from datetime import datetime
from io import BytesIO
from typing import Any

__all__ = ["FIRST_DAY", "escaped", "saved"]

FIRST_DAY = datetime(2000, 1, 1)  # noqa: DTZ001  a workbook's properties have no time zone
"""Stands in the properties of a workbook where no clock is read."""

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)

# What Excel writes as _xHHHH_: characters that XML cannot hold, a carriage return (a reader would
# drop it), and an underscore that a reader would otherwise take for the start of such an escape.
_TO_ESCAPE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def escaped(text: str) -> str:
    """A text as a cell or a comment can hold it."""
    return _TO_ESCAPE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def saved(book: Any) -> bytes:
    """The package of an openpyxl workbook, with fixed order, dates and modes."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _writer(book, archive).write_data()
    return _fixed(out)


def _writer(book: Any, archive: zipfile.ZipFile) -> Any:
    from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
    from openpyxl.worksheet._writer import WorksheetWriter
    from openpyxl.writer.excel import ExcelWriter

    class InMemory(ExcelWriter):  # type: ignore[misc]  # openpyxl ships no types
        def write_worksheet(self, sheet: Any) -> None:
            sheet._drawing = SpreadsheetDrawing()
            sheet._drawing.charts, sheet._drawing.images = sheet._charts, sheet._images
            writer = WorksheetWriter(sheet, out=BytesIO())
            writer.write()
            sheet._rels = writer._rels
            self._archive.writestr(sheet.path[1:], writer.out.getvalue())
            self.manifest.append(sheet)

    return InMemory(book, archive)


def _fixed(made: BytesIO) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(out, "w") as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            member = zipfile.ZipInfo(name, _ZIP_DATE)
            member.create_system = 3  # else Windows writes other bytes
            member.external_attr = 0o644 << 16
            target.writestr(member, source.read(name), zipfile.ZIP_DEFLATED, compresslevel=6)
    return out.getvalue()
