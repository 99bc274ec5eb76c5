"""What the police send: victims, suspects, cases and who is linked to whom, operations, whom they screened."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from atstats.schema import Schema
from atstats.simulation.chance import stream
from atstats.simulation.criminal import TRAFFICKING, Case, Operation, Proceedings, operations_of
from atstats.simulation.identification import identified_person
from atstats.simulation.identity import suspect_identity
from atstats.simulation.layout import Row, Submitted
from atstats.simulation.people import Victim
from atstats.simulation.timeline import Timeline

__all__ = ["police"]

_SCREENED = {
    "BEGGING": (
        # age group, sex, citizenship, persons, in cases of another offence
        ("ADULT", "F", "XK", 9, 2), ("ADULT", "M", "XK", 4, 1), ("ADULT", "F", "AL", 6, 0), ("CHILD", "F", "XK", 11, 3),
        ("CHILD", "M", "XK", 14, 2), ("CHILD", "F", "AL", 3, 0), ("CHILD", "M", "AL", 4, 0),
    ),
    "PREMISES": (
        ("ADULT", "F", "XK", 58, 0), ("ADULT", "F", "AL", 96, 0), ("ADULT", "F", "RS", 4, 0),
        ("ADULT", "F", "MD", 3, 0), ("ADULT", "M", "XK", 21, 0), ("CHILD", "F", "XK", 2, 0),
    ),
    "WORKERS": (("ADULT", "M", "XK", 46, 0), ("ADULT", "F", "XK", 12, 0), ("ADULT", "M", "TR", 5, 0)),
}  # fmt: skip
_POPULATION = {"BEGGING": "BEGGING", "PLAN": "PREMISES", "RAID": "PREMISES", "JOINT_INSPECTION": "WORKERS"}


def police(timeline: Timeline, year: int, *, schema: Schema) -> Submitted:
    """The workbook of the police directorate for one year."""
    cases = [case for case in timeline.cases if year in case.police_years]
    cases.sort(key=lambda case: (case.opened, case.case_no))
    victims = [(victim, case) for case in cases for victim in case.victims_in(year)]
    victims.sort(key=lambda pair: (pair[0].first_contact, pair[0].id))
    people = [(case, one) for case in cases for one in case.people]
    operations = operations_of(year)
    return Submitted(
        "KP_THB",
        "police",
        "sq",
        {
            "victims": [
                Row(identified_person(who, case, timeline, year, schema=schema), who.id) for who, case in victims
            ],
            "suspects": [Row(_suspect(*each, timeline, year), each[1].suspect.id) for each in people],
            "cases": [Row(_case(case, timeline, year)) for case in cases],
            "case_links": [Row(link) for case in cases for link in _links(case, timeline, year)],
            "operations": [Row(_operation(each, cases, timeline)) for each in operations],
            "screening": [Row(line) for each in operations for line in _screening(each, cases)],
        },
    )


def _suspect(case: Case, one: Proceedings, timeline: Timeline, year: int) -> dict[str, Any]:
    rng = stream("suspicion", timeline.seed, one.suspect.id, case.case_no)
    reported = case.received is not None and case.received.year <= year
    trafficking = any(offence in TRAFFICKING for offence in one.offences)
    return {
        **suspect_identity(one.suspect, agency="KP_THB", seed=timeline.seed),
        # CASE-07b: the officer who wrote down the suspect did not know whom the sheet of victims has (K22)
        **({"birth_date": None} if _is_victim_too(case, one) else {}),
        "local_suspect_id": timeline.suspect_id(one.suspect, "KP_THB"),
        "case_no": case.case_no,
        "role": (one.role,),
        "relation_to_victim": one.relation,
        "offence_suspected": one.offences,
        "arrest_date": one.arrested,
        "detention": rng.choice(("POLICE_48H", "PRETRIAL", "PRETRIAL", "HOUSE")) if one.arrested else "NONE",
        "report_filed_date": case.received if reported else None,
        "report_no": case.report_no if reported else None,
        "official": "NO",
        "legal_person": "NO",
        # CASE-06: an arrest in an operation against trafficking is counted only with a trafficking offence (K19)
        "op_code": case.op_code if trafficking and case.op_code else None,
    }


def _case(case: Case, timeline: Timeline, year: int) -> dict[str, Any]:
    rng = stream("file", timeline.seed, case.case_no)
    reported = case.received if case.received is not None and case.received.year <= year else None
    victims = case.victims_in(year)
    foreign = any(victim.foreign for victim in victims)
    return {
        "case_no": case.case_no,
        "opened_date": case.opened,
        "opened_by": "KP_THB" if case.proactive else rng.choice(("KP_THB", "KP_OTHER", "CITIZEN")),
        "source": "PROACTIVE_OPERATION" if case.proactive else rng.choice(("INVESTIGATION", "REPORT")),
        "offence_main": case.offences[0],
        "offences_all": case.offences,
        "region": case.office,
        "municipality": case.municipality,
        "victims_n": len(victims),
        "suspects_n": len(case.people),
        "joint_with": ("CSW_19",) if any(victim.child for victim in victims) else None,
        "financial_investigation": "YES" if case.offences[0] in TRAFFICKING and rng.random() < 0.5 else "NO",
        "international_cooperation": ("BILATERAL",) if foreign else ("NONE",),
        "status": "REPORT_FILED" if reported else "OPEN",
        "status_date": reported or max(case.opened, date(year, 12, 15)),
        "op_code": case.op_code or None,
    }


def _links(case: Case, timeline: Timeline, year: int) -> list[dict[str, Any]]:
    return [
        {
            "case_no": case.case_no,
            "local_suspect_id": timeline.suspect_id(one.suspect, "KP_THB"),
            "local_person_id": timeline.local_id(victim, "KP_THB"),
            "link_role": one.role,
        }
        for one in case.people
        for victim in case.victims_in(year)
        if not _same_person(one, victim)
    ]


def _is_victim_too(case: Case, one: Proceedings) -> bool:
    return any(_same_person(one, victim) for victim in case.victims)


def _same_person(one: Proceedings, victim: Victim) -> bool:
    return (one.suspect.first_name, one.suspect.birth_date) == (victim.first_name, victim.birth_date)


def _of(operation: Operation, cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if case.op_code == operation.op_code]


def _operation(operation: Operation, cases: Sequence[Case], timeline: Timeline) -> dict[str, Any]:
    mine = _of(operation, cases)
    n_trafficking = sum(case.offences[0] in TRAFFICKING for case in mine)
    screened = _SCREENED[_POPULATION[operation.type]]
    premises = operation.type in ("PLAN", "RAID", "JOINT_INSPECTION")
    checked = stream("operation", timeline.seed, operation.op_code).randrange(18, 60) if premises else 0
    by_citizenship: Counter[str] = Counter()
    for _, _, citizenship, persons, _ in screened:
        by_citizenship[citizenship] += persons
    return {
        "op_code": operation.op_code,
        "name": operation.name,
        "date_from": operation.start,
        "date_to": operation.end,
        "type": operation.type,
        "regions": operation.regions,
        "premises_checked": checked,
        "premises_closed": checked // 3,
        "persons_checked_f": sum(persons for _, sex, _, persons, _ in screened if sex == "F"),
        "persons_checked_m": sum(persons for _, sex, _, persons, _ in screened if sex == "M"),
        "citizenship_table": ";".join(f"{country} {n}" for country, n in by_citizenship.items()),
        "victims_identified": sum(victim.status == "VOT" for case in mine for victim in case.victims),
        "arrests": sum(one.arrested is not None for case in mine for one in case.people),
        "cases_opened_thb": n_trafficking,
        "cases_opened_other": len(mine) - n_trafficking,
        "partners": ("LI", "ATK") if operation.type == "JOINT_INSPECTION" else ("CSW_19",),
    }


def _screening(operation: Operation, cases: Sequence[Case]) -> list[dict[str, Any]]:
    population = _POPULATION[operation.type]
    begging = population == "BEGGING"
    found = Counter(
        ("CHILD" if victim.child else "ADULT", victim.sex, "XK")
        for case in _of(operation, cases)
        for victim in case.victims
        if begging
    )
    # CASE-10: children in other cases are told of only where trafficking was looked at and found as well
    examined = any(age_group == "CHILD" for age_group, *_ in found)
    lines = []
    for age_group, sex, citizenship, persons, other in _SCREENED[population]:
        child = age_group == "CHILD"
        identified = min(found[age_group, sex, citizenship], persons)
        lines.append(
            {
                "op_code": operation.op_code,
                "population": population,
                "age_group": age_group,
                "sex": sex,
                "citizenship": citizenship,
                "persons": persons,
                "identified_thb": identified,
                "other_offence": 0 if child and not examined else min(other, persons - identified),
                "referred_csw": persons if begging and child else 0,
                "removed": persons // 3 if begging and citizenship != "XK" else 0,
            }
        )
    return lines
