"""build-report: count, protect, render, and write the release folder last, whole or not at all."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from atstats import assets
from atstats.collection import Collection, open_collection, release_folder, write_folder
from atstats.errors import AtstatsError, NotAcceptedError, NotFinalError, ProtectionError
from atstats.frames import Checked, Coverage, Finding, Linked, no_findings
from atstats.pipeline.ready import Step, link_persons, ready_collection, second_pass, silent
from atstats.schema import Schema, render_finding
from atstats.vocabulary import Edition

__all__ = ["Release", "build_report", "n_open_warnings"]

_TOLD = 10
_OPEN_PAIR = "LNK-02"
"""An open pair is told as such, and not as a warning besides."""
_NAMING = ("personal_no", "id_doc_no", "national_case_code", "person_hash")
"""Columns whose values identify a person by themselves."""


@dataclass(frozen=True, slots=True)
class Release:
    """A written release folder; `new` is false when the same bytes were there already."""

    folder: Path
    new: bool
    n_files: int
    checked: Checked
    findings: pl.DataFrame
    """What the rules found that need to know who is who."""
    differences: pl.DataFrame
    """The cells whose difference with an earlier release is a small count."""
    schema: Schema


def build_report(
    folder: Path,
    *,
    out: Path | None = None,
    edition: Edition = Edition.PUBLIC,
    languages: tuple[str, ...] = (),
    html: bool = True,
    data: bool = True,
    final: bool = False,
    schemas: Path | None = None,
    templates: Path | None = None,
    progress: Step = silent,
) -> Release:
    """Check, link, count, protect and render; write the release folder last, whole or not at all.

    Raises:
        UnreadableError: the collection cannot be read, or nothing in it was accepted.
        ProtectionError: the tables cannot be protected as the edition asks.
        NotAcceptedError, NotFinalError: `final` is asked for and something is open.
    """
    from atstats import disclosure, exports, report, statistics

    collection = open_collection(folder)
    with collection.lock():
        ready = ready_collection(collection, schemas=schemas, progress=progress)
        schema, run, checked = ready.schema, ready.run, ready.checked
        linked = link_persons(ready, key=collection.secrets().key, progress=progress)
        findings, _ = second_pass(ready, linked)
        coverage = _coverage(checked, schema=schema, year=run.reference_year)
        if final:
            _refuse_final(checked, linked, coverage, findings, excused=run.reasons)
        run = replace(run, settings={**run.settings, "final": final}, seed=collection.secrets().seed)
        progress("counting")
        _refuse_tables(statistics.definition_findings(schema, edition=edition), schema=schema)
        tables = statistics.count(linked, coverage=coverage, schema=schema, run=run)
        _refuse_tables(statistics.table_findings(tables, schema=schema), schema=schema)
        progress("protecting the tables")
        protection = disclosure.protect(
            tables, schema=schema, edition=edition, exact=tuple(run.settings["exact"]), seed=run.seed
        )
        progress("writing the report")
        files: dict[str, bytes] = {"protection.json": _json(protection.record)}
        if html:
            files |= report.render(
                protection,
                schema=schema,
                run=run,
                languages=languages or tuple(run.settings["languages"]),
                templates=assets.templates_folder(templates),
            )
        release_data = exports.release_data(protection, schema=schema, run=run)
        if data:
            files |= release_data
        differing = no_findings()
        disclosure.refuse_identities(files, _identities(checked, schema))
        if edition is Edition.PUBLIC:
            earlier = _earlier_releases(collection, edition)
            threshold = int(schema.editions[edition]["threshold"])
            cells = release_data["data/cells.csv"]
            differing = disclosure.differences(cells, earlier, threshold=threshold, schema=schema)
        files["manifest.json"] = exports.manifest(
            files,
            inputs=_inputs(collection, checked),
            run=run,
            schema_digest=schema.digest,
            linkage_digest=linked.digest,
            edition=edition,
        )
        target = out or _next_release(collection, edition=edition, final=final, files=files)
        target.parent.mkdir(parents=True, exist_ok=True)
        new = write_folder(target, files)
    return Release(target, new, len(files), checked, findings, differing, schema)


def _coverage(checked: Checked, *, schema: Schema, year: int) -> Coverage:
    states = {"accepted": "received", "nil": "nil", "rejected": "refused", "unreadable": "refused"}
    came = [each for each in checked.submissions if each.agency and each.status in states]
    rows = [
        (agency.code, agency.workbook, states[each.status], each.file)
        for agency in schema.agencies.values()
        for each in came
        if each.agency == agency.code
    ]
    for code, _ in schema.missing_senders(year, came={(each.agency, each.unit) for each in came}):
        rows.append((code, schema.agencies[code].workbook, "missing", ""))
    return Coverage(pl.DataFrame(rows, schema=["agency", "workbook", "state", "file"], orient="row"))


def _refuse_final(
    checked: Checked,
    linked: Linked,
    coverage: Coverage,
    findings: pl.DataFrame,
    *,
    excused: Mapping[tuple[str, str], str],
) -> None:
    """Stop where anything stands against a final report; all of it is told, under the highest exit code."""
    against = [*_unaccepted(checked, findings), *_open(linked, coverage, findings, excused=excused)]
    if not against:
        return
    shown = "\n".join(f"  {each.message}. {each.hint}" for each in against)
    highest = max(against, key=lambda each: each.exit_code)
    raise type(highest)(
        f"a final report is refused:\n{shown}\n", hint="Without --final the report is provisional and says so."
    )


def _unaccepted(checked: Checked, findings: pl.DataFrame) -> Iterator[AtstatsError]:
    refused = [each.file for each in checked.submissions if each.status in ("rejected", "unreadable")]
    if refused:
        yield NotAcceptedError(
            f"submissions not accepted: {', '.join(refused)}", hint="Run atstats validate and correct them."
        )
    counted = [each for each in checked.submissions if each.status == "accepted"]
    provisional = [each.file for each in counted if each.kind == "PROVISIONAL"]
    if provisional:
        yield NotAcceptedError(
            f"submissions still provisional: {', '.join(provisional)}",
            hint="Ask the agency for a revision with submission_type FINAL.",
        )
    about_persons = findings.filter(
        (pl.col("severity") == "warning") & ~pl.col("waived") & (pl.col("rule") != _OPEN_PAIR)
    )
    n_warnings = n_open_warnings(checked) + about_persons.height
    if n_warnings:
        yield NotAcceptedError(
            f"warnings neither mended nor waived: {n_warnings}",
            hint="Run atstats validate and atstats link to see them.",
        )


def _open(
    linked: Linked, coverage: Coverage, findings: pl.DataFrame, *, excused: Mapping[tuple[str, str], str]
) -> Iterator[AtstatsError]:
    n_open = sum(summary.n_open_pairs for summary in linked.summaries)
    if n_open:
        yield NotFinalError(
            f"pairs not decided: {n_open}",
            hint="Run atstats link: it writes the open pairs to restricted/. Decide them in decisions.csv.",
        )
    missing = coverage.agencies.filter(pl.col("state") == "missing")["agency"].to_list()
    unexplained = sorted(code for code in set(missing) if ("missing_agency", code) not in excused)
    if unexplained:
        yield NotFinalError(
            f"agencies missing without a reason: {', '.join(unexplained)}",
            hint="Add its workbook, or a line missing_agency,AGENCY,reason to notes.csv.",
        )
    wrong = sorted(set(findings.filter(pl.col("severity") == "error")["rule"]))
    if wrong:
        yield NotFinalError(
            f"decisions that do not hold: {', '.join(wrong)}", hint="Run atstats link: it names the places."
        )


def n_open_warnings(checked: Checked) -> int:
    return checked.findings.filter((pl.col("severity") == "warning") & ~pl.col("waived")).height


def _refuse_tables(findings: pl.DataFrame, *, schema: Schema) -> None:
    """Stop where a rule about tables is broken; the message names table, place and rule."""
    if findings.is_empty():
        return
    lines = []
    for row in findings.head(_TOLD).iter_rows(named=True):
        message, hint = render_finding(Finding(**row), schema=schema, language="en")
        place = ":".join(filter(None, (row["sheet"], row["cell"])))
        lines.append(f"  {place}  {row['rule']}  {message} {hint}")
    shown = "\n".join(lines)
    raise ProtectionError(
        f"the tables break {findings.height} rule(s) about what is published; nothing is written:\n{shown}\n",
        hint="atstats explain says more about each rule.",
    )


def _identities(checked: Checked, schema: Schema) -> Iterator[str]:
    """What SDC-06 looks for: full names and the numbers that name a person, as they were written."""
    for sheet in schema.sheets():
        frame = checked.records.get(sheet.record_type)
        if frame is None:
            continue
        for column in _NAMING:
            if column in sheet.by_name:
                yield from frame[column].drop_nulls().unique()
        if {"first_name", "last_name"} <= set(sheet.by_name):
            names = frame.select("first_name", "last_name").drop_nulls().unique()
            for first, last in names.iter_rows():
                yield from (f"{first} {last}", f"{last} {first}")


def _earlier_releases(collection: Collection, edition: Edition) -> list[bytes]:
    """`data/cells.csv` of the releases of this year and edition that are there already."""
    name = f"{collection.reference_year}-{edition}-*/data/cells.csv"
    return [path.read_bytes() for path in sorted(collection.releases.glob(name))]


def _next_release(collection: Collection, *, edition: Edition, final: bool, files: Mapping[str, bytes]) -> Path:
    name = f"{collection.reference_year}-{edition}-{'final' if final else 'provisional'}"
    return release_folder(collection.releases, name, files)


def _inputs(collection: Collection, checked: Checked) -> dict[str, str]:
    hashes = {f"submissions/{each.file}": each.sha256 for each in checked.submissions}
    for name in ("atstats.toml", "decisions.csv", "notes.csv", "waivers.csv"):
        path = collection.folder / name
        if path.is_file():
            hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return dict(sorted(hashes.items()))


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
