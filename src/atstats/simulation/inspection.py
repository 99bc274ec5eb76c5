"""What the Labour Inspectorate and the Tax Administration send: inspections, persons referred, sanctions."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from atstats.simulation.chance import stream
from atstats.simulation.identity import identity
from atstats.simulation.layout import Row, Submitted
from atstats.simulation.people import Victim
from atstats.simulation.timeline import Timeline

__all__ = ["labour_inspectorate", "tax_administration"]

_N_WITHOUT_VICTIMS = 8
_PLACES = (("F", "25"), ("I", "19"), ("A", "18"), ("C", "20"), ("I", "17"), ("F", "19"), ("T", "19"), ("A", "04"))
"""Sector and municipality of the inspections that found nobody."""


def labour_inspectorate(timeline: Timeline, year: int) -> Submitted:
    """The workbook of the Labour Inspectorate for one year; each victim was found in an inspection of her own."""
    found = [victim for victim in timeline.known_to("LI") if victim.first_contact.year == year]
    inspections = [_with_victim(number, victim, year) for number, victim in enumerate(found, start=1)]
    plain = range(len(found) + 1, len(found) + _N_WITHOUT_VICTIMS + 1)
    inspections += [_without_victim("IP", number, timeline, year) for number in plain]
    inspections.sort(key=_when)
    return Submitted(
        "LI",
        "labour",
        "sq",
        {
            "inspections": [Row(each) for each in inspections],
            "referred_persons": [
                Row(_referred(number, victim, timeline, year), victim.id)
                for number, victim in enumerate(found, start=1)
            ],
            "sanctions": [Row(line) for line in _sanctions(inspections)],
        },
    )


def tax_administration(timeline: Timeline, year: int) -> Submitted:
    """The workbook of the Tax Administration for one year: joint inspections."""
    inspections = [_without_victim("ATK", number, timeline, year) for number in range(1, 5)]
    inspections.sort(key=_when)
    return Submitted(
        "ATK",
        "labour",
        "sq",
        {
            "inspections": [Row(each) for each in inspections],
            "referred_persons": (),
            "sanctions": [Row(line) for line in _sanctions(inspections)],
        },
    )


def _when(inspection: Mapping[str, Any]) -> tuple[date, str]:
    return inspection["date"], inspection["insp_no"]


def _insp_no(prefix: str, number: int, year: int) -> str:
    return f"{prefix}-{year}-{number:03d}"


def _with_victim(number: int, victim: Victim, year: int) -> dict[str, Any]:
    """LI-02: the police meet the person on the day after the referral."""
    referral = victim.first_contact - timedelta(days=1)
    return {
        "insp_no": _insp_no("IP", number, year),
        "date": referral - timedelta(days=1),
        "municipality": victim.municipality,
        "sector": "F",
        "joint_with": ("ATK",),
        "trigger": "COMPLAINT",
        "workers_found": 9,
        "workers_undeclared": 5,
        "workers_foreign": 2,
        "children_found": 0,
        "thb_indicators": ("WAGES_WITHHELD", "EXCESSIVE_HOURS", "NO_CONTRACT"),
        "indicators_strength": "STRONG",
        "suspected_thb_n": 1,
        "referred_to_police": "YES",
        "referral_date": referral,
    }


def _without_victim(prefix: str, number: int, timeline: Timeline, year: int) -> dict[str, Any]:
    rng = stream("inspection", timeline.seed, prefix, year, number)
    sector, municipality = _PLACES[number % len(_PLACES)]
    found = rng.randrange(4, 40)
    day = date(year, 1, 20) + timedelta(days=37 * (number % 9) + rng.randrange(12))
    child = prefix == "IP" and number % _N_WITHOUT_VICTIMS == 0
    return {
        "insp_no": _insp_no(prefix, number, year),
        "date": day,
        "municipality": municipality,
        "sector": sector,
        "joint_with": ("ATK", "KP_THB") if prefix == "IP" else ("LI",),
        "trigger": rng.choice(("PLANNED", "COMPLAINT", "JOINT_OPERATION")),
        "workers_found": found,
        "workers_undeclared": rng.randrange(0, found // 2 + 1),
        "workers_foreign": rng.randrange(0, found // 4 + 1),
        "children_found": 1 if child else 0,
        "thb_indicators": ("NONE",),
        "indicators_strength": "WEAK",
        "suspected_thb_n": 0,
        "referred_to_police": "NO",
        "csw_notified": "YES" if child else None,
        "csw_notified_date": day if child else None,
    }


def _referred(number: int, victim: Victim, timeline: Timeline, year: int) -> dict[str, Any]:
    rng = stream("referred", timeline.seed, victim.id)
    referral = victim.first_contact - timedelta(days=1)
    local_id = timeline.local_id(victim, "LI")
    return {
        **identity(victim, agency="LI", local_id=local_id, on=referral, seed=timeline.seed),
        "insp_no": _insp_no("IP", number, year),
        "purpose_main": victim.purpose,
        "employer_role": rng.choice(("OWNER", "SUBCONTRACTOR")),
        "wages_withheld_eur": float(100 * rng.randrange(5, 40)),
        "documents_withheld": rng.choice(("YES", "NO")),
        "referral_date": referral,
    }


def _sanctions(inspections: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A fine for undeclared work, and the closure of the place where somebody was exploited."""
    lines = []
    for each in inspections:
        if each["workers_undeclared"] > 3:
            fine = 500.0 * each["workers_undeclared"]
            lines.append({"insp_no": each["insp_no"], "measure": "FINE", "fine_eur": fine})
        if each["suspected_thb_n"]:
            lines.append({"insp_no": each["insp_no"], "measure": "CLOSURE", "closure_days": 30})
    return lines
