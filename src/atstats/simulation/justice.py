"""What the prosecution and the courts send about the same cases."""

from collections.abc import Sequence
from random import Random
from typing import Any

from atstats.simulation.criminal import Case, Judgment, Proceedings
from atstats.simulation.identity import suspect_identity
from atstats.simulation.layout import Row, Submitted

__all__ = ["courts", "prosecution"]


def prosecution(cases: Sequence[Case], *, year: int, rng: Random) -> Submitted:
    """The workbook of the State Prosecutor: persons reported or still pending, and decisions of the year."""
    reported = [
        (case, one)
        for case in cases
        for one in case.people
        if one.received is not None and (one.decision is None or one.decision.day.year == year)
    ]
    reports = []
    decisions = []
    for number, (case, one) in enumerate(sorted(reported, key=lambda pair: _when(pair[1])), start=1):
        local_id = f"{number:03d}"
        reports.append(Row(_report(one, case, local_id=local_id, year=year, rng=rng), one.suspect.id))
        if one.decision is not None:
            decisions.append(Row(_decision(one, local_id=local_id)))
    return Submitted("SP", "prosecution", "sr", {"reports": reports, "decisions": decisions})


def courts(cases: Sequence[Case], *, rng: Random) -> Submitted:
    """The workbook of the Judicial Council: each defendant in each judgment of the year, and the sanctions."""
    judged = [(one, judgment) for case in cases for one in case.people for judgment in one.judgments]
    defendants = {one.suspect.id: f"A-{number:03d}" for number, (one, _) in enumerate(judged, start=1)}
    written = {one.suspect.id: suspect_identity(one.suspect, rng=rng, careful=False) for one, _ in judged}
    judgments = []
    sanctions = []
    for one, judgment in sorted(judged, key=lambda pair: (pair[1].day, pair[0].suspect.id)):
        person = {"local_defendant_id": defendants[one.suspect.id], **written[one.suspect.id]}
        judgments.append(Row(person | _judgment(one, judgment), one.suspect.id))
        if judgment.months:
            sanctions.append(Row(_sanction(judgment, defendant=defendants[one.suspect.id])))
    return Submitted("KJC", "court", "sq", {"judgments": judgments, "sanctions": sanctions})


def _when(one: Proceedings) -> tuple[Any, str]:
    return one.received, one.suspect.id


def _report(one: Proceedings, case: Case, *, local_id: str, year: int, rng: Random) -> dict[str, Any]:
    assert one.received is not None
    return {
        **suspect_identity(one.suspect, rng=rng, careful=False),
        "report_no": one.report_no,
        "local_suspect_id": local_id,
        "police_case_no": case.case_no or None,
        "prosecution_office": one.office,
        "received_date": one.received,
        "source": one.source,
        "legal_person": "NO",
        "offence": one.offences,
        "carried_over": "YES" if one.received.year < year else "NO",
    }


def _decision(one: Proceedings, *, local_id: str) -> dict[str, Any]:
    assert one.decision is not None
    trafficking = any(offence.startswith("THB") for offence in one.offences)
    kept = any(offence.startswith("THB") for offence in one.decision.offences)
    downgraded = trafficking and bool(one.decision.offences) and not kept
    return {
        "report_no": one.report_no,
        "local_suspect_id": local_id,
        "decision": one.decision.kind,
        "decision_date": one.decision.day,
        "indictment_no": one.decision.indictment_no or None,
        "offence_date": one.offence_date,
        "offence_at_decision": one.decision.offences or None,
        "reason": one.decision.reason or None,
        "plea_agreement": "YES" if any(each.outcome == "GUILTY_PLEA" for each in one.judgments) else "NO",
        "downgraded": "YES" if downgraded else "NO",
        "downgraded_to": one.decision.offences[0] if downgraded else None,
    }


def _judgment(one: Proceedings, judgment: Judgment) -> dict[str, Any]:
    assert one.decision is not None
    return {
        "court_case_no": judgment.court_case_no,
        "report_no": one.report_no,
        "indictment_no": one.decision.indictment_no,
        "instance": judgment.instance,
        "judgment_date": judgment.day,
        "outcome": judgment.outcome,
        "offence_date": one.offence_date,
        "offence_indictment": one.decision.offences,
        "offence_judgment": judgment.offences or None,
        "principal_offence": judgment.offences[0] if judgment.offences else None,
        "final": "YES" if judgment.final else "NO",
        "final_date": judgment.final,
    }


def _sanction(judgment: Judgment, *, defendant: str) -> dict[str, Any]:
    return {
        "court_case_no": judgment.court_case_no,
        "local_defendant_id": defendant,
        "instance": judgment.instance,
        "sanction": "IMPRISON_FINE" if judgment.fine_eur else "IMPRISON",
        "length_months": judgment.months,
        "fine_eur": judgment.fine_eur or None,
        "aggravating": ("CHILD_VICTIM",) if "THB_CHILD" in judgment.offences else None,
        "mitigating": judgment.mitigating or None,
    }
