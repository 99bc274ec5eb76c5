"""What the border police and the directorate for migration send: screening, permits, returns."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from atstats.simulation.chance import stream
from atstats.simulation.identity import identity
from atstats.simulation.layout import Row, Submitted
from atstats.simulation.people import Victim
from atstats.simulation.shelters import Stay, stays_of
from atstats.simulation.timeline import Timeline

__all__ = ["border_police", "migration", "returned", "sent_home"]

_POINTS = ("SAMPLE Vërmicë", "SAMPLE Merdar", "SAMPLE airport")
_SCREENED = (("F", "ADULT", "AL", 46), ("F", "CHILD", "AL", 7), ("M", "ADULT", "TR", 22), ("F", "ADULT", "MD", 4))
"""Sex, age group, citizenship and about how many a quarter."""


def border_police(timeline: Timeline, year: int) -> Submitted:
    """The workbook of the border police for one year: persons screened at the border."""
    lines = [Row(line) for line in _screened(timeline, year)]
    return Submitted("BORDER", "border", "sq", {"screened": lines, "permits": (), "returns": ()})


def _screened(timeline: Timeline, year: int) -> Iterator[dict[str, Any]]:
    for place, point in enumerate(_POINTS):
        for month in (3, 6, 9, 12):
            rng = stream("border", timeline.seed, year, point, month)
            sex, age_group, citizenship, persons = _SCREENED[(place + month) % len(_SCREENED)]
            found = int(rng.random() < 0.3)
            yield {
                "point": point,
                "month": date(year, month, 1),
                "sex": sex,
                "age_group": age_group,
                "citizenship": citizenship,
                "persons": persons + rng.randrange(6),
                "indicators_found": found,
                "referred": found,
            }


def migration(timeline: Timeline, year: int) -> Submitted:
    """The workbook of the directorate for migration for one year: permits and returns of victims."""
    permits = [victim for victim in _foreigners(timeline) if victim.registered.year == year]
    returns = [*((each.victim, each.left, "OUT") for each in sent_home(timeline, year))]
    returns += [(victim, victim.first_contact, "IN") for victim in returned(timeline, year)]
    returns.sort(key=lambda each: (each[1], each[0].id))
    return Submitted(
        "DMFK",
        "border",
        "sq",
        {
            "screened": (),
            "permits": [Row(_permit(victim, timeline), victim.id) for victim in permits],
            "returns": [Row(_return(*each, timeline), each[0].id) for each in returns],
        },
    )


def _foreigners(timeline: Timeline) -> list[Victim]:
    return [victim for victim in timeline.known_to("KP_THB") if victim.foreign and victim.identified is not None]


def sent_home(timeline: Timeline, year: int) -> list[Stay]:
    """The last stays of victims who went home to their country in the year."""
    stays = [stay for victim in timeline.victims for stay in stays_of(victim, timeline)[-1:]]
    return [each for each in stays if each.exit_type == "RETURN_HOME_COUNTRY" and each.left.year == year]


def returned(timeline: Timeline, year: int) -> list[Victim]:
    """The victims identified abroad who were brought back in the year (K34)."""
    abroad = [victim for victim in timeline.victims if "abroad" in victim.marks]
    return [victim for victim in abroad if victim.first_contact.year == year]


def _local_id(victim: Victim) -> str:
    return f"DSHM-{victim.id[1:]}"


def _permit(victim: Victim, timeline: Timeline) -> dict[str, Any]:
    rng = stream("permit", timeline.seed, victim.id)
    applied = victim.registered + timedelta(days=2)
    return {
        **identity(victim, agency="DMFK", local_id=_local_id(victim), on=applied, seed=timeline.seed),
        "permit": rng.choice(("TEMPORARY_VICTIM", "REFLECTION")),
        "application_date": applied,
        "decision": "GRANTED",
        "decision_date": applied + timedelta(days=rng.randrange(3, 10)),
        "months": rng.choice((3, 6)),
        "extended": "NO",
    }


def _return(victim: Victim, day: date, direction: str, timeline: Timeline) -> dict[str, Any]:
    """RET-01: voluntary, after the risk was assessed."""
    return {
        **identity(victim, agency="DMFK", local_id=_local_id(victim), on=day, seed=timeline.seed),
        "direction": direction,
        "country": victim.citizenship if direction == "OUT" else "DE",
        "date": day,
        "type": "VOLUNTARY",
        "risk_assessment": "YES",
        "victim_status": victim.status_on(day),
    }
