"""Every rule of `schemas/rules` is carried out, passes its passing examples and fails its failing ones."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from atstats import validation
from atstats.frames import VALUE_KINDS, RawSheet, RawWorkbook, Run
from atstats.schema import Rule, Schema, Sheet, load
from atstats.validation.crosschecks import RULES, World
from atstats.validation.fields import TYPES, blank_flag, unknown_flag
from atstats.validation.rules import check_rows

_SCHEMA = load(Path(__file__).resolve().parents[2] / "schemas")
_RUN = Run(2025, date(2026, 3, 31), "atstats test")
_LETTERS = [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *(first + last for first in "ABCD" for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")]


def _examples() -> Iterator[Any]:
    for rule in _SCHEMA.rules.values():
        for wanted, examples in (("passes", rule.passes), ("fails", rule.fails)):
            for number, example in enumerate(examples):
                yield pytest.param(rule, example, wanted == "fails", id=f"{rule.id} {wanted} {number}")


@pytest.mark.parametrize(("rule", "example", "broken"), list(_examples()))
def test_an_example_of_a_rule_does_what_it_says(rule: Rule, example: Mapping[str, Any], broken: bool) -> None:
    """A passing row gives no finding of the rule, a failing row gives one."""
    about_sheets = all(
        isinstance(rows, list) and all(isinstance(row, dict) for row in rows) for rows in example.values()
    )
    if rule.checks and not about_sheets:
        got = _by_row(rule, example)
    elif rule.id in RULES:
        got = _across(rule, example)
    else:
        got = _whole(rule, example)
    assert got is broken


def test_there_are_rules_of_every_kind() -> None:
    """At least fifty, each carried out by SQL, by one function, or by the reader."""
    assert len(_SCHEMA.rules) >= 50
    assert {rule.scope for rule in _SCHEMA.rules.values()} == {"field", "cross-field", "cross-sheet", "cross-agency"}
    assert set(RULES) <= set(_SCHEMA.rules)


# --------------------------------------------------------------------------- rules over a row


def _by_row(rule: Rule, example: Mapping[str, Any]) -> bool:
    """On the first sheet that has all columns of the example."""
    sheet = next(
        sheet
        for sheet in map(_SCHEMA.sheet, rule.applies_to)
        if set(example) - {"first_contact_date", "report_filed_date"} <= set(sheet.by_name)
    )
    found = check_rows(_typed(sheet, [example]), sheet=sheet, schema=_SCHEMA, run=_RUN).breaches
    return rule.id in found["rule"].to_list()


def _typed(sheet: Sheet, rows: list[Mapping[str, Any]]) -> pl.DataFrame:
    frame = pl.DataFrame(
        {column.name: [row.get(column.name) for row in rows] for column in sheet.columns},
        schema={column.name: TYPES[column.type] for column in sheet.columns},
    )
    address = {"submission": "x.xlsx", "agency": "KP_THB", "unit": ""}
    return frame.with_columns(
        *(pl.lit(value).alias(name) for name, value in address.items()),
        *(pl.lit(value=False).alias(unknown_flag(column.name)) for column in sheet.columns),
        *(pl.col(column.name).is_null().alias(blank_flag(column.name)) for column in sheet.columns),
        row=pl.int_range(3, 3 + len(rows), dtype=pl.UInt32),
    )


# --------------------------------------------------------------------------- rules across rows, sheets, agencies


def _across(rule: Rule, example: Mapping[str, Any]) -> bool:
    records = {record_type: _typed(_SCHEMA.sheet(record_type), rows) for record_type, rows in example.items()}
    return any(found.height for found in RULES[rule.id](World(records, _SCHEMA, _RUN)))


# --------------------------------------------------------------------------- rules of the reader


def _whole(rule: Rule, example: Mapping[str, Any]) -> bool:
    """Through workbooks as they are found: one for each row of meta, or one with the sheets of the example."""
    sheets = {name: rows for name, rows in example.items() if name not in ("meta", "columns")}
    workbook = next((name.partition(".")[0] for name in sheets), "police")
    sender = next(agency.code for agency in _SCHEMA.agencies.values() if agency.workbook == workbook)
    metas = example.get("meta", [{"agency_code": sender}])
    if len(metas) > 1 or rule.id == "META-05":
        raw = [_book(meta, {}, all_columns=False) for meta in metas]
    else:
        raw = [_book(metas[0] if metas else None, sheets, all_columns="columns" in example)]
    checked = validation.check(raw, schema=_SCHEMA, run=_RUN, agencies_expected=rule.id == "META-05")
    found = checked.findings.filter(pl.col("rule") == rule.id)
    if rule.id in ("META-06", "META-07"):  # sheets that the example leaves out are another matter
        found = found.filter(
            pl.col("sheet").is_in([name.partition(".")[2] for name in sheets]) & (pl.col("detail") != "missing")
        )
    return found.height > 0


def _book(meta: Mapping[str, Any] | None, sheets: Mapping[str, Any], *, all_columns: bool) -> RawWorkbook:
    given = {
        "schema_version": "1", "reference_year": 2025, "period_from": date(2025, 1, 1), "period_to": date(2025, 12, 31),
        "submission_type": "FIRST", "revision_no": 1, "nil_return": "NO",
    }  # fmt: skip
    tabs = [_tab("meta", [] if meta is None else [{**given, **meta}], list({**given, **(meta or {"agency_code": ""})}))]
    for name, rows in sheets.items():
        columns = list(dict.fromkeys(key for row in rows for key in row))
        if all_columns:
            columns = [column.name for column in _SCHEMA.sheet(name).columns]
        tabs.append(_tab(name.partition(".")[2], rows, columns))
    sha256 = str(hash(str(meta)))
    return RawWorkbook(f"{(meta or {}).get('agency_code', 'X')}_2025.xlsx", sha256, tuple(tabs))


def _tab(name: str, rows: list[Mapping[str, Any]], columns: list[str]) -> RawSheet:
    cells = [
        [("text", column) for column in columns],
        *([_cell(row.get(column)) for column in columns] for row in rows),
    ]
    numbers = pl.Series("row", [2, *range(3, 3 + len(rows))], dtype=pl.UInt32)
    letters = _LETTERS[: len(columns)]
    values = {letter: [row[place][1] for row in cells] for place, letter in enumerate(letters)}
    kinds = {letter: [row[place][0] for row in cells] for place, letter in enumerate(letters)}
    return RawSheet(
        name,
        pl.DataFrame(values, schema=dict.fromkeys(letters, pl.String)).insert_column(0, numbers),
        pl.DataFrame(kinds, schema=dict.fromkeys(letters, VALUE_KINDS)).insert_column(0, numbers),
    )


def _cell(value: Any) -> tuple[str, str | None]:
    match value:
        case None | "":
            return "blank", None
        case date():
            return "date", value.isoformat()
        case int() | float():
            return "number", str(value)
        case list():
            return "text", ";".join(value)
        case _:
            return "text", str(value)


def test_a_sub_select_and_a_function_that_is_not_allowed_are_refused(root: Path) -> None:
    """A rule is told with its id before any data are read (exit 11)."""
    from dataclasses import replace

    from atstats.errors import ConfigurationError
    from atstats.validation.expressions import refuse_wrong_rules

    rule = _SCHEMA.rules["VIC-01"]
    wrong = [
        "formal_id_date IN (SELECT x FROM y)",
        "read_csv('secrets') IS NULL",
        "no_such_column = 1",
        "formal_id_date",
        "formal_id_date > 'x",
    ]
    broken: Schema = replace(
        _SCHEMA,
        rules={"VIC-01": replace(rule, checks=tuple(replace(rule.checks[0], must=sql) for sql in wrong))},
    )
    with pytest.raises(ConfigurationError) as failure:
        refuse_wrong_rules(broken)
    told = str(failure.value)
    for number in range(len(wrong)):
        assert f"VIC-01.checks[{number}].must  for police.victims" in told
    assert failure.value.exit_code == 11
