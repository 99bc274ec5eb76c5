"""What the schemas say about one thing, as paragraphs, facts and small tables.

The terminal and the codebook print the same entries; only how they look differs.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from atstats.schema import Agency, CodeList, Column, Labels, Rule, Schema, Sheet, TableDefinition, Workbook
from atstats.schema.wording import bounds_words, note_words, obligation_words
from atstats.vocabulary import Scope, Severity

__all__ = [
    "Entry",
    "Facts",
    "Grid",
    "Part",
    "Voice",
    "agency_entry",
    "code_list_entry",
    "column_entry",
    "rule_entry",
    "sheet_entry",
    "table_entry",
    "unfilled",
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
    """A key of the words: rule, code_list, sheet, column, submission_type, agency, table."""
    name: str
    parts: tuple[Part, ...]


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

    def yes_no(self, *, holds: bool) -> str:
        """Yes or no."""
        return self.word("yes" if holds else "no")


def _facts(pairs: Iterable[tuple[str, str]]) -> Facts:
    return Facts(tuple((name, value) for name, value in pairs if value))


def _in_languages(voice: Voice, labels: Any) -> tuple[Part, ...]:
    if len(voice.labels) == 1:
        return (labels.of(voice.labels[0]),)
    return (_facts(zip(voice.labels, voice.shown(labels), strict=True)),)


# --------------------------------------------------------------------------- rules


def rule_entry(rule: Rule, voice: Voice) -> Entry:
    """A rule: statement, weight, reach, reason, how it is held, and examples."""
    by_row = bool(rule.checks)
    held_back = rule.scope is Scope.PUBLICATION and rule.severity is Severity.ERROR
    facts = _facts(
        [
            (voice.word("severity"), voice.word("unpublished" if held_back else rule.severity)),
            (voice.word("looks_at"), voice.word(rule.scope)),
            (voice.word("reason"), rule.reason.of(voice.language)),
            (voice.word("next"), unfilled(rule.hint.of(voice.language), voice)),
            (voice.word("applies_to"), ", ".join(rule.applies_to or _sheets_in(rule))),
            (voice.word("evaluated"), voice.word("by_expression" if by_row else "by_program")),
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
    return Entry("rule", rule.id, (*_in_languages(voice, statement), facts, *grids, *examples))


def unfilled(text: str, voice: Voice) -> str:
    """A message whose places are not filled yet."""
    return _PLACE.sub("…", text.replace("{cells}", voice.word("cells")))


def _sheets_in(rule: Rule) -> list[str]:
    """The sheets of its failing examples; a publication rule's examples are of tables."""
    examples = () if rule.scope is Scope.PUBLICATION else rule.fails
    return sorted({key for example in examples for key, value in example.items() if isinstance(value, list)})


def _examples(examples: Sequence[Mapping[str, Any]], caption: str) -> Iterator[Grid]:
    """Rows of one sheet in one table; where an example has rows of several sheets, the first, a table each."""
    plain = [example for example in examples if not any(_is_rows(value) for value in example.values())]
    if plain:
        yield _rows_grid(caption, plain)
        return
    yield from _tables(examples[0] if examples else {}, caption)


def _tables(example: Mapping[str, Any], caption: str) -> Iterator[Grid]:
    for key, value in example.items():
        if isinstance(value, Mapping):
            yield from _tables(value, f"{caption}: {key}")
        elif _is_rows(value):
            yield _rows_grid(f"{caption}: {key}", value)
        else:
            yield Grid(caption, (key,), ((_shown(value),),))


def _is_rows(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_is_rows(each) for each in value.values())
    return isinstance(value, (list, tuple)) and all(isinstance(row, Mapping) for row in value)


def _rows_grid(caption: str, rows: Sequence[Mapping[str, Any]]) -> Grid:
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    return Grid(caption, names, tuple(tuple(_shown(row.get(name)) for name in names) for row in rows))


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ";".join(_shown(each) for each in value)
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


# --------------------------------------------------------------------------- code lists


def code_list_entry(codes: CodeList, voice: Voice) -> Entry:
    """A code list: its codes with labels, validity, crosswalks and groups, and who uses it."""
    users = [
        f"{sheet.record_type}.{column.name}"
        for sheet in voice.schema.sheets()
        for column in sheet.columns
        if column.codes == codes.id
    ]
    unchecked = sum(not code.checked for code in codes)
    sources = {code.source for code in codes}
    facts = _facts(
        [
            (voice.word("unchecked"), voice.word("of", part=unchecked, whole=len(codes.codes)) if unchecked else ""),
            (voice.word("source"), next(iter(sources)) if len(sources) == 1 else ""),
            (voice.word("used_by"), ", ".join(users)),
        ]
    )
    further = dict.fromkeys(name for code in codes for name in code.maps)  # in the order of the file
    mapped = [name for name in further if any(code.maps.get(name) for code in codes)]
    dated = any(code.valid_from or code.valid_to for code in codes)
    header = (voice.word("code"), *voice.label_header())
    if dated:
        header += (voice.word("valid_from"), voice.word("valid_to"))
    header += tuple(mapped)
    if len(sources) > 1:
        header += (voice.word("source"),)
    rows = []
    for code in codes:
        row = (code.code, *voice.shown(code.labels))
        if dated:
            row += (_shown(code.valid_from), _shown(code.valid_to))
        row += tuple(code.maps.get(name, "") for name in mapped)
        rows.append((*row, code.source) if len(sources) > 1 else row)
    return Entry("code_list", codes.id, (facts, Grid("", header, tuple(rows))))


# --------------------------------------------------------------------------- sheets and columns


def workbook_entry(workbook: Workbook, voice: Voice) -> Entry:
    """A submission type: its sheets, and who sends it."""
    schema = voice.schema
    senders = [agency.code for agency in schema.agencies.values() if agency.workbook == workbook.id]
    sheets = tuple(
        (sheet.name, *voice.shown(sheet.label), schema.translated("grain", sheet.grain, voice.language))
        for sheet in workbook.sheets
    )
    header = (voice.word("sheet"), *voice.label_header(), voice.word("one_row"))
    facts = _facts([(voice.word("agency"), ", ".join(senders))])
    return Entry(
        "submission_type", workbook.id, (*_in_languages(voice, workbook.label), facts, Grid("", header, sheets))
    )


def sheet_entry(sheet: Sheet, voice: Voice) -> Entry:
    """A sheet: what a row is, its columns, its example rows and the rules that hold on it."""
    schema = voice.schema
    rules = [rule.id for rule in schema.rules.values() if sheet.record_type in rule.applies_to]
    facts = _facts(
        [
            (voice.word("one_row"), schema.translated("grain", sheet.grain, voice.language)),
            (voice.word("role"), voice.word(sheet.role) if sheet.role else ""),
            (voice.word("key"), ", ".join(sheet.key)),
            (voice.word("rules"), ", ".join(rules)),
        ]
    )
    header = (voice.word("column"), *voice.label_header(), *_column_header(voice))
    rows = tuple(
        (column.name, *voice.shown(column.label), *_column_row(column, sheet, voice)) for column in sheet.columns
    )
    parts: list[Part] = [*_in_languages(voice, sheet.label), facts, Grid(voice.word("columns"), header, rows)]
    if sheet.examples:
        parts.append(_upright(voice.word("examples"), sheet.examples, voice.word("column")))
    return Entry("sheet", sheet.name if sheet.name == "meta" else sheet.record_type, tuple(parts))


def _upright(caption: str, rows: Sequence[Mapping[str, Any]], first: str) -> Grid:
    """Example rows as columns: a sheet has far more columns than examples."""
    names = dict.fromkeys(name for row in rows for name in row)
    header = (first, *(str(number) for number in range(1, len(rows) + 1)))
    return Grid(caption, header, tuple((name, *(_shown(row.get(name)) for row in rows)) for name in names))


def _column_header(voice: Voice) -> tuple[str, ...]:
    return tuple(voice.word(key) for key in ("type", "obligation", "bounds", "note"))


def _column_row(column: Column, sheet: Sheet, voice: Voice) -> tuple[str, ...]:
    schema, language = voice.schema, voice.language
    note = note_words(column, schema=schema, language=language)
    if column.decided_here:
        note = f"{note} ({voice.word('decided_here')})".strip()
    kind = f"{column.type} {column.codes}" if column.type in ("code", "codes") else column.type
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
    return Entry("column", name, (_facts([(voice.word("rules"), ", ".join(rules))]), Grid("", header, rows)))


# --------------------------------------------------------------------------- agencies and tables


def agency_entry(agency: Agency, voice: Voice) -> Entry:
    """An agency: which workbook it sends, from when to when, and its units."""
    schema = voice.schema
    sends = (
        f"{agency.workbook} ({schema.workbooks[agency.workbook].label.of(voice.language)})" if agency.workbook else ""
    )
    facts = _facts(
        [
            (voice.word("kind"), agency.kind),
            (voice.word("workbook"), sends),
            (voice.word("registers"), voice.yes_no(holds=agency.registers)),
            (voice.word("assists"), voice.yes_no(holds=agency.assists)),
            (voice.word("valid_from"), _shown(agency.valid_from)),
            (voice.word("valid_to"), _shown(agency.valid_to)),
            (voice.word("successor"), agency.successor),
            (voice.word("shown_as"), agency.shown_as),
            (voice.word("priority"), str(agency.priority) if agency.registers else ""),
        ]
    )
    parts: list[Part] = [*_in_languages(voice, agency.label), facts]
    units = [unit for unit in schema.units.values() if unit.agency == agency.code]
    if units:
        rows = tuple((unit.code, *voice.shown(unit.label)) for unit in units)
        parts.append(Grid(voice.word("units"), (voice.word("code"), *voice.label_header()), rows))
    return Entry("agency", agency.code, tuple(parts))


def table_entry(table: TableDefinition, voice: Voice) -> Entry:
    """A table of the report: unit of count, scope, source and notes."""
    populations = voice.schema.populations
    counted = populations[table.population].label.of(voice.language) if table.population in populations else ""
    facts = _facts(
        [
            (voice.word("chapter"), str(table.chapter)),
            (voice.word("unit_of_count"), table.unit.of(voice.language)),
            (voice.word("scope"), table.scope.of(voice.language)),
            (voice.word("source"), table.source.of(voice.language)),
            *((voice.word("notes"), note.of(voice.language)) for note in table.notes),
            (voice.word("population"), counted),
            (voice.word("feeds"), ", ".join(table.feeds)),
        ]
    )
    return Entry("table", table.id, (*_in_languages(voice, table.title), facts))
