"""The commands as a user runs them, on copies of the sample."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ran import Built, Ran

from atstats import cli


@pytest.fixture
def atstats(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the command line in this process: `atstats("validate", folder)`."""

    def run(*arguments: object) -> Ran:
        capfd.readouterr()
        monkeypatch.setattr(sys, "argv", ["atstats", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        printed = capfd.readouterr()
        return Ran(code, printed.out, printed.err)

    return run


@pytest.fixture
def sample(root: Path, tmp_path: Path) -> Path:
    """A copy of the sample collection that a test may change."""
    return _copy(root, tmp_path / "2025")


def _copy(root: Path, folder: Path) -> Path:
    return Path(
        shutil.copytree(
            root / "sample_data" / "2025", folder, ignore=shutil.ignore_patterns("releases", ".atstats.lock")
        )
    )


def _build(collection: Path, *options: str, environment: dict[str, str] | None = None) -> Built:
    done = subprocess.run(
        [sys.executable, "-m", "atstats", "build-report", str(collection), *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **(environment or {})},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Built(Path(done.stdout.strip()), done.stdout + done.stderr)


@pytest.fixture(scope="session")
def public(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The public release of the sample."""
    return _build(_copy(root, tmp_path_factory.mktemp("public") / "2025"))


@pytest.fixture(scope="session")
def again(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The same release, made elsewhere: another folder, time zone, locale and hash seed."""
    collection = _copy(root, tmp_path_factory.mktemp("again") / "other name")
    elsewhere = {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7", "COLUMNS": "40"}
    return _build(collection, environment=elsewhere)


@pytest.fixture(scope="session")
def internal(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The exact release for the office."""
    return _build(_copy(root, tmp_path_factory.mktemp("internal") / "2025"), "--edition", "internal")
