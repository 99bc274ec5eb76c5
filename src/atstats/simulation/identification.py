"""One victim as the police write her down: who she is, how she was exploited, how she was identified."""

from datetime import date, timedelta
from random import Random
from typing import Any

from atstats.schema import Schema
from atstats.simulation.chance import stream
from atstats.simulation.criminal import Case
from atstats.simulation.identity import identity
from atstats.simulation.people import NGO, SHELTERS, Victim, age_on
from atstats.simulation.shelters import residence, scope, stays_of
from atstats.simulation.timeline import Timeline, year_end

__all__ = ["identified_person"]

_ETHNICITY = {"ALB": "ALB", "SRB": "SRB", "ROM": "ROM", "TUR": "TUR", "ALB_AL": "ALB", "SRB_RS": "SRB"}
_LANGUAGE = {"ALB": "SQ", "SRB": "SR", "ROM": "RO", "TUR": "TR", "ALB_AL": "SQ", "SRB_RS": "SR", "MOLDOVA": "MO"}
_LABOUR = {"LAB", "DOM", "SERV", "SLAV"}
_REASONS = {"VOT": "NEW_EVIDENCE", "NOT_CONFIRMED": "NEW_EVIDENCE", "REJECTED_BY_PERSON": "PERSON_DECLINED"}


def identified_person(victim: Victim, case: Case, timeline: Timeline, year: int, *, schema: Schema) -> dict[str, Any]:
    """The row of a victim in the workbook of the police for one year."""
    local_id = timeline.local_id(victim, "KP_THB")
    record = identity(victim, agency="KP_THB", local_id=local_id, on=victim.first_contact, seed=timeline.seed)
    rng = stream("police", timeline.seed, victim.id, victim.episode)
    profile, exploitation = _profile(victim, rng), _exploitation(victim, rng)
    return record | profile | exploitation | _procedure(victim, case, timeline, year, rng, schema=schema)


def _reflection_days(day: date, schema: Schema) -> int | None:
    """K33: the longest period of the law in force, 30 days and later 90."""
    return next((law.most for law in schema.law if law.period == "REFLECTION_DAYS" and law.in_force(day)), None)


def _profile(victim: Victim, rng: Random) -> dict[str, Any]:
    age = age_on(victim.birth_date, victim.first_contact)
    return {
        **residence(victim),
        "ethnicity": _ETHNICITY.get(victim.community, "OTH"),
        "settlement": rng.choice(("URBAN", "URBAN", "RURAL")),
        "education": rng.choice(("0", "1")) if age < 14 else rng.choice(("1", "2", "2", "3")),
        "marital_status": "SINGLE" if age < 18 else rng.choice(("SINGLE", "SINGLE", "MARRIED", "DIVORCED")),
        "children_n": 1 if "with child" in victim.marks else 0 if age < 20 else rng.choice((0, 0, 1, 2)),
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
    where = scope(victim)
    abroad = where == "CROSSBORDER_OUT"
    return {
        "episode_no": victim.episode,
        "acts": rng.choice((("RECRUIT",), ("RECRUIT", "HARBOUR"), ("RECRUIT", "TRANSPORT", "HARBOUR"))),
        "means": rng.choice((("DECEPTION",), ("ABUSE_VULN",), ("DECEPTION", "THREAT"), ("FORCE", "COERCION"))),
        "purpose_main": victim.purpose,
        "purpose_all": (victim.purpose,),
        "sex_form": _sex_form(rng) if victim.purpose == "SEX" else None,
        "labour_sector": rng.choice(("F", "I", "T", "A")) if victim.purpose in _LABOUR else None,
        "begging_type": rng.choice(("STREET", "CAR_WINDOW", "WITH_ADULT")) if begging else None,
        "exploited": "YES",
        "exploitation_start": victim.exploitation_start,
        "exploitation_start_precision": "M",
        "exploitation_end": victim.exploitation_end,
        "duration_months": _months(victim.exploitation_start, victim.exploitation_end),
        "scope": where,
        "country_recruitment": victim.citizenship,
        "country_exploitation": "DE" if abroad else "XK",
        "municipality_exploitation": None if abroad else victim.municipality,
        "place_type": ("STREET",) if begging else rng.choice((("PRIVATE_FLAT",), ("BAR_CLUB",), ("HOTEL",))),
        "recruiter_relation": "PARENT" if by_parent else rng.choice(("ACQUAINTANCE", "FRIEND", "STRANGER", "EMPLOYER")),
        "recruitment_method": (recruited,),
        "online_platform": ("FACEBOOK",) if recruited == "ONLINE_SOCIAL" else None,
        "border_crossing": "NONE" if where == "INTERNAL" else "LEGAL_POINT",
        "control_methods": rng.choice((("THREAT", "PSYCH"), ("EARNINGS",), ("MOVEMENT", "PHYS"))),
        "traffickers_n": rng.choice((1, 1, 2)),
    }


def _sex_form(rng: Random) -> tuple[str, ...]:
    return rng.choice((("PRIVATE",), ("BAR_CLUB",), ("INDOOR", "ESCORT")))


def _months(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def _procedure(
    victim: Victim, case: Case, timeline: Timeline, year: int, rng: Random, *, schema: Schema
) -> dict[str, Any]:
    status = victim.status_on(year_end(year))
    formal = status == "VOT"
    changed = status != "PVOT"
    settled = victim.identified or victim.decided or victim.first_contact + timedelta(days=rng.randrange(5, 30))
    offered = rng.random() < 0.7 or victim.status == "VOT"
    mode = rng.choice(("INVESTIGATION", "REFERRAL"))
    detected = rng.choice(("KP_THB", "KP_OTHER", "CSW", "FAMILY", "SELF"))
    cooperates = rng.choice(("FULL", "PARTIAL"))
    if "LI" in victim.bodies:
        detected, mode = "LI", "INSPECTION"
    elif "abroad" in victim.marks:
        detected, mode = "FOREIGN_AUTHORITY", "REFERRAL"
    elif case.proactive:
        detected, mode = "KP_THB", "PROACTIVE_OPERATION"
    waited = timedelta(days=min(9, (settled - victim.first_contact).days))
    offered_on = min(settled if changed else victim.first_contact + waited, year_end(year))
    referred_to, referred_on = _referral(victim, timeline)
    return {
        "case_no": case.case_no,
        "first_contact_date": victim.first_contact,
        "detected_by": detected,
        "detection_mode": mode,
        "status_initial": "PVOT",
        "status_initial_date": victim.first_contact,
        "formal_id_date": victim.identified if formal else None,
        "status_current": status,
        "status_current_date": settled if changed else victim.first_contact,
        "status_reason": _REASONS.get(status),
        "risk_level": victim.risk,
        "risk_date": offered_on,
        "officer_thbd_present": "YES",
        "advocate_present": "YES",
        "social_worker_present": "YES" if age_on(victim.birth_date, victim.first_contact) < 18 else "NA",
        "reflection_offered": "YES" if offered else "NO",
        "reflection_days": _reflection_days(offered_on, schema) if offered else None,
        "reflection_start": offered_on if offered else None,
        "cooperates": cooperates if formal else "NOT_ASKED",
        "referred_to": referred_to,
        "referral_date": referred_on,
        "prev_victim": "YES" if victim.previous_year else "NO",
        "prev_year": victim.previous_year,
        "prev_note": f"Identifikuar nga policia në vitin {victim.previous_year}" if victim.previous_year else None,
        # VIC-25: who is identified in the year is new, whenever first met
        "carried_over": "YES" if victim.registered.year < year and not _settled_in(victim, year) else "NO",
        "sealed": "YES" if case.sealed else "NO",
    }


def _settled_in(victim: Victim, year: int) -> bool:
    return victim.identified is not None and victim.identified.year == year


def _referral(victim: Victim, timeline: Timeline) -> tuple[str, date]:
    """The first body that the police referred the person to, and when; a shelter before any other."""
    stays = stays_of(victim, timeline)
    if stays:
        return stays[0].shelter, stays[0].referred
    day = victim.registered + timedelta(days=1 if victim.identified else 0)
    for body in ("CSW_19", "VAAO", NGO):
        if body in victim.bodies and body not in SHELTERS:
            return (timeline.ngo(victim.first_contact) if body == NGO else body), day
    return "NONE", day
