"""Workbooks are read with true row numbers, and nothing a file does harms the parent."""

import os
import signal
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from atstats.frames import Fact, RawWorkbook, Unreadable
from atstats.workbook import LIMITS, child, read_workbooks
from atstats.workbook import read as reader


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A title in B1, a blank row, values of each kind in row 4, hidden and merged things."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "victims"
    sheet["B1"] = "title"
    sheet["A4"] = "00123"
    sheet["B4"] = 7
    sheet["C4"] = 0.5
    sheet["D4"] = date(2025, 1, 2)
    sheet["E4"] = datetime(2025, 1, 2, 3, 4, tzinfo=UTC).replace(tzinfo=None)
    sheet["F4"] = True
    sheet["G4"] = "#N/A"
    sheet["H4"] = "=1+1"
    sheet["A6"] = "last"
    sheet.merge_cells("B1:C1")
    sheet.row_dimensions[6].hidden = True
    sheet.column_dimensions["C"].hidden = True
    book.create_sheet("notes").sheet_state = "hidden"
    path = tmp_path / "KP.xlsx"
    book.save(path)
    return path


def _replace(path: Path, part: str, old: bytes, new: bytes) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_cells_keep_their_row_their_text_and_their_kind(workbook: Path) -> None:
    """Blank rows are left out without moving the others; an error and a formula without result are told apart."""
    (read,) = read_workbooks([workbook])

    assert isinstance(read, RawWorkbook)
    sheet = read.sheets[0]
    assert sheet.values["row"].to_list() == [1, 4, 6]
    assert sheet.values.row(1) == (4, "00123", "7", "0.5", "2025-01-02", "2025-01-02T03:04:00", "TRUE", None, None)
    assert sheet.kinds.row(1)[1:] == (
        "text", "number", "number", "date", "datetime", "boolean", "error", "no_value",
    )  # fmt: skip
    assert set(read.facts) == {
        Fact("merged", "victims", "B1:C1"),
        Fact("hidden_row", "victims", "6"),
        Fact("hidden_column", "victims", "C"),
        Fact("hidden_sheet", "notes"),
    }
    assert read.sheets[1].values.height == 0


def test_a_column_may_hold_every_kind_of_value(tmp_path: Path) -> None:
    """Also those that Python takes for one another: true and 1, and two spellings of a number."""
    book = openpyxl.Workbook()
    values = [True, 1, 1.0, False, 0, "1", "", date(2025, 1, 2), datetime(2025, 1, 2, 3, tzinfo=UTC), None, "TRUE"]
    for row, value in enumerate(values, start=1):
        book.active.cell(row, 1, value.replace(tzinfo=None) if isinstance(value, datetime) else value)
    book.save(tmp_path / "a.xlsx")

    (read,) = read_workbooks([tmp_path / "a.xlsx"])

    assert isinstance(read, RawWorkbook)
    (sheet,) = read.sheets
    assert list(zip(sheet.values["row"], sheet.kinds["A"], sheet.values["A"], strict=True)) == [
        (1, "boolean", "TRUE"), (2, "number", "1"), (3, "number", "1"), (4, "boolean", "FALSE"), (5, "number", "0"),
        (6, "text", "1"), (8, "date", "2025-01-02"), (9, "datetime", "2025-01-02T03:00:00"), (11, "text", "TRUE"),
    ]  # fmt: skip


def test_a_bad_file_is_named_and_the_others_go_on(workbook: Path, tmp_path: Path) -> None:
    """Order is kept, each file has its answer, and progress names each file."""
    pdf = tmp_path / "report.xlsx"
    pdf.write_bytes(b"%PDF-1.7")
    told: list[str] = []

    read = read_workbooks([pdf, workbook, tmp_path / "absent.xlsx"], progress=told.append)

    assert [type(each) for each in read] == [Unreadable, RawWorkbook, Unreadable]
    assert told == ["report.xlsx", "KP.xlsx", "absent.xlsx"]


@pytest.mark.parametrize(
    ("part", "old", "new", "reason"),
    [
        ("xl/worksheets/sheet1.xml", b'r="A6"', b'r="XFD6"', "beyond row"),
        ("xl/worksheets/sheet1.xml", b'r="A6"', b'r="A1048576"', "is damaged"),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b"</sheetDat>", "is damaged"),
        ("xl/workbook.xml", b'name="victims"', b'name="victims', "is damaged"),
    ],
)
def test_a_structure_that_breaks_a_reader_is_refused(
    workbook: Path, part: str, old: bytes, new: bytes, reason: str
) -> None:
    """One far cell makes some readers allocate the whole grid; broken XML is damaged, not a crash."""
    _replace(workbook, part, old, new)

    (read,) = read_workbooks([workbook])

    assert isinstance(read, Unreadable)
    assert reason in read.reason


def test_a_false_count_of_texts_is_refused(workbook: Path) -> None:
    """A reader that believes the count reserves memory for it and aborts the interpreter."""
    with zipfile.ZipFile(workbook) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="4294967295"/>'
    parts["xl/sharedStrings.xml"] = strings
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    relations = parts["xl/_rels/workbook.xml.rels"]
    if kind not in relations:
        parts["xl/_rels/workbook.xml.rels"] = relations.replace(
            b"</Relationships>",
            b'<Relationship Id="rId99" Type="' + kind + b'" Target="sharedStrings.xml"/></Relationships>',
        )
    with zipfile.ZipFile(workbook, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)

    (read,) = read_workbooks([workbook])

    assert isinstance(read, Unreadable)
    assert "more texts than it holds" in read.reason


def test_a_reader_that_takes_too_long_is_ended_and_started_again(workbook: Path, tmp_path: Path) -> None:
    """Silence is an answer; the next call starts a new child."""
    (slow,) = read_workbooks([workbook], seconds=0.0)
    (read,) = read_workbooks([workbook])

    assert isinstance(slow, Unreadable)
    assert "takes longer than 0 seconds" in slow.reason
    assert isinstance(read, RawWorkbook)


def test_two_files_of_one_name_are_told_apart(workbook: Path, tmp_path: Path) -> None:
    """By as many of their folders as it takes, behind the name, so that an agency's code still begins it."""
    paths = [tmp_path / place / "KP.xlsx" for place in ("a/2025", "b/2025", "b/2024")]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(workbook.read_bytes())
    other = workbook.rename(tmp_path / "ISF.xlsx")

    told: list[str] = []
    read = read_workbooks([*paths, other, paths[2]], progress=told.append)

    assert [each.file for each in read] == [
        "KP.xlsx (a/2025)",
        "KP.xlsx (b/2025)",
        "KP.xlsx (2024)",
        "ISF.xlsx",
        "KP.xlsx (2024) #2",
    ]
    assert told == [each.file for each in read]


def test_odd_paths_are_read_and_odd_names_are_made_printable(workbook: Path, tmp_path: Path) -> None:
    """Spaces, diacritics in both forms, a path of 300 characters; a name may not write to the terminal."""
    content = workbook.read_bytes()
    names = ["me hapësirë.xlsx", "s\u030cifra.xlsx", "ћирилица.xlsx", "😀.xlsx", f"{'x' * 200}.xlsx"]
    if os.name != "nt":
        names += ["a\x1b[31m\u202e.xlsx", os.fsdecode(b"\xff.xlsx")]
    folder = tmp_path / ("një dosje " * 12)
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(content)

    read = read_workbooks([folder / name for name in names])

    assert all(isinstance(each, RawWorkbook) for each in read)
    assert len(str(folder / names[4])) > 300
    assert [each.file for each in read] == [*names[:5], "a\ufffd[31m\ufffd.xlsx", "\ufffd.xlsx"][: len(names)]


def test_a_folder_and_a_path_that_is_none_are_answers_too(tmp_path: Path) -> None:
    """Never an exception."""
    read = read_workbooks([tmp_path, tmp_path / "a\0.xlsx", tmp_path / ("x" * 300)])

    assert [isinstance(each, Unreadable) and each.reason.startswith("cannot be read: ") for each in read] == [True] * 3
    assert [each.sha256 for each in read] == ["", "", ""]


def test_a_file_beyond_the_limit_is_not_loaded(tmp_path: Path) -> None:
    """Its size is asked for first."""
    path = tmp_path / "a.xlsx"
    with path.open("wb") as stream:
        stream.truncate(LIMITS.file_bytes + 1)

    (read,) = read_workbooks([path])

    assert isinstance(read, Unreadable)
    assert read.reason == "is larger than 50 MB"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
@pytest.mark.parametrize(
    ("how", "reason"),
    [("SIGKILL", "makes the reader stop"), ("SIGABRT", "needs more memory than one workbook may take")],
)
def test_a_child_that_dies_is_told_for_its_file_and_the_next_is_read(
    how: str, reason: str, workbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever kills it; a library that is refused memory aborts. The file after it gets a new child."""
    others = [tmp_path / "other.xlsx", tmp_path / "third.xlsx"]
    for other in others:
        other.write_bytes(workbook.read_bytes())
    asked = reader._Child.ask

    def ask(self: Any, name: str, *given: Any, **options: Any) -> Any:
        if name == "KP.xlsx":
            os.kill(self._process.pid, getattr(signal, how))
        return asked(self, name, *given, **options)

    monkeypatch.setattr(reader._Child, "ask", ask)
    read = read_workbooks([others[0], workbook, others[1]])

    assert [type(each) for each in read] == [RawWorkbook, Unreadable, RawWorkbook]
    assert isinstance(read[1], Unreadable)
    assert read[1].reason == reason


def test_one_child_reads_many_files(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its start is paid once."""
    starts: list[int] = []
    start = reader._Child._start
    monkeypatch.setattr(reader._Child, "_start", lambda self: starts.append(1) or start(self))

    read_workbooks([workbook] * 5)

    assert len(starts) == 1


def test_a_child_that_does_not_start_is_one_clear_message_and_tried_once(
    workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine without room for a process answers at once for every file."""
    monkeypatch.setattr(child, "serve", repr)  # ends without a word
    begun: list[int] = []
    context = reader._context
    monkeypatch.setattr(reader, "_context", lambda: begun.append(1) or context())

    read = read_workbooks([workbook, workbook])

    assert {each.reason for each in read if isinstance(each, Unreadable)} == {
        "cannot be read: the reading process does not start"
    }
    assert len(begun) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_a_child_does_not_hear_an_interrupt_even_while_it_starts(
    workbook: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C goes to every process of a terminal: the parent answers it, and no child prints a traceback."""
    from multiprocessing.popen_spawn_posix import Popen

    launch = Popen._launch

    def interrupted(self: Any, process: Any) -> None:
        launch(self, process)
        os.kill(self.pid, signal.SIGINT)

    monkeypatch.setattr(Popen, "_launch", interrupted)

    assert isinstance(read_workbooks([workbook])[0], RawWorkbook)
    assert capfd.readouterr() == ("", "")
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_the_child_is_spawned() -> None:
    """As Windows does it: nothing of the parent's memory is in it."""
    assert reader._context().get_start_method() == "spawn"


def test_the_child_needs_nothing_that_windows_lacks(
    workbook: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without the module `resource` there is no limit of memory, and all else is the same."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, pathlib, sys\nsys.modules['resource'] = None\ndel os.fork, os.getuid\n"
        "pathlib.Path(__file__).with_name('begun').touch()\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]))

    (read,) = read_workbooks([workbook])

    assert (tmp_path / "begun").exists()
    assert isinstance(read, RawWorkbook)
    assert read.sheets[0].values["row"].to_list() == [1, 4, 6]


def test_the_memory_of_the_child_is_limited() -> None:
    """Where the system can do that, more than the limit is refused to it."""
    resource = pytest.importorskip("resource")
    code = (
        "from atstats.workbook.child import limit_memory\nlimit_memory()\n"
        "try:\n    bytearray(1_500 * 2**20)\nexcept MemoryError:\n    print('limited')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert resource
    assert done.stdout == ("limited\n" if sys.platform == "linux" else done.stdout)
