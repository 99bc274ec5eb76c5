"""Nights, plans, grants, returns, calls and operations add up, and refer to what is there."""

from collections.abc import Callable
from datetime import date
from typing import Any

from test_validation_across import agency, of, sheet

from atstats.frames import Checked

Check = Callable[..., Checked]


def cells(checked: Checked, rule: str) -> list[tuple[Any, ...]]:
    """Sheet, cell, detail and note of the findings of a rule."""
    return [row[1:5] for row in of(checked, rule)]


def test_nights_of_stays_are_compared_with_bed_nights(checked: Check) -> None:
    """Two per cent over all months are allowed; above it the months that differ are named."""
    stays = [
        {"local_person_id": "A", "stay_no": 1, "entry_date": date(2024, 12, 1), "exit_date": date(2025, 2, 11)},
        {"local_person_id": "B", "stay_no": 1, "entry_date": date(2025, 1, 31), "exit_date": None},
    ]
    months = [{"month": date(2025, month, 1)} for month in (1, 2, 3)]

    def stated(*nights: int) -> Checked:
        rows = [{**month, "bed_nights": n} for month, n in zip(months, nights, strict=True)]
        return checked(agency("ISF", sheet("residents", *stays), sheet("capacity", *rows)))

    assert cells(stated(32, 38, 31), "SHL-09") == []
    assert cells(stated(33, 38, 31), "SHL-09") == []  # 101 nights worked out, 102 stated
    assert cells(stated(32, 40, 32), "SHL-09") == [("capacity", "B4", "", "2"), ("capacity", "B5", "", "2")]


def test_nights_are_not_worked_out_from_dates_that_cannot_be_read(checked: Check) -> None:
    """A stay without a readable date says nothing about the nights of its shelter."""
    stays = sheet(
        "residents",
        {"local_person_id": "A", "stay_no": 1, "entry_date": date(2025, 1, 1), "exit_date": "soon"},
    )
    capacity = sheet("capacity", {"month": date(2025, 1, 1), "bed_nights": 5})
    assert cells(checked(agency("ISF", stays, capacity)), "SHL-09") == []


def test_services_and_plans_have_their_person(checked: Check) -> None:
    """In shelters, with organisations and in centres for social work; a plan covers what follows its start."""
    service = {"service": "LEGAL", "to": None}
    shelter = agency(
        "ISF",
        sheet(
            "residents",
            {"local_person_id": "A", "stay_no": 1, "entry_date": date(2025, 1, 1), "exit_date": date(2025, 2, 1)},
        ),
        sheet(
            "services",
            {**service, "local_person_id": "A", "from": date(2025, 6, 1), "plan_no": "P1"},
            {**service, "local_person_id": "A", "from": date(2025, 6, 1), "plan_no": "P2"},
            {**service, "local_person_id": "A", "from": date(2025, 6, 1), "plan_no": None},
        ),
        sheet(
            "plans",
            {"local_person_id": "A", "plan_no": "P1", "start": date(2025, 1, 20)},
            {"local_person_id": "A", "plan_no": "P2", "start": date(2025, 7, 1)},
            {"local_person_id": "B", "plan_no": "P3", "start": date(2025, 7, 1)},
        ),
    )
    centre = agency(
        "CSW_19",
        sheet("cases", {"local_person_id": "A", "opened_date": date(2025, 3, 1), "closed_date": None}),
        sheet("services", {**service, "local_person_id": "B", "from": date(2025, 4, 1)}),
    )
    assert [(row[0], *row[1:4]) for row in of(checked(shelter, centre), "SHL-11")] == [
        ("CSW_19_2025.xlsx", "services", "C3", "person"),
        ("ISF_2025.xlsx", "plans", "A5", "person"),
        ("ISF_2025.xlsx", "services", "D4", "outside"),
        ("ISF_2025.xlsx", "services", "D5", "outside"),
    ]


def test_an_accompanying_child_is_not_entered_as_a_victim(checked: Check) -> None:
    """It came on the day of an adult who brought children, and has no status of a victim."""
    day = date(2025, 3, 1)
    mother = {"birth_date": date(1990, 5, 1), "entry_date": day, "reason": "THB", "entry_status": "VOT"}
    child = {"birth_date": date(2018, 5, 1), "entry_date": day, "reason": "THB", "entry_status": "NOT_CONFIRMED"}
    rows = [
        {**mother, "accompanied_children_n": 1},
        child,
        {**child, "entry_status": "PVOT"},
        {**child, "entry_date": date(2025, 4, 1)},
    ]
    residents = sheet("residents", *({"local_person_id": str(n), "stay_no": 1, **row} for n, row in enumerate(rows)))
    assert cells(checked(agency("ISF", residents)), "SHL-12") == [("residents", "E4", "", "")]


def test_a_citizenship_table_adds_up_to_the_persons_checked(checked: Check) -> None:
    """It is read where it has its form; otherwise the form is told."""
    tables = ["XK 97;AL 102", "XK 97; AL 103;", "XK: 97 and others", None]
    operations = sheet(
        "operations",
        *(
            {"op_code": f"O{n}", "persons_checked_f": 150, "persons_checked_m": 49, "citizenship_table": table}
            for n, table in enumerate(tables)
        ),
    )
    assert cells(checked(agency("KP_THB", operations)), "CASE-08") == [
        ("operations", "D4", "citizenship", ""),
        ("operations", "D5", "form", ""),
    ]


def test_begging_children_without_a_presumed_victim_are_listed(checked: Check) -> None:
    """A child that is presumed a victim in a case of the operation takes it from the list, an adult does not."""

    def listed(born: date) -> list[tuple[Any, ...]]:
        victim = {"local_person_id": "A", "case_no": "C1", "status_current": "PVOT", "birth_date": born}
        screened = {"op_code": "O1", "population": "BEGGING", "age_group": "CHILD", "other_offence": 3}
        return cells(
            checked(
                agency(
                    "KP_THB",
                    sheet("victims", {**victim, "first_contact_date": date(2025, 3, 1)}),
                    sheet("cases", {"case_no": "C1", "op_code": "O1", "offence_main": "CHILD_MISTREAT"}),
                    sheet("screening", screened, {**screened, "age_group": "ADULT"}),
                )
            ),
            "CASE-10",
        )

    assert listed(date(2015, 1, 2)) == []
    assert listed(date(1990, 1, 2)) == [("screening", "D3", "", "")]


def test_victims_are_returned_with_their_risk_assessed(checked: Check) -> None:
    """No answer is an error, an involuntary return a warning; others than victims are not asked about."""
    returned = {"victim_status": "VOT", "type": "VOLUNTARY", "risk_assessment": "YES"}
    rows = [
        returned,
        {**returned, "risk_assessment": "UNK"},
        {**returned, "type": "INVOLUNTARY"},
        {**returned, "type": "INVOLUNTARY", "risk_assessment": "UNK", "victim_status": "NOT_CONFIRMED"},
    ]
    got = of(checked(agency("DMFK", sheet("returns", *rows))), "RET-01")
    assert [row[2:6] for row in got] == [("C4", "unanswered", "", "error"), ("B5", "involuntary", "", "warning")]
