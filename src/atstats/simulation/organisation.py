"""What the organisation of the sample sends: persons assisted, services, plans, and its grants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from atstats.simulation.chance import stream
from atstats.simulation.identity import identity
from atstats.simulation.layout import Row, Submitted
from atstats.simulation.people import NGO, SHELTERS, Victim
from atstats.simulation.shelters import residence, scope
from atstats.simulation.timeline import Timeline, overlaps, year_end

__all__ = ["organisation"]

_SERVICES = ("VOC_TRAIN", "EMPLOYMENT", "CASH", "REINTEGRATION_GRANT", "SOCIAL_BUSINESS")
"""GRT-04: shelters and centres for social work give none of these."""
_GRANTS = (
    ("STATE_LICENCE", "C", "SAMPLE Rikthimi", "REINTEGRATION", 24_000, ("19", "20")),
    ("OTHER", "C", "SAMPLE Shansi", "ASSISTANCE", 18_500, ("19", "04", "25")),
    ("MUNICIPAL", "D", "SAMPLE Sy hapur", "PREVENTION", 6_000, ("19",)),
)
"""Programme, cluster, title, lot, amount, municipalities. The last grant assists nobody."""
_FUNDER = {"STATE_LICENCE": "OTHER_DONOR", "OTHER": "EU", "MUNICIPAL": "OWN"}
_N_WITH_PERSONS = 2


@dataclass(frozen=True, slots=True)
class _Help:
    """One person whom the organisation assists, from the first to the last day."""

    victim: Victim
    begun: date
    closed: date


def organisation(timeline: Timeline, year: int) -> Submitted:
    """The workbook of the organisation for one year, under the code that it then has."""
    helped = [each for each in _helped(timeline) if overlaps(each.begun, each.closed, year)]
    paid = [(each, _grant_no(year, place % _N_WITH_PERSONS)) for place, each in enumerate(helped)]
    return Submitted(
        timeline.ngo(date(year, 1, 1)),
        "ngo",
        "sq",
        {
            "assisted": [Row(_assisted(each, timeline, year), each.victim.id) for each in helped],
            "services": [Row(line) for each, grant in paid for line in _services(each, grant, timeline, year)],
            "plans": [Row(_plan(each, timeline, year)) for each in helped[::2]],
            "grants": [Row(_grant(place, timeline, year)) for place in range(len(_GRANTS))],
            "grant_indicators": [Row(line) for line in _indicators([grant for _, grant in paid], year)],
            "grant_beneficiaries": [
                Row(_beneficiary(each, grant, timeline, year), each.victim.id) for each, grant in paid
            ],
            "grant_activities": [Row(line) for line in _activities(timeline, year)],
        },
    )


def _helped(timeline: Timeline) -> Iterator[_Help]:
    for victim in timeline.known_to(NGO):
        rng = stream("help", timeline.seed, victim.id)
        begun = victim.first_contact + timedelta(days=rng.randrange(2, 20))
        yield _Help(victim, begun, begun + timedelta(days=rng.randrange(70, 300)))


def _person(each: _Help, timeline: Timeline) -> dict[str, Any]:
    local_id = timeline.local_id(each.victim, NGO)
    return identity(each.victim, agency=NGO, local_id=local_id, on=each.begun, seed=timeline.seed)


def _status(each: _Help) -> str:
    """As the organisation sees it; it may presume a victim where the police do not."""
    return "PVOT" if "presumed by the organisation" in each.victim.marks else each.victim.status_on(each.begun)


def _assisted(each: _Help, timeline: Timeline, year: int) -> dict[str, Any]:
    victim = each.victim
    sheltered = next((body for body in victim.bodies if body in SHELTERS), "")
    return {
        **residence(victim),
        **_person(each, timeline),
        "status": _status(each),
        "client_reason": "THB",
        "first_contact_date": each.begun,
        "referred_by": "KP_THB" if "KP_THB" in victim.bodies else sheltered or "SELF",
        "closed_date": each.closed if each.closed <= year_end(year) else None,
        "purpose_main": victim.purpose,
        "purpose_all": (victim.purpose,),
        "scope": scope(victim),
    }


def _span(each: _Help, year: int) -> tuple[date, date]:
    """The days of assistance that fall into the year's grants."""
    start, end = _period(year)
    return min(max(each.begun, start), end), max(min(each.closed, end), start)


def _chosen(each: _Help, timeline: Timeline) -> list[str]:
    rng = stream("chosen", timeline.seed, each.victim.id)
    return sorted(rng.sample(_SERVICES, k=2))


def _services(each: _Help, grant: str, timeline: Timeline, year: int) -> list[dict[str, Any]]:
    rng = stream("grant services", timeline.seed, each.victim.id, year)
    start, end = _span(each, year)
    return [
        {
            "local_person_id": timeline.local_id(each.victim, NGO),
            "service": service,
            "from": start,
            "to": end,
            "units": rng.randrange(1, 20),
            "provider": timeline.ngo(start),
            "funded_by": _FUNDER[_GRANTS[int(grant[-1]) - 1][0]],
            "grant_no": grant,
        }
        for service in _chosen(each, timeline)
    ]


def _plan(each: _Help, timeline: Timeline, year: int) -> dict[str, Any]:
    local_id = timeline.local_id(each.victim, NGO)
    plan = {
        "local_person_id": local_id,
        "plan_no": f"PR-{local_id}",
        "start": each.begun,
        "goals": ("INCOME", "HOUSING"),
        "review_date": each.begun + timedelta(days=60),
        "status": "ACTIVE",
    }
    if each.closed <= year_end(year):
        plan |= {"status": "COMPLETED", "closure_reason": "GOALS_REACHED", "follow_up_months": 6}
        plan |= {"outcome_housing": "IMPROVED", "outcome_income": "SAME", "outcome_health": "IMPROVED"}
    return plan


# --------------------------------------------------------------------------- grants


def _period(year: int) -> tuple[date, date]:
    return date(year, 1, 1), year_end(year)


def _grant_no(year: int, place: int) -> str:
    return f"G-{year}-{place + 1}"


def _grant(place: int, timeline: Timeline, year: int) -> dict[str, Any]:
    programme, cluster, title, lot, amount, municipalities = _GRANTS[place]
    rng = stream("grant", timeline.seed, year, place)
    start, end = _period(year)
    return {
        "grant_no": _grant_no(year, place),
        "programme": programme,
        "call_ref": f"SAMPLE {year}/{place + 1}",
        "grantee": timeline.ngo(start),
        "cluster": cluster,
        "title": title,
        "start": start,
        "end": end,
        "amount_contract_eur": float(amount),
        "amount_paid_eur": float(amount * rng.randrange(70, 101) // 100),
        "co_funding_eur": float(amount // 10),
        "municipalities": municipalities,
        "lots": (lot,),
    }


def _indicators(grants: Sequence[str], year: int) -> Iterator[dict[str, Any]]:
    for place in range(_N_WITH_PERSONS):
        number = _grant_no(year, place)
        # GRT-03: the beneficiaries achieved are those of the sheet
        n = grants.count(number)
        for indicator, target, achieved in (("BENEFICIARIES", max(4, n - 1), n), ("SERVICES", 2 * max(4, n), 2 * n)):
            yield {
                "grant_no": number,
                "indicator": indicator,
                "baseline": 0.0,
                "target": float(target),
                "achieved": float(achieved),
                "as_at": year_end(year),
            }
    yield {
        "grant_no": _grant_no(year, _N_WITH_PERSONS),
        "indicator": "REACHED",
        "baseline": 0.0,
        "target": 300.0,
        "achieved": 260.0,
        "as_at": year_end(year),
    }


def _beneficiary(each: _Help, grant: str, timeline: Timeline, year: int) -> dict[str, Any]:
    start, end = _span(each, year)
    closed = each.closed <= year_end(year)
    return {
        **_person(each, timeline),
        "grant_no": grant,
        "status": _status(each),
        "service": tuple(_chosen(each, timeline)),
        "start": start,
        "end": end if closed else None,
        "outcome": "IMPROVED" if closed else "UNK",
    }


def _activities(timeline: Timeline, year: int) -> Iterator[dict[str, Any]]:
    kinds = ("VOC_TRAIN", "COUNSELLING", "AWARENESS", "WORKSHOP", "AWARENESS")
    for number, kind in enumerate(kinds):
        rng = stream("activity", timeline.seed, year, number)
        yield {
            "grant_no": _grant_no(year, 2 if kind == "AWARENESS" else number % 2),
            "activity_type": kind,
            "date": date(year, 2, 10) + timedelta(days=60 * number + rng.randrange(20)),
            "participants_f": rng.randrange(6, 30),
            "participants_m": rng.randrange(2, 20),
        }
