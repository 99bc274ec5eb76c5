"""What the coordination secretariat sends: trainings, awareness, meetings, the action plan, transnational referrals."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from atstats.simulation.border import returned, sent_home
from atstats.simulation.chance import stream
from atstats.simulation.identity import identity
from atstats.simulation.layout import Row, Submitted
from atstats.simulation.people import Victim
from atstats.simulation.timeline import Timeline

__all__ = ["secretariat"]

_TRAININGS = (
    ("Identification of victims", ("IDENTIFICATION",), ("POLICE", "BORDER"), "KP_THB", 16, 2),
    ("Children who beg", ("BEGGING", "CHILD"), ("SOCIAL_WORKER", "POLICE"), "NATHB", 8, 1),
    ("Financial investigations", ("INVESTIGATION",), ("POLICE", "PROSECUTOR"), "SP", 16, 2),
    ("Judging trafficking cases", ("PROSECUTION",), ("JUDGE", "PROSECUTOR"), "KJC", 12, 2),
    ("Labour exploitation", ("IDENTIFICATION", "INVESTIGATION"), ("LABOUR_INSPECTOR",), "LI", 8, 1),
    ("Care of children in shelters", ("PROTECTION", "CHILD"), ("SHELTER", "NGO"), "PVPT", 24, 3),
    ("Rights of victims", ("PROTECTION",), ("ADVOCATE", "LAWYER"), "VAAO", 8, 1),
    ("Recognising signs at school", ("IDENTIFICATION",), ("TEACHER",), "NATHB", 4, 1),
    ("Reintegration plans", ("REINTEGRATION",), ("SOCIAL_WORKER", "NGO"), "PVPT", 16, 2),
    ("Reporting figures", ("DATA",), ("POLICE", "SHELTER", "SOCIAL_WORKER"), "NATHB", 6, 1),
    ("Health staff and victims", ("IDENTIFICATION", "PROTECTION"), ("HEALTH",), "IOM", 8, 1),
    ("Refresher for border police", ("IDENTIFICATION",), ("BORDER",), "OSCE", 8, 1),
)
"""Title, topics, audience, organiser, hours, days."""

_ACTIVITIES = (
    ("CAMPAIGN", ("GENERAL",), 900, 42_000, "19"),
    ("SCHOOL_VISIT", ("CHILDREN", "YOUTH"), 320, 0, "17"),
    ("LECTURE", ("YOUTH",), 140, 0, "20"),
    ("MEDIA", ("GENERAL",), 0, 65_000, None),
    ("STREET_EVENT", ("PARENTS", "GENERAL"), 250, 0, "25"),
    ("ONLINE", ("JOBSEEKERS", "YOUTH"), 0, 31_000, None),
    ("SCHOOL_VISIT", ("CHILDREN",), 210, 0, "34"),
    ("MATERIAL", ("ROMA_ASHKALI_EGYPTIAN", "PARENTS"), 180, 0, "09"),
)
"""Type, target groups, persons reached directly, views online, municipality."""


_ACTIONS = (
    ("PREVENTION", "NATHB", "campaigns held", 4, 18_000, "STATE"),
    ("PREVENTION", "MEST", "schools visited", 40, 6_000, "EU"),
    ("PROTECTION", "MFLT", "licensed shelters funded", 3, 230_000, "STATE"),
    ("PROTECTION", "VAAO", "victims represented", 20, 15_000, "STATE"),
    ("PROSECUTION", "KP_THB", "operations carried out", 5, 42_000, "MIA"),
    ("PROSECUTION", "SP", "prosecutors trained", 25, 9_000, "EU"),
    ("PARTNERSHIP", "NATHB", "meetings of the working group", 4, 2_500, "STATE"),
    ("CHILDREN", "CSW_19", "children met in the street", 12, 8_000, "MUNICIPALITY"),
)
"""Pillar, lead, indicator, target, planned budget, funder of each action of the plan."""

_MEETINGS = (
    ("NATIONAL_AUTHORITY", "NATIONAL", 14, 6),
    ("WORKING_GROUP", "NATIONAL", 9, 4),
    ("CASE_CONFERENCE", "REGIONAL", 5, 2),
    ("MUNICIPAL", "MUNICIPAL", 6, 2),
    ("DONORS", "INTERNATIONAL", 7, 5),
    ("WORKING_GROUP", "NATIONAL", 8, 4),
)
"""Body, level, institutions and organisations of each meeting."""

_REQUESTS = (("SAMPLE newspaper", 3), ("SAMPLE university", 6), ("SAMPLE embassy", 10))
"""Who asks for data, and in which month."""


def secretariat(timeline: Timeline, year: int) -> Submitted:
    """The workbook of the coordination secretariat for one year."""
    referrals = [(victim, victim.first_contact, "IN") for victim in returned(timeline, year)]
    referrals += [(stay.victim, stay.left, "OUT") for stay in sent_home(timeline, year)]
    referrals.sort(key=lambda each: (each[1], each[0].id))

    def numbered(make: Callable[..., dict[str, Any]], several: Sequence[Any]) -> list[Row]:
        return [
            Row(make(number, year=year, rng=stream(make.__name__, timeline.seed, year, number)))
            for number in range(1, len(several) + 1)
        ]

    return Submitted(
        "NATHB",
        "nathb",
        "en",
        {
            "trainings": numbered(_training, _TRAININGS),
            "awareness": numbered(_activity, _ACTIVITIES),
            "coordination": numbered(_meeting, _MEETINGS),
            "nap_actions": numbered(_action, _ACTIONS),
            "trm_referrals": [Row(_referral(*each, timeline), each[0].id) for each in referrals],
            "legal_changes": [Row(change) for change in _legal_changes(timeline, year)],
            "data_requests": numbered(_request, _REQUESTS),
        },
    )


def _training(number: int, *, year: int, rng: Random) -> dict[str, Any]:
    title, topics, audience, organiser, hours, days = _TRAININGS[number - 1]
    start = date(year, 1, 20) + timedelta(days=26 * (number - 1) + rng.randrange(10))
    before = rng.randrange(40, 60)
    return {
        "id": f"TR-{year}-{number:02d}",
        "title": title,
        "topic": topics,
        "date_from": start,
        "date_to": start + timedelta(days=days - 1),
        "hours": hours,
        "organiser": organiser,
        "funder": rng.choice(("STATE", "EU", "US", "OTHER_DONOR")),
        "audience": audience,
        "participants_f": rng.randrange(8, 20),
        "participants_m": rng.randrange(4, 18),
        "trainers_national_pool": rng.choice(("YES", "NO")),
        "pre_test": before,
        "post_test": before + rng.randrange(15, 35),
        "municipality": rng.choice(("19", "19", "20", "17")),
    }


def _activity(number: int, *, year: int, rng: Random) -> dict[str, Any]:
    kind, target, direct, online, municipality = _ACTIVITIES[number - 1]
    return {
        "id": f"AW-{year}-{number:02d}",
        "type": kind,
        "date": date(year, 2, 3) + timedelta(days=38 * (number - 1) + rng.randrange(20)),
        "target": target,
        "reach_direct": direct,
        "reach_online": online,
        "materials_n": rng.randrange(0, 500),
        "languages": ("SQ", "SR"),
        "cost_eur": float(rng.randrange(300, 4000)),
        "funder": rng.choice(("STATE", "EU", "MUNICIPALITY")),
        "municipality": municipality,
    }


def _meeting(number: int, *, year: int, rng: Random) -> dict[str, Any]:
    body, level, institutions, organisations = _MEETINGS[number - 1]
    return {
        "id": f"MT-{year}-{number:02d}",
        "body": body,
        "level": level,
        "date": date(year, 1, 20) + timedelta(days=55 * (number - 1) + rng.randrange(20)),
        "institutions_n": institutions,
        "ngos_n": organisations,
        "decisions_n": rng.randrange(1, 6),
        "minutes": "YES",
    }


def _action(number: int, *, year: int, rng: Random) -> dict[str, Any]:
    """NAP-01: what is done has an achievement, and nothing costs more than half above its plan."""
    pillar, lead, indicator, target, planned, funder = _ACTIONS[number - 1]
    share = rng.choice((40, 80, 100, 100, 110))
    return {
        "action_code": f"NAP-{number:02d}",
        "pillar": pillar,
        "lead": lead,
        "deadline": date(year, 12, 31),
        "status": "DONE" if share >= 100 else "PARTIAL" if share > 50 else "ONGOING",
        "indicator": indicator,
        "target": float(target),
        "achieved": float(target * share // 100),
        "budget_planned_eur": float(planned),
        "budget_spent_eur": float(planned * min(share, 105) // 100),
        "funder": funder,
        "comment": "SAMPLE: made up",
    }


def _referral(victim: Victim, day: date, direction: str, timeline: Timeline) -> dict[str, Any]:
    local_id = f"TRM-{victim.id[1:]}"
    return {
        **identity(victim, agency="NATHB", local_id=local_id, on=day, seed=timeline.seed),
        "direction": direction,
        "partner_country": victim.citizenship if direction == "OUT" else "DE",
        "date": day,
        "risk_assessment_done": "YES",
        "voluntary": "YES",
        "escorted": "YES" if victim.child else "NO",
        "follow_up_report": "YES",
    }


def _legal_changes(timeline: Timeline, year: int) -> list[dict[str, Any]]:
    if year != timeline.last - 1:
        return []
    summary = "SAMPLE: the reflection period is ninety days."
    return [{"act": "SAMPLE standard operating procedures, revised", "date": date(year, 1, 1), "summary": summary}]


def _request(number: int, *, year: int, rng: Random) -> dict[str, Any]:
    asked_by, month = _REQUESTS[number - 1]
    day = date(year, month, rng.randrange(1, 28))
    return {"asked_by": asked_by, "date": day, "answered": rng.choice(("YES", "NO"))}
