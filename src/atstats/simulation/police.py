"""What the police send: victims, suspects, cases, operations, and whom they screened."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from atstats.simulation.criminal import Case, Operation, Proceedings, operations_of
from atstats.simulation.identity import identity, suspect_identity
from atstats.simulation.layout import Row, Submitted
from atstats.simulation.people import Victim, age_on

__all__ = ["police"]

_ETHNICITY = {"ALB": "ALB", "SRB": "SRB", "ROM": "ROM", "TUR": "TUR", "ALB_AL": "ALB", "SRB_RS": "SRB"}
_LANGUAGE = {"ALB": "SQ", "SRB": "SR", "ROM": "RO", "TUR": "TR", "ALB_AL": "SQ", "SRB_RS": "SR", "MOLDOVA": "MO"}
_SEXUAL = {"SEX"}
_LABOUR = {"LAB", "DOM", "SERV", "SLAV"}
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


def police(victims: Sequence[Victim], cases: Sequence[Case], *, year: int, rng: Random) -> Submitted:
    """The workbook of the police directorate."""
    own = [case for case in cases if case.police]
    case_of = {victim.id: case for case in own for victim in case.victims}
    met = sorted((each for each in victims if each.id in case_of), key=lambda each: (each.first_contact, each.id))
    rows = []
    for number, victim in enumerate(met, start=1):
        record = _victim(victim, case_of[victim.id], local_id=f"KP-{year % 100}-{number:04d}", year=year, rng=rng)
        rows.append(Row(record, victim.id))
    suspects: list[Row] = []
    for case in own:
        for one in case.people:
            local_id = f"D-{year % 100}-{len(suspects) + 1:04d}"
            suspects.append(Row(_suspect(one, case, local_id=local_id, rng=rng), one.suspect.id))
    operations = operations_of(year)
    return Submitted(
        "KP_THB",
        "police",
        "sq",
        {
            "victims": rows,
            "suspects": suspects,
            "cases": [Row(_case(case, year=year, rng=rng)) for case in own],
            "operations": [Row(_operation(each, own, rng=rng)) for each in operations],
            "screening": [Row(line) for each in operations for line in _screening(each)],
        },
    )


def _victim(victim: Victim, case: Case, *, local_id: str, year: int, rng: Random) -> dict[str, Any]:
    record = identity(victim, agency="KP_THB", local_id=local_id, on=victim.registered, rng=rng)
    return record | _profile(victim, rng) | _exploitation(victim, rng) | _procedure(victim, case, year=year, rng=rng)


def _profile(victim: Victim, rng: Random) -> dict[str, Any]:
    age = age_on(victim.birth_date, victim.first_contact)
    return {
        "ethnicity": _ETHNICITY.get(victim.community, "OTH"),
        "residence_country": victim.citizenship,
        "residence_municipality": None if victim.foreign else victim.municipality,
        "settlement": rng.choice(("URBAN", "URBAN", "RURAL")),
        "education": rng.choice(("0", "1")) if age < 14 else rng.choice(("1", "2", "2", "3")),
        "marital_status": "SINGLE" if age < 18 else rng.choice(("SINGLE", "SINGLE", "MARRIED", "DIVORCED")),
        "children_n": 0 if age < 20 else rng.choice((0, 0, 1, 2)),
        "pregnant": "NO" if victim.sex == "F" else None,
        "employment_before": "STUDENT" if age < 17 else rng.choice(("UNEMPLOYED", "INFORMAL", "UNEMPLOYED")),
        "economic_situation": rng.choice(("VERY_POOR", "POOR", "POOR", "AVERAGE")),
        "family_situation": rng.choice(("BOTH_PARENTS", "ONE_PARENT", "RELATIVES")) if age < 18 else "ALONE",
        "disability": "NONE" if rng.random() < 0.9 else "INTELLECTUAL",
        "prior_violence": rng.choice(("YES", "NO", "UNK")),
        "prior_care": "NO",
        "vulnerability": ("POVERTY", "SCHOOL_DROPOUT") if age < 18 else ("POVERTY",),
        "language": _LANGUAGE.get(victim.community, "OTH"),
        "legal_stay": rng.choice(("VISA_FREE", "REGULAR", "OVERSTAY")) if victim.foreign else None,
    }


def _exploitation(victim: Victim, rng: Random) -> dict[str, Any]:
    begging = victim.purpose == "BEG"
    by_parent = begging and age_on(victim.birth_date, victim.exploitation_start) < 18
    recruited = rng.choice(("WORK_OFFER", "ONLINE_SOCIAL", "LOVERBOY", "FRIENDS"))
    if victim.purpose == "MAR":
        recruited = "MARRIAGE"
    elif begging:
        recruited = "FAMILY_EVENT"
    return {
        "episode_no": 1,
        "acts": rng.choice((("RECRUIT",), ("RECRUIT", "HARBOUR"), ("RECRUIT", "TRANSPORT", "HARBOUR"))),
        "means": rng.choice((("DECEPTION",), ("ABUSE_VULN",), ("DECEPTION", "THREAT"), ("FORCE", "COERCION"))),
        "purpose_main": victim.purpose,
        "purpose_all": (victim.purpose,),
        "sex_form": rng.choice((("PRIVATE",), ("BAR_CLUB",), ("INDOOR", "ESCORT")))
        if victim.purpose in _SEXUAL
        else None,
        "labour_sector": rng.choice(("F", "I", "T", "A")) if victim.purpose in _LABOUR else None,
        "begging_type": rng.choice(("STREET", "CAR_WINDOW", "WITH_ADULT")) if begging else None,
        "exploited": "YES",
        "exploitation_start": victim.exploitation_start,
        "exploitation_start_precision": "M",
        "exploitation_end": victim.exploitation_end,
        "duration_months": _months(victim.exploitation_start, victim.exploitation_end),
        "scope": "CROSSBORDER_IN" if victim.foreign else "INTERNAL",
        "country_recruitment": victim.citizenship,
        "country_exploitation": "XK",
        "municipality_exploitation": victim.municipality,
        "place_type": ("STREET",) if begging else rng.choice((("PRIVATE_FLAT",), ("BAR_CLUB",), ("HOTEL",))),
        "recruiter_relation": "PARENT" if by_parent else rng.choice(("ACQUAINTANCE", "FRIEND", "STRANGER", "EMPLOYER")),
        "recruitment_method": (recruited,),
        "online_platform": ("FACEBOOK",) if recruited == "ONLINE_SOCIAL" else None,
        "border_crossing": "LEGAL_POINT" if victim.foreign else "NONE",
        "control_methods": rng.choice((("THREAT", "PSYCH"), ("EARNINGS",), ("MOVEMENT", "PHYS"))),
        "traffickers_n": rng.choice((1, 1, 2)),
    }


def _procedure(victim: Victim, case: Case, *, year: int, rng: Random) -> dict[str, Any]:
    formal = victim.status == "VOT"
    changed = victim.status != "PVOT"
    decided = victim.identified or victim.first_contact + timedelta(days=rng.randrange(5, 30))
    asked = "YES" if formal or rng.random() < 0.7 else "NO"
    return {
        "case_no": case.case_no,
        "first_contact_date": victim.first_contact,
        "detected_by": "KP_THB" if case.proactive else rng.choice(("KP_THB", "KP_OTHER", "CSW", "FAMILY", "SELF")),
        "detection_mode": "PROACTIVE_OPERATION" if case.proactive else rng.choice(("INVESTIGATION", "REFERRAL")),
        "status_initial": "PVOT",
        "status_initial_date": victim.first_contact,
        "formal_id_date": victim.identified if formal else None,
        "status_current": victim.status,
        "status_current_date": decided if changed else victim.first_contact,
        "status_reason": ("NEW_EVIDENCE" if formal else "PERSON_DECLINED") if changed else None,
        "risk_level": victim.risk,
        "risk_date": decided,
        "officer_thbd_present": "YES",
        "advocate_present": "YES",
        "social_worker_present": "YES" if age_on(victim.birth_date, victim.first_contact) < 18 else "NA",
        "reflection_offered": asked,
        "reflection_days": (90 if year >= 2024 else 30) if asked == "YES" else None,
        "reflection_start": decided if asked == "YES" else None,
        "cooperates": rng.choice(("FULL", "PARTIAL")) if formal else "NOT_ASKED",
        "referred_to": _referred_to(victim),
        "referral_date": decided if not formal else decided + timedelta(days=1),
        "prev_victim": "NO",
        "carried_over": "NO",
    }


def _referred_to(victim: Victim) -> str:
    for body in ("ISF", "PVPT", "CSW_19", "VAAO"):
        if body in victim.bodies:
            return body
    return "NONE"


def _months(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def _suspect(one: Proceedings, case: Case, *, local_id: str, rng: Random) -> dict[str, Any]:
    trafficking = one.offences[0].startswith("THB")
    return {
        **suspect_identity(one.suspect, rng=rng, careful=True),
        "local_suspect_id": local_id,
        "case_no": case.case_no,
        "role": (one.role,),
        "relation_to_victim": one.relation,
        "offence_suspected": one.offences,
        "arrest_date": one.arrested,
        "detention": rng.choice(("POLICE_48H", "PRETRIAL", "PRETRIAL", "HOUSE")) if one.arrested else "NONE",
        "report_filed_date": one.received if case.reported else None,
        "report_no": one.report_no or None,
        "official": "NO",
        "legal_person": "NO",
        # CASE-06: an arrest in an operation against trafficking is counted only with a trafficking offence
        "op_code": case.op_code if trafficking and case.op_code else None,
    }


def _case(case: Case, *, year: int, rng: Random) -> dict[str, Any]:
    filed = max((one.received for one in case.people if one.received), default=None)
    foreign = any(victim.foreign for victim in case.victims)
    return {
        "case_no": case.case_no,
        "opened_date": case.opened,
        "opened_by": "KP_THB" if case.proactive else rng.choice(("KP_THB", "KP_OTHER", "CITIZEN")),
        "source": "PROACTIVE_OPERATION" if case.proactive else rng.choice(("INVESTIGATION", "REPORT")),
        "offence_main": case.offences[0],
        "offences_all": case.offences,
        "region": case.region,
        "municipality": case.municipality,
        "victims_n": len(case.victims),
        "suspects_n": len(case.people),
        "joint_with": ("CSW_19",) if any(victim.child for victim in case.victims) else None,
        "financial_investigation": "YES" if case.offences[0].startswith("THB") and rng.random() < 0.5 else "NO",
        "international_cooperation": ("BILATERAL",) if foreign else ("NONE",),
        "status": "REPORT_FILED" if case.reported else "OPEN",
        "status_date": filed if case.reported else max(case.opened, date(year, 12, 15)),
        "op_code": case.op_code or None,
    }


def _operation(operation: Operation, cases: Sequence[Case], *, rng: Random) -> dict[str, Any]:
    mine = [case for case in cases if case.op_code == operation.op_code]
    trafficking = [case for case in mine if case.offences[0].startswith("THB")]
    screened = _SCREENED[_POPULATION[operation.type]]
    premises = operation.type in ("PLAN", "RAID", "JOINT_INSPECTION")
    checked = rng.randrange(18, 60) if premises else 0
    by_citizenship: dict[str, int] = {}
    for _, _, citizenship, persons, _ in screened:
        by_citizenship[citizenship] = by_citizenship.get(citizenship, 0) + persons
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
        "cases_opened_thb": len(trafficking),
        "cases_opened_other": len(mine) - len(trafficking),
        "partners": ("LI", "ATK") if operation.type == "JOINT_INSPECTION" else ("CSW_19",),
    }


def _screening(operation: Operation) -> list[dict[str, Any]]:
    population = _POPULATION[operation.type]
    begging = population == "BEGGING"
    return [
        {
            "op_code": operation.op_code,
            "population": population,
            "age_group": age_group,
            "sex": sex,
            "citizenship": citizenship,
            "persons": persons,
            "identified_thb": 0,
            "other_offence": other,
            "referred_csw": persons if begging and age_group == "CHILD" else 0,
            "removed": persons // 3 if begging and citizenship != "XK" else 0,
        }
        for age_group, sex, citizenship, persons, other in _SCREENED[population]
    ]
