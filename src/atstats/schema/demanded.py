"""What the program asks for by name, so that a schema folder that lacks it is told when it is read.

A test holds these lists against the code that asks.
"""

from collections.abc import Mapping

__all__ = ["CODE_LISTS", "NOTES", "PARAMETERS", "POPULATIONS", "RULES", "SHEETS", "TABLES"]

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
