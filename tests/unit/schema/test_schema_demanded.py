"""What the schemas must have for the program is what the code asks for by name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from atstats.schema import demanded

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
