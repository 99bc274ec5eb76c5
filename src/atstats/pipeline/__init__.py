"""The order of the stages, one call each: it reads first and writes last.

Each public function is one command. No stage knows another; what flows between them is in
`frames`. `ready` reads, checks and links a collection; `release` and `sample` write folders.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from atstats import __version__
from atstats.collection import find_collection, open_collection, workbook_paths
from atstats.errors import UnreadableError
from atstats.frames import Book, Checked, Linked, Run, Skipped
from atstats.pipeline.ready import (
    Step,
    check,
    link_persons,
    read,
    ready_collection,
    run_of,
    schema_of,
    second_pass,
    silent,
    year_before,
)
from atstats.pipeline.release import Release, build_report, n_open_warnings
from atstats.pipeline.sample import simulate
from atstats.pipeline.waive import Waived, waive
from atstats.schema import Schema, render_finding
from atstats.vocabulary import FindingsFormat

if TYPE_CHECKING:
    from atstats.workbook import Annotated

__all__ = [
    "Known",
    "Release",
    "Validated",
    "Waived",
    "annotate",
    "build_report",
    "findings_document",
    "has_open_warnings",
    "link",
    "persons_document",
    "simulate",
    "validate",
    "waive",
]


@dataclass(frozen=True, slots=True)
class Validated:
    """What `validate` found, with the schema and the run that it was held against."""

    checked: Checked
    schema: Schema
    run: Run
    files: tuple[Path, ...]
    """The workbooks, in the order of reading."""


@dataclass(frozen=True, slots=True)
class Known:
    """Who is who in a collection, what the second pass of rules found, and the files written."""

    linked: Linked
    findings: pl.DataFrame
    skipped: tuple[Skipped, ...]
    schema: Schema
    written: tuple[str, ...]
    books: tuple[Book, ...]
    """Where the sheets of each workbook stand."""


def validate(
    paths: Sequence[Path],
    *,
    schemas: Path | None = None,
    year: int | None = None,
    previous: Path | None = None,
    jobs: int = 0,
    password: Callable[[str], str | None] | None = None,
    progress: Step = silent,
) -> Validated:
    """Check workbooks, or all of a collection; findings and records come back together.

    The year before is the collection given, else the first that the settings of a whole collection name.

    Raises:
        UnreadableError: a path does not exist or a folder holds no workbook.
        ConfigurationError: the schemas or `atstats.toml` are wrong.
    """
    files = workbook_paths(list(paths))
    collection = find_collection(paths[0])
    schema = schema_of(schemas, collection)
    raw = read(files, progress=progress, jobs=jobs, password=password)
    run = run_of(collection, year=year, raw=raw)
    whole = len(paths) == 1 and paths[0].is_dir() and (paths[0] / "submissions").is_dir()
    before = year_before(collection if whole else None, previous, schemas=schemas, progress=progress)
    earlier = before.unlinked() if before is not None else None
    waivers = collection.waivers() if collection is not None else None
    checked = check(raw, schema=schema, run=run, whole=whole, earlier=earlier, progress=progress, waivers=waivers)
    return Validated(checked, schema, run, tuple(files))


def annotate(
    result: Validated, folder: Path, *, language: str | None, progress: Step = silent
) -> "tuple[Annotated, ...]":
    """Write an annotated copy of each workbook that has findings, in the language that the workbook states.

    Args:
        result: what `validate` found.
        folder: where to; the agencies' own files stay as they are.
        language: of all messages, instead of each workbook's own.
        progress: is told each file's name.

    Returns:
        What was written: a copy, or the findings alone with the reasons why.

    Raises:
        UsageError: the folder is that of the submissions.
        UnreadableError: a file cannot be written.
    """
    from atstats import workbook

    paths = dict(zip(workbook.names_of(result.files), result.files, strict=True))
    books = {book.file: book for book in result.checked.books}
    written = []
    for submission in result.checked.submissions:
        findings = result.checked.findings.filter(pl.col("file") == submission.file)
        if findings.is_empty() or submission.file not in books:
            continue
        progress(f"marking {submission.file}")
        spoken = language or workbook.message_language(submission.language)
        annotated = workbook.annotate_workbook(
            paths[submission.file],
            findings,
            book=books[submission.file],
            render=partial(render_finding, schema=result.schema, language=spoken),
            words=result.schema.guidance,
            language=spoken,
            n_not_evaluated=submission.not_evaluated,
        )
        workbook.write_annotated(annotated, folder)
        written.append(annotated)
    return tuple(written)


def findings_document(result: Validated, *, form: FindingsFormat, language: str) -> bytes:
    """The findings as one document for other programs; every form holds the same ones.

    Raises:
        KeyError: the form is text, which `console` prints.
    """
    from atstats import validation

    documents = {FindingsFormat.JSON: validation.findings_json, FindingsFormat.SARIF: validation.findings_sarif}
    texts = {FindingsFormat.JUNIT: validation.findings_junit, FindingsFormat.CSV: validation.findings_csv}
    if form in documents:
        return _json(documents[form](result.checked, schema=result.schema, run=result.run, language=language))
    return texts[form](result.checked, schema=result.schema, run=result.run, language=language)


def persons_document(result: Known, *, language: str) -> bytes:
    """The count of persons and the findings about them as a JSON document."""
    from atstats.validation import persons_json

    document = persons_json(
        result.linked,
        result.findings,
        skipped=result.skipped,
        schema=result.schema,
        tool=f"atstats {__version__}",
        language=language,
    )
    return _json(document)


def _json(document: Mapping[str, Any]) -> bytes:
    """A document as JSON; what no UTF-8 can hold, such as a damaged file name, stands as an escape of JSON."""
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode(errors="backslashreplace")


def has_open_warnings(result: Validated) -> bool:
    """Whether any warning is neither mended nor waived."""
    return n_open_warnings(result.checked) > 0


def link(
    folder: Path,
    *,
    schemas: Path | None = None,
    clusters: Path | None = None,
    pairs: Path | None = None,
    progress: Step = silent,
) -> Known:
    """Find the same person across the records of a collection; write identities and open pairs.

    Raises:
        UnreadableError: nothing was accepted, or the restricted folder cannot be written.
    """
    collection = open_collection(folder)
    with collection.lock():
        ready = ready_collection(collection, schemas=schemas, progress=progress)
        linked = link_persons(ready, key=collection.secrets().key, progress=progress)
        findings, skipped = second_pass(ready, linked)
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
    return Known(linked, findings, skipped, ready.schema, tuple(path.name for path in written), ready.checked.books)


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
