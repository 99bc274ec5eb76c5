"""The awkward cases are in the sample, and each looks as its number says."""

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

import pytest
from grids import Records, agency_of

from atstats.schema import Schema
from atstats.simulation import Simulated, simulate
from atstats.simulation.names import as_cyrillic, as_serbian, mistyped, without_diacritics

Rows = dict[str, Mapping[str, Any]]
REGISTERING = ("CSW_19", "ISF", "KP_THB", "PVPT", "VAAO")


@pytest.fixture(scope="module")
def rows_of(sample: Simulated, records: Records) -> dict[str, Rows]:
    """Person -> agency -> the person's row in the agency's first sheet about her, in the last year."""
    return rows_by_person(sample, records)


@pytest.fixture(scope="module")
def years_of(years: Mapping[int, Simulated], all_records: Records) -> dict[int, dict[str, Rows]]:
    """Year -> person -> agency -> row."""
    return {year: rows_by_person(made, all_records) for year, made in years.items()}


def rows_by_person(made: Simulated, records: Records) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for file, sheet, row, person in made.truth:
        found.setdefault(person, {}).setdefault(agency_of(file), records[file, sheet][row])
    return found


def written(rows: Rows, *columns: str, agencies: tuple[str, ...] = REGISTERING) -> dict[str, tuple[Any, ...]]:
    return {
        agency: tuple(row.get(column) for column in columns)
        for agency, row in sorted(rows.items())
        if agency in agencies
    }


def test_every_awkward_case_has_its_persons(
    years: Mapping[int, Simulated], years_of: dict[int, dict[str, Rows]]
) -> None:
    """The cases that a correct workbook can carry are there, and each of their persons has a row in some year."""
    numbers = (*range(1, 15), *range(16, 25), 34, 37, 38, 39)
    assert {made.planted is not None and tuple(made.planted) for made in years.values()} == {
        tuple(f"K{number:02d}" for number in numbers)
    }
    known = {person for rows in years_of.values() for person in rows}
    people = [person for persons in years[2025].planted.values() for person in persons]
    assert len(set(people)) == len(people)
    assert set(people) <= known


def test_a_small_sample_names_only_the_cases_that_it_holds(schema: Schema) -> None:
    """A case whose persons did not all find room is not listed; those of suspects alone always are."""
    made = simulate(n_persons=9, seed=7, year=2025, schema=schema)

    assert {case for case in made.planted if case <= "K06"} == {"K01", "K02", "K03", "K04", "K05"}
    assert "K24" not in made.planted
    assert {"K16", "K17", "K19"} <= set(made.planted)


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


def test_k08_carried_over_and_unknown_to_the_police(sample: Simulated, years_of: dict[int, dict[str, Rows]]) -> None:
    """Residents since the year before stand in a shelter, and in no workbook of this year's police."""
    for person, shelter in zip(sample.planted["K08"], ("ISF", "PVPT"), strict=True):
        assert years_of[2024][person]["KP_THB"]["status_current"] == "VOT"
        row = years_of[2025][person][shelter]
        assert (row["carried_over"], row["entry_date"].year) == ("YES", 2024)
        assert "KP_THB" not in years_of[2025][person]


def test_k12_an_acquittal_leaves_the_victim_a_victim(sample: Simulated, rows_of: dict[str, Rows]) -> None:
    """The suspects of her case are acquitted within the year, her status stays."""
    victim, *suspects = sample.planted["K12"]

    assert victim.startswith("V")
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


def test_k07_a_citizen_of_two_countries(sample: Simulated, years_of: dict[int, dict[str, Rows]]) -> None:
    """The number of Albania at the police, a passport in the shelter, a first name and a nickname elsewhere."""
    (woman,) = sample.planted["K07"]
    rows = years_of[2024][woman]

    born = rows["KP_THB"]["birth_date"]
    number = rows["KP_THB"]["personal_no"]
    assert (number[0], int(number[1]), int(number[2:4]) - 50, int(number[4:6])) == ("J", 9, born.month, born.day)
    assert (rows["KP_THB"]["citizenship_1"], rows["KP_THB"]["citizenship_2"]) == ("AL", "XK")
    assert "legal_stay" not in rows["KP_THB"]
    assert (rows["PVPT"]["id_doc_type"], rows["PVPT"].get("personal_no")) == ("PASSPORT", None)
    assert written(rows, "first_name", "last_name", "alias", agencies=("NGO_SAMPLE",)) == {
        "NGO_SAMPLE": ("Esmeralda", None, "Esma")
    }


def test_k09_trafficked_again(sample: Simulated, years_of: dict[int, dict[str, Rows]]) -> None:
    """Identified in 2023, left in 2024, identified again in 2025 with one number at the police."""
    (woman,) = sample.planted["K09"]
    first, again = (years_of[year][woman]["KP_THB"] for year in (2023, 2025))

    assert first["local_person_id"] == again["local_person_id"]
    assert (first["episode_no"], again["episode_no"]) == (1, 2)
    assert (first["prev_victim"], again["prev_victim"], again["prev_year"]) == ("NO", "YES", 2023)
    assert years_of[2024][woman]["ISF"]["exit_date"].year == 2024
    assert (years_of[2025][woman]["ISF"]["stay_no"], years_of[2025][woman]["ISF"]["carried_over"]) == (2, "NO")


def test_k10_presumed_in_december_confirmed_in_february(
    sample: Simulated, years_of: dict[int, dict[str, Rows]]
) -> None:
    """One procedure in two years' workbooks, new in both: registered in one, identified in the other."""
    (woman,) = sample.planted["K10"]
    before, after = (years_of[year][woman]["KP_THB"] for year in (2024, 2025))

    assert (before["status_current"], after["status_current"]) == ("PVOT", "VOT")
    assert before["first_contact_date"] == after["first_contact_date"] == date(2024, 12, 5)
    assert (before.get("formal_id_date"), after["formal_id_date"]) == (None, date(2025, 2, 11))
    assert before["case_no"] == after["case_no"]
    assert (before["carried_over"], after["carried_over"]) == ("NO", "NO")


def test_k11_and_k12_courts_do_not_change_a_victim(sample: Simulated, years_of: dict[int, dict[str, Rows]]) -> None:
    """A conviction for facilitating prostitution leaves the status as it is."""
    victim, suspect, *_ = sample.planted["K11"]

    assert years_of[2023][victim]["KP_THB"]["status_current"] == "VOT"
    judgment = years_of[2024][suspect]["KJC"]
    assert (judgment["offence_indictment"], judgment["offence_judgment"]) == ("THB", "PROST_FACIL")


def test_k13_and_k14_the_organisation_helps_whom_the_police_do_not_count(
    sample: Simulated, years_of: dict[int, dict[str, Rows]]
) -> None:
    """One declined, one was not confirmed; the organisation assists both and presumes the second a victim."""
    (declined,), (refused,) = sample.planted["K13"], sample.planted["K14"]

    assert years_of[2024][declined]["KP_THB"]["status_current"] == "REJECTED_BY_PERSON"
    assert "NGO_SAMPLE" in years_of[2024][declined]
    assert years_of[2024][refused]["KP_THB"]["status_current"] == "NOT_CONFIRMED"
    assert years_of[2024][refused]["NGO_SAMPLE"]["status"] == "PVOT"


def test_k16_the_article_of_the_offence(sample: Simulated, years_of: dict[int, dict[str, Rows]]) -> None:
    """Thirteen years from the offence to the last judgment, under the article of 2012."""
    (defendant,) = sample.planted["K16"]
    first, last = (years_of[year][defendant]["KJC"] for year in (2023, 2025))

    assert {(row["offence_date"], row["article"]) for row in (first, last)} == {(date(2012, 6, 10), "139")}
    assert (first["final"], last["final"], last["supersedes"]) == ("NO", "YES", first["court_case_no"])
    assert defendant not in years_of[2024]


def test_k17_convicted_then_not(sample: Simulated, years_of: dict[int, dict[str, Rows]]) -> None:
    """First instance, set aside, retrial: one case number, and only the last judgment is final."""
    (defendant,) = sample.planted["K17"]
    rows = [years_of[year][defendant]["KJC"] for year in (2023, 2024, 2025)]

    assert [(row["instance"], row["outcome"], row["final"]) for row in rows] == [
        ("FIRST", "GUILTY", "NO"), ("APPEAL", "SET_ASIDE", "NO"), ("RETRIAL", "ACQUITTED", "YES"),
    ]  # fmt: skip
    assert len({row["court_case_no"] for row in rows}) == 1


def test_k18_three_counts_and_two_victims(
    sample: Simulated, years_of: dict[int, dict[str, Rows]], all_records: Records
) -> None:
    """Each of the two defendants is linked to both victims in the one case."""
    first, second, *suspects = sample.planted["K18"]
    rows = years_of[2024]

    assert len(suspects) == 2
    assert {rows[suspect]["KP_THB"]["offence_suspected"] for suspect in suspects} == {"THB_CHILD;THB;THB_ORG"}
    case_no = rows[first]["KP_THB"]["case_no"]
    links = [row for row in all_records["KP_THB_2024.xlsx", "case_links"].values() if row["case_no"] == case_no]
    assert rows[second]["KP_THB"]["case_no"] == case_no
    assert len(links) == 4


def test_k19_arrested_in_a_raid_for_another_offence(
    sample: Simulated, years_of: dict[int, dict[str, Rows]], all_records: Records
) -> None:
    """The case names the operation, the suspects do not."""
    for suspect in sample.planted["K19"]:
        row = years_of[2023][suspect]["KP_THB"]
        assert (row["offence_suspected"], "arrest_date" in row, row.get("op_code")) == ("PROST_FACIL", True, None)
        (case,) = [
            each for each in all_records["KP_THB_2023.xlsx", "cases"].values() if each["case_no"] == row["case_no"]
        ]
        assert case["op_code"] == "OP-2023-03"


def test_k21_and_k37_special_residents(sample: Simulated, years_of: dict[int, dict[str, Rows]]) -> None:
    """A mother with a child of her own; a resident who died; a child whose file is sealed."""
    (mother,), (dead, sealed) = sample.planted["K21"], sample.planted["K37"]
    rows = years_of[2024]

    assert rows[mother]["PVPT"]["accompanied_children_n"] == 1
    assert {
        row["exit_type"] for year in (2024, 2025) for row in years_of[year].get(dead, {}).values() if "exit_type" in row
    } == {"DECEASED"}
    assert rows[sealed]["KP_THB"]["sealed"] == "YES"


def test_k22_victim_and_suspect(sample: Simulated, rows_of: dict[str, Rows]) -> None:
    """One woman in both sheets; only the victim's row may hold her number and her birth; the charge is dismissed."""
    victim, suspect = sample.planted["K22"]
    one, other = rows_of[victim]["KP_THB"], rows_of[suspect]["KP_THB"]

    assert [one[key] == other[key] for key in ("first_name", "last_name", "case_no")] == [True] * 3
    assert not {"personal_no", "birth_date"} & set(other)


def test_k34_identified_abroad(sample: Simulated, years_of: dict[int, dict[str, Rows]], all_records: Records) -> None:
    """Trafficked out of Kosovo, found by a foreign authority, brought home by referral and return."""
    (girl,) = sample.planted["K34"]
    row = years_of[2024][girl]["KP_THB"]

    assert (row["scope"], row["country_exploitation"], row["detected_by"]) == (
        "CROSSBORDER_OUT", "DE", "FOREIGN_AUTHORITY",
    )  # fmt: skip
    assert {"NATHB", "DMFK"} <= set(years_of[2024][girl])
    assert years_of[2024][girl]["NATHB"]["direction"] == years_of[2024][girl]["DMFK"]["direction"] == "IN"


def test_k38_a_hash_instead_of_a_name(sample: Simulated, rows_of: dict[str, Rows]) -> None:
    """Nothing but a keyed hash and a stated age tells who she is."""
    (woman,) = sample.planted["K38"]
    row = rows_of[woman]["NGO_SAMPLE"]

    assert len(row["person_hash"]) == 32
    assert not {"first_name", "last_name", "alias", "personal_no", "birth_date", "id_doc_no"} & set(row)


def test_k39_sexes_beside_two(sample: Simulated, years_of: dict[int, dict[str, Rows]]) -> None:
    """Recorded as other at every agency, and not known at social work."""
    other, unknown = sample.planted["K39"]

    assert {row["sex"] for row in years_of[2024][other].values()} == {"X"}
    assert {row["sex"] for row in years_of[2024][unknown].values()} == {"UNK"}


def test_k31_a_municipality_by_its_other_name(all_records: Records) -> None:
    """Shelters write Drenas and Therandë, and two agencies yes and no in words."""
    typed = {value for (file, _), rows in all_records.items() if "PVPT" in file or "HHC" in file
             for row in rows.values() for value in row.values() if isinstance(value, str)}  # fmt: skip
    assert typed & {"Drenas", "Therandë"}
    answers = {row["informed_of_rights"] for row in all_records["VAAO_2025.xlsx", "assisted"].values()}
    assert answers == {"Da"}
    assert {row["carried_over"] for row in all_records["HHC_2025.xlsx", "residents"].values()} <= {"Po", "Jo"}


def test_k32_a_shelter_without_beds(all_records: Records) -> None:
    """Closed for three months: no beds, no nights, and it says so; another closes for good in the next year."""
    months = list(all_records["HHC_2023.xlsx", "capacity"].values())
    assert [(row["beds"], row["bed_nights"]) for row in months if row["closed"] == "Po"] == [(0, 0)] * 3
    assert len(months) == 12
    assert len(all_records["SHELTER_SAMPLE_2024.xlsx", "capacity"]) == 6


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
