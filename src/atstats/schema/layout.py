"""How a sheet of the schema becomes cells: header rows, keys, looks, widths, drop-downs and rows of data.

The made-up sample and the blank workbook are laid out here, so that they cannot differ in what the
reader looks for: tabs, labels, machine keys and the texts of the drop-downs.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from atstats.frames import GridCell, SheetGrid
from atstats.schema.contents import Schema
from atstats.schema.model import Code, Column, Labels, Sheet, Workbook

__all__ = ["GUIDANCE_TABS", "LABEL_LANGUAGES", "choices", "dropdown_texts", "sheet_grid", "tab_names"]

LABEL_LANGUAGES = ("en", "sq", "sr")
"""The languages of the label rows; another script is a spelling of one of them."""

GUIDANCE_TABS = Labels("guidance", "udhëzime", "uputstvo")
"""The tab with the words for the registrar; the reader passes over it."""

_LONGEST_TAB = 31
_NOT_IN_TABS = re.compile(r"[\[\]:*?/\\]")
_WIDTHS: Mapping[str, float] = {
    "date": 12.0, "integer": 8.0, "decimal": 10.0, "yesno": 8.0, "code": 14.0, "codes": 20.0, "text": 18.0,
}  # fmt: skip
_NARROWEST_CHOICE, _WIDEST_CHOICE = 16.0, 34.0
_CELL_STYLES = {"date": "date", "integer": "", "decimal": ""}
"""Column type -> style of its cells; every other type is text."""

Texts = Mapping[str, Mapping[str, str]]
"""Code list -> code -> the text that a drop-down shows."""


def tab_names(workbook: Workbook, language: str) -> dict[str, str]:
    """Sheet key -> the name of its tab: the label, as far as a tab can carry it, each once."""
    names: dict[str, str] = {}
    taken = {GUIDANCE_TABS.of(language).lower()}
    for sheet in workbook.sheets:
        wanted = " ".join(_NOT_IN_TABS.sub(" ", sheet.label.of(language)).split()).strip("'") or sheet.name
        name, number = wanted[:_LONGEST_TAB].rstrip(), 2
        while name.lower() in taken:
            name = f"{wanted[: _LONGEST_TAB - 2].rstrip()} {number}"
            number += 1
        taken.add(name.lower())
        names[sheet.name] = name
    return names


def dropdown_texts(workbook: Workbook, *, schema: Schema, language: str, year: int) -> dict[str, dict[str, str]]:
    """Code list -> code -> "SEX - shfrytëzim seksual", for the codes in use in the year of every list that is used."""
    used = {column.codes for sheet in workbook.sheets for column in sheet.columns if column.codes}
    return {
        name: {code.code: _text(code, language) for code in schema.codelists[name] if code.valid_in(year)}
        for name in sorted(used)
    }


def _text(code: Code, language: str) -> str:
    return f"{code.code} - {code.labels.of(language)}"


def choices(texts: Texts) -> dict[str, tuple[str, ...]]:
    """What the drop-downs of a workbook offer, for `WorkbookGrid.choices`."""
    return {name: tuple(by_code.values()) for name, by_code in texts.items() if by_code}


def sheet_grid(
    sheet: Sheet,
    rows: Sequence[Mapping[str, Any]],
    *,
    tab: str,
    languages: Sequence[str],
    note: Callable[[Column], str],
    offered: Texts,
    show_texts: bool = False,
) -> SheetGrid:
    """One sheet as cells: a row of labels for each language, a row of machine keys, then the data.

    Args:
        sheet: gives the columns.
        rows: machine key -> value; several codes as a tuple or list.
        tab: the name of the tab.
        languages: of the label rows; the first is prominent and carries the notes.
        note: what is said about a column.
        offered: the texts of the drop-downs.
        show_texts: whether cells show the text of a drop-down instead of the bare code.
    """
    first, *others = languages
    labels = tuple(GridCell(column.label.of(first), _label_style(column), note(column)) for column in sheet.columns)
    minor = tuple(tuple(GridCell(column.label.of(other), "minor") for column in sheet.columns) for other in others)
    keys = tuple(GridCell(column.name, "key") for column in sheet.columns)
    texts = offered if show_texts else {}
    data = tuple(tuple(_cell(column, row.get(column.name), texts) for column in sheet.columns) for row in rows)
    return SheetGrid(
        name=tab,
        rows=(labels, *minor, keys, *data),
        widths=tuple(_width(column, texts) for column in sheet.columns),
        dropdowns={number: column.codes for number, column in enumerate(sheet.columns, 1) if offered.get(column.codes)},
        column_styles=tuple(_cell_style(column) for column in sheet.columns),
        first_data_row=len(languages) + 2,
    )


def _label_style(column: Column) -> str:
    if column.required:
        return "required"
    return "conditional" if column.required_if else "label"


def _cell_style(column: Column) -> str:
    return _CELL_STYLES.get(column.type, "text")


def _cell(column: Column, value: Any, texts: Texts) -> GridCell:
    if isinstance(value, (tuple, list)):
        return GridCell(";".join(value) or None, _cell_style(column))
    if isinstance(value, str):
        value = texts.get(column.codes, {}).get(value, value)
    return GridCell(value, _cell_style(column))


def _width(column: Column, texts: Texts) -> float:
    width = _WIDTHS[column.type]
    if not texts:
        return width
    longest = max((len(text) for text in texts.get(column.codes, {}).values()), default=0)
    words = max(len(word) for label in (column.label.all(), (column.name,)) for text in label for word in text.split())
    if column.codes:
        width = min(max(_NARROWEST_CHOICE, longest + 1.0), _WIDEST_CHOICE)
    return max(width, min(words + 2.0, _WIDEST_CHOICE))
