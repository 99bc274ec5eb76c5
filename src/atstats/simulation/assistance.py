"""What shelters, the centre for social work and the victims' advocates send."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from atstats.simulation.identity import identity
from atstats.simulation.layout import Row, Submitted
from atstats.simulation.people import Victim, age_on

__all__ = ["advocates", "shelter", "social_work"]

_FIRST_SERVICES = ("ACCOM", "FOOD", "MEDICAL")
_FURTHER_SERVICES = ("PSYCH", "LEGAL", "EDUCATION", "VOC_TRAIN", "DOCUMENTS", "FAMILY_MED", "INTERPRET")


def shelter(agency: str, victims: Sequence[Victim], *, year: int, rng: Random, tabs: dict[str, str]) -> Submitted:
    """The workbook of one shelter: residents with their stays, and the services that each had."""
    stays: list[Row] = []
    services: list[Row] = []
    for number, victim in enumerate(_registered(victims, agency), start=1):
        local_id = f"{number:05d}" if agency == "ISF" else f"P-{number:03d}"
        stay = _stay(victim, agency=agency, local_id=local_id, year=year, rng=rng)
        stays.append(Row(stay, victim.id))
        services += [Row(service) for service in _services(stay, victim, agency=agency, year=year, rng=rng)]
    return Submitted(agency, "shelter", "sq", {"residents": stays, "services": services}, tabs)


def social_work(agency: str, victims: Sequence[Victim], *, year: int, rng: Random) -> Submitted:
    """The workbook of a centre for social work: one case a child."""
    municipality = agency.rpartition("_")[2]
    cases = []
    for number, victim in enumerate(_registered(victims, agency), start=1):
        opened = min(victim.first_contact + timedelta(days=rng.randrange(1, 9)), date(year, 12, 20))
        trafficked = victim.status != "NOT_CONFIRMED"
        child = age_on(victim.birth_date, opened) < 18
        record = identity(victim, agency=agency, local_id=f"{number:04d}-{year}", on=opened, rng=rng)
        sheltered = {"ISF", "PVPT"} & set(victim.bodies)
        parents = "NEGLIGENT" if not trafficked else "TRAFFICKER" if victim.purpose == "BEG" else "NONE"
        record |= {
            **_residence(victim),
            "municipality": municipality,
            "opened_date": opened,
            "ground": "THB" if trafficked and victim.purpose != "BEG" else "BEGGING",
            "thb_status": _status_on(victim, opened),
            "reported_by": "KP_THB" if "KP_THB" in victim.bodies else rng.choice(("SCHOOL", "HEALTH", "CITIZEN")),
            "case_manager_assigned": "YES",
            "guardian_type": rng.choice(("CSW", "RELATIVE")) if child else None,
            "best_interest_date": opened + timedelta(days=rng.randrange(1, 9)),
            "parents_role": parents,
            "placement": "SHELTER" if sheltered else "RELATIVES" if parents == "TRAFFICKER" else "FAMILY",
            "school_attending": rng.choice(("YES", "NO")),
            "benefits": ("SOCIAL_ASSISTANCE",) if rng.random() < 0.4 else ("NONE",),
            "purpose_main": victim.purpose if trafficked else None,
            "purpose_all": (victim.purpose,) if trafficked else None,
        }
        closed = opened + timedelta(days=rng.randrange(60, 300))
        if closed <= date(year, 12, 31) and rng.random() < 0.5:
            record |= {"closed_date": closed, "closure": "GOAL_REACHED"}
        cases.append(Row(record, victim.id))
    return Submitted(agency, "csw", "sq", {"cases": cases})


def advocates(agency: str, victims: Sequence[Victim], *, rng: Random) -> Submitted:
    """The workbook of the victims' advocates: one row a person assisted in the year."""
    assisted = []
    for number, victim in enumerate(_registered(victims, agency), start=1):
        contact = victim.first_contact + timedelta(days=rng.randrange(3))
        known = "KP_THB" in victim.bodies
        record = identity(victim, agency=agency, local_id=f"ZMV-{number:03d}", on=contact, rng=rng)
        record |= {
            "client_reason": "THB",
            "first_contact_date": contact,
            "informed_of_rights": "YES",
            "language_help": "YES" if victim.foreign else "NO",
            "risk_assessment_attended": "YES" if known else "NO",
            "representation": ("POLICE", "PROSECUTION") if known else ("NONE",),
            "declaration_of_harm": "YES" if known and rng.random() < 0.5 else "NO",
            "referred_to": tuple(body for body in victim.bodies if body in ("ISF", "PVPT", "CSW_19")) or ("NONE",),
        }
        assisted.append(Row(record, victim.id))
    return Submitted(agency, "vaao", "sr", {"assisted": assisted})


def _registered(victims: Sequence[Victim], agency: str) -> list[Victim]:
    mine = [victim for victim in victims if agency in victim.bodies]
    return sorted(mine, key=lambda victim: (victim.first_contact, victim.id))


def _status_on(victim: Victim, day: date) -> str:
    if victim.status != "VOT":
        return victim.status if victim.status == "NOT_CONFIRMED" else "PVOT"
    return "VOT" if victim.identified is not None and victim.identified <= day else "PVOT"


def _residence(victim: Victim) -> dict[str, Any]:
    if victim.foreign:
        return {"residence_country": victim.citizenship}
    return {"residence_country": "XK", "residence_municipality": victim.municipality}


def _stay(victim: Victim, *, agency: str, local_id: str, year: int, rng: Random) -> dict[str, Any]:
    referred = (victim.identified or victim.first_contact) + timedelta(days=1)
    first = agency == "ISF" or "ISF" not in victim.bodies
    entry = referred + timedelta(days=rng.randrange(4)) if first else referred + timedelta(days=75)
    entry = min(entry, date(year, 12, 20))
    longest = 60 if agency == "ISF" and "PVPT" in victim.bodies else 400
    left = entry + timedelta(days=rng.randrange(30, longest))
    child = age_on(victim.birth_date, entry) < 18
    record = identity(victim, agency=agency, local_id=local_id, on=entry, rng=rng)
    record |= {
        **_residence(victim),
        "stay_no": 1,
        "referred_by": "KP_THB" if "KP_THB" in victim.bodies or entry.year < year else "CSW_19",
        "referral_date": referred,
        "entry_date": entry,
        "entry_status": _status_on(victim, entry),
        "risk_level": victim.risk if first else "MEDIUM",
        "reason": "THB",
        "accompanied_children_n": 0 if child else int(rng.random() < 0.15),
        "guardian_appointed": "YES" if child else "NA",
        "carried_over": "YES" if entry.year < year else "NO",
        "purpose_main": victim.purpose,
        "purpose_all": (victim.purpose,),
        "scope": "CROSSBORDER_IN" if victim.foreign else "INTERNAL",
    }
    if entry.year < year:
        left = date(year, 3, 1) + timedelta(days=rng.randrange(120))
    if left <= date(year, 12, 31):
        moved = agency == "ISF" and "PVPT" in victim.bodies
        home = "RETURN_HOME_COUNTRY" if victim.foreign else "FAMILY" if child else "INDEPENDENT"
        record |= {"exit_date": left, "exit_type": "OTHER_SHELTER" if moved else home}
        record["exit_country"] = victim.citizenship if home == "RETURN_HOME_COUNTRY" and not moved else "XK"
        if record["exit_country"] == "XK":
            record["exit_municipality"] = "19" if moved or victim.foreign else victim.municipality
    return record


def _services(stay: dict[str, Any], victim: Victim, *, agency: str, year: int, rng: Random) -> list[dict[str, Any]]:
    start = max(stay["entry_date"], date(year, 1, 1))
    end = stay.get("exit_date", date(year, 12, 31))
    further = rng.sample(_FURTHER_SERVICES[: 7 if victim.foreign else 6], k=2)
    return [
        {
            "local_person_id": stay["local_person_id"],
            "service": service,
            "from": start,
            "to": end,
            "units": (end - start).days + 1 if service in ("ACCOM", "FOOD") else rng.randrange(1, 12),
            "provider": agency,
            "funded_by": "MFLT" if agency == "ISF" else rng.choice(("MFLT", "OTHER_DONOR")),
        }
        for service in (*_FIRST_SERVICES, *further)
    ]
