"""Numbers of persons and documents are held against the record, and against the other persons of an agency."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from test_validation_across import agency, of, sheet

from atstats.frames import Checked

Check = Callable[..., Checked]


def person(**changes: Any) -> dict[str, Any]:
    """A row of the sheet assisted: a woman of Albania, born on 1 May 2008."""
    base = {
        "local_person_id": "A", "personal_no": "K85501234L", "sex": "F", "birth_date": date(2008, 5, 1),
        "birth_date_precision": "D", "citizenship_1": "AL",
    }  # fmt: skip
    return {**base, **changes}


def details(checked: Checked, rule: str) -> list[tuple[Any, ...]]:
    """Cell, detail and further cells of the findings of a rule."""
    return [(row[2], row[3], row[6]) for row in of(checked, rule)]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, []),
        ({"personal_no": "k85501234l"}, []),
        ({"sex": "M"}, [("B3", "sex", ["C3"])]),
        ({"sex": "UNK"}, []),
        ({"birth_date": date(2008, 5, 2)}, [("B3", "birth", ["D3"])]),
        ({"birth_date": date(2008, 5, 2), "birth_date_precision": "M"}, []),
        ({"birth_date": date(2009, 5, 1), "birth_date_precision": "EST"}, []),
        ({"birth_date": None}, []),
        ({"personal_no": "K81301234L", "sex": "M"}, [("B3", "birth", ["D3"])]),
        ({"personal_no": "J85501234L"}, [("B3", "birth", ["D3"])]),
        ({"citizenship_1": "IT", "sex": "M"}, []),
        ({"personal_no": "1204987731", "sex": "M"}, []),
    ],
)
def test_an_albanian_number_says_sex_and_birth(
    checked: Check, changes: dict[str, Any], wanted: list[tuple[Any, ...]]
) -> None:
    """Only as much of the date as is known exactly, and only where the number is one of Albania."""
    assert details(checked(agency("VAAO", sheet("assisted", person(**changes)))), "ID-04") == wanted


def test_the_first_of_january_stands_for_a_year(checked: Check) -> None:
    """A day that registrars write when only the year is known contradicts no number of that year (K05)."""
    new_year = person(birth_date=date(2008, 1, 1))
    other_year = person(birth_date=date(2007, 1, 1))
    got = checked(agency("VAAO", sheet("assisted", new_year, {**other_year, "local_person_id": "B"})))
    assert details(got, "ID-04") == [("B4", "birth", ["D4"])]


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        ("0105008945000", []),
        ("0105008945001", [("B3", "checksum", [])]),
        ("0105008941234", [("B3", "sex", ["C3"])]),
        ("0205008945005", [("B3", "birth", ["D3"])]),
        ("010500894500", []),
    ],
)
def test_a_number_of_thirteen_digits_is_checked_before_it_is_read(
    checked: Check, number: str, wanted: list[tuple[Any, ...]]
) -> None:
    """Where the check digit is wrong, any digit may be, so nothing else is said."""
    row = person(personal_no=number, citizenship_1="RS")
    assert details(checked(agency("VAAO", sheet("assisted", row))), "ID-05") == wanted


def test_two_persons_of_one_agency_do_not_share_a_number(checked: Check) -> None:
    """The second is told with the cell of the first; another order of names or another script is no other person."""
    base = {"id_doc_country": None, "id_doc_no": None, "personal_no": "1204987731"}
    rows = [
        {**base, "local_person_id": "A", "first_name": "Xhevahire", "last_name": "Testi"},
        {**base, "local_person_id": "B", "first_name": "Testi", "last_name": "XHEVAHIRE"},
        {**base, "local_person_id": "C", "first_name": "Mira", "last_name": "Testi"},
        {**base, "local_person_id": "D", "first_name": None, "last_name": None},
    ]
    got = checked(agency("VAAO", sheet("assisted", *rows)), agency("CSW_19", sheet("cases", rows[2])))
    assert of(got, "ID-15") == [("VAAO_2025.xlsx", "assisted", "C5", "", "", "warning", ["C3"])]


def test_a_document_belongs_to_one_person_of_its_country(checked: Check) -> None:
    """Spaces and capitals do not matter; the same number of another country is another document."""
    rows = [
        {"local_person_id": "A", "id_doc_country": "AL", "id_doc_no": "BA 12345", "first_name": "Ana"},
        {"local_person_id": "B", "id_doc_country": "AL", "id_doc_no": "ba12345", "first_name": "Mira"},
        {"local_person_id": "C", "id_doc_country": "RS", "id_doc_no": "BA12345", "first_name": "Vesa"},
    ]
    got = checked(
        agency("VAAO", sheet("assisted", *({**row, "last_name": "Testi", "personal_no": None} for row in rows)))
    )
    assert of(got, "ID-15") == [("VAAO_2025.xlsx", "assisted", "C4", "", "", "warning", ["C3"])]


def test_names_look_swapped_where_all_records_say_so(checked: Check) -> None:
    """The majority decides, over all agencies; a draw says nothing."""
    right = [{"local_person_id": name, "first_name": name, "last_name": "Testi"} for name in ("Ana", "Mira")]
    swapped = {"local_person_id": "X", "first_name": "Testi", "last_name": "Ana"}
    once_more = {"local_person_id": "Y", "first_name": "Ana", "last_name": "Provari"}
    got = checked(agency("VAAO", sheet("assisted", *right, once_more)), agency("CSW_19", sheet("cases", swapped)))
    assert of(got, "ID-07") == [("CSW_19_2025.xlsx", "cases", "B3", "swapped", "", "warning", ["C3"])]
    assert (
        of(checked(agency("VAAO", sheet("assisted", right[0])), agency("CSW_19", sheet("cases", swapped))), "ID-07")
        == []
    )
