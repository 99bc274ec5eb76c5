"""Awkward cases of the two years before the last one, many of which run on into it.

One person is trafficked twice, one is presumed a victim in December and confirmed in February,
some stay in a shelter over New Year, and thirteen were found together.
"""

from datetime import date
from typing import Any

from atstats.simulation.people import NGO
from atstats.simulation.planted import Make, Plant, kosovo, name

__all__ = ["FIRST_EPISODE", "plants_of_the_first_year", "plants_of_the_middle_year", "second_episode"]

FIRST_EPISODE = "K09"
"""The awkward case whose person is trafficked again two years later."""

_N_TOGETHER = 13
"""More than a third of a year's victims in one case (YR-03)."""


def plants_of_the_first_year() -> tuple[Plant, ...]:
    """What is planted two years before the last."""
    return (_k09, _k11, _k24)


def plants_of_the_middle_year() -> tuple[Plant, ...]:
    """What is planted in the year before the last."""
    return (_k07, _k08, _k10, _k13, _k14, _k18, _k21, _k34, _k37, _k39)


# --------------------------------------------------------------------------- two years before


def _k09(make: Make, year: int) -> None:
    """Identified, sheltered until the next year, and trafficked again in the year after."""
    make(
        "K09", **kosovo(), bodies=("KP_THB", "ISF", "VAAO"), purpose="SEX",
        first_name="Fjolla", last_name="Zeqiri", birth_date=date(year - 19, 5, 12), municipality="25",
        first_contact=date(year, 9, 11), identified=date(year, 9, 29), personal_no="1182260417",
        marks=frozenset({"stays over"}),
    )  # fmt: skip


def second_episode(year: int) -> dict[str, Any]:
    """What is new about the person of K09 two years later; `year` is that of the second experience."""
    return {
        "bodies": ("KP_THB", "ISF", "VAAO"),
        "first_contact": date(year, 4, 8),
        "identified": date(year, 4, 24),
        "exploitation_start": date(year - 1, 11, 20),
        "exploitation_end": date(year, 4, 6),
        "national_case_code": f"NRM-{year}-9009",
        "episode": 2,
        "previous_year": year - 2,
        "marks": frozenset(),
    }


def _k11(make: Make, year: int) -> None:
    """Formally identified, while the court convicts of facilitating prostitution only."""
    make(
        "K11", **kosovo(), bodies=("KP_THB", "VAAO", "PVPT"), purpose="SEX",
        birth_date=date(year - 23, 7, 19), municipality="04", first_contact=date(year, 3, 6),
        identified=date(year, 3, 21), case_no="downgraded", marks=frozenset({"downgraded"}),
    )  # fmt: skip


def _k24(make: Make, year: int) -> None:
    """Thirteen girls and women from many places, found in one raid."""
    places = ("17", "06", "02", "19")
    for number in range(_N_TOGETHER):
        child = number % 3 != 2
        bodies = ("KP_THB", "VAAO", *(("CSW_19",) if child else ()), *(("PVPT",) if number % 5 == 1 else ()))
        make(
            "K24", **kosovo(), bodies=bodies, child=child, purpose="SEX", municipality=places[number % len(places)],
            first_contact=date(year, 7, 11), identified=date(year, 7, 14 + number), case_no="many",
        )  # fmt: skip


# --------------------------------------------------------------------------- the year before


def _k07(make: Make, year: int) -> None:
    """A citizen of two countries: a number of Albania here, a passport there, a nickname elsewhere."""
    born = date(year - 25, 8, 17)
    unnumbered: dict[str, Any] = {"personal_no": None, "national_case_code": None, "birth_municipality": None}
    make(
        "K07", sex="F", community="ALB_AL", citizenship="AL", second_citizenship="XK",
        bodies=("KP_THB", "PVPT", "VAAO", NGO), purpose="SEX", first_name="Esmeralda", last_name="Lleshi",
        birth_date=born, municipality="19", first_contact=date(year, 2, 20), identified=date(year, 3, 4),
        document_no="BK4417205", alias="Esma",
        written={
            "KP_THB": name(
                "Esmeralda", "Lleshi", personal_no=f"J{born.year % 10}{born.month + 50}{born.day:02d}041K",
                citizenship_2="XK", id_doc_type=None, id_doc_country=None, id_doc_no=None,
            ),
            "PVPT": name(
                "Esmeralda", "Lleshi", **unnumbered, id_doc_type="PASSPORT", id_doc_country="AL",
                id_doc_no="BK4417205",
            ),
            "VAAO": name("Esmeralda", "Lleshi", citizenship_2="XK"),
            NGO: {
                **unnumbered, "first_name": "Esmeralda", "last_name": None, "father_name": None, "id_doc_type": None,
                "id_doc_country": None, "id_doc_no": None,
            },
        },
    )  # fmt: skip


def _k08(make: Make, year: int) -> None:
    """In a shelter over New Year, and so in the next year in no workbook of the police."""
    for shelter, month in (("ISF", 11), ("PVPT", 10)):
        make(
            "K08", **kosovo(), bodies=("KP_THB", "VAAO", "CSW_19", shelter), child=True, purpose="SEX",
            first_contact=date(year, month, 12), identified=date(year, month, 19),
            exploitation_end=date(year, month, 10), exploitation_start=date(year, 2, 5),
            marks=frozenset({"stays over"}),
        )  # fmt: skip


def _k10(make: Make, year: int) -> None:
    """Presumed in December, confirmed in February of the next year."""
    make(
        "K10", **kosovo(), bodies=("KP_THB", "PVPT", "VAAO"), purpose="SEX",
        birth_date=date(year - 22, 6, 3), municipality="20", first_contact=date(year, 12, 5),
        identified=date(year + 1, 2, 11), exploitation_end=date(year, 12, 2), exploitation_start=date(year, 5, 9),
        case_no="december", marks=frozenset({"late report", "sheltered at once"}),
    )  # fmt: skip


def _k13(make: Make, year: int) -> None:
    """Declines identification and is assisted by the organisation all the same."""
    make(
        "K13", **kosovo(), bodies=("KP_THB", NGO), status="REJECTED_BY_PERSON", child=False, purpose="SEX",
        first_contact=date(year, 4, 16),
    )  # fmt: skip


def _k14(make: Make, year: int) -> None:
    """The organisation says presumed, the police say no victim."""
    make(
        "K14", **kosovo(), bodies=("KP_THB", NGO), status="NOT_CONFIRMED", child=False, purpose="LAB",
        first_contact=date(year, 6, 12), marks=frozenset({"presumed by the organisation"}),
    )  # fmt: skip


def _k18(make: Make, year: int) -> None:
    """Two victims of the same defendants, who are charged on three counts."""
    for first_name in ("Erblina", "Njomza"):
        make(
            "K18", **kosovo(), bodies=("KP_THB", "VAAO", "CSW_19", "HHC"), child=True, purpose="SEX",
            first_name=first_name, municipality="20", first_contact=date(year, 2, 7), identified=date(year, 2, 22),
            case_no="counts", marks=frozenset({"three counts"}),
        )  # fmt: skip


def _k21(make: Make, year: int) -> None:
    """Comes to the shelter with a child of her own, who is no victim."""
    make(
        "K21", **kosovo(community="ROM"), bodies=("KP_THB", "VAAO", "PVPT"), child=False, purpose="SERV",
        birth_date=date(year - 28, 3, 30), first_contact=date(year, 5, 14), marks=frozenset({"with child"}),
    )  # fmt: skip


def _k34(make: Make, year: int) -> None:
    """Identified abroad and brought home."""
    make(
        "K34", **kosovo(), bodies=("KP_THB", "VAAO", "CSW_19", "PVPT"), child=True, purpose="SEX",
        birth_date=date(year - 16, 11, 6), first_contact=date(year, 8, 20), marks=frozenset({"abroad"}),
    )  # fmt: skip


def _k37(make: Make, year: int) -> None:
    """A resident who dies, and a child whose file the court has sealed."""
    make(
        "K37", **kosovo(), bodies=("KP_THB", "VAAO", "PVPT"), child=False, purpose="DOM",
        birth_date=date(year - 44, 10, 2), first_contact=date(year, 3, 12), marks=frozenset({"deceased"}),
    )  # fmt: skip
    make(
        "K37", **kosovo(), bodies=("KP_THB", "VAAO", "CSW_19", "HHC"), child=True, purpose="SEX",
        first_contact=date(year, 1, 22), marks=frozenset({"sealed"}),
    )  # fmt: skip


def _k39(make: Make, year: int) -> None:
    """Sex recorded as other, and sex not known."""
    make(
        "K39", **kosovo("X"), bodies=("KP_THB", "VAAO", NGO), child=False, purpose="SEX",
        first_contact=date(year, 7, 3),
    )  # fmt: skip
    make(
        "K39", **kosovo("UNK", community="ROM"), bodies=("CSW_19",), status="PVOT", child=True, purpose="BEG",
        first_contact=date(year, 9, 25), personal_no="",
    )  # fmt: skip
