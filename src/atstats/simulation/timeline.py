"""One run of events over several years, of which each workbook shows the part of its agency and year."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from atstats.schema import Schema
from atstats.simulation.cases import proceed
from atstats.simulation.cast import N_YEARS, cast
from atstats.simulation.criminal import Case
from atstats.simulation.people import NGO, Suspect, Victim

__all__ = ["NGO_BEFORE", "NGO_NOW", "Timeline", "overlaps", "run", "year_end"]

NGO_BEFORE, NGO_NOW = "NGO_SAMPLE_OLD", "NGO_SAMPLE"
"""The codes of the organisation of the sample before and after it changes its name."""

_NUMBERED: Mapping[str, str] = {
    "KP_THB": "KP-{:04d}", "ISF": "{:05d}", "PVPT": "P-{:03d}", "HHC": "HHC-{:03d}", "SHELTER_SAMPLE": "S/{:03d}",
    "CSW_19": "QPS-{:04d}", "VAAO": "ZMV-{:03d}", NGO: "K-{:03d}", "LI": "IP-{:03d}",
}  # fmt: skip
"""How an agency numbers its persons."""
_SUSPECTS: Mapping[str, str] = {"KP_THB": "D-{:04d}", "SP": "{:05d}", "KJC": "A-{:04d}"}
"""How an agency numbers its suspects."""


@dataclass(frozen=True)
class Timeline:
    """Everybody and everything that happens, from the year before `first` to the end of `last`."""

    seed: int
    first: int
    last: int
    victims: tuple[Victim, ...]
    """In the order of the years; who is trafficked twice is there twice, with one id."""
    cases: tuple[Case, ...]
    planted: Mapping[str, tuple[str, ...]]
    """Number of an awkward case ("K01") -> the true persons that it is made of."""

    def known_to(self, agency: str) -> tuple[Victim, ...]:
        """The victims that an agency registers, in the order in which they came."""
        mine = [victim for victim in self.victims if agency in victim.bodies]
        return tuple(sorted(mine, key=lambda victim: (victim.first_contact, victim.id)))

    def local_id(self, victim: Victim, agency: str) -> str:
        """The number that an agency gives a person, the same in every year."""
        return self._local_ids[agency][victim.id]

    @cached_property
    def _local_ids(self) -> Mapping[str, Mapping[str, str]]:
        ids: dict[str, dict[str, str]] = {}
        for agency, form in _NUMBERED.items():
            persons = dict.fromkeys(victim.id for victim in self.known_to(agency))
            ids[agency] = {person: form.format(number) for number, person in enumerate(persons, start=1)}
        return ids

    def suspect_id(self, suspect: Suspect, agency: str) -> str:
        """The number that police, prosecution or courts give a suspect, one for all persons and years."""
        return _SUSPECTS[agency].format(self._suspect_numbers[agency][suspect.id])

    @cached_property
    def _suspect_numbers(self) -> Mapping[str, Mapping[str, int]]:
        """In the order in which each of the three met them."""
        late = date.max
        ways: Mapping[str, Callable[[Case], tuple[date, str]]] = {
            "KP_THB": lambda case: (case.opened, case.case_no),
            "SP": lambda case: (case.received or late, case.report_no),
            "KJC": lambda case: (case.trial.hearings[0].filed if case.trial else late, case.report_no),
        }
        return {
            agency: {
                suspect: number
                for number, suspect in enumerate(
                    (one.suspect.id for case in sorted(self.cases, key=way) for one in case.people), start=1
                )
            }
            for agency, way in ways.items()
        }

    @cached_property
    def case_of(self) -> Mapping[tuple[str, int], Case]:
        """(true person, episode) -> the criminal case, for the victims that have one."""
        return {(victim.id, victim.episode): case for case in self.cases for victim in case.victims}

    def case_of_victim(self, victim: Victim) -> Case | None:
        """The criminal case of a victim, where there is one."""
        return self.case_of.get((victim.id, victim.episode))

    def ngo(self, day: date) -> str:
        """The code of the organisation on a day: it changes its name after the first year."""
        return NGO_BEFORE if day.year <= self.first else NGO_NOW

    @property
    def closing_day(self) -> date:
        """The last day of the shelter that closes for good."""
        return date(self.last - 1, 6, 30)


def run(*, n_persons: int, seed: int, last: int, schema: Schema) -> Timeline:
    """Make up the years that end with `last`; the same arguments give the same run.

    Args:
        n_persons: true victims who are first met in each year.
        seed: of all chance.
        last: the last year.
        schema: gives the region of each municipality.
    """
    first = last - N_YEARS + 1
    victims, planted = cast(n_persons, seed=seed, last=last)
    regions = schema.codelists["municipality"].crosswalk("region")
    cases, suspects = proceed(victims, seed=seed, years=range(first - 1, last + 1), regions=regions)
    whole = {case: (*planted.get(case, ()), *suspects.get(case, ())) for case in {*planted, *suspects}}
    return Timeline(seed, first, last, victims, cases, _sorted(whole, victims))


def _sorted(planted: Mapping[str, tuple[str, ...]], victims: Sequence[Victim]) -> dict[str, tuple[str, ...]]:
    known = {victim.id for victim in victims}
    return {
        case: persons
        for case, persons in sorted(planted.items())
        if all(person in known or person.startswith("S") for person in persons)
    }


def overlaps(begun: date, ended: date | None, year: int) -> bool:
    """Whether something goes on on any day of the year."""
    return begun.year <= year and (ended is None or ended.year >= year)


def year_end(year: int) -> date:
    """The last day of a year."""
    return date(year, 12, 31)
