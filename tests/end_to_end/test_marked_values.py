"""Nothing that stands in a cell reaches a stream, a log, a file name or a public file: in success, failure and kill.

What is asked for by address is no such value: the name of a file and of a tab are printed.
"""

import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from marked import (
    DEATHS,
    Marks,
    Panic,
    broken_files,
    mark_while_dying,
    mark_workbook,
    marks_in,
    own_values,
    read_while_dying,
)
from ran import Ran

from atstats import pipeline, validation
from atstats.schema import load
from atstats.vocabulary import FindingsFormat, Language
from atstats.workbook import child, marks
from atstats.workbook.marks import HEADING

Atstats = Callable[..., Ran]


@dataclass(frozen=True)
class Marked:
    """Collections of marked workbooks, and what is in them."""

    faulty: Path
    """Workbooks with faults of every kind, and files that cannot be read."""
    accepted: Path
    """A year that is accepted, with some warnings."""
    n_marks: int
    own: frozenset[str]
    """Numbers and births of persons as the sample has them."""

    def seen(self, *texts: str | bytes) -> list[str]:
        """The marks and the persons' own values in what was printed or written."""
        found = [mark for text in texts for mark in marks_in(text)]
        whole = "\n".join(text if isinstance(text, str) else text.decode(errors="replace") for text in texts)
        return found + sorted(value for value in self.own if value in whole)


@pytest.fixture(scope="module")
def marked(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Marked:
    """The faulty workbooks and the year of the sample, every free text in them replaced by a mark."""
    folder, sample, given = tmp_path_factory.mktemp("marked"), root / "sample_data", Marks()
    faulty, accepted = folder / "faulty", folder / "2025"
    shutil.copytree(sample / "faulty", faulty)
    shutil.copytree(sample / "2025", accepted, ignore=shutil.ignore_patterns("releases", "restricted", "*.lock"))
    schema = load(root / "schemas", own_agencies=faulty / "agencies.toml")
    own = own_values(faulty, schema) | own_values(accepted / "submissions", schema)
    for path in sorted(faulty.glob("*.xlsx")):
        mark_workbook(path, schema, given)
    for path in sorted((accepted / "submissions").glob("*.xlsx")):
        mark_workbook(path, schema, given, further=False)
    for name, content in broken_files((faulty / "KP_THB_2025.xlsx").read_bytes(), given):
        (faulty / name).write_bytes(content)
    return Marked(faulty, accepted, len(given), frozenset(own))


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of its own for temporary files, in which a test looks for what was left."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def _files(*folders: Path, but: Sequence[str] = ("submissions",)) -> Iterator[tuple[str, bytes]]:
    """Name and content of what was written into folders, without the workbooks that were given."""
    for folder in folders:
        for path in folder.rglob("*"):
            place = path.relative_to(folder)
            if not set(but) & set(place.parts):
                yield str(place), path.read_bytes() if path.is_file() else b""


def _without_fonts(content: bytes) -> bytes:
    """The report carries its font as letters and digits, among which any short mark may stand."""
    head, *rest = content.split(b"base64,")
    return head + b"".join(part.partition(b")")[2] for part in rest)


def test_there_are_hundreds_of_marks(marked: Marked) -> None:
    """In cells of every type, and beside the cells; and each would be seen."""
    book = openpyxl.load_workbook(marked.faulty / "KP_THB_2025.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if marks_in(str(cell.value))]

    assert marked.n_marks > 200
    assert len(marked.own) > 200
    assert len(cells) > 500
    assert {cell.parent.sheet_state for cell in cells} == {"visible", "hidden", "veryHidden"}
    assert marks_in(str(book["victims"]["A3"].comment))
    assert marked.seen(b"{'first_name': 'Qzxabcd'}", "QZX-0001", f"<{min(marked.own)}>") == [
        "{'first_name': 'Qzxabcd'}", "QZX-0001", min(marked.own),
    ]  # fmt: skip


# --------------------------------------------------------------------------- success


def test_validate_tells_of_every_fault_without_a_mark(marked: Marked, scratch: Path) -> None:
    """As a user runs it, with every warning of every library on."""
    command = [sys.executable, "-W", "always", "-m", "atstats", "validate", str(marked.faulty), "--jobs", "2"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)

    assert done.returncode == 10, done.stderr
    assert len(done.stdout.splitlines()) > 250
    assert marked.seen(done.stdout, done.stderr) == []
    assert marked.seen(*(text for file in _files(scratch) for text in file)) == []


def test_marked_copies_say_nothing_of_what_they_hold(marked: Marked, tmp_path: Path, atstats: Atstats) -> None:
    """They keep the agency's values, and add none of them to our words, links and names."""
    copies, names = tmp_path / "copies", ("CSW_19", "NATHB", "HELPLINE")
    ran = atstats("validate", *(marked.faulty / f"{name}_2025.xlsx" for name in names), "--annotate", copies)

    assert ran.code == 1
    written = sorted(copies.iterdir())
    assert len(written) == len(names)
    assert marked.seen(ran.out, ran.err, *(path.name for path in written)) == []
    for path in written:
        assert marked.seen(*_our_words(path)) == [], path.name
        assert marks_in(str(openpyxl.load_workbook(path).worksheets[2]["A3"].comment))


def _our_words(path: Path) -> Iterator[str]:
    """The list of findings, its links, and our part of every comment."""
    book = openpyxl.load_workbook(path)
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            yield f"{cell.value} {cell.hyperlink.location if cell.hyperlink else ''}"
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None and HEADING in cell.comment.text:
                    yield cell.comment.text.partition(HEADING)[2]


def test_every_form_in_every_language_is_without_a_mark(
    marked: Marked, atstats: Atstats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text, JSON, SARIF, JUnit and CSV; what was checked once is told twenty times."""
    result = pipeline.validate([marked.faulty])
    monkeypatch.setattr(pipeline, "validate", lambda *_, **__: result)

    for form, language in product(FindingsFormat, Language):
        ran = atstats("validate", marked.faulty, "--format", form, "--language", language)
        assert ran.code == 10
        assert len(ran.out) > 10_000
        assert marked.seen(ran.out, ran.err) == [], (form, language)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
def test_a_terminal_is_told_no_more_than_a_file(marked: Marked) -> None:
    """Colours, columns and the line of progress are for terminals only."""
    import pty

    ours, theirs = pty.openpty()
    files = [str(marked.faulty / name) for name in ("CSW_19_2025.xlsx", "NATHB_2025.xlsx", "locked.xlsx")]
    command = [sys.executable, "-m", "atstats", "validate", *files]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 65536):
                shown += piece
        except OSError:  # how Linux tells that the other end is closed
            pass
    os.close(ours)

    assert running.returncode == 10
    assert b"\x1b[" in shown
    assert marked.seen(shown) == []


def test_persons_are_counted_and_published_without_a_mark(
    marked: Marked, tmp_path: Path, scratch: Path, atstats: Atstats, caplog: pytest.LogCaptureFixture
) -> None:
    """link, waive and build-report: streams, logs, lists of clusters and pairs, the restricted folder, the release."""
    caplog.set_level(logging.DEBUG)
    collection = Path(shutil.copytree(marked.accepted, tmp_path / "2025"))
    lists = tmp_path / "lists"
    linked = atstats("link", collection, "--clusters", lists / "clusters.csv", "--pairs", lists / "pairs.csv")
    found = atstats("validate", collection, "--format", "csv")
    warning = next(line for line in found.out.splitlines() if ",warning," in line)
    waived = atstats(
        "waive", collection, warning.split(",")[-2], "--reason", "seen", "--who", "A.B.", "--until", "2026-12-31"
    )
    built = atstats("build-report", collection)
    ran = [linked, found, waived, built, atstats("doctor", collection), atstats("explain", "VIC-02")]

    assert [each.code for each in ran] == [0] * len(ran), [each.err for each in ran]
    assert marked.seen(*(text for each in ran for text in (each.out, each.err)), caplog.text) == []
    names = [name for name, _ in _files(collection)]
    assert {"restricted", "releases", "waivers.csv"} <= set(names)
    for name, content in _files(collection, lists, scratch, but=("submissions", "truth.csv")):
        assert marked.seen(name, _without_fonts(content)) == [], name


# --------------------------------------------------------------------------- failure and kill


_DEATHS = [how for how in DEATHS if hasattr(signal, how) or not how.startswith("SIG")]


@pytest.mark.parametrize("how", _DEATHS)
def test_a_process_that_breaks_while_it_holds_a_workbook_says_nothing(
    how: str, marked: Marked, scratch: Path, tmp_path: Path, atstats: Atstats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, refused memory, out of its depth: the file is named, or listed without a copy, and nothing is left."""
    one = marked.faulty / "HELPLINE_2025.xlsx"
    with monkeypatch.context() as patched:
        patched.setattr(child, "serve", partial(read_while_dying, how=how))
        read = atstats("validate", one, "--year", 2025)
    monkeypatch.setattr(marks, "serve", partial(mark_while_dying, how=how))
    copied = atstats("validate", one, "--year", 2025, "--annotate", tmp_path / "copies")

    assert read.code == 10
    assert read.out.startswith("HELPLINE_2025.xlsx  not read")
    assert copied.code == 1
    assert ": the findings alone" in copied.err
    assert marked.seen(read.out, read.err, copied.out, copied.err) == []
    assert marked.seen(*(text for file in _files(scratch) for text in file)) == []
    (listed,) = (tmp_path / "copies").iterdir()
    assert marked.seen(*_our_words(listed)) == []


@pytest.mark.parametrize("kind", [ValueError, KeyError, pl.exceptions.ComputeError, MemoryError, Panic])
def test_a_bug_is_told_by_its_place_alone(
    kind: type[BaseException], marked: Marked, tmp_path: Path, atstats: Atstats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its words and its chain hold a row; module, line and kind are told, and exit code 70."""

    def broken(*_arguments: object, **_options: object) -> None:
        try:
            raise ValueError("Qzxabcd was born here")
        except ValueError as row:
            raise kind("{'first_name': 'Qzxabcd'}", "QZX-0001") from row

    monkeypatch.setattr(validation, "check", broken)
    ran = atstats("validate", marked.faulty / "HELPLINE_2025.xlsx", "--year", 2025)

    assert (ran.code, ran.out) == (70, "")
    assert "test_marked_values.py" in ran.err
    assert ran.err.splitlines()[-2].strip() == kind.__name__
    assert marked.seen(ran.out, ran.err) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("seconds", [1.0, 4.0])
def test_a_killed_run_leaves_nothing_behind(seconds: float, marked: Marked, tmp_path: Path, scratch: Path) -> None:
    """While it reads, checks or counts: what is left in the collection and in temporary folders holds no mark."""
    collection = Path(shutil.copytree(marked.accepted, tmp_path / "2025"))
    command = [sys.executable, "-m", "atstats", "build-report", str(collection)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        for _ in range(600):
            if (collection / ".atstats.lock").exists():
                break
            time.sleep(0.05)
        time.sleep(seconds)
        running.kill()
        out, err = running.communicate(timeout=60)

    assert marked.seen(out, err) == []
    for name, content in _files(collection, scratch, but=("submissions", "truth.csv")):
        assert marked.seen(name, _without_fonts(content)) == [], name
