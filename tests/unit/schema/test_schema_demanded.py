"""What the schemas must have for the program is what the code asks for by name."""

import ast
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from atstats import statistics, validation
from atstats.collection import open_collection, workbook_paths
from atstats.errors import ConfigurationError
from atstats.frames import Coverage, Earlier
from atstats.pipeline.ready import Ready, check, link_persons, read, run_of, schema_of, silent
from atstats.schema import Schema, Sheet, demanded, load
from atstats.statistics.populations import Sources, populations

_ASKING = ("disclosure", "exports", "linkage", "pipeline", "report", "statistics", "validation", "workbook")
"""The packages that ask; the simulation only plants what the others must find."""


@pytest.fixture(scope="module")
def code(root: Path) -> list[ast.AST]:
    """Every node of the syntax trees of the packages that ask."""
    files = [path for package in _ASKING for path in sorted((root / "src" / "atstats" / package).rglob("*.py"))]
    return [node for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]


def _texts(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _calls(nodes: list[ast.AST], name: str) -> Iterator[ast.Call]:
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
            yield node


def test_rules_sheets_and_tables_that_the_code_names(code: list[ast.AST], root: Path) -> None:
    """Each name that stands in the code as a text of its own."""
    workbooks = "|".join(path.stem for path in (root / "schemas" / "workbooks").glob("*.toml"))

    def named(pattern: str) -> set[str]:
        return {text for text in _texts(code) if re.fullmatch(pattern, text)}

    assert set(demanded.RULES) == named(r"[A-Z]+-[0-9]{2}[a-z]?")
    assert set(demanded.SHEETS) == named(rf"({workbooks})\.[a-z_]+")
    assert set(demanded.TABLES) == named(r"T[0-9]+\.[0-9]+")
    assert set(demanded.NOTES) <= set(_texts(code))


def test_thresholds_that_functions_of_rules_ask_for(code: list[ast.AST]) -> None:
    """One by one, or several in a row."""
    asked: dict[str, set[str]] = {}
    several = {
        call: set(_texts(node.generators[0].iter.elts))
        for node in code
        if isinstance(node, ast.GeneratorExp) and isinstance(node.generators[0].iter, ast.Tuple)
        for call in ast.walk(node)
    }
    for call in _calls(code, "parameter"):
        rule, *names = _texts(call.args)
        asked.setdefault(rule, set()).update(names or several[call])

    assert {rule: set(names) for rule, names in demanded.PARAMETERS.items()} == asked


def test_populations_are_those_that_can_be_counted(code: list[ast.AST]) -> None:
    """The keys of the table of functions in `statistics.populations`."""
    (counted,) = (
        node.value.keys
        for node in code
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "_POPULATIONS"
    )

    assert [key.value for key in counted] == list(demanded.POPULATIONS)


def test_columns_of_code_lists_that_the_code_reads(code: list[ast.AST]) -> None:
    """The groups that counts and rules take codes together by; the list of agencies is made from the register."""
    asked = {tuple(_texts(call.args)) for call in _calls(code, "map") if len(list(_texts(call.args))) == 2}
    for call in _calls(code, "crosswalk"):
        if isinstance(call.func.value, ast.Subscript):
            asked.update((codes, column) for codes in _texts([call.func.value.slice]) for column in _texts(call.args))
    listed = {(name, column) for name, columns in demanded.CODE_LISTS.items() for column in columns}

    assert asked - listed == {("agency", "shown_as")}


# --------------------------------------------------------------------------- columns


@pytest.fixture
def schemas(root: Path, tmp_path: Path) -> Path:
    """A copy of the schemas that ship with atstats."""
    return Path(shutil.copytree(root / "schemas", tmp_path / "schemas"))


def _faults(folder: Path) -> str:
    with pytest.raises(ConfigurationError) as failure:
        load(folder)
    assert failure.value.exit_code == 11
    return failure.value.message


def _columns(kinds: Mapping[str, tuple[str, ...]]) -> set[str]:
    return {name for names in kinds.values() for name in names}


def test_every_column_that_the_code_reads_is_missed_by_file_and_key(schemas: Path) -> None:
    """Those of the sheet meta once, at their block."""
    for path in (schemas / "blocks.toml", *(schemas / "workbooks").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r'^  \{name = "\w+", type = .*\n', "", text, flags=re.M), encoding="utf-8")

    told = _faults(schemas)

    missing = "is missing: the program asks for this column by its name"
    wanted = [
        "workbooks/{}.toml  sheets.{}.columns.{}  {}".format(*record_type.split("."), name, missing)
        for record_type, kinds in demanded.COLUMNS.items()
        for name in _columns(kinds)
    ]
    wanted += [f"blocks.toml  meta.columns.{name}  {missing}" for name in _columns(demanded.META)]
    assert [fault for fault in wanted if fault not in told] == []


def test_a_column_of_a_type_that_the_code_cannot_read_is_told(schemas: Path) -> None:
    """A date made a text, and several offences made one."""
    path = schemas / "workbooks" / "prosecution.toml"
    text = path.read_text(encoding="utf-8")
    for old, new in (('"received_date", type = "date"', "text"), ('"offence", type = "codes"', "code")):
        assert old in text
        text = text.replace(old, f'{old.rpartition(" = ")[0]} = "{new}"')
    path.write_text(text, encoding="utf-8")

    told = _faults(schemas)

    place = "workbooks/prosecution.toml  sheets.reports.columns"
    assert f"{place}.received_date.type  is text, and the program reads date here" in told
    assert f"{place}.offence.type  is code, and the program reads codes here" in told


def _with_the_demanded_alone(schema: Schema) -> Schema:
    """Sheets with no other columns than the demanded ones, and no rule of one row that asks for more."""
    workbooks = {
        name: replace(workbook, sheets=tuple(_bare(sheet) for sheet in workbook.sheets))
        for name, workbook in schema.workbooks.items()
    }
    rules = {name: replace(rule, applies_to=()) if rule.checks else rule for name, rule in schema.rules.items()}
    return replace(schema, workbooks=workbooks, rules=rules)


def _bare(sheet: Sheet) -> Sheet:
    kept = _columns(demanded.META if sheet.name == "meta" else demanded.COLUMNS.get(sheet.record_type, {}))
    # A sheet of persons is told apart by its key, and placed in time by its event.
    kept |= {*sheet.key, sheet.event_date}
    columns = tuple(replace(column, required_if="", valid_at="") for column in sheet.columns if column.name in kept)
    return replace(sheet, columns=columns, in_year="")


def test_no_other_column_is_needed_to_check_link_and_count(root: Path) -> None:
    """A whole year, as its own year before too, under a schema that has the demanded columns and no more."""
    collection = open_collection(root / "sample_data" / "2025")
    schema = _with_the_demanded_alone(schema_of(None, collection))
    raw = read(workbook_paths([collection.folder]), progress=silent)
    run = run_of(collection, year=None, raw=raw)
    first = check(raw, schema=schema, run=run, whole=True, earlier=None, progress=silent)
    before = Earlier(run.reference_year - 1, first.records)

    checked = check(raw, schema=schema, run=run, whole=True, earlier=before, progress=silent)
    ready = Ready(collection, schema, run, checked)
    linked = link_persons(ready, key=b"k" * 32, progress=silent)
    figures = statistics.figures(linked, schema=schema, run=run)
    _, skipped = validation.check_linked(
        checked, linked, schema=schema, run=run, decisions=collection.decisions(),
        earlier=replace(before, records=linked.records, figures=figures),
    )  # fmt: skip
    nobody = Coverage(pl.DataFrame(schema={"agency": pl.String, "state": pl.String}))
    counted = populations(Sources(linked, nobody, schema, run))

    assert {each.status for each in checked.submissions} == {"accepted", "nil"}
    assert {each.because for each in skipped} <= {"tables"}
    assert counted["victims"].height > 0
    assert counted["assisted"].height > 0
    assert counted["sanctions"].height > 0
