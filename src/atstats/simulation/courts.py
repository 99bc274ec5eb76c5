"""What the courts send: cases, judgments, sanctions, confiscations, compensation, and their stock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from atstats.schema import Schema
from atstats.simulation.chance import stream
from atstats.simulation.criminal import Case, Hearing, Proceedings, Trial
from atstats.simulation.identity import identity, suspect_identity
from atstats.simulation.layout import Row, Submitted
from atstats.simulation.people import Victim
from atstats.simulation.prosecution import article, claims, harmed
from atstats.simulation.timeline import Timeline, overlaps

__all__ = ["courts", "sentenced"]


@dataclass(frozen=True, slots=True)
class _Heard:
    """One hearing of one case that a court had before it in the year."""

    case: Case
    trial: Trial
    place: int
    """Of the hearing in the trial, from 0."""

    @property
    def hearing(self) -> Hearing:
        return self.trial.hearings[self.place]

    @property
    def defendants(self) -> list[Proceedings]:
        """The indicted persons."""
        return [one for one in self.case.people if one.verdicts]


def courts(timeline: Timeline, year: int, *, schema: Schema) -> Submitted:
    """The workbook of the Judicial Council for one year."""
    heard = [each for each in _hearings(timeline) if overlaps(each.hearing.filed, each.hearing.day, year)]
    judged = sorted((each for each in heard if each.hearing.day.year == year), key=_when)
    judgments: list[Row] = []
    sanctions: list[Row] = []
    for each in judged:
        for one in each.defendants:
            judgments.append(Row(_judgment(each, one, timeline, year, schema), one.suspect.id))
            if one.verdicts[each.place].months:
                sanctions.append(Row(_sanction(each, one, timeline)))
    return Submitted(
        "KJC",
        "court",
        "sq",
        {
            "cases": [Row(line) for line in _cases(heard, year, schema)],
            "judgments": judgments,
            "sanctions": sanctions,
            "confiscation": [Row(line) for case in timeline.cases for line in _confiscations(case, year)],
            "compensation": [
                Row(_compensation(victim, each, timeline), victim.id)
                for each in judged
                for victim in _compensated(each, timeline)
            ],
            "stock": [Row(line) for line in _stock(heard, year)],
        },
    )


def _hearings(timeline: Timeline) -> Iterator[_Heard]:
    for case in timeline.cases:
        if case.trial is not None:
            for place in range(len(case.trial.hearings)):
                yield _Heard(case, case.trial, place)


def _when(each: _Heard) -> tuple[date, str]:
    return each.hearing.day, each.trial.court_case_no


def _cases(heard: Sequence[_Heard], year: int, schema: Schema) -> Iterator[dict[str, Any]]:
    """One line a court case: the earliest instance that had it before it in the year."""
    written: set[str] = set()
    for each in sorted(heard, key=lambda each: (each.hearing.filed, each.trial.court_case_no)):
        if each.trial.court_case_no in written:
            continue
        written.add(each.trial.court_case_no)
        disposed = each.hearing.day if each.hearing.day.year == year else None
        offence = each.defendants[0].charged[0]
        yield {
            "court": each.hearing.court,
            "court_case_no": each.trial.court_case_no,
            "indictment_no": each.trial.indictment_no,
            "filed_date": each.hearing.filed,
            "pending_start": "YES" if each.hearing.filed.year < year else "NO",
            "disposed_date": disposed,
            "disposition": _disposition(each) if disposed else None,
            "defendants_n": len(each.defendants),
            "main_offence": offence,
            "report_no": each.case.report_no,
            "offence_date": each.case.offence_date,
            "article": article(offence, each.case.offence_date, schema),
            "sealed": "YES" if each.case.sealed else "NO",
        }


def _disposition(each: _Heard) -> str:
    pleas = [one.verdicts[each.place].outcome == "GUILTY_PLEA" for one in each.defendants]
    return "PLEA" if all(pleas) else "JUDGMENT"


def _judgment(each: _Heard, one: Proceedings, timeline: Timeline, year: int, schema: Schema) -> dict[str, Any]:
    verdict = one.verdicts[each.place]
    final = verdict.final if verdict.final is not None and verdict.final.year <= year else None
    before = each.trial.hearings[: each.place]
    undone = "SET_ASIDE" in (verdict.outcome, *_outcomes(one, each.place))
    # CRT-06: a judgment of an earlier year, and one that was set aside, is named
    supersedes = bool(before) and (undone or before[-1].day.year < year)
    return {
        **suspect_identity(one.suspect, agency="KJC", seed=timeline.seed),
        "local_defendant_id": timeline.suspect_id(one.suspect, "KJC"),
        "court_case_no": each.trial.court_case_no,
        "report_no": each.case.report_no,
        "indictment_no": each.trial.indictment_no,
        "instance": each.hearing.instance,
        "judgment_date": each.hearing.day,
        "outcome": verdict.outcome,
        "offence_date": each.case.offence_date,
        "offence_indictment": one.charged,
        "offence_judgment": verdict.offences or None,
        "principal_offence": verdict.offences[0] if verdict.offences else None,
        "final": "YES" if final else "NO",
        "final_date": final,
        "supersedes": each.trial.court_case_no if supersedes else None,
        "article": article((verdict.offences or one.charged)[0], each.case.offence_date, schema),
        "punishment_remitted": "NO" if verdict.months else None,
    }


def _outcomes(one: Proceedings, place: int) -> list[str]:
    return [verdict.outcome for verdict in one.verdicts[:place]]


def _sanction(each: _Heard, one: Proceedings, timeline: Timeline) -> dict[str, Any]:
    verdict = one.verdicts[each.place]
    return {
        "court_case_no": each.trial.court_case_no,
        "local_defendant_id": timeline.suspect_id(one.suspect, "KJC"),
        "instance": each.hearing.instance,
        "sanction": "IMPRISON_FINE" if verdict.fine_eur else "IMPRISON",
        "length_months": verdict.months,
        "fine_eur": verdict.fine_eur or None,
        "aggravating": ("CHILD_VICTIM",) if "THB_CHILD" in verdict.offences else None,
        "mitigating": verdict.mitigating or None,
    }


def _confiscations(case: Case, year: int) -> list[dict[str, Any]]:
    return [
        {
            "court_case_no": case.trial.court_case_no,
            "order_date": seizure.confiscated,
            "asset_type": seizure.asset_type,
            "value_eur": float(seizure.value_eur),
            "enforced": "YES",
            "to_victim_fund": "YES" if seizure.asset_type == "CASH" else "NO",
        }
        for seizure in case.seizures
        if case.trial is not None and seizure.confiscated is not None and seizure.confiscated.year == year
    ]


def sentenced(case: Case) -> Hearing | None:
    """The first hearing of a case that convicted anybody."""
    if case.trial is None:
        return None
    for place, hearing in enumerate(case.trial.hearings):
        if any(one.verdicts[place].months for one in case.people if one.verdicts):
            return hearing
    return None


def _compensated(each: _Heard, timeline: Timeline) -> list[Victim]:
    """The victims who claimed damages, on which the court decides with the first conviction."""
    if sentenced(each.case) != each.hearing:
        return []
    return [victim for victim in harmed(each.case) if claims(victim, each.case, timeline)]


def _compensation(victim: Victim, each: _Heard, timeline: Timeline) -> dict[str, Any]:
    rng = stream("compensation", timeline.seed, victim.id, each.trial.court_case_no)
    day = each.hearing.day
    local_id = f"{each.trial.court_case_no}/{each.case.victims.index(victim) + 1}"
    claim = float(500 * rng.randrange(4, 16))
    # CRT-13: who applies to the committee is not awarded anything by the court
    awarded = rng.random() < 0.25 and victim.child
    record = {
        **identity(victim, agency="KJC", local_id=local_id, on=day, seed=timeline.seed),
        "court_case_no": each.trial.court_case_no,
        "claim_eur": claim,
        "decision": "AWARD_PART" if awarded else "REFERRED_CIVIL",
        "referred_civil": "NO" if awarded else "YES",
        "award_above_claim": "NO",
        "decision_date": day,
    }
    if awarded:
        record |= {"awarded_eur": claim / 2, "paid_eur": 0.0}
        paid = day + timedelta(days=75)
        if paid.year == day.year:
            record |= {"paid_eur": claim / 4, "paid_date": paid}
    return record


def _stock(heard: Sequence[_Heard], year: int) -> list[dict[str, Any]]:
    """CRT-10: cases pending, filed and disposed of in each court, by instance."""
    lines: dict[str, dict[str, int]] = {}
    for each in heard:
        line = lines.setdefault(each.hearing.court, {"pending_start": 0, "filed": 0, "disposed": 0})
        line["filed" if each.hearing.filed.year == year else "pending_start"] += 1
        if each.hearing.day.year == year:
            line["disposed"] += 1
    return [
        {"court": court, **line, "pending_end": line["pending_start"] + line["filed"] - line["disposed"]}
        for court, line in sorted(lines.items())
    ]
