"""Faults, one or more for each rule: what is planted where, and the cell that the finding must name.

`test_rules_through_the_commands` writes them into workbooks of the schema's example rows. A fault
is a copy of an example row with a number of its own and with `values` set, so that it stands
alone; without `values` the example row itself is the one that must be named, because another
planted row stands against it. A fault without `column` is such another row: nothing is asked of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

__all__ = [
    "BOY",
    "BOYS",
    "BOYS_CASE",
    "CHANGED",
    "CROSSED",
    "DIGITS",
    "FAULTS",
    "FORMS",
    "GROUP",
    "MISCOUNT",
    "NAMES",
    "NO_GROUP",
    "NO_TOTAL",
    "ONE_MORE",
    "OTHERS",
    "PEOPLE",
    "RATE",
    "SENDERS",
    "SMALL",
    "TOTAL",
    "WHOLE",
    "Changed",
    "Fault",
    "Form",
    "Values",
]

SENDERS = {
    "police": "KP_THB",
    "prosecution": "SP",
    "court": "KJC",
    "shelter": "ISF",
    "csw": "CSW_19",
    "vaao": "VAAO",
    "labour": "LI",
    "ngo": "NGO_OTHER",
    "helpline": "HELPLINE",
    "nathb": "NATHB",
    "border": "DMFK",
    "assets": "AMSCA",
}
"""Submission type -> the agency that sends it here."""

Values = Mapping[str, Any]


class Fault(NamedTuple):
    """One planted row."""

    rule: str
    place: str
    """Record type: "police.victims"."""
    row: int
    """The example row that is copied, from 1."""
    column: str
    """The column that the finding must name, in the planted row."""
    values: Values | None = None
    """Column -> what stands in the copy; None for a blank. Days are written 2025-01-31."""


_VICTIMS, _SUSPECTS, _CASES = "police.victims", "police.suspects", "police.cases"
_REPORTS, _DECISIONS = "prosecution.reports", "prosecution.decisions"
_JUDGMENTS, _SANCTIONS = "court.judgments", "court.sanctions"
_RESIDENTS, _CAPACITY, _SERVICES = "shelter.residents", "shelter.capacity", "shelter.services"
_ALBANIAN = {"citizenship_1": "AL", "birth_country": "AL", "personal_no": "K85501234L"}

# ---- one collection with errors everywhere; `validate` is asked once

FAULTS: tuple[Fault, ...] = (
    # cells
    Fault("TYPE-01", _VICTIMS, 1, "risk_date", {"risk_date": "31.02.2025"}),
    Fault("TYPE-01", _CASES, 1, "victims_n", {"victims_n": "two"}),
    Fault("TYPE-02", _VICTIMS, 1, "risk_level", {"risk_level": "shumë"}),
    Fault("REQ-01", _VICTIMS, 1, "detected_by", {"detected_by": None}),
    Fault("REQ-01", _CASES, 1, "opened_date", {"opened_date": None}),
    Fault("RANGE-01", _VICTIMS, 1, "traffickers_n", {"traffickers_n": 999}),
    Fault("META-08", _CASES, 1, "case_no", {"case_no": "Gjithsej"}),
    Fault("META-09", _VICTIMS, 1, "risk_date", {"risk_date": "31.01.2025"}),
    # persons
    Fault("ID-01", _VICTIMS, 1, "local_person_id", {"local_person_id": "KP-25-001"}),
    Fault("ID-02", _VICTIMS, 1, "personal_no", {"personal_no": "12345"}),
    Fault("ID-03", _VICTIMS, 1, "personal_no", {"personal_no": "1111111111"}),
    Fault("ID-04", _VICTIMS, 2, "personal_no", _ALBANIAN),
    Fault("ID-05", _VICTIMS, 2, "personal_no", {"personal_no": "0105008945001"}),
    Fault("ID-06", _VICTIMS, 2, "first_name", {"first_name": "N.", "last_name": "N."}),
    Fault("ID-07", _VICTIMS, 2, "first_name", {"first_name": "Primera 2"}),
    Fault("ID-07", _VICTIMS, 2, "first_name", {"first_name": "Proba", "last_name": "Primera"}),
    Fault("ID-08", _VICTIMS, 2, "birth_date", {"birth_date": "2025-09-14"}),
    Fault("ID-09", _VICTIMS, 2, "birth_date_precision", {"birth_date_precision": "UNK"}),
    Fault("ID-10", _VICTIMS, 2, "birth_date", {"birth_date": "1996-07-01"}),
    Fault("ID-11", _VICTIMS, 2, "age_at_registration", {"age_at_registration": 40, "age_basis": "DECLARED"}),
    Fault("ID-12", _VICTIMS, 2, "citizenship_2", {"citizenship_2": "CS"}),
    Fault("ID-13", _VICTIMS, 2, "stateless", {"stateless": "YES"}),
    Fault("ID-13", _VICTIMS, 2, "stateless", {"stateless": "YES", "citizenship_1": "XX", "citizenship_2": "RS"}),
    Fault("ID-14", "csw.cases", 1, "personal_no", {"personal_no": "1193650284", "birth_date": "2010-06-15"}),
    Fault("ID-14", "vaao.assisted", 1, "personal_no", {"personal_no": "1193650284"}),
    Fault("ID-15", "vaao.assisted", 1, "", {"personal_no": "1130046275"}),
    Fault("ID-15", "vaao.assisted", 1, "personal_no", {"personal_no": "1130046275", "first_name": "Tjetra"}),
    # victims
    Fault("VIC-01", _VICTIMS, 1, "formal_id_date", {"formal_id_date": None}),
    Fault("VIC-02", _VICTIMS, 1, "status_initial_date", {"status_initial_date": "2025-02-01"}),
    Fault("VIC-03", _VICTIMS, 1, "status_reason",
          {"status_initial": "VOT", "status_current": "NOT_CONFIRMED", "status_reason": None}),
    Fault("VIC-03", _VICTIMS, 1, "status_reason", {"status_reason": None}),
    Fault("VIC-04", _VICTIMS, 2, "formal_id_date",
          {"formal_id_date": "2025-09-30", "status_current_date": "2025-09-30"}),
    Fault("VIC-05", _VICTIMS, 1, "social_worker_present", {"social_worker_present": None}),
    Fault("VIC-05", _VICTIMS, 1, "social_worker_present", {"social_worker_present": "UNK"}),
    Fault("VIC-05b", _VICTIMS, 1, "social_worker_present", {"social_worker_present": "NO"}),
    Fault("VIC-06", _VICTIMS, 1, "advocate_present", {"advocate_present": "NO"}),
    Fault("VIC-07", _VICTIMS, 1, "risk_level", {"risk_level": None}),
    Fault("VIC-07b", _VICTIMS, 1, "referred_to", {"referred_to": "PVPT"}),
    Fault("VIC-07b", _VICTIMS, 1, "referred_to", {"referred_to": "SHELTER_NEW"}),
    Fault("VIC-08", _VICTIMS, 1, "reflection_days", {"reflection_days": 120}),
    Fault("VIC-08", _VICTIMS, 1, "reflection_days", {"reflection_days": 10}),
    Fault("VIC-08", _VICTIMS, 1, "reflection_days", {"reflection_start": "2023-12-31", "reflection_days": 90}),
    Fault("VIC-09", _VICTIMS, 1, "reflection_offered", {"reflection_offered": "NO"}),
    Fault("VIC-10", _VICTIMS, 1, "purpose_main", {"purpose_main": "BEG"}),
    Fault("VIC-11", _VICTIMS, 2, "means", {"means": None}),
    Fault("VIC-11", _VICTIMS, 2, "means", {"means": ["NONE_CHILD"]}),
    Fault("VIC-11", _VICTIMS, 2, "acts", {"acts": None}),
    Fault("VIC-11", _VICTIMS, 2, "purpose_all", {"purpose_all": None, "labour_sector": None}),
    Fault("VIC-12", _VICTIMS, 1, "means",
          {"means": None, "purpose_main": "SUR", "purpose_all": ["SUR"], "sex_form": None}),
    Fault("VIC-13", _VICTIMS, 1, "labour_sector", {"labour_sector": "F"}),
    Fault("VIC-14", _VICTIMS, 1, "exploited", {"exploited": "NO"}),
    Fault("VIC-14", _VICTIMS, 1, "municipality_exploitation",
          {"exploited": "NO", "exploitation_end": None, "duration_months": None, "place_type": None}),
    Fault("VIC-15", _VICTIMS, 1, "exploitation_end", {"exploitation_end": "2024-09-01"}),
    Fault("VIC-15", _VICTIMS, 1, "duration_months", {"duration_months": 6}),
    Fault("VIC-15", _VICTIMS, 1, "duration_months", {"duration_months": 7, "exploitation_start_precision": "M"}),
    Fault("VIC-16", _VICTIMS, 1, "exploitation_start", {"exploitation_start": "2010-10-10", "duration_months": None}),
    Fault("VIC-16", _VICTIMS, 1, "exploitation_start",
          {"exploitation_start": "2010-10-10", "duration_months": None, "purpose_main": "BEG",
           "purpose_all": ["BEG", "LAB"], "sex_form": None, "begging_type": "STREET", "labour_sector": "F"}),
    Fault("VIC-17", _VICTIMS, 1, "country_exploitation", {"country_exploitation": "AL"}),
    Fault("VIC-18", _VICTIMS, 1, "scope", {"scope": "CROSSBORDER_IN"}),
    Fault("VIC-19", _VICTIMS, 2, "recruiter_relation", {"recruiter_relation": "PARENT"}),
    Fault("VIC-19", _VICTIMS, 1, "recruiter_relation", {"recruiter_relation": "SPOUSE"}),
    Fault("VIC-20", _VICTIMS, 1, "control_methods", {"control_methods": ["NONE", "DEBT"]}),
    Fault("VIC-21", _VICTIMS, 1, "marital_status", {"marital_status": "MARRIED"}),
    Fault("VIC-22", _VICTIMS, 2, "legal_stay", {"legal_stay": None}),
    Fault("VIC-23", _VICTIMS, 1, "prev_year", {"prev_victim": "YES", "prev_year": 2025}),
    Fault("VIC-23", _VICTIMS, 1, "prev_note",
          {"prev_victim": "YES", "prev_year": 2021, "national_case_code": None}),
    Fault("VIC-25", _VICTIMS, 1, "carried_over", {"carried_over": "YES"}),
    # files of the police
    Fault("CASE-01", _VICTIMS, 1, "case_no", {"case_no": "THB-NOWHERE"}),
    Fault("CASE-02", _CASES, 1, "victims_n", {"victims_n": 5}),
    Fault("CASE-03", _CASES, 1, "case_no", {}),
    Fault("CASE-03", _VICTIMS, 1, "case_no", {"case_no": None}),
    Fault("CASE-03", _CASES, 1, "",
          {"case_no": "PRO-2025-001", "offence_main": "PROST_FACIL", "offences_all": ["PROST_FACIL"]}),
    Fault("CASE-03", _VICTIMS, 1, "case_no", {"case_no": "PRO-2025-001"}),
    Fault("CASE-04", _CASES, 1, "offence_main", {"offences_all": ["DOCS"]}),
    Fault("CASE-05", _SUSPECTS, 1, "report_filed_date", {"report_filed_date": "2025-01-15"}),
    Fault("CASE-05", _SUSPECTS, 1, "arrest_date", {"arrest_date": "2024-12-15"}),
    Fault("CASE-06", _SUSPECTS, 1, "offence_suspected", {"offence_suspected": ["PROST_FACIL"]}),
    Fault("CASE-07", _SUSPECTS, 1, "birth_date", {"birth_date": "2013-11-23"}),
    Fault("CASE-07b", _SUSPECTS, 1, "personal_no", {"personal_no": "1174820936"}),
    Fault("CASE-07b", _VICTIMS, 1, "personal_no"),
    Fault("CASE-07b", _SUSPECTS, 1, "last_name",
          {"first_name": "Shembulla", "last_name": "Prove", "birth_date": "2009-05-14"}),
    Fault("CASE-08", "police.operations", 1, "cases_opened_thb", {"cases_opened_thb": 5}),
    Fault("CASE-08", "police.operations", 1, "citizenship_table", {"citizenship_table": "XK 1"}),
    Fault("CASE-09", "police.screening", 1, "persons", {"citizenship": "RS", "other_offence": 5}),
    Fault("CASE-10", _CASES, 1, "",
          {"op_code": "OP-BEG", "offence_main": "CHILD_MISTREAT", "offences_all": ["CHILD_MISTREAT"]}),
    Fault("CASE-10", "police.screening", 1, "other_offence",
          {"op_code": "OP-BEG", "population": "BEGGING", "persons": 9, "identified_thb": 0, "other_offence": 4}),
    Fault("CASE-11", _CASES, 1, "suspects_n", {"offences_all": ["THB_CHILD", "THB_ORG"]}),
    # prosecution
    Fault("PRO-01", _DECISIONS, 1, "report_no", {"local_suspect_id": "nobody"}),
    Fault("PRO-02", _DECISIONS, 1, "decision_date", {"decision_date": "2025-01-02"}),
    Fault("PRO-03", _DECISIONS, 1, "offence_at_decision",
          {"decision_date": "2025-03-21", "offence_at_decision": None}),
    Fault("PRO-04", _DECISIONS, 1, "downgraded", {"decision_date": "2025-03-22", "downgraded": "YES"}),
    Fault("PRO-05", "prosecution.stock", 1, "pending_end", {"prosecution_office": "GJL", "pending_end": 9}),
    Fault("PRO-06", _REPORTS, 1, "carried_over", {"carried_over": "YES"}),
    Fault("PRO-07", _SUSPECTS, 1, "report_no", {"report_no": "PPN-ONLY-POLICE"}),
    Fault("PRO-07", _REPORTS, 1, "report_no", {"report_no": "PPN-ONLY-SP"}),
    Fault("PRO-09", "prosecution.assets", 1, "financial_investigation",
          {"order_date": "2025-02-21", "financial_investigation": "NO"}),
    # courts
    Fault("CRT-01", _SANCTIONS, 1, "court_case_no", {"local_defendant_id": "nobody"}),
    Fault("CRT-01", _JUDGMENTS, 1, "court_case_no", {"court_case_no": "P-NOWHERE"}),
    Fault("CRT-02", _JUDGMENTS, 1, "outcome", {}),
    Fault("CRT-02", _JUDGMENTS, 1, "outcome", {"local_defendant_id": "A-FREED", "outcome": "ACQUITTED"}),
    Fault("CRT-02", _SANCTIONS, 1, "", {"local_defendant_id": "A-FREED"}),
    Fault("CRT-03", _SANCTIONS, 1, "length_months", {"sanction": "IMPRISON", "length_months": None}),
    Fault("CRT-03", _JUDGMENTS, 1, "", {"local_defendant_id": "A-LONG", "principal_offence": "THB"}),
    Fault("CRT-03", _SANCTIONS, 1, "length_months",
          {"local_defendant_id": "A-LONG", "sanction": "IMPRISON", "length_months": 200.0}),
    Fault("CRT-04", _JUDGMENTS, 1, "", {"local_defendant_id": "A-MILD", "principal_offence": "THB"}),
    Fault("CRT-04", _SANCTIONS, 1, "length_months",
          {"local_defendant_id": "A-MILD", "sanction": "IMPRISON", "length_months": 36.0, "mitigating": None}),
    Fault("CRT-05", _JUDGMENTS, 1, "", {"local_defendant_id": "A-FREE"}),
    Fault("CRT-05", _SANCTIONS, 1, "sanction", {"local_defendant_id": "A-FREE", "sanction": "SUSPENDED"}),
    Fault("CRT-06", _JUDGMENTS, 2, "judgment_date", {}),
    Fault("CRT-07", _JUDGMENTS, 2, "final_date", {"final_date": "2025-11-01"}),
    Fault("CRT-07", _JUDGMENTS, 1, "",
          {"local_defendant_id": "A-TWICE", "final": "YES", "final_date": "2025-07-10"}),
    Fault("CRT-07", _JUDGMENTS, 2, "final",
          {"local_defendant_id": "A-TWICE", "final": "YES", "final_date": "2025-12-31"}),
    Fault("CRT-08", _JUDGMENTS, 1, "final",
          {"local_defendant_id": "A-BACK", "final": "YES", "final_date": "2025-07-10"}),
    Fault("CRT-08", _JUDGMENTS, 2, "",
          {"local_defendant_id": "A-BACK", "outcome": "SET_ASIDE", "final": "NO", "final_date": None}),
    Fault("CRT-09", _DECISIONS, 1, "indictment_no",
          {"decision_date": "2025-03-23", "indictment_no": "AKT-ONLY-SP"}),
    Fault("CRT-09", "court.cases", 1, "indictment_no", {"indictment_no": "AKT-ONLY-KJC", "report_no": None}),
    Fault("CRT-10", "court.stock", 1, "pending_end", {"court": "GJL", "pending_end": 9}),
    Fault("CRT-11", _JUDGMENTS, 1, "offence_date", {"offence_date": "2025-08-01"}),
    Fault("CRT-11", _REPORTS, 1, "article", {"article": "171"}),
    Fault("CRT-12", "court.compensation", 1, "awarded_eur", {"awarded_eur": 9000.0}),
    Fault("CRT-13", "vaao.compensation_applications", 1, "awarded_eur", {"local_person_id": "ZMV-001"}),
    Fault("CRT-13", "court.compensation", 1, "awarded_eur"),
    Fault("CRT-14", "prosecution.assets", 3, "order_type", {"asset_type": "CASH"}),
    # shelters
    Fault("SHL-01", _RESIDENTS, 1, "exit_date", {"exit_date": "2025-02-01"}),
    Fault("SHL-02", _RESIDENTS, 1, "entry_date",
          {"local_person_id": "00001", "stay_no": 2, "entry_date": "2025-03-01", "referral_date": "2025-03-01"}),
    Fault("SHL-03", _RESIDENTS, 1, "carried_over", {"carried_over": "YES"}),
    Fault("SHL-07", _RESIDENTS, 1, "guardian_appointed", {"guardian_appointed": "NO"}),
    Fault("SHL-08", _CAPACITY, 1, "residents_end", {"month": "2025-07-01", "residents_end": 9}),
    Fault("SHL-09", _CAPACITY, 1, "bed_nights", {"month": "2025-06-01", "bed_nights": 700}),
    Fault("SHL-11", _SERVICES, 1, "local_person_id", {"local_person_id": "nobody"}),
    Fault("SHL-11", _SERVICES, 1, "from", {"from": "2024-01-01", "to": "2024-01-31", "plan_no": None}),
    Fault("SHL-12", _RESIDENTS, 1, "",
          {"birth_date": "1990-05-14", "entry_date": "2025-02-12", "accompanied_children_n": 1}),
    Fault("SHL-12", _RESIDENTS, 1, "reason", {"entry_date": "2025-02-12", "entry_status": "NOT_CONFIRMED"}),
    Fault("SHL-13", _RESIDENTS, 1, "purpose_main", {"purpose_main": None, "purpose_all": None}),
    # social work, advocates, labour, grants, border, helpline, coordination
    Fault("CSW-01", "csw.cases", 1, "best_interest_date", {"best_interest_date": None}),
    Fault("CSW-03", "csw.cases", 1, "placement", {"parents_role": "TRAFFICKER", "placement": "FAMILY"}),
    Fault("VAO-02", "vaao.compensation_applications", 1, "awarded_eur", {"awarded_eur": None}),
    Fault("LI-01", "labour.inspections", 1, "referred_to_police", {"referred_to_police": "UNK"}),
    Fault("LI-03", "labour.inspections", 1, "csw_notified", {"children_found": 1}),
    Fault("LI-04", "labour.inspections", 1, "workers_undeclared", {"workers_undeclared": 20}),
    Fault("GRT-01", "ngo.grants", 1, "end", {"end": "2025-01-31"}),
    Fault("GRT-02", "ngo.grant_beneficiaries", 1, "grant_no", {"grant_no": "MF-NOWHERE"}),
    Fault("GRT-02", "ngo.grant_beneficiaries", 1, "start", {"start": "2020-01-01"}),
    Fault("GRT-03", "ngo.grant_indicators", 1, "achieved", {"as_at": "2026-01-31", "achieved": 4.0}),
    Fault("GRT-05", "ngo.grant_indicators", 2, "achieved", {"as_at": "2025-11-30", "achieved": 99.0}),
    Fault("TRN-01", "nathb.trainings", 1, "participants_f",
          {"title": "Bosh", "participants_f": 0, "participants_m": 0}),
    Fault("TRN-02", "nathb.trainings", 1, "title", {}),
    Fault("AWR-01", "nathb.awareness", 1, "reach_direct", {"reach_direct": 9000000}),
    Fault("AWR-01", "nathb.awareness", 1, "reach_direct", {"type": "ONLINE"}),
    Fault("NAP-01", "nathb.nap_actions", 1, "achieved", {"achieved": None}),
    Fault("RET-01", "border.returns", 1, "risk_assessment", {"risk_assessment": "UNK"}),
    Fault("RET-01", "border.returns", 1, "type", {"type": "INVOLUNTARY"}),
    Fault("HLP-01", "helpline.calls", 1, "action", {"about_thb": "THB", "action": ["NONE"]}),
    Fault("HLP-01", "helpline.calls", 1, "local_person_id", {"local_person_id": "nobody"}),
    # all victims of the collection together; the first row of the heavy file is named
    Fault("YR-03", _VICTIMS, 1, "case_no"),
)  # fmt: skip

WHOLE = (
    # rule, file, sheet: what is wrong with the whole of a sheet, or with what did not come
    ("META-05", "", ""),
    ("PRO-08", "KP_THB_2025.xlsx", "suspects"),
    ("PRO-08", "SP_2025.xlsx", "reports"),
    ("YR-01", "KP_THB_2025.xlsx", "victims"),
)
"""Findings of the same run that have no cell."""

# ---- workbooks with a fault of form; `validate` is asked once for all of them


@dataclass(frozen=True, slots=True)
class Form:
    """One workbook of example rows whose form is wrong."""

    file: str
    agency: str
    meta: tuple[Values, ...] = ({},)
    """What differs in the rows of the sheet meta; nothing for a workbook without the sheet."""
    without: tuple[str, ...] = ()
    """Sheets ("grants") and columns ("reports.source") that are left out."""
    extra: tuple[str, ...] = ()
    """Columns that no schema knows ("residents.qyteti"), the last of their sheet."""
    rows: Mapping[str, tuple[Values, ...]] | None = None
    """Sheet -> the copies of its first example row that stand in place of all of them."""
    found: tuple[tuple[str, str, str, int], ...] = ()
    """Rule, sheet, column ("" for the whole sheet), and data row from 1, or 0 for the header."""


FORMS: tuple[Form, ...] = (
    Form("KP_THB_2025.xlsx", "KP_THB", meta=(), found=(("META-01", "", "", 0),)),
    Form("HELPLINE_2025.xlsx", "HELPLINE", meta=({}, {}), found=(("META-01", "meta", "", 0),)),
    Form("LI_2025.xlsx", "LI", meta=({"agency_code": "XYZ"},), found=(("META-01", "meta", "agency_code", 1),)),
    Form("VAAO_2025.xlsx", "VAAO", meta=({"schema_version": "1"},), found=(("META-01", "meta", "schema_version", 1),)),
    Form("NATHB_2025.xlsx", "NATHB", meta=({"period_from": "2024-12-01"},),
         found=(("META-02", "meta", "period_from", 1),)),
    Form("KJC_2025.xlsx", "KJC", meta=({"reference_year": 2024},), found=(("META-02", "meta", "reference_year", 1),)),
    Form("CSW_19_2025.xlsx", "CSW_19", meta=({"nil_return": "YES"},), found=(("META-03", "meta", "nil_return", 1),)),
    Form("DMFK_2025.xlsx", "DMFK", meta=({"submission_type": "REVISED", "revision_no": 3, "replaces_revision": 1},),
         found=(("META-04", "meta", "revision_no", 1),)),
    Form("ISF_2025.xlsx", "ISF", extra=("residents.qyteti",), found=(("META-06", "residents", "qyteti", 0),)),
    Form("SP_2025.xlsx", "SP", without=("reports.source",), found=(("META-07", "reports", "", 0),)),
    Form("NGO_OTHER_2025.xlsx", "NGO_OTHER", without=("grants",), found=(("META-07", "grants", "", 0),)),
    Form("AMSCA_2025.xlsx", "AMSCA", rows={"assets": ({}, {"asset_no": "PS-2025-002"})},
         found=(("REV-01", "assets", "asset_no", 2),)),
    Form("AMSCA_2025_r2.xlsx", "AMSCA",
         meta=({"submission_type": "REVISED", "revision_no": 2, "replaces_revision": 1},),
         rows={"assets": ({"value_eur": 9000.0}, {"asset_no": "PS-2025-003"})},
         found=(("REV-01", "assets", "asset_no", 1), ("REV-01", "assets", "asset_no", 2))),
)  # fmt: skip

# ---- one collection that is accepted, with warnings about who is who; `link` is asked


class Changed(NamedTuple):
    """One cell of an example row that says something else; each of the rules must name it."""

    rules: tuple[str, ...]
    place: str
    row: int
    column: str
    value: Any


CHANGED: tuple[Changed, ...] = (
    Changed(("SHL-06",), _RESIDENTS, 1, "entry_status", "VOT"),
    Changed(("SHL-10",), "vaao.assisted", 1, "client_reason", "DV"),
    Changed(("LNK-03",), "csw.cases", 1, "sex", "M"),
    Changed(("LNK-04",), "labour.referred_persons", 1, "purpose_main", "SEX"),
)

_NOBODY_ELSE = dict.fromkeys(
    ("national_case_code", "id_doc_type", "id_doc_country", "id_doc_no", "father_name", "personal_no")
)
_POLICE_ONLY = {**_NOBODY_ELSE, "personal_no": "1205837461", "first_name": "Vjosa", "last_name": "Imagjinari",
                "birth_date": "2010-03-19", "case_no": "THB-2025-003"}  # fmt: skip
_SHELTER_ONLY = {**_NOBODY_ELSE, "personal_no": "1218264905", "first_name": "Blerta", "last_name": "Trillaku",
                 "birth_date": "2008-11-27"}  # fmt: skip
_NGO_ONLY = {**_NOBODY_ELSE, "personal_no": "1229481657", "first_name": "Trillime", "last_name": "Provaku",
             "birth_date": "2008-01-17", "age_at_registration": 17}  # fmt: skip
_NO_VICTIM = {**_NOBODY_ELSE, "personal_no": "1226150398", "first_name": "Rina", "last_name": "Zhgjëndra",
              "birth_date": "2009-08-08"}  # fmt: skip
_REFERRED = {**_NOBODY_ELSE, "first_name": "Radmila", "last_name": "Izmišljotina", "birth_date": "1990-12-02"}
_TWICE = {**_NOBODY_ELSE, "first_name": "Lindita", "last_name": "Fiktivi", "birth_date": "1997-04-08"}

PEOPLE: tuple[Fault, ...] = (
    Fault("CASE-02", _CASES, 1, "", {"case_no": "THB-2025-003", "victims_n": 2, "suspects_n": 0, "op_code": None}),
    Fault("SHL-05", _VICTIMS, 1, "referral_date", _POLICE_ONLY),
    Fault("CSW-02", _VICTIMS, 1, "local_person_id", _POLICE_ONLY),
    Fault("VAO-01", _VICTIMS, 1, "local_person_id", _POLICE_ONLY),
    Fault("LNK-06", _VICTIMS, 1, "local_person_id", _POLICE_ONLY),
    Fault("SHL-04", _RESIDENTS, 1, "local_person_id", _SHELTER_ONLY),
    Fault("SHL-04", _RESIDENTS, 1, "entry_status", {**_NGO_ONLY, "entry_status": "VOT"}),
    Fault("SHL-04", "ngo.assisted", 1, "", _NGO_ONLY),
    Fault("LNK-05", _VICTIMS, 1, "status_current",
          {**_NO_VICTIM, "case_no": "THB-2025-003", "status_current": "NOT_CONFIRMED", "formal_id_date": None}),
    Fault("LNK-05", _RESIDENTS, 1, "entry_status", _NO_VICTIM),
    Fault("LI-02", "labour.referred_persons", 1, "local_person_id", _REFERRED),
    Fault("LNK-02", "vaao.assisted", 2, "local_person_id", _TWICE),
    Fault("VAO-01", "vaao.assisted", 2, "client_reason", _TWICE),
    Fault("LNK-02", "ngo.assisted", 1, "local_person_id",
          {**_TWICE, "last_name": "Pagjetura", "birth_date": "1997-04-18", "age_at_registration": 28}),
    Fault("GRT-04", _SERVICES, 1, "service", {"service": "VOC_TRAIN", "from": "2025-04-01", "to": "2025-05-20"}),
    Fault("GRT-04", "ngo.services", 2, "service"),
    Fault("GRT-04", "ngo.grant_beneficiaries", 2, "service"),
    # the other agency's side of what stands in CHANGED
    Fault("SHL-06", _VICTIMS, 1, "formal_id_date"),
    Fault("SHL-10", _RESIDENTS, 1, "reason"),
    Fault("LNK-03", _VICTIMS, 1, "sex"),
    Fault("LNK-04", _VICTIMS, 2, "purpose_main"),
    # with decisions.csv, and with the year before
    Fault("LNK-07", "ngo.assisted", 1, "local_person_id"),
    Fault("LNK-07", "ngo.grant_beneficiaries", 1, "local_person_id"),
    Fault("VIC-24", _VICTIMS, 1, "episode_no"),
)  # fmt: skip

OTHERS = (
    # rule, file, cell: what stands in no workbook
    ("LNK-01", "decisions.csv", "D3"),
    ("YR-02", "history.csv", "D{history}"),
)
"""Findings of the same run; `{history}` is the line that was added to the published figures."""

# ---- what is published; `build-report` is asked once for each group

CROSSED = (
    ("tables/profile.toml", 'by = ["sex2", "age2_exploitation"]', 'by = ["municipality", "sex2", "age2_exploitation"]'),
    ("populations.toml", "form = {sensitive = true}", "form = {sensitive = true}\nmunicipality = {}"),
    ("dimensions.toml", "citizenship_group = {label",
     'municipality = {label = {en = "m", sq = "m", sr = "m"}, codes = "municipality"}\ncitizenship_group = {label'),
)  # fmt: skip
"""SDC-02: a table of form, sex and age that municipalities are added to."""
RATE = ("tables/profile.toml", 'columns = [{by = ["sex"], total = "last"}]',
        'columns = [{by = ["sex"], total = "last"}, {item = {measure = "RATE_100K"}}]')  # fmt: skip
"""TAB-04: a rate whose population is not stated."""
NO_GROUP = ("codelists/age_group.csv", ",CHILD,14,15", ",TEEN,14,15")
"""TAB-01: an age that is in no category of children and adults, so that the margin is more than its cells."""
NO_TOTAL = ("tables/prevention.toml", 'by = ["profession"], total = "last"', 'by = ["profession"], total = "none"')
"""TAB-02: events for several audiences, without the events counted once."""
DIGITS = ("chapters/01-identification.md.j2", '{{ table("T1.1") }}', '{{ table("T1.1") }}\n\nOf these, 7 were boys.')
"""SDC-04: a number that a chapter writes by itself."""
NAMES = ("chapters/01-identification.md.j2", '{{ table("T1.1") }}', '{{ table("T1.1") }}\n\nPrimera Proba was one.')
"""SDC-06: a chapter that tells of a victim by name."""

MISCOUNT = """
import sys
from dataclasses import replace

import polars as pl

from atstats import cli, statistics

counted = statistics.count

def miscounted(*arguments, **options):
    tables = {each.id: each for each in counted(*arguments, **options)}
    twice = tables["T2.1"].cells.with_columns(pl.col("value") * 2)
    return tuple({**tables, "T2.1": replace(tables["T2.1"], cells=twice)}.values())

statistics.count = miscounted
sys.argv[0] = "atstats"
cli.main()
"""
"""TAB-03: the command with a slip in its counting. A layout cannot plant it: one fact is always counted alike."""

SMALL = ("victims:age2=CHILD", "victims:age2=ADULT")
"""SDC-01: totals of one person each, asked for exactly."""
GROUP = ("victims:age2_exploitation=CHILD&sex2=M", "victims:age2_exploitation=CHILD&form=BEG&sex2=M")
"""SDC-03: all boys, and all boys who were begging, asked for exactly: the same number."""
TOTAL = ("victims:",)
"""SDC-05: a total asked for exactly, of two releases between which one person came."""

BOYS = {"2008-03-04": "Trillani", "2009-06-17": "Shpikaj", "2010-09-26": "Mostrova", "2011-12-08": "Provaku"}
"""Births and surnames of boys who were begging."""
ONE_MORE = {**BOYS, "2010-01-20": "Gjetuni"}
BOYS_CASE = {"case_no": "THB-2025-003", "suspects_n": 0, "op_code": None}
BOY = {**_NOBODY_ELSE, "sex": "M", "first_name": "Djalosh", "purpose_main": "BEG", "purpose_all": ["BEG"],
       "sex_form": None, "begging_type": "STREET", "case_no": "THB-2025-003"}  # fmt: skip
