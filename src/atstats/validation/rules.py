"""Hold the rules of one row against the records: SQL from `schemas/rules`, carried out by pandera.

A rule is true, false or *not evaluated*: the last where a column that it needs is blank or
could not be read. Of what pandera returns only the name of the check and the row are kept,
never a value.

Each check hangs on the column whose cell it names, not on the frame: pandera would copy every
failing row whole into its report otherwise, which puts persons into a message and makes
200,000 failing rows take minutes instead of a second.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import polars as pl

from atstats.frames import Run
from atstats.schema import (
    TYPES,
    Check,
    Column,
    Rule,
    Schema,
    Sheet,
    compile_expression,
    helper_columns,
    record_schema,
)
from atstats.validation.blame import fewest_cells
from atstats.validation.fields import blank_flag, unknown_flag
from atstats.validation.findings import breaches, gathered

if TYPE_CHECKING:
    import pandera.polars as pa

__all__ = ["RowChecked", "check_rows", "pandera_schema", "with_helpers"]


@dataclass(frozen=True, slots=True)
class RowChecked:
    """What the rules of one row found on one sheet.

    `not_evaluated` has `submission` and `n`, the pairs of rule and record that could not be looked at.
    """

    breaches: pl.DataFrame
    not_evaluated: pl.DataFrame
    rules: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Condition:
    """One check of one rule, compiled for one sheet."""

    name: str
    rule: Rule
    check: Check
    verdict: pl.Expr
    """True: holds, or does not apply. False: broken. Null: not evaluated."""


def with_helpers(records: pl.DataFrame, *, sheet: Sheet, run: Run) -> pl.DataFrame:
    """The records with the further columns that rules may use."""
    helpers = helper_columns(sheet, reference_year=run.reference_year, cut_off=run.cut_off)
    return records.with_columns(**helpers)


def check_rows(records: pl.DataFrame, *, sheet: Sheet, schema: Schema, run: Run) -> RowChecked:
    """Hold every rule of one row against all records of one sheet.

    Args:
        records: typed, with `submission`, `row`, the flags of `fields.convert`, from any number of workbooks.
        sheet: their sheet.
        schema: gives rules and code lists.
        run: gives the reference year and the cut-off date.
    """
    rules = [rule for rule in schema.rules.values() if sheet.record_type in rule.applies_to and rule.checks]
    conditions = _conditions(sheet, rules)
    frame = with_helpers(records, sheet=sheet, run=run)
    found = _failing(sheet, conditions, frame)
    parts = [*_broken(found, frame, conditions, sheet=sheet), *_out_of_range(found, frame, sheet=sheet)]
    parts += _required_if(frame, sheet=sheet)
    names = {"REQ-01", "RANGE-01", "TYPE-01", "TYPE-02", *(rule.id for rule in rules)}
    return RowChecked(gathered(parts), _not_evaluated(frame, conditions), frozenset(names))


def _conditions(sheet: Sheet, rules: Sequence[Rule]) -> list[_Condition]:
    names = record_schema(sheet)
    return [
        _Condition(f"{rule.id}/{number}", rule, check, _verdict(check, names=names, sheet=sheet))
        for rule in rules
        for number, check in enumerate(rule.checks)
    ]


def _verdict(check: Check, *, names: Mapping[str, Any], sheet: Sheet) -> pl.Expr:
    must, used = compile_expression(check.must, names=names)
    held = pl.when(~_any_unknown(used, sheet)).then(must)
    if not check.when:
        return held
    when, used = compile_expression(check.when, names=names)
    applies = pl.when(~_any_unknown(used, sheet)).then(when)
    return pl.when(applies.not_()).then(pl.lit(value=True)).when(applies).then(held)


def _any_unknown(used: Sequence[str], sheet: Sheet) -> pl.Expr:
    flags = [pl.col(unknown_flag(name)) for name in used if name in sheet.by_name]
    return reduce(or_, flags, pl.lit(value=False))


# --------------------------------------------------------------------------- pandera


def pandera_schema(sheet: Sheet, rules: Sequence[Rule], *, schema: Schema) -> "pa.DataFrameSchema":
    """The pandera schema of one sheet's typed records, compiled from the TOML files.

    Each check carries its rule and a detail as its message: "VIC-02/0", "RANGE-01/minimum".

    Args:
        sheet: the sheet.
        rules: the rules of one row that apply to it.
        schema: gives the code lists.
    """
    return _compiled(sheet, _conditions(sheet, rules), schema=schema)


def _compiled(sheet: Sheet, conditions: Sequence[_Condition], *, schema: Schema | None) -> "pa.DataFrameSchema":
    """With `schema` every column and its code list; without it only the columns that still need a check.

    Types and codes are certain after `fields.convert`, and each column costs pandera a millisecond.
    """
    import pandera.polars as pa

    checks: dict[str, list[pa.Check]] = {column.name: _own_checks(column, schema) for column in sheet.columns}
    for condition in conditions:
        checks[condition.check.blame[0]].append(
            pa.Check(_carried_out(condition.verdict), error=condition.name, ignore_na=False)
        )
    return pa.DataFrameSchema(
        {
            column.name: pa.Column(TYPES[column.type], checks[column.name], nullable=True, title=column.label.en)
            for column in sheet.columns
            if schema is not None or checks[column.name]
        },
        name=sheet.record_type,
        title=sheet.label.en,
        description=sheet.grain,
    )


def _carried_out(verdict: pl.Expr) -> Any:
    return lambda data: data.lazyframe.select(verdict.fill_null(value=True))


def _own_checks(column: Column, schema: Schema | None) -> "list[pa.Check]":
    import pandera.polars as pa

    checks = []
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum, error="RANGE-01/minimum"))
    if column.maximum is not None:
        checks.append(pa.Check.le(column.maximum, error="RANGE-01/maximum"))
    if column.pattern:
        checks.append(pa.Check.str_matches(f"^(?:{column.pattern})$", error="RANGE-01/pattern"))
    if schema is not None and column.type in ("code", "yesno"):
        checks.append(pa.Check.isin(schema.codelists[column.codes].all_codes(), error="TYPE-02/unlisted"))
    return checks


def _failing(sheet: Sheet, conditions: Sequence[_Condition], frame: pl.DataFrame) -> pl.DataFrame:
    """column, check and index (from 0) of every failure; nothing else of pandera's report is kept."""
    import pandera.polars as pa
    from pandera.config import ValidationDepth, config_context

    empty = pl.DataFrame(schema={"column": pl.String, "check": pl.String, "index": pl.UInt32})
    if not frame.height:
        return empty
    compiled = _compiled(sheet, conditions, schema=None)
    cases = empty
    with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
        try:
            compiled.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as errors:
            cases = errors.failure_cases.select("column", "check", pl.col("index").cast(pl.UInt32))
    if cases["index"].null_count() or not cases["check"].str.contains("/", literal=True).all():
        names = ", ".join(sorted(set(cases.filter(pl.col("index").is_null())["check"])))
        raise RuntimeError(f"pandera could not carry out {names} on {compiled.name}")
    return cases


# --------------------------------------------------------------------------- what they found


def _broken(
    found: pl.DataFrame, frame: pl.DataFrame, conditions: Sequence[_Condition], *, sheet: Sheet
) -> Iterator[pl.DataFrame]:
    """The breaches of each rule; checks of one rule that name the same cell give one breach."""
    indexes_of = dict(found.select("check", "index").partition_by("check", as_dict=True, include_key=False))
    failed: dict[int, list[_Condition]] = {}
    for condition in conditions:
        if (condition.name,) in indexes_of:
            for index in indexes_of[(condition.name,)]["index"].to_list():
                failed.setdefault(index, []).append(condition)
    alike: dict[tuple[str, str, tuple[str, ...]], list[int]] = {}
    for index in sorted(failed):
        for (rule, column), others in _blamed(failed[index]).items():
            alike.setdefault((rule, column, tuple(others)), []).append(index)
    for (rule, column, names), indexes in alike.items():
        yield breaches(
            frame.select("submission", "row")[indexes],
            rule=rule,
            record_type=sheet.record_type,
            column=column,
            others=names,
        )


def _blamed(together: Sequence[_Condition]) -> dict[tuple[str, str], list[str]]:
    """For the broken checks of one row: rule and cell to name -> the further cells."""
    fewest = fewest_cells(tuple(condition.check.blame for condition in together))
    places: dict[tuple[str, str], list[str]] = {}
    for condition in together:
        column = next(name for name in condition.check.blame if name in fewest)
        others = places.setdefault((condition.rule.id, column), [])
        others += [name for name in condition.check.blame if name != column and name not in others]
    return places


def _out_of_range(found: pl.DataFrame, frame: pl.DataFrame, *, sheet: Sheet) -> Iterator[pl.DataFrame]:
    own = found.filter(pl.col("check").str.starts_with("RANGE-01/"))
    for (column, check), cases in own.group_by("column", "check", maintain_order=True):
        limits = sheet.by_name[str(column)]
        detail = str(check).partition("/")[2]
        note = {"minimum": limits.minimum, "maximum": limits.maximum}.get(detail)
        rows = frame.select("submission", "row", note=pl.lit("" if note is None else f"{note:.10g}"))[cases["index"]]
        yield breaches(rows, rule="RANGE-01", record_type=sheet.record_type, column=str(column), detail=detail)


def _not_evaluated(frame: pl.DataFrame, conditions: Sequence[_Condition]) -> pl.DataFrame:
    empty = pl.DataFrame(schema={"submission": pl.String, "n": pl.UInt32})
    if not conditions or not frame.height:
        return empty
    open_checks = frame.select("submission", *(each.verdict.is_null().alias(each.name) for each in conditions))
    by_rule: dict[str, list[str]] = {}
    for each in conditions:
        by_rule.setdefault(each.rule.id, []).append(each.name)
    return (
        open_checks.select("submission", *(pl.any_horizontal(names).alias(rule) for rule, names in by_rule.items()))
        .group_by("submission", maintain_order=True)
        .agg(pl.col(list(by_rule)).sum())
        .select("submission", pl.sum_horizontal(list(by_rule)).cast(pl.UInt32).alias("n"))
    )


def _required_if(frame: pl.DataFrame, *, sheet: Sheet) -> Iterator[pl.DataFrame]:
    """REQ-01 where a condition asks for the cell; META-07 once where the whole column is absent."""
    names = record_schema(sheet)
    for column in sheet.columns:
        if not column.required_if:
            continue
        condition, used = compile_expression(column.required_if, names=names)
        asked = frame.filter(pl.col(blank_flag(column.name)) & ~_any_unknown(used, sheet) & condition)
        if asked.is_empty():
            continue
        absent = pl.col(unknown_flag(column.name))
        yield breaches(
            asked.filter(~absent).select("submission", "row"),
            rule="REQ-01",
            record_type=sheet.record_type,
            column=column.name,
            others=[name for name in used if name in sheet.by_name],
            detail="condition",
        )
        yield breaches(
            asked.filter(absent)
            .select("submission", row=pl.lit(None, dtype=pl.UInt32), note=pl.lit(column.name))
            .unique(),
            rule="META-07",
            record_type=sheet.record_type,
            column=column.name,
            detail="needed",
        )
