"""What a person keeps of her records: status at the cut-off date, registering body, form, ages; and conflicts."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from atstats.frames import Linked

Link = Callable[..., Linked]
Row = dict[str, Any]

WOMAN = {"first_name": "Arta", "last_name": "Krasniqi", "birth_date": date(2001, 4, 9), "birth_date_precision": "D"}
AFTER = date(2026, 4, 1)
"""The day after the cut-off date."""
FORMAL = {"formal_id_date": date(2025, 5, 1), "status_current": "VOT", "status_current_date": date(2025, 5, 1)}


def police(**given: Any) -> Row:
    """A row of the police about the woman."""
    return {
        "local_person_id": "V1",
        "case_no": "KP-1",
        "sex": "F",
        "citizenship_1": "XK",
        "first_contact_date": date(2025, 2, 1),
        "status_initial": "PVOT",
        "status_initial_date": date(2025, 2, 1),
        "status_current": "PVOT",
        "status_current_date": date(2025, 2, 1),
        **WOMAN,
        **given,
    }


def shelter(**given: Any) -> Row:
    """A row of a shelter about the woman."""
    return {
        "local_person_id": "R1",
        "stay_no": 1,
        "sex": "F",
        "citizenship_1": "XK",
        "entry_date": date(2025, 1, 5),
        "entry_status": "PVOT",
        "reason": "THB",
        **WOMAN,
        **given,
    }


def social(**given: Any) -> Row:
    """A row of a centre for social work about the woman."""
    return {
        "local_person_id": "C1",
        "sex": "F",
        "citizenship_1": "XK",
        "opened_date": date(2025, 3, 1),
        "thb_status": "PVOT",
        **WOMAN,
        **given,
    }


def advocate(**given: Any) -> Row:
    """A row of the advocates about the woman."""
    return {
        "local_person_id": "A1",
        "sex": "F",
        "citizenship_1": "XK",
        "first_contact_date": date(2025, 1, 2),
        "client_reason": "THB",
        **WOMAN,
        **given,
    }


SHEETS = {
    "police": "police.victims",
    "shelter": "shelter.residents",
    "social": "csw.cases",
    "advocate": "vaao.assisted",
}


def person_of(link: Link, **rows: Row | list[Row]) -> Row:
    """The one person that the rows are about."""
    given = {SHEETS[name]: row if isinstance(row, list) else [row] for name, row in rows.items()}
    linked = link(given)
    assert linked.persons.height == 1
    return linked.persons.row(0, named=True)


@pytest.mark.parametrize(
    ("rows", "status", "identified"),
    [
        ({"police": police()}, "PVOT", None),
        ({"police": police(**FORMAL)}, "VOT", date(2025, 5, 1)),
        ({"police": police(**FORMAL, first_contact_date=None)}, "VOT", date(2025, 5, 1)),
        # Read on the cut-off date: a later change is a revision.
        ({"police": police(**{**FORMAL, "status_current": "NOT_CONFIRMED", "status_current_date": AFTER})}, "VOT",
         date(2025, 5, 1)),
        ({"police": police(formal_id_date=AFTER, status_current="VOT", status_current_date=AFTER)}, "PVOT", None),
        ({"shelter": shelter(entry_date=AFTER)}, None, None),
        # The most advanced status of all records, equals by source priority.
        ({"police": police(), "shelter": shelter(entry_status="VOT")}, "VOT", None),
        ({"police": police(**FORMAL), "social": social(thb_status="VOT_COURT")}, "VOT_COURT", date(2025, 5, 1)),
        ({"police": police(status_current="REJECTED_BY_PERSON"), "shelter": shelter()}, "REJECTED_BY_PERSON", None),
        ({"police": police(status_current="PENDING"), "shelter": shelter()}, "PENDING", None),
        ({"police": police(), "shelter": shelter(entry_status="PENDING")}, "PVOT", None),
        ({"police": police(status_current="WITHDRAWN"), "shelter": shelter(entry_status="NOT_CONFIRMED")},
         "NOT_CONFIRMED", None),
        # LNK-05: the police says no victim, another body says victim.
        ({"police": police(status_current="NOT_CONFIRMED")}, "NOT_CONFIRMED", None),
        ({"police": police(**FORMAL | {"status_current": "NOT_CONFIRMED"}), "shelter": shelter(entry_status="VOT")},
         "PVOT", None),
        ({"police": police(status_current="NOT_CONFIRMED"), "social": social()}, "PVOT", None),
        ({"police": police(status_current="NOT_CONFIRMED"), "social": social(thb_status="VOT_COURT")}, "VOT_COURT",
         None),
        # A second procedure that confirms her withdraws the refusal.
        ({"police": [police(status_current="NOT_CONFIRMED"), police(case_no="KP-2", **FORMAL)], "shelter": shelter()},
         "VOT", date(2025, 5, 1)),
        # The advocates have no status of their own.
        ({"advocate": advocate()}, "PVOT", None),
        ({"advocate": advocate(client_reason="DV")}, None, None),
        ({"advocate": advocate(), "police": police(status_current="NOT_CONFIRMED")}, "NOT_CONFIRMED", None),
        ({"shelter": shelter(entry_status="NA", reason="DV")}, None, None),
    ],
)  # fmt: skip
def test_the_status_is_the_most_advanced_at_the_cut_off_date(
    link: Link, rows: Row, status: str | None, identified: date | None
) -> None:
    """Status and date of formal identification of one person, by what each body wrote and when."""
    person = person_of(link, **rows)

    assert (person["status"], person["identified"]) == (status, identified)


def test_k09_the_identification_of_the_reference_year_counts(link: Link) -> None:
    """Identified in 2021 and again in 2025 is counted in 2025; without one in the year, the last one stands."""
    earlier = police(local_person_id="V1", case_no="KP-0", **{**FORMAL, "formal_id_date": date(2021, 5, 1)})
    oldest = police(local_person_id="V1", case_no="KP-9", **{**FORMAL, "formal_id_date": date(2019, 5, 1)})

    assert person_of(link, police=[earlier, police(**FORMAL), oldest])["identified"] == date(2025, 5, 1)
    assert person_of(link, police=[oldest, earlier])["identified"] == date(2021, 5, 1)


@pytest.mark.parametrize(
    ("rows", "body", "bodies", "first"),
    [
        ({"police": police(), "shelter": shelter()}, "KP_THB", ["ISF", "KP_THB"], date(2025, 1, 5)),
        ({"police": police(status_current="NOT_CONFIRMED"), "shelter": shelter()}, "ISF", ["ISF"], date(2025, 1, 5)),
        ({"social": social(), "advocate": advocate()}, "CSW_19", ["CSW_19", "VAAO"], date(2025, 1, 2)),
        ({"social": social(), "advocate": advocate(client_reason="DV")}, "CSW_19", ["CSW_19"], date(2025, 3, 1)),
        ({"shelter": [shelter(), shelter(agency="PVPT", entry_date=date(2024, 12, 1))]}, "ISF", ["ISF", "PVPT"],
         date(2024, 12, 1)),
        ({"shelter": shelter(entry_status="NA", reason="DV")}, "ISF", ["ISF"], date(2025, 1, 5)),
    ],
)  # fmt: skip
def test_the_body_is_the_first_source_that_registers_her_as_a_victim(
    link: Link, rows: Row, body: str, bodies: list[str], first: date
) -> None:
    """Source priority, then date; who says that she is no victim, or helps for another reason, registers nobody."""
    person = person_of(link, **rows)

    assert (person["body"], person["bodies"], person["first_registered"]) == (body, bodies, first)


@pytest.mark.parametrize(
    ("rows", "main", "every"),
    [
        ({"police": police(purpose_main="SEX", purpose_all=["SEX", "BEG"]),
          "shelter": shelter(purpose_main="LAB", purpose_all=["LAB"])}, "SEX", ["BEG", "LAB", "SEX"]),
        ({"police": police(purpose_main="UNK", purpose_all=["UNK"]),
          "shelter": shelter(purpose_main="LAB", purpose_all=["LAB", "UNK"])}, "LAB", ["LAB"]),
        ({"social": social(purpose_main="MAR", purpose_all=["MAR"]),
          "shelter": shelter(purpose_main="LAB", purpose_all=["LAB"])}, "LAB", ["LAB", "MAR"]),
        ({"police": police(purpose_main="UNK")}, "UNK", ["UNK"]),
        ({"police": police(purpose_main="SEX")}, "SEX", ["SEX"]),
        ({"police": police()}, None, []),
    ],
)  # fmt: skip
def test_lnk_04_the_form_of_the_first_source_is_published_and_all_are_kept(
    link: Link, rows: Row, main: str | None, every: list[str]
) -> None:
    """Police, else shelter, else social work; a real form goes before "unknown"; all forms are a sorted union."""
    person = person_of(link, **rows)

    assert (person["purpose_main"], person["purpose_all"]) == (main, every)


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ({"police": police(sex="UNK"), "shelter": shelter(sex="F")}, ("F", "XK", None, None)),
        ({"police": police(sex="UNK"), "shelter": shelter(sex="REF")}, ("UNK", "XK", None, None)),
        ({"police": police(citizenship_1="AL"), "shelter": shelter(citizenship_1="XK", citizenship_2="AL")},
         ("F", "AL", "XK", None)),
        ({"police": police(citizenship_1="ZZ", stateless="YES"),
          "shelter": shelter(citizenship_1="RS", stateless="NO")}, ("F", "RS", None, "YES")),
        ({"police": police(citizenship_1="XK", citizenship_2="ZZ"), "shelter": shelter(citizenship_2="RS")},
         ("F", "XK", "RS", None)),
    ],
)  # fmt: skip
def test_real_values_survive_by_source_priority(link: Link, rows: Row, kept: tuple[str | None, ...]) -> None:
    """Sex, both citizenships and statelessness come from the first source that says something."""
    person = person_of(link, **rows)

    assert tuple(person[name] for name in ("sex", "citizenship_1", "citizenship_2", "stateless")) == kept


def test_an_age_is_taken_from_the_birth_date_that_the_person_keeps(link: Link) -> None:
    """The advocate's record without birth date has the age that the police's date gives; the stated age goes first."""
    without = {"birth_date": None, "birth_date_precision": "UNK"}
    linked = link(
        {
            "police.victims": [police(**FORMAL, exploitation_start=date(2019, 4, 8))],
            "vaao.assisted": [advocate(**without)],
            "shelter.residents": [shelter(**without, age_at_registration=22, age_basis="DECLARED")],
        }
    )

    ages = {name: frame["age_at_event"].to_list() for name, frame in linked.records.items() if "age_at_event" in frame}
    assert {name: age for name, age in ages.items() if age} == {
        "police.victims": [23],
        "vaao.assisted": [23],
        "shelter.residents": [22],
    }
    person = linked.persons.row(0, named=True)
    assert (person["age_at_identification"], person["age_at_exploitation"]) == (24, 17)


def test_an_age_before_birth_is_not_known(link: Link) -> None:
    """Exploitation dated before the birth gives no age."""
    assert person_of(link, police=police(exploitation_start=date(2000, 1, 1)))["age_at_exploitation"] is None


# --------------------------------------------------------------------------- findings


def findings_of(link: Link, **rows: Row) -> list[tuple[Any, ...]]:
    """File, sheet, row, column, rule, severity and note of each finding."""
    linked = link({SHEETS[name]: [row] for name, row in rows.items()})
    assert linked.persons.height == 1
    return linked.findings.select("file", "sheet", "row", "column", "rule", "severity", "note").rows()


def test_lnk_03_each_agency_is_told_that_linked_records_disagree(link: Link) -> None:
    """Sex, birth year by more than one, citizenship: one finding for each agency, which names its own row only."""
    number = {"personal_no": "2123456789", "national_case_code": "NRM-1"}
    found = findings_of(
        link,
        police=police(**number),
        shelter=shelter(**number, sex="M", birth_date=date(1999, 4, 9), citizenship_1="AL"),
        social=social(**number, sex="UNK", birth_date=date(2002, 4, 9), citizenship_1="XK", citizenship_2="AL"),
    )

    of_police = ("KP_THB_2025.xlsx", "victims", 3)
    of_shelter = ("ISF_2025.xlsx", "residents", 3)
    of_social = ("CSW_19_2025.xlsx", "cases", 3)
    assert found == [
        (*of_social, "birth_date", "LNK-03", "warning", "ISF, KP_THB"),
        (*of_social, "citizenship_1", "LNK-03", "warning", "ISF, KP_THB"),
        (*of_shelter, "birth_date", "LNK-03", "warning", "CSW_19, KP_THB"),
        (*of_shelter, "citizenship_1", "LNK-03", "warning", "CSW_19, KP_THB"),
        (*of_shelter, "sex", "LNK-03", "warning", "KP_THB"),
        (*of_police, "birth_date", "LNK-03", "warning", "CSW_19, ISF"),
        (*of_police, "citizenship_1", "LNK-03", "warning", "CSW_19, ISF"),
        (*of_police, "sex", "LNK-03", "warning", "ISF"),
    ]


def test_lnk_04_two_forms_are_a_conflict_and_unknown_is_none(link: Link) -> None:
    """The police's and the shelter's form differ; that social work does not know is no conflict."""
    found = findings_of(
        link, police=police(purpose_main="SEX"), shelter=shelter(purpose_main="LAB"), social=social(purpose_main="UNK")
    )

    assert found == [
        ("ISF_2025.xlsx", "residents", 3, "purpose_main", "LNK-04", "warning", "KP_THB"),
        ("KP_THB_2025.xlsx", "victims", 3, "purpose_main", "LNK-04", "warning", "ISF"),
    ]


def test_lnk_05_a_refusal_by_the_police_and_a_registration_elsewhere(link: Link) -> None:
    """Each body is told at its own status column; two bodies that both say no disagree about nothing."""
    refused = police(status_current="NOT_CONFIRMED")

    assert findings_of(link, police=refused, shelter=shelter(entry_status="VOT")) == [
        ("ISF_2025.xlsx", "residents", 3, "entry_status", "LNK-05", "warning", "KP_THB"),
        ("KP_THB_2025.xlsx", "victims", 3, "status_current", "LNK-05", "warning", "ISF"),
    ]
    assert findings_of(link, police=refused, shelter=shelter(entry_status="NOT_CONFIRMED")) == []


def test_two_records_of_one_agency_that_disagree_are_one_finding(link: Link) -> None:
    """The agency is told once, at the first of its rows."""
    linked = link({"police.victims": [police(case_no="KP-2", sex="M"), police(), police(case_no="KP-3")]})

    assert linked.findings.select("row", "column", "rule", "note").rows() == [(3, "sex", "LNK-03", "KP_THB")]


def test_fingerprints_survive_sorting_and_change_with_the_value(link: Link) -> None:
    """The row number is not in a fingerprint; another value is another finding."""

    def fingerprints(linked: Linked) -> pl.Series:
        return linked.findings.sort("file")["fingerprint"]

    rows = {"police.victims": [police(purpose_main="SEX")], "shelter.residents": [shelter(purpose_main="LAB")]}
    moved = {"police.victims": [police(purpose_main="SEX", row=9)], "shelter.residents": [shelter(purpose_main="LAB")]}
    changed = {"police.victims": [police(purpose_main="BEG")], "shelter.residents": [shelter(purpose_main="LAB")]}

    first = fingerprints(link(rows))
    assert fingerprints(link(moved)).equals(first)
    assert (fingerprints(link(changed)) == first).to_list() == [True, False]
    assert first.str.len_chars().to_list() == [16, 16]
