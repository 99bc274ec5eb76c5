"""What in a schema folder names something else: code lists, sheets, columns, agencies, codes of examples."""

from collections.abc import Mapping
from typing import Any

from atstats.errors import ConfigurationError
from atstats.schema.contents import Schema
from atstats.schema.expressions import compile_expression, record_schema
from atstats.schema.folder import Folder
from atstats.schema.model import CodeList, Column, Rule, Sheet, Workbook
from atstats.vocabulary import SPECIAL_VALUES, Scope

__all__ = ["check_references"]

_BESIDE = ("agency", "unit", "person_id")
"""What the example of a rule may give a record beside the columns of its sheet."""


def check_references(folder: Folder, schema: Schema) -> None:
    """Write down every name that leads nowhere, and every expression that cannot be used."""
    for workbook in schema.workbooks.values():
        for sheet in workbook.sheets:
            for column in sheet.columns:
                _check_column(folder, sheet, column, schema)
            for number, row in enumerate(sheet.examples):
                _check_example(folder, workbook, sheet, f"{sheet.name}.examples[{number}]", row, schema)
    for codes in schema.codelists.values():
        _check_labels(folder, codes)
    for agency in schema.agencies.values():
        if agency.workbook and agency.workbook not in schema.workbooks:
            folder.fault("agencies.toml", agency.code, f"names the unknown workbook {agency.workbook}")
    for rule in schema.rules.values():
        _check_rule(folder, rule, schema)
    for table in schema.tables.values():
        if table.population and table.population not in schema.populations:
            folder.fault("tables", table.id, f"names the unknown population {table.population}")


def _check_labels(folder: Folder, codes: CodeList) -> None:
    for code in codes.codes:
        if any(";" in label for label in code.labels.all()):
            file = code.source if code.source == "agencies.toml" else f"codelists/{codes.id}.csv"
            folder.fault(file, code.code, "has a label with a semicolon, which divides codes in a cell")


def _check_column(folder: Folder, sheet: Sheet, column: Column, schema: Schema) -> None:
    file, place = f"workbooks/{sheet.workbook}.toml", f"{sheet.name}.{column.name}"
    if column.type in ("code", "codes", "yesno") and column.codes not in schema.codelists:
        folder.fault(file, place, f"names the unknown code list {column.codes or '(none)'}")
    if column.required_if and (fault := _fault(column.required_if, sheet)):
        folder.fault(file, f"{place}.required_if", fault)


def _check_example(
    folder: Folder, workbook: Workbook, sheet: Sheet, place: str, row: Mapping[str, Any], schema: Schema
) -> None:
    """The codes of an example row must be in their list, and in use in the year that the example is of."""
    for name, value in row.items():
        column = sheet.by_name.get(name)
        if column is None or column.codes not in schema.codelists:
            continue
        codes = {each.code: each for each in schema.codelists[column.codes].codes}
        for code in value if isinstance(value, list) else [value]:
            if code not in codes:
                if code not in SPECIAL_VALUES:
                    what = f"has the code {code}, which {column.codes} has not"
                    folder.fault(f"workbooks/{sheet.workbook}.toml", f"{place}.{name}", what)
            elif not codes[code].valid_in(workbook.example_year) and column.valid_at == "":
                what = f"has the code {code}, which is not in use in {workbook.example_year}"
                folder.fault(f"workbooks/{sheet.workbook}.toml", f"{place}.{name}", what)


# --------------------------------------------------------------------------- rules


def _check_rule(folder: Folder, rule: Rule, schema: Schema) -> None:
    known = {sheet.record_type: sheet for sheet in schema.sheets()}
    for record_type in rule.applies_to:
        if record_type not in known:
            folder.fault("rules", rule.id, f"applies to the unknown sheet {record_type}")
            continue
        sheet = known[record_type]
        for number, check in enumerate(rule.checks):
            for column in check.blame:
                if column not in sheet.by_name:
                    folder.fault("rules", rule.id, f"blames {column}, which {record_type} has not")
            for key, sql in (("must", check.must), ("when", check.when)):
                if sql and (fault := _fault(sql, sheet)):
                    folder.fault("rules", f"{rule.id}.checks[{number}].{key}", f"for {record_type}: {fault}")
    for key, examples in (("passes", rule.passes), ("fails", rule.fails)):
        for number, example in enumerate(examples):
            _check_rule_example(folder, rule, f"{rule.id}.{key}[{number}]", example, known)


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
                folder.fault("rules", place, f"names {name}, which {record_type} has not")
    sheets = [known[each] for each in rule.applies_to if each in known]
    if by_sheet or not rule.checks or not sheets or any(isinstance(value, list) for value in example.values()):
        return
    missing = min(([name for name in example if name not in sheet.by_name] for sheet in sheets), key=len)
    if missing:
        folder.fault("rules", place, f"names {missing[0]}, which {sheets[0].record_type} has not")


def _fault(sql: str, sheet: Sheet) -> str:
    try:
        compile_expression(sql, names=record_schema(sheet))
    except ConfigurationError as problem:
        return problem.message
    return ""
