"""Find what a name stands for in the schemas, and list what there is."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from atstats.codebook.entries import (
    Entry,
    Voice,
    agency_entry,
    code_list_entry,
    column_entry,
    rule_entry,
    sheet_entry,
    table_entry,
    unfilled,
    workbook_entry,
)
from atstats.schema import Schema

__all__ = ["KINDS", "describe", "listing", "names"]

KINDS = ("sheets", "codes", "rules", "agencies", "tables")
"""What `listing` lists."""


def describe(name: str, *, schema: Schema, language: str) -> tuple[Entry, ...]:
    """Everything that a name stands for; capitals do not matter.

    Args:
        name: a rule, a code list, an agency, a table, a submission type, a sheet ("victims",
            "police.victims") or a column ("purpose_main", "police.victims.purpose_main").
        schema: where to look.
        language: of words and labels.
    """
    voice = Voice(schema, language, (language,))
    return tuple(_found(name.strip().lower(), voice))


def _found(name: str, voice: Voice) -> Iterator[Entry]:
    schema = voice.schema
    registers: tuple[tuple[Mapping[str, Any], Callable[[Any, Voice], Entry]], ...] = (
        (schema.rules, rule_entry),
        (schema.tables, table_entry),
        (schema.agencies, agency_entry),
        (schema.codelists, code_list_entry),
        (schema.workbooks, workbook_entry),
    )
    for register, entry in registers:
        for key, value in register.items():
            if key.lower() == name:
                yield entry(value, voice)
    first = next(iter(schema.workbooks), "")  # meta is the same in every workbook: it is told once
    sheets = [sheet for sheet in schema.sheets() if sheet.name != "meta" or sheet.workbook == first]
    for sheet in schema.sheets():
        if name == sheet.record_type or (name == sheet.name and sheet in sheets):
            yield sheet_entry(sheet, voice)
    place, _, last = name.rpartition(".")
    columns = [
        (sheet, sheet.by_name[last])
        for sheet in sheets
        if last in sheet.by_name and place in ("", sheet.name, sheet.record_type)
    ]
    if columns:
        yield column_entry(last, columns, voice)


def names(schema: Schema) -> list[str]:
    """Every name that `describe` knows, without the longer spellings of columns."""
    sheets = list(schema.sheets())
    columns = dict.fromkeys(column.name for sheet in sheets for column in sheet.columns)
    return [
        *schema.rules,
        *schema.tables,
        *schema.agencies,
        *schema.codelists,
        *schema.workbooks,
        *dict.fromkeys(sheet.name for sheet in sheets),
        *(sheet.record_type for sheet in sheets),
        *columns,
    ]


def listing(kind: str, *, schema: Schema, language: str) -> list[tuple[str, str]]:
    """Name and label of everything of one kind, in the order of the schemas.

    Args:
        kind: one of `KINDS`.
        schema: what to list.
        language: of the labels.
    """
    voice = Voice(schema, language, (language,))
    lists: Mapping[str, Callable[[], list[tuple[str, str]]]] = {
        "sheets": lambda: [(each.record_type, each.label.of(language)) for each in schema.sheets()],
        "codes": lambda: [
            (each.id, f"{', '.join(each.all_codes()[:6])}{', ...' if len(each.codes) > 6 else ''} ({len(each.codes)})")
            for each in schema.codelists.values()
        ],
        "rules": lambda: [
            (each.id, f"{voice.word(each.severity).partition(':')[0]}: {unfilled(each.statement.of(language), voice)}")
            for each in schema.rules.values()
        ],
        "agencies": lambda: [
            (each.code, f"{each.label.of(language)}{f' ({each.workbook})' if each.workbook else ''}")
            for each in schema.agencies.values()
        ],
        "tables": lambda: [(each.id, each.title.of(language)) for each in schema.tables.values()],
    }
    return lists[kind]()
