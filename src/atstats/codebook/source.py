"""One sheet as Python source: the pandera schema that its records are held against, for an auditor to read and run."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from atstats.schema import Column, Rule, Schema, Sheet, compile_expression, helper_columns, record_schema

__all__ = ["pandera_source"]

_TYPES: Mapping[str, str] = {
    "text": "pl.String()",
    "date": "pl.Date()",
    "integer": "pl.Int64()",
    "decimal": "pl.Float64()",
    "code": "pl.String()",
    "codes": "pl.List(pl.String())",
    "yesno": "pl.String()",
}
_HEAD = '''"""{record_type}: {grain}.

Compiled by atstats from the schemas: change those, not this. It runs wherever polars and pandera[polars] are:
SCHEMA.validate(records, lazy=True), with typed records in a DataFrame. A null breaks no rule: it is not evaluated.
What is required stands in the metadata, as only the workbook tells a blank from UNK, NA and REF.
"""

from datetime import date

import pandera.polars as pa
import polars as pl

REFERENCE_YEAR = {year}
CUT_OFF = date({year} + 1, 3, 31)


def full_years(born, then):
    """Age in full years on a day."""
    born, then = pl.col(born), pl.col(then)
    born_on, then_on = (day.dt.month().cast(pl.Int32) * 100 + day.dt.day() for day in (born, then))
    return (then.dt.year() - born.dt.year()).cast(pl.Int64) - (then_on < born_on).cast(pl.Int64)


def foreign(*citizenships):
    """No XK among the citizenships; null where none is known."""
    known = [pl.when(~pl.col(name).is_in(["ZZ", "UNK"])).then(pl.col(name)) for name in citizenships]
    kosovo = pl.any_horizontal([(code == "XK").fill_null(False) for code in known])
    return pl.when(kosovo).then(False).when(pl.coalesce(known).is_not_null()).then(True)


HELPERS = {{{helpers}}}


def rule(name, must, when=""):
    """A condition over one record; it passes where it does not apply or a value is missing."""
    verdict = pl.sql_expr(must)
    if when:
        applies = pl.sql_expr(when)
        verdict = pl.when(applies.not_()).then(True).when(applies).then(verdict)
    return pa.Check(
        lambda data: data.lazyframe.with_columns(**HELPERS).select(verdict.fill_null(True)),
        error=name,
        ignore_na=False,
    )


def each_in(codes):
    """Every code of a list of codes is in the code list."""
    return pa.Check(
        lambda data: data.lazyframe.select(
            pl.col(data.key).list.eval(pl.element().is_in(codes)).list.all().fill_null(True)
        ),
        error="TYPE-02/unlisted",
    )


'''


def pandera_source(sheet: Sheet, *, schema: Schema, year: int) -> str:
    """Python source of the pandera schema of one sheet; executed, it defines `SCHEMA`.

    Args:
        sheet: whose records.
        schema: gives rules and code lists.
        year: the reference year, which rules may use.
    """
    rules = [rule for rule in schema.rules.values() if sheet.record_type in rule.applies_to and rule.checks]
    helpers = "".join(f"\n    {name!r}: {text}," for name, text in _helpers(sheet, rules).items())
    head = _HEAD.format(
        record_type=sheet.record_type, grain=sheet.grain, year=year, helpers=f"{helpers}\n" if helpers else ""
    )
    lists = sorted({column.codes for column in sheet.columns if column.codes})
    codes = [f"{_constant(name)} = {_wrapped(schema.codelists[name].all_codes())}\n" for name in lists]
    return "".join([head, *codes, "\n", *_schema(sheet, rules)])


def _constant(name: str) -> str:
    return f"{name.upper()}_CODES"


def _wrapped(codes: tuple[str, ...]) -> str:
    lines, line = [], "   "
    for code in codes:
        if len(line) + len(code) > 100:
            lines.append(line)
            line = "   "
        line += f' "{code}",'
    return "\n".join(["[", *lines, line, "]"])


def _helpers(sheet: Sheet, rules: list[Rule]) -> dict[str, str]:
    """The further columns that the rules of this sheet use, as source."""
    names = record_schema(sheet)
    used: set[str] = set()
    for rule in rules:
        for check in rule.checks:
            for sql in filter(None, (check.must, check.when)):
                used |= set(compile_expression(sql, names=names)[1])
    has = sheet.by_name
    wanted = [name for name in helper_columns(sheet, reference_year=0, cut_off=date.min) if name in used]
    citizenships = ", ".join(f'"{name}"' for name in ("citizenship_1", "citizenship_2") if name in has)
    age = f'full_years("birth_date", "{sheet.event_date}")'
    texts = {
        "reference_year": "pl.lit(REFERENCE_YEAR, dtype=pl.Int64)",
        "cut_off": "pl.lit(CUT_OFF, dtype=pl.Date)",
        "age_at_event": f'pl.coalesce({age}, "age_at_registration")' if "age_at_registration" in has else age,
        "age_at_exploitation": 'full_years("birth_date", "exploitation_start")',
        "is_foreign": f"foreign({citizenships})",
    }
    return {name: texts[name] for name in wanted}


def _schema(sheet: Sheet, rules: list[Rule]) -> Iterator[str]:
    yield "SCHEMA = pa.DataFrameSchema(\n    {\n"
    for column in sheet.columns:
        checks = [*_own_checks(column), *_rule_checks(column, rules)]
        listed = "".join(f"                {check},\n" for check in checks)
        yield f'        "{column.name}": pa.Column(\n            {_TYPES[column.type]},\n'
        yield f"            [\n{listed}            ],\n" if checks else "            [],\n"
        yield f"            nullable=True,\n            title={column.label.en!r},\n"
        yield f"            metadata={_metadata(column)!r},\n        ),\n"
    yield f"    }},\n    name={sheet.record_type!r},\n    title={sheet.label.en!r},\n"
    yield f"    description={sheet.grain!r},\n)\n"


def _metadata(column: Column) -> dict[str, Any]:
    said: dict[str, Any] = {"required": column.required}
    if column.required_if:
        said["required_if"] = column.required_if
    if column.identity:
        said["identity"] = True
    return said


def _own_checks(column: Column) -> Iterator[str]:
    if column.minimum is not None:
        yield f'pa.Check.ge({column.minimum!r}, error="RANGE-01/minimum")'
    if column.maximum is not None:
        yield f'pa.Check.le({column.maximum!r}, error="RANGE-01/maximum")'
    if column.pattern:
        yield f'pa.Check.str_matches({f"^(?:{column.pattern})$"!r}, error="RANGE-01/pattern")'
    if column.type in ("code", "yesno"):
        yield f'pa.Check.isin({_constant(column.codes)}, error="TYPE-02/unlisted")'
    elif column.type == "codes":
        yield f"each_in({_constant(column.codes)})"


def _rule_checks(column: Column, rules: list[Rule]) -> Iterator[str]:
    """The conditions of rules that name a cell of this column first."""
    for rule in rules:
        for number, check in enumerate(rule.checks):
            if check.blame[0] == column.name:
                when = f", when={check.when!r}" if check.when else ""
                yield f'rule("{rule.id}/{number}", {check.must!r}{when})'
