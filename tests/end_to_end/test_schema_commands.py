"""Blank workbooks, explanations and the codebook, as a user asks for them."""

import json
import re
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
from atstats.vocabulary import REFERENCE_YEARS
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
    assert tomllib.loads(commented) == {}
    kinds = tomllib.loads((root / "schemas" / "agencies.toml").read_text(encoding="utf-8"))["kinds"]
    listed = re.search(r"which workbook is sent: ([^.]*)\.", commented.replace("\n#", ""))
    assert listed is not None
    assert listed[1].split(", ") == [kind for kind, given in kinds.items() if "workbook" in given]
    examples = ("# [agencies]", "# NGO_EXAMPLE = ", "# [units]", '# "KP_THB/NEW" = ')
    lines = [line.removeprefix("# ") if line.startswith(examples) else line for line in commented.splitlines()]
    (folder / "agencies.toml").write_text("\n".join(lines), encoding="utf-8")
    schema = load(root / "schemas", own_agencies=folder / "agencies.toml")
    assert schema.agencies["NGO_EXAMPLE"].workbook == "ngo"
    assert ("KP_THB", "NEW") in schema.units


def test_a_line_can_be_added_to_the_agencies_of_a_new_collection(collection: Path, atstats: Atstats) -> None:
    """Below what init wrote, with the heading; without it, or with it twice, the message says what to do."""
    own = collection / "agencies.toml"
    written = own.read_text(encoding="utf-8")
    heading, line = _OWN.splitlines()
    told = []
    for text in (f"{heading}\n{line}\n", f"{line}\n", f"{heading}\n{heading}\n{line}\n"):
        own.write_text(written + text, encoding="utf-8")
        told.append(atstats("template", "NGO_TRY", "--language", "sr"))

    assert [(ran.code, ran.out.strip()) for ran in told] == [(0, "NGO_TRY_2025.xlsx"), (11, ""), (11, "")]
    assert "2025/agencies.toml  NGO_TRY  must stand below the heading [agencies] or [units]" in told[1].err
    assert "write each heading once, and all its lines below it" in told[2].err


def test_the_year_of_a_collection_a_workbook_and_a_cell_are_bound_alike(
    root: Path, tmp_path: Path, atstats: Atstats
) -> None:
    """init, template and the settings take no year that the sheet meta would refuse."""
    column = load(root / "schemas").sheet("police.meta").by_name["reference_year"]
    first, last = REFERENCE_YEARS[0], REFERENCE_YEARS[-1]

    assert (column.minimum, column.maximum) == (first, last)
    for year in (first - 1, last + 1, 1800):
        got = [
            atstats("init", tmp_path / str(year), "--year", year),
            atstats("template", "KP_THB", "--year", year, "-o", tmp_path / "a.xlsx"),
        ]
        assert [ran.code for ran in got] == [2, 2]
    for year in (first, last):
        assert atstats("template", "KP_THB", "--year", year, "-o", tmp_path / f"{year}.xlsx").code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{first}.xlsx", f"{last}.xlsx"]


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
        (["MOJ"], "MOJ sends no workbook of its own. No agency of its kind (ministry) does"),
        (["NOPE"], "there is no agency NOPE. atstats schema list agencies shows all."),
        (["ISFF"], "there is no agency ISFF. The nearest is ISF."),
        ([""], "no agency is named. atstats schema list agencies shows all."),
        (["CSW"], "these do: CSW_01, CSW_02, CSW_03, CSW_04, CSW_05, CSW_06, CSW_07, CSW_08 and 30 more."),
        (["KP_THB", "--unit", "XX"], "KP_THB has no unit XX in 2025. Its units are PR, GJL,"),
        (["NATHB", "--unit", "XX"], "NATHB has no unit XX in 2025. It has none"),
        (["NATHB", "-o", "out/a.txt"], "out/a.txt is not the name of a workbook. Name a file that ends in .xlsx"),
        (["NATHB", "-o", "notes.csv/b/a.xlsx"], "the folder notes.csv/b cannot be made: Not a directory."),
        (["NATHB", "-o", f"{'a' * 300}.xlsx"], "cannot be written: File name too long. Choose a shorter name."),
    ],
)
def test_an_agency_or_unit_that_sends_nothing_is_told_with_the_next_move(
    collection: Path, atstats: Atstats, arguments: list[str], told: str
) -> None:
    """Nothing is written; the message names the nearest, or those of its kind."""
    got = atstats("template", *arguments)

    assert got.code == (10 if "cannot be" in told else 2)
    assert told in got.err
    assert not list(collection.glob("*.xlsx"))


def test_the_folder_of_a_blank_workbook_is_made(collection: Path, atstats: Atstats) -> None:
    """As other commands make theirs; a file that is there is named by its whole path."""
    first, second = (atstats("template", "ISF", "-o", "../out/of/ISF.XLSX") for _ in range(2))

    assert (first.code, first.out.strip()) == (0, "../out/of/ISF.XLSX")
    assert (collection.parent / "out" / "of" / "ISF.XLSX").is_file()
    assert (second.code, second.out) == (2, "")
    assert second.err.startswith("error: ../out/of/ISF.XLSX exists already")


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
        "VIC-03  pravilo",
        "Status je promenjen, a razlog nije naveden.",
        "težina: greška: dostava se ne prihvata",
        "gleda: ćelije jednog reda",
    ]
    assert "primer koji ne prolazi" in got.out


def test_a_name_that_stands_for_nothing_is_told_with_the_nearest(collection: Path, atstats: Atstats) -> None:
    """Exit 2 and one line."""
    near = {
        "purpos": "purpose", "victms": "victims", "residant": "residents", "VIC-99": "VIC-09",
        "purpose_m": "purpose_main", "T2.11": "T2.1", "lawe": "law",
        "W13": "", "NOPE": "", "7777": "", "K55": "", "xy z": "",
    }  # fmt: skip
    told = {name: atstats("explain", name) for name in near}
    python = atstats("schema", "show", "sex", "--as", "python")
    nothing = atstats("explain", " ")

    assert {name: (ran.code, ran.out, ran.err) for name, ran in told.items()} == {
        name: (
            2, "", f"error: the schemas know nothing named {name}. {f'The nearest is {nearest}. ' if nearest else ''}"
            "atstats schema list shows what there is.\n",
        )
        for name, nearest in near.items()
    }  # fmt: skip
    assert python.code == nothing.code == 2
    assert "only a sheet has a pandera schema" in python.err
    assert nothing.err == "error: no name is given. Name a rule, a sheet or a code list: atstats explain VIC-02.\n"


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        ("sheets", "assets.meta"),
        ("codes", "accessory"),
        ("agencies", "KP_THB"),
        ("tables", "T"),
        ("rules", ""),
        ("workbooks", "assets"),
        ("reference", "article_crosswalk"),
    ],
)
def test_everything_of_one_kind_is_listed(collection: Path, atstats: Atstats, kind: str, first: str) -> None:
    """A line for each, its name first."""
    got = atstats("schema", "list", kind)

    assert got.code == 0
    assert got.out.startswith(first)
    assert dict(line.split() for line in atstats("schema", "list").out.splitlines())[kind] == str(
        len(got.out.splitlines())
    )


def test_on_a_narrow_terminal_a_wide_table_is_told_line_by_line(
    atstats: Atstats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No word is broken at 80 characters; where there is room the cells stand side by side."""
    for name, value in (("FORCE_COLOR", "1"), ("NO_COLOR", "1"), ("TERM", "xterm"), ("COLUMNS", "80")):
        monkeypatch.setenv(name, value)
    narrow = _plain(atstats("explain", "law"))
    monkeypatch.setenv("COLUMNS", "160")
    wide = _plain(atstats("explain", "law"))

    assert narrow[5:14] == [
        "offence: THB", "    article: 139", "    code: PCCK 2003", "    valid_from: 2004-04-06",
        "    valid_to: 2012-12-31", "    min_months: 24", "    max_months: 144",
        "    source: law text for the article and the range 2 to 12 years; dates to be", "    verified",
    ]  # fmt: skip
    assert wide[5].split() == [
        "offence", "article", "code", "valid_from", "valid_to", "min_months", "max_months", "aggravated_min",
        "period", "least", "most", "source",
    ]  # fmt: skip
    assert max(map(len, narrow)) <= 80 < max(map(len, wide)) <= 160


def _plain(ran: Ran) -> list[str]:
    """The lines without what makes letters bold."""
    return [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in ran.out.splitlines()]


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """The data of a release with one table of two cells, as far as they are read to explain a cell."""
    data = tmp_path / "2025-public-final-r1" / "data"
    data.mkdir(parents=True)
    (data / "cells.csv").write_text(
        "table,cell,population,unit,measure,period,sex,value,status,flag\n"
        "T2.1,T2.1:r1:c1,victims,person,COUNT,2025,F,12,rounded,b\n"
        "T2.1,T2.1:r1:c2,victims,person,COUNT,2025,M,,withheld,c\n",
        encoding="utf-8",
    )
    sexes = [("F", "female", "femër", "ženski"), ("M", "male", "mashkull", "muški")]
    table = {
        "id": "T2.1", "title": _said("Victims"), "unit": _said("Persons"), "scope": _said("Registered."),
        "source": _said("Agencies."), "notes": [_said("A note.")],
        "dimensions": [
            {"name": "measure", "label": _said("Measure"), "codes": [{"code": "N", "label": _said("number")}]},
            {"name": "sex", "label": {"en": "Sex", "sq": "Gjinia", "sr": "Pol"}, "codes": [
                {"code": code, "label": {"en": en, "sq": sq, "sr": sr}} for code, en, sq, sr in sexes
            ]},
        ],
        "rows": [[["measure", "N"]]], "columns": [[["sex", "F"]], [["sex", "M"]]],
    }  # fmt: skip
    text = json.dumps({"edition": "public", "tables": [table]})
    (data / "tables.json").write_text(text, encoding="utf-8")
    return data.parent


def _said(text: str) -> dict[str, str]:
    return {"en": text, "sq": f"sq {text}", "sr": f"sr {text}"}


def test_a_cell_of_a_release_is_explained(release: Path, atstats: Atstats) -> None:
    """What row and column mean, what is counted, and what became of it; never why a cell is withheld."""
    shown = atstats("explain", release, "t2.1:R1:c1")
    withheld = atstats("explain", release, "T2.1:r1:c2", "--language", "sr")

    assert shown.out.splitlines() == [
        "T2.1:r1:c1  cell of a release",
        "table: T2.1 (Victims)",
        "row: Measure: number",
        "column: Sex: female",
        "period: 2025",
        "value: 12",
        "status: rounded: the number is near the true one, so that no person can be recognised",
        "flag: b (break in the series)",
        "unit of count: Persons",
        "scope: Registered.",
        "source: Agencies.",
        "notes: A note.",
        "counted from: victims (registered victims)",
        "edition: public",
    ]
    assert withheld.out.splitlines()[1:7] == [
        "tabela: T2.1 (sr Victims)",
        "red: sr Measure: sr number",
        "kolona: Pol: muški",
        "razdoblje: 2025",
        "stanje: zadržana: sama ili zajedno sa drugim ćelijama mogla bi otkriti nešto o licu; "
        "koje od toga nikada se ne kaže",
        "jedinica brojanja: sr Persons",
    ]


def test_a_cell_or_release_that_is_not_there_is_told_with_the_next_move(release: Path, atstats: Atstats) -> None:
    """The last cell of the table, or the tables; and what a release looks like."""
    got = [atstats("explain", release, cell) for cell in ("T2.1:r9:c9", "T9.9:r1:c1")]
    nowhere = atstats("explain", release.parent / "nothing", "T2.1:r1:c1")
    (release / "data" / "tables.json").write_text("{", encoding="utf-8")
    damaged = atstats("explain", release, "T2.1:r1:c1")

    assert [ran.err for ran in got] == [
        "error: the release has no cell T2.1:r9:c9. The last cell of T2.1 is T2.1:r1:c2. "
        "A cell is named by table, row and column: T2.1:r3:c1.\n",
        "error: the release has no cell T9.9:r1:c1. Its tables are T2.1. "
        "A cell is named by table, row and column: T2.1:r3:c1.\n",
    ]
    assert [ran.code for ran in (*got, nowhere, damaged)] == [2, 2, 10, 10]
    assert "is not a release: it has no data/cells.csv with data/tables.json." in nowhere.err
    assert "are damaged. Make the release again: atstats build-report." in damaged.err


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
