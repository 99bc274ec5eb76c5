"""Findings marked in a copy of the workbook itself: fills, comments, and the list in front.

Runs in a process of its own, as openpyxl takes its time with a large file and its memory too. The
copy is read again beside the original: where a single value differs, it is not given out.
"""

import contextlib
import re
import signal
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from copy import copy
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from atstats.workbook.child import limit_memory, silence
from atstats.workbook.findings_sheet import FILLS, Page, add_findings_sheet, split_place
from atstats.workbook.guard import UnsafeError, is_encrypted, refuse
from atstats.workbook.losses import losses, relations
from atstats.workbook.package import open_package
from atstats.workbook.saved import FIRST_DAY, escaped, saved
from atstats.workbook.scan import scan_sheet

__all__ = ["HEADING", "mark", "serve"]

HEADING = "— atstats —"
"""Divides our part of a comment from what stood there before; what follows it is ours."""

_WIDTH, _LINE, _LETTERS = 320, 17, 46  # of a comment: pixels, pixels a line, letters a line
_TALLEST = 420
_HARMLESS = "Workbook contains no"  # styles of its own: openpyxl then writes plain ones
_SHAPE = re.compile(rb"<(?:\w+:)?shape\s(.*?)</(?:\w+:)?shape>", re.DOTALL)
_SIZE = {name: re.compile(rb"[\"';\s]" + name.encode() + rb"\s*:\s*([\d.]+)(pt|px|in)") for name in ("width", "height")}
_PLACE = {name: re.compile(rb"<(?:\w+:)?" + name.encode() + rb">\s*(\d+)") for name in ("Row", "Column")}
_PIXELS = {b"pt": 96 / 72, b"px": 1.0, b"in": 96.0}
_RANK = {severity: rank for rank, severity in enumerate(FILLS)}


def serve(connection: Connection, path: str, page: Page) -> None:
    """Send the bytes of the marked copy, or the kinds of loss that forbid it."""
    with contextlib.suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C and ends this process
    silence()
    limit_memory()
    answer: bytes | tuple[str, ...]
    try:
        answer = mark(Path(path).read_bytes(), page)
    except BaseException:  # whatever openpyxl raises may hold data: none of its words is kept
        answer = ("failed",)
    connection.send(answer)


def mark(content: bytes, page: Page) -> bytes | tuple[str, ...]:
    """The marked copy of a workbook, or the kinds of loss that forbid it.

    Args:
        content: the file as it came; the guard looks at it first.
        page: the findings.
    """
    if refuse(content) is not None:
        return ("password",) if is_encrypted(content) else ("unsafe",)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        if not _is_safe(archive):
            return ("unsafe",)
        lost = losses(archive)
        if lost:
            return lost
        drawings = {owner: target for owner, kind, target in relations(archive) if kind.endswith("/vmlDrawing")}
        sizes = {owner: dict(_shape_sizes(archive.read(target))) for owner, target in drawings.items()}
        dated = _dated(archive)
    loaded = _loaded(content, sizes)
    if loaded is None:
        return ("other",)
    loaded.properties.created = loaded.properties.created if "created" in dated else FIRST_DAY
    loaded.properties.modified = loaded.properties.modified if "modified" in dated else FIRST_DAY
    targets = [sheet.title for sheet in loaded.worksheets]
    fills = _fill_cells(loaded, page)
    tab = add_findings_sheet(loaded, page, intro=page.copy, targets=targets, fills=fills)
    _write_comments(loaded, page, tab)
    _link_back(loaded, page, tab)
    _show_first(loaded)
    made = saved(loaded)
    return made if _values(content) == _values(made, but=tab) else ("values",)


def _is_safe(archive: zipfile.ZipFile) -> bool:
    """Whether no sheet states or holds what would break a reader."""
    try:
        package = open_package(archive)
        for tab in package.tabs:
            if tab.part:
                scan_sheet(archive, tab, package)
    except UnsafeError:
        return False
    return True


def _dated(archive: zipfile.ZipFile) -> set[str]:
    """Which of its dates the workbook states itself; openpyxl reads the clock for the others."""
    core = archive.read("docProps/core.xml") if "docProps/core.xml" in archive.namelist() else b""
    return {name for name in ("created", "modified") if f":{name}".encode() in core}


_Sizes = Mapping[tuple[int, int], tuple[float, float]]
"""(row, column) -> width and height of a comment in pixels."""


def _shape_sizes(vml: bytes) -> Iterator[tuple[tuple[int, int], tuple[float, float]]]:
    for shape in _SHAPE.findall(vml):
        size = [pattern.search(shape) for pattern in _SIZE.values()]
        place = [pattern.search(shape) for pattern in _PLACE.values()]
        if all(size) and all(place):
            row, column = (int(found[1]) + 1 for found in place if found)
            width, height = (float(found[1]) * _PIXELS[found[2]] for found in size if found)
            yield (row, column), (width, height)


def _loaded(content: bytes, sizes: Mapping[str, _Sizes]) -> Any:
    """The workbook in openpyxl with its comments as large as they were; none where openpyxl tells of a loss."""
    from openpyxl.reader.excel import ExcelReader

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        reader = ExcelReader(BytesIO(content), rich_text=True)
        reader.read()
    if any(each.category is UserWarning and not str(each.message).startswith(_HARMLESS) for each in told):
        return None
    for sheet, relation in reader.parser.find_sheets():
        for (row, column), (width, height) in sizes.get(relation.target, {}).items():
            cell = reader.wb[sheet.name]._cells.get((row, column))
            if cell is not None and cell.comment is not None:
                cell.comment.width, cell.comment.height = round(width), round(height)
    return reader.wb


# --------------------------------------------------------------------------- marks


def _fill_cells(book: Any, page: Page) -> dict[int, Any]:
    """Give each named cell the fill of its worst finding; number of a line -> the fill that was there."""
    from openpyxl.styles import PatternFill

    worst: dict[tuple[str, int, int], str] = {}
    cells: dict[tuple[str, int, int], Any] = {}
    before: dict[int, Any] = {}
    for line in page.lines:
        for place in line.marked:
            cell = _cell(book, line.sheet, place)
            if cell is None:
                continue
            key = (line.sheet, cell.row, cell.column)
            cells[key] = cell
            worst[key] = min(worst.get(key, line.severity), line.severity, key=_RANK.__getitem__)
            if cell.fill.fill_type is not None:
                before.setdefault(line.number, copy(cell.fill))
    for key, cell in cells.items():
        cell.fill = PatternFill("solid", start_color=FILLS[worst[key]])
    return before


def _cell(book: Any, tab: str, place: str) -> Any:
    """The cell of an address, or the first of the merged ones it belongs to; none where there is no such sheet."""
    from openpyxl.cell import MergedCell
    from openpyxl.utils.cell import coordinate_to_tuple

    found = split_place(place, sheet=tab)
    if found is None or tab not in book.sheetnames:
        return None
    sheet = book[tab]
    row, column = coordinate_to_tuple(found[1])
    if (row, column) not in sheet._cells:
        return _blank(sheet, row, column)
    cell = sheet._cells[row, column]
    if isinstance(cell, MergedCell):
        area = next(area for area in sheet.merged_cells.ranges if cell.coordinate in area)
        return sheet.cell(area.min_row, area.min_col)
    return cell


def _blank(sheet: Any, row: int, column: int) -> Any:
    """A new cell that looks as its row or its column says."""
    own = sheet.row_dimensions.get(row)
    if own is None or not own.has_style:
        dimensions = sheet.column_dimensions.values()
        own = next((each for each in dimensions if each.min and each.min <= column <= each.max), None)
    cell = sheet.cell(row, column)
    if own is not None and own.has_style:
        cell._style = copy(own._style)
    return cell


def _write_comments(book: Any, page: Page, tab: str) -> None:
    """One comment a cell, however many findings it has; below what stood there before."""
    texts: dict[tuple[str, int, int], list[str]] = {}
    cells: dict[tuple[str, int, int], Any] = {}
    for line in page.lines:
        if not line.marked:
            continue
        cell = _cell(book, line.sheet, line.cell)
        if cell is not None:
            cell = _header_cell(book[line.sheet], cell, above=line.below)
            key = (line.sheet, cell.row, cell.column)
            cells[key] = cell
            at = page.words["at"].replace("{number}", str(line.number)).replace("{tab}", tab)
            texts.setdefault(key, []).append(f"{line.rule} {line.said}: {line.message}\n{line.hint}\n({at})")
    for key, cell in cells.items():
        _comment(cell, "\n\n".join(texts[key]))


def _header_cell(sheet: Any, cell: Any, *, above: int) -> Any:
    """The nearest filled cell of a column above the data; the cell itself where nothing is there."""
    column = (sheet._cells.get((row, cell.column)) for row in range(above - 1, 0, -1))
    return next((each for each in column if each is not None and each.value is not None), cell)


def _comment(cell: Any, text: str) -> None:
    from openpyxl.comments import Comment

    old = cell.comment
    before = old.text.partition(HEADING)[0].rstrip() if old is not None else ""
    ours = escaped(f"{HEADING}\n{text}")
    whole = f"{before}\n\n{ours}" if before else ours
    comment = Comment(whole, old.author if old is not None else "atstats")
    n_lines = sum(len(line) // _LETTERS + 1 for line in whole.split("\n"))
    comment.width = max(_WIDTH, old.width if old is not None else 0)
    comment.height = min(_TALLEST, 24 + _LINE * n_lines)
    cell.comment = comment


def _link_back(book: Any, page: Page, tab: str) -> None:
    """The first text of each sheet with findings leads to the list, where it leads nowhere yet."""
    from openpyxl.utils import quote_sheetname
    from openpyxl.worksheet.hyperlink import Hyperlink

    rows: dict[str, int] = {}
    for line in page.lines:
        for place in line.marked:
            found = split_place(place, sheet=line.sheet)
            row = int(found[1].lstrip(ascii_uppercase)) if found else 1
            rows[line.sheet] = min(rows.get(line.sheet, row), row)
    for name in sorted({line.sheet for line in page.lines} & set(book.sheetnames) - {tab}):
        first = _first_text(book[name], above=rows.get(name, 1))
        if first is not None and first.hyperlink is None:
            first.hyperlink = Hyperlink(
                ref=first.coordinate, location=f"{quote_sheetname(tab)}!A1", tooltip=page.words["back"]
            )


def _first_text(sheet: Any, *, above: int) -> Any:
    """The first text of a sheet; rather one that is not wrapped, as LibreOffice unwraps what is a link."""
    cells = sheet._cells
    texts = [cells[place] for place in sorted(cells) if isinstance(cells[place].value, str)]
    plain = (cell for cell in texts if cell.row < above and not cell.alignment.wrap_text)
    first = next(plain, next(iter(texts), None))
    return first if first is not None and first.data_type == "s" else None


def _show_first(book: Any) -> None:
    """Open on the list; two selected tabs would be edited together."""
    for sheet in book.worksheets:
        for view in sheet.views.sheetView:
            view.tabSelected = sheet is book.worksheets[0]
    book.active = 0
    for view in book.views:
        view.firstSheet = 0


# --------------------------------------------------------------------------- proof


def _values(content: bytes, *, but: str = "") -> list[tuple[str, dict[tuple[int, int], str]]]:
    """Every filled cell of every sheet, as another reader sees it."""
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_filelike(BytesIO(content)) as book:
        return [
            (
                name,
                {
                    (row_number, column): repr(value)
                    for row_number, row in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False))
                    for column, value in enumerate(row)
                    if value != ""
                },
            )
            for name in book.sheet_names
            if name != but
        ]
