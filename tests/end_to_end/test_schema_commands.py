"""Blank workbooks, explanations and the codebook, as a user asks for them."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from ran import Ran

from atstats.schema import Schema, load
from atstats.workbook import blank_workbook, write_workbook

Atstats = Callable[..., Ran]

_SENDERS = {
    "police": "KP_THB", "prosecution": "SP", "court": "KJC", "shelter": "ISF", "csw": "CSW_19", "vaao": "VAAO",
    "labour": "LI", "ngo": "NGO_TRY", "helpline": "HELPLINE", "nathb": "NATHB", "border": "BORDER", "assets": "AMSCA",
}  # fmt: skip
"""Submission type -> an agency that sends it; the organisation is one that the collection adds."""
_OWN = '[agencies]\nNGO_TRY = {kind = "ngo", label = {en = "Try", sq = "Provë", sr = "Proba"}}\n'


@pytest.fixture
def collection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, atstats: Atstats) -> Path:
    """An empty collection of 2025, which is the current folder."""
    assert atstats("init", tmp_path / "2025", "--year", "2025").code == 0
    monkeypatch.chdir(tmp_path / "2025")
    return tmp_path / "2025"


# --------------------------------------------------------------------------- init


def test_a_new_collection_has_notes_its_own_agencies_and_says_what_comes_next(
    tmp_path: Path, atstats: Atstats, root: Path
) -> None:
    """The lines that stand commented in agencies.toml can be used as they are."""
    got = atstats("init", tmp_path / "2026", "--year", "2026")

    folder = tmp_path / "2026"
    assert sorted(path.name for path in folder.iterdir()) == [
        "agencies.toml",
        "atstats.toml",
        "notes.csv",
        "submissions",
    ]
    assert (folder / "notes.csv").read_text(encoding="utf-8") == "about,key,reason\n"
    assert got.out.strip() == str(folder)
    assert "atstats template KP_THB --language sq" in got.err
    commented = (folder / "agencies.toml").read_text(encoding="utf-8")
    assert tomllib.loads(commented) == {"agencies": {}, "units": {}}
    lines = [line.removeprefix("# ") if " = {" in line else line for line in commented.splitlines()]
    (folder / "agencies.toml").write_text("\n".join(lines), encoding="utf-8")
    schema = load(root / "schemas", own_agencies=folder / "agencies.toml")
    assert schema.agencies["NGO_EXAMPLE"].workbook == "ngo"
    assert ("KP_THB", "NEW") in schema.units


# --------------------------------------------------------------------------- template


def test_a_blank_workbook_lies_in_the_current_folder_and_is_never_replaced(collection: Path, atstats: Atstats) -> None:
    """Named after agency, unit and year; the year is the collection's; the second time is refused."""
    first = atstats("template", "kp_thb", "--unit", "pr", "--language", "sq")
    second = atstats("template", "KP_THB", "--unit", "PR")

    assert (first.code, first.out.strip()) == (0, "KP_THB_PR_2025.xlsx")
    assert "atstats validate KP_THB_PR_2025.xlsx" in first.err
    assert openpyxl.load_workbook(collection / "KP_THB_PR_2025.xlsx").sheetnames[0] == "udhëzime"
    assert (second.code, second.out) == (2, "")
    assert "KP_THB_PR_2025.xlsx exists already" in second.err
    assert "-o" in second.err


def test_a_collections_own_agency_gets_a_workbook_too(collection: Path, atstats: Atstats) -> None:
    """One line in agencies.toml is enough."""
    (collection / "agencies.toml").write_text(_OWN, encoding="utf-8")

    got = atstats("template", "NGO_TRY", "-o", "out.xlsx", "--year", "2024")

    assert (got.code, got.out.strip()) == (0, "out.xlsx")
    assert openpyxl.load_workbook(collection / "out.xlsx")["meta"]["D5"].value == 2024


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["KP_THV"], "there is no agency KP_THV. The nearest is KP_THB."),
        (["SPRK"], "SPRK sends no workbook of its own. Of its kind (prosecution) these do: SP."),
        (["MOJ"], "MOJ sends no workbook of its own. Of its kind (ministry) none does"),
        (["KP_THB", "--unit", "XX"], "KP_THB has no unit XX in 2025. Its units are PR, GJL,"),
        (["NATHB", "--unit", "XX"], "NATHB has no unit XX in 2025. It has none"),
        (["NATHB", "-o", "nowhere/a.xlsx"], "there is no folder nowhere."),
    ],
)
def test_an_agency_or_unit_that_sends_nothing_is_told_with_the_next_move(
    collection: Path, atstats: Atstats, arguments: list[str], told: str
) -> None:
    """Nothing is written; the message names the nearest, or those of its kind."""
    got = atstats("template", *arguments)

    assert got.code == (10 if "-o" in arguments else 2)
    assert told in got.err
    assert not list(collection.glob("*.xlsx"))


def test_without_a_collection_the_year_must_be_given(
    tmp_path: Path, atstats: Atstats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the option; with it the workbook is written."""
    monkeypatch.chdir(tmp_path)
    got = [atstats("template", "ISF"), atstats("template", "ISF", "--year", "2026")]

    assert [ran.code for ran in got] == [2, 0]
    assert "Give --year" in got[0].err
    assert (tmp_path / "ISF_2026.xlsx").is_file()


def _examples(folder: Path, schema: Schema, language: str) -> list[Path]:
    """The workbook of one agency of each submission type, filled with its own example rows."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for agency in _SENDERS.values():
        grid = blank_workbook(
            schema.agencies[agency], unit="", year=2025, language=language, schema=schema, example=True
        )
        write_workbook(grid, folder / grid.file)
        paths.append(folder / grid.file)
    return paths


@pytest.fixture
def schema(root: Path, collection: Path) -> Schema:
    """The schemas with the agency that the collection adds."""
    (collection / "agencies.toml").write_text(_OWN, encoding="utf-8")
    return load(root / "schemas", own_agencies=collection / "agencies.toml")


def _clean(ran: Ran) -> None:
    assert ran.out == ""
    assert "Workbooks: 12 (accepted: 12)." in ran.err
    assert ran.code == 0


@pytest.mark.parametrize("language", ["en", "sq", "sr"])
def test_workbooks_filled_with_their_own_examples_validate_clean_together(
    collection: Path, schema: Schema, atstats: Atstats, language: str
) -> None:
    """All submission types in one folder, no finding at all: what is handed out is what is understood."""
    paths = _examples(collection / "submissions", schema, language)

    _clean(atstats("validate", *paths))


def test_a_workbook_outside_a_collection_says_its_year_itself(
    tmp_path: Path, atstats: Atstats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tab of the sheet meta has another name in each language; the year is found all the same."""
    monkeypatch.chdir(tmp_path)
    atstats("template", "HELPLINE", "--year", "2024", "--language", "sq", "--example")

    got = atstats("validate", "HELPLINE_2024.xlsx")

    assert (got.code, got.out) == (0, "")


@pytest.mark.parametrize("language", ["en", "sq", "sr"])
def test_what_libreoffice_saves_again_is_still_read_and_still_offers_its_lists(
    collection: Path, tmp_path: Path, schema: Schema, atstats: Atstats, language: str
) -> None:
    """Every workbook is re-saved: no finding, and each drop-down stands on its column and names its list."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("did not run: LibreOffice (soffice) is not installed on this machine")
    paths = _examples(collection / "submissions", schema, language)
    saved = tmp_path / "saved" / "submissions"
    subprocess.run(
        [soffice, f"-env:UserInstallation={(collection / 'profile').as_uri()}", "--headless", "--convert-to", "xlsx",
         "--outdir", str(saved), *map(str, paths)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip

    for name in ("atstats.toml", "agencies.toml"):
        shutil.copy(collection / name, saved.parent / name)
    _clean(atstats("validate", *(saved / path.name for path in paths)))
    for path in paths:
        assert _offered(saved / path.name) == _offered(path), path.name


def _offered(path: Path) -> tuple[dict[tuple[str, int], str], dict[str, list[Any]]]:
    """(sheet, column) -> the list of its drop-down; list -> what it offers. LibreOffice cuts the rows."""
    book = openpyxl.load_workbook(path)
    columns = {
        (sheet.title, column): str(each.formula1).removeprefix("=")
        for sheet in book
        for each in sheet.data_validations.dataValidation
        for area in each.sqref.ranges
        if area.max_row > 500
        for column in range(area.min_col, area.max_col + 1)
    }
    lists = {}
    for name, found in book.defined_names.items():
        if name.startswith("codes_"):
            ((sheet, cells),) = found.destinations
            lists[name] = [row[0].value for row in book[sheet][cells]]
    return columns, lists


# --------------------------------------------------------------------------- explain and schema


def test_a_rule_is_explained_in_the_language_asked_for(collection: Path, atstats: Atstats) -> None:
    """Statement, weight, reason, conditions and examples on stdout."""
    got = atstats("explain", "VIC-03", "--language", "sr")

    assert got.code == 0
    assert got.out.splitlines()[:4] == [
        "VIC-03  rule",
        "Status je promenjen, a razlog nije naveden.",
        "težina: greška: dostava se ne prihvata",
        "gleda: ćelije jednog reda",
    ]
    assert "primer koji ne prolazi" in got.out


def test_a_name_that_stands_for_nothing_is_told_with_the_nearest(collection: Path, atstats: Atstats) -> None:
    """Exit 2 and one line."""
    got = [
        atstats("explain", "purpos"),
        atstats("schema", "show", "victms"),
        atstats("schema", "show", "sex", "--as", "python"),
    ]

    assert [ran.code for ran in got] == [2, 2, 2]
    assert "The nearest is purpose." in got[0].err
    assert "The nearest is victims." in got[1].err
    assert "only a sheet has a pandera schema" in got[2].err


@pytest.mark.parametrize(
    ("kind", "first"),
    [("sheets", "assets.meta"), ("codes", "accessory"), ("agencies", "KP_THB"), ("tables", "T"), ("rules", "")],
)
def test_everything_of_one_kind_is_listed(collection: Path, atstats: Atstats, kind: str, first: str) -> None:
    """A line for each, its name first."""
    got = atstats("schema", "list", kind)

    assert got.code == 0
    assert got.out.startswith(first)
    assert dict(line.split() for line in atstats("schema", "list").out.splitlines())[kind] == str(
        len(got.out.splitlines())
    )


def test_a_sheet_is_shown_as_python_that_runs(collection: Path, atstats: Atstats) -> None:
    """stdout is the source and nothing else; the year of the collection is a constant in it."""
    got = atstats("schema", "show", "victims", "--as", "python")

    scope: dict[str, Any] = {}
    exec(got.out, scope)
    assert scope["SCHEMA"].name == "police.victims"
    assert scope["REFERENCE_YEAR"] == 2025
    assert atstats("schema", "show", "victims").out.startswith("police.victims  sheet\n")


def test_the_codebook_is_written_checked_and_kept_tidy(tmp_path: Path, atstats: Atstats) -> None:
    """A page that was changed or left over is named by --check; writing mends it and leaves other files alone."""
    folder = tmp_path / "docs"
    written = atstats("schema", "docs", folder)
    current = atstats("schema", "docs", folder, "--check")
    rules = folder / "rules.md"
    before = rules.read_bytes()
    rules.write_text("changed", encoding="utf-8")
    (folder / "codebook" / "gone.md").write_bytes(before)
    (folder / "codebook" / "own.md").write_text("ours", encoding="utf-8")
    outdated = atstats("schema", "docs", folder, "--check")
    again = atstats("schema", "docs", folder)

    assert (written.code, current.code, outdated.code, again.code) == (0, 0, 1, 0)
    assert current.out == ""
    assert outdated.out.splitlines() == [str(rules), str(folder / "codebook" / "gone.md")]
    assert "atstats schema docs" in outdated.err
    assert rules.read_bytes() == before
    assert sorted(path.name for path in (folder / "codebook").iterdir() if path.name in ("gone.md", "own.md")) == [
        "own.md"
    ]


def test_the_codebook_of_the_repository_is_current(root: Path, atstats: Atstats) -> None:
    """Whoever changes a schema writes the pages anew: atstats schema docs docs."""
    got = atstats("schema", "docs", root / "docs", "--check")

    assert (got.code, got.out) == (0, ""), got.out


def test_every_command_honours_another_schema_folder(root: Path, tmp_path: Path, atstats: Atstats) -> None:
    """A label changed in a copy of the schemas is what the commands then say."""
    schemas = Path(shutil.copytree(root / "schemas", tmp_path / "schemas"))
    sexes = schemas / "codelists" / "sex.csv"
    sexes.write_text(sexes.read_text(encoding="utf-8").replace("female", "woman or girl"), encoding="utf-8")

    explained = atstats("explain", "sex", "--schemas", schemas)
    made = atstats("template", "ISF", "--year", "2025", "-o", tmp_path / "a.xlsx", "--schemas", schemas)
    pages = atstats("schema", "docs", tmp_path / "docs", "--schemas", schemas)

    assert (explained.code, made.code, pages.code) == (0, 0, 0)
    assert "woman or girl" in explained.out
    codes = openpyxl.load_workbook(tmp_path / "a.xlsx")["codes"]
    assert "F - woman or girl" in {cell.value for row in codes.iter_rows() for cell in row}
    assert "woman or girl" in (tmp_path / "docs" / "codebook" / "codelists.md").read_text(encoding="utf-8")


def test_explaining_needs_no_slow_library(root: Path) -> None:
    """What checks, writes, links and draws is not loaded to explain a rule or to list them."""
    script = (
        "import sys\nfrom atstats import cli\nsys.argv = ['atstats', *sys.argv[1:]]\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        "slow = {'pandera', 'openpyxl', 'rapidfuzz', 'babel', 'highspy', 'jinja2'}\n"
        "print(sorted(slow & set(sys.modules)), file=sys.stderr)"
    )
    for arguments in (["explain", "VIC-02"], ["schema", "list", "rules"]):
        done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
        assert done.stderr.splitlines()[-1] == "[]"
