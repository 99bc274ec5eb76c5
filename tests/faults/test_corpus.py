"""Every file of the hostile corpus gets its answer, in time, and harms nobody."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from corpus import CORPUS, SECRET
from reading import CorpusRun, described

from atstats.workbook import password, read_workbooks

_MOST_MEMORY = 1_500_000_000


@pytest.mark.parametrize("name", CORPUS)
def test_each_file_gets_its_answer_in_time(name: str, corpus_run: CorpusRun) -> None:
    """Refused with the reason and a next move, or read with exactly these cells and facts."""
    case, answer = CORPUS[name], corpus_run.answers[name]

    assert answer["file"] == name
    assert corpus_run.seconds[name] < case.seconds
    if case.refused:
        assert case.refused in answer["refused"]
        assert answer["hint"].endswith((".", "'atstats[password]'"))
    else:
        assert answer.get("refused") is None
        assert answer["cells"] == {address: list(cell) for address, cell in (case.cells or {}).items()}
        assert answer["facts"] == [[fact.kind, fact.sheet, fact.where] for fact in case.facts]


def test_the_others_go_on_and_nothing_is_printed(corpus_run: CorpusRun) -> None:
    """A good file behind each bad one is read; the parent ends well and says nothing."""
    assert [answer["cells"] for answer in corpus_run.good] == [
        {"A1": ["number", str(number)]} for number in range(len(CORPUS))
    ]
    assert (corpus_run.code, corpus_run.stderr) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell what a child took")
def test_no_child_takes_more_than_its_memory(corpus_run: CorpusRun) -> None:
    """The largest of all children of the run stays below the limit."""
    assert 0 < corpus_run.peak_bytes < _MOST_MEMORY


def _validate(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "atstats", "validate", str(folder), "--year", "2025", *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_command_names_each_file_once_and_ends_with_10(corpus_folder: Path) -> None:
    """No traceback; a refused file is one line, and the machine format has every file exactly once."""
    told = _validate(corpus_folder)
    document: dict[str, Any] = json.loads(_validate(corpus_folder, "--format", "json").stdout)

    assert told.returncode == 10
    assert "Traceback" not in told.stdout + told.stderr
    refused = sorted(case.file for case in CORPUS.values() if case.refused)
    lines = [line for line in told.stdout.splitlines() if "  not read  " in line]
    assert sorted(line.partition("  not read  ")[0] for line in lines) == refused
    submissions = document["submissions"]
    assert sorted(each["file"] for each in submissions) == sorted(CORPUS)
    assert sorted(each["file"] for each in submissions if each["status"] == "unreadable") == refused


# --------------------------------------------------------------------------- passwords


def _protected(folder: Path) -> Path:
    path = folder / "protected.xlsx"
    path.write_bytes(CORPUS["protected.xlsx"].make())
    return path


def test_a_password_opens_its_workbook_and_leaves_nothing_on_the_disk(tmp_path: Path) -> None:
    """It is asked for by the file's name, once; what is hashed is the file as it lies there."""
    path = _protected(tmp_path)
    asked: list[str] = []

    def ask(name: str) -> str:
        asked.append(name)
        return SECRET

    (read,) = read_workbooks([path], password=ask)

    assert described(read) == {"file": "protected.xlsx", "cells": {"A1": ["number", "1"]}, "facts": []}
    assert asked == ["protected.xlsx"]
    assert [each.name for each in tmp_path.iterdir()] == ["protected.xlsx"]


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("wrong", "The password given does not open it; ask the agency for the right one."),
        (
            None,
            "Open it in Excel, remove the password and save it again, or run the command with --ask-password.",
        ),
    ],
)
def test_a_wrong_and_a_missing_password_are_told_apart(given: str | None, hint: str, tmp_path: Path) -> None:
    """Neither is repeated in the message."""
    (read,) = read_workbooks([_protected(tmp_path)], password=lambda _: given)

    assert described(read) == {"file": "protected.xlsx", "refused": "is protected by a password", "hint": hint}


def test_without_the_extra_the_message_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nobody is asked for a password that cannot be used."""
    monkeypatch.setattr(password.importlib.util, "find_spec", lambda _: None)
    asked: list[str] = []

    (read,) = read_workbooks([_protected(tmp_path)], password=asked.append)

    assert "pip install 'atstats[password]'" in described(read)["hint"]
    assert asked == []


def test_only_the_protected_file_is_asked_about(tmp_path: Path) -> None:
    """A plain workbook, a PDF and a lock file of a protected one are answered without a question."""
    for name, content in (
        ("a.xlsx", CORPUS["plain.xlsx"].make()),
        ("b.xlsx", b"%PDF-1.7"),
        ("~$c.xlsx", CORPUS["protected.xlsx"].make()),
    ):
        (tmp_path / name).write_bytes(content)
    asked: list[str] = []

    read_workbooks(sorted(tmp_path.iterdir()), password=asked.append)

    assert asked == []
