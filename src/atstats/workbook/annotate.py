"""An agency's own workbook with every finding marked in it, or the list of findings alone and why.

The copy is for the agency that sent the workbook. It says in words what is wrong; no message
quotes a value.
"""

import multiprocessing
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from atstats.errors import ConfigurationError, UnreadableError, UsageError
from atstats.frames import Book, Finding
from atstats.schema import Labels
from atstats.vocabulary import Language
from atstats.workbook.findings_sheet import Line, Page, add_findings_sheet
from atstats.workbook.saved import FIRST_DAY, saved

__all__ = ["Annotated", "annotate_workbook", "message_language", "write_annotated"]

Render = Callable[[Finding], tuple[str, str]]
"""The message and the hint of a finding, in the language of the copy."""

_SECONDS = 180.0
"""Longer than a workbook within the limit of cells takes; then the child is ended."""
_FIRST_CELLS = 20
"""Cells that a line names before it counts the rest; a rule that fails less often is never folded."""
_MOST_LINES = 10_000
_NOT_IN_NAMES = re.compile(r"[^\w ().#-]")
_GROUP = ("sheet", "rule", "column", "detail")
_SEVERITIES = ("error", "warning", "info")
_WORDS = (
    "tab", "number", "sheet", "cell", "rule", "severity", "message", "hint", "answer", "answered", "fingerprint",
    "fill", "other", "none", "back", "at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Annotated:
    """What goes back to the agency: its workbook with marks, or the findings alone."""

    source: Path
    """The agency's own file; it stays as it is."""
    name: str
    """Of the new file: "KP_THB_2025.findings.xlsx"."""
    content: bytes
    reasons: tuple[str, ...] = ()
    """What the workbook holds that a copy would not keep, in words; empty where this is the copy."""


def message_language(code: str | None) -> str:
    """The language of messages for what a workbook's sheet meta says: SQ, SR or EN; English for any other."""
    found = (code or "").strip().lower()
    return found if found in list(Language) else Language.ENGLISH


def annotate_workbook(
    path: Path,
    findings: pl.DataFrame,
    *,
    book: Book,
    render: Render,
    words: Mapping[str, Labels],
    language: str,
    n_not_evaluated: int,
) -> Annotated:
    """Mark the findings of one workbook in a copy of it, or list them alone where a copy would lose something.

    Args:
        path: the agency's workbook; it is read in a process of its own, behind the guard.
        findings: those of this workbook (`frames.FINDINGS`), in the order in which they are listed.
        book: where its sheets stand, as `Checked.books` has it.
        render: gives the message and the hint of a finding.
        words: "findings.<key>" and "word.<key>" -> the texts, as in `Schema.guidance`.
        language: of messages and words.
        n_not_evaluated: rule checks that could not be made.

    Raises:
        ConfigurationError: a word is missing.
    """

    def say(key: str) -> str:
        if key not in words:
            raise ConfigurationError(
                f"schemas/guidance.toml lacks {key}", hint="Restore the file, or leave out --schemas."
            )
        return words[key].of(language)

    page = _page(
        findings,
        book=book,
        render=render,
        say=say,
        n_not_evaluated=n_not_evaluated,
    )
    answer = _marked(path, page)
    name = _file_name(path, book.file)
    if isinstance(answer, bytes):
        return Annotated(path, name, answer)
    reasons = tuple(say(f"findings.loss_{kind}") for kind in answer)
    return Annotated(path, name, _alone(page, reasons), reasons)


def _file_name(path: Path, called: str) -> str:
    """The workbook's own name, and what tells it apart from one of the same name in another folder."""
    apart = called[len(path.name) :] if called.startswith(path.name) else ""
    return f"{path.stem}{_NOT_IN_NAMES.sub('_', apart)}.findings.xlsx"


def write_annotated(annotated: Annotated, folder: Path) -> Path:
    """Write the file into a folder, whole or not at all; one of an earlier check is replaced.

    Raises:
        UsageError: the folder is the one of the agency's own workbook.
        UnreadableError: the file cannot be written.
    """
    if folder.resolve() == annotated.source.resolve().parent:
        raise UsageError(
            "the annotated copies would lie among the submissions", hint="Name another folder for --annotate."
        )
    path = folder / annotated.name
    partial = path.with_name(f".{path.name}.partial")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as stream:
            stream.write(annotated.content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except OSError as problem:
        if folder.is_dir():
            partial.unlink(missing_ok=True)
        raise UnreadableError(
            f"{path.name} cannot be written: {problem.strerror}",
            hint="Close it if it is open in Excel, or free some space.",
        ) from None
    return path


# --------------------------------------------------------------------------- the two forms


def _marked(path: Path, page: Page) -> bytes | tuple[str, ...]:
    """What a child process makes of it; its death and its silence forbid a copy."""
    from atstats.workbook.marks import serve

    context = multiprocessing.get_context("spawn")  # as Windows does it, everywhere
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=serve, args=(theirs, str(path), page), daemon=True)
    process.start()
    theirs.close()
    try:
        if ours.poll(_SECONDS):
            answer: bytes | tuple[str, ...] = ours.recv()
            return answer
    except (EOFError, OSError):
        return ("failed",)
    finally:
        ours.close()
        process.kill()
        process.join()
    return ("large",)


def _alone(page: Page, reasons: tuple[str, ...]) -> bytes:
    from openpyxl import Workbook

    made = Workbook()
    made.remove(made.active)
    made.properties.creator = "atstats"
    made.properties.created = made.properties.modified = FIRST_DAY
    add_findings_sheet(made, page, intro=page.alone.replace("{reasons}", ", ".join(reasons)), targets=())
    return saved(made)


# --------------------------------------------------------------------------- the lines


def _page(
    findings: pl.DataFrame,
    *,
    book: Book,
    render: Render,
    say: Callable[[str], str],
    n_not_evaluated: int,
) -> Page:
    lines = _lines(findings, book=book, render=render, say=say)
    kept = _most_severe(lines)
    totals = say("findings.totals").replace("{n}", str(n_not_evaluated))
    for severity in _SEVERITIES:
        n = findings.filter(pl.col("severity") == severity).height
        totals = totals.replace(f"{{{severity}}}", str(n))
    n_waived = findings["waived"].sum()
    if n_waived:
        totals += f" {say('findings.waived').capitalize()}: {n_waived}."
    left_out = say("findings.more").replace("{n}", str(len(lines) - len(kept))) if len(kept) < len(lines) else ""
    words = {name: say(f"findings.{name}") for name in _WORDS}
    words |= {f"legend_{severity}": say(f"word.{severity}") for severity in _SEVERITIES}
    return Page(
        title=say("findings.title").replace("{file}", book.file),
        totals=totals,
        copy=say("findings.copy").replace("{answer}", words["answer"]),
        alone=say("findings.alone").replace("{answer}", words["answer"]),
        words=words,
        lines=kept,
        left_out=left_out,
    )


def _most_severe(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """As many lines as a sheet can hold, errors before warnings, in their order."""
    if len(lines) <= _MOST_LINES:
        return lines
    by_weight = sorted(lines, key=lambda line: (_SEVERITIES.index(line.severity), line.number))
    return tuple(sorted(by_weight[:_MOST_LINES], key=lambda line: line.number))


def _lines(findings: pl.DataFrame, *, book: Book, render: Render, say: Callable[[str], str]) -> tuple[Line, ...]:
    """One line a finding; the many of one rule in one column are folded into one."""
    rows = {place.tab: place.raw["row"] for place in book.sheets.values()}
    folded = _folded(findings, n_rows={tab: each.len() for tab, each in rows.items()})
    lines: list[Line] = []
    seen: set[tuple[str, ...]] = set()
    for row in findings.iter_rows(named=True):
        finding = Finding(**row)
        group = (finding.sheet, finding.rule, finding.column, finding.detail)
        if group in seen:
            continue
        message, hint = render(finding)
        said = say(f"findings.{finding.severity}")
        line = Line(
            number=len(lines) + 1,
            sheet=finding.sheet,
            cell=finding.cell,
            rule=finding.rule,
            severity=finding.severity,
            said=f"{said} ({say('findings.waived')})" if finding.waived else said,
            message=message,
            hint=hint,
            others=tuple(finding.others[:_FIRST_CELLS]),
            n_more=max(0, len(finding.others) - _FIRST_CELLS),
            fingerprint=finding.fingerprint,
            marked=(finding.cell,) if finding.cell and not finding.waived else (),
        )
        if group in folded:
            seen.add(group)
            line = _fold(line, folded[group], rows=rows[finding.sheet], say=say)
        lines.append(line)
    return tuple(lines)


def _folded(findings: pl.DataFrame, *, n_rows: Mapping[str, int]) -> dict[tuple[str, ...], list[str]]:
    """Sheet, rule, column and detail -> the cells, where the rule fails in more than half of the sheet's rows."""
    at_cells = findings.filter((pl.col("cell") != "") & ~pl.col("waived"))
    failing = at_cells.group_by("sheet", "rule", "column").agg(pl.col("row").n_unique().alias("n"))
    flooded = {
        (sheet, rule, column)
        for sheet, rule, column, n in failing.iter_rows()
        if n > _FIRST_CELLS and 2 * n > n_rows.get(sheet, n * 2)
    }
    groups = at_cells.group_by(_GROUP, maintain_order=True).agg("cell")
    return {
        (sheet, rule, column, detail): cells
        for sheet, rule, column, detail, cells in groups.iter_rows()
        if (sheet, rule, column) in flooded and len(cells) > _FIRST_CELLS
    }


def _fold(line: Line, cells: list[str], *, rows: pl.Series, say: Callable[[str], str]) -> Line:
    """A line for many cells: the first of them by name and filled, the comment at the header."""
    told = say("findings.repeated").replace("{n}", str(len(cells))).replace("{rows}", str(rows.len()))
    return Line(
        number=line.number,
        sheet=line.sheet,
        cell=line.cell,
        rule=line.rule,
        severity=line.severity,
        said=line.said,
        message=told.replace("{message}", line.message),
        hint=line.hint,
        others=tuple(cells[1:_FIRST_CELLS]),
        n_more=len(cells) - _FIRST_CELLS,
        fingerprint=line.fingerprint,
        marked=tuple(cells[:_FIRST_CELLS]),
        below=int(str(rows.min())),
    )
