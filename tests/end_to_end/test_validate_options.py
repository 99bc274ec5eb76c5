"""Options of validate, and doctor: marked copies, several processes, passwords, and what a machine lacks."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import load_workbook
from ran import Ran

from atstats import console


def test_marked_copies_name_each_finding_and_leave_the_agencies_files_alone(
    root: Path, tmp_path: Path, atstats: Callable[..., Ran]
) -> None:
    """One copy for each workbook with findings, in the workbook's language; the list links to the cells."""
    faulty = root / "sample_data" / "faulty"
    before = {path: path.read_bytes() for path in faulty.glob("*.xlsx")}
    ran = atstats("validate", faulty / "HELPLINE_2025.xlsx", "--annotate", tmp_path / "marked", "--year", 2025)
    assert ran.code == 0  # warnings only
    assert {path: path.read_bytes() for path in before} == before
    (written,) = (tmp_path / "marked").iterdir()
    assert written.name == "HELPLINE_2025.findings.xlsx"
    assert "Marked workbooks in" in ran.err
    book = load_workbook(written)
    named = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)}
    rules = {line.split("  ")[2].split(" ")[0] for line in ran.out.splitlines()}
    assert rules <= named


def test_the_marked_copies_never_lie_among_the_submissions(
    root: Path, tmp_path: Path, atstats: Callable[..., Ran]
) -> None:
    """Where they would be read as submissions the next time."""
    own = tmp_path / "HELPLINE_2025.xlsx"
    own.write_bytes((root / "sample_data" / "faulty" / own.name).read_bytes())
    ran = atstats("validate", own, "--annotate", tmp_path)
    assert ran.code == 2
    assert "among the submissions" in ran.err
    assert list(tmp_path.iterdir()) == [own]


def test_the_number_of_processes_changes_no_byte(root: Path, atstats: Callable[..., Ran]) -> None:
    """Findings are sorted, and files keep their order."""
    faulty = root / "sample_data" / "faulty"
    one = atstats("validate", faulty, "--format", "json", "--jobs", 1)
    two = atstats("validate", faulty, "--format", "json", "--jobs", 2)
    assert one.out == two.out
    assert one.code == two.code == 1


def test_a_protected_workbook_is_opened_with_the_password_typed(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, atstats: Callable[..., Ran]
) -> None:
    """It is asked for on the terminal, never an argument; without it the file is refused."""
    plain = root / "sample_data" / "2025" / "submissions" / "NATHB_2025.xlsx"
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(plain.read_bytes())).encrypt("Sekret-7", locked)
    (tmp_path / plain.name).write_bytes(locked.getvalue())
    monkeypatch.setattr(console, "getpass", lambda _prompt: "Sekret-7")
    assert atstats("validate", tmp_path / plain.name, "--year", 2025).code == 10
    opened = atstats("validate", tmp_path / plain.name, "--year", 2025, "--ask-password")
    assert opened.code == 0
    assert "Sekret-7" not in opened.out + opened.err


def test_doctor_finds_a_sound_machine_and_an_open_workbook(sample: Path, atstats: Callable[..., Ran]) -> None:
    """Exit 0, or 10 with what to do."""
    sound = atstats("doctor", sample)
    assert (sound.code, sound.err) == (0, "")
    told = [line[5:].partition(":")[0] for line in sound.out.splitlines() if line.startswith("ok   ")]
    assert told == [
        "Python", "libraries", "letters", "fonts", "reading", "schemas", "writing", "collection", "workbooks",
    ]  # fmt: skip
    (sample / "submissions" / "~$SP_2025.xlsx").write_bytes(b"x")
    unsound = atstats("doctor", sample)
    assert unsound.code == 10
    assert "mend workbooks: open in Excel, perhaps unsaved: SP_2025.xlsx" in unsound.out
    assert "Save and close them." in unsound.out


def test_doctor_tells_of_a_terminal_without_the_letters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """cp1252 has no č: files are right all the same."""
    from atstats.doctor import examine

    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="cp1252"))
    (letters,) = [each for each in examine(tmp_path) if each.about == "letters"]
    assert (letters.good, letters.told) == (False, "the terminal speaks cp1252")
    assert "chcp 65001" in letters.mend
