"""YR-05 to YR-08 and WAIVE-01 to WAIVE-04 fire through the installed command, at the place of their fault.

The inspectorate sends twenty rows for two years in a row. Every finding of the collection is compared,
so that a rule that speaks too much is seen as well as one that is silent.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from test_rules_through_the_commands import (
    _SCHEMA,
    _YEAR,
    Fires,
    Ran,
    _atstats,
    _cell,
    _collection,
    _earlier,
    _examples,
    _meta,
    _write,
)

_N = 20
_AGENCY = "LI"
_FILE = f"{_AGENCY}_{_YEAR}.xlsx"
_SHEET = next(each for each in _SCHEMA.workbooks["labour"].sheets if each.name == "inspections")

Row = dict[str, Any]


def _inspections(source: Sequence[Row], **changed: Any) -> list[Row]:
    """Twenty rows like these in turn, each with a number and a day of its own."""
    return [
        {**source[i % len(source)], "insp_no": f"INSP-{_YEAR}-{i + 1:03}", "date": date(_YEAR, 3, 1 + i), **changed}
        for i in range(_N)
    ]


def _validated(folder: Path, now: list[Row], then: list[Row]) -> Ran:
    """The finding of `validate` for the inspectorate's rows of this year beside those of the year before."""
    collection = _collection(folder / str(_YEAR), {"labour.inspections": now}, workbooks=["labour"])
    before = folder / str(_YEAR - 1)
    (before / "submissions").mkdir(parents=True)
    (before / "atstats.toml").write_text(f"reference_year = {_YEAR - 1}\n", encoding="utf-8")
    rows = [{key: _earlier(value) for key, value in row.items()} for row in then]
    _write(before, _AGENCY, "labour", {"labour.inspections": rows}, meta=_meta(_AGENCY, _YEAR - 1))
    return _atstats("validate", collection, "--previous", before, "--format", "json")


def _of_the_sheet(ran: Ran) -> set[tuple[str, str, str]]:
    """Rule, column and cell of what is said about the sheet."""
    return {
        (each["rule"], each["column"], each["cell"])
        for each in ran.document["findings"]
        if each["sheet"] == _SHEET.name and each["file"] == _FILE
    }


def _planned() -> Row:
    """An inspection of which nothing followed."""
    return _examples("labour")["labour.inspections"][1]


def test_a_share_that_shifts_and_a_code_that_vanishes_are_told_with_their_column(tmp_path: Path, fires: Fires) -> None:
    """YR-05 names the code that came, YR-06 the one that is gone."""
    now = _inspections([_planned()], trigger="COMPLAINT")
    then = [{**row, "insp_no": f"{row['insp_no']}-A", "trigger": "PLANNED"} for row in now]
    told = _of_the_sheet(_validated(tmp_path, now, then))
    assert told == {("YR-05", "trigger", ""), ("YR-06", "trigger", "")}
    for place in told:
        fires(place[0], at=place, among=told)


def test_a_sheet_sent_again_is_told_by_its_totals_and_by_its_numbers(tmp_path: Path, fires: Fires) -> None:
    """YR-07 speaks of the sheet; YR-08 names the first number that was given before, and the others beside it."""
    rows = _inspections(_examples("labour")["labour.inspections"])
    ran = _validated(tmp_path, rows, rows)
    number = _cell(_SHEET, "insp_no", 1)
    told = {found for found in _of_the_sheet(ran) if found[0].startswith("YR")}
    assert told == {("YR-07", "", ""), ("YR-08", "insp_no", number)}
    for place in told:
        fires(place[0], at=place, among=told)
    (again,) = [each for each in ran.document["findings"] if each["rule"] == "YR-08"]
    assert again["others"] == [_cell(_SHEET, "insp_no", i) for i in range(2, _N + 1)]


def test_another_year_of_the_same_office_is_silent(tmp_path: Path) -> None:
    """Other numbers, and totals that are near and not the same."""
    now = _inspections(_examples("labour")["labour.inspections"])
    then = [{**row, "insp_no": f"{row['insp_no']}-A"} for row in now[:-1]]
    assert not {found for found in _of_the_sheet(_validated(tmp_path, now, then)) if found[0].startswith("YR")}


# --------------------------------------------------------------------------- waivers


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Mapping[str, str], Ran]:
    """Fingerprints of an error and of two warnings, and what is said once waivers.csv has a bad line about each."""
    rows = _inspections([_planned()])
    rows[0] |= {"workers_undeclared": rows[0]["workers_found"] + 1}
    for row in rows[1:3]:
        row |= {"csw_notified": "NO", "csw_notified_date": None}
    folder = tmp_path_factory.mktemp("waivers")
    collection = _collection(folder / str(_YEAR), {"labour.inspections": rows}, workbooks=["labour"])
    before = _atstats("validate", collection, "--format", "json").document["findings"]
    error = next(each for each in before if each["severity"] == "error")
    warned, too = [each for each in before if each["severity"] == "warning" and each["file"] == _FILE][:2]
    lines = [
        "fingerprint,rule,reason,who,when,until",
        f"{error['fingerprint']},{error['rule']},Shembull,Shembull,2026-01-31,2099-12-31",
        f"{'0' * len(error['fingerprint'])},LI-03,Shembull,Shembull,2026-01-31,2099-12-31",
        f"{warned['fingerprint']},{warned['rule']},Shembull,Shembull,2000-01-31,2000-12-31",
        f"{too['fingerprint']},{too['rule']},,Shembull,2026-01-31,2099-12-31",
    ]
    (collection / "waivers.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return {"error": error["rule"]}, _atstats("validate", collection, "--format", "json")


def test_a_bad_line_of_waivers_is_told_at_its_cell(answered: tuple[Mapping[str, str], Ran], fires: Fires) -> None:
    """An error, a finding that is not there, an end that is past, and a reason that is missing."""
    _, ran = answered
    told = {each for each in ran.found if each[0].startswith("WAIVE")}
    assert told == {
        ("WAIVE-01", "waivers.csv", "", "A2"),
        ("WAIVE-02", "waivers.csv", "", "A3"),
        ("WAIVE-03", "waivers.csv", "", "F4"),
        ("WAIVE-04", "waivers.csv", "", "C5"),
    }
    for place in told:
        fires(place[0], at=place, among=told)


def test_a_bad_line_waives_nothing(answered: tuple[Mapping[str, str], Ran]) -> None:
    """The error still refuses the submission, and no finding counts as waived."""
    rules, ran = answered
    assert ran.code != 0
    assert rules["error"] in {each["rule"] for each in ran.document["findings"]}
    assert not any(each["waived"] for each in ran.document["findings"])


def test_a_good_line_waives_its_warning_and_nothing_is_said_of_the_line(tmp_path: Path) -> None:
    """The finding stays, marked as waived; a second warning of the same rule does not share the answer."""
    rows = _inspections([_planned()])
    for row in rows[1:3]:
        row |= {"children_found": 1, "csw_notified": "NO", "csw_notified_date": None}
    collection = _collection(tmp_path / str(_YEAR), {"labour.inspections": rows}, workbooks=["labour"])
    first, second = [
        each for each in _atstats("validate", collection, "--format", "json").document["findings"]
        if each["rule"] == "LI-03"
    ]  # fmt: skip
    line = f"{first['fingerprint']},LI-03,Shembull,Shembull,2026-01-31,2099-12-31"
    (collection / "waivers.csv").write_text(f"fingerprint,rule,reason,who,when,until\n{line}\n", encoding="utf-8")
    ran = _atstats("validate", collection, "--format", "json")
    told = {each["fingerprint"]: each["waived"] for each in ran.document["findings"]}
    assert (ran.code, told[first["fingerprint"]], told[second["fingerprint"]]) == (0, True, False)
    assert not {each[0] for each in ran.found if each[0].startswith("WAIVE")}
