"""Everybody in the sample: the planted victims of each year first, then ordinary ones until there are enough."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from atstats.simulation.chance import stream
from atstats.simulation.criminal import operations_of
from atstats.simulation.people import NGO, Victim, make_victim
from atstats.simulation.planted import Plant, plants_of_the_last_year
from atstats.simulation.planted_earlier import (
    FIRST_EPISODE,
    plants_of_the_first_year,
    plants_of_the_middle_year,
    second_episode,
)

__all__ = ["N_YEARS", "cast"]

N_YEARS = 3
"""Years of which everything is made up; of the year before them only what still goes on."""

_VOT, _PVOT = {"status": "VOT"}, {"status": "PVOT"}
_LATE = {**_VOT, "bodies": ("KP_THB", "VAAO", "PVPT"), "child": False, "marks": frozenset({"late report"})}
_STAYS_OVER = {**_VOT, "child": False, "marks": frozenset({"stays over"})}
_IN_APRIL = {**_PVOT, "bodies": ("KP_THB", "CSW_19"), "marks": frozenset({"operation"})}
_IN_OCTOBER = {**_VOT, "bodies": ("KP_THB", "VAAO", "CSW_19"), "marks": frozenset({"operation"})}
_AT_HIGH_RISK = {**_VOT, "bodies": ("KP_THB", "VAAO", "ISF", "CSW_19"), "child": True}
_INSPECTED = {**_VOT, "bodies": ("KP_THB", "VAAO", "LI"), "child": False, "sex": "M", "purpose": "LAB"}
_GOES_HOME = {**_VOT, "bodies": ("KP_THB", "VAAO", "PVPT"), "child": False, "marks": frozenset({"goes home"})}

_ORDINARY: tuple[dict[str, Any], ...] = (
    _IN_APRIL,
    _IN_OCTOBER,
    _LATE,
    _AT_HIGH_RISK,
    _GOES_HOME,
    _INSPECTED,
    {**_PVOT, "bodies": ("KP_THB",), "child": False},
    {**_PVOT, "bodies": ("CSW_19",), "child": True},
    {**_VOT, "bodies": ("KP_THB", "VAAO", "HHC", "CSW_19"), "child": True},
    {**_PVOT, "bodies": ("PVPT", "CSW_19"), "child": True},
    {**_PVOT, "bodies": ("PVPT", NGO), "child": True},
    {**_VOT, "bodies": ("KP_THB", "VAAO", "SHELTER_SAMPLE", "CSW_19"), "child": True, "sex": "F"},
    {"status": "REJECTED_BY_PERSON", "bodies": ("KP_THB", NGO), "child": False},
    {**_VOT, "bodies": ("KP_THB", "VAAO", "CSW_19"), "child": True},
    {**_PVOT, "bodies": ("CSW_19",), "child": True},
    {**_PVOT, "bodies": (NGO,), "child": False},
    {**_PVOT, "bodies": ("KP_THB", "CSW_19"), "child": True},
    _AT_HIGH_RISK,
    {**_PVOT, "bodies": ("HHC", "CSW_19"), "child": True},
    {**_VOT, "bodies": ("KP_THB", "VAAO", "CSW_19", NGO), "child": True},
)
"""Which agencies see an ordinary person and how far identification goes, in turn."""

_EVERY = 9
"""Every so many persons is of the family of the person before."""


def cast(n_persons: int, *, seed: int, last: int) -> tuple[tuple[Victim, ...], dict[str, tuple[str, ...]]]:
    """All victims of the years, and the true persons of each awkward case that found room.

    Args:
        n_persons: victims who are first met in each year.
        seed: of the sample.
        last: the last year; the two before it are made up whole, of the one before those only what goes on.

    Returns:
        In the order of the years. Who is trafficked twice is there twice, with one id.
    """
    company = _Company(seed, n_persons=n_persons, last=last)
    company.before()
    for year, plants in (
        (last - 2, plants_of_the_first_year()),
        (last - 1, plants_of_the_middle_year()),
        (last, plants_of_the_last_year()),
    ):
        company.fill(year, plants)
    return tuple(company.victims), company.whole_cases()


class _Company:
    """Numbers the victims over all years."""

    def __init__(self, seed: int, *, n_persons: int, last: int) -> None:
        self.seed = seed
        self.n_persons = n_persons
        self.last = last
        self.victims: list[Victim] = []
        self.n_made = 0
        self.cases: dict[str, list[str]] = {}
        self.dropped: set[str] = set()

    def before(self) -> None:
        """Those of the year before the first whose stay or file goes on into it."""
        year = self.last - N_YEARS
        for number in range(1, self.n_persons // 12 + 2):
            self._make(year, {**_STAYS_OVER, "bodies": ("KP_THB", "VAAO", "ISF"), **_autumn(year, number)})
            self._make(year, {**_STAYS_OVER, "bodies": ("KP_THB", "VAAO", "PVPT"), **_autumn(year, number + 3)})
        self._make(year, {**_LATE, **_december(year)})

    def fill(self, year: int, plants: Sequence[Plant]) -> None:
        """The persons first met in a year."""
        room = self.n_persons

        def make(case: str, **given: Any) -> None:
            nonlocal room
            if room == 0:
                self.dropped.add(case)
                return
            room -= 1
            self.cases.setdefault(case, []).append(self._make(year, {**_VOT, **given}).id)

        for plant in plants:
            plant(make, year)
        if year == self.last and FIRST_EPISODE in self.cases:
            self._again(year)
        for place in range(room):
            kind = dict(_ORDINARY[place % len(_ORDINARY)])
            kind |= self._fitting(kind, year, place)
            if place % _EVERY == _EVERY - 1:
                kind |= _family(self.victims[-1])
            self._make(year, kind)

    def whole_cases(self) -> dict[str, tuple[str, ...]]:
        """The awkward cases all of whose persons are there."""
        return {case: tuple(ids) for case, ids in self.cases.items() if case not in self.dropped}

    def _make(self, year: int, kind: dict[str, Any]) -> Victim:
        self.n_made += 1
        rng = stream("victim", self.seed, self.n_made)
        victim = make_victim(self.n_made, rng=rng, year=year, **kind)
        self.victims.append(victim)
        return victim

    def _again(self, year: int) -> None:
        (first,) = self.cases[FIRST_EPISODE]
        known = next(victim for victim in self.victims if victim.id == first)
        self.victims.append(replace(known, **second_episode(year)))

    def _fitting(self, kind: dict[str, Any], year: int, place: int) -> dict[str, Any]:
        """The days that a kind of person needs, and the shelters that are open then."""
        rng = stream("fitting", self.seed, year, place)
        if kind["bodies"] == _LATE["bodies"] and kind.get("marks") == _LATE["marks"]:
            return _december(year)
        if "goes home" in kind.get("marks", ()):
            return _foreigner(year, rng=rng)
        if "operation" in kind.get("marks", ()):
            return _beggar(year, number=2 if kind["status"] == "PVOT" else 5, rng=rng)
        return _sheltered(kind["bodies"], year=year, last=self.last, rng=rng)


def _december(year: int) -> dict[str, Any]:
    """Identified in December, so that the police report the case in the next year."""
    return {"first_contact": date(year, 11, 22), "identified": date(year, 12, 6)}


def _autumn(year: int, number: int) -> dict[str, Any]:
    day = date(year, 10, 3) + timedelta(days=5 * number % 50)
    return {"first_contact": day, "identified": day + timedelta(days=8)}


def _beggar(year: int, *, number: int, rng: Random) -> dict[str, Any]:
    """A child found in one of the two begging operations of the year."""
    operation = operations_of(year)[number - 1]
    day = operation.start + timedelta(days=rng.randrange(3))
    return {
        "community": "ROM", "citizenship": "XK", "child": True, "purpose": "BEG", "first_contact": day,
        "municipality": "19" if number == 2 else "11",
    }  # fmt: skip


def _foreigner(year: int, *, rng: Random) -> dict[str, Any]:
    """Found early in the year, so that the return falls into it."""
    day = date(year, 1, 20) + timedelta(days=rng.randrange(60))
    return {"community": rng.choice(("MOLDOVA", "ALB_AL", "SRB_RS")), "sex": "F", "first_contact": day}


def _sheltered(bodies: tuple[str, ...], *, year: int, last: int, rng: Random) -> dict[str, Any]:
    """HHC is closed until the end of March of the first year, the other shelter from July of the second on."""
    if "HHC" in bodies and year == last - 2:
        return {"first_contact": date(year, 4, 10) + timedelta(days=rng.randrange(200))}
    if "SHELTER_SAMPLE" in bodies and year == last - 2:
        return {"first_contact": date(year, 3, 1) + timedelta(days=rng.randrange(120))}
    if "SHELTER_SAMPLE" in bodies and year == last - 1:
        return {"first_contact": date(year, 1, 8) + timedelta(days=rng.randrange(30))}
    if "SHELTER_SAMPLE" in bodies:
        return {"bodies": tuple("PVPT" if body == "SHELTER_SAMPLE" else body for body in bodies)}
    return {}


def _family(victim: Victim) -> dict[str, Any]:
    """What brothers and sisters share, and what linkage must not take for one person."""
    return {
        "community": victim.community,
        "citizenship": victim.citizenship,
        "last_name": victim.last_name,
        "father_name": victim.father_name,
        "municipality": victim.municipality,
    }
