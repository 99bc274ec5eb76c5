"""Everybody in the sample: the planted victims first, then ordinary ones until there are enough."""

from random import Random
from typing import Any

from atstats.simulation.people import Victim, make_victim
from atstats.simulation.planted import planted_victims

__all__ = ["cast"]

_HIGH_RISK_CHILD = {"bodies": ("KP_THB", "VAAO", "ISF", "CSW_19"), "status": "VOT", "child": True}
_CHILD = {"bodies": ("KP_THB", "VAAO", "CSW_19"), "status": "VOT", "child": True}
_ADULT = {"bodies": ("KP_THB", "VAAO"), "status": "VOT", "child": False}
_PRESUMED_ADULT = {"bodies": ("KP_THB",), "status": "PVOT", "child": False}
_PRESUMED_CHILD = {"bodies": ("KP_THB", "CSW_19"), "status": "PVOT", "child": True}
_DECLINED = {"bodies": ("KP_THB", "PVPT"), "status": "REJECTED_BY_PERSON", "child": False}
_SHELTERED_CHILD = {"bodies": ("PVPT", "CSW_19"), "status": "PVOT", "child": True}
_SOCIAL_WORK_ONLY = {"bodies": ("CSW_19",), "status": "PVOT", "child": True}
_SHELTER_ONLY = {"bodies": ("PVPT",), "status": "PVOT", "child": True}
_ADVOCATE_ONLY = {"bodies": ("VAAO",), "status": "PVOT", "child": False}
_SHELTER_AND_ADVOCATE = {"bodies": ("PVPT", "VAAO"), "status": "PVOT", "child": True}

_ORDINARY: tuple[dict[str, Any], ...] = (
    _HIGH_RISK_CHILD, _ADULT, _CHILD, _PRESUMED_ADULT, _SOCIAL_WORK_ONLY, _HIGH_RISK_CHILD, _SHELTERED_CHILD,
    _SHELTER_AND_ADVOCATE, _CHILD, _ADULT, _DECLINED, _SOCIAL_WORK_ONLY, _SHELTER_ONLY, _PRESUMED_CHILD, _ADVOCATE_ONLY,
    _SHELTERED_CHILD, _PRESUMED_ADULT, _SOCIAL_WORK_ONLY, _SHELTER_AND_ADVOCATE, _SHELTER_ONLY,
)  # fmt: skip
"""Which agencies see an ordinary person and how far identification goes, in turn."""

_EVERY = 9
"""Every so many persons is of the family of the person before."""


def cast(n_persons: int, *, rng: Random, year: int) -> tuple[tuple[Victim, ...], dict[str, tuple[str, ...]]]:
    """All victims of the sample, and the true persons of each awkward case that found room."""
    victims, planted = planted_victims(n_persons, rng=rng, year=year)
    for number in range(len(victims) + 1, n_persons + 1):
        kind = dict(_ORDINARY[(number - 1) % len(_ORDINARY)])
        if number % _EVERY == 0:
            kind |= _family(victims[-1])
        victims.append(make_victim(number, rng=rng, year=year, **kind))
    return tuple(victims), planted


def _family(victim: Victim) -> dict[str, Any]:
    """What brothers and sisters share, and what linkage must not take for one person."""
    return {
        "community": victim.community,
        "citizenship": victim.citizenship,
        "last_name": victim.last_name,
        "father_name": victim.father_name,
        "municipality": victim.municipality,
    }
