"""Made-up protected tables, written as small grids, and a reader of the HTML that comes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from atstats.frames import CELL_STATUS, TABLE_COLUMNS, ProtectedTable, Protection, Run
from atstats.report.cells import Cells
from atstats.report.context import Context
from atstats.report.words import Words
from atstats.schema import Code, CodeList, Dimension, Labels, Schema, TableDefinition

Pairs = tuple[tuple[str, str], ...]

_VOID = {"meta", "link", "br", "img"}


def _pairs(text: str) -> Pairs:
    return tuple((name, code) for name, _, code in (part.partition("=") for part in text.split("&")))


def grid(identifier: str, text: str, **more: Any) -> ProtectedTable:
    """A table from lines of "row | value | value"; the first line names the columns.

    A value is a number, with "~" where it is rounded and with a flag behind it ("24b"), or c (withheld),
    ":" (not available), z (does not apply), or "." for no cell at all.
    """
    lines = [[part.strip() for part in line.split("|")] for line in text.strip().splitlines()]
    columns = tuple(_pairs(part) for part in lines[0][1:])
    rows = tuple(_pairs(line[0]) for line in lines[1:])
    dimensions = tuple(dict.fromkeys(name for pairs in (*rows, *columns) for name, _ in pairs))
    cells = []
    for row, line in enumerate(lines[1:], start=1):
        for column, given in enumerate(line[1:], start=1):
            if given == ".":
                continue
            codes = dict((*rows[row - 1], *columns[column - 1]))
            value, status, flag = _cell(given)
            period = "2024" if codes.get("measure") == "PREVIOUS" else codes.get("year", "2025")
            cell = {
                "row": row, "col": column, "population": "victims", "unit": "person", "measure": "n",
                "period": period, "kind": "count", "fact": "", "value": value, "flag": flag, "status": status,
            }  # fmt: skip
            cells.append({**cell, **{name: codes.get(name) for name in dimensions}})
    kinds = {name: kind for name, kind in TABLE_COLUMNS.items() if name != "contributors"}
    frame = pl.DataFrame(cells, schema={**kinds, **dict.fromkeys(dimensions, pl.String), "status": CELL_STATUS})
    return ProtectedTable(identifier, dimensions, frame, rows, columns, **more)


def _cell(given: str) -> tuple[float | None, str, str]:
    without = {"c": "withheld", ":": "not_available", "z": "not_applicable"}
    if given in without:
        return None, without[given], given if given in (":", "z") else ""
    flag = given[-1] if given[-1].isalpha() else ""
    number = given.removesuffix(flag)
    return float(number.removesuffix("~")), "rounded" if number.endswith("~") else "shown", flag


def labelled(tables: tuple[ProtectedTable, ...], words: Callable[[str], str] = lambda code: f"{code} label") -> Schema:
    """A schema in which everything that the tables use has a label made of its code."""
    codes: dict[str, dict[str, None]] = {}
    for table in tables:
        for pairs in (*table.row_labels, *table.column_labels):
            for name, code in pairs:
                codes.setdefault(name, {})[code] = None
    lists = {
        name: CodeList(name, tuple(Code(code, _labels(words(code)), None, None, "", {}) for code in found))
        for name, found in codes.items()
    }
    lists["special"] = CodeList("special", (Code("_T", Labels("Total", "Gjithsej", "Ukupno"), None, None, "", {}),))
    lists["indicator"] = CodeList("indicator", tuple(
        Code(code, _labels(words(code)), None, None, "", {})
        for code in ("REGISTERED", "IDENTIFIED", "CHILDREN", "ASSISTED", "SUSPECTS", "REPORTED", "CONVICTED")
    ))  # fmt: skip
    dimensions = {name: Dimension(name, _labels(words(name)), name) for name in (*codes, "indicator")}
    if "year" in codes:
        dimensions["year"] = Dimension("year", _labels(words("year")), "")
    definitions = {
        table.id: TableDefinition(
            id=table.id,
            chapter=int(table.id[1:].partition(".")[0]),
            title=_labels(words("title")),
            population="victims",
            unit=_labels(words("unit")),
            scope=_labels(words("scope")),
            source=_labels(words("source")),
            notes=(_labels(words("note")),),
            feeds=(),
            layout={},
        )
        for table in tables
    }
    known = {identifier: _bare(identifier) for identifier in _ALL_TABLES}
    notes = {"late": _labels(words("late")), "no_data": _labels(words("no data"))}
    return Schema(
        workbooks={}, codelists=lists, agencies={}, units={}, inhabitants=(),
        transliteration=(), rules={}, dimensions=dimensions, populations={}, ties=(),
        tables={**known, **definitions}, table_notes=notes, law=(), history=(), linkage={}, editions={}, digest="",
    )  # fmt: skip


_ALL_TABLES = (
    "T0.1", "T0.2", "T1.1", "T1.2", "T2.1", "T2.2", "T2.3", "T3.1", "T6.1", "T7.2", "T8.1", "T9.1", "T9.3", "T12.1",
    "T14.1", "T14.4",
)  # fmt: skip


def _bare(identifier: str) -> TableDefinition:
    words = _labels("words")
    chapter = int(identifier[1:].partition(".")[0])
    return TableDefinition(identifier, chapter, words, "victims", words, words, words, (), (), {})


def _labels(text: str) -> Labels:
    return Labels(text, f"{text} sq", f"{text} sr")


@dataclass
class Edition:
    """Tables of a test with what goes with them."""

    tables: tuple[ProtectedTable, ...]
    templates: Path
    edition: str = "public"
    base: int | None = 3
    largest_change: int = 2
    settings: Mapping[str, Any] = field(default_factory=dict)
    words: Callable[[str], str] = lambda code: f"{code} label"

    @property
    def protection(self) -> Protection:
        """What the report reads."""
        parameters = {"base": self.base, "largest_change": self.largest_change} if self.base else {}
        return Protection(self.tables, self.edition, {"parameters": parameters})

    @property
    def schema(self) -> Schema:
        """Labels for all of it."""
        return labelled(self.tables, self.words)

    @property
    def run(self) -> Run:
        """The run of 2025."""
        return Run(2025, date(2026, 3, 31), "atstats 0.0", dict(self.settings))

    def context(self, language: str = "en") -> Context:
        """What a sentence builder reads."""
        from atstats.language import catalogue

        words = Words(language, catalogue(self.templates / "locale", language))
        return Context(Cells(self.protection), words, self.schema, self.run)

    def render(self, *languages: str) -> dict[str, str]:
        """The reports as text."""
        from atstats import report

        chosen = languages or ("en",)
        files = report.render(
            self.protection, schema=self.schema, run=self.run, languages=chosen, templates=self.templates
        )
        return {name: content.decode() for name, content in files.items()}


@pytest.fixture(scope="session")
def templates() -> Path:
    """The templates that are shipped."""
    return Path(__file__).resolve().parents[3] / "report_templates"


@pytest.fixture
def edition(templates: Path) -> Callable[..., Edition]:
    """Make an edition of tables written as (id, grid) or (id, grid, further fields)."""

    def make(*tables: tuple[Any, ...], **more: Any) -> Edition:
        made = tuple(grid(each[0], each[1], **(each[2] if len(each) > 2 else {})) for each in tables)
        return Edition(made, templates, **more)

    return make


@dataclass
class Element:
    """One element of a page."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    children: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words inside."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def all(self, tag: str = "", **attributes: str) -> list["Element"]:
        """Every element inside with this tag and these attributes (class_ for class, data_cell for data-cell)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if (not tag or child.tag == tag) and all(
                    name in child.attributes and value in ("*", child.attributes[name])
                    for name, value in wanted.items()
                ):
                    found.append(child)
                found += child.all(tag, **attributes)
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.open = Element("root", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.open)
        self.open.children.append(element)
        if tag not in _VOID:
            self.open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.children.append(Element(tag, {name: value or "" for name, value in attrs}, self.open))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.tag == tag, f"{tag} closes {self.open.tag}"
        assert self.open.parent is not None
        self.open = self.open.parent

    def handle_data(self, data: str) -> None:
        self.open.children.append(data)


@pytest.fixture
def page() -> Callable[[str], Element]:
    """Read a page; every element must be closed where it was opened."""

    def read(text: str) -> Element:
        reader = _Reader()
        reader.feed(text)
        reader.close()
        assert reader.open is reader.root
        return reader.root

    return read
