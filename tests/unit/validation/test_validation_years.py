"""What is told of a year beside the year before: shares, vanished codes, equal totals, numbers given again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from found import awareness, book, meta, tab, trainings

from atstats.frames import Checked, Earlier, Finding, RawWorkbook, Run
from atstats.schema import Schema, render_finding
from atstats.validation import check

Rows = Sequence[Mapping[str, Any]]


def sheet_of(rows: Rows) -> RawWorkbook:
    """The workbook of the secretariat with these trainings, each with a number of its own."""
    numbered = [{"id": f"T{number}", "title": f"Training {number}", **row} for number, row in enumerate(rows)]
    return book(meta(), trainings(*numbered), awareness({}))


def checked_beside(now: RawWorkbook, then: RawWorkbook, *, schema: Schema, run: Run) -> Checked:
    """This year, held against the other workbook as if that were the year before."""
    before = check([then], schema=schema, run=run, agencies_expected=False)
    assert before.findings.filter(before.findings["severity"] == "error").is_empty()
    earlier = Earlier(2024, before.records)
    return check([now], schema=schema, run=run, agencies_expected=False, earlier=earlier)


def told(checked: Checked, rule: str, schema: Schema) -> list[tuple[str, str, str]]:
    """Sheet, column and English message of the findings of a rule."""
    found = [Finding(**row) for row in checked.findings.iter_rows(named=True) if row["rule"] == rule]
    return [(each.sheet, each.column, render_finding(each, schema=schema, language="en")[0]) for each in found]


def mixed(**counts: int) -> list[dict[str, str]]:
    """So many trainings about each topic."""
    return [{"topic": topic} for topic, n in counts.items() for _ in range(n)]


def test_a_share_that_moved_is_told_with_both_shares(schema: Schema, run: Run) -> None:
    """The code that moved furthest, once a column; nothing is said of a sheet with few rows."""
    now, then = mixed(CHILD=27, DATA=3), mixed(CHILD=3, DATA=27)
    got = checked_beside(sheet_of(now), sheet_of(then), schema=schema, run=run)
    words = "The share of a code in topic has shifted: CHILD 90 % of the rows, and 10 % in the year before."
    assert told(got, "YR-05", schema) == [("trainings", "topic", words)]

    few = checked_beside(sheet_of(now[8:]), sheet_of(then[:19]), schema=schema, run=run)
    assert told(few, "YR-05", schema) == []


def test_a_shift_that_chance_explains_is_not_told(schema: Schema, run: Run) -> None:
    """Half and a third of twenty rows are the same."""
    got = checked_beside(sheet_of(mixed(CHILD=10, DATA=10)), sheet_of(mixed(CHILD=7, DATA=13)), schema=schema, run=run)
    assert [rule for rule in got.findings["rule"] if rule.startswith("YR-0") and rule > "YR-04"] == []


def test_a_code_that_vanished_is_told_and_is_no_shift_as_well(schema: Schema, run: Run) -> None:
    """Both numbers: none now, and how many rows in the year before."""
    got = checked_beside(sheet_of(mixed(CHILD=30)), sheet_of(mixed(CHILD=15, DATA=15)), schema=schema, run=run)
    words = "No row has the code DATA in topic; rows with it in the year before: 15."
    assert told(got, "YR-06", schema) == [("trainings", "topic", words)]
    assert told(got, "YR-05", schema) == []


def test_a_code_whose_time_is_over_does_not_vanish(schema: Schema, run: Run) -> None:
    """Where the list of codes changed between the years, its shares cannot be compared."""
    topics = schema.codelists["train_topic"]
    ended = tuple(replace(code, valid_to=date(2024, 12, 31)) if code.code == "DATA" else code for code in topics.codes)
    changed = replace(schema, codelists={**schema.codelists, "train_topic": replace(topics, codes=ended)})
    before = check([sheet_of(mixed(CHILD=15, DATA=15))], schema=schema, run=run, agencies_expected=False)
    got = check(
        [sheet_of(mixed(CHILD=30))],
        schema=changed,
        run=run,
        agencies_expected=False,
        earlier=Earlier(2024, before.records),
    )
    assert told(got, "YR-06", schema) == []
    line = topics.all_codes().index("DATA") + 2
    words = "This code began or ended between the two years: figures carry a break."
    assert told(got, "YR-04", changed) == [("", "valid_to", words)]
    assert got.findings.filter(pl.col("rule") == "YR-04").select("file", "cell").rows() == [
        ("train_topic.csv", f"F{line}")
    ]


@pytest.mark.parametrize(("changed", "found"), [({}, True), ({"hours": 19}, False)])
def test_a_sheet_sent_again_is_told(changed: dict[str, int], found: bool, schema: Schema, run: Run) -> None:
    """Every total is the same, whatever the order of the rows; one other number, and nothing is said."""
    rows = [
        {"topic": topic, "hours": 10 + n % 3, "participants_f": n % 5} for n, topic in enumerate(["CHILD", "DATA"] * 12)
    ]
    again = [{**rows[-1], **changed}, *rows[-2::-1]]
    got = checked_beside(sheet_of(again), sheet_of(rows), schema=schema, run=run)
    words = "All totals of this sheet are those of the year before; rows: 24, in the year before: 24."
    assert told(got, "YR-07", schema) == ([("trainings", "", words)] if found else [])


NUMBERS = range(1, 25)


def cases(opened: Mapping[int, date]) -> RawWorkbook:
    """The police with these cases."""
    rows = {row: [str(number), day] for row, (number, day) in enumerate(opened.items(), start=3)}
    return book(meta("KP_THB"), tab("cases", {2: ["case_no", "opened_date"], **rows}), file="KP_THB_2025.xlsx")


def beside(opened: Mapping[int, date], before: Mapping[int, date], *, schema: Schema, run: Run) -> Checked:
    """The cases of this year beside those of the year before."""
    known = pl.DataFrame({"case_no": [str(number) for number in before], "opened_date": list(before.values())})
    known = known.with_columns(agency=pl.lit("KP_THB"), unit=pl.lit(""))
    empty = check([], schema=schema, run=run, agencies_expected=False).records["police.cases"]
    earlier = Earlier(2024, {"police.cases": pl.concat([empty, known], how="diagonal")})
    return check([cases(opened)], schema=schema, run=run, agencies_expected=False, earlier=earlier)


def test_case_numbers_given_again_are_told_at_their_cells(schema: Schema, run: Run) -> None:
    """Once a sheet: the first cell and nineteen more, how many there are, and of how many."""
    before = {number: date(2024, 2, 1) for number in NUMBERS}
    got = beside({number: date(2025, 2, 1) for number in NUMBERS}, before, schema=schema, run=run)
    found = got.findings.filter(pl.col("rule") == "YR-08")
    assert found.select("sheet", "cell", "severity", "note").rows() == [("cases", "A3", "warning", "24/24")]
    assert found["others"][0].to_list() == [f"A{row}" for row in range(4, 23)]


@pytest.mark.parametrize(
    ("opened", "before"),
    [
        pytest.param(
            {number: date(2024, 2, 1) for number in NUMBERS},
            {number: date(2024, 2, 1) for number in NUMBERS},
            id="same",
        ),
        pytest.param(
            {number: date(2025, 2, 1) for number in range(1, 20)},
            {number: date(2024, 2, 1) for number in range(1, 20)},
            id="few",
        ),
        pytest.param(
            {number: date(2025, 2, 1) for number in range(15, 45)},
            {number: date(2024, 2, 1) for number in NUMBERS},
            id="less than half",
        ),
    ],
)
def test_cases_carried_over_and_single_slips_are_not_told(
    opened: Mapping[int, date], before: Mapping[int, date], schema: Schema, run: Run
) -> None:
    """A case that goes on keeps its date; below twenty numbers, or half of them, nothing is asked."""
    assert told(beside(opened, before, schema=schema, run=run), "YR-08", schema) == []


def test_a_reason_in_the_notes_answers_each_of_them(schema: Schema, run: Run) -> None:
    """By agency, sheet and, where it is about one, column."""
    reasons = {
        ("YR-05", "NATHB trainings.topic"): "a new curriculum",
        ("YR-06", "NATHB trainings.topic"): "a new curriculum",
        ("YR-07", "NATHB trainings"): "the same courses",
        ("YR-08", "KP_THB cases"): "numbers begin anew",
    }
    excused = replace(run, reasons=reasons)
    same = sheet_of([{"topic": topic, "hours": 10 + n % 3} for n, topic in enumerate(["CHILD", "DATA"] * 12)])
    many = {number: date(2025, 2, 1) for number in NUMBERS}
    for answered, rules in (
        (checked_beside(sheet_of(mixed(CHILD=27, DATA=3)), sheet_of(mixed(CHILD=3, DATA=27)),
                        schema=schema, run=excused), {"YR-05"}),
        (checked_beside(sheet_of(mixed(CHILD=30)), sheet_of(mixed(CHILD=15, DATA=15)),
                        schema=schema, run=excused), {"YR-06"}),
        (checked_beside(same, same, schema=schema, run=excused), {"YR-07"}),
        (beside(many, {number: date(2024, 2, 1) for number in NUMBERS}, schema=schema, run=excused), {"YR-08"}),
    ):  # fmt: skip
        assert not rules & set(answered.findings["rule"])
