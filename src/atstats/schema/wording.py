"""What is asked for in a column, told to a registrar: its type, when it is asked, its bounds, its note.

The words stand in `guidance.toml`. The condition of a column is SQL in the schema; here it is read
aloud, with labels for columns and for codes.
"""

import re

from atstats.schema.contents import Schema
from atstats.schema.model import Column, Sheet

__all__ = [
    "bounds_words",
    "column_note",
    "condition_words",
    "note_words",
    "obligation_words",
    "type_words",
]

_DECIDED = re.compile(r"^decided here:?\s*")
_PARTS = re.compile(r"\s+(AND|OR)\s+")
_HOLDS = re.compile(r"^array_contains\((\w+),\s*'([^']*)'\)$")
_NULL = re.compile(r"^(\w+) IS (NOT )?NULL$")
_LIST = re.compile(r"^(\w+) (NOT )?IN \(([^)]*)\)$")
_COMPARED = re.compile(r"^(\w+) (=|<>|<|>) ('[^']*'|-?[0-9.]+)$")
_COMPARISONS = {"=": "is", "<>": "is_not", "<": "below", ">": "above"}


def column_note(column: Column, sheet: Sheet, *, schema: Schema, language: str) -> str:
    """Everything that a registrar should know about a column, one thing a line."""
    lines = [
        column.label.of(language),
        type_words(column, schema=schema, language=language),
        obligation_words(column, sheet, schema=schema, language=language),
        bounds_words(column, schema=schema, language=language),
        schema.say("column.key", language) if column.name in sheet.key else "",
        schema.say("column.identity", language) if column.identity else "",
        note_words(column, schema=schema, language=language),
    ]
    return "\n".join(line for line in lines if line)


def type_words(column: Column, *, schema: Schema, language: str) -> str:
    """What stands in a cell: "One code of the list purpose: choose it in the cell."."""
    return schema.say(f"column.{column.type}", language, list=column.codes)


def obligation_words(column: Column, sheet: Sheet, *, schema: Schema, language: str) -> str:
    """When the cell must be filled."""
    if column.required:
        return schema.say("column.required", language)
    if column.required_if:
        condition = condition_words(column.required_if, sheet, schema=schema, language=language)
        return schema.say("column.conditional", language, condition=condition)
    return schema.say("column.optional", language)


def bounds_words(column: Column, *, schema: Schema, language: str) -> str:
    """The smallest and the largest number, and the form of a text; empty where nothing is bound."""
    least, most = (
        "" if bound is None else f"{bound:.10g}".replace("e+", "e") for bound in (column.minimum, column.maximum)
    )
    words = []
    if least and most:
        words.append(schema.say("column.between", language, minimum=least, maximum=most))
    elif least:
        words.append(schema.say("column.least", language, minimum=least))
    elif most:
        words.append(schema.say("column.most", language, maximum=most))
    if column.pattern:
        words.append(schema.say("column.pattern", language, pattern=column.pattern))
    return " ".join(words)


def note_words(column: Column, *, schema: Schema, language: str) -> str:
    """The note on a column as a sentence, without the mark "decided here"."""
    english = _DECIDED.sub("", column.note)
    if not english:
        return ""
    text = schema.translated("note", english, language)
    return f"{text[0].upper()}{text[1:]}."


def condition_words(sql: str, sheet: Sheet, *, schema: Schema, language: str) -> str:
    """A condition of the schema read aloud; an expression that is not simple stays as it is."""
    first, *rest = _PARTS.split(sql)
    words = _condition(first, sheet, schema=schema, language=language)
    for link, part in zip(rest[::2], rest[1::2], strict=True):
        joined = schema.say(f"condition.{link.lower()}", language)
        words += f" {joined} {_condition(part, sheet, schema=schema, language=language)}"
    return words


def _condition(sql: str, sheet: Sheet, *, schema: Schema, language: str) -> str:
    if found := _HOLDS.match(sql):
        key, name, values = "holds", found[1], [found[2]]
    elif found := _NULL.match(sql):
        key, name, values = "filled" if found[2] else "blank", found[1], []
    elif found := _LIST.match(sql):
        key, name, values = "is_not" if found[2] else "is", found[1], re.findall(r"'([^']*)'", found[3])
    elif found := _COMPARED.match(sql):
        key, name, values = _COMPARISONS[found[2]], found[1], [found[3].strip("'")]
    else:
        return sql
    column = sheet.by_name.get(name)
    label = column.label.of(language) if column else schema.say(f"condition.{name}", language)
    either = f" {schema.say('condition.or', language)} "
    shown = either.join(_value(value, column, schema=schema, language=language) for value in values)
    return schema.say(f"condition.{key}", language, column=label, value=shown)


def _value(value: str, column: Column | None, *, schema: Schema, language: str) -> str:
    if column is None or column.codes not in schema.codelists or value not in schema.codelists[column.codes]:
        return value
    return f"{value} ({schema.codelists[column.codes].label(value).of(language)})"
