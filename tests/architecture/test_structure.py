"""What holds for the whole tree: who may make a protected table, and how large a module may be."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

_FORBIDDEN = {"utils", "helpers", "common", "misc", "manager", "base"}


def _modules(root: Path) -> list[Path]:
    return sorted((root / "src" / "atstats").rglob("*.py"))


def test_only_disclosure_makes_a_protected_table(root: Path) -> None:
    """An unprotected number cannot be printed: report and exports take what disclosure alone constructs."""
    makers = set()
    for path in _modules(root):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        ours = {
            alias.asname or alias.name
            for node in nodes
            if isinstance(node, ast.ImportFrom) and node.module == "atstats.frames"
            for alias in node.names
            if alias.name in ("ProtectedTable", "Protection")
        }
        called = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
        if ours & called:
            makers.add(path.relative_to(root / "src" / "atstats").parts[0])
    assert makers == {"disclosure"}


@pytest.mark.parametrize(
    "call",
    [
        "report.render(tables, schema=schema, run=run, languages=(), templates=path)",
        "exports.release_data(tables, schema=schema, run=run)",
    ],
)
def test_a_bare_table_does_not_type_check_where_something_is_printed(call: str, root: Path, tmp_path: Path) -> None:
    """mypy refuses the tables of statistics, and accepts what disclosure returns."""
    head = (
        "from pathlib import Path\nfrom atstats import exports, report\n"
        "from atstats.frames import Protection, Run, Table\nfrom atstats.schema import Schema\n\n\n"
        "def wrong(tables: {kind}, schema: Schema, run: Run, path: Path) -> None:\n    {call}\n"
    )
    codes = {}
    for kind in ("tuple[Table, ...]", "Protection"):
        file = tmp_path / "printed.py"
        file.write_text(head.format(kind=kind, call=call), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "mypy", "--config-file", str(root / "pyproject.toml"), str(file)],
            capture_output=True,
            text=True,
            cwd=root,
            check=False,
        )
        codes[kind] = (done.returncode, 'incompatible type "tuple[Table, ...]"' in done.stdout)
    assert codes == {"tuple[Table, ...]": (1, True), "Protection": (0, False)}


def test_modules_are_of_a_size_to_be_read(root: Path) -> None:
    """No module above 600 lines, and none with a name that says nothing."""
    for path in _modules(root):
        assert path.stem not in _FORBIDDEN, path
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 600, path


def test_every_command_has_help_and_a_mention_in_the_readme(root: Path) -> None:
    """A command that nobody reads about is not there."""
    from atstats.cli import app

    readme = (root / "README.md").read_text(encoding="utf-8")
    for command in app.registered_commands:
        assert command.callback is not None
        name = command.name or command.callback.__name__
        assert command.callback.__doc__, name
        assert f"atstats {name}" in readme, name
