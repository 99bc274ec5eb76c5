"""Rules across rows, sheets and agencies name the right cells, and only what can be known."""

from collections.abc import Callable
from datetime import date
from typing import Any

from found import book, meta, tab

from atstats.frames import Checked, RawSheet, RawWorkbook

Check = Callable[..., Checked]


def sheet(name: str, *rows: dict[str, Any]) -> RawSheet:
    """A sheet with the columns that the rows name, from row 3 on."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return tab(name, {2: keys, **{3 + place: [row.get(key) for key in keys] for place, row in enumerate(rows)}})


def agency(code: str, *sheets: RawSheet) -> RawWorkbook:
    """A workbook of this agency."""
    return book(meta(code), *sheets, file=f"{code}_2025.xlsx")


def of(checked: Checked, rule: str) -> list[tuple[Any, ...]]:
    """File, sheet, cell, detail, note, severity and further cells of the findings of a rule."""
    columns = ("file", "sheet", "cell", "detail", "note", "severity", "others")
    return checked.findings.filter(checked.findings["rule"] == rule).select(columns).rows()


def test_a_repeated_number_names_the_first_one(checked: Check) -> None:
    """Each further row is told with the cell of the first; one person may stay twice."""
    residents = sheet(
        "residents",
        {"local_person_id": "A", "stay_no": 1},
        {"local_person_id": "A", "stay_no": 2},
        {"local_person_id": "A", "stay_no": 1},
    )
    assert of(checked(agency("ISF", residents)), "ID-01") == [
        ("ISF_2025.xlsx", "residents", "A5", "", "", "error", ["A3"])
    ]


def test_a_personal_number_of_two_persons_is_told_to_each_agency(checked: Check) -> None:
    """Each finding names its own cells and the other agency, never the other's cells."""
    girl = {"local_person_id": "A", "personal_no": "1204987731", "sex": "F", "birth_date": date(2008, 5, 1)}
    boy = {**girl, "local_person_id": "B", "sex": "M"}
    unsure = {**girl, "local_person_id": "C", "sex": "UNK"}
    other = [{**each, "personal_no": "1204987732"} for each in (unsure, girl)]
    got = checked(
        agency("VAAO", sheet("assisted", girl)),
        agency("CSW_19", sheet("cases", boy)),
        agency("ISF", sheet("residents", *other)),
    )
    assert of(got, "ID-14") == [
        ("CSW_19_2025.xlsx", "cases", "B3", "", "VAAO", "warning", ["D3", "C3"]),
        ("VAAO_2025.xlsx", "assisted", "B3", "", "CSW_19", "warning", ["D3", "C3"]),
    ]


def test_a_case_that_cannot_be_read_is_not_called_missing(checked: Check) -> None:
    """Excel has made a date of a case number: what the victims say is not held against it."""
    victims = sheet("victims", {"local_person_id": "A", "case_no": "3-25"})
    right = checked(agency("KP_THB", victims, sheet("cases", {"case_no": "4-25"})))
    assert of(right, "CASE-01") == [("KP_THB_2025.xlsx", "victims", "B3", "", "", "error", [])]

    changed = checked(agency("KP_THB", victims, sheet("cases", {"case_no": date(2025, 3, 25)})))
    assert of(changed, "CASE-01") == []
    assert [row[3] for row in of(changed, "TYPE-01")] == ["date_for_text"]


def test_dates_of_a_suspect_are_held_against_the_file(checked: Check) -> None:
    """A report before the file, and an arrest more than thirty days before it; thirty are allowed."""
    suspects = sheet(
        "suspects",
        {"case_no": "C", "local_suspect_id": "A", "arrest_date": date(2025, 1, 30), "report_filed_date": None},
        {"case_no": "C", "local_suspect_id": "B", "arrest_date": date(2025, 1, 29), "report_filed_date": None},
        {"case_no": "C", "local_suspect_id": "D", "arrest_date": None, "report_filed_date": date(2025, 2, 28)},
    )
    cases = sheet("cases", {"case_no": "C", "opened_date": date(2025, 3, 1)})
    assert of(checked(agency("KP_THB", suspects, cases)), "CASE-05") == [
        ("KP_THB_2025.xlsx", "suspects", "C4", "arrest", "30", "error", ["A4"]),
        ("KP_THB_2025.xlsx", "suspects", "D5", "report", "", "error", ["A5"]),
    ]


def test_stated_numbers_are_compared_with_rows(checked: Check) -> None:
    """The note gives the number of rows; a count that was not stated is not evaluated."""
    victims = sheet("victims", {"local_person_id": "A", "case_no": "C"}, {"local_person_id": "B", "case_no": "C"})
    cases = sheet("cases", {"case_no": "C", "victims_n": 1}, {"case_no": "D", "victims_n": 1}, {"case_no": "E"})
    assert of(checked(agency("KP_THB", victims, cases)), "CASE-02") == [
        ("KP_THB_2025.xlsx", "cases", "B3", "", "2", "error", ["A3"]),
        ("KP_THB_2025.xlsx", "cases", "B4", "", "0", "error", ["A4"]),
    ]


def test_reports_are_looked_for_on_both_sides(checked: Check) -> None:
    """What the police filed and the prosecution lacks, and the reverse; earlier years are not asked about."""
    police = agency("KP_THB", sheet("suspects", {"report_no": "R1"}, {"report_no": "R2"}, {"report_no": None}))
    received = {"source": "POLICE", "received_date": date(2025, 5, 1)}
    prosecution = agency(
        "SP",
        sheet(
            "reports",
            {"report_no": "R1", **received},
            {"report_no": "R3", **received},
            {"report_no": "R4", **received, "received_date": date(2024, 5, 1)},
            {"report_no": "R5", **received, "source": "CITIZEN"},
        ),
    )
    assert of(checked(police, prosecution), "PRO-07") == [
        ("KP_THB_2025.xlsx", "suspects", "A4", "", "SP", "warning", []),
        ("SP_2025.xlsx", "reports", "A4", "", "KP_THB", "warning", []),
    ]
    assert of(checked(police), "PRO-07") == []


def test_a_sentence_is_held_against_the_law_of_its_day(checked: Check) -> None:
    """Two years were the least before 2013, five after; a plea or a mitigating ground excuses."""
    keys = ("court_case_no", "local_defendant_id", "instance")
    judged = [
        ("A", date(2012, 5, 1), "GUILTY", 36, None),
        ("B", date(2023, 5, 1), "GUILTY", 36, None),
        ("C", date(2023, 5, 1), "GUILTY_PLEA", 36, None),
        ("D", date(2023, 5, 1), "GUILTY", 36, "AGE"),
        ("E", date(2023, 5, 1), "GUILTY", 60, None),
        ("F", None, "GUILTY", 12, None),
    ]
    who = [dict(zip(keys, (case, "1", "FIRST"), strict=True)) for case, *_ in judged]
    judgments = sheet(
        "judgments",
        *(
            {**each, "offence_date": day, "outcome": outcome, "principal_offence": "THB"}
            for each, (_, day, outcome, _, _) in zip(who, judged, strict=True)
        ),
    )
    sanctions = sheet(
        "sanctions",
        *(
            {**each, "sanction": "IMPRISON", "length_months": months, "mitigating": ground}
            for each, (*_, months, ground) in zip(who, judged, strict=True)
        ),
    )
    assert of(checked(agency("KJC", judgments, sanctions)), "CRT-04") == [
        ("KJC_2025.xlsx", "sanctions", "E4", "", "60", "warning", ["F4"])
    ]


def test_stays_may_meet_but_not_overlap(checked: Check) -> None:
    """In one shelter an overlap is an error, between two a warning to each; the day of a transfer is allowed."""

    def stay(number: int, first: date, last: date | None) -> dict[str, Any]:
        return {
            "local_person_id": "A", "personal_no": "1204987731", "stay_no": number, "entry_date": first,
            "exit_date": last,
        }  # fmt: skip

    one = agency(
        "ISF",
        sheet("residents", stay(1, date(2025, 1, 1), date(2025, 2, 1)), stay(2, date(2025, 2, 1), date(2025, 3, 1))),
    )
    after = agency("PVPT", sheet("residents", stay(1, date(2025, 3, 1), None)))
    assert of(checked(one, after), "SHL-02") == []

    during = agency("PVPT", sheet("residents", stay(1, date(2025, 2, 20), None), stay(2, date(2025, 6, 1), None)))
    assert of(checked(one, during), "SHL-02") == [
        ("ISF_2025.xlsx", "residents", "D4", "elsewhere", "PVPT", "warning", ["E4"]),
        ("PVPT_2025.xlsx", "residents", "D3", "elsewhere", "ISF", "warning", ["E3"]),
        ("PVPT_2025.xlsx", "residents", "D4", "same", "", "error", ["A4"]),
    ]


def test_a_service_touches_a_stay_unless_it_follows_it(checked: Check) -> None:
    """Entered by month, so overlapping is enough."""
    residents = sheet(
        "residents", {"local_person_id": "A", "entry_date": date(2025, 3, 15), "exit_date": date(2025, 4, 2)}
    )
    services = sheet(
        "services",
        {"local_person_id": "A", "service": "LEGAL", "from": date(2025, 3, 1), "to": date(2025, 3, 31)},
        {"local_person_id": "A", "service": "LEGAL", "from": date(2025, 5, 1), "to": date(2025, 5, 31)},
        {"local_person_id": "A", "service": "FOLLOW_UP", "from": date(2025, 5, 1), "to": date(2025, 5, 31)},
        {"local_person_id": "B", "service": "LEGAL", "from": date(2025, 3, 1), "to": None},
    )
    assert of(checked(agency("ISF", residents, services)), "SHL-11") == [
        ("ISF_2025.xlsx", "services", "C4", "outside", "", "error", ["D4", "A4"]),
        ("ISF_2025.xlsx", "services", "A6", "person", "", "error", []),
    ]


def test_a_code_is_asked_for_its_dates(checked: Check) -> None:
    """A country that is no more cannot be a country of transit; in its time it could."""
    victims = sheet(
        "victims",
        {"local_person_id": "A", "case_no": "C", "country_transit": "AL; CS", "first_contact_date": date(2025, 3, 1)},
        {"local_person_id": "B", "case_no": "C", "country_transit": "CS", "first_contact_date": date(2005, 3, 1)},
        {"local_person_id": "D", "case_no": "C", "country_transit": "CS", "first_contact_date": None},
    )
    assert of(checked(agency("KP_THB", victims)), "ID-12") == [
        ("KP_THB_2025.xlsx", "victims", "C3", "", "", "error", ["D3"])
    ]
