"""A criminal case as it truly runs: from the file of the police over the prosecution to the last court.

Days are of the whole course, whatever year they fall in; each agency's workbook shows of it what
had happened by the end of its year.
"""

from dataclasses import dataclass
from datetime import date

from atstats.simulation.people import Suspect, Victim

__all__ = ["TRAFFICKING", "Case", "Hearing", "Operation", "Proceedings", "Seizure", "Trial", "Verdict", "operations_of"]

TRAFFICKING = ("THB", "THB_CHILD", "THB_ORG")


@dataclass(frozen=True, slots=True)
class Operation:
    """One police operation, on fixed days of the year."""

    op_code: str
    name: str
    type: str
    start: date
    end: date
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hearing:
    """One instance that hears a court case and judges all its defendants on one day."""

    instance: str
    court: str
    filed: date
    """The day on which the case came before this court."""
    day: date


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one hearing meant for one defendant."""

    outcome: str
    offences: tuple[str, ...] = ()
    final: date | None = None
    months: int = 0
    fine_eur: int = 0
    mitigating: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """One court case from its indictment on."""

    court_case_no: str
    indictment_no: str
    hearings: tuple[Hearing, ...]


@dataclass(frozen=True, slots=True)
class Seizure:
    """One kind of asset, frozen and later confiscated; the days without a year may never come."""

    asset_type: str
    value_eur: int
    frozen: date
    confiscated: date | None = None


@dataclass(frozen=True, slots=True)
class Proceedings:
    """One person in one case, from suspicion to judgment."""

    suspect: Suspect
    role: str
    relation: str
    offences: tuple[str, ...]
    arrested: date | None = None
    decision: str = ""
    """Of the prosecution; empty where it never comes to one."""
    reason: str = ""
    charged: tuple[str, ...] = ()
    """The offences of the indictment."""
    verdicts: tuple[Verdict, ...] = ()
    """One for each hearing of the trial; none for who is not indicted."""


@dataclass(frozen=True, slots=True)
class Case:
    """One criminal file of the police, or (`police` false) one that only justice knows."""

    case_no: str
    opened: date
    offences: tuple[str, ...]
    """The main offence first."""
    municipality: str
    office: str
    """Prosecution office and basic court of the region."""
    victims: tuple[Victim, ...]
    people: tuple[Proceedings, ...]
    offence_date: date
    op_code: str = ""
    police: bool = True
    proactive: bool = False
    source: str = "POLICE"
    received: date | None = None
    """Day on which the prosecution received the report; null where the police never filed one."""
    report_no: str = ""
    decided: date | None = None
    trial: Trial | None = None
    seizures: tuple[Seizure, ...] = ()
    sealed: bool = False

    @property
    def police_years(self) -> frozenset[int]:
        """The years for which the police send the file: when it was opened, and when something was still settled."""
        if not self.police:
            return frozenset()
        later = [self.received, *(victim.identified or victim.decided for victim in self.victims)]
        return frozenset((self.opened.year, *(day.year for day in later if day is not None)))

    def victims_in(self, year: int) -> tuple[Victim, ...]:
        """The victims that the police knew in the year."""
        return tuple(victim for victim in self.victims if victim.first_contact.year <= year)


def operations_of(year: int) -> tuple[Operation, ...]:
    """The year's operations: a plan in spring, begging in April and October, raids, joint inspections."""

    def operation(number: int, name: str, kind: str, days: tuple[date, date], *regions: str) -> Operation:
        return Operation(f"OP-{year}-{number:02d}", name, kind, *days, regions)

    return (
        operation(1, "SAMPLE Pranvera", "PLAN", (date(year, 3, 1), date(year, 5, 31)), "PR", "FE", "GJL"),
        operation(2, "SAMPLE Rruga", "BEGGING", (date(year, 4, 21), date(year, 4, 25)), "PR", "PZ"),
        operation(3, "SAMPLE Nata", "RAID", (date(year, 7, 10), date(year, 7, 12)), "PE", "GJK"),
        operation(4, "SAMPLE Puna", "JOINT_INSPECTION", (date(year, 9, 1), date(year, 9, 30)), "FE", "PR"),
        operation(5, "SAMPLE Vjeshta", "BEGGING", (date(year, 10, 6), date(year, 10, 10)), "PR", "MI"),
    )
