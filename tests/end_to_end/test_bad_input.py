"""Bad input: each a message with what, where and what to do, and the other files go on."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import Workbook, load_workbook
from ran import Ran

_POLICE = "submissions/KP_THB_2025.xlsx"


def _change(path: Path, change: Callable[[Workbook], Any]) -> None:
    book = load_workbook(path)
    change(book)
    book.save(path)


def _findings(ran: Ran) -> list[tuple[str, str, str, str, str]]:
    document = json.loads(ran.out)
    return [
        (each["file"], each["sheet"], each["cell"], each["rule"], f"{each['message']} {each['hint']}")
        for each in document["findings"]
    ]


def _status(ran: Ran) -> dict[str, str]:
    return {each["file"]: each["status"] for each in json.loads(ran.out)["submissions"]}


def test_a_folder_that_does_not_exist_and_one_that_is_no_collection(
    tmp_path: Path, atstats: Callable[..., Ran]
) -> None:
    """Exit 10, one line, the next move; nothing is written."""
    got = [atstats("validate", tmp_path / "nowhere"), atstats("build-report", tmp_path)]
    assert [ran.code for ran in got] == [10, 10]
    assert got[0].err.strip() == "error: there is no file or folder nowhere. Check the spelling of the path."
    assert "is not a collection: it has no atstats.toml" in got[1].err
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder(sample: Path, atstats: Callable[..., Ran]) -> None:
    """Says where workbooks belong."""
    shutil.rmtree(sample / "submissions")
    (sample / "submissions").mkdir()
    for command in ("validate", "build-report"):
        ran = atstats(command, sample)
        assert ran.code == 10
        assert "holds no workbook. Put the agencies' .xlsx files into its folder submissions" in ran.err


def test_a_file_that_is_no_workbook_is_named_where_nothing_says_the_year(
    tmp_path: Path, atstats: Callable[..., Ran]
) -> None:
    """Its own fault is told in every form, instead of a year that it could not say."""
    page = tmp_path / "KP_THB_2025.xlsx"
    page.write_text("<html><table><tr><td>1</td></tr></table></html>")
    line = "KP_THB_2025.xlsx  not read  is a web page, whatever its name says."

    told = {form: atstats("validate", page, "--format", form) for form in ("text", "json", "sarif", "junit", "csv")}

    assert {ran.code for ran in told.values()} == {10}
    assert told["text"].out.startswith(line)
    assert "No findings" not in told["text"].err
    assert told["csv"].err.startswith(line)
    assert len(told["csv"].out.splitlines()) == 1
    assert json.loads(told["json"].out)["reference_year"] is None
    assert [form for form in ("json", "sarif", "junit") if "is a web page" not in told[form].out] == []


def test_a_pdf_and_a_password_are_named_and_the_other_files_go_on(sample: Path, atstats: Callable[..., Ran]) -> None:
    """Exit 10, all others accepted; the report goes on without the two and says so in the coverage table."""
    plain = sample / "submissions" / "PVPT_2025.xlsx"
    (sample / "submissions" / "ISF_2025.xlsx").write_bytes(b"%PDF-1.7\n" + b"x" * 500)
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(plain.read_bytes())).encrypt("secret", locked)
    plain.write_bytes(locked.getvalue())

    checked = atstats("validate", sample, "--format", "json")
    built = atstats("build-report", sample)

    assert checked.code == built.code == 10
    statuses = _status(checked)
    assert {statuses.pop("ISF_2025.xlsx"), statuses.pop("PVPT_2025.xlsx")} == {"unreadable"}
    assert set(statuses.values()) == {"accepted", "nil"}
    reasons = {each["file"]: each["reason"] for each in json.loads(checked.out)["submissions"] if each["reason"]}
    assert "PDF" in reasons["ISF_2025.xlsx"]
    assert "password" in reasons["PVPT_2025.xlsx"]
    assert "left out: ISF_2025.xlsx" in built.err
    cells = (Path(built.out.strip()) / "data" / "cells.csv").read_text(encoding="utf-8")
    refused = [line for line in cells.splitlines() if line.startswith("T14.1,") and ",REFUSED," in line]
    assert sum(",ISF," in line or ",PVPT," in line for line in refused) == 2


def test_a_missing_sheet_and_a_renamed_column(sample: Path, atstats: Callable[..., Ran]) -> None:
    """The nearest tab and the nearest column are named, by address."""

    def change(book: Workbook) -> None:
        book.worksheets[2].title = "suspect list"
        header = next(cell for cell in book.worksheets[1][2] if cell.value == "case_no")
        header.value = "case_nr"
        book.worksheets[1][f"{header.column_letter}1"].value = None

    _change(sample / _POLICE, change)
    ran = atstats("validate", sample, "--format", "json")

    assert ran.code == 1
    told = [(sheet, cell, text) for _, sheet, cell, rule, text in _findings(ran) if rule in ("META-06", "META-07")]
    assert any(text.startswith("There is no sheet suspects") for _, _, text in told), told
    assert any(cell and "near to case_no" in text for _, cell, text in told), told
    assert any("The required column case_no is missing" in text for _, _, text in told), told
    assert _status(ran)["SP_2025.xlsx"] == "accepted"
    assert _status(ran)["KP_THB_2025.xlsx"] == "rejected"


def test_a_workbook_for_another_year(sample: Path, atstats: Callable[..., Ran]) -> None:
    """Rejected at the cell that says the year; the report goes on without it."""

    def change(book: Workbook) -> None:
        place = next(cell for cell in book.worksheets[0][2] if cell.value == "reference_year")
        book.worksheets[0][f"{place.column_letter}3"].value = 2024

    _change(sample / _POLICE, change)
    ran = atstats("validate", sample, "--format", "json")
    (found,) = [each for each in _findings(ran) if each[3] == "META-02"]
    assert found[0] == "KP_THB_2025.xlsx"
    assert found[2].endswith("3")
    assert "The workbook is for another year than 2025." in found[4]
    assert atstats("build-report", sample).code == 1


def test_a_missing_agency_is_told_and_its_figures_are_not_available(sample: Path, atstats: Callable[..., Ran]) -> None:
    """A warning, a line of the coverage table, and [x] instead of zero; a final report is refused."""
    (sample / "submissions" / "KJC_2025.xlsx").unlink()
    checked = atstats("validate", sample, "--format", "json")
    assert checked.code == 0
    assert [(rule, text) for *_, rule, text in _findings(checked) if rule == "META-05"] == [
        (
            "META-05",
            "Nothing has come from KJC, which the register expects. "
            "Ask for its workbook or a nil return, or give the reason in notes.csv.",
        )
    ]
    assert atstats("validate", sample, "--strict").code == 1
    built = atstats("build-report", sample)
    assert built.code == 0
    cells = (Path(built.out.strip()) / "data" / "cells.csv").read_text(encoding="utf-8").splitlines()
    assert {line.rsplit(",", 2)[1] for line in cells if line.startswith("T9.1,")} == {"not_available"}
    final = atstats("build-report", sample, "--final")
    assert final.code == 14  # the highest of 12 (a warning is open) and 14 (an agency is missing, a pair is open)
    assert "agencies missing without a reason: KJC" in final.err
    assert "warnings neither mended nor waived" in final.err


def test_a_final_report_waits_for_open_pairs(sample: Path, atstats: Callable[..., Ran]) -> None:
    """Exit 14 while K04 is open and a court's submission provisional (K40); all of it is told, nothing is written."""
    ran = atstats("build-report", sample, "--final")
    assert ran.code == 14
    assert "pairs not decided: 1" in ran.err
    assert "submissions still provisional: KJC_2025.xlsx" in ran.err
    assert not (sample / "releases").exists()


def test_the_same_file_twice_counts_once(sample: Path, atstats: Callable[..., Ran]) -> None:
    """The copy is named and not counted."""
    shutil.copy(sample / _POLICE, sample / "submissions" / "KP_THB_2025 copy.xlsx")
    ran = atstats("validate", sample, "--format", "json")
    assert ran.code == 0
    assert sorted(_status(ran).values()) == ["accepted"] * 17 + ["nil"] * 41 + ["superseded"]
    ((_, _, _, _, text),) = [each for each in _findings(ran) if each[3] == "META-04"]
    assert "The same submission is here twice" in text
    assert "Remove one of the two files." in text


def test_tables_that_cannot_be_protected_stop_the_build(sample: Path, root: Path, atstats: Callable[..., Ran]) -> None:
    """Exit 13 and nothing is written: here the edition allows the search less than it needs."""
    schemas = Path(shutil.copytree(root / "schemas", sample / "schemas"))
    editions = schemas / "editions.toml"
    text = editions.read_text(encoding="utf-8")
    assert text.count("unknowns = 50000") == 1
    editions.write_text(text.replace("unknowns = 50000", "unknowns = 10"), encoding="utf-8")
    ran = atstats("build-report", sample, "--schemas", schemas)
    assert ran.code == 13, ran.err
    assert not (sample / "releases").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_an_interrupted_run_ends_with_130_and_leaves_nothing_half_written(sample: Path) -> None:
    """One line, no traceback, no release, and the next run succeeds."""
    command = [sys.executable, "-m", "atstats", "build-report", str(sample)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(600):
        if (sample / ".atstats.lock").exists():
            break
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
    assert err == "error: interrupted; nothing is half-written. Run the command again.\n"
    assert not (sample / "releases").exists()
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("language", ["en", "sq", "sr", "sr-cyrl"])
def test_findings_are_told_in_every_language(language: str, root: Path, atstats: Callable[..., Ran]) -> None:
    """The same cells and rules, other words."""
    ran = atstats("validate", root / "sample_data" / "faulty", "--language", language, "--format", "json")
    messages = {text for *_, text in _findings(ran)}
    word = {"en": "Correct", "sq": "Korrigjoni", "sr": "Ispravite", "sr-cyrl": "Исправите"}[language]
    assert any(word in text for text in messages)
    assert not any("{" in text for text in messages)
