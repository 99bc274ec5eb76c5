"""Many findings told in few lines, for a reader: nobody reads two hundred lines that say the same.

A rule that fails in more than half of the rows of a sheet is one line with the first cells. Of other
findings that are alike a few are told, and how many more there are. Machine formats list every one.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import polars as pl

from atstats.frames import Book, Finding

__all__ = ["Told", "collapsed"]

_ALIKE = 3
"""Findings that are alike and told one by one, before the rest are counted."""
_CELLS = 20
"""Cells named where a rule fails in more than half of the rows."""


class Told(NamedTuple):
    """One line to print."""

    finding: Finding
    """Where the line stands for many: their first, with a cell "N3–N202" and without a note that they do not share."""
    n: int = 1
    """Findings that the line stands for."""
    rows: int = 0
    """Rows of the sheet, where the rule fails in more than half of them; else 0."""
    cells: tuple[str, ...] = ()
    """The first cells, in that case."""

    @property
    def more(self) -> bool:
        """Whether the line counts further findings that are like those told before it."""
        return self.n > 1 and not self.rows


def collapsed(findings: pl.DataFrame, *, books: Sequence[Book] = ()) -> Iterator[Told]:
    """The lines to print, in the order of the findings; findings that are alike stand together.

    Args:
        findings: a findings frame.
        books: tell how many rows each sheet has; without them no line stands for most of a sheet.
    """
    rows_of = {(book.file, place.tab): place.raw.height for book in books for place in book.sheets.values()}
    broken = {
        (file, sheet, rule): n
        for file, sheet, rule, n in findings.group_by("file", "sheet", "rule")
        .agg(pl.col("row").n_unique() - pl.col("row").has_nulls())
        .iter_rows()
    }
    alike: dict[tuple[str, ...], list[Finding]] = {}
    for row in findings.iter_rows(named=True):
        each = Finding(**row)
        alike.setdefault((each.file, each.sheet, each.rule, each.column, each.detail), []).append(each)
    for (file, sheet, rule, *_), group in alike.items():
        rows = rows_of.get((file, sheet), 0)
        if len(group) > _ALIKE and 2 * broken[file, sheet, rule] > rows > 0:
            yield _flood(group, rows)
            continue
        yield from map(Told, group[:_ALIKE])
        if len(group) > _ALIKE:
            yield Told(group[_ALIKE], len(group) - _ALIKE)


def _flood(group: Sequence[Finding], rows: int) -> Told:
    first, last = group[0], group[-1]
    notes = {each.note for each in group}
    whole = first._replace(cell=f"{first.cell}–{last.cell}", others=[], note=first.note if len(notes) == 1 else "…/…")
    if len(notes) > 1 and not any("/" in note for note in notes):
        whole = whole._replace(note="…")
    return Told(whole, len({each.row for each in group}), rows, tuple(each.cell for each in group[:_CELLS]))
