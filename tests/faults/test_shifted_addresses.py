"""However a registrar lays a sheet out, a finding names the cell that is at fault, and nothing else changes."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils import coordinate_to_tuple, get_column_letter

from atstats.frames import Checked, Finding, RawWorkbook, Run
from atstats.schema import Schema, load
from atstats.validation import check
from atstats.workbook.child import Request, parse

_FAULTY = Path(__file__).resolve().parents[2] / "sample_data" / "faulty"
_FILES = ("KP_THB_2025.xlsx", "KJC_2025.xlsx", "PVPT_2025.xlsx", "ATK_2025.xlsx")
"""Among them: labels for the names of tabs, an unknown column, errors of Excel, totals, a hidden column."""
_HEADER = 2
"""The row of machine keys, below the labels."""
_HIDDEN, _MERGED = 20, (30, 31)
"""Rows of the police's victims: one that is hidden, and two of which two cells are merged."""
_TITLES = ("Viktimat e trafikimit, viti 2025", "Pregled za 2025. godinu", "victims", "Gjithsej")


class _Tab(NamedTuple):
    """What stands on one sheet."""

    cells: Mapping[tuple[int, int], tuple[Any, str, str]]
    """Row and column -> value, its kind and its format."""
    hidden_columns: frozenset[int]
    hidden_rows: tuple[int, ...] = ()
    merged: tuple[tuple[int, int], ...] = ()
    """First and last row of cells that are merged, in column J."""


@dataclass(frozen=True)
class _Move:
    """How the sheets of a workbook are laid out anew."""

    above: int = 0
    """Blank rows before the header, the first of them with a title."""
    below: int = 0
    """Blank rows between the header and the data."""
    gaps: frozenset[int] = frozenset()
    """Rows of data with a blank row before them."""
    before: int = 0
    """Blank columns before the first."""
    order: int | None = None
    """The seed by which columns change their places."""
    title: str = _TITLES[0]

    def rows(self, tab: _Tab) -> dict[int, int]:
        """Row -> the row to which it goes."""
        gaps = self.gaps - {last for _, last in tab.merged}
        return {
            row: row + self.above + (self.below if row > _HEADER else 0) + sum(_HEADER < gap <= row for gap in gaps)
            for row in range(1, max(row for row, _ in tab.cells) + 1)
        }

    def columns(self, tab: _Tab) -> dict[int, int]:
        """Column -> the column to which it goes."""
        order = list(range(1, max(column for _, column in tab.cells) + 1))
        if self.order is not None:
            Random(self.order).shuffle(order)
        return {column: self.before + place for place, column in enumerate(order, start=1)}

    def cell(self, address: str, tab: _Tab) -> str:
        """The address to which a cell goes."""
        row, column = coordinate_to_tuple(address)
        return f"{get_column_letter(self.columns(tab)[column])}{self.rows(tab)[row]}"


_MOVES = st.builds(
    _Move,
    above=st.integers(0, 12),
    below=st.integers(0, 3),
    gaps=st.frozensets(st.integers(_HEADER + 1, 60), max_size=4),
    before=st.integers(0, 30),
    order=st.none() | st.integers(0, 2**16),
    title=st.sampled_from(_TITLES),
)


@cache
def _tabs(file: str) -> Mapping[str, _Tab]:
    tabs = {sheet.title: _tab(sheet) for sheet in load_workbook(_FAULTY / file)}
    if file == "KP_THB_2025.xlsx":
        tabs["victims"] = tabs["victims"]._replace(hidden_rows=(_HIDDEN,), merged=(_MERGED,))
    return tabs


def _tab(sheet: Any) -> _Tab:
    """A row of totals keeps its word alone: in the first column or not, it is the first that is filled."""
    cells = {}
    for row in sheet.iter_rows():
        filled = [cell for cell in row if cell.value is not None]
        totals = filled and str(filled[0].value) in ("Gjithsej", "Total", "Ukupno")
        for cell in filled[: 1 if totals else None]:
            cells[cell.row, cell.column] = cell.value, cell.data_type, cell.number_format
    letters = [column for _, column in cells]
    hidden = {each for each in letters if sheet.column_dimensions[get_column_letter(each)].hidden}
    return _Tab(cells, frozenset(hidden))


def _content(tabs: Mapping[str, _Tab], move: _Move) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, tab in tabs.items():
        sheet, rows, columns = book.create_sheet(name), move.rows(tab), move.columns(tab)
        for (row, column), (value, kind, number_format) in tab.cells.items():
            cell = sheet.cell(rows[row], columns[column], value)
            cell.data_type, cell.number_format = kind, number_format
        for column in tab.hidden_columns:
            sheet.column_dimensions[get_column_letter(columns[column])].hidden = True
        for row in tab.hidden_rows:
            sheet.row_dimensions[rows[row]].hidden = True
        for first, last in tab.merged:
            sheet.merge_cells(f"{move.cell(f'J{first}', tab)}:{move.cell(f'J{last}', tab)}")
        if move.above:
            sheet["A1"] = move.title
            sheet.merge_cells("A1:F1")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@cache
def _schema() -> Schema:
    return load(_FAULTY.parents[1] / "schemas")


def _checked(file: str, move: _Move) -> Checked:
    raw = parse(Request(file, file), _content(_tabs(file), move))
    assert isinstance(raw, RawWorkbook)
    run = Run(2025, date(2026, 3, 31), "atstats test")
    return check([raw], schema=_schema(), run=run, agencies_expected=False)


@cache
def _unmoved(file: str) -> Checked:
    return _checked(file, _Move())


def _findings(checked: Checked) -> Iterator[Finding]:
    return (Finding(**row) for row in checked.findings.iter_rows(named=True))


def _moved(finding: Finding, move: _Move, tabs: Mapping[str, _Tab]) -> Finding:
    """The same finding at the address to which its cell has gone."""
    if finding.sheet not in tabs:
        return finding
    own = tabs[finding.sheet]
    others = []
    for each in finding.others:
        tab, mark, cell = each.rpartition("!")
        others.append(tab + mark + move.cell(cell, tabs[tab] if tab else own))
    return finding._replace(
        cell=finding.cell and move.cell(finding.cell, own),
        row=finding.row and move.rows(own)[finding.row],
        others=others,
    )


def _named(finding: Finding) -> Finding:
    """Without the fingerprint where no column is named: a column that no schema knows is known by its letters."""
    return finding if finding.column or not finding.cell else finding._replace(fingerprint="")


@pytest.mark.parametrize("file", _FILES)
@given(move=_MOVES)
@example(move=_Move(above=1, before=1))  # a title in A1:F1, the header at B3
@example(move=_Move(above=3, below=1, gaps=frozenset({3, 8, 31}), before=2, order=7, title="Gjithsej"))
@settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate], derandomize=True)
def test_every_address_moves_with_its_cell_and_nothing_else_changes(file: str, move: _Move) -> None:
    """Blank rows, a title, blank columns, columns in another order: rule, weight, words and fingerprint stay."""
    before, after = _unmoved(file), _checked(file, move)

    expected = [_moved(each, move, _tabs(file)) for each in _findings(before)]
    assert sorted(map(_named, _findings(after))) == sorted(map(_named, expected))
    assert after.submissions == before.submissions


def test_the_workbooks_have_faults_of_many_kinds() -> None:
    """So that what moves is more than a few cells: rules of cells, rows, sheets and form, with further cells named."""
    found = [each for file in _FILES for each in _findings(_unmoved(file))]

    assert len({each.rule for each in found}) > 60
    assert len([each for each in found if each.others]) > 40
    assert {"totals", "hidden_row", "hidden_column", "merged", "unknown"} <= {each.detail for each in found}
