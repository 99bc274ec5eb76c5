"""Workbooks out: a grid of cells becomes an .xlsx, the same bytes each time.

Whatever is text stays text: a cell that begins with = is a string in the file, never a
formula. No clock is read, so that equal grids give equal bytes.
"""

import math
import os
import textwrap
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from atstats.errors import UnreadableError, UsageError
from atstats.frames import GridCell, SheetGrid, WorkbookGrid
from atstats.workbook.saved import FIRST_DAY, escaped, saved

__all__ = ["CODES_SHEET", "write_workbook"]

CODES_SHEET = "codes"
"""The last sheet of a workbook with drop-downs: one column a code list, named `codes_<list>`."""

_TEXT_FORMAT = "@"
_DATE_FORMAT = "yyyy-mm-dd"
_FIRST_DATE = date(1900, 3, 1)  # Excel believes in 29 February 1900: readers differ about earlier days
_FIRST_DATE_1904 = date(1904, 1, 2)
_ROWS_WITH_DROPDOWN = 2000
_WIDEST_ON_A_PAGE = 250.0  # characters, beyond which a sheet that is shrunk to one page cannot be read
_LONGEST_TEXT = 32_767
_PROPERTIES = ("title", "subject", "keywords", "category", "description")
_LOOKS: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True, "size": 16, "colour": "FF1F3864"},
    "heading": {"bold": True, "size": 12, "colour": "FF1F3864"},
    "prose": {"wrap": True},
    "label": {"bold": True, "fill": "FFDCE6F1", "wrap": True},
    "required": {"bold": True, "fill": "FFFFE699", "wrap": True},
    "conditional": {"bold": True, "fill": "FFFFF6DC", "wrap": True},
    "minor": {"size": 8, "colour": "FF595959", "fill": "FFF7F9FC", "wrap": True},
    "key": {"italic": True, "size": 9, "fill": "FFE7E6E6"},
    "text": {"format": _TEXT_FORMAT},
    "date": {"format": _DATE_FORMAT},
    "locked": {"fill": "FFF2F2F2", "format": _TEXT_FORMAT},
}
_FORMATS = {name: look["format"] for name, look in _LOOKS.items() if "format" in look}


def write_workbook(grid: WorkbookGrid, path: Path) -> None:
    """Write one workbook; the file is there whole or not at all.

    Args:
        grid: the sheets, cell by cell, and the texts that their drop-downs offer.
        path: where to; an existing file is replaced.

    Raises:
        UsageError: a text is longer than Excel holds, or a number is not finite.
        UnreadableError: the file cannot be written.
    """
    content = _built(grid)
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except OSError as problem:
        partial.unlink(missing_ok=True)
        raise UnreadableError(
            f"{path.name} cannot be written: {problem.strerror}",
            hint="Close it if it is open in Excel, or free some space.",
        ) from None


def _built(grid: WorkbookGrid) -> bytes:
    from openpyxl import Workbook
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = Workbook()
    book.remove(book.active)
    if grid.date_1904:
        book.epoch = CALENDAR_MAC_1904
    _add_styles(book)
    for sheet in grid.sheets:
        _add_sheet(book, sheet, date_1904=grid.date_1904)
    used = sorted({name for sheet in grid.sheets for name in sheet.dropdowns.values()})
    if used:
        _add_codes(book, {name: grid.choices[name] for name in used})
    book.properties.creator = "atstats"
    book.properties.created = book.properties.modified = FIRST_DAY
    _add_properties(book, grid.properties)
    return saved(book)


def _add_properties(book: Any, properties: Mapping[str, str]) -> None:
    from openpyxl.packaging.custom import StringProperty

    for name, value in properties.items():
        if name in _PROPERTIES:
            setattr(book.properties, name, escaped(value) or None)
        else:
            book.custom_doc_props.append(StringProperty(name=name, value=escaped(value)))


def _add_styles(book: Any) -> None:
    from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill

    for name, look in _LOOKS.items():
        style = NamedStyle(_style_name(name))
        style.font = Font(
            name="Calibri",
            size=look.get("size", 11),
            bold=look.get("bold", False),
            italic=look.get("italic", False),
            color=look.get("colour"),
        )
        if "fill" in look:
            style.fill = PatternFill("solid", start_color=look["fill"])
        if "wrap" in look:
            style.alignment = Alignment(wrap_text=True, vertical="top")
        style.number_format = look.get("format", "General")
        book.add_named_style(style)


def _style_name(name: str) -> str:
    return f"atstats {name}"  # Excel has a style "Title" of its own and does not tell capitals apart


def _add_sheet(book: Any, sheet: SheetGrid, *, date_1904: bool) -> None:
    from openpyxl.styles import Protection

    made = book.create_sheet(sheet.name)
    guarded = any(cell.style == "locked" for row in sheet.rows for cell in row)
    for row_number, row in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(row, start=1):
            if cell == GridCell(None):
                continue
            written = made.cell(row_number, column)
            _fill(written, cell, sheet=sheet.name, date_1904=date_1904)
            if guarded:
                written.protection = Protection(locked=cell.style == "locked")
    if guarded:
        made.protection.sheet = True
    _shape(made, sheet)
    _add_dropdowns(made, sheet)


def _shape(made: Any, sheet: SheetGrid) -> None:
    """Widths, heights, what is hidden, merged and frozen, and how the sheet is printed."""
    from openpyxl.utils import get_column_letter

    for column, width in enumerate(sheet.widths, start=1):
        made.column_dimensions[get_column_letter(column)].width = width
    for column, style in enumerate(sheet.column_styles, start=1):
        if style in _FORMATS:
            made.column_dimensions[get_column_letter(column)].number_format = _FORMATS[style]
    for number, row in enumerate(sheet.rows, start=1):
        made.row_dimensions[number].height = _height(row, sheet.widths)
    for letters in sheet.hidden_columns:
        made.column_dimensions[letters].hidden = True
    for number in sheet.hidden_rows:
        made.row_dimensions[number].hidden = True
    for area in sheet.merged:
        made.merge_cells(area)
    if sheet.first_data_row > 1:
        made.freeze_panes = f"A{sheet.first_data_row}"
        made.print_title_rows = f"1:{sheet.first_data_row - 1}"
    if sheet.widths:
        made.page_setup.orientation = "landscape"
        made.page_setup.paperSize = made.PAPERSIZE_A4
        if sum(sheet.widths) < _WIDEST_ON_A_PAGE:
            made.sheet_properties.pageSetUpPr.fitToPage = True
            made.page_setup.fitToHeight = 0


def _height(row: tuple[GridCell, ...], widths: tuple[float, ...]) -> float | None:
    """The height in points that wrapped text needs, as not every office program works it out; none for one line."""
    tallest, single = 0.0, True
    for cell, width in zip(row, widths, strict=False):
        look = _LOOKS.get(cell.style, {})
        if isinstance(cell.value, str) and look.get("wrap"):
            size = look.get("size", 11) * (1.1 if look.get("bold") else 1)
            lines = len(textwrap.wrap(cell.value, max(1, int(width * 12 / size))))
            tallest = max(tallest, lines * look.get("size", 11) * 1.35)
            single = single and lines <= 1
    return None if single else tallest + 2


def _fill(written: Any, cell: GridCell, *, sheet: str, date_1904: bool) -> None:
    value = cell.value
    first = _FIRST_DATE_1904 if date_1904 else _FIRST_DATE
    if isinstance(value, date) and (value.date() if isinstance(value, datetime) else value) < first:
        value = value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError(
            f"sheet {sheet}, cell {written.coordinate}: the number is not finite", hint="Leave the cell blank."
        )
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        raise UsageError(
            f"sheet {sheet}, cell {written.coordinate}: the text is longer than Excel's {_LONGEST_TEXT} characters",
            hint="Shorten it.",
        )
    if isinstance(value, str):
        value = escaped(value) or None
    written.value = value
    if cell.style:
        written.style = _style_name(cell.style)
    if isinstance(value, str):
        written.data_type = "s"  # openpyxl takes "=1+1" for a formula and "#N/A" for an error
        if cell.style in ("", "date"):
            written.number_format = _TEXT_FORMAT
    elif isinstance(value, date):
        written.number_format = _DATE_FORMAT
    if cell.note:
        _add_note(written, cell.note)


def _add_note(written: Any, note: str) -> None:
    from openpyxl.comments import Comment

    comment = Comment(escaped(note), "atstats")
    comment.width = 320
    comment.height = 40 + 18 * (len(note) // 45 + note.count("\n"))
    written.comment = comment


def _add_dropdowns(made: Any, sheet: SheetGrid) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    last = max(len(sheet.rows), sheet.first_data_row + _ROWS_WITH_DROPDOWN - 1)
    by_list: dict[str, list[int]] = {}
    for column in sorted(sheet.dropdowns):
        by_list.setdefault(sheet.dropdowns[column], []).append(column)
    for name in sorted(by_list):
        # It offers and does not block: UNK, NA and REF may stand in any cell, several codes in some.
        validation = DataValidation(
            type="list", formula1=f"={_range_name(name)}", allow_blank=True, showErrorMessage=False
        )
        for column in by_list[name]:
            letters = get_column_letter(column)
            validation.add(f"{letters}{sheet.first_data_row}:{letters}{last}")
        made.add_data_validation(validation)


def _range_name(code_list: str) -> str:
    return f"codes_{code_list}"  # a bare "age2" would be a cell


def _add_codes(book: Any, lists: Mapping[str, tuple[str, ...]]) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.workbook.defined_name import DefinedName

    made = book.create_sheet(CODES_SHEET)
    for column, (identifier, texts) in enumerate(lists.items(), start=1):
        letters = get_column_letter(column)
        longest = max(len(text) for text in (identifier, *texts))
        made.column_dimensions[letters].width = min(max(12, longest + 2), 60)
        for row, text in enumerate((identifier, *texts), start=1):
            style = "key" if row == 1 else "locked"
            _fill(made.cell(row, column), GridCell(text, style), sheet=CODES_SHEET, date_1904=False)
        area = f"'{CODES_SHEET}'!${letters}$2:${letters}${len(texts) + 1}"
        name = _range_name(identifier)
        book.defined_names[name] = DefinedName(name, attr_text=area)
    made.freeze_panes = "A2"
    made.protection.sheet = True
