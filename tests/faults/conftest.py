"""The hostile corpus, read once for all tests."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from corpus import CORPUS
from reading import CorpusRun
from workbooks import cells, parts, zipped


@pytest.fixture(scope="session")
def corpus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus as files."""
    folder = tmp_path_factory.mktemp("corpus")
    for case in CORPUS.values():
        (folder / case.file).write_bytes(case.make())
    return folder


@pytest.fixture(scope="session")
def corpus_run(corpus_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> CorpusRun:
    """Read it all in one process that is not this one."""
    good = tmp_path_factory.mktemp("good")
    files: list[Path] = []
    for number, name in enumerate(CORPUS):
        files += [corpus_folder / name, good / f"good_{number}.xlsx"]
        files[-1].write_bytes(zipped(parts(cells(f"><v>{number}</v>"))))
    script = Path(__file__).with_name("reading.py")
    done = subprocess.run(
        [sys.executable, script, *files], capture_output=True, text=True, encoding="utf-8", check=False
    )
    told = json.loads(done.stdout)
    return CorpusRun(
        answers=dict(zip(CORPUS, told["answers"][::2], strict=True)),
        seconds=dict(zip(CORPUS, told["seconds"][::2], strict=True)),
        good=told["answers"][1::2],
        peak_bytes=told["peak_bytes"],
        code=done.returncode,
        stderr=done.stderr,
    )
