"""The course of justice: what becomes of a case once the police report it.

A report waits for a decision, an indictment for a trial, a judgment for an appeal, each some
weeks or months, so that most cases end in a later year than they began.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from atstats.simulation.chance import drawn, stream
from atstats.simulation.criminal import TRAFFICKING, Case, Hearing, Proceedings, Seizure, Trial, Verdict
from atstats.simulation.people import Suspect, make_suspect

__all__ = ["INDICTED", "Justice"]

INDICTED = ("INDICT", "DIRECT_INDICT")
_DECISIONS = {"INDICT": 66, "DIRECT_INDICT": 8, "DISMISS": 14, "TERMINATE": 8}
_OUTCOMES = {"GUILTY": 6, "GUILTY_PLEA": 3, "ACQUITTED": 1}
_LENGTHS = {"THB": (60, 66, 72, 84), "THB_CHILD": (72, 84, 96), "PROST_FACIL": (12, 18, 24)}
_FIRST_FINAL = timedelta(days=40)
"""A judgment that nobody appeals becomes final after so long."""


class Justice:
    """Numbers suspects, reports and trials over all years, and lets each case run its course."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.n_suspects = 0
        self._numbers: dict[str, int] = {}

    def suspect(self, year: int, **given: Any) -> Suspect:
        """The next suspect, an adult in the year."""
        self.n_suspects += 1
        return make_suspect(self.n_suspects, rng=stream("suspect", self.seed, self.n_suspects), year=year, **given)

    def rng(self, case: Case, what: str) -> Random:
        """The chance of one step of one case."""
        return stream(what, self.seed, case.case_no, case.people[0].suspect.id)

    def report(self, case: Case, received: date) -> Case:
        """The case as reported to the prosecution on a day."""
        return replace(case, received=received, report_no=f"PPN-{case.office}-{self._next('PPN')}-{received.year}")

    def decide(self, case: Case) -> Case:
        """The prosecution's decision some months after the report, never in the last weeks of a year."""
        assert case.received is not None
        rng = self.rng(case, "decision")
        waiting = rng.randrange(30, 150) if rng.random() < 0.88 else rng.randrange(330, 520)
        decided = _not_between(case.received + timedelta(days=waiting), (12, 11), (1, 12))
        people = [self._decided(one, rng) for one in case.people]
        return replace(case, decided=decided, people=tuple(people))

    def _decided(self, one: Proceedings, rng: Random) -> Proceedings:
        kind = one.decision or drawn(_DECISIONS, rng)
        if kind not in INDICTED:
            return replace(one, decision=kind, reason=one.reason or rng.choice(("NO_EVIDENCE", "NO_OFFENCE")))
        charged = ("PROST_FACIL",) if one.offences[-1] == "PROST_FACIL" else one.offences
        return replace(one, decision=kind, charged=one.charged or charged)

    def judge(self, case: Case) -> Case:
        """The trial of those who were indicted, and for some an appeal; nothing where nobody was."""
        if case.decided is None or not any(one.decision in INDICTED for one in case.people):
            return case
        rng = self.rng(case, "hearings")
        filed = case.decided + timedelta(days=rng.randrange(5, 20))
        # who is judged in the last weeks of a year would become final in the next
        day = _not_between(filed + timedelta(days=rng.randrange(100, 260)), (11, 16), (1, 20))
        hearings = [Hearing("FIRST", case.office, filed, day)]
        if rng.random() < 0.4:
            later = day + timedelta(days=rng.randrange(120, 220))
            hearings.append(Hearing("APPEAL", "COURT_OF_APPEALS", day + timedelta(days=20), later))
        return self.tried(case, hearings)

    def tried(self, case: Case, hearings: Sequence[Hearing], *outcomes: str, months: int = 0) -> Case:
        """The case with its trial and a verdict for each defendant at each hearing.

        Args:
            case: the case, its decisions taken.
            hearings: in the order of their days.
            outcomes: of all defendants, one for each hearing; drawn where not given.
            months: of prison at the first conviction; drawn where 0.
        """
        assert case.decided is not None
        rng = self.rng(case, "verdicts")
        trial = Trial(
            f"PKR-{case.office}-{self._next('PKR')}-{hearings[0].filed.year % 100:02d}",
            f"AKT-{case.office}-{self._next('AKT')}-{case.decided.year}",
            tuple(hearings),
        )
        people = []
        for one in case.people:
            indicted = one.decision in INDICTED
            verdicts = self._verdicts(one, trial, outcomes, months, rng) if indicted else ()
            people.append(replace(one, verdicts=verdicts))
        return replace(case, trial=trial, people=tuple(people))

    def _verdicts(
        self, one: Proceedings, trial: Trial, outcomes: Sequence[str], months: int, rng: Random
    ) -> tuple[Verdict, ...]:
        verdicts: list[Verdict] = []
        for place, hearing in enumerate(trial.hearings):
            last = place == len(trial.hearings) - 1
            final = None
            if last:
                final = hearing.day + (timedelta(0) if hearing.instance == "APPEAL" else _FIRST_FINAL)
            outcome = outcomes[place] if outcomes else self._outcome(hearing, verdicts, rng)
            offences = verdicts[0].offences if verdicts else one.charged
            if outcome in ("ACQUITTED", "SET_ASIDE"):
                offences = ()
            if outcome in ("GUILTY", "GUILTY_PLEA"):
                length = months or rng.choice(_LENGTHS.get(offences[0], (12, 18)))
                plea = outcome == "GUILTY_PLEA"
                verdicts.append(
                    Verdict(
                        outcome, offences, final, length - length // 4 if plea else length,
                        rng.choice((500, 1500, 3000)), ("PLEA",) if plea else (),
                    )
                )  # fmt: skip
            elif outcome == "MODIFIED_DOWN":
                verdicts.append(Verdict(outcome, offences, final, verdicts[0].months * 4 // 5, 0, ("NO_RECORD",)))
            else:
                verdicts.append(Verdict(outcome, offences, final))
        return tuple(verdicts)

    def _outcome(self, hearing: Hearing, before: Sequence[Verdict], rng: Random) -> str:
        if hearing.instance != "APPEAL":
            return drawn(_OUTCOMES, rng)
        lowered = before[0].months > 0 and rng.random() < 0.35
        return "MODIFIED_DOWN" if lowered else "CONFIRMED"

    def seize(self, case: Case) -> Case:
        """What is frozen at the start of the year of a conviction, and confiscated when it is final in that year."""
        if case.trial is None or not any(offence in TRAFFICKING for offence in case.offences):
            return case
        rng = self.rng(case, "seizure")
        year = case.trial.hearings[0].day.year
        final = [verdict.final for one in case.people for verdict in one.verdicts if verdict.final is not None]
        convicted = any(verdict.months for one in case.people for verdict in one.verdicts)
        if not convicted or min(final).year != year or rng.random() < 0.5:
            return case
        kind = rng.choice(("CASH", "VEHICLE", "PHONE_IT"))
        value = {"CASH": 2400, "VEHICLE": 9000, "PHONE_IT": 700}[kind] + 10 * rng.randrange(90)
        frozen = date(year, 1, 8) + timedelta(days=rng.randrange(10))
        return replace(case, seizures=(Seizure(kind, value, frozen, max(final)),))

    def _next(self, series: str) -> str:
        self._numbers[series] = self._numbers.get(series, 0) + 1
        return f"{self._numbers[series]:03d}"


def _not_between(day: date, first: tuple[int, int], until: tuple[int, int]) -> date:
    """The day, or the first after New Year where it falls between two days around it."""
    if (day.month, day.day) >= first:
        return date(day.year + 1, *until)
    return max(day, date(day.year, *until)) if (day.month, day.day) < until else day
