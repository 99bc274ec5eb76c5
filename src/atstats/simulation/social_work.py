"""What the centre for social work sends: cases of children, services, contacts with children in the street."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from atstats.simulation.chance import stream
from atstats.simulation.identity import identity
from atstats.simulation.layout import Row, Submitted
from atstats.simulation.people import SHELTERS, Victim, age_on
from atstats.simulation.shelters import residence
from atstats.simulation.timeline import Timeline, overlaps, year_end

__all__ = ["social_work"]

_AGENCY, _MUNICIPALITY = "CSW_19", "19"
_N_CONTACTS = 14


@dataclass(frozen=True, slots=True)
class _Care:
    """One child's case, from the first to the last day; it closes in the year after it was opened at the latest."""

    victim: Victim
    opened: date
    closed: date


def social_work(timeline: Timeline, year: int) -> Submitted:
    """The workbook of the centre for social work for one year."""
    cares = [care for care in _cares(timeline) if overlaps(care.opened, care.closed, year)]
    return Submitted(
        _AGENCY,
        "csw",
        "sq",
        {
            "cases": [Row(_case(care, timeline, year), care.victim.id) for care in cares],
            "services": [Row(service) for care in cares for service in _services(care, timeline, year)],
            "street_children": [Row(_contact(number, timeline, year)) for number in range(1, _N_CONTACTS + 1)],
        },
    )


def _cares(timeline: Timeline) -> Iterator[_Care]:
    for victim in timeline.known_to(_AGENCY):
        rng = stream("care", timeline.seed, victim.id, victim.episode)
        latest = date(victim.first_contact.year, 12, 20)
        opened = min(victim.first_contact + timedelta(days=rng.randrange(1, 9)), latest)
        closed = opened + timedelta(days=rng.randrange(60, 200))
        if rng.random() < 0.5:
            closed = date(opened.year + 1, 2, 1) + timedelta(days=rng.randrange(150))
        yield _Care(victim, opened, closed)


def _case(care: _Care, timeline: Timeline, year: int) -> dict[str, Any]:
    victim, opened = care.victim, care.opened
    rng = stream("child", timeline.seed, victim.id, victim.episode)
    trafficked = victim.status != "NOT_CONFIRMED"
    child = age_on(victim.birth_date, opened) < 18
    local_id = timeline.local_id(victim, _AGENCY)
    parents = "NEGLIGENT" if not trafficked else "TRAFFICKER" if victim.purpose == "BEG" else "NONE"
    sheltered = set(SHELTERS) & set(victim.bodies)
    placement = "SHELTER" if sheltered else "RELATIVES" if parents == "TRAFFICKER" else "FAMILY"
    record = {
        **residence(victim),
        **identity(victim, agency=_AGENCY, local_id=local_id, on=opened, seed=timeline.seed),
        "municipality": _MUNICIPALITY,
        "opened_date": opened,
        "ground": "THB" if trafficked and victim.purpose != "BEG" else "BEGGING",
        "thb_status": victim.status_on(opened),
        "reported_by": "KP_THB" if "KP_THB" in victim.bodies else rng.choice(("SCHOOL", "HEALTH", "CITIZEN")),
        "case_manager_assigned": "YES",
        "guardian_type": rng.choice(("CSW", "RELATIVE")) if child else None,
        "best_interest_date": opened + timedelta(days=rng.randrange(1, 9)),
        "parents_role": parents,
        "placement": placement,
        "school_attending": rng.choice(("YES", "NO")),
        "benefits": ("SOCIAL_ASSISTANCE",) if rng.random() < 0.4 else ("NONE",),
        "purpose_main": victim.purpose if trafficked else None,
        "purpose_all": (victim.purpose,) if trafficked else None,
    }
    if care.closed <= year_end(year):
        record |= {"closed_date": care.closed, "closure": rng.choice(("GOAL_REACHED", "GOAL_REACHED", "MOVED"))}
    return record


def _services(care: _Care, timeline: Timeline, year: int) -> list[dict[str, Any]]:
    """Every third case has two services, of another kind than in the shelters."""
    rng = stream("care services", timeline.seed, care.victim.id, year)
    if rng.random() < 0.6:
        return []
    start = max(care.opened, date(year, 1, 1))
    end = min(care.closed, year_end(year))
    return [
        {
            "local_person_id": timeline.local_id(care.victim, _AGENCY),
            "service": service,
            "from": start,
            "to": end,
            "units": rng.randrange(1, 12),
            "provider": _AGENCY,
            "funded_by": "MUNICIPALITY",
        }
        for service in ("CHILDCARE", "FOLLOW_UP")
    ]


def _contact(number: int, timeline: Timeline, year: int) -> dict[str, Any]:
    """A child met in the street; nobody knows all their names."""
    rng = stream("contact", timeline.seed, year, number)
    parent = rng.random() < 0.5
    return {
        "contact_no": f"R-{year % 100}-{number:03d}",
        "municipality": _MUNICIPALITY,
        "date": date(year, 1, 15) + timedelta(days=24 * number - rng.randrange(10)),
        "age_group": rng.choice(("0-8", "9-13", "9-13", "14-15")),
        "sex": rng.choice(("F", "M")),
        "citizenship": rng.choice(("XK", "XK", "XK", "AL")),
        "with_parent": "YES" if parent else "NO",
        "activity": "WITH_ADULT" if parent else rng.choice(("BEGGING", "CAR_WINDOW", "VENDING")),
        "repeat_contact": rng.choice(("YES", "NO")),
        "action": rng.choice(("FAMILY", "TALK", "DAY_CENTRE", "SCHOOL")),
    }
