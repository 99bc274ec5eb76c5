"""What one sheet or agency says of a case or a person, the others do not contradict."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from grids import Records, agency_of, records_of

from atstats.schema import Schema
from atstats.simulation import simulate
from atstats.simulation.register import workbook_of

Row = Mapping[str, Any]
YES = ("YES", "Po")


@pytest.fixture(scope="module", params=[35, 120])
def rows(request: pytest.FixtureRequest, schema: Schema) -> dict[str, list[Row]]:
    """Record type -> rows, for samples of two sizes and seeds."""
    made = simulate(n_persons=request.param, seed=request.param, year=2025, schema=schema)
    records: Records = records_of(made.workbooks, schema)
    found: dict[str, list[Row]] = {}
    for (file, sheet), lines in records.items():
        workbook = workbook_of(agency_of(file), schema)
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
    """Contact, first status, formal identification and present status follow each other, in this year or before."""
    for row in rows["police.victims"]:
        formal = row.get("formal_id_date")
        assert in_order(row["first_contact_date"], row["status_initial_date"], formal, row["status_current_date"])
        assert (row["status_current"] == "VOT") == (formal is not None)
        assert row["status_current_date"] <= date(2025, 12, 31)
        assert formal is None or (row["carried_over"] == "YES") == (formal.year < 2025)
        assert row["purpose_main"] in row["purpose_all"].split(";")
        assert ("sex_form" in row) == (row["purpose_main"] == "SEX")
        assert ("begging_type" in row) == (row["purpose_main"] == "BEG")
        assert in_order(row["exploitation_start"], row["exploitation_end"], row["status_current_date"])
        assert ("legal_stay" in row) == ("XK" not in (row["citizenship_1"], row.get("citizenship_2")))


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


def test_two_numbers_of_suspects_are_two_persons(rows: dict[str, list[Row]]) -> None:
    """Police, prosecution and courts give each suspect one number of their own."""
    for name, column in (
        ("police.suspects", "local_suspect_id"), ("prosecution.reports", "local_suspect_id"),
        ("court.judgments", "local_defendant_id"),
    ):  # fmt: skip
        named = {(row[column], row["birth_date"]) for row in rows[name] if "birth_date" in row}
        assert len(named) == len({number for number, _ in named})


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


def test_stocks_are_those_of_the_rows(rows: dict[str, list[Row]]) -> None:
    """Pending, received and decided in each prosecution office; the courts' stock adds up."""
    for row in rows["prosecution.stock"]:
        mine = [each for each in rows["prosecution.reports"] if each["prosecution_office"] == row["prosecution_office"]]
        numbers = {(each["report_no"], each["local_suspect_id"]) for each in mine}
        decided = [
            each for each in rows["prosecution.decisions"] if (each["report_no"], each["local_suspect_id"]) in numbers
        ]
        n_carried = sum(each["carried_over"] == "YES" for each in mine)
        assert (row["pending_start"], row["received"]) == (n_carried, len(mine) - n_carried)
        assert (row["decided"], row["pending_end"]) == (len(decided), len(mine) - len(decided))
    for row in rows["court.stock"]:
        assert row["pending_start"] + row["filed"] - row["disposed"] == row["pending_end"] >= 0


def test_judgments_and_sanctions_fit_each_other(rows: dict[str, list[Row]]) -> None:
    """Convictions have offences and sanctions, acquittals none; an appeal follows its first instance or names it."""
    judgments = {
        (row["court_case_no"], row["local_defendant_id"], row["instance"]): row for row in rows["court.judgments"]
    }
    assert len(judgments) == len(rows["court.judgments"])
    sanctioned = keys(rows["court.sanctions"], "court_case_no", "local_defendant_id", "instance")
    assert set(sanctioned) == {
        key for key, row in judgments.items() if row["outcome"] in ("GUILTY", "GUILTY_PLEA", "MODIFIED_DOWN")
    }
    known = {row["court_case_no"] for row in rows["court.cases"]}
    for (case, defendant, instance), row in judgments.items():
        assert case in known
        assert row["judgment_date"].year == 2025
        assert ("offence_judgment" in row) or row["outcome"] in ("ACQUITTED", "CONFIRMED", "SET_ASIDE")
        assert in_order(row["offence_date"], row["judgment_date"], row.get("final_date"))
        assert (row["final"] == "YES") == ("final_date" in row)
        if instance == "APPEAL" and "supersedes" not in row:
            first = judgments[case, defendant, "FIRST"]
            assert in_order(first["judgment_date"], row["judgment_date"])
            assert (first["final"], row["final"]) == ("NO", "YES")


def test_stays_and_services_fit_each_other(rows: dict[str, list[Row]]) -> None:
    """A stay ends after it began, is marked when it began in an earlier year, and services lie inside the stays."""
    stays: dict[str, tuple[date, date]] = {}
    for row in rows["shelter.residents"]:
        assert in_order(row["referral_date"], row["entry_date"], row.get("exit_date"))
        assert ("exit_date" in row) == ("exit_type" in row)
        assert (row["carried_over"] in YES) == (row["entry_date"] < date(2025, 1, 1))
        entry, left = stays.get(row["local_person_id"], (date.max, date.min))
        stays[row["local_person_id"]] = (
            min(entry, row["entry_date"]), max(left, row.get("exit_date", date(2025, 12, 31))),
        )  # fmt: skip
    for row in rows["shelter.services"]:
        entry, left = stays[row["local_person_id"]]
        assert in_order(entry, row["from"], row["to"], left)


def test_beneficiaries_are_those_of_the_indicators(rows: dict[str, list[Row]]) -> None:
    """Each grant states as many beneficiaries as it has, within its period."""
    grants = {row["grant_no"]: row for row in rows["ngo.grants"]}
    for row in rows["ngo.grant_indicators"]:
        if row["indicator"] == "BENEFICIARIES":
            mine = {
                each["local_person_id"]
                for each in rows["ngo.grant_beneficiaries"]
                if each["grant_no"] == row["grant_no"]
            }
            assert row["achieved"] == len(mine)
    for row in rows["ngo.grant_beneficiaries"]:
        grant = grants[row["grant_no"]]
        assert in_order(grant["start"], row["start"], row.get("end"), grant["end"])


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
