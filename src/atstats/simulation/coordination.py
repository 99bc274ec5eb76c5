"""What the coordination secretariat sends: trainings and awareness activities, not about persons."""

from datetime import date, timedelta
from random import Random
from typing import Any

from atstats.simulation.layout import Row, Submitted

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


def secretariat(*, year: int, rng: Random) -> Submitted:
    """The workbook of the coordination secretariat."""
    trainings = [Row(_training(number, year=year, rng=rng)) for number in range(1, len(_TRAININGS) + 1)]
    awareness = [Row(_activity(number, year=year, rng=rng)) for number in range(1, len(_ACTIVITIES) + 1)]
    return Submitted("NATHB", "nathb", "en", {"trainings": trainings, "awareness": awareness})


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
