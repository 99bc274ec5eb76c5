"""The sheet that lists findings: one line each, with links to the cells and room for the agency's answers."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atstats.workbook.saved import escaped

__all__ = ["FILLS", "Line", "Page", "add_findings_sheet", "split_place"]

FILLS: Mapping[str, str] = {"error": "FFF8B4AE", "warning": "FFFFD599", "info": "FFBDD7EE"}
"""Severity -> the fill of a marked cell; the words say the same."""

_COLUMNS: Mapping[str, float] = {
    "number": 5.0, "sheet": 15.0, "cell": 8.0, "rule": 10.0, "severity": 14.0, "message": 46.0, "hint": 38.0,
    "answer": 30.0, "answered": 16.0, "fingerprint": 18.0,
}  # fmt: skip
_FILL_WIDTH, _OTHER_WIDTH = 12.0, 14.0
_LEGEND = {"error": 6, "warning": 7, "info": 8}
"""Severity -> the column of its legend: those wide enough for the words."""

_MOST_LINKS = 50_000  # Excel holds 65,530 in a sheet and calls a file with more damaged
_LONGEST_TAB = 31
_PLACE = re.compile(r"[A-Z]{1,3}[1-9]\d{0,6}")
_TEXT_FORMAT = "@"
_BLUE, _LINK = "FF1F3864", "FF0563C1"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list: a finding, or the many of one rule in one column."""

    number: int
    sheet: str
    cell: str
    rule: str
    severity: str
    said: str
    """The severity in words."""
    message: str
    hint: str
    others: tuple[str, ...] = ()
    """Further cells: "K14", or "Tab!K14" on another sheet."""
    n_more: int = 0
    """Cells beyond those."""
    fingerprint: str = ""
    marked: tuple[str, ...] = ()
    """The cells that get the fill."""
    below: int = 0
    """Where it is above 0, the comment goes to the header above this row instead of the cell."""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the sheet says, in one language."""

    title: str
    totals: str
    copy: str
    alone: str
    """The introduction of a list without the workbook; {reasons} is still to be filled in."""
    words: Mapping[str, str]
    """Headings, legends, and the name of the tab."""
    lines: tuple[Line, ...] = ()
    left_out: str = ""
    """How many findings do not fit; empty where all do."""


def split_place(place: str, *, sheet: str) -> tuple[str, str] | None:
    """Tab and cell of "K14" or "Tab!K14"; none where it is no single cell."""
    tab, _, cell = place.rpartition("!")
    return (tab or sheet, cell) if _PLACE.fullmatch(cell) else None


def add_findings_sheet(
    book: Any, page: Page, *, intro: str, targets: Sequence[str], fills: Mapping[int, Any] | None = None
) -> str:
    """Put the list before the other sheets of an openpyxl workbook.

    Args:
        book: the workbook.
        page: what to say.
        intro: the sentence on what this file is.
        targets: names of the sheets that a link may lead to; none in a file without them.
        fills: number of a line -> the fill that its cell had before.

    Returns:
        The name of the new tab.
    """
    made = book.create_sheet(_free_name(page.words["tab"], book.sheetnames), 0)
    listing = _List(made, page, frozenset(targets), fills or {})
    listing.write_top(intro)
    listing.write_header()
    for line in page.lines:
        listing.write_line(line)
    if not page.lines:
        listing.put(listing.row, 1, page.words["none"])
    listing.shape()
    return str(made.title)


def _free_name(wanted: str, taken: Sequence[str]) -> str:
    names = {name.lower() for name in taken}
    name, number = wanted[:_LONGEST_TAB], 2
    while name.lower() in names:
        name = f"{wanted[: _LONGEST_TAB - 4]} {number}"
        number += 1
    return name


class _List:
    """Writes one sheet from the top down."""

    def __init__(self, made: Any, page: Page, targets: frozenset[str], fills: Mapping[int, Any]) -> None:
        self.made = made
        self.page = page
        self.targets = targets
        self.fills = fills
        self.row = 1
        self.header = 1
        self.n_links = 0
        self.columns = {name: number for number, name in enumerate(_COLUMNS, start=1)}
        if fills:
            self.columns["fill"] = len(self.columns) + 1
        self.n_others = max((len(line.others) + bool(line.n_more) for line in page.lines), default=0)
        self.first_other = len(self.columns) + 1

    def put(self, row: int, column: int, text: str | int, **look: Any) -> Any:
        """Write a text that stays a text, or a number."""
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        cell = self.made.cell(row, column)
        cell.value = escaped(text) or None if isinstance(text, str) else text
        if isinstance(text, str) and text:
            cell.data_type = "s"  # openpyxl takes "=1+1" for a formula and "#N/A" for an error
        cell.font = Font(
            name="Calibri",
            size=look.get("size", 10),
            bold=look.get("bold", False),
            color=look.get("colour"),
            underline="single" if look.get("colour") == _LINK else None,
        )
        cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=look.get("wrap", False))
        if "fill" in look:
            cell.fill = PatternFill("solid", start_color=look["fill"])
        if look.get("format"):
            cell.number_format = look["format"]
        if row >= self.header > 1:
            cell.border = Border(bottom=Side("thin", color="FFD0D7E1"))
        return cell

    def write_top(self, intro: str) -> None:
        """Title, totals, legend, what this file is, and what does not fit."""
        self.put(1, 1, self.page.title, bold=True, size=15, colour=_BLUE)
        self.put(2, 1, self.page.totals, bold=True, size=11)
        for row, height in ((1, 24.0), (2, 18.0), (3, 15.0)):
            self.made.row_dimensions[row].height = height
        for severity, column in _LEGEND.items():
            legend = self.page.words[f"legend_{severity}"]
            self.put(3, column, legend, fill=FILLS[severity], wrap=True)
            if len(legend) > list(_COLUMNS.values())[column - 1]:
                self.made.row_dimensions[3].height = 28.0
        self.put(4, 1, intro, size=11, wrap=True)
        last = self.columns["answer"]
        self.made.merge_cells(start_row=4, start_column=1, end_row=4, end_column=last)
        width = sum(list(_COLUMNS.values())[:last])
        self.made.row_dimensions[4].height = 16.0 * len(textwrap.wrap(intro, int(width * 0.9)))
        self.row = 5
        if self.page.left_out:
            self.put(5, 1, self.page.left_out, bold=True, size=11)
            self.row = 6
        self.made.row_dimensions[self.row].height = 6.0
        self.row += 1

    def write_header(self) -> None:
        """The headings of the columns; the further cells share one heading word."""
        self.header = self.row
        headings = [self.page.words[name] for name in self.columns]
        headings += [f"{self.page.words['other']} {number}" for number in range(1, self.n_others + 1)]
        for column, heading in enumerate(headings, start=1):
            self.put(self.row, column, heading, bold=True, fill="FFDCE6F1", wrap=True, format=_TEXT_FORMAT)
        self.made.row_dimensions[self.row].height = 28.0
        self.row += 1

    def write_line(self, line: Line) -> None:
        """One line, with links where the cells can be reached from here."""
        column = self.columns
        self.put(self.row, column["number"], line.number)
        sheet = self.put(self.row, column["sheet"], line.sheet, wrap=True, format=_TEXT_FORMAT)
        if line.sheet in self.targets and not line.cell:
            self._link(sheet, line.sheet, "A1")
        self._place(column["cell"], line.cell, line)
        self.put(self.row, column["rule"], line.rule, format=_TEXT_FORMAT)
        self.put(self.row, column["severity"], line.said, bold=True, fill=FILLS[line.severity], wrap=True)
        self.put(self.row, column["message"], line.message, wrap=True)
        self.put(self.row, column["hint"], line.hint, wrap=True)
        for name in ("answer", "answered"):
            self.put(self.row, column[name], "", fill="FFFFFFF0", wrap=True, format=_TEXT_FORMAT)
        self.put(self.row, column["fingerprint"], line.fingerprint, size=8, colour="FF595959", format=_TEXT_FORMAT)
        if "fill" in column:
            before = self.put(self.row, column["fill"], "")
            if line.number in self.fills:
                before.fill = self.fills[line.number]
        for number, other in enumerate(line.others):
            self._place(self.first_other + number, other, line)
        if line.n_more:
            self.put(self.row, self.first_other + len(line.others), f"+ {line.n_more}")
        self.made.row_dimensions[self.row].height = _height(line)
        self.row += 1

    def _place(self, column: int, place: str, line: Line) -> None:
        cell = self.put(self.row, column, place, wrap=True, format=_TEXT_FORMAT)
        found = split_place(place, sheet=line.sheet)
        if found is not None and found[0] in self.targets:
            self._link(cell, *found)

    def _link(self, cell: Any, tab: str, address: str) -> None:
        from openpyxl.styles import Font
        from openpyxl.utils import quote_sheetname
        from openpyxl.worksheet.hyperlink import Hyperlink

        if self.n_links >= _MOST_LINKS:
            return
        self.n_links += 1
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{quote_sheetname(tab)}!{address}")
        cell.font = Font(name="Calibri", size=10, color=_LINK, underline="single")

    def shape(self) -> None:
        """Widths, the frozen header, the filter, and how it is printed."""
        from openpyxl.utils import get_column_letter

        made = self.made
        widths = [*_COLUMNS.values(), *([_FILL_WIDTH] if self.fills else []), *([_OTHER_WIDTH] * self.n_others)]
        for number, width in enumerate(widths, start=1):
            made.column_dimensions[get_column_letter(number)].width = width
        last_row = max(self.row - 1, self.header)
        made.freeze_panes = f"A{self.header + 1}"
        if self.page.lines:
            made.auto_filter.ref = f"A{self.header}:{get_column_letter(len(widths))}{last_row}"
        made.print_title_rows = f"{self.header}:{self.header}"
        made.print_area = f"A1:{get_column_letter(self.columns['answered'])}{max(last_row, self.row)}"
        made.page_setup.orientation = "landscape"
        made.page_setup.paperSize = made.PAPERSIZE_A4
        made.page_setup.fitToHeight = 0
        made.sheet_properties.pageSetUpPr.fitToPage = True
        made.sheet_view.showGridLines = False
        made.sheet_properties.tabColor = FILLS["error"]


def _height(line: Line) -> float:
    """In points; not every office program works out what wrapped text needs."""
    texts = {"sheet": line.sheet, "cell": line.cell, "severity": line.said, "message": line.message, "hint": line.hint}
    lines = max(len(textwrap.wrap(text, int(_COLUMNS[name] * 1.2))) for name, text in texts.items())
    others = max((len(textwrap.wrap(text, int(_OTHER_WIDTH))) for text in line.others), default=1)
    return 13.5 * max(lines, others, 1) + 3.0
