"""All criminal cases of the years: who was found together, who is suspected, and the awkward courses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from atstats.simulation.chance import stream
from atstats.simulation.course import Justice
from atstats.simulation.criminal import Case, Hearing, Operation, Proceedings, operations_of
from atstats.simulation.people import Victim

__all__ = ["proceed"]

_OFFICES = {"PR": "19", "PZ": "20", "GJL": "04", "FE": "25", "PE": "17"}
"""Prosecution office -> a municipality of its region."""
_PERSONS_PER_CASE = 12
"""So many victims a year go with one case of begging and one of facilitated prostitution."""


def proceed(
    victims: Sequence[Victim], *, seed: int, years: Sequence[int], regions: Mapping[str, str]
) -> tuple[tuple[Case, ...], dict[str, tuple[str, ...]]]:
    """All cases of the years, and the suspects of the awkward ones (number of the case -> true persons).

    Args:
        victims: every victim; those whom the police registered are in a case.
        seed: of the sample.
        years: from the first whose cases are at hand to the last that is written.
        regions: municipality -> region of courts and prosecution.
    """
    files = _Files(Justice(seed), seed=seed, regions=regions, last=max(years))
    cases: list[Case] = []
    for year in years:
        met = [each for each in victims if each.first_contact.year == year]
        scale = max(1, len(met) // _PERSONS_PER_CASE)
        if year > min(years):
            begging = next((each for each in met if "begs with parents" in each.marks), None)
            found = [each for each in met if "KP_THB" in each.bodies]
            cases += [files.trafficking(year, number, group) for number, group in enumerate(_groups(found, seed), 1)]
            cases += [files.begging(year, number, begging) for number in range(1, scale + 1)]
            cases += [files.prostitution(year, number) for number in range(1, scale + 1)]
            cases += [files.inspected(year, number) for number in range(1, max(1, scale // 3) + 1)]
        else:
            cases += [files.late(year, group) for group in _groups([each for each in met if _late(each)], seed)]
            scale = max(1, sum(each.first_contact.year == max(years) for each in victims) // _PERSONS_PER_CASE)
            cases += [files.pending(year, number) for number in range(1, 2 * scale + 3)]
            cases += [files.earlier(year, number) for number in range(1, 2 * scale + 3)]
    cases += [files.long_way(), files.set_aside()]
    return tuple(files.justice.seize(case) for case in cases), files.planted


def _late(victim: Victim) -> bool:
    return "late report" in victim.marks


def _groups(victims: Sequence[Victim], seed: int) -> Iterator[list[Victim]]:
    """Victims who were found together: those planted so, and now and then the next one of the same form."""
    group: list[Victim] = []
    for victim in victims:
        if group and not _together(group, victim, stream("together", seed, victim.id)):
            yield group
            group = []
        group.append(victim)
    if group:
        yield group


def _together(group: Sequence[Victim], victim: Victim, rng: Random) -> bool:
    last = group[-1]
    if last.case_no or victim.case_no:
        return last.case_no == victim.case_no
    ordinary = not (victim.written or victim.marks or last.marks) and last.purpose == victim.purpose
    near = abs((last.first_contact - victim.first_contact).days) <= 60
    return ordinary and near and len(group) < 3 and rng.random() < 0.6


class _Files:
    """Opens the files of the police and of justice, each kind in its own way; `last` is the last year written."""

    def __init__(self, justice: Justice, *, seed: int, regions: Mapping[str, str], last: int) -> None:
        self.justice = justice
        self.seed = seed
        self.regions = regions
        self.last = last
        self.planted: dict[str, tuple[str, ...]] = {}

    # ---- files of the police

    def trafficking(self, year: int, number: int, victims: list[Victim]) -> Case:
        """A case with victims; two in three are reported to the prosecution."""
        rng = stream("case", self.seed, victims[0].id, year)
        marks = frozenset(mark for victim in victims for mark in victim.marks)
        case = self._opened(year, number, victims, marks=marks, rng=rng)
        if "acquitted" in marks:
            return self._acquitted(case)
        if "downgraded" in marks:
            return self._downgraded(case)
        if "late report" in marks:
            return self._course(case, date(year + 1, 2, 3) + timedelta(days=rng.randrange(20)))
        if "unreported" in marks:
            return case
        if victims[0].case_no == "many":
            return self._soon(case)
        if case.case_no.endswith("-001") or marks - {"operation"} or rng.random() < 0.4:
            received = min(case.opened + timedelta(days=rng.randrange(15, 45)), date(year, 12, 28))
            return self._course(case, received)
        return case

    def late(self, year: int, victims: list[Victim]) -> Case:
        """A file of the year before the first, which the police report in the first."""
        return self.trafficking(year, 90, victims)

    def _opened(self, year: int, number: int, victims: Sequence[Victim], *, marks: frozenset[str], rng: Random) -> Case:
        contact = min(victim.first_contact for victim in victims)
        exact = "operation" in marks or victims[0].case_no == "many"
        opened = contact if exact else max(contact - timedelta(days=rng.randrange(4)), date(year, 1, 3))
        main = "THB_CHILD" if any(victim.child for victim in victims) else "THB"
        organised = "three counts" in marks or victims[0].case_no == "many" or number % 9 == 4
        offences: tuple[str, ...] = (main,)
        if "three counts" in marks:
            offences = ("THB_CHILD", "THB", "THB_ORG")
        elif organised:
            offences = (main, "THB_ORG")
        elif number % 5 == 2 and not marks:
            offences = (main, "PROST_FACIL")
        people = [
            Proceedings(
                suspect=self.justice.suspect(year),
                role=("EXPLOITER", "RECRUITER", "HARBOURER")[place],
                relation=_relation(victims[0], rng),
                offences=offences,
                arrested=opened + timedelta(days=rng.randrange(12)) if rng.random() < 0.8 else None,
            )
            for place in range(2 if organised or number % 6 == 3 else 1)
        ]
        people += [self._victim_too(victim, year, opened) for victim in victims if "suspect too" in victim.marks]
        if "three counts" in marks:
            self._plant("K18", people)
        plan = _operation_on(opened, begging=exact and victims[0].purpose == "BEG")
        return Case(
            case_no=f"THB-{year}-{number:03d}",
            opened=opened,
            offences=offences,
            municipality=victims[0].municipality,
            office=self.regions[victims[0].municipality],
            victims=tuple(victims),
            people=tuple(people),
            offence_date=min(victim.exploitation_start for victim in victims),
            op_code=plan.op_code if plan is not None and (exact or number % 2) else "",
            proactive=plan is not None,
            sealed="sealed" in marks,
        )

    def _victim_too(self, victim: Victim, year: int, opened: date) -> Proceedings:
        """K22: a victim who recruited others; the number stays blank, so that the two roles meet by name only."""
        suspect = self.justice.suspect(
            year, community=victim.community, sex=victim.sex, citizenship=victim.citizenship, personal_no="",
            first_name=victim.first_name, last_name=victim.last_name, birth_date=victim.birth_date,
        )  # fmt: skip
        self.planted["K22"] = (suspect.id,)
        return Proceedings(
            suspect, "RECRUITER", "FRIEND", ("THB",), opened, decision="DISMISS", reason="NO_LIABILITY"
        )  # fmt: skip

    def begging(self, year: int, number: int, child: Victim | None) -> Case:
        """Parents who beg with their child: mistreatment of a child, without a victim of trafficking."""
        operation = operations_of(year)[1 if number % 2 else 4]
        family = {"community": "ROM", "citizenship": "XK"}
        known = number == 1 and child is not None
        if known and child is not None:
            family["last_name"] = child.last_name
        parents = [self.justice.suspect(year, sex=sex, **family) for sex in ("F", "M")[: 2 if known else 1]]
        opened = operation.start + timedelta(days=number % 3)
        people = [Proceedings(parent, "PARENT", "PARENT", ("CHILD_MISTREAT",)) for parent in parents]
        if known:
            self._plant("K20", people)
        case = self._file(f"OTH-{year}-{number:03d}", opened, "19" if number % 2 else "20", people, 30)
        case = replace(case, op_code=operation.op_code, proactive=True)
        return self._course(case, opened + timedelta(days=20 + number % 9))

    def prostitution(self, year: int, number: int) -> Case:
        """Facilitating prostitution; the first is found in a raid against trafficking (K19)."""
        rng = stream("prostitution", self.seed, year, number)
        raid = operations_of(year)[2]
        opened = raid.start if number == 1 else date(year, 2, 10) + timedelta(days=rng.randrange(250))
        municipality = "17" if number == 1 else rng.choice(("19", "20", "25", "04"))
        arrested = opened if number == 1 else None
        people = [
            Proceedings(self.justice.suspect(year), "FACILITATOR", "ACQUAINTANCE", ("PROST_FACIL",), arrested)
            for _ in range(2 if number == 1 else 1)
        ]
        case = self._file(f"PRO-{year}-{number:03d}", opened, municipality, people, 60)
        if number == 1:
            case = replace(case, op_code=raid.op_code, proactive=True)
            self._plant("K19", people)
        return self._course(case, opened + timedelta(days=rng.randrange(15, 40))) if number % 2 else case

    # ---- files that only justice knows

    def inspected(self, year: int, number: int) -> Case:
        """A report that the Labour Inspectorate sent to the prosecution by itself."""
        rng = stream("inspected", self.seed, year, number)
        day = date(year, 6, 3) + timedelta(days=rng.randrange(60))
        case = self._of_justice("", ("THB", "LABOUR_VIOL"), day, rng)
        return self._course(replace(case, source="LI"), day)

    def pending(self, year: int, number: int) -> Case:
        """A report of the year before the first that the prosecution still has to decide."""
        rng = stream("pending", self.seed, year, number)
        day = date(year, 10, 20) + timedelta(days=rng.randrange(50))
        return self._course(self._of_justice(f"THB-{year}-{number:03d}", ("THB",), day, rng), day)

    def earlier(self, year: int, number: int) -> Case:
        """Defendants indicted in the year before the first and judged in it, most also on appeal."""
        rng = stream("earlier", self.seed, year, number)
        day = date(year, 3, 4) + timedelta(days=rng.randrange(60))
        case = self.justice.report(self._of_justice(f"THB-{year}-{50 + number:03d}", ("THB",), day, rng), day)
        case = self._indicted(case, day + timedelta(days=70))
        assert case.decided is not None
        first = date(year + 1, 2, 3) + timedelta(days=rng.randrange(70))
        hearings = [Hearing("FIRST", case.office, case.decided + timedelta(days=12), first)]
        if number % 4:
            later = first + timedelta(days=rng.randrange(120, 200))
            hearings.append(Hearing("APPEAL", "COURT_OF_APPEALS", first + timedelta(days=20), later))
        return self.justice.tried(case, hearings)

    def long_way(self) -> Case:
        """K16: thirteen years from the offence to the last word, under the article of the offence."""
        year = self.last
        rng = stream("long way", self.seed)
        case = self._of_justice(f"THB-{year - 9}-001", ("THB",), date(year - 9, 3, 9), rng)
        case = replace(case, offence_date=date(year - 13, 6, 10))
        self._plant("K16", case.people)
        case = self._indicted(self.justice.report(case, date(year - 9, 3, 9)), date(year - 7, 4, 17))
        hearings = (
            Hearing("FIRST", case.office, date(year - 7, 5, 2), date(year - 2, 5, 15)),
            Hearing("APPEAL", "COURT_OF_APPEALS", date(year - 2, 6, 12), date(year, 3, 20)),
        )
        return self.justice.tried(case, hearings, "GUILTY", "MODIFIED_DOWN", months=60)

    def set_aside(self) -> Case:
        """K17: convicted, set aside on appeal, acquitted in the retrial."""
        year = self.last
        rng = stream("set aside", self.seed)
        case = self._of_justice(f"THB-{year - 4}-001", ("THB",), date(year - 4, 2, 8), rng)
        self._plant("K17", case.people)
        case = self._indicted(self.justice.report(case, date(year - 4, 2, 8)), date(year - 4, 9, 20))
        hearings = (
            Hearing("FIRST", case.office, date(year - 4, 10, 4), date(year - 2, 4, 11)),
            Hearing("APPEAL", "COURT_OF_APPEALS", date(year - 2, 5, 9), date(year - 1, 2, 21)),
            Hearing("RETRIAL", case.office, date(year - 1, 3, 14), date(year, 3, 12)),
        )
        return self.justice.tried(case, hearings, "GUILTY", "SET_ASIDE", "ACQUITTED")

    # ---- planted courses

    def _acquitted(self, case: Case) -> Case:
        """K12: reported in February, indicted in April, acquitted in October."""
        year = case.opened.year
        self._plant("K12", case.people)
        case = self._indicted(self.justice.report(case, date(year, 2, 17)), date(year, 4, 8))
        first = Hearing("FIRST", case.office, date(year, 4, 15), date(year, 10, 14))
        return self.justice.tried(case, (first,), "ACQUITTED")

    def _downgraded(self, case: Case) -> Case:
        """K11: indicted for trafficking, convicted of facilitating prostitution."""
        year = case.opened.year
        self._plant("K11", case.people)
        case = self._indicted(self.justice.report(case, case.opened + timedelta(days=30)), date(year, 12, 4))
        first = Hearing("FIRST", case.office, date(year, 12, 14), date(year + 1, 6, 6))
        case = self.justice.tried(case, (first,), "GUILTY", months=18)
        people = [replace(one, verdicts=(replace(one.verdicts[0], offences=("PROST_FACIL",)),)) for one in case.people]
        return replace(case, people=tuple(people))

    def _soon(self, case: Case) -> Case:
        """K24: reported in August, indicted in November, judged in the next year."""
        year = case.opened.year
        case = self._indicted(self.justice.report(case, date(year, 8, 21)), date(year, 11, 20))
        first = Hearing("FIRST", case.office, date(year, 12, 1), date(year + 1, 9, 17))
        return self.justice.tried(case, (first,), "GUILTY")

    # ---- small pieces

    def _course(self, case: Case, received: date) -> Case:
        return self.justice.judge(self.justice.decide(self.justice.report(case, received)))

    def _indicted(self, case: Case, day: date) -> Case:
        people = [
            one if one.decision else replace(one, decision="INDICT", charged=one.charged or one.offences)
            for one in case.people
        ]
        return replace(case, decided=day, people=tuple(people))

    def _file(self, case_no: str, opened: date, municipality: str, people: Sequence[Proceedings], days: int) -> Case:
        """A file of the police without a victim of trafficking."""
        return Case(
            case_no=case_no,
            opened=opened,
            offences=people[0].offences,
            municipality=municipality,
            office=self.regions[municipality],
            victims=(),
            people=tuple(people),
            offence_date=opened - timedelta(days=days),
        )

    def _of_justice(self, case_no: str, offences: tuple[str, ...], received: date, rng: Random) -> Case:
        office = rng.choice(sorted(_OFFICES))
        one = Proceedings(self.justice.suspect(received.year), "EXPLOITER", "EMPLOYER", offences)
        return Case(
            case_no=case_no,
            opened=received - timedelta(days=30),
            offences=offences,
            municipality=_OFFICES[office],
            office=office,
            victims=(),
            people=(one,),
            offence_date=received - timedelta(days=rng.randrange(90, 400)),
            police=False,
        )

    def _plant(self, case: str, people: Sequence[Proceedings]) -> None:
        self.planted.setdefault(case, tuple(one.suspect.id for one in people))


def _operation_on(day: date, *, begging: bool) -> Operation | None:
    for operation in operations_of(day.year):
        if operation.start <= day <= operation.end and (operation.type == "BEGGING") == begging:
            return operation
    return None


def _relation(victim: Victim, rng: Random) -> str:
    if victim.purpose == "BEG":
        return "PARENT" if victim.child else "OTHER_RELATIVE"
    return rng.choice(("ACQUAINTANCE", "INTIMATE_PARTNER", "EMPLOYER", "STRANGER", "FRIEND"))
