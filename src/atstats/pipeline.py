"""The order of the stages, one call each: it reads first and writes last.

Each function here is one command. No stage knows another; what flows between them is in
`frames`.
"""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from atstats import __version__, assets
from atstats.collection import (
    Collection,
    find_collection,
    open_collection,
    release_folder,
    workbook_paths,
    write_folder,
)
from atstats.errors import NotAcceptedError, NotFinalError, UnreadableError
from atstats.frames import Checked, Coverage, Linked, RawWorkbook, Run, Unreadable, WorkbookGrid
from atstats.schema import Schema
from atstats.schema import load as load_schema
from atstats.vocabulary import Edition

__all__ = [
    "Release",
    "Validated",
    "build_report",
    "findings_document",
    "has_open_warnings",
    "link",
    "simulate",
    "validate",
]

Step = Callable[[str], None]


def _silent(_step: str) -> None:
    """No progress is shown."""


@dataclass(frozen=True, slots=True)
class Validated:
    """What `validate` found, with the schema and the run that it was held against."""

    checked: Checked
    schema: Schema
    run: Run


@dataclass(frozen=True, slots=True)
class Release:
    """A written release folder; `new` is false when the same bytes were there already."""

    folder: Path
    new: bool
    n_files: int
    checked: Checked


def validate(
    paths: Sequence[Path],
    *,
    schemas: Path | None = None,
    year: int | None = None,
    progress: Step = _silent,
) -> Validated:
    """Check workbooks, or all of a collection; findings and records come back together.

    Raises:
        UnreadableError: a path does not exist or a folder holds no workbook.
        ConfigurationError: the schemas or `atstats.toml` are wrong.
    """
    schema = load_schema(assets.schemas_folder(schemas))
    files = workbook_paths(list(paths))
    collection = find_collection(paths[0])
    raw = _read(files, progress=progress)
    run = _run(collection, year=year, raw=raw)
    whole = len(paths) == 1 and paths[0].is_dir() and (paths[0] / "submissions").is_dir()
    return Validated(_check(raw, schema=schema, run=run, whole=whole, progress=progress), schema, run)


def findings_document(result: Validated, *, language: str) -> dict[str, Any]:
    """The findings as the JSON document that `commands.md` fixes."""
    from atstats.validation import findings_json

    return findings_json(result.checked, schema=result.schema, run=result.run, language=language)


def has_open_warnings(result: Validated) -> bool:
    """Whether any warning is neither mended nor waived."""
    return _n_open_warnings(result.checked) > 0


def link(
    folder: Path,
    *,
    schemas: Path | None = None,
    clusters: Path | None = None,
    pairs: Path | None = None,
    progress: Step = _silent,
) -> tuple[Linked, tuple[str, ...]]:
    """Find the same person across the records of a collection; write identities and open pairs.

    Returns:
        What was linked, and the names of the files written.

    Raises:
        UnreadableError: nothing was accepted, or the restricted folder cannot be written.
    """
    collection = open_collection(folder)
    with collection.lock():
        schema, run, checked = _checked_collection(collection, schemas=schemas, progress=progress)
        linked = _link(collection, checked, schema=schema, run=run, progress=progress)
        identities = linked.identities.sort("role", "submission", "sheet", "row")
        written = {
            collection.restricted / "identities.csv": identities,
            collection.restricted / "open_pairs.csv": linked.pairs.filter(pl.col("decision") == "open"),
        }
        if clusters is not None:
            written[clusters] = identities.select("submission", "sheet", "row", "person_id")
        if pairs is not None:
            probability = 1 / (1 + pl.lit(2.0).pow(-pl.col("weight")))  # as the weight says; not calibrated
            written[pairs] = linked.pairs.with_columns(probability=probability.round(6))
        for path, frame in written.items():
            _write_csv(path, frame)
    return linked, tuple(path.name for path in written)


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
    progress: Step = _silent,
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
        schema, run, checked = _checked_collection(collection, schemas=schemas, progress=progress)
        if final:
            _refuse_unaccepted(checked)
        linked = _link(collection, checked, schema=schema, run=run, progress=progress)
        coverage = _coverage(checked, schema=schema, year=run.reference_year)
        if final:
            _refuse_open(linked, coverage, excused=collection.excused())
        run = replace(run, settings={**run.settings, "final": final})
        progress("counting")
        tables = statistics.count(linked, coverage=coverage, schema=schema, run=run)
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
        if data:
            files |= exports.release_data(protection, schema=schema, run=run)
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
    return Release(target, new, len(files), checked)


def simulate(
    output: Path, *, n_persons: int, seed: int, year: int, faulty: bool = False, schemas: Path | None = None
) -> int:
    """Write a made-up collection, or workbooks with planted faults; returns the number of files.

    Raises:
        UsageError: the folder exists with other content.
    """
    from atstats import simulation

    schema = load_schema(assets.schemas_folder(schemas))
    files: dict[str, bytes] = {}
    if faulty:
        planted = simulation.faulty(seed=seed, year=year, schema=schema)
        for grid in planted.workbooks:
            files[grid.file] = _workbook_bytes(grid, schema=schema)
        files["expected.csv"] = _csv(("file", "sheet", "cell", "rule"), planted.expected)
    else:
        made = simulation.simulate(n_persons=n_persons, seed=seed, year=year, schema=schema)
        for grid in made.workbooks:
            files[f"submissions/{grid.file}"] = _workbook_bytes(grid, schema=schema)
        names = ("submission", "sheet", "row", "true_person")
        files["truth.csv"] = _csv(names, [dict(zip(names, line, strict=True)) for line in made.truth])
        files["restricted/secrets.toml"] = _sample_secrets(seed)
    files["atstats.toml"] = _sample_settings(year)
    write_folder(output, files)
    return len(files)


# --------------------------------------------------------------------------- steps


def _read(files: Sequence[Path], *, progress: Step) -> list[RawWorkbook | Unreadable]:
    from atstats import workbook

    return workbook.read_workbooks(files, progress=lambda name: progress(f"reading {name}"))


def _check(
    raw: Sequence[RawWorkbook | Unreadable], *, schema: Schema, run: Run, whole: bool, progress: Step
) -> Checked:
    from atstats import validation

    progress("checking")
    return validation.check(raw, schema=schema, run=run, agencies_expected=whole)


def _checked_collection(collection: Collection, *, schemas: Path | None, progress: Step) -> tuple[Schema, Run, Checked]:
    schema = load_schema(assets.schemas_folder(schemas))
    raw = _read(workbook_paths([collection.folder]), progress=progress)
    run = _run(collection, year=None, raw=raw)
    checked = _check(raw, schema=schema, run=run, whole=True, progress=progress)
    if not any(submission.status in ("accepted", "nil") for submission in checked.submissions):
        raise UnreadableError(
            "no submission was accepted, so there is nothing to count",
            hint="Run atstats validate on the folder: it names every cell to correct.",
        )
    return schema, run, checked


def _link(collection: Collection, checked: Checked, *, schema: Schema, run: Run, progress: Step) -> Linked:
    from atstats import linkage

    progress("finding the same person across records")
    return linkage.link(checked, schema=schema, run=run, key=collection.secrets().key, decisions=collection.decisions())


def _run(collection: Collection | None, *, year: int | None, raw: Sequence[RawWorkbook | Unreadable]) -> Run:
    tool = f"atstats {__version__}"
    if collection is not None and year in (None, collection.reference_year):
        seed = collection.secrets().seed if (collection.folder / "submissions").is_dir() else 0
        return Run(collection.reference_year, collection.cut_off, tool, collection.settings, seed)
    chosen = year or _stated_year(raw)
    return Run(chosen, date(chosen + 1, 3, 31), tool, {}, 0)


def _stated_year(raw: Sequence[RawWorkbook | Unreadable]) -> int:
    """The reference year that most workbooks state in their sheet meta, for files outside a collection."""
    stated: list[int] = []
    for workbook in raw:
        if isinstance(workbook, Unreadable):
            continue
        for sheet in workbook.sheets:
            if sheet.name.strip().lower() != "meta":
                continue
            for letters in sheet.values.columns[1:]:
                cells = sheet.values[letters].to_list()
                if "reference_year" in cells:
                    stated += [int(cell) for cell in cells if cell and cell.isdigit() and len(cell) == 4]
    if not stated:
        raise UnreadableError(
            "no workbook says its reference year",
            hint="Fill reference_year in the sheet meta, or give --year.",
        )
    return max(sorted(set(stated)), key=stated.count)


def _coverage(checked: Checked, *, schema: Schema, year: int) -> Coverage:
    states = {"accepted": "received", "nil": "nil", "rejected": "refused", "unreadable": "refused"}
    rows = []
    for agency in schema.agencies.values():
        if not agency.workbook or not agency.exists_in(year):
            continue
        came = [each for each in checked.submissions if each.agency == agency.code and each.status in states]
        rows += [(agency.code, agency.workbook, states[each.status], each.file) for each in came]
        if not came:
            rows.append((agency.code, agency.workbook, "missing", ""))
    return Coverage(pl.DataFrame(rows, schema=["agency", "workbook", "state", "file"], orient="row"))


def _refuse_unaccepted(checked: Checked) -> None:
    refused = [each.file for each in checked.submissions if each.status in ("rejected", "unreadable")]
    if refused:
        raise NotAcceptedError(
            f"a final report needs every submission accepted; not accepted: {', '.join(refused)}",
            hint="Run atstats validate and correct them, or leave out --final.",
        )
    warnings = _n_open_warnings(checked)
    if warnings:
        raise NotAcceptedError(
            f"a final report needs every warning mended or waived; open: {warnings}",
            hint="Run atstats validate to see them, or leave out --final.",
        )


def _refuse_open(linked: Linked, coverage: Coverage, *, excused: frozenset[str]) -> None:
    n_open = sum(summary.n_open_pairs for summary in linked.summaries)
    if n_open:
        raise NotFinalError(
            f"a final report needs every pair decided; open: {n_open}",
            hint="Run atstats link: it writes the open pairs to restricted/. Decide them in decisions.csv.",
        )
    missing = coverage.agencies.filter(pl.col("state") == "missing")["agency"].to_list()
    unexplained = sorted(set(missing) - excused)
    if unexplained:
        raise NotFinalError(
            f"a final report needs every agency; missing without a reason: {', '.join(unexplained)}",
            hint="Add its workbook, or a line missing_agency,AGENCY,reason to notes.csv.",
        )


def _n_open_warnings(checked: Checked) -> int:
    return checked.findings.filter((pl.col("severity") == "warning") & ~pl.col("waived")).height


# --------------------------------------------------------------------------- files


def _next_release(collection: Collection, *, edition: Edition, final: bool, files: Mapping[str, bytes]) -> Path:
    name = f"{collection.reference_year}-{edition}-{'final' if final else 'provisional'}"
    return release_folder(collection.releases, name, files)


def _inputs(collection: Collection, checked: Checked) -> dict[str, str]:
    hashes = {f"submissions/{each.file}": each.sha256 for each in checked.submissions}
    for name in ("atstats.toml", "decisions.csv", "notes.csv"):
        path = collection.folder / name
        if path.is_file():
            hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return dict(sorted(hashes.items()))


def _workbook_bytes(grid: WorkbookGrid, *, schema: Schema) -> bytes:
    from tempfile import TemporaryDirectory

    from atstats import workbook

    with TemporaryDirectory() as folder:
        path = Path(folder) / grid.file
        workbook.write_workbook(grid, path, codes=schema.codelists)
        return path.read_bytes()


def _write_csv(path: Path, frame: pl.DataFrame) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.partial")
        frame.write_csv(partial)
        partial.replace(path)
    except OSError as problem:
        raise UnreadableError(
            f"{path.name} cannot be written: {problem.strerror}",
            hint="Close it if it is open, or free some space.",
        ) from None


def _csv(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(names), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _sample_settings(year: int) -> bytes:
    return f"""# Settings of one reference year. SAMPLE: everything in this folder is made up.
reference_year = {year}
cut_off = {year + 1}-03-31                 # the status of a victim is read on this day
title = "Trafficking in human beings in Kosovo"
owner = "Office of the National Coordinator against Trafficking in Human Beings"
contact = "statistics@example.org"
publication_date = {year + 1}-04-30
next_release = {year + 2}-04-30
status_note = "none"                  # none, eu or coe: the footnote about the status of Kosovo
sample = true                         # prints SAMPLE on every page
languages = ["en", "sq", "sr"]
exact = ["victims:"]                  # totals printed exactly; the reader is then taken to know them
""".encode()


def _sample_secrets(seed: int) -> bytes:
    key = hashlib.sha256(f"atstats sample {seed}".encode()).hexdigest()
    return (
        "# TEST KEY of a made-up collection. A real collection makes its own at random on the first run.\n"
        f'key = "{key}"\nseed = {seed}\n'
    ).encode()
