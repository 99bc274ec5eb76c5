"""Compile the SQL of rules and schemas, and refuse what has no place there.

`pl.sql_expr` already refuses what it does not know; sub-selects parse, so they are refused by
name. Each expression is tried on an empty record, so that an unknown column, a comparison of
a date with a number and a condition that is no condition are told before any data are read.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from atstats.errors import ConfigurationError
from atstats.schema.model import Sheet

__all__ = ["HELPERS", "TYPES", "compile_expression", "helper_columns", "record_schema"]

TYPES: Mapping[str, pl.DataType] = {
    "text": pl.String(),
    "date": pl.Date(),
    "integer": pl.Int64(),
    "decimal": pl.Float64(),
    "code": pl.String(),
    "codes": pl.List(pl.String()),
    "yesno": pl.String(),
}
"""Column type -> what its values are."""

_FUNCTIONS = frozenset(
    (
        "abs", "array_contains", "array_length", "cast", "coalesce", "extract", "floor", "greatest", "least",
        "length", "lower", "nullif", "regexp_like", "round", "starts_with", "strpos", "trim", "upper",
    )
)  # fmt: skip
_KEYWORDS = frozenset(
    (
        "and", "as", "between", "by", "case", "date", "day", "else", "end", "extract", "false", "from", "ilike",
        "in", "int", "interval", "is", "like", "month", "not", "null", "or", "text", "then", "true", "varchar",
        "when", "year",
    )
)  # fmt: skip
"""Words that may stand before a bracket without being a function."""
_REFUSED = frozenset(
    (
        "create", "delete", "drop", "exists", "insert", "over", "select", "table", "union", "update", "values",
        "with",
    )
)  # fmt: skip
_TEXT = re.compile(r"'(?:[^']|'')*'")
_NOT_SQL = re.compile(r'["`;\\]|--|/\*')

HELPERS: Mapping[str, Any] = {
    "reference_year": pl.Int64,
    "cut_off": pl.Date,
    "age_at_event": pl.Int64,
    "age_at_exploitation": pl.Int64,
    "is_foreign": pl.Boolean,
}
"""Columns that a rule may use beside those of its sheet.

Ages are full years: at the sheet's event date (as declared, where there is no birth date) and
at the start of exploitation; null where a date is not known. `is_foreign`: no XK among the
citizenships; null where none is known.
"""

_PLAIN: Mapping[Any, Any] = {
    pl.String: "x",
    pl.Date: date(2000, 1, 1),
    pl.Int64: 1,
    pl.Float64: 1.0,
    pl.List: ["x"],
    pl.Boolean: True,
}
"""Type of a column -> a value on which expressions are tried."""

_UNKNOWN_CITIZENSHIP = ("ZZ", "UNK")


def compile_expression(sql: str, *, names: Mapping[str, Any]) -> tuple[pl.Expr, tuple[str, ...]]:
    """A condition over one record, and the columns that it uses.

    Args:
        sql: the expression.
        names: the columns that it may use, with their types.

    Raises:
        ConfigurationError: it is no allowed condition over these columns; the message says why.
    """
    bare = _TEXT.sub("''", sql)
    words = [word.lower() for word in re.findall(r"[A-Za-z_][A-Za-z0-9_]*", bare)]
    refused = sorted(_REFUSED.intersection(words))
    if refused or _NOT_SQL.search(bare):
        raise _wrong(f"may not hold {refused[0].upper() if refused else 'quoted names, comments or semicolons'}")
    called = {name.lower() for name in re.findall(r"([A-Za-z_][A-Za-z0-9_]*)\s*\(", bare)}
    unlisted = sorted(called - _FUNCTIONS - _KEYWORDS)
    if unlisted:
        raise _wrong(f"uses the function {unlisted[0]}, which is not among {', '.join(sorted(_FUNCTIONS))}")
    try:
        expression = pl.sql_expr(sql)
    except pl.exceptions.PolarsError as problem:
        raise _wrong(f"is not SQL: {problem}") from None
    used = tuple(sorted(set(expression.meta.root_names())))
    absent = [name for name in used if name not in names]
    if absent:
        raise _wrong(f"names the column {absent[0]}, which is not there")
    _try(expression, {name: names[name] for name in used})
    return expression, used


def _try(expression: pl.Expr, names: Mapping[str, Any]) -> None:
    """Work an expression out on two records, of blanks and of values that say nothing.

    The second finds what only fails on a value: a text cast to a number, several codes compared with one.
    polars counts days where a date meets a number, so that nobody would see that they cannot be compared.
    """
    values = [pl.Series(name, [None, _PLAIN[dtype.base_type()]], dtype=dtype) for name, dtype in names.items()]
    try:
        records = pl.DataFrame(values)
        tried = records.select(expression.alias("tried"))["tried"].dtype
        parts = _parts(expression) if pl.Date in names.values() else []
        named = [part.alias(str(number)) for number, (_, part) in enumerate(parts)]
        met = records.lazy().select(named).collect_schema().dtypes()
    except pl.exceptions.PolarsError as problem:
        raise _wrong(f"cannot be worked out: {str(problem).splitlines()[0]}") from None
    if tried != pl.Boolean:
        raise _wrong("is not a condition: it must be true or false")
    together: dict[int, list[pl.DataType]] = {}
    for (whole, _), dtype in zip(parts, met, strict=True):
        together.setdefault(whole, []).append(dtype)
    for dtypes in together.values():
        if pl.Date in dtypes and any(dtype.is_numeric() for dtype in dtypes):
            raise _wrong("compares a date with a number")


def _parts(expression: pl.Expr) -> list[tuple[int, pl.Expr]]:
    """Every part of an expression, with the number of the part that it is an operand of."""
    found: list[tuple[int, pl.Expr]] = []
    wholes = [expression]
    for number, whole in enumerate(wholes):  # grows as operands are found
        for part in whole.meta.pop():
            found.append((number, part))
            wholes.append(part)
    return found


def _wrong(what: str) -> ConfigurationError:
    return ConfigurationError(what, hint="Correct the expression.")


def record_schema(sheet: Sheet) -> dict[str, Any]:
    """The columns that a rule over this sheet may use: the sheet's own and the helpers it has the inputs for."""
    names: dict[str, Any] = {column.name: TYPES[column.type] for column in sheet.columns}
    return names | {name: HELPERS[name] for name in helper_columns(sheet, reference_year=0, cut_off=None)}


def helper_columns(sheet: Sheet, *, reference_year: int, cut_off: Any) -> dict[str, pl.Expr]:
    """Name -> how it is worked out, for the helpers that the sheet has the inputs for."""
    has = sheet.by_name
    helpers: dict[str, pl.Expr] = {
        "reference_year": pl.lit(reference_year, dtype=pl.Int64),
        "cut_off": pl.lit(cut_off, dtype=pl.Date),
    }
    if "birth_date" in has and sheet.event_date:
        age = _full_years("birth_date", sheet.event_date)
        helpers["age_at_event"] = pl.coalesce(age, "age_at_registration") if "age_at_registration" in has else age
    if {"birth_date", "exploitation_start"} <= set(has):
        helpers["age_at_exploitation"] = _full_years("birth_date", "exploitation_start")
    if "citizenship_1" in has:
        helpers["is_foreign"] = _foreign([name for name in ("citizenship_1", "citizenship_2") if name in has])
    return helpers


def _full_years(birth: str, event: str) -> pl.Expr:
    born, then = pl.col(birth), pl.col(event)
    # polars gives months and days as 8-bit integers, which 100 times a month does not fit.
    month_day = [each.dt.month().cast(pl.Int32) * 100 + each.dt.day() for each in (then, born)]
    before_birthday = month_day[0] < month_day[1]
    return (then.dt.year() - born.dt.year()).cast(pl.Int64) - before_birthday.cast(pl.Int64)


def _foreign(columns: Sequence[str]) -> pl.Expr:
    known = [pl.when(~pl.col(name).is_in(_UNKNOWN_CITIZENSHIP)).then(pl.col(name)) for name in columns]
    kosovo = pl.any_horizontal([(code == "XK").fill_null(value=False) for code in known])
    return pl.when(kosovo).then(pl.lit(value=False)).when(pl.coalesce(known).is_not_null()).then(pl.lit(value=True))
