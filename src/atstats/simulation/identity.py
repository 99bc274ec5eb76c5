"""How an agency writes a person down: what it knows, what it leaves blank, how it spells.

The police see documents, a centre for social work knows the family, a shelter takes the name it
is told. The shares are guesses that give about as many gaps and slips as linkage has to bear. An
agency writes a person the same way every year.
"""

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

from atstats.simulation.chance import stream
from atstats.simulation.names import NAMES, as_cyrillic, as_serbian, mistyped, without_diacritics
from atstats.simulation.people import NGO, Suspect, Victim, age_on

__all__ = ["identity", "suspect_identity"]

_SHELTER = {"personal_no": 0.3, "national_case_code": 0.4, "document": 0.5, "birth_date": 0.9, "father": 0.4}
_KNOWN: Mapping[str, Mapping[str, float]] = {
    "KP_THB": {"personal_no": 0.8, "national_case_code": 0.5, "document": 0.85, "birth_date": 0.97, "father": 0.7},
    "ISF": {"personal_no": 0.3, "national_case_code": 0.5, "document": 0.7, "birth_date": 0.92, "father": 0.4},
    "PVPT": _SHELTER,
    "HHC": _SHELTER,
    "SHELTER_SAMPLE": _SHELTER,
    "CSW_19": {"personal_no": 0.5, "national_case_code": 0.2, "document": 0.3, "birth_date": 0.95, "father": 0.9},
    "VAAO": {"personal_no": 0.5, "national_case_code": 0.3, "document": 0.5, "birth_date": 0.9, "father": 0.3},
    NGO: {"personal_no": 0.3, "national_case_code": 0.4, "document": 0.4, "birth_date": 0.95, "father": 0.3},
}
"""Agency -> how often it knows each of these."""
_FROM_A_FILE = {"personal_no": 0.9, "national_case_code": 0.7, "document": 1.0, "birth_date": 1.0, "father": 0.8}
"""Whoever copies a person from the file of another agency."""

_CAREFUL = ("KP_THB",)
_SERBIAN_SPEAKING = ("VAAO",)


def identity(victim: Victim, *, agency: str, local_id: str, on: date, seed: int) -> dict[str, Any]:
    """The columns of the block `id` as one agency fills them.

    Args:
        victim: the true person.
        agency: who writes.
        local_id: the agency's own number of the person.
        on: the day of registration, for a declared age.
        seed: of the sample.
    """
    rng = stream("identity", seed, victim.id, agency)
    known = {what: rng.random() < share for what, share in _KNOWN.get(agency, _FROM_A_FILE).items()}
    careful = bool(victim.written) or agency in _CAREFUL or agency not in _KNOWN
    numbered = known["personal_no"] and bool(victim.personal_no)
    record: dict[str, Any] = {
        "local_person_id": local_id,
        "national_case_code": victim.national_case_code if known["national_case_code"] else None,
        "personal_no": victim.personal_no if numbered else None,
        "father_name": victim.father_name if known["father"] else None,
        "alias": victim.alias or None,
        "sex": victim.sex,
        "birth_country": victim.citizenship,
        "citizenship_1": victim.citizenship,
        "stateless": "NO",
    }
    if victim.document_no and known["document"]:
        record |= {
            "id_doc_type": "PASSPORT",
            "id_doc_country": victim.citizenship,
            "id_doc_no": victim.document_no,
        }
    if victim.citizenship == "XK":
        record["birth_municipality"] = victim.municipality
    record |= _written_name(victim, agency=agency, careful=careful, rng=rng)
    # ID-14: a record with the personal number carries the right day, or it would contradict the others.
    record |= _written_birth(
        victim, known=known["birth_date"] or careful or numbered, exact=careful or numbered, on=on, rng=rng
    )
    return record | dict(victim.written.get(agency, {}))


def suspect_identity(suspect: Suspect, *, agency: str, seed: int) -> dict[str, Any]:
    """The few columns that police, prosecution and court keep on a suspect."""
    rng = stream("identity", seed, suspect.id, agency)
    first, last = suspect.first_name, suspect.last_name
    if agency not in _CAREFUL and rng.random() < 0.15:
        first, last = without_diacritics(first), without_diacritics(last)
    if agency not in _CAREFUL and rng.random() < 0.08:
        last = mistyped(last, rng)
    return {
        "personal_no": suspect.personal_no if suspect.personal_no and rng.random() < 0.85 else None,
        "first_name": first,
        "last_name": last,
        "sex": suspect.sex,
        "birth_date": suspect.birth_date,
        "citizenship_1": suspect.citizenship,
    }


def _written_name(victim: Victim, *, agency: str, careful: bool, rng: Random) -> dict[str, Any]:
    first, last, script = victim.first_name, victim.last_name, "LATIN"
    if not careful:
        first, last = _slipped(victim, rng)
        if agency in _SERBIAN_SPEAKING and victim.community in ("SRB", "SRB_RS") and rng.random() < 0.6:
            first, last, script = as_cyrillic(first), as_cyrillic(last), "CYRILLIC"
        elif agency in _SERBIAN_SPEAKING and victim.community == "ALB" and rng.random() < 0.25:
            first, last = as_serbian(first), as_serbian(last)
        elif rng.random() < 0.12:
            first, last = without_diacritics(first), without_diacritics(last)
    return {
        "first_name": first,
        "last_name": last,
        "birth_last_name": victim.birth_last_name or None,
        "name_script": script,
    }


def _slipped(victim: Victim, rng: Random) -> tuple[str, str]:
    """Slips of the keyboard, and now and then the name of a husband."""
    first = mistyped(victim.first_name, rng) if rng.random() < 0.1 else victim.first_name
    last = mistyped(victim.last_name, rng) if rng.random() < 0.1 else victim.last_name
    if victim.sex == "F" and not victim.child and rng.random() < 0.06:
        last = NAMES[victim.community].surname(rng)
    return first, last


def _written_birth(victim: Victim, *, known: bool, exact: bool, on: date, rng: Random) -> dict[str, Any]:
    if not known:
        return {
            "birth_date": None,
            "birth_date_precision": "UNK",
            "age_at_registration": age_on(victim.birth_date, on),
            "age_basis": "DECLARED",
        }
    born = victim.birth_date
    # Nothing slips near 1 January and 1 July: these days stand for an estimate.
    if not exact and 1 not in (born.day, born.month) and 2 < born.day < 28:
        slip = rng.random()
        if slip < 0.05 and born.day <= 12 and born.day != born.month:
            born = date(born.year, born.day, born.month)
        elif 0.05 <= slip < 0.09:
            born = born.replace(day=born.day - 1)
    return {"birth_date": born, "birth_date_precision": "D"}
