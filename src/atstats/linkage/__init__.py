"""Find the same person across the records of all agencies; count persons, not registrations.

Records in, persons out: names are brought to one spelling, pairs are weighed in bits, pairs are
merged to persons strongest first, and what lies between two bands waits for a reviewer. Victims and
suspects are never linked to each other. After this stage no record says who anybody is.

Everything that can be argued about stands in `schemas/linkage.toml`.
Method: Fellegi and Sunter, JASA 64 (1969); P. Christen, *Data Matching* (Springer, 2012).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from atstats.frames import FINDINGS, IDENTITIES, PAIRS, PERSONS, Checked, LinkageSummary, Linked, Run
from atstats.linkage.clusters import Clustering, cluster, summarise
from atstats.linkage.compare import candidate_pairs, compare
from atstats.linkage.conflicts import conflicts
from atstats.linkage.fields import comparable
from atstats.linkage.model import Calibration, RoleSpecification, Specification, read_specification
from atstats.linkage.persons import add_ages, add_standing, person_rows
from atstats.linkage.records import person_ids, record_keys, release_records
from atstats.linkage.weights import weigh
from atstats.schema import Schema

__all__ = ["link"]

_DECISIONS = ("same", "different")


def link(checked: Checked, *, schema: Schema, run: Run, key: bytes, decisions: pl.DataFrame) -> Linked:
    """Say which records are one person, and take the identities out of all records.

    Args:
        checked: The records of the accepted submissions; any record type may be empty or absent.
        schema: `schema.linkage` says what is compared and what agreement is worth.
        run: Gives the cut-off date of statuses and the reference year.
        key: The office's key; record keys, person ids and hashed case numbers are made with it.
        decisions: What reviewers decided: role, left_key, right_key, decision (same, different), all
            text. Of two lines about one pair the later counts; keys that no record has are ignored.

    Returns:
        Records without identities, persons, identities, candidate pairs, one summary per role, and
        findings LNK-03 to LNK-05. Row order of workbooks and order of files change nothing.
    """
    specification = read_specification(schema.linkage)
    roles = [
        _link_role(
            checked, role=role, schema=schema, run=run, key=key, decisions=decisions, specification=specification
        )
        for role in specification.roles.values()
    ]
    persons_of = {name: frame for role in roles for name, frame in role.persons_of.items()}
    released = release_records(
        checked.records, persons_of=persons_of, schema=schema, specification=specification, key=key
    )
    return Linked(
        records=released,
        persons=pl.concat([pl.DataFrame(schema=PERSONS), *(role.persons for role in roles)]),
        identities=pl.concat([pl.DataFrame(schema=IDENTITIES), *(role.identities for role in roles)]),
        pairs=pl.concat([pl.DataFrame(schema=PAIRS), *(role.pairs for role in roles)]),
        summaries=tuple(role.summary for role in roles),
        findings=pl.concat([pl.DataFrame(schema=FINDINGS), *(role.findings for role in roles)]).sort(
            "file", "sheet", "row", "column", "rule", "note"
        ),
        digest=_digest(schema, decisions),
    )


@dataclass(frozen=True, slots=True)
class _LinkedRole:
    persons: pl.DataFrame
    identities: pl.DataFrame
    pairs: pl.DataFrame
    summary: LinkageSummary
    findings: pl.DataFrame
    persons_of: Mapping[str, pl.DataFrame]
    """Record type -> address, person_id and ages of its rows."""


def _link_role(
    checked: Checked,
    *,
    role: RoleSpecification,
    schema: Schema,
    run: Run,
    key: bytes,
    decisions: pl.DataFrame,
    specification: Specification,
) -> _LinkedRole:
    records = _keyed_records(checked, role=role, schema=schema, key=key, specification=specification)
    if all(frame.is_empty() for frame in records.values()):
        return _nobody(role, records)
    # The sheets that only refer to a person travel along: a decision adds the number of the indictment.
    referring = {
        each.record_type: checked.records[each.record_type]
        for each in specification.references
        if each.record_type in checked.records
    }
    fields = comparable(
        {**referring, **records},
        role=role,
        schema=schema,
        specification=specification,
        reference_year=run.reference_year,
    )
    clustering = _cluster(fields, role=role, decisions=decisions, specification=specification)
    fields = _name_persons(fields, clustering, role=role, key=key)
    fields = add_ages(fields, specification=specification)
    if any(sheet.statuses for sheet in role.sheets.values()):
        fields = add_standing(fields, records, role=role, specification=specification, cut_off=run.cut_off)
    address = ["submission", "sheet", "row"]
    found = fields.select("record_type", *address, "person_id", "age_at_event", "age_at_exploitation")
    return _LinkedRole(
        persons=person_rows(fields, role=role, specification=specification, reference_year=run.reference_year),
        identities=_identities(fields, role=role),
        pairs=_pairs(fields, clustering, role=role),
        summary=summarise(clustering, role=role.role, calibration=_calibration(fields, role, specification)),
        findings=conflicts(fields, role=role, schema=schema, specification=specification),
        persons_of={
            record_type: found.filter(pl.col("record_type") == record_type).drop("record_type")
            for record_type in records
        },
    )


def _keyed_records(
    checked: Checked, *, role: RoleSpecification, schema: Schema, key: bytes, specification: Specification
) -> dict[str, pl.DataFrame]:
    keyed = {}
    for record_type, sheet in role.sheets.items():
        frame = checked.records.get(record_type)
        if frame is None:
            continue
        cases = [column for kind in sheet.cases for column in specification.case_keys[kind]]
        keys = record_keys(
            frame,
            role=role.role,
            sheet=schema.sheet(record_type),
            local_columns=(sheet.local_id, *cases),
            key=key,
        )
        keyed[record_type] = frame.with_columns(keys)
    return keyed


def _nobody(role: RoleSpecification, records: Mapping[str, pl.DataFrame]) -> _LinkedRole:
    nothing = pl.DataFrame(
        schema={
            "submission": pl.String,
            "sheet": pl.String,
            "row": pl.UInt32,
            "person_id": pl.String,
            "age_at_event": pl.Int64,
            "age_at_exploitation": pl.Int64,
        }
    )
    return _LinkedRole(
        persons=pl.DataFrame(schema=PERSONS),
        identities=pl.DataFrame(schema=IDENTITIES),
        pairs=pl.DataFrame(schema=PAIRS),
        summary=LinkageSummary(role.role, 0, 0, 0, 0, 0, 0, 0, 0),
        findings=pl.DataFrame(schema=FINDINGS),
        persons_of=dict.fromkeys(records, nothing),
    )


def _cluster(
    fields: pl.DataFrame, *, role: RoleSpecification, decisions: pl.DataFrame, specification: Specification
) -> Clustering:
    def score(pairs: pl.DataFrame) -> pl.DataFrame:
        compared = compare(fields, pairs, role=role, specification=specification)
        weighed = weigh(compared, comparisons=role.comparisons, n_records=fields.height, specification=specification)
        return weighed.select("left", "right", "weight", "hold", "contradicting", "same_source")

    candidates, blocked = candidate_pairs(fields, specification=specification)
    return cluster(
        candidates,
        blocked=blocked,
        decided=_decided(fields, decisions, role=role),
        n_records=fields.height,
        score=score,
        specification=specification,
        calibration=_calibration(fields, role, specification),
    )


def _calibration(fields: pl.DataFrame, role: RoleSpecification, specification: Specification) -> Calibration | None:
    return specification.calibration(fields.height) if role.calibrated else None


def _decided(fields: pl.DataFrame, decisions: pl.DataFrame, *, role: RoleSpecification) -> pl.DataFrame:
    """The decisions about pairs of records that are here: left, right (indices), decision; each pair once."""
    said = decisions.select("role", "left_key", "right_key", "decision").with_row_index("line")
    said = said.filter((pl.col("role") == role.role) & pl.col("decision").is_in(list(_DECISIONS)))
    index = fields.select("record_key", "index")
    said = said.join(index.rename({"index": "one"}), left_on="left_key", right_on="record_key")
    said = said.join(index.rename({"index": "other"}), left_on="right_key", right_on="record_key")
    return (
        said.filter(pl.col("one") != pl.col("other"))
        .select(
            "line",
            "decision",
            left=pl.min_horizontal("one", "other"),
            right=pl.max_horizontal("one", "other"),
        )
        .sort("line")
        # decisions.csv is only ever added to: the last line about a pair counts.
        .unique(["left", "right"], keep="last", maintain_order=True)
        .select("left", "right", "decision")
        .sort("left", "right")
    )


def _name_persons(fields: pl.DataFrame, clustering: Clustering, *, role: RoleSpecification, key: bytes) -> pl.DataFrame:
    """Add `person_id`. The founder of a person is her record of the first source, the earliest of these."""
    fields = fields.with_columns(cluster=pl.Series(clustering.clusters, dtype=pl.UInt32))
    founders = (
        fields.sort("priority", "registered", "record_key", nulls_last=True)
        .unique("cluster", keep="first", maintain_order=True)
        .select("cluster", founder="record_key")
    )
    ids = person_ids(founders["founder"], role=role.role, key=key)
    founders = founders.with_columns(person_id=pl.col("founder").replace_strict(ids, return_dtype=pl.String))
    return fields.join(founders, on="cluster", how="left", maintain_order="left").drop("cluster", "founder")


def _identities(fields: pl.DataFrame, *, role: RoleSpecification) -> pl.DataFrame:
    named = fields.with_columns(role=pl.lit(role.role)).sort("record_key")
    return named.select(pl.col(name).cast(dtype) for name, dtype in IDENTITIES.items())


def _pairs(fields: pl.DataFrame, clustering: Clustering, *, role: RoleSpecification) -> pl.DataFrame:
    pairs = clustering.pairs.with_columns(role=pl.lit(role.role))
    for side in ("left", "right"):
        address = fields.select(
            pl.col("index").alias(side),
            pl.col("record_key").alias(f"{side}_key"),
            pl.col("submission", "sheet", "row").name.prefix(f"{side}_"),
        )
        pairs = pairs.join(address, on=side, how="left", maintain_order="left")
    return pairs.select(pl.col(name).cast(dtype) for name, dtype in PAIRS.items())


def _digest(schema: Schema, decisions: pl.DataFrame) -> str:
    """The hash of what decides about links beside the records: the specification and the decisions."""
    document = json.dumps(schema.linkage, sort_keys=True, ensure_ascii=False, default=str)
    lines = decisions.select("role", "left_key", "right_key", "decision").rows()
    said = json.dumps(lines, ensure_ascii=False)
    return hashlib.sha256(f"{document}\n{said}".encode()).hexdigest()
