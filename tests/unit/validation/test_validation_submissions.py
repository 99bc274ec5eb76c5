"""Nil returns, revisions, provisional submissions and units: which submission counts, and what is said of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import polars as pl
from found import awareness, book, meta, tab, trainings

from atstats.frames import Checked, Earlier, RawWorkbook, Run, Skipped
from atstats.schema import Schema
from atstats.validation import check

Check = Callable[..., Checked]


def submission(number: int, *rows: dict[str, object], kind: str = "") -> RawWorkbook:
    """A submission of NATHB with these trainings; from the second on it names the one it replaces."""
    changes: dict[str, object] = {"revision_no": number, "submission_type": kind or "FIRST"}
    if number > 1:
        changes |= {"submission_type": kind or "REVISED", "replaces_revision": number - 1}
    return book(meta(**changes), trainings(*rows), awareness({}), file=f"NATHB_2025_r{number}.xlsx")


def differences(got: Checked) -> list[tuple[str, str, str, str, list[str]]]:
    """REV-01: file, cell, what happened, severity, further cells."""
    found = got.findings.filter(got.findings["rule"] == "REV-01")
    return list(found.select("file", "cell", "detail", "severity", "others").iter_rows())


FIRST = submission(1, {"id": "T1"}, {"id": "T2", "title": "Second"}, {"id": "T3", "title": "Third"})
SECOND = submission(2, {"id": "T1", "hours": 20}, {"id": "T4", "title": "Fourth"})


def test_each_row_that_a_revision_added_changed_or_withdrew_is_told_where_it_stands(checked: Check) -> None:
    """K30: two rows fewer, one new, one with other hours; the withdrawn ones in the workbook that is replaced."""
    assert differences(checked(FIRST, SECOND)) == [
        ("NATHB_2025_r1.xlsx", "A4", "withdrawn", "warning", []),
        ("NATHB_2025_r1.xlsx", "A5", "withdrawn", "warning", []),
        ("NATHB_2025_r2.xlsx", "A3", "changed", "warning", ["F3"]),
        ("NATHB_2025_r2.xlsx", "A4", "added", "warning", []),
    ]


def test_a_reason_in_the_notes_answers_a_difference(schema: Schema, run: Run) -> None:
    """For one cell, or for a whole workbook; the difference stays listed as an information."""
    reasons = {
        ("revision", "NATHB_2025_r1.xlsx"): "entered twice",
        ("revision", "NATHB_2025_r2.xlsx trainings!A4"): "held in December",
    }
    explained = replace(run, reasons=reasons)
    got = check([FIRST, SECOND], schema=schema, run=explained, agencies_expected=False)
    assert [(cell, severity) for _, cell, _, severity, _ in differences(got)] == [
        ("A4", "info"),
        ("A5", "info"),
        ("A3", "warning"),
        ("A4", "info"),
    ]


def test_rows_in_another_order_are_no_difference(checked: Check) -> None:
    """A row is found again by the key of its sheet."""
    again = submission(2, {"id": "T3", "title": "Third"}, {"id": "T1"}, {"id": "T2", "title": "Second"})
    assert differences(checked(FIRST, again)) == []


def test_a_provisional_submission_counts_and_says_so(checked: Check) -> None:
    """K40; a final one that follows names no revision or the one before."""
    got = checked(submission(1, {}, kind="PROVISIONAL"))
    assert [(each.status, each.kind) for each in got.submissions] == [("accepted", "PROVISIONAL")]
    got = checked(submission(1, {}, kind="PROVISIONAL"), submission(2, {}, kind="FINAL"))
    assert [(each.status, each.kind) for each in got.submissions] == [
        ("superseded", "PROVISIONAL"),
        ("accepted", "FINAL"),
    ]
    wrong = book(meta(revision_no=3, replaces_revision=1, submission_type="FINAL"), trainings({}), awareness({}))
    assert "META-04" in checked(wrong).findings["rule"].to_list()


def report(**values: object) -> RawWorkbook:
    """A workbook of the prosecution with one report from the police; its other sheets are empty."""
    row: dict[str, object] = {
        "report_no": "R-1", "local_suspect_id": "1", "sex": "M", "citizenship_1": "XK", "prosecution_office": "PR",
        "received_date": date(2025, 4, 1), "source": "POLICE", "offence": "THB", "carried_over": "NO", **values,
    }  # fmt: skip
    return book(meta("SP"), tab("reports", {2: list(row), 3: list(row.values())}), file="SP_2025.xlsx")


def test_a_nil_return_is_an_answer_and_a_missing_file_is_none(checked: Check) -> None:
    """K29: where the police have nothing to report, a report from the police is unknown to them."""
    alone = checked(report())
    assert "PRO-07" not in alone.findings["rule"].to_list()
    assert Skipped("PRO-07", "police.suspects") in alone.skipped
    nil = book(meta("KP_THB", nil_return="YES"), file="KP_THB_2025.xlsx")
    both = checked(report(), nil)
    assert "PRO-07" in both.findings["rule"].to_list()
    assert "PRO-07" not in [each.rule for each in both.skipped]


def test_an_agency_that_sends_by_unit_owes_every_unit(checked: Check) -> None:
    """A workbook of the whole agency owes none; a reason in the notes excuses one."""

    def missed(*units: str | None) -> list[str]:
        books = [
            book(meta("SP", unit_code=unit), tab("reports", {2: ["report_no"]}), file=f"SP_{unit}_2025.xlsx")
            for unit in units
        ]
        found = checked(*books, agencies_expected=True).findings
        return [
            note for rule, note in found.select("rule", "note").iter_rows() if rule == "META-05" and note[:2] == "SP"
        ]

    assert missed(None) == []
    assert missed("PR", "PZ") == ["SP/APPEAL", "SP/FE", "SP/GJK", "SP/GJL", "SP/MI", "SP/PE", "SP/SPRK"]


def test_a_unit_is_one_of_the_register_in_whatever_letters(checked: Check) -> None:
    """Two spellings of a unit are one sender, whose rows count once; a unit that nobody knows is asked about."""

    def sent(unit: str) -> RawWorkbook:
        return book(
            meta("SP", unit_code=unit), tab("reports", {2: ["report_no"], 3: [unit]}), file=f"SP_{unit}_2025.xlsx"
        )

    same = checked(sent("PR"), sent("pr"))
    strange = checked(sent("PRR"))

    found = ["file", "rule", "severity", "column", "detail"]
    of_meta = pl.col("rule").str.starts_with("META-0") & pl.col("detail").is_in(["same", "unit"])
    assert same.findings.filter(of_meta).select(found).rows() == [
        ("SP_PR_2025.xlsx", "META-04", "error", "", "same"),
        ("SP_pr_2025.xlsx", "META-04", "error", "", "same"),
    ]
    assert {each.unit for each in same.submissions} == {"PR"}
    assert strange.findings.filter(of_meta).select(found).rows() == [
        ("SP_PRR_2025.xlsx", "META-01", "warning", "unit_code", "unit")
    ]


def test_a_rule_that_waits_says_what_for(checked: Check, schema: Schema, run: Run) -> None:
    """Persons, an earlier year, tables, or the sheets that nobody sent."""
    waiting = {each.rule: each.because for each in checked(report()).skipped}
    assert (waiting["LNK-02"], waiting["YR-01"], waiting["SDC-01"]) == ("persons", "earlier year", "tables")
    assert waiting["SHL-01"] == "shelter.residents"
    earlier = Earlier(2024, {})
    got = check([report()], schema=schema, run=run, agencies_expected=False, earlier=earlier)
    assert "YR-01" not in [each.rule for each in got.skipped]
