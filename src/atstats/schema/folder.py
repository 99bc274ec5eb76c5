"""The files of a schema folder, read one by one while every fault in them is written down."""

import csv
import hashlib
import io
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from atstats.schema.forms import LANGUAGES, Form
from atstats.schema.model import Labels, Origin

__all__ = ["ANY", "CODE", "FILLED", "NUMBER", "WHOLE", "YEAR", "Cell", "Folder"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell of a CSV file must be."""

    pattern: str
    what: str
    """What is said of one that is not."""

    def or_blank(self) -> "Cell":
        """The same, or nothing."""
        return Cell(f"({self.pattern})?", self.what)


ANY = Cell(r"[\s\S]*", "")
FILLED = Cell(r"[\s\S]*\S[\s\S]*", "must be filled")
CODE = Cell(r"[^\s;]+", "must be a code: filled, without spaces and semicolons")
YEAR = Cell(r"\d{4}", "is not a year")
WHOLE = Cell(r"\d+", "is not a whole number")
NUMBER = Cell(r"\d+(\.\d+)?", "is not a number")


class Folder:
    """A schema folder and what is wrong with it. `faults` has one line each: file, key, what is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[str] = []

    def fault(self, file: str, key: str, what: str) -> None:
        """Write down a fault, once; an empty key stands for the whole file."""
        told = f"{file}  {key}  {what}" if key else f"{file}  {what}"
        if told not in self.faults:
            self.faults.append(told)

    def fault_at(self, origin: Origin, what: str, *, key: str = "") -> None:
        """Write down a fault where something stands, or at a key of it."""
        self.fault(origin.file, f"{origin.key}.{key}" if key else origin.key, what)

    def names(self, pattern: str) -> list[str]:
        """The files that match, sorted, relative to the folder."""
        return sorted(path.relative_to(self.path).as_posix() for path in self.path.glob(pattern))

    def toml(self, name: str, form: Form, *, path: Path | None = None) -> Any:
        """A TOML file as its form reads it; the blank of the form where it is missing or broken.

        Args:
            name: relative to the folder; what faults call the file.
            form: what the file must be.
            path: where it is, if not in the folder.
        """
        try:
            given = tomllib.loads((path or self.path / name).read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
            twice = "; write each heading once, and all its lines below it" if "twice" in str(problem) else ""
            self.fault(name, "", f"is not TOML: {problem}{twice}")
        except OSError as problem:
            self.fault(name, "", _unread(problem))
        else:
            return form.read(given, "", lambda key, what: self.fault(name, key, what))
        return form.blank

    def csv(self, name: str, columns: Mapping[str, Cell]) -> dict[int, dict[str, str]]:
        """The lines of a CSV file by number, without those in which a cell is wrong; none where a column is missing.

        Args:
            name: relative to the folder.
            columns: those that it must have, with what their cells must be; it may have more.
        """
        try:
            text = (self.path / name).read_text(encoding="utf-8-sig")
            reader = csv.DictReader(io.StringIO(text))
            rows, header = list(reader), reader.fieldnames or ()
        except UnicodeDecodeError:
            self.fault(name, "", "is not UTF-8 text: save it as CSV UTF-8")
            return {}
        except csv.Error as problem:
            self.fault(name, "", f"is not CSV: {problem}")
            return {}
        except OSError as problem:
            self.fault(name, "", _unread(problem))
            return {}
        missing = [column for column in columns if column not in header]
        if missing:
            self.fault(name, "", f"lacks the column(s) {', '.join(missing)}")
            return {}
        if not rows:
            self.fault(name, "", "has no line below its header")
        numbered = enumerate(rows, start=2)
        return {number: row for number, row in numbered if self._is_sound(name, f"line {number}", row, columns)}

    def lines(self, name: str) -> tuple[dict[str, str], ...]:
        """The lines of a CSV file as they stand."""
        return tuple(self.csv(name, {}).values())

    def _is_sound(self, name: str, place: str, row: Mapping[Any, Any], columns: Mapping[str, Cell]) -> bool:
        if None in row or None in row.values():
            self.fault(name, place, "has another number of columns than the first line")
            return False
        wrong = [column for column, cell in columns.items() if not re.fullmatch(cell.pattern, row[column])]
        for column in wrong:
            self.fault(name, f"{place} {column}", columns[column].what)
        return not wrong

    def labels(self, file: str, key: str, given: Mapping[str, str]) -> Labels:
        """The texts of a line in the three languages; a missing one is a fault."""
        texts = [given[language] for language in LANGUAGES]
        if not all(text.strip() for text in texts):
            self.fault(file, key, "needs a text in en, sq and sr")
        return Labels(*texts)

    def validity(self, file: str, key: str, given: Mapping[str, Any]) -> tuple[date | None, date | None]:
        """`valid_from` and `valid_to` of an entry; one that ends before it begins is a fault."""
        begun, ended = (self._day(file, f"{key} {end}", given.get(end)) for end in ("valid_from", "valid_to"))
        if begun is not None and ended is not None and ended < begun:
            self.fault(file, f"{key} valid_to", "is before valid_from")
        return begun, ended

    def _day(self, file: str, key: str, given: date | str | None) -> date | None:
        """A day of a TOML file, or of a cell in which it may be blank."""
        if not isinstance(given, str):
            return given
        try:
            return date.fromisoformat(given) if given else None
        except ValueError:
            self.fault(file, key, "is not a date (YYYY-MM-DD)")
            return None

    def digest(self, further: bytes = b"") -> str:
        """Hash of every file of the folder, names included, and of what stands beside it."""
        digest = hashlib.sha256()
        for path in sorted(self.path.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(self.path).as_posix().encode())
                digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
        digest.update(further)
        return digest.hexdigest()


def _unread(problem: OSError) -> str:
    return "is missing" if isinstance(problem, FileNotFoundError) else f"cannot be read: {problem.strerror}"
