"""What the prosecution sends: persons reported, decisions, injured parties, seized assets, and its stock."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from atstats.schema import Schema
from atstats.simulation.chance import stream
from atstats.simulation.course import INDICTED
from atstats.simulation.criminal import TRAFFICKING, Case, Proceedings
from atstats.simulation.identity import identity, suspect_identity
from atstats.simulation.layout import Row, Submitted
from atstats.simulation.people import Victim, age_on
from atstats.simulation.timeline import Timeline

__all__ = ["article", "claims", "harmed", "prosecution"]


def article(offence: str, day: date, schema: Schema) -> str | None:
    """The number of the article in force for an offence on a day, as the law table has it."""
    basic = "THB" if offence in TRAFFICKING else offence
    return next((law.article for law in schema.law if law.offence == basic and law.in_force(day)), None)


def harmed(case: Case) -> list[Victim]:
    """The victims of a case who are injured parties: whom the police did not confirm is none."""
    return [victim for victim in case.victims if victim.status != "NOT_CONFIRMED"]


def claims(victim: Victim, case: Case, timeline: Timeline) -> bool:
    """Whether a victim claims damages in the criminal case."""
    return stream("claim", timeline.seed, victim.id, case.report_no).random() < 0.5


def prosecution(timeline: Timeline, year: int, *, schema: Schema) -> Submitted:
    """The workbook of the State Prosecutor for one year: persons reported in it or still pending, and decisions."""
    cases = [case for case in timeline.cases if _before_the_prosecution(case, year)]
    cases.sort(key=lambda case: (case.received, case.report_no))
    reports: list[Row] = []
    decisions: list[Row] = []
    injured: list[Row] = []
    for case in cases:
        for one in case.people:
            reports.append(Row(_report(case, one, timeline, year, schema), one.suspect.id))
            if _decided_in(case, year):
                decisions.append(Row(_decision(case, one, timeline, schema)))
        if _decided_in(case, year) and any(one.decision in INDICTED for one in case.people):
            injured += [Row(_injured(victim, case, timeline), victim.id) for victim in harmed(case)]
    return Submitted(
        "SP",
        "prosecution",
        "sr",
        {
            "reports": reports,
            "decisions": decisions,
            "injured_parties": injured,
            "assets": [Row(line) for case in timeline.cases for line in _assets(case, year)],
            "stock": [Row(line) for line in _stock(cases, year)],
        },
    )


def _before_the_prosecution(case: Case, year: int) -> bool:
    reported = case.received is not None and case.received.year <= year
    return reported and (case.decided is None or case.decided.year >= year)


def _decided_in(case: Case, year: int) -> bool:
    return case.decided is not None and case.decided.year == year


def _report(case: Case, one: Proceedings, timeline: Timeline, year: int, schema: Schema) -> dict[str, Any]:
    assert case.received is not None
    return {
        **suspect_identity(one.suspect, agency="SP", seed=timeline.seed),
        "report_no": case.report_no,
        "local_suspect_id": timeline.suspect_id(one.suspect, "SP"),
        "police_case_no": case.case_no or None,
        "prosecution_office": case.office,
        "received_date": case.received,
        "source": case.source,
        "legal_person": "NO",
        "offence": one.offences,
        "carried_over": "YES" if case.received.year < year else "NO",
        "offence_date": case.offence_date,
        "article": article(one.offences[0], case.offence_date, schema),
    }


def _decision(case: Case, one: Proceedings, timeline: Timeline, schema: Schema) -> dict[str, Any]:
    trafficking = any(offence in TRAFFICKING for offence in one.offences)
    kept = any(offence in TRAFFICKING for offence in one.charged)
    downgraded = trafficking and bool(one.charged) and not kept
    indicted = one.decision in INDICTED and case.trial is not None
    return {
        "report_no": case.report_no,
        "local_suspect_id": timeline.suspect_id(one.suspect, "SP"),
        "decision": one.decision,
        "decision_date": case.decided,
        "indictment_no": case.trial.indictment_no if indicted and case.trial else None,
        "offence_date": case.offence_date,
        "offence_at_decision": one.charged or None,
        "reason": one.reason or None,
        "plea_agreement": "YES" if any(each.outcome == "GUILTY_PLEA" for each in one.verdicts) else "NO",
        "downgraded": "YES" if downgraded else "NO",
        "downgraded_to": one.charged[0] if downgraded else None,
        "article": article((one.charged or one.offences)[0], case.offence_date, schema),
    }


def _injured(victim: Victim, case: Case, timeline: Timeline) -> dict[str, Any]:
    rng = stream("injured", timeline.seed, victim.id, case.report_no)
    assert case.decided is not None
    child = age_on(victim.birth_date, case.decided) < 18
    testified = rng.random() < 0.7
    form = "CHILD_EXPERT" if child else rng.choice(("COURT", "PRETRIAL", "VIDEO"))
    claiming = claims(victim, case, timeline)
    number = case.victims.index(victim) + 1
    local_id = f"{case.report_no}/{number}"
    return {
        **identity(victim, agency="SP", local_id=local_id, on=case.decided, seed=timeline.seed),
        "report_no": case.report_no,
        "status_in_case": "BOTH" if testified else "INJURED_PARTY",
        "testified": "YES" if testified else "NO",
        "testimony_form": form if testified else None,
        "protective_measures": ("CLOSED_HEARING", "NO_CONTACT") if child else ("NO_CONTACT",),
        "compensation_claim": "YES" if claiming else "NO",
        "claim_amount": float(500 * rng.randrange(4, 16)) if claiming else None,
    }


def _assets(case: Case, year: int) -> list[dict[str, Any]]:
    lines = []
    for seizure in case.seizures:
        for order, day in (("FREEZE", seizure.frozen), ("CONFISCATE_FINAL", seizure.confiscated)):
            if day is not None and day.year == year:
                lines.append(
                    {
                        "report_no": case.report_no,
                        "order_type": order,
                        "order_date": day,
                        "asset_type": seizure.asset_type,
                        "value_eur": float(seizure.value_eur),
                        "financial_investigation": "YES",
                    }
                )
    return lines


def _stock(cases: list[Case], year: int) -> list[dict[str, Any]]:
    """PRO-05: persons pending, received and decided in each office, as the other sheets have them."""
    lines: dict[str, dict[str, int]] = {}
    for case in cases:
        assert case.received is not None
        line = lines.setdefault(case.office, {"pending_start": 0, "received": 0, "decided": 0})
        line["received" if case.received.year == year else "pending_start"] += len(case.people)
        if _decided_in(case, year):
            line["decided"] += len(case.people)
    return [
        {"prosecution_office": office, **line, "pending_end": _left(line)} for office, line in sorted(lines.items())
    ]


def _left(line: Mapping[str, int]) -> int:
    return line["pending_start"] + line["received"] - line["decided"]
