"""Awkward cases that every sample carries, by the numbers of the list of awkward cases (K01 ...).

Each is one or two true persons whose records look different from agency to agency: a name in
three spellings, twins, a child without a document, a stay that began in the year before. An
agency that writes a person otherwise than the truth has an entry in `Victim.written`.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from atstats.simulation.names import as_cyrillic, as_serbian
from atstats.simulation.people import NGO

__all__ = ["Make", "Plant", "kosovo", "name", "plants_of_the_last_year"]

Make = Callable[..., None]
"""Makes one victim of an awkward case: `make("K01", bodies=..., purpose=...)`."""
Plant = Callable[[Make, int], None]
"""Plants an awkward case in a year."""

_ALL = ("KP_THB", "CSW_19", "VAAO")


def plants_of_the_last_year() -> tuple[Plant, ...]:
    """What is planted in the last year, in the order of the numbers."""
    return (_k01, _k02, _k03, _k04, _k05, _k06, _k12, _k20, _k22, _k23, _k38)


def kosovo(sex: str = "F", community: str = "ALB") -> dict[str, Any]:
    """A citizen of Kosovo."""
    return {"sex": sex, "community": community, "citizenship": "XK"}


def _k01(make: Make, year: int) -> None:
    """Police: Latin, personal number. Shelter: no number, one letter different. Social work: mother's name."""
    make(
        "K01", **kosovo(), bodies=(*_ALL, "ISF"), purpose="SEX",
        first_name="Besarta", last_name="Kelmendi", birth_date=date(year - 16, 3, 14), municipality="19",
        first_contact=date(year, 2, 11), personal_no="1178340526",
        written={
            "KP_THB": name("Besarta", "Kelmendi", personal_no="1178340526"),
            "ISF": name("Besjarta", "Kelmendi", personal_no=None),
            "CSW_19": name("Besarta", "Kelmendi", father_name="Hatixhe", personal_no=None),
        },
    )  # fmt: skip


def _k02(make: Make, year: int) -> None:
    """One name in Albanian, in Serbian Latin and in Cyrillic letters."""
    shared: dict[str, Any] = {"personal_no": None, "national_case_code": None}
    make(
        "K02", **kosovo(), bodies=("KP_THB", "ISF", "VAAO"), purpose="SEX",
        first_name="Xhevahire", last_name="Hyseni", birth_date=date(year - 22, 8, 23), municipality="11",
        written={
            "KP_THB": name("Xhevahire", "Hyseni"),
            "ISF": name("Xhevahire", "Hyseni", **shared),
            "VAAO": name("Џевахира", "Хисени", name_script="CYRILLIC", **shared),
        },
    )  # fmt: skip
    make(
        "K02", **kosovo(), bodies=_ALL, purpose="SEX",
        first_name="Shqipe", last_name="Gjoni", birth_date=date(year - 15, 11, 9), municipality="20",
        written={
            "KP_THB": name("Shqipe", "Gjoni"),
            "CSW_19": name("Shqipe", "Gjoni", **shared),
            "VAAO": name(as_serbian("Shqipe"), as_serbian("Gjoni"), **shared),
        },
    )  # fmt: skip
    make(
        "K02", **kosovo("M"), bodies=("KP_THB", "VAAO"), purpose="LAB",
        first_name="Blerim", last_name="Llapashtica", birth_date=date(year - 27, 5, 2), municipality="18",
        written={
            "KP_THB": name("Blerim", "Llapashtica"),
            "VAAO": name(as_cyrillic("Blerim"), as_cyrillic("Llapashtica"), name_script="CYRILLIC", **shared),
        },
    )  # fmt: skip


def _k03(make: Make, year: int) -> None:
    """Maiden and married name; given name and surname in the wrong columns."""
    make(
        "K03", **kosovo(), bodies=("KP_THB", "PVPT", "VAAO"), purpose="DOM",
        first_name="Teuta", last_name="Krasniqi", birth_last_name="Morina", birth_date=date(year - 31, 4, 19),
        municipality="04",
        written={
            "KP_THB": name("Teuta", "Krasniqi", birth_last_name="Morina"),
            "PVPT": name("Teuta", "Morina", personal_no=None),
            "VAAO": name("Teuta", "Krasniqi Morina", personal_no=None),
        },
    )  # fmt: skip
    make(
        "K03", **kosovo(), bodies=("KP_THB", "PVPT", "VAAO"), purpose="SEX",
        first_name="Arjeta", last_name="Hoti", father_name="Nexhat", birth_date=date(year - 24, 10, 6),
        municipality="25", marks=frozenset({"unreported"}),
        written={
            "KP_THB": name("Arjeta", "Hoti"),
            "PVPT": name("Arjeta Nexhat", "Hoti", personal_no=None),
            "VAAO": name("Hoti", "Arjeta", personal_no=None),
        },
    )  # fmt: skip


def _k04(make: Make, year: int) -> None:
    """A Roma child without a document: about 10 in one file, 12 in another; a human must look."""
    nothing: dict[str, Any] = {
        "birth_date": None, "birth_date_precision": "UNK", "personal_no": None, "national_case_code": None,
        "father_name": None,
    }  # fmt: skip
    make(
        "K04", **kosovo(community="ROM"), bodies=("PVPT", "CSW_19"), status="PVOT", purpose="BEG",
        first_name="Sabina", last_name="Toplica", birth_date=date(year - 11, 6, 15), municipality="34",
        first_contact=date(year, 5, 6), personal_no="",
        written={
            "CSW_19": name("Sabina", "Toplica", age_at_registration=10, age_basis="APPEARANCE", **nothing),
            "PVPT": name("Sabina", "Toplica", age_at_registration=12, age_basis="DECLARED", **nothing),
        },
    )  # fmt: skip


def _k05(make: Make, year: int) -> None:
    """1 January in three files, the true day of the year before in one."""
    blank: dict[str, Any] = {"personal_no": None, "national_case_code": None}
    guessed = blank | {"birth_date": date(year - 19, 1, 1), "birth_date_precision": "Y"}
    make(
        "K05", **kosovo(), bodies=("KP_THB", "ISF", "PVPT", "VAAO"), purpose="SEX",
        first_name="Drenusha", last_name="Bytyqi", birth_date=date(year - 20, 11, 3), municipality="24",
        first_contact=date(year, 3, 18), personal_no="",
        written={
            "KP_THB": name("Drenusha", "Bytyqi", **guessed),
            "ISF": name("Drenusha", "Bytyqi", **blank),
            "PVPT": name("Drenusha", "Bytyqi", **guessed),
            "VAAO": name("Drenusha", "Bytyqi", **guessed),
        },
    )  # fmt: skip


def _k06(make: Make, year: int) -> None:
    """Twins: the same surname, birth date and municipality, and two persons."""
    for first_name, number in (("Rinesa", "1269047715"), ("Rrezarta", "1269047723")):
        make(
            "K06", **kosovo(), bodies=(*_ALL, "ISF"), purpose="SEX",
            first_name=first_name, last_name="Gashi", birth_date=date(year - 14, 9, 27), municipality="17",
            father_name="Rrustem", first_contact=date(year, 6, 3), identified=date(year, 6, 12), case_no="twins",
            personal_no=number,
            written={"KP_THB": name(first_name, "Gashi", personal_no=number)},
        )  # fmt: skip


def _k12(make: Make, year: int) -> None:
    """The trafficker is acquitted within the year; the victim stays a victim."""
    make(
        "K12", **kosovo(), bodies=("KP_THB", "ISF", "VAAO", "CSW_19"), child=True, purpose="SEX",
        first_contact=date(year, 1, 14), identified=date(year, 1, 23), case_no="acquitted",
        marks=frozenset({"acquitted"}),
    )  # fmt: skip


def _k20(make: Make, year: int) -> None:
    """A child begs with its parents: mistreatment of a child, not a victim of trafficking."""
    make(
        "K20", **kosovo(community="ROM"), bodies=("CSW_19",), status="NOT_CONFIRMED", child=True, purpose="BEG",
        first_contact=date(year, 4, 23), birth_date=date(year - 9, 8, 30), municipality="19",
        marks=frozenset({"begs with parents"}),
    )  # fmt: skip


def _k23(make: Make, year: int) -> None:
    """A child when exploitation began, of age on the day of identification."""
    make(
        "K23", **kosovo(), bodies=("KP_THB", "PVPT", "VAAO"), purpose="SEX",
        birth_date=date(year - 18, 4, 20), first_contact=date(year, 8, 25), identified=date(year, 9, 4),
        exploitation_start=date(year - 1, 11, 15), exploitation_end=date(year, 8, 20),
    )  # fmt: skip


def _k22(make: Make, year: int) -> None:
    """A victim who recruited others, and so is a suspect too."""
    make(
        "K22", **kosovo(), bodies=("KP_THB", "PVPT", "VAAO"), purpose="SEX",
        first_name="Valdete", last_name="Zhegrova", birth_date=date(year - 26, 2, 17), municipality="20",
        first_contact=date(year, 5, 20), marks=frozenset({"suspect too"}),
    )  # fmt: skip


def _k38(make: Make, year: int) -> None:
    """Consent to share the name is refused: the organisation sends a keyed hash only."""
    first_name, last_name, birth_date = "Kujtesa", "Tolaj", date(year - 29, 9, 8)
    secret = f"SAMPLE key of the organisation|{first_name}|{last_name}|{birth_date.year}"
    nameless = dict.fromkeys(
        ("first_name", "last_name", "birth_last_name", "father_name", "alias", "name_script", "personal_no",
         "national_case_code", "id_doc_type", "id_doc_country", "id_doc_no", "birth_municipality", "birth_date"),
    )  # fmt: skip
    make(
        "K38", **kosovo(), bodies=(NGO,), status="PVOT", purpose="SEX",
        first_name=first_name, last_name=last_name, birth_date=birth_date, municipality="19",
        written={
            NGO: {
                **nameless, "birth_date_precision": "UNK", "age_at_registration": 29, "age_basis": "DECLARED",
                "person_hash": hashlib.sha256(secret.encode()).hexdigest()[:32],
            },
        },
    )  # fmt: skip


def name(first: str, last: str, **more: Any) -> Mapping[str, Any]:
    """A name as an agency writes it, and what else it writes otherwise."""
    return {"first_name": first, "last_name": last, **more}
