"""The folder of a reference year: what lies where, its settings, its secrets, and how a release gets there.

```
2025/
  atstats.toml      settings
  submissions/      the agencies' workbooks
  decisions.csv     clerical review decisions
  waivers.csv       accepted warnings: fingerprint, rule, reason, who, when, until
  notes.csv         reasons: a missing agency, a change against last year
  releases/         one folder a release, never overwritten
  restricted/       identities and secrets; never leaves the office
```
"""

import csv
import io
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
from atstats.vocabulary import REFERENCE_YEARS

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

_SETTINGS = "atstats.toml"
_WAIVERS, _WAIVER_COLUMNS = "waivers.csv", ("fingerprint", "rule", "reason", "who", "when", "until")
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
    "previous": [],
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

    def waivers(self) -> pl.DataFrame:
        """The accepted warnings of `waivers.csv`; one row = one line of the file.

        Returns:
            Its columns in the order of the file, all text, and `row` (UInt32), the number of the line as a
            spreadsheet counts it. Empty when there is no such file.

        Raises:
            UnreadableError: the file is no CSV text, or lacks a column.
        """
        path = self.folder / _WAIVERS
        if not path.is_file():
            return pl.DataFrame(schema={**dict.fromkeys(_WAIVER_COLUMNS, pl.String), "row": pl.UInt32})
        header, lines = _csv_lines(path.read_bytes(), name=_WAIVERS)
        missing = [column for column in _WAIVER_COLUMNS if column not in header]
        if missing:
            raise UnreadableError(
                f"waivers.csv lacks the column(s) {', '.join(missing)}",
                hint=f"Write its first line as {','.join(_WAIVER_COLUMNS)}.",
            )
        columns = {name: [line[place] for _, line in lines] for place, name in enumerate(header)}
        return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).with_columns(
            row=pl.Series([number for number, _ in lines], dtype=pl.UInt32)
        )

    def add_waiver(self, waiver: Mapping[str, str]) -> None:
        """Add a line to `waivers.csv`; what stands there stays as it is. The whole new file or the old one is left.

        Args:
            waiver: column -> text; a further column of the file is left blank.

        Raises:
            UnreadableError: the file is no CSV text, lacks a column, or cannot be written.
        """
        self.waivers()  # a file that cannot be read is not added to
        path = self.folder / _WAIVERS
        old = path.read_bytes() if path.is_file() else f"{','.join(_WAIVER_COLUMNS)}\n".encode()
        header, _ = _csv_lines(old, name=_WAIVERS)
        end = "\r\n" if b"\r\n" in old else "\n"
        line = io.StringIO()
        csv.writer(line, delimiter=_delimiter(old.decode("utf-8-sig")), lineterminator=end).writerow(
            [waiver.get(name, "") for name in header]
        )
        between = b"" if old.endswith(b"\n") else end.encode()
        partial = path.with_name(f".{_WAIVERS}.partial")
        try:
            _write_file(partial, old + between + line.getvalue().encode())
            partial.replace(path)
        except OSError as problem:
            partial.unlink(missing_ok=True)
            raise UnreadableError(
                f"waivers.csv cannot be written: {problem.strerror}; nothing has changed",
                hint="Close it if it is open, or free some space.",
            ) from None

    @property
    def own_agencies(self) -> Path:
        """The agencies and units that this collection adds to the register; the file may be missing."""
        return self.folder / "agencies.toml"

    def previous(self) -> tuple["Collection", ...]:
        """The collections of earlier years that the settings name and that are there, the nearest first.

        A year that is not at hand makes rules *not evaluated*, which is told; it is no failure.

        Raises:
            ConfigurationError: `previous` is no list of folders.
        """
        named = self.settings["previous"]
        if not isinstance(named, list) or not all(isinstance(each, str) for each in named):
            raise ConfigurationError(
                "previous in atstats.toml is not a list of folders", hint='Write it as previous = ["../2024"].'
            )
        there = [self.folder / each for each in named if (self.folder / each / _SETTINGS).is_file()]
        return tuple(open_collection(each) for each in there)

    def reasons(self) -> Mapping[tuple[str, str], str]:
        """(about, key) -> reason, from `notes.csv`; a line without a reason counts as missing.

        Raises:
            UnreadableError: the file lacks a column.
        """
        path = self.folder / "notes.csv"
        if not path.is_file():
            return {}
        notes = pl.read_csv(path, infer_schema=False)
        if not {"about", "key", "reason"} <= set(notes.columns):
            raise UnreadableError(
                "notes.csv lacks one of the columns about, key, reason",
                hint="Add the missing column to its first line.",
            )
        given = notes.filter(pl.col("reason").str.strip_chars() != "")
        return {(about, key): reason for about, key, reason in given.select("about", "key", "reason").iter_rows()}

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
    """Write an empty collection with commented settings, and empty lists of notes and of its own agencies.

    Raises:
        UsageError: the folder exists already.
    """
    if folder.exists():
        raise UsageError(f"{folder} exists already", hint="Name a new folder, such as 2026.")
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
    files = {"atstats.toml": settings, "notes.csv": "about,key,reason\n", "agencies.toml": _OWN_AGENCIES}
    write_folder(folder, {name: text.encode() for name, text in files.items()})
    (folder / "submissions").mkdir()


_OWN_AGENCIES = """# Agencies and units that this collection adds to the register that came with atstats.
# A kind says which workbook is sent: police, border, prosecution, court, shelter, secure_shelter, social_work,
# advocacy, compensation, inspection, ngo, helpline, coordination, confiscation.
# valid_from and valid_to (such as 2025-03-01) may be left out: always.
#
# The heading [agencies] stands once in the file, and a line for each agency below it; the same holds for [units].
# To begin, take the # away from the heading and from the line below it, and change the words.

# [agencies]
# NGO_EXAMPLE = {kind = "ngo", valid_from = 2025-01-01, label = {en = "Example", sq = "Shembull", sr = "Primer"}}

# [units]
# "KP_THB/NEW" = {label = {en = "regional unit New", sq = "njësia rajonale New", sr = "regionalna jedinica New"}}
"""


def find_collection(path: Path) -> Collection | None:
    """The collection that a file or folder belongs to, or none."""
    folder = path if path.is_dir() else path.parent
    for place in (folder, folder.parent if folder.name == "submissions" else folder):
        if (place / _SETTINGS).is_file():
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
    path = folder / _SETTINGS
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
    if not isinstance(year, int) or year not in REFERENCE_YEARS:
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
            hint="Name another folder.",
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
            hint="Free some space, or name a folder that you may write to.",
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


def _csv_lines(content: bytes, *, name: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and each line that is not blank with its number, filled up or cut to the width of the header.

    Raises:
        UnreadableError: the file is no CSV text.
    """
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableError(
            f"{name} is no CSV text in UTF-8", hint="Save it again as CSV UTF-8, or restore it from the last backup."
        ) from None
    header = [cell.strip() for cell in rows[0]] if rows else []
    width = len(header)
    lines = [(number, (row + [""] * width)[:width]) for number, row in enumerate(rows, start=1) if any(row)]
    return header, [line for line in lines if line[0] > 1]


def _delimiter(text: str) -> str:
    """A comma, or the semicolon that a spreadsheet writes where the comma divides decimals."""
    first = text.partition("\n")[0]
    return ";" if ";" in first and "," not in first else ","
