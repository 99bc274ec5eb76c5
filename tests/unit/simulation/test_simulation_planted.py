"""The awkward cases are in the sample, and each looks as its number says."""

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

import pytest
from grids import Records

from atstats.schema import Schema
from atstats.simulation import Simulated, simulate
from atstats.simulation.names import as_cyrillic, as_serbian, mistyped, without_diacritics

Rows = dict[str, Mapping[str, Any]]


@pytest.fixture(scope="module")
def rows_of(sample: Simulated, records: Records) -> dict[str, Rows]:
    """Awkward case and person -> file -> the person's row there."""
    found: dict[str, Rows] = {}
    for file, sheet, row, person in sample.truth:
        found.setdefault(person, {})[file.removesuffix("_2025.xlsx")] = records[file, sheet][row]
    return found


def written(rows: Rows, *columns: str) -> dict[str, tuple[Any, ...]]:
    return {agency: tuple(row.get(column) for column in columns) for agency, row in sorted(rows.items())}


def test_every_awkward_case_has_its_persons(sample: Simulated, rows_of: dict[str, Rows]) -> None:
    """The ten cases are there, sorted, and each person has a row."""
    assert list(sample.planted) == ["K01", "K02", "K03", "K04", "K05", "K06", "K08", "K12", "K20", "K23"]
    people = [person for persons in sample.planted.values() for person in persons]
    assert len(set(people)) == len(people)
    assert set(people) <= set(rows_of)


def test_a_small_sample_names_only_the_cases_that_it_holds(schema: Schema) -> None:
    """A case whose persons did not all find room is not listed."""
    made = simulate(n_persons=9, seed=7, year=2025, schema=schema)

    assert list(made.planted) == ["K01", "K02", "K03", "K04", "K05"]


def test_k01_one_girl_three_agencies(sample: Simulated, rows_of: dict[str, Rows]) -> None:
    """The number only at the police, one letter different in the shelter, the mother's name at social work."""
    (girl,) = sample.planted["K01"]
    rows = {agency: rows_of[girl][agency] for agency in ("KP_THB", "ISF", "CSW_19")}

    assert written(rows, "first_name", "last_name", "personal_no") == {
        "CSW_19": ("Besarta", "Kelmendi", None),
        "ISF": ("Besjarta", "Kelmendi", None),
        "KP_THB": ("Besarta", "Kelmendi", "1178340526"),
    }
    assert rows["CSW_19"]["father_name"] == "Hatixhe"


def test_k02_one_name_in_three_spellings(sample: Simulated, rows_of: dict[str, Rows]) -> None:
    """Albanian, Serbian Latin and Cyrillic, without a number that would help."""
    assert [written(rows_of[person], "first_name", "last_name") for person in sample.planted["K02"]] == [
        {"ISF": ("Xhevahire", "Hyseni"), "KP_THB": ("Xhevahire", "Hyseni"), "VAAO": ("Џевахира", "Хисени")},
        {"CSW_19": ("Shqipe", "Gjoni"), "KP_THB": ("Shqipe", "Gjoni"), "VAAO": ("Šćipe", "Đoni")},
        {"KP_THB": ("Blerim", "Llapashtica"), "VAAO": ("Блерим", "Лапаштица")},
    ]


def test_k03_names_that_changed_or_swapped(sample: Simulated, rows_of: dict[str, Rows]) -> None:
    """A maiden name in one file, both in another; the father's name inside, the order reversed."""
    assert [written(rows_of[person], "first_name", "last_name") for person in sample.planted["K03"]] == [
        {"KP_THB": ("Teuta", "Krasniqi"), "PVPT": ("Teuta", "Morina"), "VAAO": ("Teuta", "Krasniqi Morina")},
        {"KP_THB": ("Arjeta", "Hoti"), "PVPT": ("Arjeta Nexhat", "Hoti"), "VAAO": ("Hoti", "Arjeta")},
    ]


def test_k04_a_child_without_a_document(sample: Simulated, rows_of: dict[str, Rows]) -> None:
    """No number, no birth date, and two stated ages that are two years apart."""
    (child,) = sample.planted["K04"]

    assert written(
        rows_of[child], "age_at_registration", "age_basis", "birth_date", "personal_no", "national_case_code"
    ) == {
        "CSW_19": (10, "APPEARANCE", None, None, None),
        "PVPT": (12, "DECLARED", None, None, None),
    }


def test_k05_first_of_january(sample: Simulated, rows_of: dict[str, Rows]) -> None:
    """Three files have 1 January of the next year, known to the year; one has the true day."""
    (person,) = sample.planted["K05"]
    guessed, true = (date(2006, 1, 1), "Y"), (date(2005, 11, 3), "D")

    assert written(rows_of[person], "birth_date", "birth_date_precision") == {
        "ISF": true, "KP_THB": guessed, "PVPT": guessed, "VAAO": guessed,
    }  # fmt: skip


def test_k06_twins_are_two_persons(sample: Simulated, rows_of: dict[str, Rows]) -> None:
    """Surname, birth date, municipality and case are the same; given name and number are not."""
    first, second = (rows_of[person]["KP_THB"] for person in sample.planted["K06"])

    for column in ("last_name", "birth_date", "residence_municipality", "case_no"):
        assert first[column] == second[column]
    for column in ("first_name", "personal_no", "local_person_id"):
        assert first[column] != second[column]


def test_k08_carried_over_and_unknown_to_the_police(sample: Simulated, rows_of: dict[str, Rows]) -> None:
    """Residents since the year before stand in one shelter each and in no other workbook."""
    seen = {agency: row for person in sample.planted["K08"] for agency, row in rows_of[person].items()}

    assert set(seen) == {"ISF", "PVPT"}
    assert {(row["carried_over"], row["entry_date"].year) for row in seen.values()} == {("YES", 2024)}
    assert all(len(rows_of[person]) == 1 for person in sample.planted["K08"])


def test_k12_an_acquittal_leaves_the_victim_a_victim(sample: Simulated, rows_of: dict[str, Rows]) -> None:
    """The suspects of her case are acquitted within the year, her status stays."""
    victim, *suspects = sample.planted["K12"]

    assert rows_of[victim]["KP_THB"]["status_current"] == "VOT"
    assert suspects
    for suspect in suspects:
        assert rows_of[suspect]["KP_THB"]["case_no"] == rows_of[victim]["KP_THB"]["case_no"]
        assert rows_of[suspect]["KJC"]["outcome"] == "ACQUITTED"


def test_k20_a_child_begging_with_its_parents(sample: Simulated, records: Records, rows_of: dict[str, Rows]) -> None:
    """Social work knows the child as no victim; the parents are suspected of another offence in a begging operation."""
    child, *parents = sample.planted["K20"]

    assert written(rows_of[child], "ground", "thb_status") == {"CSW_19": ("BEGGING", "NOT_CONFIRMED")}
    suspects = [rows_of[parent]["KP_THB"] for parent in parents]
    assert {(row["offence_suspected"], row["last_name"]) for row in suspects} == {
        ("CHILD_MISTREAT", rows_of[child]["CSW_19"]["last_name"])
    }
    screened = [row for row in records["KP_THB_2025.xlsx", "screening"].values() if row["population"] == "BEGGING"]
    assert any(row["age_group"] == "CHILD" and row["other_offence"] for row in screened)


def test_k23_of_age_between_exploitation_and_identification(sample: Simulated, rows_of: dict[str, Rows]) -> None:
    """The eighteenth birthday lies after the start of exploitation and before identification."""
    (person,) = sample.planted["K23"]
    row = rows_of[person]["KP_THB"]

    assert row["exploitation_start"] < date(2025, 4, 20) < row["formal_id_date"]


@pytest.mark.parametrize(
    ("name", "serbian", "cyrillic", "plain"),
    [
        ("Xhemajli", "Džemajli", "Џемајли", "Xhemajli"),
        ("Shqipe", "Šćipe", "Шћипе", "Shqipe"),
        ("Gjocaj", "Đocaj", "Ђоцај", "Gjocaj"),
        ("Çitaku", "Čitaku", "Читаку", "Citaku"),
        ("Gëzim", "Gezim", "Гезим", "Gezim"),
        ("Đokić", "Đokić", "Ђокић", "Djokic"),
    ],
)
def test_one_name_in_other_letters(name: str, serbian: str, cyrillic: str, plain: str) -> None:
    """The correspondences of the Albanian and Serbian orthographies, and what is left without diacritics."""
    assert (as_serbian(name), as_cyrillic(name), without_diacritics(name)) == (serbian, cyrillic, plain)


def test_a_slip_of_the_keyboard_is_one_edit() -> None:
    """A letter is doubled, dropped or exchanged inside the name; short names are left alone."""
    slips = {mistyped("Kelmendi", Random(seed)) for seed in range(60)}

    assert {len(slip) for slip in slips} == {7, 8, 9}
    assert all(slip[0] == "K" and slip[-1] == "i" for slip in slips)
    assert mistyped("Ana", Random(1)) == "Ana"
