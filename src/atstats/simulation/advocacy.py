"""What the victims' advocates and the committee for the compensation of victims send."""

from datetime import date, timedelta
from typing import Any

from atstats.simulation.chance import stream
from atstats.simulation.courts import sentenced
from atstats.simulation.identity import identity
from atstats.simulation.layout import Row, Submitted
from atstats.simulation.people import NGO, SHELTERS, Victim
from atstats.simulation.timeline import Timeline

__all__ = ["advocates", "compensation_committee"]

_EVERY = 2
"""Every so many grown victims apply to the committee."""


def advocates(timeline: Timeline, year: int) -> Submitted:
    """The workbook of the victims' advocates for one year: who is assisted in it, and at which stage."""
    assisted: list[Row] = []
    stages: list[Row] = []
    for victim in timeline.known_to("VAAO"):
        years, steps = _course(victim, timeline)
        if year in years:
            assisted.append(Row(_assisted(victim, timeline), victim.id))
            stages += [Row(_stage(victim, stage, day, timeline)) for stage, day in steps if day.year == year]
    return Submitted(
        "VAAO",
        "vaao",
        "sr",
        {"assisted": assisted, "representation": stages, "compensation_applications": ()},
    )


def _course(victim: Victim, timeline: Timeline) -> tuple[set[int], list[tuple[str, date]]]:
    """The years in which a person is assisted, and the hearings with an advocate, in the year after at the latest."""
    case = timeline.case_of_victim(victim)
    last = victim.first_contact.year + 1
    years = {victim.first_contact.year}
    steps = []
    if case is not None:
        years |= case.police_years
        if case.trial is not None:
            steps = [(each.instance, each.day) for each in case.trial.hearings if each.day.year <= last]
    return years | {day.year for _, day in steps}, steps


def _assisted(victim: Victim, timeline: Timeline) -> dict[str, Any]:
    rng = stream("advocate", timeline.seed, victim.id, victim.episode)
    contact = victim.first_contact + timedelta(days=rng.randrange(3))
    local_id = timeline.local_id(victim, "VAAO")
    referred = [body for body in victim.bodies if body in (*SHELTERS, "CSW_19", NGO)]
    return {
        **identity(victim, agency="VAAO", local_id=local_id, on=contact, seed=timeline.seed),
        "client_reason": "THB",
        "first_contact_date": contact,
        "informed_of_rights": "YES",
        "language_help": "YES" if victim.foreign else "NO",
        "risk_assessment_attended": "YES",
        "representation": ("POLICE", "PROSECUTION"),
        "declaration_of_harm": "YES" if rng.random() < 0.5 else "NO",
        "referred_to": tuple(timeline.ngo(contact) if body == NGO else body for body in referred) or ("NONE",),
    }


def _stage(victim: Victim, stage: str, day: date, timeline: Timeline) -> dict[str, Any]:
    return {
        "local_person_id": timeline.local_id(victim, "VAAO"),
        "stage": stage,
        "date": day,
        "role": stream("stage", timeline.seed, victim.id).choice(("BOTH", "INJURED_PARTY")),
    }


def compensation_committee(timeline: Timeline, year: int) -> Submitted:
    """The workbook of the committee for one year: applications that came in it, decided within it or still open."""
    applicants = [
        (number, victim)
        for number, victim in enumerate(_applicants(timeline), start=1)
        if _submitted(victim).year == year
    ]
    return Submitted(
        "CVC",
        "vaao",
        "sq",
        {
            "assisted": [Row(_applicant(number, who, timeline), who.id) for number, who in applicants],
            "representation": (),
            "compensation_applications": [Row(_application(number, who, timeline)) for number, who in applicants],
        },
    )


def _applicants(timeline: Timeline) -> list[Victim]:
    """CRT-13: nobody applies on whose damage a court has decided."""
    grown = []
    for victim in timeline.known_to("VAAO"):
        case = timeline.case_of_victim(victim)
        judged = case is not None and sentenced(case) is not None
        # an awkwardly written name stays with the agencies that it is planted for
        ordinary = not (victim.child or judged or victim.written)
        if victim.identified and ordinary and _submitted(victim).year == victim.identified.year:
            grown.append(victim)
    return [victim for place, victim in enumerate(grown) if place % _EVERY == 0]


def _submitted(victim: Victim) -> date:
    return (victim.identified or victim.first_contact) + timedelta(days=60)


def _applicant(number: int, victim: Victim, timeline: Timeline) -> dict[str, Any]:
    return {
        **identity(victim, agency="CVC", local_id=_number(number), on=_submitted(victim), seed=timeline.seed),
        "client_reason": "THB",
        "first_contact_date": _submitted(victim),
        "informed_of_rights": "YES",
        "risk_assessment_attended": "NO",
        "representation": ("COMPENSATION",),
        "declaration_of_harm": "YES",
        "referred_to": ("NONE",),
    }


def _application(number: int, victim: Victim, timeline: Timeline) -> dict[str, Any]:
    rng = stream("application", timeline.seed, victim.id)
    submitted = _submitted(victim)
    claimed = float(500 * rng.randrange(3, 12))
    decided = submitted + timedelta(days=rng.randrange(60, 110))
    application: dict[str, Any] = {
        "appl_no": f"KKV-{submitted.year}-{number:03d}",
        "local_person_id": _number(number),
        "submitted": submitted,
        "claimed_eur": claimed,
        "decision": "PENDING",
        "cross_border": "NO",
    }
    if decided.year > submitted.year:
        return application
    if rng.random() < 0.3:
        return application | {"decision": "REFUSED", "decision_date": decided, "refusal_reason": "NO_EVIDENCE"}
    paid = decided + timedelta(days=40)
    return application | {
        "decision": "AWARD_PART",
        "decision_date": decided,
        "awarded_eur": claimed * 0.6,
        "paid_date": paid if paid.year == decided.year else None,
    }


def _number(number: int) -> str:
    return f"KKV/{number:03d}"
