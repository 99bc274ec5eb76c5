"""Find the sheets and columns of a workbook, however the tabs and headers are written.

A tab is known by the sheet's machine key or by its label in any language. The header is the
row, among the first twenty, that names most columns by key or by label; a second header row
beside it belongs to it, one among the data is no record. What the structure tells of doubtful
cells becomes a finding here: hidden and merged cells, errors, formulas without a result, rows
of totals.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from string import digits

import polars as pl

from atstats.frames import Fact, RawSheet, RawWorkbook, SheetPlace
from atstats.schema import Column, Sheet, Workbook, tab_names
from atstats.schema.layout import GUIDANCE_TABS, LABEL_LANGUAGES
from atstats.validation.findings import breach, breaches
from atstats.validation.folding import fold, folded_names, nearest

__all__ = ["FoundSheet", "find_sheet", "find_tabs", "locate"]

_HEADER_ROWS = 20
_MORE_HEADER_ROWS = 3
"""Labels in three languages stand above the machine keys: the last of them may be just within the first twenty."""
_TOTALS = frozenset({"gjithsej", "totali", "total", "totals", "shuma", "ukupno", "svega", "zbir", "kosova", "kosovo"})
_OTHER_TABS = frozenset(
    map(
        fold,
        ("codes", "kodet", "šifre", "šifrarnik", *GUIDANCE_TABS.all(), "udhëzimet", "findings", "gjetjet", "nalazi"),
    )
)
"""Tabs that a blank workbook brings beside the data, and the list of findings of a marked copy ("Findings 2")."""
_WHOLE_SHEET = frozenset({"hidden_sheet", "very_hidden_sheet", "beyond_dimension", "formula"})
"""Facts that concern a sheet as soon as it has data rows."""
_MILD = {"beyond_dimension": "info", "formula": "info"}
"""Facts that lose nothing here, and may elsewhere."""


@dataclass(frozen=True, slots=True)
class FoundSheet:
    """One sheet of the schema as it stands in a workbook. One row of `values` = one data row.

    `values` and `kinds` keep the shape of `RawSheet`, without header rows and rows of totals.
    """

    sheet: Sheet
    tab: str
    letters: Mapping[str, str]
    """Column key -> Excel's letters."""
    header_row: int
    header_rows: tuple[int, ...]
    """That row and the header rows beside it; what stands elsewhere above the data is a title."""
    values: pl.DataFrame
    kinds: pl.DataFrame

    @property
    def record_type(self) -> str:
        """ "police.victims": workbook and sheet."""
        return self.sheet.record_type

    def column(self, letters: str) -> str:
        """The key of the column that stands there; empty where the schema does not know it."""
        return next((key for key, where in self.letters.items() if where == letters), "")

    @property
    def place(self) -> SheetPlace:
        """What findings need to know about it."""
        return SheetPlace(self.tab, self.letters, self.values, self.sheet.key)


def find_tabs(raw: RawWorkbook, workbook: Workbook, *, nil: bool) -> tuple[dict[str, RawSheet], list[pl.DataFrame]]:
    """Sheet key -> the tab that holds it, and what is wrong with the tabs.

    Args:
        raw: the workbook as found.
        workbook: what its agency sends.
        nil: whether it says that there is nothing to report; then no sheet is missed.
    """
    cut = [tab_names(workbook, language) for language in LABEL_LANGUAGES]  # a tab holds 31 characters
    known, _ = folded_names(
        {sheet.name: [*sheet.label.all(), *(each[sheet.name] for each in cut)] for sheet in workbook.sheets}
    )
    tabs: dict[str, RawSheet] = {}
    spare: list[RawSheet] = []
    found: list[pl.DataFrame] = []
    for tab in raw.sheets:
        key = known.get(fold(tab.name))
        if key is None or key in tabs:
            spare.append(tab)
        else:
            tabs[key] = tab
    missing = [sheet for sheet in workbook.sheets if sheet.name not in tabs]
    if not nil:
        spare_names = {fold(tab.name): tab.name for tab in spare}
        for sheet in missing:
            near = next((near for name in (sheet.name, *sheet.label.all()) if (near := nearest(name, spare_names))), "")
            detail = "sheet_near" if near else "sheet"
            found.append(breach(raw.file, rule="META-07", tab=near or sheet.name, detail=detail, note=sheet.name))
    found += [
        breach(raw.file, rule="META-06", tab=tab.name, detail="tab")
        for tab in spare
        if tab.values.height and fold(tab.name).rstrip(" 0123456789") not in _OTHER_TABS
    ]
    return tabs, found


def locate(tab: RawSheet, sheet: Sheet) -> FoundSheet | None:
    """The sheet with its columns and data rows, or nothing where no header can be seen."""
    known = _known_columns(sheet)
    early = tab.values.filter(pl.col("row") <= _HEADER_ROWS + _MORE_HEADER_ROWS)
    names = [column for column in tab.values.columns if column != "row"]
    hits = {row[0]: [known.get(fold(cell)) if cell else None for cell in row[1:]] for row in early.iter_rows()}
    n_hits = {row: len({key for key in keys if key}) for row, keys in hits.items()}
    best = max((n for row, n in n_hits.items() if row <= _HEADER_ROWS), default=0)
    if best == 0:
        return None
    headers = _header_block(n_hits, best=best)
    most = max(n_hits[row] for row in headers)
    header_row = next(row for row in reversed(headers) if n_hits[row] == most)
    letters: dict[str, str] = {}
    for row in [header_row, *(each for each in headers if each != header_row)]:
        for name, key in zip(names, hits[row], strict=True):
            if key and key not in letters and name not in letters.values():
                letters[key] = name
    data = pl.col("row") > max(headers)
    return FoundSheet(
        sheet=sheet,
        tab=tab.name,
        letters=letters,
        header_row=header_row,
        header_rows=tuple(headers),
        values=tab.values.filter(data),
        kinds=tab.kinds.filter(data),
    )


def _header_block(n_hits: Mapping[int, int], *, best: int) -> list[int]:
    """The first row with the most hits, and the header rows right above and below it; what lies between is data."""
    rows = list(n_hits)
    first = last = next(place for place, row in enumerate(rows) if n_hits[row] == best)
    enough = max(best / 2, min(2, best))
    while first and n_hits[rows[first - 1]] >= enough:
        first -= 1
    while last + 1 < len(rows) and n_hits[rows[last + 1]] >= enough:
        last += 1
    return rows[first : last + 1]


def find_sheet(
    tab: RawSheet, sheet: Sheet, *, file: str, facts: tuple[Fact, ...], nil: bool
) -> tuple[FoundSheet | None, list[pl.DataFrame]]:
    """One sheet with its columns and records, and what is wrong with its form.

    Returns:
        None instead of a sheet where no header was found.
    """
    found = locate(tab, sheet)
    if found is None:
        if nil or not tab.values.height:
            return None, []
        return None, [breach(file, rule="META-07", tab=tab.name, detail="header", note=sheet.name)]
    problems = [*_unknown_columns(tab, found, file=file), *_missing_columns(found, file=file, nil=nil)]
    no_records = {"totals": _totals_rows(found), "header_again": _repeated_headers(tab, found)}
    problems += [
        breach(
            file, rule="META-08", record_type=found.record_type, row=row, cell=f"{letters}{row}",
            column=found.column(letters), detail=detail,
        )
        for detail, rows in no_records.items() for row, letters in rows.items()
    ]  # fmt: skip
    mask = _filled_rows(found) & ~found.values["row"].is_in([row for rows in no_records.values() for row in rows])
    found = replace(found, values=found.values.filter(mask), kinds=found.kinds.filter(mask))
    problems += _structure(found, file=file, facts=facts)
    return found, problems


def _known_columns(sheet: Sheet) -> dict[str, str]:
    """Folded key or label -> column key; of two columns with one label the first keeps it."""
    known = {fold(column.name): column.name for column in sheet.columns}
    for column in sheet.columns:
        for label in column.label.all():
            known.setdefault(fold(label), column.name)
    return known


def _unknown_columns(tab: RawSheet, found: FoundSheet, *, file: str) -> Iterator[pl.DataFrame]:
    known = _known_columns(found.sheet)
    spare = {name: key for name, key in known.items() if key not in found.letters}
    header = tab.values.filter(pl.col("row") == found.header_row)
    early = tab.values.filter(pl.col("row").is_in(found.header_rows) & (pl.col("row") <= found.header_row))
    for name in tab.values.columns:
        if name == "row" or name in found.letters.values():
            continue
        text = header[name][0] or next((each for each in early[name].to_list()[::-1] if each), "")
        cell = f"{name}{found.header_row}"
        if not text:
            if found.values[name].drop_nulls().len():
                yield breach(
                    file,
                    rule="META-06",
                    record_type=found.record_type,
                    cell=cell,
                    row=found.header_row,
                    detail="no_header",
                )
            continue
        if known.get(fold(text)) in found.letters:
            detail, note = "repeated", known[fold(text)]
        else:
            note = nearest(text, spare)
            detail = "near" if note else "unknown"
        yield breach(
            file,
            rule="META-06",
            record_type=found.record_type,
            row=found.header_row,
            cell=cell,
            detail=detail,
            note=note,
        )


def _missing_columns(found: FoundSheet, *, file: str, nil: bool) -> Iterator[pl.DataFrame]:
    if nil:
        return
    missing = [column for column in found.sheet.columns if column.name not in found.letters]
    for column in missing:
        if column.required:
            yield breach(
                file, rule="META-07", record_type=found.record_type, tab=found.tab, column=column.name,
                detail="column", note=column.name,
            )  # fmt: skip
    optional = ", ".join(column.name for column in missing if not column.required)
    if optional:
        yield breach(file, rule="META-06", record_type=found.record_type, detail="missing", note=optional)


def _filled_rows(found: FoundSheet) -> pl.Series:
    """Whether a row holds more than white space."""
    written = found.values.select(
        pl.any_horizontal(pl.lit(value=False), pl.exclude("row").str.strip_chars().str.len_chars() > 0).alias("n")
    )["n"].fill_null(value=False)
    broken = found.kinds.select(
        pl.any_horizontal(pl.lit(value=False), pl.exclude("row").is_in(["error", "no_value"])).alias("n")
    )["n"]
    return written | broken


def _totals_rows(found: FoundSheet) -> dict[int, str]:
    """Rows whose first filled cell is a word for a total -> the letters of that cell."""
    totals = {}
    columns = found.values.columns[1:]
    if not columns:
        return {}
    firsts = found.values.select("row", pl.coalesce(pl.col(columns).str.strip_chars().replace("", None)).alias("first"))
    # Every such word has four letters or more in a row: case numbers and codes have not, and need no folding.
    likely = (pl.col("first").str.len_chars() < 40) & pl.col("first").str.contains(r"\pL[\pL\pM]{3}")
    for row, first in firsts.filter(likely).iter_rows():
        words = fold(first).split()
        if words and words[0] in _TOTALS and all(word in _TOTALS or word.isdigit() for word in words):
            cells = found.values.filter(pl.col("row") == row).row(0)[1:]
            totals[row] = next(name for name, cell in zip(columns, cells, strict=True) if cell and cell.strip())
    return totals


def _repeated_headers(tab: RawSheet, found: FoundSheet) -> dict[int, str]:
    """Rows among the data in which half of the columns or more hold their own header -> the letters of the first."""
    names = list(found.letters.values())
    headers = tab.values.filter(pl.col("row").is_in(found.header_rows)).select(names)
    first = names[0]
    likely = found.values.filter(pl.col(first).is_in(headers[first].drop_nulls().to_list())).select("row", *names)
    own = [set(headers[name].drop_nulls()) for name in names]
    return {
        row: first
        for row, *cells in likely.iter_rows()
        if 2 * sum(cell in texts for cell, texts in zip(cells, own, strict=True)) >= len(names)
    }


def _structure(found: FoundSheet, *, file: str, facts: tuple[Fact, ...]) -> Iterator[pl.DataFrame]:
    """What is doubtful about the cells of a sheet: errors, formulas, hidden and merged cells."""
    for kind, detail in (("error", "error_value"), ("no_value", "no_value")):
        yield from _bad_cells(found, file=file, kind=kind, detail=detail)
    rows = found.values["row"].to_list()
    filled = {name for name in found.values.columns[1:] if found.values[name].drop_nulls().len()}
    for fact in facts:
        told = _doubt(fact, found, rows=rows, filled=filled) if fact.sheet == found.tab else None
        if told is not None:
            cell, detail, note = told
            row = int(re.sub(r"\D", "", cell)) if cell else None
            yield breach(
                file, rule="META-08", record_type=found.record_type, row=row, cell=cell,
                column=found.column(cell.rstrip(digits)), detail=detail, note=note, severity=_MILD.get(fact.kind),
            )  # fmt: skip


def _doubt(fact: Fact, found: FoundSheet, *, rows: list[int], filled: set[str]) -> tuple[str, str, str] | None:
    """Cell, message and note of a fact that concerns data rows."""
    if fact.kind == "hidden_column":
        return (f"{fact.where}{found.header_row}", fact.kind, "") if fact.where in filled else None
    if fact.kind in ("hidden_row", "merged"):
        covered = _covered(fact.where, rows)
        if not covered:
            return None
        if fact.kind == "merged":
            return fact.where.partition(":")[0], fact.kind, ""
        first = next(column.name for column in found.sheet.columns if column.name in found.letters)
        cell = f"{found.letters[first]}{covered[0]}"
        return (cell, "hidden_row", "") if len(covered) == 1 else (cell, "hidden_rows", fact.where)
    if fact.kind in _WHOLE_SHEET and rows:
        return (fact.where if fact.kind == "formula" else "", fact.kind, "")
    return None


def _bad_cells(found: FoundSheet, *, file: str, kind: str, detail: str) -> Iterator[pl.DataFrame]:
    keys = {letters: key for key, letters in found.letters.items()}
    holds = found.kinds.select((pl.exclude("row") == kind).any())
    for name in [name for name in holds.columns if found.kinds.height and holds[name][0]]:
        column = found.sheet.by_name.get(keys.get(name, ""))
        rows = found.kinds.filter(pl.col(name) == kind).select("row", submission=pl.lit(file))
        yield breaches(
            rows, rule="META-08", record_type=found.record_type, column=column.name if column else "", detail=detail,
            severity=_weight(column),
        ).with_columns(cell=pl.format(f"{name}{{}}", "row"))  # fmt: skip


def _weight(column: Column | None) -> str | None:
    """A required cell without a value is an error, whatever Excel shows in it."""
    return "error" if column is not None and column.required else None


def _covered(where: str, rows: list[int]) -> list[int]:
    """The data rows that a range such as A3:B7, 3:7 or 3 lies over."""
    numbers = [int(number) for number in re.findall(r"\d+", where)]
    return rows[bisect_left(rows, min(numbers)) : bisect_right(rows, max(numbers))] if numbers else []
