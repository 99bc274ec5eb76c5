"""What appears on the terminal: findings, failures, progress, and the next command.

Results go to stdout, words and progress to stderr. Nothing here ever holds a value of a
person's row: findings carry addresses.
"""

import io
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from getpass import getpass
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, TextIO

import polars as pl
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.status import Status
from rich.table import Table
from rich.text import Text

from atstats.codebook import Entry, Facts, Grid
from atstats.errors import AtstatsError
from atstats.frames import Book, Checked, Finding, LinkageSummary
from atstats.schema import Schema, render_finding
from atstats.vocabulary import Language

if TYPE_CHECKING:
    from atstats.doctor import Verdict
    from atstats.validation import Told

__all__ = [
    "Progress",
    "ask_password",
    "exit_code",
    "no_bug_data",
    "show_annotated",
    "show_differences",
    "show_document",
    "show_documents",
    "show_entries",
    "show_failure",
    "show_finding_lines",
    "show_findings",
    "show_left_out",
    "show_linkage",
    "show_listing",
    "show_new_collection",
    "show_not_read",
    "show_simulated",
    "show_source",
    "show_template",
    "show_verdicts",
    "show_waived",
    "show_written",
    "worst",
]

_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}
_WIDTH = 140
"""Characters of a line where no terminal says how wide it is."""
_MESSAGE = 50
"""Characters that a message needs beside its place; where it has fewer, it stands below."""
_STATES = ("accepted", "nil", "rejected", "unreadable", "superseded")
_WAITING = {
    "persons": ("waiting_persons", "atstats link"),
    "earlier year": ("waiting_earlier_year", "--previous"),
    "tables": ("waiting_tables", "atstats build-report"),
}
"""What a rule that was not evaluated waits for -> how that is told, and the command or option that brings it."""
_NOT_PRINTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What would move the cursor, turn the direction of writing, or cannot be encoded; from names of files and tabs."""


def worst(findings: pl.DataFrame) -> int:
    """1 where there is an error among the findings, else 0."""
    return int(not findings.filter(pl.col("severity") == "error").is_empty())


def exit_code(checked: Checked) -> int:
    """0 accepted, 1 error findings, 10 a workbook could not be read; the highest wins."""
    code = worst(checked.findings)
    if any(submission.status == "unreadable" for submission in checked.submissions):
        code = 10
    return code


def show_findings(checked: Checked, *, schema: Schema, language: str, quiet: bool) -> None:
    """Print one line a finding, those of most of a sheet in one, then what was looked at and what to do next."""
    _show_not_read(_stdout(), checked, schema=schema, language=language)
    show_finding_lines(checked.findings, books=checked.books, schema=schema, language=language)
    if not quiet:
        _show_totals(checked, schema=schema, language=language)


def show_not_read(checked: Checked, *, schema: Schema, language: str) -> None:
    """Name each file that was not read and why, beside a machine format that has no place for it."""
    _show_not_read(_stderr(), checked, schema=schema, language=language)


def _show_not_read(out: Console, checked: Checked, *, schema: Schema, language: str) -> None:
    not_read = schema.say("terminal.not_read", language)
    for submission in checked.submissions:
        if submission.status == "unreadable":
            out.print(
                Text.assemble(_plain(submission.file), "  ", (not_read, "bold red"), f"  {_plain(submission.reason)}")
            )


def show_finding_lines(findings: pl.DataFrame, *, books: Sequence[Book] = (), schema: Schema, language: str) -> None:
    """Print one line a finding; of those alike the first few, and how many more there are."""
    _show_lines(_stdout(), findings, books=books, schema=schema, language=language)


class _Line(NamedTuple):
    """The words of one line about findings."""

    file: str
    place: str
    rule: str
    severity: Text
    message: str
    more: bool


def _show_lines(out: Console, findings: pl.DataFrame, *, books: Sequence[Book], schema: Schema, language: str) -> None:
    """On a terminal under the name of each file, elsewhere each line with its file, for grep and its kin."""
    from atstats.validation import collapsed

    lines = [_line(told, schema=schema, language=language) for told in collapsed(findings, books=books)]
    if out.is_terminal:
        _show_by_file(out, lines, nameless=schema.say("terminal.office", language))
        return
    for line in lines:
        if line.more:
            out.print(f"    {line.message}")
            continue
        where = "".join(f"{part}  " for part in (line.file, line.place) if part)
        out.print(Text.assemble(where, f"{line.rule} ", line.severity, f"  {line.message}"))


def _line(told: "Told", *, schema: Schema, language: str) -> _Line:
    finding = told.finding
    if told.more:
        more = schema.say("terminal.more", language, n=told.n)
        return _Line(_plain(finding.file), "", "", Text(), more, more=True)
    severity = Text(schema.say(f"findings.{finding.severity}", language), style=_STYLES[finding.severity])
    if finding.waived:
        severity.append(f", {schema.say('findings.waived', language)}", style="dim")
    words = [*render_finding(finding, schema=schema, language=language)]
    if told.rows:
        cells = ", ".join(told.cells) + (", …" if told.n > len(told.cells) else "")
        words.append(schema.say("terminal.repeated", language, n=told.n, rows=told.rows, cells=cells))
    place = "!".join(filter(None, (finding.sheet, finding.cell)))
    return _Line(_plain(finding.file), _plain(place), finding.rule, severity, _plain(" ".join(words)), more=False)


def _show_by_file(out: Console, lines: Sequence[_Line], *, nameless: str) -> None:
    """In columns where the message has room, else the message below its place."""
    place = max((len(line.place) for line in lines), default=0)
    rule = max((len(line.rule) for line in lines), default=0)
    severity = max((line.severity.cell_len for line in lines), default=0)
    wide = out.width - (place + rule + severity + 8) >= _MESSAGE
    for file, of_file in groupby(lines, key=lambda line: line.file):
        out.print(Text(file or nameless, style="bold underline"))
        grid = Table.grid(padding=(0, 2, 0, 0))
        for width in (0, place, rule, severity):
            grid.add_column(no_wrap=True, width=width)
        grid.add_column(overflow="fold")
        for line in of_file:
            message = Text(line.message, style="dim" if line.more else "")
            if wide:
                grid.add_row("", Text(line.place, style="bold"), line.rule, line.severity, message)
                continue
            if not line.more:
                out.print(Text.assemble("  ", (line.place, "bold"), f"  {line.rule}  ", line.severity))
            out.print(Padding(message, (0, 0, 0, 4)), soft_wrap=False)
        if wide:
            out.print(grid, soft_wrap=False)
        out.print()


def _show_totals(checked: Checked, *, schema: Schema, language: str) -> None:
    words = _stderr()
    say = partial(_said, schema, language)
    states = [submission.status for submission in checked.submissions]
    each_state = [say(state, n=states.count(state)) for state in _STATES if state in states]
    counts = {name: checked.findings.filter(pl.col("severity") == name).height for name in _STYLES}
    skipped = {each.rule for each in checked.skipped}
    held = len(set(schema.rules) - skipped) if set(states) - {"unreadable"} else 0
    words.print(say("workbooks", n=len(states), states=", ".join(each_state)))
    words.print(
        say(
            "looked_at",
            cells=sum(submission.cells_checked for submission in checked.submissions),
            rules=held,
            all=len(schema.rules),
        )
    )
    checks = sum(submission.not_evaluated for submission in checked.submissions)
    waiting = Counter(_WAITING.get(each.because, ("waiting_sheet", "")) for each in checked.skipped)
    reasons = ", ".join(say(key, command=command, n=n) for (key, command), n in sorted(waiting.items()))
    words.print(say("left" if waiting else "left_none", rules=len(skipped), waiting=reasons, checks=checks))
    if not checked.findings.is_empty():
        words.print(say("found", **counts, waived=int(checked.findings["waived"].sum())))
    elif held:
        words.print(schema.say("findings.none", language))
    open_warnings = not checked.findings.filter((pl.col("severity") == "warning") & ~pl.col("waived")).is_empty()
    if counts["error"]:
        words.print(say("next_error", command="atstats validate"))
    elif open_warnings:
        words.print(say("next_warning", command="atstats waive COLLECTION FINGERPRINT", format="--format csv"))
    elif "unreadable" not in states:
        words.print(say("next_none", command="atstats build-report"))


def _said(schema: Schema, language: str, key: str, **filled: object) -> str:
    return schema.say(f"terminal.{key}", language, **filled)


def show_document(document: bytes) -> None:
    """Print a machine format and nothing else."""
    sys.stdout.buffer.write(document)
    sys.stdout.flush()


def show_waived(findings: pl.DataFrame, *, until: date, collection: Path) -> None:
    """Name the cells whose warning is accepted from now on."""
    for finding in (Finding(**row) for row in findings.iter_rows(named=True)):
        place = "!".join(filter(None, (finding.sheet, finding.cell)))
        _stdout().print(_plain(f"{finding.file}  {place}  {finding.rule}  waived until {until}"))
    _stderr().print(f"Wrote waivers.csv. Next: atstats validate {collection}")


def show_linkage(summaries: tuple[LinkageSummary, ...], *, written: tuple[str, ...]) -> None:
    """Print the count of persons with its range; no names."""
    out = _stdout()
    for summary in summaries:
        out.print(
            f"{summary.role}s: {summary.n_records} records of {summary.best} persons "
            f"(at least {summary.low}, at most {summary.high}; 95 % interval {summary.interval[0]} to "
            f"{summary.interval[1]}); {summary.n_candidate_pairs} candidate pairs, "
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


def show_differences(findings: pl.DataFrame, *, schema: Schema) -> None:
    """Say which cells of the release tell a small count to whoever has an earlier one."""
    _show_lines(_stderr(), findings, books=(), schema=schema, language=Language.ENGLISH)


def ask_password(file: str) -> str | None:
    """Ask on the terminal for the password of a workbook; it is not shown, and none is an answer."""
    return getpass(f"Password of {file} (leave empty to skip it): ") or None


def show_annotated(written: Sequence[tuple[str, Sequence[str]]], *, folder: Path) -> None:
    """Name the annotated copies, and say what a copy would have lost where there is only a list."""
    words = _stderr()
    words.print(f"Marked workbooks in {folder}: {len(written)}.", soft_wrap=True)
    for name, reasons in written:
        lost = f": the findings alone, as a copy would lose {'; '.join(reasons)}" if reasons else ""
        words.print(f"  {name}{lost}", soft_wrap=True)


def show_verdicts(verdicts: "Sequence[Verdict]") -> None:
    """Print what doctor looked at, a line each, and below what to do."""
    out = _stdout()
    for each in verdicts:
        mark = ("ok   ", "green") if each.good else ("mend ", "bold red")
        out.print(Text.assemble(mark, (f"{each.about}: ", "bold"), each.told), soft_wrap=True)
        if each.mend:
            out.print(Text(f"     {each.mend}"), soft_wrap=True)


def show_simulated(folder: Path, *, files: int) -> None:
    """Name the folder of made-up workbooks and the command to try on it."""
    _stdout().print(str(folder), soft_wrap=True)
    _stderr().print(f"Wrote {files} files, all of them made up. Next: atstats validate {folder}")


def show_new_collection(folder: Path) -> None:
    """Name the new folder and the command that makes the first workbook."""
    _stdout().print(str(folder), soft_wrap=True)
    _stderr().print(
        f"Next: in the folder {folder}, make each agency's workbook, such as: atstats template KP_THB --language sq. "
        "Put what comes back into its folder submissions."
    )


def show_template(path: Path) -> None:
    """Name the blank workbook and what becomes of it."""
    _stdout().print(str(path), soft_wrap=True)
    _stderr().print(f"Next: send it to the agency; when it comes back filled in: atstats validate {path}")


def show_entries(entries: Sequence[Entry]) -> None:
    """Print what the schemas say about a name: paragraphs, facts, small tables."""
    out = _stdout()
    for number, entry in enumerate(entries):
        if number:
            out.print()
        out.print(Text.assemble((entry.name, "bold"), f"  {entry.heading}"))
        for part in entry.parts:
            if isinstance(part, Facts):
                for name, value in part.pairs:
                    out.print(Text.assemble((f"{name}: ", "bold"), value))
            elif isinstance(part, Grid):
                _show_grid(part)
            else:
                out.print(Text(part))


def _show_grid(grid: Grid) -> None:
    out = _stdout()
    if not out.is_terminal:
        out.width = _WIDTH
    out.print()
    if grid.caption:
        out.print(Text(grid.caption, style="bold cyan"))
    if _narrowest(grid) > out.width:
        _show_stacked(grid)
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in grid.header:
        table.add_column(Text(heading), overflow="fold")
    for row in grid.rows:
        table.add_row(*map(Text, row))
    out.print(table, soft_wrap=False)


def _narrowest(grid: Grid) -> int:
    """The width below which words would be broken."""
    columns = zip(grid.header, *grid.rows, strict=True)
    widths = [max(cell_len(word) for text in column for word in text.split() or [""]) for column in columns]
    return sum(widths) + 2 * (len(widths) - 1)


def _show_stacked(grid: Grid) -> None:
    """Each row as lines, a cell a line, where the terminal is too narrow to show them side by side."""
    out = _stdout()
    for row in grid.rows:
        filled = [(heading, text) for heading, text in zip(grid.header, row, strict=True) if text]
        for number, (heading, text) in enumerate(filled):
            line = Text.assemble((f"{heading}: ", "bold"), text)
            out.print(Padding(line, (0, 0, 0, 4 if number else 0)), soft_wrap=False)


def show_listing(lines: Sequence[tuple[str, str]], *, next_step: str = "") -> None:
    """Print names with their labels, one a line, and what to run next."""
    out = _stdout()
    longest = max((len(name) for name, _ in lines), default=0)
    for name, label in lines:
        out.print(f"{name:<{longest}}  {label}")
    if next_step:
        _stderr().print(next_step)


def show_source(sources: Sequence[str]) -> None:
    """Print Python source and nothing else."""
    sys.stdout.buffer.write("\n\n".join(sources).encode())
    sys.stdout.flush()


def show_documents(folder: Path, outdated: Sequence[str], *, n_pages: int, check: bool) -> None:
    """Name the pages that were written, or that are not current."""
    for name in outdated:
        _stdout().print(str(folder / name), soft_wrap=True)
    state = "not current" if check else "written anew"
    move = f" Next: atstats schema docs {folder}" if check and outdated else ""
    _stderr().print(f"{n_pages} pages; {len(outdated)} {state}.{move}")


def show_failure(failure: AtstatsError) -> None:
    """Print a failure in one line with the next move."""
    words = _stderr()
    told = _plain(f"{failure.message.removesuffix('.')}. {failure.hint}")
    words.print(Text.assemble(("error", "bold red"), f": {told}"))


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
    return _console(sys.stdout)


def _stderr() -> Console:
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    """A terminal's lines break between words; anywhere else a line stays whole."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")  # a console of an old code page lacks letters, and must not stop the run
    return Console(file=stream, markup=False, highlight=False, emoji=False, soft_wrap=not stream.isatty())


def _plain(text: str | None) -> str:
    """Without characters that a terminal would obey."""
    return _NOT_PRINTED.sub("\N{REPLACEMENT CHARACTER}", text or "")
