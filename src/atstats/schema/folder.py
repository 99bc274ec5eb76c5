"""The files of a schema folder, read one by one while every fault in them is written down."""

import csv
import hashlib
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from atstats.schema.model import Labels

__all__ = ["Folder"]

_LANGUAGES = ("en", "sq", "sr")


class Folder:
    """A schema folder and what is wrong with it. `faults` has one line each: file, key, what is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[str] = []

    def fault(self, file: str, key: str, what: str) -> None:
        """Write down a fault; an empty key stands for the whole file."""
        told = f"{file}  {key}  {what}" if key else f"{file}  {what}"
        if told not in self.faults:  # a file may be read for two purposes
            self.faults.append(told)

    def names(self, pattern: str) -> list[str]:
        """The files that match, sorted, relative to the folder."""
        return sorted(path.relative_to(self.path).as_posix() for path in self.path.glob(pattern))

    def toml(self, name: str) -> dict[str, Any]:
        """A TOML file; empty where it is missing or broken."""
        try:
            return tomllib.loads((self.path / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            self.fault(name, "", "is missing")
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
            self.fault(name, "", f"is not TOML: {problem}")
        return {}

    def csv(self, name: str, *, columns: tuple[str, ...] = (), optional: bool = False) -> list[dict[str, str]]:
        """The lines of a CSV file; none where it is missing or lacks a column.

        Args:
            name: relative to the folder.
            columns: those that it must have; it may have more.
            optional: whether the file may be missing.
        """
        try:
            text = (self.path / name).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            if not optional:
                self.fault(name, "", "is missing")
            return []
        except UnicodeDecodeError:
            self.fault(name, "", "is not UTF-8 text: save it as CSV UTF-8")
            return []
        reader = csv.DictReader(text.splitlines())
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            self.fault(name, "", f"lacks the column(s) {', '.join(missing)}")
            return []
        rows = list(reader)
        for number, row in enumerate(rows, start=2):
            if None in row or None in row.values():
                self.fault(name, f"line {number}", "has another number of columns than the first line")
        return [row for row in rows if None not in row and None not in row.values()]

    def tables(self, file: str, key: str, given: Any) -> dict[str, dict[str, Any]]:
        """The entries below a key that are tables themselves; anything else there is a fault."""
        if not isinstance(given, Mapping):
            self.fault(file, key, "must be a table")
            return {}
        for name, entry in given.items():
            if not isinstance(entry, Mapping):
                self.fault(file, f"{key}.{name}".lstrip("."), "must be a table")
        return {name: dict(entry) for name, entry in given.items() if isinstance(entry, Mapping)}

    def labels(self, file: str, key: str, given: Any) -> Labels:
        """A text in the three languages; a missing one is a fault."""
        if not isinstance(given, Mapping) or any(not given.get(language) for language in _LANGUAGES):
            self.fault(file, key, "needs a text in en, sq and sr")
            return Labels("", "", "")
        return Labels(*(str(given[language]) for language in _LANGUAGES))

    def day(self, file: str, key: str, given: Any) -> date | None:
        """A day, or none where nothing is given."""
        if given in (None, ""):
            return None
        if isinstance(given, date):
            return given
        try:
            return date.fromisoformat(str(given))
        except ValueError:
            self.fault(file, key, "is not a date (YYYY-MM-DD)")
            return None

    def validity(self, file: str, key: str, given: Mapping[str, Any]) -> tuple[date | None, date | None]:
        """`valid_from` and `valid_to` of an entry; one that ends before it begins is a fault."""
        begun = self.day(file, f"{key} valid_from", given.get("valid_from"))
        ended = self.day(file, f"{key} valid_to", given.get("valid_to"))
        if begun is not None and ended is not None and ended < begun:
            self.fault(file, f"{key} valid_to", "is before valid_from")
        return begun, ended

    def number(self, file: str, key: str, given: Any) -> int | None:
        """A whole number, or none where nothing is given."""
        try:
            return int(given) if given not in (None, "") else None
        except (TypeError, ValueError):
            self.fault(file, key, "is not a whole number")
            return None

    def unknown_keys(self, file: str, key: str, given: Mapping[str, Any], known: frozenset[str]) -> None:
        """A key that nothing reads is a fault: it is a slip of the keyboard that would be lost."""
        unknown = set(given) - known
        if unknown:
            self.fault(file, key, f"has the unknown key(s) {', '.join(sorted(unknown))}")

    def digest(self, further: bytes = b"") -> str:
        """Hash of every file of the folder, names included, and of what stands beside it."""
        digest = hashlib.sha256()
        for path in sorted(self.path.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(self.path).as_posix().encode())
                digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
        digest.update(further)
        return digest.hexdigest()
