"""What in a schema folder names something else, and what the program asks the folder for by name."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import polars as pl

from atstats.errors import ConfigurationError
from atstats.schema import demanded
from atstats.schema.contents import Schema
from atstats.schema.expressions import compile_expression, record_schema
from atstats.schema.folder import Folder
from atstats.schema.model import Column, Origin, Rule, Sheet
from atstats.schema.settings import check_linkage
from atstats.vocabulary import SPECIAL_VALUES, Scope

__all__ = ["check_references"]

_BESIDE = ("agency", "unit", "person_id")
"""What the example of a rule may give a record beside the columns of its sheet."""

_VALUES: Mapping[str, tuple[type, ...]] = {
    "text": (str,), "code": (str,), "yesno": (str,), "codes": (list,), "date": (date,), "integer": (int,),
    "decimal": (int, float),
}  # fmt: skip
"""Column type -> what the value of an example may be."""


def check_references(folder: Folder, schema: Schema) -> None:
    """Write down every name that leads nowhere, and every expression that cannot be used."""
    sheets = {sheet.record_type: sheet for sheet in schema.sheets()}
    records = {record_type: record_schema(sheet) for record_type, sheet in sheets.items()}
    several = _Several()
    for sheet in sheets.values():
        for column in sheet.columns:
            for key, what in _column_faults(column, sheet, schema, records[sheet.record_type]):
                several.add(Origin(column.origin.file, f"{column.origin.key}.{key}"), what, sheet)
        for number, row in enumerate(sheet.examples):
            place = Origin(f"workbooks/{sheet.workbook}.toml", f"sheets.{sheet.name}.examples[{number}]")
            _check_example(folder, place, sheet, row, schema)
    for rule in schema.rules.values():
        _check_rule(folder, several, rule, sheets, records)
    several.tell(folder)
    check_linkage(folder, schema.linkage, sheets=sheets, codelists=schema.codelists)
    _check_demanded(folder, schema, sheets)


class _Several:
    """Faults that one place has for several sheets, told once each."""

    def __init__(self) -> None:
        self._found: dict[tuple[Origin, str], list[str]] = defaultdict(list)

    def add(self, origin: Origin, what: str, sheet: Sheet) -> None:
        self._found[origin, what].append(sheet.record_type)

    def tell(self, folder: Folder) -> None:
        for (origin, what), (first, *more) in self._found.items():
            others = f" and {len(more)} more" if more else ""
            where = "" if origin.file.startswith("workbooks/") else f" (in {first}{others})"
            folder.fault_at(origin, f"{what}{where}")


# --------------------------------------------------------------------------- columns


def _column_faults(column: Column, sheet: Sheet, schema: Schema, names: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Key of the column, what is wrong there."""
    if column.type in ("code", "codes", "yesno") and column.codes not in schema.codelists:
        yield "codes", f"names the unknown code list {column.codes or '(none)'}"
    if column.required_if and (fault := _fault(column.required_if, names)):
        yield "required_if", fault
    if column.valid_at:
        dated = sheet.by_name.get(column.valid_at)
        if dated is None or dated.type != "date":
            yield "valid_at", f"names {column.valid_at}, which is no date column"
    if column.pattern:
        try:
            pl.Series([""]).str.contains(f"^(?:{column.pattern})$")
        except pl.exceptions.PolarsError:
            yield "pattern", "is not a regular expression"


def _check_example(folder: Folder, place: Origin, sheet: Sheet, row: Mapping[str, Any], schema: Schema) -> None:
    """The codes of an example row must be in their list, and in use in the year that the example is of."""
    year = schema.workbooks[sheet.workbook].example_year
    for name, value in row.items():
        column = sheet.by_name.get(name)
        if column is None:
            continue  # the sheet has told it
        if wrong := _wrong_value(column, value):
            folder.fault_at(place, wrong, key=name)
        elif column.codes in schema.codelists:
            codes = {each.code: each for each in schema.codelists[column.codes].codes}
            for code in value if isinstance(value, list) else [value]:
                if code not in codes:
                    if code not in SPECIAL_VALUES:
                        folder.fault_at(place, f"has the code {code}, which {column.codes} has not", key=name)
                elif not codes[code].valid_in(year) and column.valid_at == "":
                    folder.fault_at(place, f"has the code {code}, which is not in use in {year}", key=name)


def _wrong_value(column: Column, value: Any) -> str:
    """What is wrong with the type of an example's value; "" for nothing."""
    items = value if isinstance(value, list) else []
    sound = isinstance(value, _VALUES[column.type]) and not isinstance(value, (bool, datetime))
    if value in SPECIAL_VALUES or (sound and all(isinstance(item, str) for item in items)):
        return ""
    return f"is not of the type of its column, which is {column.type}"


# --------------------------------------------------------------------------- rules


def _check_rule(
    folder: Folder,
    several: _Several,
    rule: Rule,
    sheets: Mapping[str, Sheet],
    records: Mapping[str, Mapping[str, Any]],
) -> None:
    for record_type in rule.applies_to:
        if record_type not in sheets:
            folder.fault_at(rule.origin, f"applies to the unknown sheet {record_type}", key="applies_to")
            continue
        for number, check in enumerate(rule.checks):
            place = f"{rule.id}.checks[{number}]"
            for column in check.blame:
                if column not in sheets[record_type].by_name:
                    blamed = Origin(rule.origin.file, f"{place}.blame")
                    several.add(blamed, f"names {column}, which is not there", sheets[record_type])
            for key, sql in (("must", check.must), ("when", check.when)):
                if sql and (fault := _fault(sql, records[record_type])):
                    several.add(Origin(rule.origin.file, f"{place}.{key}"), fault, sheets[record_type])
    if rule.checks and not rule.applies_to:
        folder.fault_at(rule.origin, "has checks and applies to no sheet", key="applies_to")
    for key, examples in (("passes", rule.passes), ("fails", rule.fails)):
        for number, example in enumerate(examples):
            _check_rule_example(folder, rule, f"{key}[{number}]", example, sheets)


def _check_rule_example(
    folder: Folder, rule: Rule, place: str, example: Mapping[str, Any], known: Mapping[str, Sheet]
) -> None:
    """An example is a row of the sheets that the rule applies to, or record type -> rows."""
    if rule.scope is Scope.FIELD and not rule.checks:
        return  # rules about the form of a workbook have examples with columns that are not there
    by_sheet = {name: rows for name, rows in example.items() if name in known and isinstance(rows, list)}
    for record_type, rows in by_sheet.items():
        for name in {name for row in rows if isinstance(row, Mapping) for name in row}:
            if name not in known[record_type].by_name and name not in _BESIDE:
                folder.fault_at(rule.origin, f"names {name}, which {record_type} has not", key=place)
    sheets = [known[each] for each in rule.applies_to if each in known]
    if by_sheet or not rule.checks or not sheets:
        return
    for name, value in example.items():
        having = [sheet for sheet in sheets if name in sheet.by_name]
        if not having:
            folder.fault_at(rule.origin, f"names {name}, which {sheets[0].record_type} has not", key=place)
        elif all(_wrong_value(sheet.by_name[name], value) for sheet in having):
            wrong = _wrong_value(having[0].by_name[name], value)
            folder.fault_at(rule.origin, f"{name} {wrong}", key=place)


def _fault(sql: str, names: Mapping[str, Any]) -> str:
    try:
        compile_expression(sql, names=names)
    except ConfigurationError as problem:
        return problem.message
    return ""


# --------------------------------------------------------------------------- the program


def _check_demanded(folder: Folder, schema: Schema, sheets: Mapping[str, Sheet]) -> None:
    """What the program asks for by name must be there, whoever empties a file."""
    asked: tuple[tuple[str, tuple[str, ...], Mapping[str, Any], str], ...] = (
        ("rules", demanded.RULES, schema.rules, "rule"),
        ("workbooks", demanded.SHEETS, sheets, "sheet"),
        ("tables", demanded.TABLES, schema.tables, "table"),
        ("tables", demanded.NOTES, schema.table_notes, "note"),
        ("populations.toml", demanded.POPULATIONS, schema.populations, "population"),
        ("codelists", tuple(demanded.CODE_LISTS), schema.codelists, "code list"),
    )
    for file, names, known, what in asked:
        for name in names:
            if name not in known:
                folder.fault(file, name, f"is missing: the program asks for this {what} by its name")
    _check_demanded_columns(folder, schema, sheets)
    for identifier in schema.populations:
        if identifier not in demanded.POPULATIONS:
            folder.fault("populations.toml", identifier, "is none of the kinds of unit that can be counted")
    for identifier, parameters in demanded.PARAMETERS.items():
        rule = schema.rules.get(identifier)
        for parameter in parameters:
            if rule is not None and parameter not in rule.parameters:
                folder.fault_at(
                    rule.origin, "is missing: the rule is worked out with it", key=f"parameters.{parameter}"
                )


def _check_demanded_columns(folder: Folder, schema: Schema, sheets: Mapping[str, Sheet]) -> None:
    """The columns that functions read by name, of a type that they can read."""
    several = _Several()
    for workbook in schema.workbooks.values():
        if f"{workbook.id}.meta" not in sheets:
            folder.fault(f"workbooks/{workbook.id}.toml", "sheets.meta", "is missing: it says whose workbook it is")
    for record_type, sheet in sheets.items():
        meta = demanded.META if sheet.name == "meta" else {}
        for asked, block in ((demanded.COLUMNS.get(record_type, {}), ""), (meta, "meta")):
            for kind, names in asked.items():
                for name in names:
                    if wrong := _wrong_column(sheet, name, kind, block):
                        several.add(*wrong, sheet)
    several.tell(folder)


def _wrong_column(sheet: Sheet, name: str, kind: str, block: str) -> tuple[Origin, str] | None:
    """Where a column should be or is, and what is wrong there; nothing where it can be read."""
    column = sheet.by_name.get(name)
    if column is None:
        place = Origin(f"workbooks/{sheet.workbook}.toml", f"sheets.{sheet.name}.columns.{name}")
        if block in sheet.blocks:
            place = Origin("blocks.toml", f"{block}.columns.{name}")
        return place, "is missing: the program asks for this column by its name"
    if column.type not in demanded.KINDS[kind]:
        place = Origin(column.origin.file, f"{column.origin.key}.type")
        return place, f"is {column.type}, and the program reads {' or '.join(demanded.KINDS[kind])} here"
    return None
