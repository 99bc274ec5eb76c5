"""What appears on the terminal: findings, failures, progress, and the next command.

Results go to stdout, words and progress to stderr. Nothing here ever holds a value of a
person's row: findings carry addresses.
"""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import polars as pl
from rich.console import Console
from rich.status import Status
from rich.text import Text

from atstats.errors import AtstatsError
from atstats.frames import Checked, Finding, LinkageSummary
from atstats.schema import Schema, render_finding

__all__ = [
    "Progress",
    "exit_code",
    "no_bug_data",
    "show_failure",
    "show_findings",
    "show_json",
    "show_left_out",
    "show_linkage",
    "show_simulated",
    "show_written",
]

_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}
_SHOWN_ALIKE = 3
"""Equal findings printed one by one before the rest are counted; machine formats list all."""


def exit_code(checked: Checked) -> int:
    """0 accepted, 1 error findings, 10 a workbook could not be read; the highest wins."""
    code = 0
    if checked.findings.filter(pl.col("severity") == "error").height:
        code = 1
    if any(submission.status == "unreadable" for submission in checked.submissions):
        code = 10
    return code


def show_findings(checked: Checked, *, schema: Schema, language: str, quiet: bool) -> None:
    """Print one line a finding, equal ones grouped, then what was looked at and what to do next."""
    out = _stdout()
    for submission in checked.submissions:
        if submission.status == "unreadable":
            out.print(Text.assemble(submission.file, "  ", ("not read", "bold red"), f"  {submission.reason}"))
    for lines in _grouped(checked.findings):
        for finding in lines[:_SHOWN_ALIKE]:
            message, hint = render_finding(finding, schema=schema, language=language)
            place = f"{finding.sheet}!{finding.cell}" if finding.cell else finding.sheet
            out.print(
                Text.assemble(
                    finding.file, "  ", (place, "bold"), f"  {finding.rule} ",
                    (finding.severity, _STYLES[finding.severity]), f"  {message} {hint}",
                )
            )  # fmt: skip
        if len(lines) > _SHOWN_ALIKE:
            out.print(f"    {len(lines) - _SHOWN_ALIKE} more like this")
    if not quiet:
        _show_totals(checked)


def _grouped(findings: pl.DataFrame) -> Iterator[list[Finding]]:
    alike: dict[tuple[str, ...], list[Finding]] = {}
    for row in findings.iter_rows(named=True):
        finding = Finding(**row)
        alike.setdefault((finding.file, finding.sheet, finding.rule, finding.column, finding.detail), []).append(
            finding
        )
    yield from alike.values()


def _show_totals(checked: Checked) -> None:
    words = _stderr()
    states = [submission.status for submission in checked.submissions]
    counts = {name: checked.findings.filter(pl.col("severity") == name).height for name in _STYLES}
    looked_at = sum(submission.cells_checked for submission in checked.submissions)
    skipped = sum(submission.not_evaluated for submission in checked.submissions)
    words.print(
        f"{len(states)} workbook(s): {', '.join(f'{states.count(each)} {each}' for each in sorted(set(states)))}. "
        f"{looked_at} cells looked at; {counts['error']} error(s), {counts['warning']} warning(s), "
        f"{counts['info']} note(s); {skipped} rule checks not evaluated (a blank, or another agency is absent)."
    )
    if counts["error"]:
        words.print("Next: correct the cells named above, then run atstats validate again.")
    elif counts["warning"]:
        words.print("Next: look at the warnings; then atstats build-report.")
    else:
        words.print("Next: atstats build-report.")


def show_json(document: Mapping[str, Any]) -> None:
    """Print a machine format and nothing else."""
    sys.stdout.buffer.write((json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())
    sys.stdout.flush()


def show_linkage(summaries: tuple[LinkageSummary, ...], *, written: tuple[str, ...]) -> None:
    """Print the count of persons with its range; no names."""
    out = _stdout()
    for summary in summaries:
        out.print(
            f"{summary.role}s: {summary.n_records} records of {summary.best} persons "
            f"(at least {summary.low}, at most {summary.high}); {summary.n_candidate_pairs} candidate pairs, "
            f"{summary.n_linked_pairs} linked, {summary.n_decided_pairs} decided by reviewers, "
            f"{summary.n_open_pairs} open"
        )
    words = _stderr()
    for name in written:
        words.print(f"wrote {name}")


def show_written(folder: Path, *, new: bool, files: int) -> None:
    """Name the release folder on stdout and what to open on stderr."""
    _stdout().print(str(folder), soft_wrap=True)
    _stderr().print(
        f"{'Wrote' if new else 'Unchanged:'} {files} files. Next: open a report there (report.en.html) with a browser."
    )


def show_left_out(checked: Checked) -> None:
    """Say which workbooks a provisional report goes without."""
    words = _stderr()
    for submission in checked.submissions:
        if submission.status == "unreadable":
            words.print(f"left out: {submission.file} was not read: {submission.reason}")
        elif submission.status == "rejected":
            n = checked.findings.filter((pl.col("file") == submission.file) & (pl.col("severity") == "error")).height
            words.print(f"left out: {submission.file} has {n} error(s). Run atstats validate to see them.")


def show_simulated(folder: Path, *, files: int) -> None:
    """Name the folder of made-up workbooks and the command to try on it."""
    _stdout().print(str(folder), soft_wrap=True)
    _stderr().print(f"Wrote {files} files, all of them made up. Next: atstats validate {folder}")


def show_failure(failure: AtstatsError) -> None:
    """Print a failure in one line with the next move."""
    words = _stderr()
    words.print(Text.assemble(("error", "bold red"), f": {failure.message}. {failure.hint}".replace("..", ".")))


def no_bug_data(kind: type[BaseException], trace: TracebackType | None) -> None:
    """Print where a bug happened, without its message or any variable: those may hold a person's row."""
    words = _stderr()
    words.print(Text("error: a bug in atstats. Nothing was written.", style="bold red"))
    while trace is not None:
        code = trace.tb_frame.f_code
        words.print(f"  {Path(code.co_filename).name}:{trace.tb_lineno} in {code.co_name}", highlight=False)
        trace = trace.tb_next
    words.print(f"  {kind.__name__}")
    words.print("Please report these lines; they hold no data.")


class Progress:
    """Says which step runs, on a terminal only, and only when the work takes longer than a second."""

    def __init__(self, *, shown: bool) -> None:
        self._console = _stderr()
        self._shown = shown and self._console.is_terminal
        self._begun = time.monotonic()
        self._status: Status | None = None

    @contextmanager
    def running(self) -> Iterator["Progress"]:
        """Show steps while the block runs, and clear the line afterwards."""
        try:
            yield self
        finally:
            if self._status is not None:
                self._status.stop()

    def __call__(self, step: str) -> None:
        """Tell that a step begins."""
        if not self._shown:
            return
        if self._status is not None:
            self._status.update(step)
        elif time.monotonic() - self._begun > 1:
            self._status = self._console.status(step)
            self._status.start()


def _stdout() -> Console:
    return Console(markup=False, highlight=False, emoji=False, soft_wrap=True)


def _stderr() -> Console:
    return Console(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True)
