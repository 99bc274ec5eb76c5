"""The awkward cases of the domain, each linked from records as agencies send them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from atstats.frames import Linked

Link = Callable[..., Linked]
Row = dict[str, Any]


def victim(n: int, **given: Any) -> Row:
    """A row of the police about a presumed victim."""
    return {
        "local_person_id": f"V{n}",
        "case_no": f"KP-{n}/2025",
        "sex": "F",
        "citizenship_1": "XK",
        "first_contact_date": date(2025, 2, 1),
        "status_initial": "PVOT",
        "status_initial_date": date(2025, 2, 1),
        "status_current": "PVOT",
        "status_current_date": date(2025, 2, 1),
        "birth_date_precision": "D",
        **given,
    }


def resident(n: int, **given: Any) -> Row:
    """A row of a shelter about a resident."""
    return {
        "local_person_id": f"R{n}",
        "stay_no": 1,
        "sex": "F",
        "citizenship_1": "XK",
        "entry_date": date(2025, 2, 5),
        "entry_status": "PVOT",
        "reason": "THB",
        "birth_date_precision": "D",
        **given,
    }


def social(n: int, **given: Any) -> Row:
    """A row of a centre for social work."""
    return {
        "local_person_id": f"C{n}",
        "sex": "F",
        "citizenship_1": "XK",
        "opened_date": date(2025, 2, 9),
        "thb_status": "PVOT",
        "birth_date_precision": "D",
        **given,
    }


def groups(linked: Linked, role: str = "victim") -> list[list[str]]:
    """The persons of a role as the places of their records, sorted."""
    frame = linked.identities.filter(pl.col("role") == role).with_columns(
        place=pl.col("sheet") + pl.format("!{}", "row")
    )
    return sorted(sorted(each) for each in frame.group_by("person_id").agg("place")["place"].to_list())


def decisions_of(linked: Linked) -> list[str]:
    """What became of the pairs, sorted."""
    return sorted(linked.pairs["decision"].to_list())


def test_k01_one_girl_in_three_files_is_one_person(link: Link) -> None:
    """Police with a number, a shelter with one letter different, social work with the mother's name and Cyrillic."""
    born = {"birth_date": date(2009, 3, 14)}
    linked = link(
        {
            "police.victims": [
                victim(
                    1, first_name="Arbenita", last_name="Hoxha", father_name="Agim", personal_no="2123456789", **born
                )
            ],
            "shelter.residents": [resident(1, first_name="Arbanita", last_name="Hoxha", **born)],
            "csw.cases": [social(1, first_name="Арбенита", last_name="Хоџа", father_name="Мерита", **born)],
        }
    )

    assert groups(linked) == [["cases!3", "residents!3", "victims!3"]]
    assert linked.persons.row(0, named=True)["bodies"] == ["CSW_19", "ISF", "KP_THB"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Xhevahire", "Hyseni"), ("Dževahira", "Huseini")),
        (("Xhevahire", "Hyseni"), ("Џевахира", "Хисени")),
        (("Dževahira", "Huseini"), ("Џевахира", "Хисени")),
        (("Shqipe", "Gjoni"), ("Šćipe", "Đoni")),
        (("Shqipe", "Llapashtica"), ("Шћипе", "Лапаштица")),
    ],
)
def test_k02_spellings_of_one_name_are_one_person(link: Link, one: tuple[str, str], other: tuple[str, str]) -> None:
    """Two scripts and three orthographies of one name with one birth date link."""
    born = {"birth_date": date(2001, 4, 9)}
    linked = link(
        {
            "police.victims": [victim(1, first_name=one[0], last_name=one[1], **born)],
            "shelter.residents": [resident(1, first_name=other[0], last_name=other[1], **born)],
        }
    )

    assert groups(linked) == [["residents!3", "victims!3"]]


@pytest.mark.parametrize(
    "names",
    [
        {"first_name": "Arjeta", "last_name": "Gashi"},
        {"first_name": "Hoti", "last_name": "Arjeta"},
        {"first_name": "Arjeta Nexhat", "last_name": "Hoti"},
        {"first_name": "Arjeta", "last_name": "Gashi-Hoti"},
        {"first_name": "Jeta", "last_name": "Hoti"},
        {"alias": "Jeta", "residence_municipality": "17"},
    ],
)
def test_k03_maiden_name_order_father_in_the_middle_and_nickname(link: Link, names: Row) -> None:
    """The ways in which one woman's name is written are compared across all name columns."""
    born = {"birth_date": date(2001, 10, 6)}
    known = {"first_name": "Arjeta", "last_name": "Hoti", "alias": "Jeta", "residence_municipality": "17"}
    linked = link({"police.victims": [victim(1, **known, **born)], "shelter.residents": [resident(1, **names, **born)]})

    assert groups(linked) == [["residents!3", "victims!3"]]


def test_k04_a_child_with_two_stated_ages_stays_in_review(link: Link) -> None:
    """Same name, sex and place, "about ten" here and twelve there: nobody links it but a person."""
    child = {
        "first_name": "Sabina",
        "last_name": "Toplica",
        "residence_municipality": "34",
        "birth_date_precision": "UNK",
    }
    linked = link(
        {
            "shelter.residents": [resident(1, **child, age_at_registration=12, age_basis="DECLARED")],
            "csw.cases": [social(1, **child, age_at_registration=10, age_basis="APPEARANCE")],
        }
    )

    assert linked.pairs.select("band", "decision", "counted").rows() == [("review", "open", "same")]
    # Most such pairs are one child, so the best count takes them as one, and says that it might be two.
    assert [(each.low, each.best, each.high) for each in linked.summaries] == [(1, 1, 2), (0, 0, 0)]


def test_k05_the_first_of_january_is_a_year(link: Link) -> None:
    """01.01.2006 in three files does not contradict 03.11.2005 in the fourth."""
    name = {"first_name": "Drenusha", "last_name": "Bytyqi"}
    new_year = {**name, "birth_date": date(2006, 1, 1)}
    linked = link(
        {
            "police.victims": [victim(1, **new_year)],
            "shelter.residents": [
                resident(1, **new_year),
                resident(1, agency="PVPT", **name, birth_date=date(2005, 11, 3)),
            ],
            "csw.cases": [social(1, **new_year)],
        }
    )

    assert groups(linked) == [["cases!3", "residents!3", "residents!4", "victims!3"]]
    assert linked.findings.is_empty()


@pytest.mark.parametrize(
    ("sister", "decision"),
    [
        ({"first_name": "Blerina"}, "open"),
        ({"first_name": "Blerina", "birth_date": date(2006, 6, 1)}, "open"),
        ({"first_name": "Shpresa", "birth_date": date(2006, 6, 1)}, "kept_apart"),
        ({"first_name": "Blerta", "personal_no": "1765432198"}, "kept_apart"),
        ({"first_name": "Blerti", "sex": "M"}, "open"),
    ],
)
def test_k06_twins_and_siblings_are_not_merged(link: Link, sister: Row, decision: str) -> None:
    """Same surname, birth date and address: given name, sex and personal number veto."""
    home = {"last_name": "Gashi", "birth_date": date(2008, 5, 3), "residence_municipality": "17"}
    linked = link(
        {
            "police.victims": [victim(1, **home, first_name="Blerta", personal_no="2123456789")],
            "shelter.residents": [resident(1, **{**home, **sister})],
        }
    )

    assert (groups(linked), decisions_of(linked)) == ([["residents!3"], ["victims!3"]], [decision])


def test_k06_a_record_without_given_name_does_not_join_twins(link: Link) -> None:
    """What fits both twins is one of them or open, never the bridge between them."""
    home = {"last_name": "Gashi", "birth_date": date(2008, 5, 3), "residence_municipality": "17"}
    linked = link(
        {
            "police.victims": [victim(1, **home, first_name="Blerta"), victim(2, **home, first_name="Shpresa")],
            "shelter.residents": [resident(1, **home)],
        }
    )

    together = [group for group in groups(linked) if {"victims!3", "victims!4"} <= set(group)]
    assert together == []
    assert linked.summaries[0].best == 2


def test_k07_a_foreign_victim_is_found_by_document(link: Link) -> None:
    """A number of Albania at the police, the passport at the shelter; a citizenship that one file adds is kept."""
    linked = link(
        {
            "police.victims": [
                victim(1, first_name="Enkeleda", last_name="Marku", personal_no="J25514123K", id_doc_no="BA1234567",
                       citizenship_1="AL")
            ],
            "shelter.residents": [
                resident(1, first_name="Enkeleda", id_doc_no="BA 1234567", personal_no="2123456789", citizenship_1="XK",
                         citizenship_2="AL")
            ],
        }
    )  # fmt: skip

    assert groups(linked) == [["residents!3", "victims!3"]]
    assert linked.persons.select("citizenship_1", "citizenship_2").rows() == [("AL", "XK")]


def test_k08_a_resident_whom_the_police_never_met_is_a_person_of_the_shelter(link: Link) -> None:
    """The shelter counts two, the police one: two persons, one of them registered by the shelter alone."""
    known = {"first_name": "Vlora", "last_name": "Berisha", "birth_date": date(1999, 1, 30)}
    linked = link(
        {
            "police.victims": [victim(1, **known)],
            "shelter.residents": [
                resident(1, **known),
                resident(
                    2, first_name="Teuta", last_name="Shala", birth_date=date(1990, 9, 9), entry_date=date(2024, 11, 2)
                ),
            ],
        }
    )

    bodies = linked.persons.sort("body").select("body", "bodies").rows()
    assert bodies == [("ISF", ["ISF"]), ("KP_THB", ["ISF", "KP_THB"])]


def test_k22_victims_and_suspects_are_never_linked(link: Link) -> None:
    """One woman in both roles is a person in each, with two ids."""
    woman = {
        "first_name": "Arta",
        "last_name": "Krasniqi",
        "birth_date": date(1995, 5, 5),
        "personal_no": "2123456789",
        "sex": "F",
        "citizenship_1": "XK",
    }
    linked = link(
        {
            "police.victims": [victim(1, **woman)],
            "police.suspects": [{**woman, "local_suspect_id": "S1", "case_no": "KP-1/2025"}],
        }
    )

    assert linked.persons["role"].to_list() == ["victim", "suspect"]
    assert linked.persons["person_id"].n_unique() == 2
    assert linked.pairs.is_empty()


def test_k23_the_two_ages_of_a_victim_who_turned_eighteen(link: Link) -> None:
    """Child when exploitation began, adult when identified; a date known to the year is a difference of years."""
    linked = link(
        {
            "police.victims": [
                victim(
                    1,
                    first_name="Arta",
                    last_name="Hoti",
                    birth_date=date(2007, 6, 15),
                    formal_id_date=date(2025, 7, 1),
                    status_current="VOT",
                    status_current_date=date(2025, 7, 1),
                    exploitation_start=date(2025, 1, 1),
                ),
                victim(
                    2,
                    first_name="Vera",
                    last_name="Leka",
                    birth_date=date(2007, 12, 31),
                    birth_date_precision="Y",
                    exploitation_start=date(2025, 1, 2),
                ),
                victim(
                    3,
                    first_name="Mira",
                    last_name="Duka",
                    birth_date=date(2007, 6, 15),
                    exploitation_start=date(2024, 12, 31),
                    exploitation_start_precision="Y",
                ),
                victim(
                    4,
                    first_name="Lule",
                    last_name="Rama",
                    birth_date_precision="UNK",
                    age_at_registration=17,
                    age_basis="DECLARED",
                    exploitation_start=date(2024, 12, 31),
                ),
            ]
        }
    )

    found = linked.records["police.victims"].sort("row").join(linked.persons, on="person_id", suffix="_person")
    columns = ("age_at_event", "age_at_exploitation", "age_at_identification", "age_at_exploitation_person")
    assert found.sort("row").select(columns).rows() == [
        (17, 17, 18, 17),
        (18, 18, 18, 18),
        (17, 17, 17, 17),
        (17, None, 17, None),
    ]


def test_a_suspect_is_followed_from_police_to_court_by_case_numbers(link: Link) -> None:
    """The police's case, the report, the indictment that only the decision names, and the court case are one spine."""
    linked = link(
        {
            "police.suspects": [
                {
                    "local_suspect_id": "S1",
                    "case_no": "KP-1/2025",
                    "report_no": "R-1",
                    "last_name": "Gashi",
                    "sex": "M",
                },
                {
                    "local_suspect_id": "S2",
                    "case_no": "KP-2/2025",
                    "report_no": "R-2",
                    "last_name": "Gashi",
                    "sex": "M",
                },
            ],
            "prosecution.reports": [
                {
                    "local_suspect_id": "A",
                    "report_no": "R-1",
                    "police_case_no": "KP 1/2025",
                    "first_name": "Agron",
                    "last_name": "Gashi",
                    "sex": "M",
                    "received_date": date(2025, 3, 1),
                }
            ],
            "prosecution.decisions": [
                {"local_suspect_id": "A", "report_no": "R-1", "indictment_no": "PP-7/2025", "decision": "INDICT"}
            ],
            "court.judgments": [
                {
                    "local_defendant_id": "D1",
                    "court_case_no": "PKR-3",
                    "indictment_no": "PP 7/2025",
                    "first_name": "Агрон",
                    "last_name": "Гаши",
                    "sex": "M",
                    "instance": "FIRST",
                    "judgment_date": date(2025, 10, 1),
                }
            ],
        }
    )

    assert groups(linked, "suspect") == [["judgments!3", "reports!3", "suspects!3"], ["suspects!4"]]
    person = linked.persons.filter(pl.col("n_records") == 3).row(0, named=True)
    assert (person["body"], person["status"], person["purpose_all"], person["identified"]) == (
        "KP_THB",
        None,
        None,
        None,
    )


def test_judgments_of_two_instances_are_one_defendant(link: Link) -> None:
    """The court's number inside one case names one person, even without a name."""
    common = {"local_defendant_id": "D1", "court_case_no": "PKR-3", "sex": "M"}
    linked = link(
        {
            "court.judgments": [
                {**common, "instance": "FIRST", "judgment_date": date(2025, 3, 1), "last_name": "Gashi"},
                {**common, "instance": "APPEAL", "judgment_date": date(2025, 9, 1)},
                {**common, "instance": "FIRST", "judgment_date": date(2025, 9, 1), "court_case_no": "PKR-4"},
            ]
        }
    )

    assert groups(linked, "suspect") == [["judgments!3", "judgments!4"], ["judgments!5"]]
