"""Findings about persons: records held to be one person that contradict each other.

Each agency concerned gets a finding of its own, which names only its own record and the other
agencies; nothing here quotes a value.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import polars as pl

from atstats.frames import FINDINGS, no_findings
from atstats.linkage.model import RoleSpecification, Specification
from atstats.schema import Schema
from atstats.vocabulary import SPECIAL_VALUES

__all__ = ["conflicts"]

_YEARS_APART = 1
"""LNK-03: birth years of one person that differ by more are listed."""

Record = Mapping[str, Any]
Found = tuple[str, str, list[Record]]
"""Rule, column and the records that take part in a conflict."""


def conflicts(
    fields: pl.DataFrame, *, role: RoleSpecification, schema: Schema, specification: Specification
) -> pl.DataFrame:
    """LNK-03, LNK-04 and LNK-05 for the persons of a role, as findings; one row = one agency's record.

    Args:
        fields: The records of the role with `person_id`, and for victims with standing.
        role: Names the status column of each sheet.
        schema: Gives the severities.
        specification: Gives the columns and the statuses.
    """
    several = fields.filter(pl.len().over("person_id") > 1).sort("person_id", "record_key")
    columns = ["person_id", "record_key", "record_type", "submission", "agency", "sheet", "row"]
    columns += ["known_sex", "birth_year", "countries", "purpose_main"]
    is_victim = "person_status" in fields.columns
    if is_victim:
        columns += ["status", "refused_formally", "identifies"]
    rows: list[dict[str, Any]] = []
    for _, group in several.select(columns).group_by("person_id", maintain_order=True):
        records: list[Record] = list(group.iter_rows(named=True))
        for rule, field, concerned in _found(records, is_victim=is_victim, specification=specification):
            rows += _findings(rule, field, concerned, role=role, schema=schema, specification=specification)
    if not rows:
        return no_findings()
    found = pl.DataFrame(rows, schema=dict(FINDINGS))
    return found.sort("file", "sheet", "row", "column", "rule", "note")


def _found(records: list[Record], *, is_victim: bool, specification: Specification) -> Iterator[Found]:
    tests: dict[str, Callable[[list[Any]], bool]] = {
        "known_sex": _differ,
        "birth_year": lambda years: max(years) - min(years) > _YEARS_APART,
        "countries": _some_disjoint,
    }
    for field, test in tests.items():
        told = [record for record in records if record[field]]
        if len(told) > 1 and test([record[field] for record in told]):
            yield "LNK-03", field, told
    if not is_victim:
        return
    told = [record for record in records if record["purpose_main"] not in (None, *SPECIAL_VALUES)]
    if _differ([record["purpose_main"] for record in told]):
        yield "LNK-04", "purpose_main", told
    if records[0]["refused_formally"]:
        refusing = [each for each in records if each["identifies"] and each["status"] == specification.refused]
        registering = [each for each in records if each["status"] in specification.registered]
        if registering:
            yield "LNK-05", "status", refusing + registering


def _differ(values: list[Any]) -> bool:
    return len(set(values)) > 1


def _some_disjoint(values: list[list[str]]) -> bool:
    sets = [set(value) for value in values]
    return any(one.isdisjoint(other) for place, one in enumerate(sets) for other in sets[:place])


_COLUMN_OF = {
    "known_sex": "sex",
    "birth_year": "birth_date",
    "countries": "citizenship_1",
    "purpose_main": "purpose_main",
}


def _findings(
    rule: str,
    field: str,
    records: list[Record],
    *,
    role: RoleSpecification,
    schema: Schema,
    specification: Specification,
) -> Iterator[dict[str, Any]]:
    """One finding for each agency, at the first of its records."""
    severity = schema.rules[rule].severity.value if rule in schema.rules else "warning"
    first: dict[str, Record] = {}
    for record in sorted(records, key=lambda each: (each["agency"], each["submission"], each["sheet"], each["row"])):
        first.setdefault(record["agency"], record)
    for agency, record in first.items():
        if field == "status":
            column = role.sheets[record["record_type"]].statuses[0][0]
        else:
            column = specification.fields[_COLUMN_OF[field]]
        note = ", ".join([other for other in first if other != agency] or [agency])
        # The record key is made with the office's key, so that a value cannot be guessed from the hash.
        inner = hashlib.sha256(f"{record['record_key']}\x1f{record[field]}".encode()).hexdigest()
        place = f"{record['record_type']}\x1f{column}\x1f{rule}\x1f{note}\x1f{inner}"
        yield {
            "file": record["submission"],
            "sheet": record["sheet"],
            "cell": "",
            "row": record["row"],
            "column": column,
            "rule": rule,
            "severity": severity,
            "detail": "",
            "note": note,
            "others": [],
            "fingerprint": hashlib.sha256(place.encode()).hexdigest()[:16],
            "waived": False,
        }
