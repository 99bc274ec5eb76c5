"""The form of `linkage.toml` and `editions.toml`, and what they name; linkage and disclosure read them."""

from collections.abc import Iterator, Mapping
from typing import Any

from atstats.schema.folder import Folder
from atstats.schema.forms import Entries, Flag, Form, Keys, Number, Several, Style, Text
from atstats.schema.model import CodeList, Sheet
from atstats.vocabulary import Edition, Role

__all__ = ["FLAGS", "LEVELS", "PARTS", "check_linkage", "read_editions", "read_linkage"]

# --------------------------------------------------------------------------- linkage

LEVELS: Mapping[str, tuple[str, ...]] = {
    "given": ("exact", "close", "near", "swapped", "alike", "alias", "different"),
    "surname": ("exact", "close", "near", "part", "alike", "different"),
    "birth_date": ("exact", "swapped", "one_edit", "year_only", "same_year", "different"),
    "declared_age": ("close", "tolerated", "different"),
    "personal_no": ("exact", "one_edit", "different"),
    "id_doc_no": ("exact", "one_edit", "different"),
    "national_case_code": ("exact", "different"),
    "person_hash": ("exact", "different"),
    "local_id": ("exact",),
    "father": ("exact", "near", "different"),
    "sex": ("same", "different"),
    "municipality": ("same", "different"),
    "nationality": ("same", "different"),
    "case": ("same", "different"),
}
"""Comparison -> the levels that `compare` can find."""

PARTS: Mapping[str, str] = {
    "personal_no": "personal_number",
    "id_doc_no": "document_number",
    "national_case_code": "national_code",
    "person_hash": "person_hash_key",
    "local_id": "local_id",
    "birth_year": "birth_year",
    "day_and_month": "day_and_month",
    "given_initial": "given_initial",
    "surname_initial": "surname_initial",
    "given_skeleton": "given_skeletons",
    "surname_skeleton": "surname_skeletons",
    "name_skeletons": "name_skeletons",
    "father_skeleton": "father_skeletons",
    "decade": "decades",
    "municipality": "residence",
    "sex": "known_sex",
    "case": "case",
}
"""Part of a blocking key -> column of the fields; list columns give one key for each element."""

FLAGS = ("given_differs", "surname_agrees")
"""What `compare` says of a pair beside its levels."""


_NAMES = Several(Text())
_COUNT = Number(whole=True, least=0)
_SHARE = Number(above=0, most=1)
_LEVEL = Keys({"name": Text(), "m": _SHARE, "u": _SHARE}, {"at_least": Number(least=0, most=1), "contradicts": Flag()})
_OF_ROLE = Keys(
    {"local_id": Text(), "registered": _NAMES},
    {
        "local_within": _NAMES,
        "cases": _NAMES,
        "statuses": Several(Several(Text(), least=2, most=2)),
        "formal_date": Text(),
        "identifies": Flag(),
        "presumed_if": Entries(_NAMES),
    },
)
_COMPARISON = Keys({"levels": Several(_LEVEL, named_by="name")}, {"term_frequency": Flag(), "home": Text()})
_PARTS = Several(Text(among=tuple(PARTS)))
_CONDITIONS = Several(
    Text(among=(*FLAGS, *(f"{comparison}:{level}" for comparison, levels in LEVELS.items() for level in levels)))
)
_ROLE = Keys(
    {"comparisons": _NAMES, "sheets": Entries(_OF_ROLE, least=1)}, {"purpose_from": _NAMES, "calibrated": Flag()}
)
_HOLDS = ("never", "review", "doubt")
_OPEN_SHARE = Keys({"hold": Text(among=("", *_HOLDS)), "from": Number(), "same": _COUNT, "of": _COUNT})
_CALIBRATION = Keys(
    {
        "missed_per_record": Number(least=0, most=1),
        "wrong_per_link": Number(least=0, most=1),
        "spread": Number(least=0),
        "open": Several(_OPEN_SHARE, least=1),
    },
    {"records_up_to": Number(whole=True, least=1)},
)
_LINKAGE = Keys(
    {
        "version": Number(whole=True, least=1),
        "prior": Keys({"links_per_record": Number(above=0), "smallest_n": Number(whole=True, least=2)}),
        "bands": Keys({"link": Number(), "review": Number(), "components": Number()}),
        "clusters": Keys(
            {"contradiction_below": Number(), "same_source_penalty": Number(least=0), "whole_component": _COUNT}
        ),
        "term_frequency": Keys({"floor": _SHARE, "prior_records": Number(above=0)}),
        "variants": Keys({"one_edit_from": _COUNT, "two_edits_from": _COUNT}),
        "names": Keys({"blanks": _NAMES}),
        "dates": Keys(
            {
                "year_only_days": Several(Text(style=Style(r"[0-9]{2}-[0-9]{2}", 'written like "01-31"'))),
                "year_only_precisions": _NAMES,
                "month_precisions": _NAMES,
            }
        ),
        "declared_age": Keys({"tolerance": Entries(_COUNT, least=1), "certain_within": _COUNT}),
        "blocking": Keys(
            {
                "compare_all_up_to": _COUNT,
                "tighten_above": _COUNT,
                "blocks": Several(Keys({"parts": _PARTS}, {"tight": _PARTS}), least=1),
            }
        ),
        "comparisons": Keys({}, dict.fromkeys(LEVELS, _COMPARISON)),
        "holds": Several(Keys({"hold": Text(among=_HOLDS), "all": _CONDITIONS}, {"unless": _CONDITIONS})),
        "calibration": Several(_CALIBRATION, least=1),
        "fields": Entries(Text(), least=1),
        "case_keys": Entries(_NAMES),
        "roles": Keys({role.value: _ROLE for role in Role}),
        "status": Keys(
            {
                "ranks": Several(_NAMES, least=1),
                "registered": _NAMES,
                "formal": _NAMES,
                "presumed": Text(),
                "refused": Text(),
                "by_court": Text(),
            }
        ),
        "references": Entries(Keys({"local_id": Text(), "to": Text()}, {"within": _NAMES, "carries": _NAMES})),
    }
)
_LINKAGE_FILE = "linkage.toml"


def read_linkage(folder: Folder) -> dict[str, Any]:
    """`linkage.toml`, each value of the type it must be."""
    given: dict[str, Any] = folder.toml(_LINKAGE_FILE, _LINKAGE)
    if given["bands"]["review"] > given["bands"]["link"]:
        folder.fault(_LINKAGE_FILE, "bands.review", "is above link")
    for name, comparison in given["comparisons"].items():
        if sorted(LEVELS[name]) != sorted(level["name"] for level in comparison["levels"]):
            what = f"needs each of the levels that are compared, once: {', '.join(LEVELS[name])}"
            folder.fault(_LINKAGE_FILE, f"comparisons.{name}.levels", what)
    for place, calibration in enumerate(given["calibration"], start=1):
        for each in calibration["open"]:
            if each["same"] > each["of"]:
                folder.fault(
                    _LINKAGE_FILE, f"calibration[{place}].open", "has more pairs that are one person than pairs"
                )
    return given


def check_linkage(
    folder: Folder, linkage: Mapping[str, Any], *, sheets: Mapping[str, Sheet], codelists: Mapping[str, CodeList]
) -> None:
    """Write down every sheet, column, status and kind of case number that `linkage.toml` names and nobody has.

    Args:
        folder: takes the faults.
        linkage: as read.
        sheets: record type -> sheet.
        codelists: the code lists of the folder.
    """
    for key, record_type, columns, kinds in _named_sheets(linkage):
        if record_type not in sheets:
            folder.fault(_LINKAGE_FILE, key, f"names the unknown sheet {record_type}")
            continue
        for column in columns:
            if column not in sheets[record_type].by_name:
                folder.fault(_LINKAGE_FILE, key, f"names {column}, which {record_type} has not")
        for kind in kinds:
            if kind not in linkage["case_keys"]:
                folder.fault(_LINKAGE_FILE, key, f"names the unknown case key {kind}")
    _check_roles(folder, linkage["roles"], sheets)
    for role, given in linkage["roles"].items():
        for name in given["comparisons"]:
            if name not in linkage["comparisons"]:
                folder.fault(_LINKAGE_FILE, f"roles.{role}.comparisons", f"names the unknown comparison {name}")
    _check_columns(folder, linkage, {column for sheet in sheets.values() for column in sheet.by_name})
    _check_statuses(folder, linkage["status"], codelists.get("victim_status"))


def _named_sheets(linkage: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    """Key, record type, columns that the sheet must have, kinds of case number."""
    for role, given in linkage["roles"].items():
        for record_type, each in given["sheets"].items():
            dated = [column for pair in each.get("statuses", ()) for column in pair if not column.startswith("=")]
            columns = (
                each["local_id"], *each["registered"], *each.get("local_within", ()), each.get("formal_date", ""),
                *dated, *each.get("presumed_if", {}),
            )  # fmt: skip
            key = f"roles.{role}.sheets.{record_type}"
            yield key, record_type, tuple(filter(None, columns)), each.get("cases", ())
        for record_type in given.get("purpose_from", ()):
            yield f"roles.{role}.purpose_from", record_type, (), ()
    for record_type, each in linkage["references"].items():
        key = f"references.{record_type}"
        yield (
            key,
            record_type,
            tuple(filter(None, (each["local_id"], *each.get("within", ())))),
            each.get("carries", ()),
        )
        if each["to"]:
            yield f"{key}.to", each["to"], (), ()


def _check_roles(folder: Folder, roles: Mapping[str, Any], sheets: Mapping[str, Sheet]) -> None:
    """Each sheet of persons is read in its own role, and no other sheet in any."""
    for role, given in roles.items():
        for record_type in given["sheets"]:
            if record_type in sheets and sheets[record_type].role != role:
                folder.fault(_LINKAGE_FILE, f"roles.{role}.sheets.{record_type}", "names a sheet without this role")
    for record_type, sheet in sheets.items():
        if sheet.role and record_type not in roles[sheet.role]["sheets"]:
            what = f"does not say how to read {record_type}, which has this role"
            folder.fault(_LINKAGE_FILE, f"roles.{sheet.role}.sheets", what)


def _check_columns(folder: Folder, linkage: Mapping[str, Any], columns: set[str]) -> None:
    named = [(f"fields.{field}", column) for field, column in linkage["fields"].items()]
    named += [(f"case_keys.{kind}", column) for kind, each in linkage["case_keys"].items() for column in each]
    for key, column in named:
        if column not in columns:
            folder.fault(_LINKAGE_FILE, key, f"names {column}, which no sheet has")


def _check_statuses(folder: Folder, status: Mapping[str, Any], known: CodeList | None) -> None:
    ranked = [code for codes in status["ranks"] for code in codes]
    named = [("ranks", ranked), ("registered", status["registered"]), ("formal", status["formal"])]
    named += [(key, [status[key]] if status[key] else []) for key in ("presumed", "refused", "by_court")]
    for key, codes in named:
        for code in codes:
            if known is not None and code not in known:
                folder.fault(_LINKAGE_FILE, f"status.{key}", f"has the code {code}, which {known.id} has not")
            if code not in ranked:
                folder.fault(_LINKAGE_FILE, f"status.{key}", f"has the code {code}, which has no rank")


# --------------------------------------------------------------------------- editions

_ROUNDED: Mapping[str, Form] = {
    "base": Number(whole=True, least=2),
    "threshold": Number(whole=True, least=2),
    "tries": Number(whole=True, least=1),
    "nodes": Number(whole=True, least=1),
    "unknowns": Number(whole=True, least=1),
}
_EDITION = Keys(
    {"method": Text(among=("rounding", "exact")), "minimum_contributors": Number(whole=True, least=1)}, _ROUNDED
)
_EDITIONS = Keys({edition.value: _EDITION for edition in Edition})
_EDITIONS_FILE = "editions.toml"


def read_editions(folder: Folder) -> dict[str, Any]:
    """`editions.toml`: how each edition is protected, with all the parameters of its method and no others."""
    given: dict[str, Any] = folder.toml(_EDITIONS_FILE, _EDITIONS)
    for edition, each in given.items():
        rounds = each["method"] == "rounding"
        for key in _ROUNDED:
            if rounds and key not in each:
                folder.fault(_EDITIONS_FILE, f"{edition}.{key}", "is missing")
            if each["method"] == "exact" and key in each:
                folder.fault(_EDITIONS_FILE, f"{edition}.{key}", "says nothing where every number is exact")
        if edition == Edition.PUBLIC and not rounds:
            folder.fault(_EDITIONS_FILE, f"{edition}.method", "must be rounding: what is published is for everybody")
        if rounds and each.get("threshold", 0) > each.get("base", 0):
            # A count below the threshold must have 0 as a neighbour, or its multiple says that there is somebody.
            folder.fault(_EDITIONS_FILE, f"{edition}.threshold", "must not be above base")
    return given
