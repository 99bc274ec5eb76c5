"""What one sheet or agency says of a case or a person, the others do not contradict."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from grids import Records, records_of

from atstats.schema import Schema
from atstats.simulation import simulate

Row = Mapping[str, Any]


@pytest.fixture(scope="module", params=[35, 120])
def rows(request: pytest.FixtureRequest, schema: Schema) -> dict[str, list[Row]]:
    """Record type -> rows, for samples of two sizes and seeds."""
    made = simulate(n_persons=request.param, seed=request.param, year=2025, schema=schema)
    records: Records = records_of(made.workbooks, schema)
    found: dict[str, list[Row]] = {}
    for (file, sheet), lines in records.items():
        workbook = schema.agencies[file.rpartition("_")[0]].workbook
        found.setdefault(f"{workbook}.{sheet}", []).extend(lines.values())
    return found


def in_order(*days: date | None) -> bool:
    given = [each for each in days if each is not None]
    return given == sorted(given)


def keys(lines: Iterable[Row], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(line.get(name) for name in names) for line in lines]


def test_cases_hold_their_victims_and_suspects(rows: dict[str, list[Row]]) -> None:
    """Every case number exists once, and the numbers of victims and suspects are those of the rows."""
    victims = Counter(row["case_no"] for row in rows["police.victims"])
    suspects = Counter(row["case_no"] for row in rows["police.suspects"])
    cases = {row["case_no"]: row for row in rows["police.cases"]}
    assert len(cases) == len(rows["police.cases"])
    assert set(victims) | set(suspects) <= set(cases)
    assert {key: (row["victims_n"], row["suspects_n"]) for key, row in cases.items()} == {
        key: (victims[key], suspects[key]) for key in cases
    }
    for row in rows["police.suspects"]:
        opened = cases[row["case_no"]]["opened_date"]
        assert in_order(opened - timedelta(days=30), row.get("arrest_date"))
        assert in_order(opened, row.get("report_filed_date"))
        assert ("report_no" in row) == (cases[row["case_no"]]["status"] == "REPORT_FILED")


def test_identification_runs_forward(rows: dict[str, list[Row]]) -> None:
    """Contact, first status, formal identification and present status follow each other in the year."""
    for row in rows["police.victims"]:
        formal = row.get("formal_id_date")
        assert in_order(row["first_contact_date"], row["status_initial_date"], formal, row["status_current_date"])
        assert (row["status_current"] == "VOT") == (formal is not None)
        assert row["status_current_date"] <= date(2025, 12, 31)
        assert formal is None or formal.year == 2025
        assert row["purpose_main"] in row["purpose_all"].split(";")
        assert ("sex_form" in row) == (row["purpose_main"] == "SEX")
        assert ("begging_type" in row) == (row["purpose_main"] == "BEG")
        assert in_order(row["exploitation_start"], row["exploitation_end"], row["status_current_date"])
        assert ("legal_stay" in row) == (row["citizenship_1"] != "XK")


def test_a_birth_date_or_an_age_with_its_basis_is_given(rows: dict[str, list[Row]]) -> None:
    """Whoever has no birth date has a stated age, and nobody is born after being registered."""
    for name, on in (
        ("police.victims", "first_contact_date"), ("shelter.residents", "entry_date"),
        ("csw.cases", "opened_date"), ("vaao.assisted", "first_contact_date"),
    ):  # fmt: skip
        for row in rows[name]:
            unknown = row["birth_date_precision"] == "UNK"
            assert unknown == ("birth_date" not in row) == ("age_at_registration" in row) == ("age_basis" in row)
            assert in_order(row.get("birth_date"), row[on])
            assert row.get("personal_no", "0123456789").isdigit()
            assert len(row.get("personal_no", "0123456789")) == 10


def test_numbers_of_persons_are_unique_within_an_agency(schema: Schema) -> None:
    """No local number stands for two persons."""
    made = simulate(n_persons=120, seed=3, year=2025, schema=schema)
    records = records_of(made.workbooks, schema)
    truth = {(file, sheet, row): person for file, sheet, row, person in made.truth}
    for (file, sheet), lines in records.items():
        owners: dict[Any, set[str]] = {}
        for row, line in lines.items():
            if "local_person_id" in line and (file, sheet, row) in truth:
                owners.setdefault(line["local_person_id"], set()).add(truth[file, sheet, row])
        assert all(len(persons) == 1 for persons in owners.values())


def test_the_prosecution_knows_what_the_police_reported(rows: dict[str, list[Row]]) -> None:
    """Report numbers agree both ways, and decisions come after the report they are about."""
    filed = {row["report_no"] for row in rows["police.suspects"] if "report_no" in row}
    received = {
        row["report_no"]
        for row in rows["prosecution.reports"]
        if row["source"] == "POLICE" and row["carried_over"] == "NO"
    }
    assert filed == received
    reports = {(row["report_no"], row["local_suspect_id"]): row for row in rows["prosecution.reports"]}
    assert len(reports) == len(rows["prosecution.reports"])
    for row in reports.values():
        assert (row["received_date"].year < 2025) == (row["carried_over"] == "YES")
    for row in rows["prosecution.decisions"]:
        report = reports[row["report_no"], row["local_suspect_id"]]
        assert in_order(report["received_date"], row["decision_date"])
        assert row["decision_date"].year == 2025
        assert ("offence_at_decision" in row) == (row["decision"] in ("INDICT", "DIRECT_INDICT"))
        assert ("reason" in row) == (row["decision"] in ("DISMISS", "TERMINATE"))
        dropped = (
            "THB" in report["offence"] and "offence_at_decision" in row and "THB" not in row["offence_at_decision"]
        )
        assert (row["downgraded"] == "YES") == dropped == ("downgraded_to" in row)


def test_judgments_and_sanctions_fit_each_other(rows: dict[str, list[Row]]) -> None:
    """Convictions have offences and sanctions, acquittals none; an appeal follows its first instance."""
    judgments = {
        (row["court_case_no"], row["local_defendant_id"], row["instance"]): row for row in rows["court.judgments"]
    }
    assert len(judgments) == len(rows["court.judgments"])
    sanctioned = keys(rows["court.sanctions"], "court_case_no", "local_defendant_id", "instance")
    assert set(sanctioned) == {
        key for key, row in judgments.items() if row["outcome"] in ("GUILTY", "GUILTY_PLEA", "MODIFIED_DOWN")
    }
    for (case, defendant, instance), row in judgments.items():
        assert ("offence_judgment" in row) == (row["outcome"] != "ACQUITTED")
        assert in_order(row["offence_date"], row["judgment_date"], row.get("final_date"))
        assert (row["final"] == "YES") == ("final_date" in row)
        if instance == "APPEAL":
            first = judgments[case, defendant, "FIRST"]
            assert in_order(first["judgment_date"], row["judgment_date"])
            assert (first["final"], row["final"]) == ("NO", "YES")


def test_stays_and_services_fit_each_other(rows: dict[str, list[Row]]) -> None:
    """A stay ends after it began, is marked when it began in an earlier year, and services lie inside it."""
    stays = {row["local_person_id"]: row for row in rows["shelter.residents"]}
    for row in stays.values():
        assert in_order(row["referral_date"], row["entry_date"], row.get("exit_date"))
        assert ("exit_date" in row) == ("exit_type" in row)
        assert (row["carried_over"] == "YES") == (row["entry_date"] < date(2025, 1, 1))
    for row in rows["shelter.services"]:
        stay = stays[row["local_person_id"]]
        assert in_order(stay["entry_date"], row["from"], row["to"], stay.get("exit_date", date(2025, 12, 31)))


def test_operations_count_their_cases_and_the_persons_screened(rows: dict[str, list[Row]]) -> None:
    """The totals of an operation are those of its cases and of its screening."""
    for row in rows["police.operations"]:
        code = row["op_code"]
        cases = [each for each in rows["police.cases"] if each.get("op_code") == code]
        screened = [each for each in rows["police.screening"] if each["op_code"] == code]
        trafficking = [each for each in cases if each["offence_main"].startswith("THB")]
        assert (row["cases_opened_thb"], row["cases_opened_other"]) == (len(trafficking), len(cases) - len(trafficking))
        assert row["persons_checked_f"] == sum(each["persons"] for each in screened if each["sex"] == "F")
        assert row["persons_checked_m"] == sum(each["persons"] for each in screened if each["sex"] == "M")
        assert all(each["identified_thb"] + each["other_offence"] <= each["persons"] for each in screened)
