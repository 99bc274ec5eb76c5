"""What the page for whoever fills in a workbook says works when it is done as written, in each language."""

import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

_DOCS = Path(__file__).resolve().parents[2] / "docs"
sys.path.insert(0, str(_DOCS))

from pictures import LANGUAGES, TABS, WORKBOOK, Cells, page_of, steps, type_into  # noqa: E402  the script of the docs

_PICTURE = re.compile(r"!\[(.+?)\]\((images/first-hour/(\w+)\.(\w+)\.png)\)")
_LARGEST = 150_000
"""Bytes of a picture, so that the page opens over a slow line."""


def _atstats(words: tuple[str, ...], folder: Path) -> subprocess.CompletedProcess[str]:
    assert words[0] == "atstats"
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
    )


def _findings_told(page: str) -> list[tuple[str, str, str]]:
    """Cell, rule and severity, as the table of the page has them."""
    table = page.partition("<!-- findings -->\n\n")[2].partition("\n\n")[0]
    rows = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return [(cell, rule, severity) for cell, rule, severity, _ in rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_blank_workbook_becomes_a_faulty_one_and_an_accepted_one(language: str, tmp_path: Path) -> None:
    """Each command ends as the page says, and the findings are those of its table, in their order."""
    page, ran = page_of(language), []
    for step in steps(page):
        if isinstance(step, Cells):
            type_into(tmp_path / WORKBOOK, step)
        else:
            ran.append(_atstats(step.words, tmp_path))
    template, faulty, explained, marked, accepted = ran

    assert [each.returncode for each in ran] == [0, 1, 0, 1, 0], [each.stderr for each in ran]
    assert template.stdout.strip() == WORKBOOK
    found = [tuple(line.split("  ")[1:3]) for line in faulty.stdout.splitlines()]
    assert found == [(cell, f"{rule} {severity}") for cell, rule, severity in _findings_told(page)]
    assert marked.stdout == faulty.stdout
    assert [path.name for path in (tmp_path / "marked").iterdir()] == ["HELPLINE_2026.findings.xlsx"]
    assert explained.stdout.startswith("HLP-01")
    assert accepted.stdout == ""
    tabs = openpyxl.load_workbook(tmp_path / WORKBOOK).sheetnames
    assert {f"`{tabs[place]}`" in page for place in TABS.values()} == {True}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commands_between_the_words_work_too(language: str, tmp_path: Path) -> None:
    """What a reader may type where something looks wrong, or to find the code of the own agency."""
    inline = [tuple(each.split()) for each in re.findall(r"`(atstats [^`]+)`", page_of(language))]

    assert {words[1] for words in inline} == {"doctor", "schema"}
    for words in inline:
        assert _atstats(words, tmp_path).returncode in (0, 10)


def test_the_three_pages_say_the_same() -> None:
    """The same commands, cells, lines for Windows and others, pictures and chapters; only words differ."""
    alike = []
    for language in LANGUAGES:
        page = page_of(language)
        done = [
            (each.sheet, sorted(each.typed), each.typed if each.sheet == "calls" else {})
            if isinstance(each, Cells)
            else " ".join(each.words).replace(f" --language {language}", "")
            for each in steps(page)
        ]
        others = re.findall(r"```(?:powershell|sh)\n(.*?)```", page, re.DOTALL)
        shown = [(name, drawn == language) for _, _, name, drawn in _PICTURE.findall(page)]
        chapters = re.findall(r"^## (\d)\.", page, re.MULTILINE)
        places = [(cell.partition("!")[2], rule) for cell, rule, _ in _findings_told(page)]
        alike.append((done, others, shown, chapters, places))

    assert alike[0] == alike[1] == alike[2]
    assert len(alike[0][0]) == 8
    assert alike[0][2] == [(name, True) for name in ("blank", "findings", "list", "marked", "accepted")]


def test_every_picture_is_there_small_and_described() -> None:
    """With words for whoever cannot see it; and none lies there that no page shows."""
    told = [found for language in LANGUAGES for found in _PICTURE.findall(page_of(language))]

    assert sorted(path for _, path, _, _ in told) == sorted(
        path.relative_to(_DOCS).as_posix() for path in (_DOCS / "images" / "first-hour").iterdir()
    )
    for words, path, _, _ in told:
        content = (_DOCS / path).read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) < _LARGEST
        assert len(words) > 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_leads_to_the_page(language: str) -> None:
    """And each page to the other two."""
    names = {each: "first-hour.md" if each == "en" else f"first-hour.{each}.md" for each in LANGUAGES}

    assert f"(docs/{names[language]})" in (_DOCS.parent / "README.md").read_text(encoding="utf-8")
    for other in set(LANGUAGES) - {language}:
        assert f"]({names[other]})" in page_of(language)
