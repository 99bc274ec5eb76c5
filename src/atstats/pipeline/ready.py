"""A collection made ready: read, checked, compared with the year before, and its persons found."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from atstats import __version__, assets
from atstats.collection import Collection, open_collection, workbook_paths
from atstats.errors import UnreadableError
from atstats.frames import Checked, Earlier, Linked, RawWorkbook, Run, Skipped, Unreadable
from atstats.schema import Schema
from atstats.schema import load as load_schema

__all__ = [
    "Ready",
    "Step",
    "check",
    "checked_collection",
    "link_persons",
    "read",
    "ready_collection",
    "run_of",
    "schema_of",
    "second_pass",
    "silent",
    "year_before",
]

Step = Callable[[str], None]
_WORTH_A_PROCESS = 24
"""So many ordinary files are read in the time that a further reading process takes to start."""
_HEADER_ROWS = 20
"""The header of a sheet stands among its first rows."""


def silent(_step: str) -> None:
    """No progress is shown."""


def read(
    files: Sequence[Path],
    *,
    progress: Step,
    jobs: int = 0,
    password: Callable[[str], str | None] | None = None,
) -> list[RawWorkbook | Unreadable]:
    """The workbooks as found, read in processes of their own.

    Args:
        files: the files.
        progress: is told each file's name.
        jobs: how many are read at the same time; 0 for as many as are worth their start.
        password: is asked for the password of each protected file.
    """
    from atstats import workbook

    return workbook.read_workbooks(
        files,
        progress=lambda name: progress(f"reading {name}"),
        jobs=jobs or min(os.cpu_count() or 1, 1 + len(files) // _WORTH_A_PROCESS),
        password=password,
    )


def schema_of(schemas: Path | None, collection: Collection | None) -> Schema:
    """The schemas, with the agencies that the collection adds."""
    own = collection.own_agencies if collection is not None else None
    return load_schema(assets.schemas_folder(schemas), own_agencies=own)


def check(
    raw: Sequence[RawWorkbook | Unreadable],
    *,
    schema: Schema,
    run: Run,
    whole: bool,
    earlier: Earlier | None,
    progress: Step,
    waivers: pl.DataFrame | None = None,
) -> Checked:
    """The records and findings of what was read, those waived that the office accepts."""
    from atstats import validation

    progress("checking")
    checked = validation.check(raw, schema=schema, run=run, agencies_expected=whole, earlier=earlier)
    if waivers is None:
        return checked
    findings = validation.apply_waivers(
        checked.findings,
        waivers,
        schema=schema,
        cut_off=run.cut_off,
        whole=whole and not any(isinstance(each, Unreadable) for each in raw),
        not_evaluated={each.rule for each in checked.skipped},
    )
    return replace(checked, findings=findings)


@dataclass(frozen=True, slots=True)
class Ready:
    """A collection that was checked, with the year before it where there is one."""

    collection: Collection
    schema: Schema
    run: Run
    checked: Checked
    before: "Ready | None" = None

    def unlinked(self) -> Earlier:
        """Its records, as the year before of another collection."""
        return Earlier(self.run.reference_year, self.checked.records)


def year_before(
    collection: Collection | None, given: Path | None, *, schemas: Path | None, progress: Step
) -> Ready | None:
    """The collection of the year before: the one given, else the nearest that the settings name."""
    if given is not None:
        named = [open_collection(given)]
    else:
        named = list(collection.previous()[:1]) if collection is not None else []
    for each in named:
        progress(f"reading the year {each.reference_year}")
        schema = schema_of(schemas, each)
        raw = read(workbook_paths([each.folder]), progress=silent)
        run = run_of(each, year=None, raw=raw)
        return Ready(each, schema, run, check(raw, schema=schema, run=run, whole=False, earlier=None, progress=silent))
    return None


def checked_collection(collection: Collection, *, schemas: Path | None, progress: Step) -> Ready:
    """A collection read and checked, with the year before it; perhaps nothing in it was accepted."""
    schema = schema_of(schemas, collection)
    raw = read(workbook_paths([collection.folder]), progress=progress)
    run = run_of(collection, year=None, raw=raw)
    before = year_before(collection, None, schemas=schemas, progress=progress)
    earlier = before.unlinked() if before is not None else None
    waivers = collection.waivers()
    checked = check(raw, schema=schema, run=run, whole=True, earlier=earlier, progress=progress, waivers=waivers)
    return Ready(collection, schema, run, checked, before)


def ready_collection(collection: Collection, *, schemas: Path | None, progress: Step) -> Ready:
    """A collection read and checked, with the year before it.

    Raises:
        UnreadableError: nothing was accepted.
    """
    ready = checked_collection(collection, schemas=schemas, progress=progress)
    if not any(submission.status in ("accepted", "nil") for submission in ready.checked.submissions):
        raise UnreadableError(
            "no submission was accepted, so there is nothing to count",
            hint="Run atstats validate on the folder: it names every cell to correct.",
        )
    return ready


def link_persons(ready: Ready, *, key: bytes, progress: Step) -> Linked:
    """Who is who among the accepted records."""
    from atstats import linkage

    progress("finding the same person across records")
    return linkage.link(
        ready.checked, schema=ready.schema, run=ready.run, key=key, decisions=ready.collection.decisions()
    )


def second_pass(ready: Ready, linked: Linked) -> tuple[pl.DataFrame, tuple[Skipped, ...]]:
    """The findings of the rules that need persons, some of them waived, and the rules that were not evaluated."""
    from atstats import validation

    found, skipped = validation.check_linked(
        ready.checked,
        linked,
        schema=ready.schema,
        run=ready.run,
        decisions=ready.collection.decisions(),
        earlier=_linked_before(ready, linked),
    )
    findings = validation.apply_waivers(
        found,
        ready.collection.waivers(),
        schema=ready.schema,
        cut_off=ready.run.cut_off,
        whole=all(each.status not in ("rejected", "unreadable") for each in ready.checked.submissions),
        linked=True,
        not_evaluated={each.rule for each in skipped},
    )
    return findings, skipped


def _of_before(records: pl.DataFrame) -> pl.DataFrame:
    """Records of the year before, told apart from a workbook of the same name."""
    return records.with_columns(submission="before/" + pl.col("submission"))


def _linked_before(ready: Ready, linked: Linked) -> Earlier | None:
    """The year before with the persons of this year's linkage, and its figures counted again."""
    from atstats import statistics

    before = ready.before
    if before is None:
        return None
    both = Checked(
        records={
            name: pl.concat([frame, _of_before(before.checked.records[name])])
            for name, frame in ready.checked.records.items()
        },
        findings=ready.checked.findings,
        submissions=(*ready.checked.submissions, *before.checked.submissions),
    )
    key = ready.collection.secrets().key  # the earlier collection is only read
    together = link_persons(replace(ready, checked=both), key=key, progress=silent).identities
    address = ["role", "submission", "sheet", "row"]
    same = together.select(*address, "person_id").join(
        linked.identities.select(*address, own="person_id"), on=address, maintain_order="left"
    )
    # A person of both years has the id that she has in this one.
    own = dict(same.select("person_id", "own").unique("person_id", keep="first", maintain_order=True).iter_rows())
    known = together.select("submission", "sheet", "row", pl.col("person_id").replace(own))
    records = {
        name: _of_before(frame).join(known, on=address[1:], how="left", maintain_order="left")
        for name, frame in before.checked.records.items()
    }
    figures = statistics.figures(link_persons(before, key=key, progress=silent), schema=before.schema, run=before.run)
    return Earlier(before.run.reference_year, records, figures)


def run_of(collection: Collection | None, *, year: int | None, raw: Sequence[RawWorkbook | Unreadable]) -> Run:
    """What the run depends on: the year, the cut-off date, the settings."""
    tool = f"atstats {__version__}"
    if collection is not None and year in (None, collection.reference_year):
        year, settings = collection.reference_year, collection.settings
        return Run(year, collection.cut_off, tool, settings, reasons=collection.reasons())
    nothing_read = all(isinstance(each, Unreadable) for each in raw)
    chosen = year or (0 if nothing_read else _stated_year(raw))
    return Run(chosen, date(chosen + 1, 3, 31), tool)


def _stated_year(raw: Sequence[RawWorkbook | Unreadable]) -> int:
    """The reference year that most workbooks state in their sheet meta, for files outside a collection."""
    stated: list[int] = []
    for workbook in raw:
        if isinstance(workbook, Unreadable):
            continue
        for sheet in workbook.sheets:  # the tab may have any name: it is called meta in one language only
            for letters in sheet.values.columns[1:]:
                cells = sheet.values[letters].head(_HEADER_ROWS).to_list()
                if "reference_year" in cells:
                    stated += [int(cell) for cell in cells if cell and cell.isdigit() and len(cell) == 4]
    if not stated:
        raise UnreadableError(
            "no workbook says its reference year",
            hint="Fill reference_year in the sheet meta, or give --year.",
        )
    return max(sorted(set(stated)), key=stated.count)
