"""What shelters send: stays, services, plans, the beds of each month, and who paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from atstats.simulation.chance import stream
from atstats.simulation.identity import identity
from atstats.simulation.layout import Row, Submitted
from atstats.simulation.people import SHELTERS, Victim, age_on
from atstats.simulation.timeline import Timeline, overlaps, year_end

__all__ = ["Stay", "residence", "scope", "shelter", "stays_of"]

_FIRST_SERVICES = ("ACCOM", "FOOD", "MEDICAL")
_FURTHER_SERVICES = ("PSYCH", "LEGAL", "EDUCATION", "DOCUMENTS", "FAMILY_MED", "ESCORT", "INTERPRET")
"""The last of them is for foreigners; what a grant pays for (GRT-04) is not among them."""
_BEDS = {"ISF": 40, "PVPT": 20, "HHC": 12, "SHELTER_SAMPLE": 10}
_STAFF = {"ISF": 17.0, "PVPT": 9.5, "HHC": 8.0, "SHELTER_SAMPLE": 4.0}
_FUNDING = {
    "ISF": (("MFLT", 100_000, "RUNNING"), ("EU", 12_000, "EQUIPMENT")),
    "PVPT": (("MFLT", 60_000, "RUNNING"), ("OTHER_DONOR", 21_000, "REINTEGRATION"), ("MUNICIPALITY", 14_000, "STAFF")),
    "HHC": (("MFLT", 55_000, "RUNNING"), ("OTHER_DONOR", 30_000, "SERVICES")),
    "SHELTER_SAMPLE": (("OWN", 8_000, "RUNNING"), ("MUNICIPALITY", 6_000, "STAFF")),
}
_CLOSED_MONTHS = ("HHC", 3)
"""K32: this shelter is closed for so many months from the start of the first year, for lack of funds."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One person in one shelter, from the first to the last day."""

    victim: Victim
    shelter: str
    referred_by: str
    referred: date
    entry: date
    left: date
    exit_type: str


def stays_of(victim: Victim, timeline: Timeline) -> list[Stay]:
    """The stays of a person, one after the other; none ends after the year that follows the first entry."""
    stays: list[Stay] = []
    shelters = [each for each in SHELTERS if each in victim.bodies]
    first_day = victim.first_contact if "sheltered at once" in victim.marks else victim.registered
    for place, agency in enumerate(shelters):
        rng = stream("stay", timeline.seed, victim.id, victim.episode, agency)
        moves = place < len(shelters) - 1
        referred = stays[-1].left if stays else first_day + timedelta(days=1)
        entry = referred if stays else referred + timedelta(days=rng.randrange(4))
        left = entry + timedelta(days=rng.randrange(30, 80 if moves else 320))
        if "stays over" in victim.marks:
            left = date(entry.year + 1, 3, 1) + timedelta(days=rng.randrange(120))
        if "goes home" in victim.marks:
            left = entry + timedelta(days=rng.randrange(40, 150))
        left = min(left, date(victim.first_contact.year + 1, 12, 14))
        if agency == "SHELTER_SAMPLE":
            left = min(left, timeline.closing_day - timedelta(days=6))
        by = stays[-1].shelter if stays else "KP_THB" if "KP_THB" in victim.bodies else _other_referrer(victim)
        stays.append(Stay(victim, agency, by, referred, entry, left, _exit_type(victim, left, moves=moves, rng=rng)))
    return stays


def _other_referrer(victim: Victim) -> str:
    return "CSW_19" if "CSW_19" in victim.bodies else "SELF"


def _exit_type(victim: Victim, left: date, *, moves: bool, rng: Random) -> str:
    if moves:
        return "OTHER_SHELTER"
    if "deceased" in victim.marks:
        return "DECEASED"
    if victim.foreign:
        return "RETURN_HOME_COUNTRY"
    if age_on(victim.birth_date, left) < 18:
        return rng.choice(("FAMILY", "FAMILY", "FOSTER", "IN_CARE"))
    return rng.choice(("INDEPENDENT", "INDEPENDENT", "FAMILY", "LEFT_UNNOTIFIED"))


def scope(victim: Victim) -> str:
    """Whether a border was crossed, and which way."""
    if "abroad" in victim.marks:
        return "CROSSBORDER_OUT"
    return "INTERNAL" if victim.citizenship == "XK" else "CROSSBORDER_IN"


def residence(victim: Victim) -> dict[str, Any]:
    """Where the person lives."""
    if victim.citizenship != "XK":
        return {"residence_country": victim.citizenship}
    return {"residence_country": "XK", "residence_municipality": victim.municipality}


def shelter(agency: str, timeline: Timeline, year: int, *, language: str, tabs: dict[str, str]) -> Submitted:
    """The workbook of one shelter for one year."""
    every = [stay for victim in timeline.known_to(agency) for stay in stays_of(victim, timeline)]
    stays = [each for each in every if each.shelter == agency and overlaps(each.entry, each.left, year)]
    stays.sort(key=lambda each: (each.entry, each.victim.id))
    services: list[Row] = []
    plans: list[Row] = []
    for stay in stays:
        services += [Row(service) for service in _services(stay, timeline, year)]
        plans += [Row(plan) for plan in _plans(stay, timeline, year)]
    return Submitted(
        agency,
        "shelter",
        language,
        {
            "residents": [Row(_resident(stay, timeline, year), stay.victim.id) for stay in stays],
            "services": services,
            "plans": plans,
            "capacity": [Row(month) for month in _capacity(agency, stays, timeline, year)],
            "funding": [Row(line) for line in _funding(agency, timeline, year)],
        },
        tabs,
    )


def _resident(stay: Stay, timeline: Timeline, year: int) -> dict[str, Any]:
    victim = stay.victim
    child = age_on(victim.birth_date, stay.entry) < 18
    local_id = timeline.local_id(victim, stay.shelter)
    record = identity(victim, agency=stay.shelter, local_id=local_id, on=stay.entry, seed=timeline.seed)
    record |= {
        **residence(victim),
        "stay_no": victim.episode,
        "referred_by": stay.referred_by,
        "referral_date": stay.referred,
        "entry_date": stay.entry,
        "entry_status": victim.status_on(stay.entry),
        "risk_level": victim.risk if stay.referred_by not in SHELTERS else "MEDIUM",
        "reason": "THB",
        "accompanied_children_n": 1 if "with child" in victim.marks else 0,
        "guardian_appointed": "YES" if child else "NA",
        "with_unrelated_adults": "NO" if child else None,
        "carried_over": "YES" if stay.entry.year < year else "NO",
        "purpose_main": victim.purpose,
        "purpose_all": (victim.purpose,),
        "scope": scope(victim),
    }
    if stay.left <= year_end(year):
        abroad = stay.exit_type == "RETURN_HOME_COUNTRY"
        record |= {"exit_date": stay.left, "exit_type": stay.exit_type}
        if stay.exit_type not in ("DECEASED", "LEFT_UNNOTIFIED"):
            record["exit_country"] = victim.citizenship if abroad else "XK"
            record["exit_municipality"] = None if abroad else victim.municipality
    return record


def _within(stay: Stay, year: int) -> tuple[date, date]:
    """The first and the last day of a stay inside a year."""
    return max(stay.entry, date(year, 1, 1)), min(stay.left, year_end(year))


def _services(stay: Stay, timeline: Timeline, year: int) -> list[dict[str, Any]]:
    rng = stream("services", timeline.seed, stay.victim.id, stay.victim.episode, stay.shelter, year)
    start, end = _within(stay, year)
    further = rng.sample(_FURTHER_SERVICES[: 7 if stay.victim.foreign else 6], k=2)
    return [
        {
            "local_person_id": timeline.local_id(stay.victim, stay.shelter),
            "service": service,
            "from": start,
            "to": end,
            "units": (end - start).days + 1 if service in ("ACCOM", "FOOD") else rng.randrange(1, 12),
            "provider": stay.shelter,
            "funded_by": "MFLT" if stay.shelter == "ISF" else rng.choice(("MFLT", "OTHER_DONOR")),
        }
        for service in (*_FIRST_SERVICES, *further)
    ]


def _plans(stay: Stay, timeline: Timeline, year: int) -> list[dict[str, Any]]:
    """One plan for each stay of more than four months."""
    start = stay.entry + timedelta(days=30)
    if (stay.left - stay.entry).days < 120 or start > year_end(year):
        return []
    rng = stream("plan", timeline.seed, stay.victim.id, stay.shelter)
    outcomes = [rng.choice(("IMPROVED", "IMPROVED", "SAME", "UNK")) for _ in range(4)]
    local_id = timeline.local_id(stay.victim, stay.shelter)
    plan: dict[str, Any] = {
        "local_person_id": local_id,
        "plan_no": f"PL-{local_id}-{stay.victim.episode}",
        "start": start,
        "goals": ("HOUSING", "PSYCHOSOCIAL", "EDUCATION" if stay.victim.child else "INCOME"),
        "review_date": start + timedelta(days=90),
        "status": "ACTIVE",
    }
    if stay.left <= year_end(year):
        stopped = {"DECEASED": "DECEASED", "LEFT_UNNOTIFIED": "LOST_CONTACT"}.get(stay.exit_type)
        plan |= {"status": "INTERRUPTED" if stopped else "COMPLETED", "closure_reason": stopped or "GOALS_REACHED"}
        if not stopped:
            names = ("outcome_housing", "outcome_income", "outcome_school", "outcome_health")
            plan |= {"follow_up_months": rng.choice((6, 12)), **dict(zip(names, outcomes, strict=True))}
    return [plan]


def _capacity(agency: str, stays: Sequence[Stay], timeline: Timeline, year: int) -> list[dict[str, Any]]:
    """One line a month; nights are counted from the stays, the day of the exit is none (SHL-09)."""
    closed = _CLOSED_MONTHS[1] if agency == _CLOSED_MONTHS[0] and year == timeline.first else 0
    n_months = timeline.closing_day.month if agency == "SHELTER_SAMPLE" and year == timeline.closing_day.year else 12
    lines = []
    for month in range(1, n_months + 1):
        begins = date(year, month, 1)
        ends = date(year + month // 12, month % 12 + 1, 1)
        inside = [each for each in stays if each.entry < ends and each.left >= begins]
        n_start = sum(each.entry < begins for each in inside)
        n_entries = len(inside) - n_start
        n_exits = sum(each.left < ends for each in inside)
        nights = sum((min(each.left, ends) - max(each.entry, begins)).days for each in inside)
        shut = month <= closed
        lines.append(
            {
                "month": begins,
                "beds": 0 if shut else max(_BEDS[agency], len(inside)),
                "bed_nights": nights,
                "residents_start": n_start,
                "entries": n_entries,
                "exits": n_exits,
                "residents_end": n_start + n_entries - n_exits,
                "staff_fte": 0.5 if shut else _STAFF[agency],
                "closed": "YES" if shut else "NO",
            }
        )
    return lines


def _funding(agency: str, timeline: Timeline, year: int) -> list[dict[str, Any]]:
    rng = stream("funding", timeline.seed, agency, year)
    return [
        {
            "funder": funder,
            "amount_eur": float(amount + 100 * rng.randrange(-30, 30)),
            "period": str(year),
            "purpose": purpose,
        }
        for funder, amount, purpose in _FUNDING[agency]
    ]
