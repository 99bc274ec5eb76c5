"""Decide from its bytes whether a file is a workbook that is safe to open.

The name of a file proves nothing, and neither do the sizes that a zip states: both are
measured here, before any parser sees the file. Limits: `docs/decisions/0004-front-door.md`.
"""

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["LIMITS", "Limits", "Refused", "refuse"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a workbook may be at most; a submission of one agency is far below each."""

    file_bytes: int = 50 * 2**20
    members: int = 2_000
    unzipped_bytes: int = 2**30
    ratio: int = 100
    """Unzipped to zipped; the highest seen in a real workbook is 17."""
    ratio_from_bytes: int = 100 * 2**10
    """Parts smaller than this, unzipped, may have any ratio."""


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a file is not opened, and what to do; neither holds anything of its content."""

    reason: str
    hint: str


def refuse(path: Path, *, limits: Limits = LIMITS) -> Refused | None:
    """Say why a file must not be opened as a workbook, or None when it may be.

    Never raises for a bad file: a file that cannot be read is refused.
    """
    if path.name.startswith("~$"):
        return Refused(
            "is the lock file of a workbook that is open in Excel, perhaps unsaved", "Save and close the workbook."
        )
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(4096)
            if size > limits.file_bytes:
                return Refused(
                    f"is larger than {limits.file_bytes // 2**20} MB", "Remove pictures and other content, or split it."
                )
            if not head.startswith(b"PK\x03\x04"):
                return _not_a_zip(head, stream.read())
        return _zip(path, limits=limits)
    except OSError as problem:
        return Refused(f"cannot be read: {problem.strerror}", "Close it where it is open, or copy it again.")


def _not_a_zip(head: bytes, rest: bytes) -> Refused:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1024].lower()
    save = "Open it in Excel and save it as an Excel workbook (.xlsx)."
    if not head:
        return Refused("is empty", "Ask the agency to send it again.")
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in head + rest:
            return Refused("is protected by a password", "Open it in Excel, remove the password and save it again.")
        return Refused("is an old Excel workbook (.xls)", save)
    if start.startswith(b"%pdf"):
        return Refused("is a PDF, whatever its name says", "Ask the agency for the workbook that it was made from.")
    if start.startswith((b"<!doctype html", b"<html", b"<table")):
        return Refused("is a web page, whatever its name says", save)
    if b"\x00" not in head and any(separator in head for separator in b",;\t"):
        return Refused("is a text file with separators (CSV), whatever its name says", save)
    return Refused("is not a workbook", "Send the .xlsx file that Excel or LibreOffice wrote.")


def _zip(path: Path, *, limits: Limits) -> Refused | None:
    damaged = Refused(
        "is damaged", "Open it in Excel, let Excel repair it, save it, or ask the agency to send it again."
    )
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = [member.filename for member in members]
            refused = _kind(names) or _names(names, limits=limits)
            if refused is None:
                refused = _contents(archive, members, limits=limits)
            return refused
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        # zipfile raises NotImplementedError for compressions it does not know, RuntimeError for encrypted members
        return damaged


def _kind(names: list[str]) -> Refused | None:
    save = "Open it and save it as an Excel workbook (.xlsx)."
    if "xl/workbook.bin" in names:
        return Refused("is a binary Excel workbook (.xlsb)", save)
    if "content.xml" in names and "mimetype" in names:
        return Refused("is an OpenDocument file (.ods)", save)
    if "[Content_Types].xml" not in names or not any(name.endswith("workbook.xml") for name in names):
        return Refused("is a zip file but not a workbook", "Send the workbook itself, not an archive of it.")
    return None


def _names(names: list[str], *, limits: Limits) -> Refused | None:
    unsafe = Refused(
        "is built in a way that no office program writes", "Open it in Excel and save it under a new name."
    )
    if len(names) > limits.members or len({name.lower() for name in names}) < len(names):
        return unsafe
    if any(".." in name.split("/") or name.startswith(("/", "\\")) or ":" in name or "\\" in name for name in names):
        return unsafe
    return None


def _contents(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], *, limits: Limits) -> Refused | None:
    """Inflate every part in pieces: the sizes that the headers state may lie."""
    too_large = Refused(
        "unpacks to more than a workbook may hold", "Remove empty rows and columns, then save it again."
    )
    total = 0
    for member in members:
        size = 0
        tail = b""
        is_xml = member.filename.lower().endswith((".xml", ".rels", ".vml"))
        with archive.open(member) as stream:
            while piece := stream.read(2**20):
                size += len(piece)
                ratio_broken = size > max(limits.ratio_from_bytes, limits.ratio * member.compress_size)
                if total + size > limits.unzipped_bytes or ratio_broken:
                    return too_large
                text = (tail + piece).replace(b"\x00", b"")
                if is_xml and (b"<!DOCTYPE" in text or b"<!ENTITY" in text):
                    return Refused(
                        "defines XML entities, which no office program writes", "Do not open it; ask who made it."
                    )
                tail = piece[-32:]
        total += size
    return None
