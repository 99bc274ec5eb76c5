"""What the XML of a workbook tells that its values do not: errors, formulas, hidden and merged cells.

A reader gives a blank for `#N/A` and for a formula without a stored result, and trusts the
counts and dimensions that a file states. This scan streams each part once and measures them.
"""

import posixpath
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from atstats.frames import Fact, column_letters

__all__ = ["MAX_COLUMNS", "MAX_ROWS", "Scan", "UnsafeError", "scan"]

MAX_ROWS = 200_000
MAX_COLUMNS = 300
_PIECE = 2**20


class UnsafeError(Exception):
    """A workbook states something that would break a reader; the message names no content."""


@dataclass(slots=True)
class Scan:
    """One sheet: cells that hold an error or a formula without result, by (row, column), and facts."""

    name: str
    errors: set[tuple[int, int]] = field(default_factory=set)
    no_values: set[tuple[int, int]] = field(default_factory=set)
    facts: list[Fact] = field(default_factory=list)


def scan(archive: zipfile.ZipFile) -> tuple[list[Scan], list[Fact]]:
    """Every worksheet in the order of the tabs, and the facts that concern the whole workbook.

    Raises:
        UnsafeError: a cell lies outside the limits, or a stated count is false.
    """
    names = set(archive.namelist())
    facts = [Fact("external_link")] if any(name.startswith("xl/externalLinks/") for name in names) else []
    if any(name.endswith("vbaProject.bin") for name in names):
        facts.append(Fact("macro"))
    workbook_part = next(name for name in sorted(names) if name.endswith("workbook.xml"))
    tabs, date_1904 = _tabs(archive, workbook_part)
    if date_1904:
        facts.append(Fact("date_1904"))
    targets = _targets(archive, workbook_part)
    strings = next((part for kind, part in targets.values() if kind == "sharedStrings"), "")
    if strings in names:
        _check_strings(archive, strings)
    sheets = []
    for name, relation, state in tabs:
        kind, part = targets.get(relation, ("", ""))
        if kind != "worksheet" or part not in names:
            continue
        found = Scan(name)
        if state != "visible":
            found.facts.append(Fact("hidden_sheet", name))
        _sheet(archive, part, found)
        sheets.append(found)
    return sheets, facts


def _feed(archive: zipfile.ZipFile, part: str, parser: expat.XMLParserType) -> None:
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)


def _tabs(archive: zipfile.ZipFile, part: str) -> tuple[list[tuple[str, str, str]], bool]:
    tabs: list[tuple[str, str, str]] = []
    date_1904 = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal date_1904
        tag = tag.rpartition(":")[2]
        if tag == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            tabs.append((attributes.get("name", ""), relation, attributes.get("state", "visible")))
        elif tag == "workbookPr":
            date_1904 = attributes.get("date1904", "0") in ("1", "true")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    _feed(archive, part, parser)
    return tabs, date_1904


def _targets(archive: zipfile.ZipFile, workbook_part: str) -> dict[str, tuple[str, str]]:
    folder = posixpath.dirname(workbook_part)
    relations = posixpath.join(folder, "_rels", posixpath.basename(workbook_part) + ".rels")
    targets: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            target = attributes.get("Target", "")
            place = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            targets[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], place)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    _feed(archive, relations, parser)
    return targets


def _check_strings(archive: zipfile.ZipFile, part: str) -> None:
    stated = real = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal stated, real
        tag = tag.rpartition(":")[2]
        if tag == "sst":
            given = attributes.get("uniqueCount", "0")
            stated = int(given) if given.isdigit() else 2**63
        elif tag == "si":
            real += 1

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    _feed(archive, part, parser)
    if stated > real:
        raise UnsafeError("states more texts than it holds")


class _SheetHandler:
    """Follows the cells of one sheet; rows and cells without a reference count on from the last."""

    def __init__(self, found: Scan) -> None:
        self.found = found
        self.row = 0
        self.column = 0
        self.formula = False
        self.value = False
        self.inside_value = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "row":
            given = attributes.get("r", "")
            self.row = int(given) if given.isdigit() else self.row + 1
            self.column = 0
            if attributes.get("hidden") in ("1", "true"):
                self.found.facts.append(Fact("hidden_row", self.found.name, str(self.row)))
        elif tag == "c":
            self._cell(attributes)
        elif tag == "f":
            self.formula = True
        elif tag in ("v", "is"):
            self.inside_value = True
        elif tag == "mergeCell":
            self.found.facts.append(Fact("merged", self.found.name, attributes.get("ref", "")))
        elif tag == "col" and attributes.get("hidden") in ("1", "true"):
            self._hidden_columns(attributes)

    def _cell(self, attributes: dict[str, str]) -> None:
        letters = attributes.get("r", "").rstrip("0123456789")
        self.column = _number(letters) if letters else self.column + 1
        if self.row > MAX_ROWS or self.column > MAX_COLUMNS:
            raise UnsafeError(f"has a cell beyond row {MAX_ROWS} or column {MAX_COLUMNS}")
        self.formula = self.value = False
        if attributes.get("t") == "e":
            self.found.errors.add((self.row, self.column))

    def _hidden_columns(self, attributes: dict[str, str]) -> None:
        first, last = (int(attributes.get(key, "1")) for key in ("min", "max"))
        for column in range(first, min(last, MAX_COLUMNS) + 1):
            self.found.facts.append(Fact("hidden_column", self.found.name, column_letters(column)))

    def characters(self, text: str) -> None:
        if self.inside_value and text:
            self.value = True

    def end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag in ("v", "is"):
            self.inside_value = False
        elif tag == "c" and self.formula and not self.value:
            self.found.no_values.add((self.row, self.column))


def _sheet(archive: zipfile.ZipFile, part: str, found: Scan) -> None:
    handler = _SheetHandler(found)
    parser = expat.ParserCreate()
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.characters
    _feed(archive, part, parser)


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
