"""Rules of one row: what is broken, what could not be looked at, and what pandera is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from found import book, meta, tab

from atstats.errors import ConfigurationError
from atstats.frames import Checked, Run
from atstats.schema import TYPES, Schema, compile_expression, helper_columns
from atstats.validation.fields import blank_flag, unknown_flag
from atstats.validation.rules import check_rows, pandera_schema

VICTIMS = "police.victims"


def victims(schema: Schema, *rows: dict[str, Any], unknown: tuple[str, ...] = ()) -> pl.DataFrame:
    """Typed records of the sheet victims; the columns in `unknown` could not be read."""
    sheet = schema.sheet(VICTIMS)
    return pl.DataFrame(
        {column.name: [row.get(column.name) for row in rows] for column in sheet.columns},
        schema={column.name: TYPES[column.type] for column in sheet.columns},
    ).with_columns(
        *(pl.lit(column.name in unknown).alias(unknown_flag(column.name)) for column in sheet.columns),
        *(pl.lit(value=False).alias(blank_flag(column.name)) for column in sheet.columns if column.required_if),
        submission=pl.lit("KP_THB_2025.xlsx"),
        row=pl.int_range(3, 3 + len(rows), dtype=pl.UInt32),
    )


def broken(schema: Schema, run: Run, frame: pl.DataFrame, *rules: str) -> tuple[list[tuple[Any, ...]], int]:
    """Row, rule, column and further columns of the breaches of these rules, and the number not evaluated."""
    some = replace(schema, rules={name: schema.rules[name] for name in rules})
    got = check_rows(frame, sheet=schema.sheet(VICTIMS), schema=some, run=run)
    rows = [
        (row, rule, column, [other["column"] for other in others])
        for row, rule, column, others in got.breaches.select("row", "rule", "column", "others").iter_rows()
        if rule in rules
    ]
    return rows, sum(got.not_evaluated["n"])


def test_a_blank_makes_a_rule_not_evaluated_and_this_is_counted(schema: Schema, run: Run) -> None:
    """Neither passed nor failed: three records, one in order, one broken, one that cannot be known."""
    frame = victims(
        schema,
        {"formal_id_date": date(2025, 3, 1), "first_contact_date": date(2025, 2, 1)},
        {"formal_id_date": date(2025, 9, 1), "first_contact_date": date(2025, 2, 1)},
        {"formal_id_date": None, "first_contact_date": date(2025, 2, 1)},
    )
    assert broken(schema, run, frame, "VIC-04") == (
        [(4, "VIC-04", "formal_id_date", ["first_contact_date"])],
        1,
    )


def test_a_condition_that_does_not_hold_is_a_pass_even_where_the_rest_is_blank(schema: Schema, run: Run) -> None:
    """The risk level of a presumed victim is not asked for, so nothing is left open."""
    assert broken(schema, run, victims(schema, {"status_current": "PVOT"}), "VIC-07") == ([], 0)
    assert broken(schema, run, victims(schema, {"status_current": None}), "VIC-07") == ([], 1)


def test_a_cell_that_could_not_be_read_is_not_held_against_the_row(schema: Schema, run: Run) -> None:
    """A mistyped date is not a missing date: VIC-01 says nothing until it is corrected."""
    row = {"status_current": "VOT", "formal_id_date": None}
    assert broken(schema, run, victims(schema, row), "VIC-01") == (
        [(3, "VIC-01", "formal_id_date", ["status_current"])],
        0,
    )
    assert broken(schema, run, victims(schema, row, unknown=("formal_id_date",)), "VIC-01") == ([], 1)


def test_checks_of_one_rule_that_name_one_cell_give_one_finding(schema: Schema, run: Run) -> None:
    """An end of exploitation before its start and after the status: one cell, all cells concerned named."""
    row = {
        "exploitation_start": date(2025, 8, 1),
        "exploitation_end": date(2025, 7, 1),
        "status_current_date": date(2025, 6, 1),
    }
    assert broken(schema, run, victims(schema, row), "VIC-15")[0] == [
        (3, "VIC-15", "exploitation_end", ["exploitation_start", "status_current_date"])
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"birth_date": date(2007, 3, 2), "first_contact_date": date(2025, 3, 1)}, 17),
        ({"birth_date": date(2007, 3, 1), "first_contact_date": date(2025, 3, 1)}, 18),
        ({"birth_date": date(2008, 2, 29), "first_contact_date": date(2026, 2, 28)}, 17),
        ({"birth_date": None, "age_at_registration": 12, "first_contact_date": date(2025, 3, 1)}, 12),
        ({"birth_date": None, "first_contact_date": date(2025, 3, 1)}, None),
    ],
)
def test_ages_are_full_years(schema: Schema, row: dict[str, Any], expected: int | None) -> None:
    """A birthday counts from its day on; a declared age stands in for a date of birth."""
    helpers = helper_columns(schema.sheet(VICTIMS), reference_year=2025, cut_off=date(2026, 3, 31))
    assert victims(schema, row).select(helpers["age_at_event"]).item() == expected


@pytest.mark.parametrize(
    ("citizenships", "expected"),
    [
        (("XK", None), False),
        (("AL", "XK"), False),
        (("AL", None), True),
        (("XX", None), True),
        (("ZZ", None), None),
        ((None, None), None),
        (("ZZ", "AL"), True),
    ],
)
def test_foreign_is_who_has_no_citizenship_of_kosovo(
    schema: Schema, citizenships: tuple[str | None, str | None], expected: bool | None
) -> None:
    """A dual citizen counts as Kosovo; unknown is neither."""
    helpers = helper_columns(schema.sheet(VICTIMS), reference_year=2025, cut_off=date(2026, 3, 31))
    row = dict(zip(("citizenship_1", "citizenship_2"), citizenships, strict=True))
    assert victims(schema, row).select(helpers["is_foreign"]).item() is expected


def test_the_pandera_schema_names_rule_and_column_and_keeps_every_column(schema: Schema) -> None:
    """What an auditor can print: types, code lists, bounds, and the checks by rule."""
    sheet = schema.sheet(VICTIMS)
    rules = [rule for rule in schema.rules.values() if VICTIMS in rule.applies_to]
    compiled = pandera_schema(sheet, rules, schema=schema)

    assert list(compiled.columns) == [column.name for column in sheet.columns]
    checks = {name: [check.error for check in column.checks] for name, column in compiled.columns.items()}
    assert checks["sex"] == ["TYPE-02/unlisted"]
    assert checks["duration_months"] == ["RANGE-01/minimum", "RANGE-01/maximum", "VIC-14/1", "VIC-15/2"]
    assert checks["formal_id_date"] == ["VIC-01/0", "VIC-01/1", "VIC-02/1", "VIC-04/0"]


def test_two_hundred_thousand_failing_rows_do_not_drown(schema: Schema, run: Run) -> None:
    """Every row of a pasted column is listed, and no row is copied whole on the way."""
    n = 200_000
    frame = victims(schema, {"status_current": "VOT"}).select(pl.exclude("row").repeat_by(n).explode())
    frame = frame.with_columns(pl.int_range(3, 3 + n, dtype=pl.UInt32).alias("row"))
    some = replace(schema, rules={name: schema.rules[name] for name in ("VIC-01", "VIC-07")})

    got = check_rows(frame, sheet=schema.sheet(VICTIMS), schema=some, run=run)

    assert got.breaches["rule"].value_counts().sort("rule").rows() == [("VIC-01", n), ("VIC-07", n)]


def test_a_wrong_expression_is_refused_before_any_data_are_read(schema: Schema) -> None:
    """Unknown functions, sub-selects, comments and quoted names; the message says which (exit 11)."""
    names = {"a": pl.Int64(), "d": pl.Date(), "m": pl.List(pl.String())}
    for sql, told in (
        ("a IN (SELECT a FROM t)", "may not hold SELECT"),
        ("read_parquet('x') = 1", "uses the function read_parquet"),
        ("a = 1 -- really", "may not hold quoted names, comments or semicolons"),
        ('"a" = 1', "may not hold quoted names"),
        ("b = 1", "names the column b"),
        ("a + 1", "is not a condition"),
        ("d = ", "is not SQL"),
    ):
        with pytest.raises(ConfigurationError) as failure:
            compile_expression(sql, names=names)
        assert told in failure.value.message
        assert failure.value.exit_code == 11
    assert compile_expression("array_contains(m, 'select') AND a > 1", names=names)[1] == ("a", "m")


def test_no_value_reaches_a_finding(checked: Callable[..., Checked]) -> None:
    """Every cell of a wrong row carries a mark; no field of the findings holds one."""
    keys = ["local_person_id", "personal_no", "first_name", "last_name", "sex", "birth_date", "citizenship_1"]
    rows = {1: keys, **{row: [f"MARK{row}{place}" for place in range(len(keys))] for row in (2, 3, 4)}}
    got = checked(book(meta("VAAO"), tab("assisted", rows)))
    assert got.findings.height > 8
    assert "MARK" not in str(got.findings.to_dicts())


def test_the_one_cell_that_could_set_all_right_is_named(schema: Schema, run: Run) -> None:
    """The first status lies before first contact and after identification: one date breaks both; else the first."""
    frame = victims(
        schema,
        {"first_contact_date": date(2025, 3, 9), "status_initial_date": date(2025, 3, 8)},
        {
            "first_contact_date": date(2025, 3, 9),
            "status_initial_date": date(2025, 3, 8),
            "formal_id_date": date(2025, 3, 7),
            "status_current_date": date(2025, 3, 7),
        },
        {"status_initial_date": date(2025, 3, 8), "formal_id_date": date(2025, 3, 7)},
    )
    rows, _ = broken(schema, run, frame, "VIC-02")
    assert rows == [
        (3, "VIC-02", "status_initial_date", ["first_contact_date"]),
        (4, "VIC-02", "status_initial_date", ["first_contact_date", "formal_id_date"]),
        (5, "VIC-02", "formal_id_date", ["status_initial_date"]),
    ]
