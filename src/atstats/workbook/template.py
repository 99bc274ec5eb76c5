"""The blank workbook of one agency: guidance, labels in three languages, notes, drop-downs, the sheet meta filled in.

Everything that a registrar reads stands in the schemas; the layout is shared with the made-up
sample, so that what is sent out here is what the reader looks for.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from atstats.frames import GridCell, SheetGrid, WorkbookGrid
from atstats.schema import (
    Agency,
    Column,
    Schema,
    Sheet,
    Workbook,
    choices,
    column_note,
    dropdown_texts,
    sheet_grid,
    tab_names,
)
from atstats.schema.layout import GUIDANCE_TABS, LABEL_LANGUAGES
from atstats.vocabulary import Language

__all__ = ["blank_workbook", "file_name"]

_GUIDANCE_WIDTHS = (112.0,)
_META = "meta"
_EXAMPLE = "EXAMPLE"


def file_name(agency: str, *, unit: str, year: int) -> str:
    """The name under which a workbook is sent: "KP_THB_PR_2025.xlsx"."""
    return "_".join(filter(None, (agency, unit, str(year)))) + ".xlsx"


def blank_workbook(
    agency: Agency, *, unit: str, year: int, language: str, schema: Schema, example: bool = False
) -> WorkbookGrid:
    """The workbook that an agency fills in.

    Args:
        agency: who will send it.
        unit: code of the unit that will send it; empty for the whole agency.
        year: the reference year.
        language: of tabs, prominent labels, notes, drop-downs and guidance.
        schema: gives sheets, code lists and words.
        example: whether the made-up rows of the schema are filled in.
    """
    workbook = schema.workbooks[agency.workbook]
    tabs = tab_names(workbook, language)
    offered = dropdown_texts(workbook, schema=schema, language=language, year=year)
    latin = Language.SERBIAN if language == Language.SERBIAN_CYRILLIC else language
    languages = (language, *(other for other in LABEL_LANGUAGES if other != latin))
    guidance = _guidance(agency, tabs, unit=unit, year=year, language=language, schema=schema, example=example)
    sheets = [guidance]
    for sheet in workbook.sheets:
        if sheet.name == _META:
            rows: Sequence[Mapping[str, Any]] = [_meta(agency, workbook, unit, year, latin, example=example)]
        else:
            rows = [_shifted(row, by=year - workbook.example_year) for row in sheet.examples] if example else []
        sheets.append(
            sheet_grid(
                sheet,
                rows,
                tab=tabs[sheet.name],
                languages=languages,
                note=_noted(sheet, schema=schema, language=language),
                offered=offered,
                show_texts=True,
            )
        )
    properties = {
        "title": schema.say("guide.title", language, agency=_named(agency, unit, schema, language), year=year),
        "subject": schema.say("guide.subject", language),
        "keywords": f"{agency.code} {year}",
        "agency": agency.code,
        "unit": unit,
        "reference year": str(year),
        "schema version": workbook.version,
    }
    filled = {name: value for name, value in properties.items() if value}
    return WorkbookGrid(file_name(agency.code, unit=unit, year=year), tuple(sheets), filled, choices(offered))


def _noted(sheet: Sheet, *, schema: Schema, language: str) -> Any:
    def note(column: Column) -> str:
        return column_note(column, sheet, schema=schema, language=language)

    return note


def _named(agency: Agency, unit: str, schema: Schema, language: str) -> str:
    name = agency.label.of(language)
    found = schema.units.get((agency.code, unit))
    return f"{name}, {found.label.of(language)}" if found else name


def _meta(agency: Agency, workbook: Workbook, unit: str, year: int, language: str, *, example: bool) -> dict[str, Any]:
    known: dict[str, Any] = {
        "schema_version": workbook.version,
        "agency_code": agency.code,
        "unit_code": unit or None,
        "reference_year": year,
        "period_from": date(year, 1, 1),
        "period_to": date(year, 12, 31),
        "submission_type": "FIRST",
        "revision_no": 1,
        "language": language.upper(),
    }
    if example:
        known |= {"nil_return": "NO", "prepared_by": _EXAMPLE, "approved_by": _EXAMPLE}
        known |= {"prepared_on": date(year + 1, 1, 31), "comment": _EXAMPLE}
    return known


def _shifted(row: Mapping[str, Any], *, by: int) -> dict[str, Any]:
    """An example row as if it were of another year: its dates as many years later."""
    return {key: _years_later(value, by) if isinstance(value, date) else value for key, value in row.items()}


def _years_later(day: date, years: int) -> date:
    if day.month == 2 and day.day == 29:
        day = day.replace(day=28)
    return day.replace(year=day.year + years)


# --------------------------------------------------------------------------- guidance


def _guidance(
    agency: Agency, tabs: Mapping[str, str], *, unit: str, year: int, language: str, schema: Schema, example: bool
) -> SheetGrid:
    """The first sheet: what to do in ten minutes, colours, special values, nothing to report, how to check."""
    workbook = schema.workbooks[agency.workbook]
    filled = {
        "agency": _named(agency, unit, schema, language),
        "year": year,
        "file": file_name(agency.code, unit=unit, year=year),
        "meta": tabs[_META],
        "nil_return": workbook.sheet(_META).by_name["nil_return"].label.of(language),
    }

    def say(key: str) -> str:
        return schema.say(f"guide.{key}", language, **filled)

    lines: list[tuple[GridCell, ...]] = [(GridCell(say("title"), "title"),), (GridCell(say("subject")),)]
    if example:
        lines.append((GridCell(say("example"), "heading"),))
    lines += _section(say("steps"), [say(f"step{number}") for number in range(1, 7)])
    lines += _section(say("colours"), [])
    for style, key in (("required", "required"), ("conditional", "conditional"), ("label", "optional")):
        lines.append((GridCell(say(key), style),))
    lines += _section(say("special"), [say(key) for key in ("unk", "na", "ref", "blank")])
    lines += _section(say("nil"), [say("nil_how"), say("correction")])
    lines += _section(say("check"), [say("check_how"), say("private")])
    rows = [f"{tabs[sheet.name]}: {schema.translated('grain', sheet.grain, language)}" for sheet in workbook.sheets]
    lines += _section(say("sheets"), [*rows, say("codes")])
    return SheetGrid(GUIDANCE_TABS.of(language), tuple(lines), widths=_GUIDANCE_WIDTHS)


def _section(title: str, texts: Sequence[str]) -> Iterator[tuple[GridCell, ...]]:
    yield ()
    yield (GridCell(title, "heading"),)
    for text in texts:
        yield (GridCell(text, "prose"),)
