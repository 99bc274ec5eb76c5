"""Find what a name stands for in the schemas, and list what there is."""

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from atstats.codebook.cells import cell_entry
from atstats.codebook.codes import code_entry, code_list_entry, codes_named, reference_entry
from atstats.codebook.counted import dimension_entry, population_entry, table_entry
from atstats.codebook.entries import (
    Entry,
    Grid,
    Voice,
    agency_entry,
    column_entry,
    filled,
    rule_entry,
    sheet_entry,
    unfilled,
    unit_entry,
    workbook_entry,
)
from atstats.schema import Schema

__all__ = ["KINDS", "describe", "describe_cell", "listing", "names"]

_Registers = tuple[tuple[Mapping[str, Any], Callable[[Any, Voice], Entry]], ...]

KINDS = ("sheets", "codes", "rules", "agencies", "tables", "workbooks", "reference")
"""What `listing` lists."""


def describe(name: str, *, schema: Schema, language: str) -> tuple[Entry, ...]:
    """Everything that a name stands for; capitals do not matter.

    Args:
        name: a rule, a code list, a single code, an agency or its unit, a table, what it counts and by what, a
            submission type or its number ("W1"), a sheet ("victims", "police.victims"), a column ("purpose_main",
            "police.victims.purpose_main"), a file of reference data, or one of `KINDS`; else the label of a sheet,
            a column, a submission type or an agency, in any language.
        schema: where to look.
        language: of words and labels.
    """
    voice = Voice(schema, language, (language,))
    wanted = name.strip().lower()
    found = tuple(_found(wanted, voice))
    return found or tuple(entry for each in _labelled(wanted, schema) for entry in _found(each.lower(), voice))


def _labelled(label: str, schema: Schema) -> dict[str, None]:
    """The names of what has this label; a reader of a workbook has no other word for a tab or a header."""
    labels = [
        *((each.id, each.label) for each in schema.workbooks.values()),
        *((each.code, each.label) for each in schema.agencies.values()),
        *((each.record_type, each.label) for each in schema.sheets() if each.name != "meta"),
        *((each.name, each.label) for sheet in schema.sheets() for each in sheet.columns),
    ]
    return dict.fromkeys(name for name, words in labels if label in {text.lower() for text in words.all()})


def describe_cell(
    cell: Mapping[str, str], table: Mapping[str, Any], *, edition: str, schema: Schema, language: str
) -> Entry:
    """What a cell of a release means; see `cells.cell_entry`."""
    return cell_entry(cell, table, Voice(schema, language, (language,)), edition=edition)


def _found(name: str, voice: Voice) -> Iterator[Entry]:
    schema = voice.schema
    registers: _Registers = (
        (schema.rules, rule_entry),
        (schema.tables, table_entry),
        (schema.agencies, agency_entry),
        (_units(schema), unit_entry),
        (schema.codelists, code_list_entry),
        (schema.workbooks, workbook_entry),
        ({each.number: each for each in schema.workbooks.values() if each.number}, workbook_entry),
    )
    yield from _registered(name, registers, voice)
    yield from (unit_entry(unit, voice) for unit in schema.units.values() if unit.code.lower() == name)
    yield from _sheets_and_columns(name, voice)
    counted: _Registers = (
        (schema.populations, population_entry),
        (schema.dimensions, dimension_entry),
        ({each: each for each in schema.reference}, reference_entry),
    )
    yield from _registered(name, counted, voice)
    if codes := codes_named(name, voice):
        yield code_entry(codes, voice)
    if name in KINDS:
        header = (voice.word("name"), voice.word("label"))
        lines = listing(name, schema=schema, language=voice.language)
        yield voice.entry("listing", name, Grid("", header, tuple(lines)))
    yield from _elsewhere(name.upper(), voice)


def _registered(name: str, registers: _Registers, voice: Voice) -> Iterator[Entry]:
    for register, entry in registers:
        for key, value in register.items():
            if key.lower() == name:
                yield entry(value, voice)


def _units(schema: Schema) -> dict[str, Any]:
    return {f"{unit.agency}/{unit.code}": unit for unit in schema.units.values()}


def _sheets_and_columns(name: str, voice: Voice) -> Iterator[Entry]:
    schema = voice.schema
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


def _elsewhere(name: str, voice: Voice) -> Iterator[Entry]:
    """Names that the schemas use without holding what they stand for: where that is told, and which rules name it."""
    for key, text in voice.schema.guidance.items():
        section, _, pattern = key.partition(".")
        if section == "elsewhere" and fnmatchcase(name, pattern):
            asked = re.compile(rf"\b{re.escape(name)}\b")
            rules = [rule.id for rule in voice.schema.rules.values() if asked.search(rule.reason.en)]
            facts = filled([(voice.word("named_in"), ", ".join(rules))])
            yield voice.entry("elsewhere", name, text.of(voice.language), facts)


def names(schema: Schema) -> list[str]:
    """Every name that `describe` knows, without the longer spellings of columns and what is told elsewhere."""
    sheets = list(schema.sheets())
    columns = (column.name for sheet in sheets for column in sheet.columns)
    known = [
        *schema.rules,
        *schema.tables,
        *schema.agencies,
        *schema.codelists,
        *schema.workbooks,
        *(workbook.number for workbook in schema.workbooks.values() if workbook.number),
        *(sheet.name for sheet in sheets),
        *(sheet.record_type for sheet in sheets),
        *columns,
        *schema.populations,
        *schema.dimensions,
        *schema.reference,
        *KINDS,
        *_units(schema),
        *(unit.code for unit in schema.units.values()),
        *(code.code for codes in schema.codelists.values() for code in codes),
    ]
    return list(dict.fromkeys(known))


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
        "workbooks": lambda: [
            (each.id, f"{each.number}{': ' if each.number else ''}{each.label.of(language)}")
            for each in schema.workbooks.values()
        ],
        "reference": lambda: [
            (name, schema.guidance[key].of(language) if (key := f"reference.{name}") in schema.guidance else "")
            for name in schema.reference
        ],
    }
    return lists[kind]()
