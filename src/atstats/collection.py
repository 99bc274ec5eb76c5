"""The folder of a reference year: what lies where, its settings, its secrets, and how a release gets there.

```
2025/
  atstats.toml      settings
  submissions/      the agencies' workbooks
  decisions.csv     clerical review decisions
  notes.csv         reasons: a missing agency, a change against last year
  releases/         one folder a release, never overwritten
  restricted/       identities and secrets; never leaves the office
```
"""

import os
import secrets
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from filelock import FileLock, Timeout

from atstats.errors import ConfigurationError, UnreadableError, UsageError

__all__ = [
    "Collection",
    "Secrets",
    "find_collection",
    "new_collection",
    "open_collection",
    "release_folder",
    "workbook_paths",
    "write_folder",
]

_NOT_WORKBOOKS = {".csv", ".json", ".md", ".toml", ".txt"}
_DEFAULTS: Mapping[str, Any] = {
    "title": "",
    "owner": "",
    "contact": "",
    "publication_date": "",
    "next_release": "",
    "status_note": "none",
    "sample": False,
    "exact": [],
    "languages": ["en", "sq", "sr"],
}


@dataclass(frozen=True, slots=True)
class Secrets:
    """What only the office may know: the key of the pseudonyms and the seed of the rounding."""

    key: bytes
    seed: int


@dataclass(frozen=True, slots=True)
class Collection:
    """One reference year on disk."""

    folder: Path
    reference_year: int
    cut_off: date
    settings: Mapping[str, Any]

    @property
    def submissions(self) -> Path:
        """Where the workbooks lie: `submissions/`, or the folder itself where there is none."""
        inner = self.folder / "submissions"
        return inner if inner.is_dir() else self.folder

    @property
    def restricted(self) -> Path:
        """The folder that never leaves the office."""
        return self.folder / "restricted"

    @property
    def releases(self) -> Path:
        """Where releases are written."""
        return self.folder / "releases"

    def decisions(self) -> pl.DataFrame:
        """The clerical review decisions, all columns text; empty when there are none.

        Raises:
            UnreadableError: the file lacks a column.
        """
        columns = ("role", "left_key", "right_key", "decision")
        path = self.folder / "decisions.csv"
        if not path.is_file():
            return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
        frame = pl.read_csv(path, infer_schema=False)
        missing = [column for column in columns if column not in frame.columns]
        if missing:
            raise UnreadableError(
                f"decisions.csv lacks the column(s) {', '.join(missing)}",
                hint="Restore the file from the last backup; it is only ever added to.",
            )
        return frame

    def excused(self) -> frozenset[str]:
        """Agencies whose absence has a reason in `notes.csv` (columns about, key, reason)."""
        path = self.folder / "notes.csv"
        if not path.is_file():
            return frozenset()
        notes = pl.read_csv(path, infer_schema=False)
        if not {"about", "key", "reason"} <= set(notes.columns):
            raise UnreadableError(
                "notes.csv lacks one of the columns about, key, reason",
                hint="Add the missing column to its first line.",
            )
        given = notes.filter((pl.col("about") == "missing_agency") & (pl.col("reason").str.strip_chars() != ""))
        return frozenset(given["key"].to_list())

    def secrets(self) -> Secrets:
        """The office's secrets, made at random on the first call and kept in `restricted/`.

        Raises:
            ConfigurationError: the file is damaged.
        """
        path = self.restricted / "secrets.toml"
        if not path.is_file():
            self.restricted.mkdir(exist_ok=True)
            text = (
                "# Secret. Whoever has the key can tell who is who; whoever has the seed can undo the rounding.\n"
                f'key = "{secrets.token_hex(32)}"\nseed = {secrets.randbelow(2**31)}\n'
            )
            _write_file(path, text.encode())
        try:
            given = tomllib.loads(path.read_text(encoding="utf-8"))
            return Secrets(key=bytes.fromhex(given["key"]), seed=int(given["seed"]))
        except (tomllib.TOMLDecodeError, KeyError, ValueError):
            raise ConfigurationError(
                "restricted/secrets.toml is damaged",
                hint="Restore it from the last backup: without it, the ids of persons change.",
            ) from None

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the collection for one writer.

        Raises:
            UnreadableError: another run is writing.
        """
        lock = FileLock(self.folder / ".atstats.lock", timeout=0)
        try:
            with lock:
                yield
        except Timeout:
            raise UnreadableError(
                "another run of atstats is writing to this collection",
                hint="Wait until it has finished, then try again.",
            ) from None


def new_collection(folder: Path, *, year: int) -> None:
    """Write an empty collection with commented settings.

    Raises:
        UsageError: the folder exists already.
    """
    if folder.exists():
        raise UsageError(f"the folder {folder.name} exists already", hint="Name a new folder.")
    settings = f"""# Settings of one reference year.
reference_year = {year}
cut_off = {year + 1}-03-31        # the status of a victim is read on this day
title = "Trafficking in human beings in Kosovo"
owner = ""                   # the office that publishes, as printed on the cover
contact = ""
status_note = "none"         # none, eu or coe: the footnote about the status of Kosovo
languages = ["sq", "sr", "en"]
exact = []                   # totals printed exactly, such as "victims:"; readers are taken to know them
"""
    write_folder(folder, {"atstats.toml": settings.encode()})
    (folder / "submissions").mkdir()


def find_collection(path: Path) -> Collection | None:
    """The collection that a file or folder belongs to, or none."""
    folder = path if path.is_dir() else path.parent
    for place in (folder, folder.parent if folder.name == "submissions" else folder):
        if (place / "atstats.toml").is_file():
            return open_collection(place)
    return None


def open_collection(folder: Path) -> Collection:
    """Read the settings of a collection.

    Raises:
        UnreadableError: there is no such folder, or it is not a collection.
        ConfigurationError: `atstats.toml` is wrong.
    """
    if not folder.is_dir():
        raise UnreadableError(
            f"there is no folder {folder.name}",
            hint="Name the folder of a year: the one that holds atstats.toml.",
        )
    path = folder / "atstats.toml"
    if not path.is_file():
        raise UnreadableError(
            f"the folder {folder.resolve().name} is not a collection: it has no atstats.toml",
            hint="Name the folder of a year, such as sample_data/2025, or write an atstats.toml with reference_year.",
        )
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ConfigurationError(f"atstats.toml is not TOML: {problem}", hint="Correct the line named.") from None
    year = given.get("reference_year")
    if not isinstance(year, int) or not 2000 <= year <= 2100:
        raise ConfigurationError("atstats.toml needs reference_year", hint="Add a line such as: reference_year = 2025")
    cut_off = given.get("cut_off", date(year + 1, 3, 31))
    if not isinstance(cut_off, date):
        raise ConfigurationError(
            "cut_off in atstats.toml is not a date", hint="Write it as 2026-03-31, without quotes."
        )
    return Collection(folder, year, cut_off, {**_DEFAULTS, **given})


def workbook_paths(paths: list[Path]) -> list[Path]:
    """The files to be checked: those named, and those in the folders named.

    Raises:
        UnreadableError: a path does not exist, or a folder holds no workbook.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_file():
            found.append(path)
            continue
        if not path.is_dir():
            raise UnreadableError(f"there is no file or folder {path.name}", hint="Check the spelling of the path.")
        inner = path / "submissions"
        folder = inner if inner.is_dir() else path
        inside = sorted(
            each
            for each in folder.iterdir()
            if each.is_file() and not each.name.startswith(".") and each.suffix.lower() not in _NOT_WORKBOOKS
        )
        if not inside:
            raise UnreadableError(
                f"the folder {folder.resolve().name} holds no workbook",
                hint="Put the agencies' .xlsx files into its folder submissions, or name another folder.",
            )
        found.extend(inside)
    return found


def write_folder(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Write a whole folder at once: beside its place, then renamed. False if it is there already, the same.

    Raises:
        UsageError: the folder exists with other content.
        UnreadableError: the disk is full or the place cannot be written; nothing has changed.
    """
    if folder.exists():
        if _same(folder, files):
            return False
        raise UsageError(
            f"the folder {folder.name} exists and holds something else",
            hint="Choose another folder with --out.",
        )
    partial = folder.with_name(f".{folder.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        for name, content in sorted(files.items()):
            path = partial / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_file(path, content)
        partial.rename(folder)
    except OSError as problem:
        shutil.rmtree(partial, ignore_errors=True)
        raise UnreadableError(
            f"the folder {folder.name} cannot be written: {problem.strerror}; nothing has changed",
            hint="Free some space, or choose a folder you may write to with --out.",
        ) from None
    return True


def release_folder(parent: Path, name: str, files: Mapping[str, bytes]) -> Path:
    """The place of a release: the first number that is free, or that holds these very files."""
    number = 1
    while True:
        folder = parent / f"{name}-r{number}"
        if not folder.exists() or _same(folder, files):
            return folder
        number += 1


def _same(folder: Path, files: Mapping[str, bytes]) -> bool:
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return present == set(files) and all((folder / name).read_bytes() == content for name, content in files.items())


def _write_file(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
