"""What becomes of each file, which of several counts, and the document that other programs read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from found import awareness, book, found, meta, tab, trainings

from atstats.frames import FINDINGS, Checked, RawSheet, RawWorkbook, Run, Unreadable
from atstats.schema import Schema, load
from atstats.simulation import faulty, simulate
from atstats.validation import check, findings_json

Check = Callable[..., Checked]
WRONG = {"hours": 900}


def states(checked: Checked) -> dict[str, str]:
    """File -> status."""
    return {each.file: each.status for each in checked.submissions}


def told(checked: Checked, rule: str) -> list[tuple[str, str, str, str]]:
    """File, severity, detail and note of the findings of a rule."""
    return [
        (row["file"], row["severity"], row["detail"], row["note"])
        for row in checked.findings.iter_rows(named=True)
        if row["rule"] == rule
    ]


def revision(number: int, *rows: dict[str, object], first: int = 1) -> RawWorkbook:
    """A revision of NATHB's workbook; from the second on it names the one it replaces."""
    changes: dict[str, object] = {"revision_no": number}
    if number > first:
        changes |= {"submission_type": "REVISED", "replaces_revision": number - 1}
    return book(meta(**changes), trainings(*rows), awareness({}), file=f"NATHB_2025_r{number}.xlsx")


def test_an_error_rejects_and_a_warning_does_not(checked: Check) -> None:
    """Records of a rejected submission are left out, those of the other stay."""
    good = book(meta(), trainings({"date_to": "12.03.2025"}), awareness({}), file="a.xlsx")
    bad = book(meta(unit_code="north"), trainings(WRONG), awareness({}), file="b.xlsx")
    got = checked(good, bad)

    assert states(got) == {"a.xlsx": "accepted", "b.xlsx": "rejected"}
    assert got.records["nathb.trainings"].select("submission", "unit").rows() == [("a.xlsx", "")]
    assert got.submissions[1].records == {"trainings": 1, "awareness": 1}
    assert got.submissions[1].unit == "north"


def test_a_nil_return_is_empty_and_says_so(checked: Check) -> None:
    """Nothing to report is a state of its own; META-03 where the words and the rows disagree."""
    assert states(checked(book(meta(nil_return="YES"), trainings(), awareness()))) == {"NATHB_2025.xlsx": "nil"}
    for raw in (book(meta(nil_return="YES"), trainings({}), awareness()), book(meta(), trainings(), awareness())):
        got = checked(raw)
        assert states(got) == {"NATHB_2025.xlsx": "rejected"}
        assert told(got, "META-03") == [("NATHB_2025.xlsx", "error", "", "")]


def test_a_file_that_was_not_read_says_why_and_the_others_go_on(checked: Check) -> None:
    """Its agency is not called missing."""
    lost = Unreadable("SP_2025.xlsx", "00", "is protected by a password", "Remove the password.")
    got = checked(book(meta(), trainings({}), awareness({})), lost, agencies_expected=True)

    assert states(got) == {"NATHB_2025.xlsx": "accepted", "SP_2025.xlsx": "unreadable"}
    assert got.submissions[1].reason == "is protected by a password. Remove the password."
    missed = {note for *_, note in told(got, "META-05")}
    assert {"CSW_19", "ISF", "KJC", "KP_THB", "PVPT", "VAAO"} <= missed
    assert missed.isdisjoint({"NATHB", "SP"})


def test_the_highest_revision_counts(checked: Check) -> None:
    """The other is superseded, its errors are of no interest any more, and a note says so."""
    got = checked(revision(1, WRONG), revision(2, {}, {"id": "T2", "title": "Other"}))

    assert states(got) == {"NATHB_2025_r1.xlsx": "superseded", "NATHB_2025_r2.xlsx": "accepted"}
    assert told(got, "META-04") == [("NATHB_2025_r1.xlsx", "info", "replaced", "NATHB_2025_r2.xlsx")]
    assert set(got.findings["rule"]) == {"META-04", "REV-01"}
    assert got.records["nathb.trainings"].height == 2
    assert [each.revision for each in got.submissions] == [1, 2]


def test_a_revision_with_errors_does_not_replace_one_without(checked: Check) -> None:
    """The highest *valid* revision counts; the refused one keeps its findings."""
    got = checked(revision(1, {}), revision(2, WRONG), revision(3, WRONG))

    assert states(got) == {
        "NATHB_2025_r1.xlsx": "accepted",
        "NATHB_2025_r2.xlsx": "rejected",
        "NATHB_2025_r3.xlsx": "rejected",
    }
    assert got.findings.select("file", "rule").rows() == [
        ("NATHB_2025_r2.xlsx", "TRN-01"),
        ("NATHB_2025_r3.xlsx", "TRN-01"),
    ]
    assert got.records["nathb.trainings"]["submission"].to_list() == ["NATHB_2025_r1.xlsx"]


def test_where_no_revision_is_valid_the_highest_is_refused(checked: Check) -> None:
    """The agency mends its last one."""
    got = checked(revision(1, WRONG), revision(2, WRONG))
    assert states(got) == {"NATHB_2025_r1.xlsx": "superseded", "NATHB_2025_r2.xlsx": "rejected"}


def test_equal_copies_count_once(checked: Check) -> None:
    """The first by name stays; the other is superseded with a warning."""
    one, two = (book(meta(), trainings({}), awareness({}), file=file, sha256="same") for file in ("b.xlsx", "a.xlsx"))
    got = checked(one, two)
    assert states(got) == {"b.xlsx": "superseded", "a.xlsx": "accepted"}
    assert told(got, "META-04") == [("b.xlsx", "warning", "twice", "a.xlsx")]
    assert got.records["nathb.trainings"].height == 1


def test_two_workbooks_with_one_revision_number_are_both_refused(checked: Check) -> None:
    """Nobody can tell which counts."""
    one = book(meta(), trainings({}), awareness({}), file="a.xlsx")
    two = book(meta(), trainings({"hours": 20}), awareness({}), file="b.xlsx")
    got = checked(one, two)
    assert states(got)["a.xlsx"] == "rejected"
    assert told(got, "META-04") == [("a.xlsx", "error", "same", "b.xlsx"), ("b.xlsx", "error", "same", "a.xlsx")]


def test_units_of_one_agency_stand_side_by_side(checked: Check) -> None:
    """Two units with revision 1 are two submissions."""
    one, two = (
        book(meta(unit_code=unit), trainings({"id": unit, "title": unit}), awareness({"id": unit}), file=f"{unit}.xlsx")
        for unit in ("north", "south")
    )
    got = checked(one, two)
    assert states(got) == {"north.xlsx": "accepted", "south.xlsx": "accepted"}
    assert got.records["nathb.trainings"]["unit"].to_list() == ["north", "south"]


def test_the_order_of_files_and_rows_changes_no_fingerprint(checked: Check) -> None:
    """A waiver survives sorting: the fingerprint hangs on the record, not on its row."""
    rows = [{"id": "T1"}, {"id": "T2", "title": "Other", "hours": 900}, {"id": "T3", "title": "Third", "hours": 800}]
    forth = checked(book(meta(), trainings(*rows), awareness({})))
    back = checked(book(meta(), trainings(*reversed(rows)), awareness({})))

    assert forth.findings["cell"].to_list() == ["F4", "F5"]
    assert back.findings["cell"].to_list() == ["F3", "F4"]
    assert sorted(forth.findings["fingerprint"]) == sorted(back.findings["fingerprint"])
    assert len(set(forth.findings["fingerprint"])) == 2
    assert all(len(each) == 16 for each in forth.findings["fingerprint"])

    mended = [{**rows[1], "hours": 901}]
    assert not set(checked(book(meta(), trainings(*mended), awareness({}))).findings["fingerprint"]) & set(
        forth.findings["fingerprint"]
    )


@pytest.fixture
def with_agencies(root: Path, tmp_path: Path) -> Callable[[str], Schema]:
    """The whole of the schemas that are shipped, with the agencies that a made-up collection adds."""

    def read(text: str) -> Schema:
        own = tmp_path / "agencies.toml"
        own.write_text(text, encoding="utf-8")
        return load(root / "schemas", own_agencies=own)

    return read


@pytest.fixture(scope="module")
def shipped(root: Path) -> Schema:
    """The whole of the schemas that are shipped."""
    return load(root / "schemas")


def test_the_order_of_files_changes_nothing(shipped: Schema, with_agencies: Callable[[str], Schema], run: Run) -> None:
    """Findings and records of a whole collection are the same in any order of reading."""
    made = faulty(seed=11, year=2025, schema=shipped)
    schema = with_agencies(made.agencies)
    planted = [found(grid) for grid in made.workbooks]
    forth = check(planted, schema=schema, run=run, agencies_expected=True)
    back = check(planted[::-1], schema=schema, run=run, agencies_expected=True)
    assert forth.findings.equals(back.findings)
    assert dict(forth.findings.schema) == dict(FINDINGS)
    assert {each.file: each for each in forth.submissions} == {each.file: each for each in back.submissions}


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_every_planted_fault_is_found_and_nothing_else(
    shipped: Schema, with_agencies: Callable[[str], Schema], run: Run, seed: int
) -> None:
    """Ground truth: file, sheet, cell and rule of each fault put into otherwise sound workbooks."""
    planted = faulty(seed=seed, year=2025, schema=shipped)
    schema = with_agencies(planted.agencies)
    got = check([found(grid) for grid in planted.workbooks], schema=schema, run=run, agencies_expected=False)
    places = {tuple(row) for row in got.findings.select("file", "sheet", "cell", "rule").iter_rows()}
    assert places == {tuple(each.values()) for each in planted.expected}


@pytest.mark.parametrize("seed", [1, 2])
def test_sound_workbooks_have_no_finding(
    shipped: Schema, with_agencies: Callable[[str], Schema], run: Run, seed: int
) -> None:
    """Sixty persons in a whole collection, by another seed each time."""
    made = simulate(n_persons=60, seed=seed, year=2025, schema=shipped)
    schema = with_agencies(made.agencies)
    got = check([found(grid) for grid in made.workbooks], schema=schema, run=run, agencies_expected=True)
    assert got.findings.rows() == []
    assert set(states(got).values()) == {"accepted", "nil"}


def test_the_json_document_has_the_fields_of_the_contract(checked: Check, schema: Schema, run: Run) -> None:
    """Sorted, with message and hint in the language asked for, and no value."""
    got = checked(book(meta(), trainings({"date_to": "31.02.2025", "title": "Secret"}), awareness({})))
    document = findings_json(got, schema=schema, run=run, language="sq")

    (submission,) = document["submissions"]
    assert document["version"] == 1
    assert (document["tool"], document["reference_year"]) == ("atstats test", 2025)
    assert list(submission) == [
        "file", "agency", "status", "sha256", "records", "checked", "reason", "type", "revision",
    ]  # fmt: skip
    assert list(submission["checked"]) == ["cells", "rules", "not_evaluated"]
    assert document["findings"] == [
        {
            "file": "NATHB_2025.xlsx",
            "sheet": "trainings",
            "cell": "E3",
            "row": 3,
            "column": "date_to",
            "rule": "TYPE-01",
            "severity": "error",
            "message": "Dita 31 nuk ekziston në muajin 02.",
            "hint": "Korrigjoni datën në E3; radha është dita, muaji, viti.",
            "others": [],
            "fingerprint": got.findings["fingerprint"][0],
            "waived": False,
        }
    ]
    assert document["counts"] == {"error": 1, "warning": 0, "info": 0}
    assert "Secret" not in str(document)


def test_rules_that_need_another_agency_are_counted_as_not_evaluated(checked: Check) -> None:
    """Without the prosecution nobody knows whether it received the reports of the police."""
    keys = ["local_suspect_id", "sex", "citizenship_1", "case_no", "offence_suspected", "official", "legal_person"]
    suspects = tab("suspects", {1: keys, 2: ["S1", "M", "XK", "C1", "THB", "NO", "NO"]})
    alone = checked(book(meta("KP_THB"), suspects, file="KP_THB_2025.xlsx"))
    reports = RawSheet("reports", *(frame.clear() for frame in (suspects.values, suspects.kinds)))
    header = tab("reports", {1: ["report_no", "local_suspect_id", "received_date", "source"]})
    both = checked(
        book(meta("KP_THB"), suspects, file="KP_THB_2025.xlsx"),
        book(meta("SP", nil_return="YES"), replace(reports, values=header.values, kinds=header.kinds), file="SP.xlsx"),
    )
    difference = alone.submissions[0].not_evaluated - both.submissions[0].not_evaluated
    assert difference == 2  # PRO-07 and PRO-08, one suspect
    assert both.submissions[0].rules_checked == alone.submissions[0].rules_checked + 2


def test_a_year_is_checked_against_the_period(checked: Check) -> None:
    """META-02: the period lies in the reference year and runs forward."""
    got = checked(book(meta(period_to=date(2024, 12, 31)), trainings({}), awareness({})))
    assert got.findings.select("sheet", "cell", "rule").rows() == [("meta", "F3", "META-02")]
