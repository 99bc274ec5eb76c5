"""doctor: what of this machine may stand in the way, each with the way to mend it."""

import locale
import platform
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from atstats import assets
from atstats.collection import find_collection
from atstats.errors import AtstatsError

__all__ = ["Verdict", "examine"]

_LIBRARIES = ("polars", "pandera", "python-calamine", "openpyxl", "highspy", "vl-convert-python", "jinja2", "typer")
_OPTIONAL = {"msoffcrypto-tool": "opens workbooks that are protected by a password"}
_LETTERS = "ëç čćžšđ Ћирилица"
_OLDEST = (3, 11)


class Verdict(NamedTuple):
    """One thing that was looked at."""

    about: str
    good: bool
    told: str
    """What was found, in a few words."""
    mend: str = ""
    """What to do, where it is not good or could be better."""


def examine(folder: Path) -> Iterator[Verdict]:
    """Look at Python, libraries, letters, fonts, processes, the schemas, and the collection in a folder.

    Nothing is changed, and no workbook of the collection is opened.

    Args:
        folder: where the user stands, or a collection.
    """
    yield _python()
    yield _libraries()
    yield _letters()
    for about, look in (("fonts", _fonts), ("reading", _reading), ("schemas", _schemas)):
        yield _tried(about, look)
    yield _writing(folder)
    yield from _collection(folder)


def _tried(about: str, look: Callable[[], str]) -> Verdict:
    """A look that fails with its own words where something is wrong."""
    try:
        return Verdict(about, good=True, told=look())
    except AtstatsError as failure:
        return Verdict(about, good=False, told=failure.message, mend=failure.hint)
    except (ImportError, OSError) as problem:
        mend = "Install atstats again: pip install --force-reinstall atstats."
        return Verdict(about, good=False, told=f"cannot be used: {type(problem).__name__}", mend=mend)


def _python() -> Verdict:
    told = f"{platform.python_version()} on {platform.system()} {platform.release()}"
    mend = "" if sys.version_info >= _OLDEST else "Install Python 3.11 or newer."
    return Verdict("Python", good=not mend, told=told, mend=mend)


def _libraries() -> Verdict:
    found, missing = [], []
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    without = [f"{name} ({use})" for name, use in _OPTIONAL.items() if not _installed(name)]
    told = ", ".join(found) + (f"; without {', '.join(without)}" if without else "")
    mend = f"Install them: pip install {' '.join(missing)}." if missing else ""
    return Verdict("libraries", good=not missing, told=told, mend=mend)


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _letters() -> Verdict:
    """Whether the terminal can show the letters of all languages; where not, they become question marks."""
    encoding = sys.stdout.encoding or "ascii"
    try:
        _LETTERS.encode(encoding)
    except UnicodeEncodeError:
        mend = "Type chcp 65001 in the Windows console, or set PYTHONIOENCODING=utf-8; files are right in any case."
        return Verdict("letters", good=False, told=f"the terminal speaks {encoding}", mend=mend)
    return Verdict("letters", good=True, told=f"the terminal speaks {encoding}, files {locale.getencoding()}")


def _fonts() -> str:
    from importlib.resources import files  # the report's font comes as a package, never from the machine

    n_files = sum(1 for _ in Path(str(files("fontpkg_source_sans_3") / "files")).iterdir())
    return f"Source Sans 3 is installed ({n_files} files)"


def _reading() -> str:
    """Write a small workbook and read it back in the process that opens workbooks."""
    from atstats import workbook
    from atstats.frames import GridCell, RawWorkbook, SheetGrid, WorkbookGrid

    with TemporaryDirectory() as folder:
        path = Path(folder) / "doctor ë.xlsx"
        workbook.write_workbook(WorkbookGrid(path.name, (SheetGrid("meta", ((GridCell("ok"),),)),)), path)
        (answer,) = workbook.read_workbooks([path])
    if isinstance(answer, RawWorkbook):
        return "a workbook was written and read in a process of its own"
    raise AtstatsError(f"a workbook that was just written {answer.reason}", hint=answer.hint)


def _schemas() -> str:
    from atstats.schema import load

    schema = load(assets.schemas_folder())
    return f"{len(schema.workbooks)} workbooks, {len(schema.codelists)} code lists, {len(schema.rules)} rules"


def _writing(folder: Path) -> Verdict:
    try:
        with TemporaryDirectory(dir=folder, prefix=".atstats-doctor-"):
            return Verdict("writing", good=True, told=f"{folder.resolve().name} can be written to")
    except OSError as problem:
        told = f"{folder.resolve().name} cannot be written to: {problem.strerror}"
        return Verdict(
            "writing", good=False, told=told, mend="Choose a folder of your own, or ask for the right to write."
        )


def _collection(folder: Path) -> Iterator[Verdict]:
    try:
        collection = find_collection(folder)
    except AtstatsError as failure:
        yield Verdict("collection", good=False, told=failure.message, mend=failure.hint)
        return
    if collection is None:
        yield Verdict("collection", good=True, told="none here", mend="Name one to look at it: atstats doctor 2026.")
        return
    yield Verdict("collection", good=True, told=f"reference year {collection.reference_year}")
    opened = sorted(path.name[2:] for path in collection.submissions.glob("~$*"))
    if opened:
        told = f"open in Excel, perhaps unsaved: {', '.join(opened)}"
        yield Verdict("workbooks", good=False, told=told, mend="Save and close them.")
    else:
        yield Verdict("workbooks", good=True, told="none is open in Excel")
