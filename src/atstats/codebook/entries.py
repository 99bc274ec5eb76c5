"""What the schemas say about a rule, a submission type or an agency, as paragraphs, facts and small tables.

The terminal and the codebook print the same entries; only how they look differs.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from atstats.schema import Agency, Column, Labels, Rule, Schema, Sheet, Unit, Workbook
from atstats.schema.wording import bounds_words, note_words, obligation_words
from atstats.vocabulary import Scope, Severity

__all__ = [
    "Entry",
    "Facts",
    "Grid",
    "Part",
    "Voice",
    "agency_entry",
    "as_text",
    "column_entry",
    "filled",
    "in_languages",
    "rule_entry",
    "rule_sheets",
    "sheet_entry",
    "unfilled",
    "unit_entry",
    "workbook_entry",
]

_PLACE = re.compile(r"\{[a-z]+\}")


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what holds for them, one a line."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A small table of text."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Part = str | Facts | Grid


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of the schemas: a rule, a code list, a sheet, a column, an agency, a table."""

    kind: str
    """A key of the words: rule, code_list, code, sheet, column, submission_type, agency, unit, table, ..."""
    name: str
    parts: tuple[Part, ...]
    heading: str
    """The kind in the language of the entry."""


@dataclass(frozen=True, slots=True)
class Voice:
    """In which language properties are named, and in which languages labels are shown."""

    schema: Schema
    language: str
    labels: tuple[str, ...]

    def word(self, key: str, **filled: object) -> str:
        """The name of a property."""
        return self.schema.say(f"word.{key}", self.language, **filled)

    def label_header(self) -> tuple[str, ...]:
        """The headings of the columns that show labels."""
        return (self.word("label"),) if len(self.labels) == 1 else self.labels

    def shown(self, labels: Any) -> tuple[str, ...]:
        """A text in each of the languages of labels."""
        return tuple(labels.of(language) for language in self.labels)

    def entry(self, kind: str, name: str, *parts: Part) -> Entry:
        """An entry of a kind, without the parts that have nothing to show."""
        shown = tuple(part for part in parts if part != Facts(()))
        return Entry(kind, name, shown, self.word(kind))

    def yes_no(self, *, holds: bool) -> str:
        """Yes or no."""
        return self.word("yes" if holds else "no")


def filled(pairs: Iterable[tuple[str, str]]) -> Facts:
    """The pairs that have a value."""
    return Facts(tuple((name, value) for name, value in pairs if value))


def in_languages(voice: Voice, labels: Any) -> tuple[Part, ...]:
    """A text as a paragraph, or in each language of labels."""
    if len(voice.labels) == 1:
        return (labels.of(voice.labels[0]),)
    return (filled(zip(voice.labels, voice.shown(labels), strict=True)),)


# --------------------------------------------------------------------------- rules


def rule_entry(rule: Rule, voice: Voice) -> Entry:
    """A rule: statement, weight, reach, reason, how it is held, and examples."""
    held_back = rule.scope is Scope.PUBLICATION and rule.severity is Severity.ERROR
    sheets = rule_sheets(rule, voice.schema)
    facts = filled(
        [
            (voice.word("severity"), voice.word("unpublished" if held_back else rule.severity)),
            (voice.word("looks_at"), voice.word(rule.scope)),
            (voice.word("reason"), rule.reason.of(voice.language)),
            (voice.word("next"), unfilled(rule.hint.of(voice.language), voice)),
            (voice.word("applies_to" if rule.applies_to else "example_sheets"), ", ".join(sheets)),
            (voice.word("evaluated"), voice.word(_held_by(rule))),
            (voice.word("needs"), ", ".join(voice.word(need) for need in rule.needs)),
            (voice.word("parameters"), ", ".join(f"{key} = {value:.10g}" for key, value in rule.parameters.items())),
        ]
    )
    conditions = tuple((check.when, check.must, ", ".join(check.blame)) for check in rule.checks)
    header = (voice.word("when"), voice.word("must"), voice.word("blames"))
    grids = [Grid(voice.word("conditions"), header, conditions)] if conditions else []
    if conditions and not any(check.when for check in rule.checks):
        grids = [Grid(voice.word("conditions"), header[1:], tuple(row[1:] for row in conditions))]
    if rule.says:
        said = tuple((detail, unfilled(text.of(voice.language), voice)) for detail, text in rule.says.items())
        grids.append(Grid(voice.word("messages"), (voice.word("detail"), voice.word("message")), said))
    examples = [*_examples(rule.passes, voice.word("passes")), *_examples(rule.fails, voice.word("fails"))]
    statement = Labels(*(unfilled(text, voice) for text in rule.statement.all()))
    return voice.entry("rule", rule.id, *in_languages(voice, statement), facts, *grids, *examples)


def rule_sheets(rule: Rule, schema: Schema) -> tuple[str, ...]:
    """The sheets that it states, then the further sheets of its examples; a publication rule's are of tables."""
    examples = () if rule.scope is Scope.PUBLICATION else (*rule.passes, *rule.fails)
    named = {name for example in examples for name in _keys(example)}
    shown = sorted(sheet.record_type for sheet in schema.sheets() if sheet.record_type in named)
    return tuple(dict.fromkeys((*rule.applies_to, *shown)))


def _keys(example: Mapping[str, Any]) -> Iterator[str]:
    for key, value in example.items():
        yield key
        if isinstance(value, Mapping):
            yield from _keys(value)


def _held_by(rule: Rule) -> str:
    """A key of the words. Whole sheets are the examples of what a function looks at, single rows those of SQL."""
    if not rule.checks:
        return "by_program"
    of_sheets = any(_is_rows(value) for example in (*rule.passes, *rule.fails) for value in example.values())
    return "by_both" if of_sheets else "by_expression"


def unfilled(text: str, voice: Voice) -> str:
    """A message whose places are not filled yet."""
    return _PLACE.sub("…", text.replace("{cells}", voice.word("cells")))


def _examples(examples: Sequence[Mapping[str, Any]], caption: str) -> Iterator[Grid]:
    """All rows of one sheet in one table; each example with rows of several sheets in a table for each of these."""
    rows = [example for example in examples if not any(_is_rows(value) for value in example.values())]
    whole = [example for example in examples if example not in rows]
    if rows:
        yield _rows_grid(caption, rows)
    for number, example in enumerate(whole, start=1):
        yield from _tables(example, f"{caption} ({number})" if len(whole) > 1 else caption)


def _tables(example: Mapping[str, Any], caption: str) -> Iterator[Grid]:
    for key, value in example.items():
        if isinstance(value, Mapping):
            yield from _tables(value, f"{caption}: {key}")
        elif _is_rows(value):
            yield _rows_grid(f"{caption}: {key}", value)
        else:
            yield Grid(caption, (key,), ((as_text(value),),))


def _is_rows(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_is_rows(each) for each in value.values())
    return isinstance(value, (list, tuple)) and all(isinstance(row, Mapping) for row in value)


def _rows_grid(caption: str, rows: Sequence[Mapping[str, Any]]) -> Grid:
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    return Grid(caption, names, tuple(tuple(as_text(row.get(name)) for name in names) for row in rows))


def as_text(value: Any) -> str:
    """A value of the schemas as text; several with a semicolon between, and nothing for none."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ";".join(as_text(each) for each in value)
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


# --------------------------------------------------------------------------- sheets and columns


def workbook_entry(workbook: Workbook, voice: Voice) -> Entry:
    """A submission type: its number, its sheets, and who sends it."""
    schema = voice.schema
    senders = [agency.code for agency in schema.agencies.values() if agency.workbook == workbook.id]
    sheets = tuple(
        (sheet.name, *voice.shown(sheet.label), schema.translated("grain", sheet.grain, voice.language))
        for sheet in workbook.sheets
    )
    header = (voice.word("sheet"), *voice.label_header(), voice.word("one_row"))
    facts = filled([(voice.word("number"), workbook.number), (voice.word("agency"), ", ".join(senders))])
    return voice.entry(
        "submission_type", workbook.id, *in_languages(voice, workbook.label), facts, Grid("", header, sheets)
    )


def sheet_entry(sheet: Sheet, voice: Voice) -> Entry:
    """A sheet: what a row is, its columns, its example rows and the rules that hold on it."""
    schema = voice.schema
    rules = [rule.id for rule in schema.rules.values() if sheet.record_type in rule_sheets(rule, schema)]
    facts = filled(
        [
            (voice.word("one_row"), schema.translated("grain", sheet.grain, voice.language)),
            (voice.word("role"), voice.word(sheet.role) if sheet.role else ""),
            (voice.word("key"), ", ".join(sheet.key)),
            (voice.word("named_in"), ", ".join(rules)),
        ]
    )
    header = (voice.word("column"), *voice.label_header(), *_column_header(voice))
    rows = tuple(
        (column.name, *voice.shown(column.label), *_column_row(column, sheet, voice)) for column in sheet.columns
    )
    parts: list[Part] = [*in_languages(voice, sheet.label), facts, Grid(voice.word("columns"), header, rows)]
    if sheet.examples:
        parts.append(_upright(voice.word("examples"), sheet.examples, voice.word("column")))
    return voice.entry("sheet", sheet.name if sheet.name == "meta" else sheet.record_type, *parts)


def _upright(caption: str, rows: Sequence[Mapping[str, Any]], first: str) -> Grid:
    """Example rows as columns: a sheet has far more columns than examples."""
    names = dict.fromkeys(name for row in rows for name in row)
    header = (first, *(str(number) for number in range(1, len(rows) + 1)))
    return Grid(caption, header, tuple((name, *(as_text(row.get(name)) for row in rows)) for name in names))


def _column_header(voice: Voice) -> tuple[str, ...]:
    return tuple(voice.word(key) for key in ("type", "obligation", "bounds", "note"))


def _column_row(column: Column, sheet: Sheet, voice: Voice) -> tuple[str, ...]:
    schema, language = voice.schema, voice.language
    note = note_words(column, schema=schema, language=language)
    if column.decided_here:
        note = f"{note} ({voice.word('decided_here')})".strip()
    kind = voice.word(f"type_{column.type}")
    if column.type in ("code", "codes"):
        kind = f"{kind} {column.codes}"
    return (
        f"{kind}; {voice.word('identity')}" if column.identity else kind,
        obligation_words(column, sheet, schema=schema, language=language),
        bounds_words(column, schema=schema, language=language),
        note,
    )


def column_entry(name: str, found: Sequence[tuple[Sheet, Column]], voice: Voice) -> Entry:
    """A column in every sheet that has it: label, type, obligation, bounds, note."""
    header = (voice.word("sheet"), *voice.label_header(), *_column_header(voice))
    rows = tuple(
        (sheet.record_type, *voice.shown(column.label), *_column_row(column, sheet, voice)) for sheet, column in found
    )
    rules = [
        rule.id
        for rule in voice.schema.rules.values()
        if any(name in check.blame for check in rule.checks)
        and any(sheet.record_type in rule.applies_to for sheet, _ in found)
    ]
    return voice.entry("column", name, filled([(voice.word("rules"), ", ".join(rules))]), Grid("", header, rows))


# --------------------------------------------------------------------------- agencies


def agency_entry(agency: Agency, voice: Voice) -> Entry:
    """An agency: which workbook it sends, from when to when, and its units."""
    schema = voice.schema
    sends = (
        f"{agency.workbook} ({schema.workbooks[agency.workbook].label.of(voice.language)})" if agency.workbook else ""
    )
    facts = filled(
        [
            (voice.word("kind"), _kind(agency.kind, voice)),
            (voice.word("workbook"), sends or voice.word("sends_none")),
            (voice.word("registers"), voice.yes_no(holds=agency.registers)),
            (voice.word("assists"), voice.yes_no(holds=agency.assists)),
            (voice.word("valid_from"), as_text(agency.valid_from)),
            (voice.word("valid_to"), as_text(agency.valid_to)),
            (voice.word("successor"), agency.successor),
            (voice.word("shown_as"), agency.shown_as),
            (voice.word("priority"), str(agency.priority) if agency.registers else ""),
            (voice.word("in_lists"), ", ".join(_lists_with(agency, schema))),
        ]
    )
    parts: list[Part] = [*in_languages(voice, agency.label), facts]
    units = [unit for unit in schema.units.values() if unit.agency == agency.code]
    if units:
        rows = tuple((unit.code, *voice.shown(unit.label)) for unit in units)
        parts.append(Grid(voice.word("units"), (voice.word("code"), *voice.label_header()), rows))
    return voice.entry("agency", agency.code, *parts)


def _lists_with(agency: Agency, schema: Schema) -> list[str]:
    """The code lists in which its code stands for the agency; in others NONE stands for something else."""
    return [
        codes.id
        for codes in schema.codelists.values()
        if any((code.code, code.labels) == (agency.code, agency.label) for code in codes)
    ]


def _kind(kind: str, voice: Voice) -> str:
    labels = voice.schema.kinds.get(kind)
    return f"{kind} ({labels.of(voice.language)})" if labels else kind


def unit_entry(unit: Unit, voice: Voice) -> Entry:
    """A part of an agency that may send a workbook of its own."""
    agency = voice.schema.agencies[unit.agency]
    facts = filled(
        [
            (voice.word("agency"), f"{agency.code} ({agency.label.of(voice.language)})"),
            (voice.word("valid_from"), as_text(unit.valid_from)),
            (voice.word("valid_to"), as_text(unit.valid_to)),
        ]
    )
    return voice.entry("unit", f"{unit.agency}/{unit.code}", *in_languages(voice, unit.label), facts)
