"""Which of several submissions of one agency unit counts, and how a revision differs from the one it replaces."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from atstats.frames import Run
from atstats.schema import Sheet
from atstats.validation.findings import breach, breaches, place_of
from atstats.validation.submissions import Read

__all__ = ["Chosen", "choose"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which submissions count, which another one stands for, and what to say of those that do not count."""

    counting: tuple[Read, ...]
    superseded: frozenset[str]
    breaches: tuple[pl.DataFrame, ...]


def choose(reads: Sequence[Read], *, has_error: Callable[[pl.DataFrame], bool], hold: Callable[[Read], pl.DataFrame],
           run: Run) -> Chosen:  # fmt: skip
    """Of equal copies the first, of several revisions the highest without an error, else the highest.

    A higher revision with errors keeps its findings and is refused; the findings of a lower
    one are of no interest any more.

    Args:
        reads: every workbook that could be read.
        has_error: whether breaches make a submission unacceptable.
        hold: the breaches of one workbook by itself.
        run: gives the reasons for revised rows.
    """
    counting: list[Read] = []
    told: dict[str, pl.DataFrame] = {}
    further: list[pl.DataFrame] = []
    originals: dict[str, Read] = {}
    for read in sorted(reads, key=lambda read: read.file):
        first = originals.setdefault(read.raw.sha256, read)
        if first is not read:
            told[read.file] = _stands_for(first, read, severity="warning", detail="twice")
    for same in _by_unit(originals.values()):
        alone = [hold(read) for read in same] if len(same) > 1 else []
        best = next((place for place, found in enumerate(alone) if not has_error(found)), 0)
        counting.append(same[best])
        further += alone[:best]
        replaced = same[best + 1 :]
        told |= {read.file: _replaced(same[best], read) for read in replaced}
        if replaced:
            further += _differences(same[best], replaced[0], run=run)
    return Chosen(tuple(counting), frozenset(told), (*further, *told.values()))


def _by_unit(reads: Iterable[Read]) -> Iterator[list[Read]]:
    """The submissions of each agency unit, the highest revision first; those of nobody alone.

    Two different workbooks with one revision number are a breach in both: nobody can tell which counts.
    """
    units: dict[tuple[str, ...], list[Read]] = {}
    for read in sorted(reads, key=lambda read: (-read.revision, read.file)):
        units.setdefault((read.agency, read.unit) if read.workbook else (read.file,), []).append(read)
    for same in units.values():
        for read, other in pairwise(same):
            if read.revision == other.revision:
                read.problems.append(_stands_for(other, read, severity=None, detail="same"))
                other.problems.append(_stands_for(read, other, severity=None, detail="same"))
        yield same


def _replaced(by: Read, read: Read) -> pl.DataFrame:
    """What is told in a workbook that another stands for; two of one number are an error in both."""
    if read.revision == by.revision:
        return _stands_for(by, read, severity=None, detail="same")
    return _stands_for(by, read, severity="info", detail="replaced")


def _stands_for(other: Read, read: Read, *, severity: str | None, detail: str) -> pl.DataFrame:
    return breach(read.file, rule="META-04", tab="", severity=severity, detail=detail, note=other.file)


# --------------------------------------------------------------------------- what a revision changed


def _differences(new: Read, old: Read, *, run: Run) -> Iterator[pl.DataFrame]:
    """REV-01: every row that was added, changed or withdrawn (K30), each in the workbook where it stands."""
    for record_type, converted in new.sheets.items():
        before = old.sheets.get(record_type)
        sheet = converted.found.sheet
        keys = [name for name in sheet.key if name in converted.found.letters]
        if before is None or not keys or sheet.name == "meta":
            continue
        mine, theirs = converted.records, before.records
        added = mine.drop_nulls(keys).join(theirs.drop_nulls(keys), on=keys, how="anti", maintain_order="left")
        withdrawn = theirs.drop_nulls(keys).join(mine.drop_nulls(keys), on=keys, how="anti", maintain_order="left")
        parts = ((new, added, "added"), (old, withdrawn, "withdrawn"), (new, _changed(mine, theirs, sheet), "changed"))
        for read, rows, detail in parts:
            yield from _told(read, rows, sheet, keys[-1], detail=detail, run=run)


def _changed(mine: pl.DataFrame, theirs: pl.DataFrame, sheet: Sheet) -> pl.DataFrame:
    """The rows of a revision of which a cell says something else than before, with those cells in `others`."""
    keys = list(sheet.key)
    names = [column.name for column in sheet.columns if column.name not in keys]
    both = mine.drop_nulls(keys).unique(keys, keep="none", maintain_order=True).join(
        theirs.drop_nulls(keys).unique(keys, keep="none").select(*keys, pl.col(names).name.suffix(":before")),
        on=keys, maintain_order="left",
    )  # fmt: skip
    cells = [
        pl.when(pl.col(name).ne_missing(pl.col(f"{name}:before"))).then(
            place_of(sheet.record_type, pl.col("row"), name)
        )
        for name in names
    ]
    return both.with_columns(others=pl.concat_list(cells).list.drop_nulls()).filter(pl.col("others").list.len() > 0)


def _told(
    read: Read, rows: pl.DataFrame, sheet: Sheet, column: str, *, detail: str, run: Run
) -> Iterator[pl.DataFrame]:
    """One breach a row; a reason in `notes.csv` for the file or for the cell makes it an information."""
    if rows.is_empty():
        return
    found = read.sheets[sheet.record_type].found
    cells = [f"{read.file} {found.tab}!{found.letters.get(column, '')}{row}" for row in rows["row"]]
    whole_file = ("revision", read.file) in run.reasons
    given = pl.Series([whole_file or ("revision", cell) in run.reasons for cell in cells], dtype=pl.Boolean)
    for reasoned in (True, False):
        chosen = rows.filter(given == reasoned)
        yield breaches(
            chosen.with_columns(submission=pl.lit(read.file)),
            rule="REV-01",
            record_type=sheet.record_type,
            column=column,
            detail=detail,
            severity="info" if reasoned else None,
        )
