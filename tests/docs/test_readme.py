"""What the README says about changing the schemas works when it is done as written."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

_STEP = re.compile(
    r"<!-- (append to|insert into|write to) (\S+)(?: below the line with (.*?))? -->\n```\w+\n(.*?)```", re.DOTALL
)
_YEAR = 2026


@pytest.fixture(scope="module")
def changed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the schemas, changed step by step as the README says."""
    folder = tmp_path_factory.mktemp("readme") / "my-schemas"
    shutil.copytree(root / "schemas", folder)
    readme = (root / "README.md").read_text(encoding="utf-8")
    steps = _STEP.findall(readme)
    assert [(how, file) for how, file, _, _ in steps] == [
        ("append to", "codelists/detector.csv"),
        ("insert into", "workbooks/police.toml"),
        ("write to", "rules/own.toml"),
    ]
    for how, file, marker, text in steps:
        path = folder / file
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if how == "insert into":
            lines = old.splitlines(keepends=True)
            (place,) = (number for number, line in enumerate(lines) if marker in line)
            path.write_text("".join([*lines[: place + 1], text, *lines[place + 1 :]]), encoding="utf-8")
        else:
            path.write_text(old + text, encoding="utf-8")
    return folder


def _atstats(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "atstats", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_the_new_rule_and_column_are_explained(changed: Path) -> None:
    """By the commands that the README names."""
    told = _atstats("explain", "OWN-01", "--schemas", changed)
    assert told.returncode == 0, told.stderr
    assert "No interpreter was present with a foreign victim." in told.stdout
    shown = _atstats("schema", "show", "police.victims", "--schemas", changed)
    assert shown.returncode == 0, shown.stderr
    assert "interpreter_present" in shown.stdout


def test_the_new_blank_workbook_asks_the_column_and_its_answers_are_held_against_the_rule(
    changed: Path, tmp_path: Path
) -> None:
    """The new code is accepted, the new column is read, and the new rule names the new cell."""
    path = tmp_path / f"KP_THB_{_YEAR}.xlsx"
    made = _atstats(
        "template", "KP_THB", "--year", str(_YEAR), "--language", "sq", "--example", "-o", path, "--schemas", changed
    )
    assert made.returncode == 0, made.stderr
    book = load_workbook(path)
    sheet, header = next(
        (sheet, row)
        for sheet in book
        for row in sheet.iter_rows(max_row=20)
        if "interpreter_present" in [cell.value for cell in row]
    )
    columns = {cell.value: cell.column_letter for cell in header}
    first = header[0].row + 1
    foreign = next(
        row for row in range(first, first + 9) if str(sheet[f"{columns['citizenship_1']}{row}"].value)[:2] == "MD"
    )
    sheet[f"{columns['interpreter_present']}{foreign}"] = "Jo"
    sheet[f"{columns['detected_by']}{first}"] = "RELIGIOUS - bashkësi fetare"
    book.save(path)

    told = json.loads(_atstats("validate", path, "--format", "json", "--schemas", changed).stdout)

    found = [(finding["rule"], finding["cell"]) for finding in told["findings"]]
    assert found == [("OWN-01", f"{columns['interpreter_present']}{foreign}")]
