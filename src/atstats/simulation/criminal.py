"""Made-up criminal cases: who was found together, who is suspected, and what became of it.

A case runs from the police over the prosecution to the court; whatever would fall after the end
of the reference year has not happened yet.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from atstats.simulation.people import Suspect, Victim, make_suspect

__all__ = ["Case", "Decision", "Judgment", "Operation", "Proceedings", "operations_of", "proceed"]


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
class Decision:
    """What the prosecution decided on a person."""

    kind: str
    day: date
    indictment_no: str = ""
    offences: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Judgment:
    """One judgment on one defendant."""

    court_case_no: str
    instance: str
    day: date
    outcome: str
    offences: tuple[str, ...]
    final: date | None
    months: int = 0
    fine_eur: int = 0
    mitigating: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proceedings:
    """One person in one case, from suspicion to judgment."""

    suspect: Suspect
    role: str
    relation: str
    offences: tuple[str, ...]
    offence_date: date
    arrested: date | None = None
    received: date | None = None
    """Day on which the prosecution received the report."""
    report_no: str = ""
    source: str = "POLICE"
    office: str = ""
    decision: Decision | None = None
    judgments: tuple[Judgment, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One criminal file of the police, or (`police` false) one that only justice knows this year."""

    case_no: str
    opened: date
    offences: tuple[str, ...]
    """The main offence first."""
    municipality: str
    region: str
    victims: tuple[Victim, ...]
    people: tuple[Proceedings, ...]
    op_code: str = ""
    reported: bool = False
    police: bool = True
    proactive: bool = False


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


def proceed(
    victims: Sequence[Victim],
    *,
    rng: Random,
    year: int,
    regions: Mapping[str, str],
    planted: dict[str, tuple[str, ...]],
) -> tuple[Case, ...]:
    """All criminal cases of the year, those that the police opened first.

    Args:
        victims: every victim; those whom the police registered are in a case.
        rng: the only source of chance.
        year: the reference year.
        regions: municipality -> region of courts and prosecution.
        planted: awkward case -> true persons; the suspects of K12 and K20 are added to it.
    """
    court = _Justice(rng, year=year, regions=regions)
    groups = list(_groups([victim for victim in victims if "KP_THB" in victim.bodies], rng))
    cases = [court.trafficking_case(number, group) for number, group in enumerate(groups, start=1)]
    scale = max(1, len(victims) // 12)
    cases += [court.begging_case(number, children=victims, planted=planted) for number in range(1, scale + 1)]
    cases += [court.prostitution_case(number) for number in range(1, scale + 1)]
    cases += [court.inspectorate_case(number) for number in range(1, max(1, scale // 3) + 1)]
    cases += [court.pending_case(number) for number in range(1, scale + 1)]
    cases += [court.earlier_case(number) for number in range(1, scale + 3)]
    for case in cases:
        if any(victim.case_no == "acquitted" for victim in case.victims) and "K12" in planted:
            planted["K12"] += tuple(one.suspect.id for one in case.people)
    return tuple(cases)


def _groups(victims: Sequence[Victim], rng: Random) -> Iterator[list[Victim]]:
    """Victims who were found together: those planted so, and now and then the next one of the same form."""
    group: list[Victim] = []
    for victim in victims:
        together = bool(group) and (
            group[-1].case_no == victim.case_no != ""
            or (
                group[-1].case_no == victim.case_no == ""
                and not victim.written
                and group[-1].purpose == victim.purpose
                and len(group) < 3
                and rng.random() < 0.5
            )
        )
        if group and not together:
            yield group
            group = []
        group.append(victim)
    if group:
        yield group


class _Justice:
    """Numbers the suspects and files of a year, and lets each case run its course."""

    def __init__(self, rng: Random, *, year: int, regions: Mapping[str, str]) -> None:
        self.rng = rng
        self.year = year
        self.regions = regions
        self.operations = operations_of(year)
        self.last_day = date(year, 12, 31)
        self.n_suspects = 0
        self.n_reports = 0
        self.n_trials = 0

    # ---- kinds of cases

    def trafficking_case(self, number: int, victims: list[Victim]) -> Case:
        """A case with victims; about half are reported to the prosecution within the year."""
        opened = min(victim.first_contact for victim in victims) - timedelta(days=self.rng.randrange(4))
        opened = max(opened, date(self.year, 1, 3))
        main = "THB_CHILD" if any(victim.child for victim in victims) else "THB"
        acquitted = victims[0].case_no == "acquitted"
        together = number % 9 == 4
        offences = (main, "THB_ORG") if together else (main, "PROST_FACIL") if number % 5 == 2 else (main,)
        people = [
            Proceedings(
                suspect=self._suspect(),
                role=("EXPLOITER", "RECRUITER", "HARBOURER")[place],
                relation=self._relation(victims[0]),
                offences=offences,
                offence_date=min(victim.exploitation_start for victim in victims),
                arrested=self._within(opened + timedelta(days=self.rng.randrange(12)), share=0.8),
            )
            for place in range(2 if together or number % 6 == 3 else 1)
        ]
        plan = next((each for each in self.operations if each.start <= opened <= each.end), None)
        case = Case(
            case_no=f"THB-{self.year}-{number:03d}",
            opened=opened,
            offences=offences,
            municipality=victims[0].municipality,
            region=self.regions[victims[0].municipality],
            victims=tuple(victims),
            people=tuple(people),
            op_code=plan.op_code if plan is not None and plan.type != "BEGGING" and number % 2 else "",
            proactive=plan is not None,
        )
        if acquitted:
            return self._acquitted(case)
        return self._reported(case) if number % 5 in (0, 1) else case

    def begging_case(self, number: int, *, children: Sequence[Victim], planted: dict[str, tuple[str, ...]]) -> Case:
        """Parents who beg with their child: mistreatment of a child, without a victim of trafficking."""
        operation = self.operations[1 if number % 2 else 4]
        child = next((each for each in children if number == 1 and each.id in planted.get("K20", ())), None)
        family = {"community": "ROM", "citizenship": "XK"}
        if child is not None:
            family["last_name"] = child.last_name
        parents = [self._suspect(sex=sex, **family) for sex in ("F", "M")[: 2 if child is not None else 1]]
        if child is not None:
            planted["K20"] += tuple(parent.id for parent in parents)
        opened = operation.start + timedelta(days=number % 3)
        municipality = "19" if number % 2 else "20"
        people = [
            Proceedings(parent, "PARENT", "PARENT", ("CHILD_MISTREAT",), opened - timedelta(days=30))
            for parent in parents
        ]
        return self._reported(
            Case(
                case_no=f"OTH-{self.year}-{number:03d}",
                opened=opened,
                offences=("CHILD_MISTREAT",),
                municipality=municipality,
                region=self.regions[municipality],
                victims=(),
                people=tuple(people),
                op_code=operation.op_code,
                proactive=True,
            )
        )

    def prostitution_case(self, number: int) -> Case:
        """Facilitating prostitution, found by ordinary police work."""
        opened = date(self.year, 2, 10) + timedelta(days=self.rng.randrange(250))
        municipality = self.rng.choice(("19", "20", "25", "17"))
        case = Case(
            case_no=f"PRO-{self.year}-{number:03d}",
            opened=opened,
            offences=("PROST_FACIL",),
            municipality=municipality,
            region=self.regions[municipality],
            victims=(),
            people=(
                Proceedings(
                    self._suspect(), "FACILITATOR", "ACQUAINTANCE", ("PROST_FACIL",), opened - timedelta(days=60)
                ),
            ),
        )
        return self._reported(case) if number % 2 else case

    def inspectorate_case(self, number: int) -> Case:
        """A report that the Labour Inspectorate sent to the prosecution by itself."""
        day = date(self.year, 6, 3) + timedelta(days=self.rng.randrange(60))
        return self._justice_only(f"LI{number}", offences=("THB", "LABOUR_VIOL"), received=day, source="LI")

    def pending_case(self, number: int) -> Case:
        """A report of the year before that the prosecution still had to decide."""
        day = date(self.year - 1, 9, 2) + timedelta(days=self.rng.randrange(90))
        return self._justice_only(f"PEN{number}", offences=("THB",), received=day, source="POLICE")

    def earlier_case(self, number: int) -> Case:
        """A defendant indicted in the year before and judged in this one, most also on appeal."""
        day = date(self.year - 1, 3, 4) + timedelta(days=self.rng.randrange(60))
        case = self._justice_only(f"EAR{number}", offences=("THB",), received=day, source="POLICE", decided=False)
        (one,) = case.people
        indicted = Decision("INDICT", day + timedelta(days=70), self._indictment_no(one, day.year), one.offences)
        first = date(self.year, 2, 3) + timedelta(days=self.rng.randrange(70))
        judgments = self._judged(one, indicted, day=first, appeal=number % 4 != 0, outcome="GUILTY")
        return replace(case, people=(replace(one, decision=indicted, judgments=judgments),))

    # ---- the course of a case

    def _reported(self, case: Case) -> Case:
        received = self._within(case.opened + timedelta(days=self.rng.randrange(15, 45)))
        if received is None:
            return case
        office = case.region
        report_no = self._report_no(office, received.year)
        people = [
            self._decided(replace(one, received=received, report_no=report_no, office=office)) for one in case.people
        ]
        return replace(case, people=tuple(people), reported=True)

    def _acquitted(self, case: Case) -> Case:
        """The planted acquittal: reported in February, indicted in April, judged in November."""
        day = date(self.year, 2, 17)
        report_no = self._report_no(case.region, self.year)
        people = []
        for one in case.people:
            one = replace(one, received=day, report_no=report_no, office=case.region)
            indicted = Decision("INDICT", date(self.year, 4, 8), self._indictment_no(one, self.year), one.offences)
            judgments = self._judged(one, indicted, day=date(self.year, 10, 14), appeal=False, outcome="ACQUITTED")
            people.append(replace(one, decision=indicted, judgments=judgments))
        return replace(case, people=tuple(people), reported=True)

    def _justice_only(
        self, name: str, *, offences: tuple[str, ...], received: date, source: str, decided: bool = True
    ) -> Case:
        office = self.rng.choice(("PR", "PZ", "GJL", "FE", "PE"))
        one = Proceedings(
            suspect=self._suspect(),
            role="EXPLOITER",
            relation="EMPLOYER",
            offences=offences,
            offence_date=received - timedelta(days=self.rng.randrange(90, 400)),
            received=received,
            report_no=self._report_no(office, received.year),
            source=source,
            office=office,
        )
        municipality = {"PR": "19", "PZ": "20", "GJL": "04", "FE": "25", "PE": "17"}[office]
        case_no = f"THB-{received.year}-{name}" if source == "POLICE" else ""
        return Case(
            case_no=case_no,
            opened=received - timedelta(days=30),
            offences=offences,
            municipality=municipality,
            region=office,
            victims=(),
            people=(self._decided(one) if decided else one,),
            police=False,
        )

    def _decided(self, one: Proceedings) -> Proceedings:
        assert one.received is not None
        start = max(one.received, date(self.year, 1, 10))
        day = self._within(start + timedelta(days=self.rng.randrange(30, 90)), before=20)
        kind = self.rng.choices(("INDICT", "DIRECT_INDICT", "DISMISS", "TERMINATE", ""), weights=(62, 6, 14, 6, 12))[0]
        if day is None or not kind:
            return one
        if kind in ("DISMISS", "TERMINATE"):
            reason = self.rng.choice(("NO_EVIDENCE", "NO_OFFENCE"))
            return replace(one, decision=Decision(kind, day, reason=reason))
        offences = ("PROST_FACIL",) if one.offences[-1] == "PROST_FACIL" else one.offences
        decision = Decision(kind, day, self._indictment_no(one, day.year), offences)
        judged = self._within(day + timedelta(days=self.rng.randrange(100, 150)), before=15, share=0.6)
        if judged is None:
            return replace(one, decision=decision)
        outcome = self.rng.choices(("GUILTY", "GUILTY_PLEA", "ACQUITTED"), weights=(6, 3, 1))[0]
        return replace(one, decision=decision, judgments=self._judged(one, decision, day=judged, outcome=outcome))

    def _judged(
        self, one: Proceedings, indicted: Decision, *, day: date, outcome: str, appeal: bool = False
    ) -> tuple[Judgment, ...]:
        self.n_trials += 1
        court_case_no = f"PKR-{one.office}-{self.n_trials:03d}-{indicted.day.year % 100:02d}"
        guilty = outcome in ("GUILTY", "GUILTY_PLEA")
        months = self._months(indicted.offences[0], plea=outcome == "GUILTY_PLEA") if guilty else 0
        first = Judgment(
            court_case_no=court_case_no,
            instance="FIRST",
            day=day,
            outcome=outcome,
            offences=indicted.offences if guilty else (),
            final=None if appeal else self._within(day + timedelta(days=40)),
            months=months,
            fine_eur=self.rng.choice((500, 1500, 3000)) if guilty else 0,
            mitigating=("PLEA",) if outcome == "GUILTY_PLEA" else (),
        )
        if not appeal:
            return (first,)
        later = day + timedelta(days=self.rng.randrange(150, 230))
        lowered = self.n_trials % 3 == 0
        second = replace(
            first,
            instance="APPEAL",
            day=later,
            outcome="MODIFIED_DOWN" if lowered else "CONFIRMED",
            final=later,
            months=first.months - 6 if lowered else 0,
            fine_eur=0,
            mitigating=("NO_RECORD",) if lowered else (),
        )
        return (first, second)

    # ---- small pieces

    def _suspect(self, **given: str) -> Suspect:
        self.n_suspects += 1
        return make_suspect(self.n_suspects, rng=self.rng, year=self.year, **given)

    def _report_no(self, office: str, year: int) -> str:
        self.n_reports += 1
        return f"PPN-{office}-{self.n_reports:03d}-{year}"

    def _indictment_no(self, one: Proceedings, year: int) -> str:
        return f"AKT-{one.office}-{self.n_reports:03d}-{year}"

    def _within(self, day: date, *, before: int = 0, share: float = 1.0) -> date | None:
        """The day, unless it is after the end of the year (or `before` days from it) or chance says no."""
        happens = self.rng.random() < share
        return day if happens and day <= self.last_day - timedelta(days=before) else None

    def _relation(self, victim: Victim) -> str:
        if victim.purpose == "BEG":
            return "PARENT" if victim.child else "OTHER_RELATIVE"
        return self.rng.choice(("ACQUAINTANCE", "INTIMATE_PARTNER", "EMPLOYER", "STRANGER", "FRIEND"))

    def _months(self, offence: str, *, plea: bool) -> int:
        lengths = {"THB": (60, 66, 72, 84), "THB_CHILD": (72, 84, 96), "PROST_FACIL": (12, 18, 24)}
        length = self.rng.choice(lengths.get(offence, (12, 18)))
        return length - length // 4 if plea else length
