"""What the XML of a sheet tells that its values do not: errors, formulas, hidden and merged cells.

A reader gives a blank for `#N/A` and for a formula without a stored result, and trusts the
counts and dimensions that a file states. This scan streams each sheet once and measures
them; it also counts the cells that hold something, against which a reader's cells are held.
"""

import zipfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from atstats.frames import Fact, column_letters
from atstats.workbook.even_rows import EvenRow, EvenRows
from atstats.workbook.guard import DAMAGED, LIMITS, Limits, Refused, UnsafeError
from atstats.workbook.package import Package, Tab, feed, local, parser_for

__all__ = ["Scan", "place", "scan_sheet"]

_COLUMNS = {column_letters(number): number for number in range(1, LIMITS.columns + 1)}
_FURTHEST_ROW = 1_048_576
_FURTHEST_COLUMN = 16_384
_MOST_FACTS = 2_000
"""Merged ranges, and runs of hidden rows, that are told one by one; those beyond are told together."""
_BLANK, _NUMBER, _SHARED, _TEXT = range(4)
_INSIDE_A_CELL = frozenset(
    (
        "is", "r", "rPr", "rPh", "phoneticPr", "b", "i", "u", "sz", "color", "rFont", "family", "scheme", "charset",
        "vertAlign", "strike", "outline", "shadow", "condense", "extend",
    )
)  # fmt: skip
_SHRINK = "Remove empty rows and columns, then save it under a new name."


@dataclass(slots=True)
class Scan:
    """One sheet: the cells that a reader gives wrongly, what it should count, and facts."""

    name: str
    part: str
    errors: "array[int]" = field(default_factory=lambda: array("q"))
    """Places (see `place`) of cells that hold an error, ascending."""
    no_values: "array[int]" = field(default_factory=lambda: array("q"))
    """Places of formulas without a stored result, ascending."""
    height: int = 0
    width: int = 0
    n_cells: int = 0
    """Cells that hold a value, without errors; and the sums of their rows and columns."""
    row_sum: int = 0
    column_sum: int = 0
    plain: bool = True
    facts: list[Fact] = field(default_factory=list)


def place(row: int, column: int) -> int:
    """One number for a cell, ascending by row and then by column."""
    return row * _FURTHEST_COLUMN + column - 1


def scan_sheet(archive: zipfile.ZipFile, tab: Tab, package: Package, *, limits: Limits = LIMITS) -> Scan:
    """Stream one sheet.

    Raises:
        UnsafeError: a cell lies outside the limits, or stands out of order.
    """
    found = Scan(tab.name, tab.part)
    if tab.state != "visible":
        found.facts.append(Fact("very_hidden_sheet" if tab.state == "veryHidden" else "hidden_sheet", tab.name))
    handler = _Handler(found, package.blank_texts, limits)
    parser = parser_for()
    parser.StartElementHandler = handler.start
    parser.CharacterDataHandler = handler.characters
    even = EvenRows(
        lambda piece: parser.Parse(piece, False), handler.even_row, columns=_COLUMNS, blank_texts=package.blank_texts
    )
    in_utf8 = feed(archive, tab.part, parser, through=even)
    found.plain = found.plain and in_utf8
    handler.finish()
    return found


class _Handler:
    """Follows the cells of one sheet; rows and cells without a reference count on from the last.

    There is no handler for the end of an element: a cell ends where the next element begins,
    which halves the time.
    """

    def __init__(self, found: Scan, blank_texts: set[str], limits: Limits) -> None:
        self.found = found
        self.blank_texts = blank_texts
        self.limits = limits
        self.row = 0
        self.digits = "0"
        self.column = 0
        self.kind = ""
        self.in_cell = False
        self.formula = False
        self.counted = False
        self.awaits = _BLANK
        self.length = 0
        self.first_formula = ""
        self.stated = ""
        self.hidden: list[list[int]] = []
        self.hidden_columns: set[int] = set()
        self.merged: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if ":" in tag:
            tag = local(tag)
        if tag == "c":
            if self.formula:
                self._no_value()
            self.in_cell = True
            self.counted = False
            self.awaits = _BLANK
            self.length = 0
            self.kind = attributes.get("t", "")
            self.column = self._column(attributes.get("r"))
        elif tag == "v":
            if self.in_cell:
                self._value()
        elif tag == "row":
            self._row(attributes)
        else:
            self._other(tag, attributes)

    def even_row(self, number: int, row: EvenRow) -> None:
        """A row of plain cells, which the parser does not see."""
        self._begin_row(number)
        if row.n:
            self.column = row.last
            self._holds()
            self.found.n_cells += row.n
            self.found.row_sum += number * row.n
            self.found.column_sum += row.column_sum

    def characters(self, text: str) -> None:
        if self.awaits == _TEXT:
            self._count()
        elif self.awaits:
            self._digits(text)
        self.length += len(text)
        if self.length > self.limits.text:
            raise UnsafeError(
                Refused(f"holds a text of more than {self.limits.text:,} characters in one cell", "Shorten the text.")
            )

    def _digits(self, text: str) -> None:
        """A number, or the number of a shared text; blank space may follow an element that is empty."""
        stripped = text.strip()
        if not stripped:
            return
        if len(stripped) < len(text):
            self.found.plain = False  # the fast reader makes a text of it
        if self.awaits == _SHARED:
            if not (stripped.isascii() and stripped.isdecimal()):
                raise UnsafeError(DAMAGED)
            if stripped in self.blank_texts:
                self.awaits = _BLANK
                return
        self._count()

    def finish(self) -> None:
        """Close the last cell and turn what was gathered into facts."""
        if self.formula:
            self._no_value()
        found, name = self.found, self.found.name
        if self.first_formula:
            found.facts.append(Fact("formula", name, self.first_formula))
        if self.stated and _beyond(self.stated, found):
            found.facts.append(Fact("beyond_dimension", name, self.stated))
        runs = [f"{first}:{last}" if first < last else str(first) for first, last in self.hidden[:_MOST_FACTS]]
        if len(self.hidden) > _MOST_FACTS:
            runs.append(f"{self.hidden[_MOST_FACTS][0]}:{self.hidden[-1][1]}")
        found.facts += [Fact("hidden_row", name, run) for run in runs]
        found.facts += [Fact("hidden_column", name, column_letters(each)) for each in sorted(self.hidden_columns)]
        found.facts += [Fact("merged", name, where) for where in self.merged]

    def _column(self, reference: str | None) -> int:
        if reference is None:
            return self.column + 1
        column = _COLUMNS.get(reference[: -len(self.digits)]) or _number(reference[: -len(self.digits)])
        if not reference.endswith(self.digits) or column <= self.column:
            # A cell of another row, or one that stands twice: readers differ in which they take.
            raise UnsafeError(DAMAGED)
        return column

    def _begin_row(self, row: int) -> None:
        if self.formula:
            self._no_value()
        if not self.row < row <= _FURTHEST_ROW:
            raise UnsafeError(DAMAGED)
        self.row, self.digits, self.column, self.in_cell, self.awaits = row, str(row), 0, False, _BLANK

    def _row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        row = self.row + 1 if given is None else int(given)
        self._begin_row(row)
        if attributes.get("hidden") in ("1", "true") or attributes.get("ht") == "0":
            if self.hidden and self.hidden[-1][1] == row - 1:
                self.hidden[-1][1] = row
            else:
                self.hidden.append([row, row])

    def _value(self) -> None:
        """A stored value begins."""
        self._holds()
        kind = self.kind
        if kind == "e":
            self.found.errors.append(place(self.row, self.column))
            self.formula = False
        elif kind == "s":
            self.awaits = _SHARED
        elif kind == "str":
            self.awaits = _TEXT
            self._result()  # a formula whose result is the empty text has a result
        elif kind != "inlineStr":
            self.awaits = _NUMBER

    def _holds(self) -> None:
        """The cell holds something: it must lie within the limits."""
        found, limits = self.found, self.limits
        if self.row > found.height or self.column > found.width:
            if self.row > limits.rows or self.column > limits.columns:
                reason = f"has a cell beyond row {limits.rows} or column {limits.columns}"
                raise UnsafeError(Refused(reason, _SHRINK))
            found.height, found.width = max(found.height, self.row), max(found.width, self.column)
            if found.height * found.width > limits.cells:
                reason = f"has a sheet that spreads over more than {limits.cells:,} cells"
                raise UnsafeError(Refused(reason, _SHRINK))

    def _count(self) -> None:
        self.awaits = _BLANK
        self.counted = True
        self._result()
        self.found.n_cells += 1
        self.found.row_sum += self.row
        self.found.column_sum += self.column

    def _result(self) -> None:
        """The formula of this cell, if it has one, has a stored result."""
        if self.formula:
            self.formula = False
            self.first_formula = self.first_formula or f"{column_letters(self.column)}{self.row}"

    def _no_value(self) -> None:
        self.formula = False
        self.found.no_values.append(place(self.row, self.column))

    def _other(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "f" and self.in_cell:
            self._holds()
            self.formula = True
            self.awaits = _BLANK
        elif tag == "t" and self.in_cell and self.kind != "e":
            self._holds()
            self.awaits = _BLANK if self.counted else _TEXT
        elif tag == "mergeCell":
            self._merged(attributes.get("ref", ""))
        elif tag == "dimension":
            self.stated = attributes.get("ref", "")
        elif tag == "col" and (attributes.get("hidden") in ("1", "true") or attributes.get("width") == "0"):
            first, last = (int(attributes.get(key, "1")) for key in ("min", "max"))
            self.hidden_columns.update(range(first, min(last, self.limits.columns) + 1))
        elif tag not in _INSIDE_A_CELL:
            self.in_cell = False
            self.awaits = _BLANK  # what a later element says is no value of the last cell
            self.length = 0

    def _merged(self, where: str) -> None:
        if len(self.merged) < _MOST_FACTS:
            self.merged.append(where)
        else:
            ends = [*_corners(where), *(_corners(self.merged.pop()) if len(self.merged) > _MOST_FACTS else ())]
            rows, columns = [row for row, _ in ends], [column for _, column in ends]
            first, last = (f"{column_letters(pick(columns))}{pick(rows)}" for pick in (min, max))
            self.merged.append(f"{first}:{last}")


def _number(letters: str) -> int:
    """The number of a column by its letters."""
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z" or number > _FURTHEST_COLUMN:
            raise UnsafeError(DAMAGED)
        number = number * 26 + ord(letter) - 64
    if not 0 < number <= _FURTHEST_COLUMN:
        raise UnsafeError(DAMAGED)
    return number


def _corners(where: str) -> Iterator[tuple[int, int]]:
    """Row and column of the corners of a range such as B2:C7."""
    for corner in where.split(":"):
        letters = corner.rstrip("0123456789")
        yield int(corner[len(letters) :]), _number(letters)


def _beyond(stated: str, found: Scan) -> bool:
    """Whether cells lie outside the stated dimension; many programs write just A1 for "not known"."""
    if ":" not in stated:
        return False
    rows, columns = zip(*_corners(stated.replace("$", "")), strict=True)
    return bool(found.height > max(rows) or found.width > max(columns))
