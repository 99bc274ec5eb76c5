"""What the program asks for by name, so that a schema folder that lacks it is told when it is read.

A test holds these lists against the code that asks.
"""

from collections.abc import Mapping

__all__ = [
    "CODE_LISTS",
    "COLUMNS",
    "KINDS",
    "META",
    "NOTES",
    "PARAMETERS",
    "POPULATIONS",
    "RULES",
    "SHEETS",
    "TABLES",
]

PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "CASE-05": ("arrest_before_days",),
    "CRT-09": ("days",),
    "CSW-02": ("days",),
    "LI-02": ("days",),
    "PRO-08": ("persons", "share"),
    "SHL-05": ("days",),
    "SHL-09": ("share",),
    "YR-01": ("base", "persons", "share"),
    "YR-03": ("base", "share"),
    "YR-05": ("base", "errors", "share"),
    "YR-06": ("base", "expected"),
    "YR-07": ("base", "columns"),
    "YR-08": ("base", "share"),
}
"""Rules that a function works out with these thresholds."""

RULES = (
    *PARAMETERS,
    "AWR-01", "CASE-01", "CASE-02", "CASE-03", "CASE-06", "CASE-07", "CASE-07b", "CASE-08", "CASE-10", "CRT-01",
    "CRT-02", "CRT-03", "CRT-04", "CRT-05", "CRT-06", "CRT-07", "CRT-08", "CRT-11", "CRT-13", "CRT-14", "GRT-02",
    "GRT-03", "GRT-04", "HLP-01", "ID-01", "ID-02", "ID-04", "ID-05", "ID-07", "ID-08", "ID-12", "ID-14", "ID-15",
    "LNK-01", "LNK-02", "LNK-03", "LNK-04", "LNK-05", "LNK-06", "LNK-07", "META-01", "META-02", "META-03",
    "META-04", "META-05", "META-06", "META-07", "META-08", "META-09", "PRO-01", "PRO-02", "PRO-04", "PRO-07",
    "RANGE-01", "REQ-01", "RET-01", "REV-01", "SDC-01", "SDC-02", "SDC-03", "SDC-05", "SHL-02", "SHL-04", "SHL-06",
    "SHL-10", "SHL-11", "SHL-12", "TAB-01", "TAB-02", "TAB-03", "TAB-04", "TRN-02", "TYPE-01", "TYPE-02", "VAO-01",
    "VIC-07b", "VIC-08", "VIC-19", "VIC-21", "VIC-23", "VIC-24", "WAIVE-01", "WAIVE-02", "WAIVE-03", "WAIVE-04",
    "YR-02", "YR-04",
)  # fmt: skip
"""Rules that a function, the reader or a later stage works out, or that a finding of theirs names."""

SHEETS = (
    "border.returns", "court.cases", "court.compensation", "court.confiscation", "court.judgments",
    "court.sanctions", "csw.cases", "csw.services", "helpline.calls", "labour.referred_persons",
    "nathb.awareness", "nathb.trainings", "nathb.trm_referrals", "ngo.assisted", "ngo.grant_beneficiaries",
    "ngo.grant_indicators", "ngo.grants", "ngo.plans", "ngo.services", "police.case_links", "police.cases",
    "police.operations", "police.screening", "police.suspects", "police.victims", "prosecution.assets",
    "prosecution.decisions", "prosecution.reports", "shelter.capacity", "shelter.plans", "shelter.residents",
    "shelter.services", "vaao.assisted", "vaao.compensation_applications",
)  # fmt: skip
"""Record types that rules and counts read."""

KINDS: Mapping[str, tuple[str, ...]] = {
    "words": ("text", "code", "yesno"),
    "codes": ("codes",),
    "date": ("date",),
    "number": ("integer", "decimal"),
}
"""Kind -> the types of columns that a function can read alike."""

META: Mapping[str, tuple[str, ...]] = {
    "words": ("agency_code", "language", "nil_return", "schema_version", "submission_type", "unit_code"),
    "date": ("period_from", "period_to"),
    "number": ("reference_year", "replaces_revision", "revision_no"),
}
"""Kind -> the columns of the sheet meta that say whose workbook it is, for when, and which of several."""

COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "border.returns": {
        "words": ("risk_assessment", "type"),
    },
    "court.cases": {
        "words": ("article", "court_case_no", "indictment_no", "report_no"),
        "date": ("filed_date", "offence_date"),
    },
    "court.compensation": {
        "words": ("decision", "national_case_code", "personal_no"),
    },
    "court.confiscation": {
        "words": ("asset_type", "court_case_no"),
        "date": ("order_date",),
    },
    "court.judgments": {
        "words": (
            "article", "court_case_no", "final", "indictment_no", "instance", "local_defendant_id", "outcome",
            "principal_offence", "punishment_remitted", "report_no", "supersedes",
        ),
        "codes": ("offence_indictment", "offence_judgment"),
        "date": ("judgment_date", "offence_date"),
    },
    "court.sanctions": {
        "words": ("court_case_no", "instance", "local_defendant_id", "sanction"),
        "codes": ("mitigating",),
        "number": ("length_months",),
    },
    "csw.cases": {
        "words": ("local_person_id", "thb_status"),
        "date": ("closed_date", "opened_date"),
    },
    "csw.services": {
        "words": ("local_person_id", "plan_no", "service"),
        "date": ("from", "to"),
    },
    "helpline.calls": {
        "words": ("about_thb", "local_person_id"),
        "codes": ("action",),
    },
    "labour.referred_persons": {
        "date": ("referral_date",),
    },
    "nathb.awareness": {
        "words": ("municipality", "type"),
        "number": ("reach_direct",),
    },
    "nathb.trainings": {
        "words": ("organiser", "title"),
        "codes": ("audience",),
        "date": ("date_from",),
        "number": ("hours", "participants_f", "participants_m"),
    },
    "nathb.trm_referrals": {
        "words": ("risk_assessment_done", "voluntary"),
    },
    "ngo.assisted": {
        "words": ("client_reason", "local_person_id"),
        "date": ("closed_date", "first_contact_date"),
    },
    "ngo.grant_beneficiaries": {
        "words": ("grant_no", "local_person_id"),
        "codes": ("service",),
        "date": ("end", "start"),
    },
    "ngo.grant_indicators": {
        "words": ("grant_no", "indicator"),
        "date": ("as_at",),
        "number": ("achieved",),
    },
    "ngo.grants": {
        "words": ("grant_no",),
        "date": ("end", "start"),
    },
    "ngo.plans": {
        "words": ("local_person_id", "plan_no"),
        "date": ("start",),
    },
    "ngo.services": {
        "words": ("local_person_id", "plan_no", "service"),
        "date": ("from", "to"),
    },
    "police.case_links": {
        "words": ("case_no",),
    },
    "police.cases": {
        "words": ("case_no", "offence_main", "op_code", "reclassified_to"),
        "codes": ("offences_all",),
        "date": ("opened_date",),
        "number": ("suspects_n", "victims_n"),
    },
    "police.operations": {
        "words": ("citizenship_table", "op_code"),
        "number": ("cases_opened_thb", "persons_checked_f", "persons_checked_m"),
    },
    "police.screening": {
        "words": ("age_group", "op_code", "population"),
        "number": ("other_offence",),
    },
    "police.suspects": {
        "words": ("case_no", "first_name", "last_name", "local_suspect_id", "op_code", "personal_no", "report_no"),
        "codes": ("offence_suspected",),
        "date": ("arrest_date", "birth_date", "report_filed_date"),
    },
    "police.victims": {
        "words": (
            "carried_over", "case_no", "first_name", "last_name", "local_person_id", "marital_status",
            "national_case_code", "personal_no", "prev_note", "prev_victim", "recruiter_relation", "referred_to",
            "residence_municipality", "risk_level", "status_current",
        ),
        "date": (
            "birth_date", "exploitation_start", "first_contact_date", "formal_id_date", "referral_date",
            "reflection_start",
        ),
        "number": ("episode_no", "prev_year", "reflection_days"),
    },
    "prosecution.assets": {
        "words": ("asset_type", "order_type", "report_no"),
        "date": ("order_date",),
    },
    "prosecution.decisions": {
        "words": ("article", "decision", "downgraded", "indictment_no", "local_suspect_id", "report_no"),
        "codes": ("offence_at_decision",),
        "date": ("decision_date", "offence_date"),
    },
    "prosecution.reports": {
        "words": ("article", "carried_over", "local_suspect_id", "prosecution_office", "report_no", "source"),
        "codes": ("offence",),
        "date": ("offence_date", "received_date"),
    },
    "shelter.capacity": {
        "date": ("month",),
        "number": ("bed_nights",),
    },
    "shelter.plans": {
        "words": ("local_person_id", "plan_no"),
        "date": ("start",),
    },
    "shelter.residents": {
        "words": ("entry_status", "local_person_id", "personal_no", "reason"),
        "date": ("birth_date", "entry_date", "exit_date"),
        "number": ("accompanied_children_n",),
    },
    "shelter.services": {
        "words": ("local_person_id", "plan_no", "service"),
        "date": ("from", "to"),
    },
    "vaao.assisted": {
        "words": ("client_reason", "local_person_id", "national_case_code", "personal_no"),
        "date": ("first_contact_date",),
    },
    "vaao.compensation_applications": {
        "words": ("decision", "local_person_id"),
    },
}  # fmt: skip
"""Record type -> kind -> the columns that functions of rules and counts read by name."""

TABLES = ("T0.1", "T1.1", "T1.2", "T2.1", "T2.3", "T3.1", "T12.1", "T14.1", "T14.4")
"""Tables that sentences, charts and front matter of the report quote."""

NOTES = ("no_data", "history_identified", "part_year")
"""Notes that the year's data call for."""

POPULATIONS = (
    "victims", "registrations", "not_confirmed", "assisted", "assisted_persons", "suspects", "reported", "judgments",
    "sanctions", "trainings", "coverage", "linkage",
)  # fmt: skip
"""The kinds of unit that can be counted; no others can."""

CODE_LISTS: Mapping[str, Mapping[str, str]] = {
    "age_group": {"low": r"\d*", "high": r"\d*"},
    "country": {"citizenship_group": r"[A-Z0-9_]*"},
    "length_band": {"from_months": r"\d*", "to_months": r"\d*"},
    "measure": {"rate": "(YES|NO)?"},
    "offence": {"thb": "(YES|NO)?"},
    "outcome": {"verdict": r"[A-Z0-9_]*"},
    "pros_decision": {"decision": r"[A-Z0-9_]*"},
    "purpose": {"form": r"[A-Z0-9_]*"},
    "special": {},
    "victim_status": {"registered": "(YES|NO)?"},
}
"""Code lists, with the further columns that counts and rules read and how their cells are written."""
