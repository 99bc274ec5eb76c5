"""Decide from its bytes whether a file is a workbook that is safe to open.

The name of a file proves nothing, and neither do the sizes that a zip states: both are
measured here, before any parser sees the file. Limits: `docs/decisions/0004-front-door.md`.
"""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

__all__ = [
    "DAMAGED",
    "ENTITIES",
    "LIMITS",
    "PASSWORD",
    "Limits",
    "Refused",
    "UnsafeError",
    "is_encrypted",
    "refuse",
    "sniff",
]


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
    rows: int = 200_000
    columns: int = 300
    cells: int = 10_000_000
    """Rows times columns up to the last cell of one sheet: a reader reserves memory for each."""
    text: int = 1_000_000
    """Characters of one cell; Excel itself stops at 32,767."""


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a file is not opened, and what to do; neither holds anything of its content."""

    reason: str
    hint: str


class UnsafeError(Exception):
    """Something in a workbook would break a reader, or would be read wrongly; its words name no content."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.reason)
        self.refused = refused


DAMAGED = Refused("is damaged", "Open it in Excel, let Excel repair it, save it, or ask the agency to send it again.")
PASSWORD = Refused(
    "is protected by a password",
    "Open it in Excel, remove the password and save it again, or run the command with --ask-password.",
)
ENTITIES = Refused("defines XML entities, which no office program writes", "Do not open it; ask who made it.")
_SAVE = "Open it and save it as an Excel workbook (.xlsx)."
_SEND = "Send the .xlsx file that Excel or LibreOffice wrote."
_UNSAFE = Refused("is built in a way that no office program writes", "Open it in Excel and save it under a new name.")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_XML = (".xml", ".rels", ".vml")
_END_OF_ZIP = b"PK\x05\x06"
_END_BYTES = 22
_OTHER_ZIPS = {
    "xl/workbook.bin": Refused("is a binary Excel workbook (.xlsb)", _SAVE),
    "content.xml": Refused("is an OpenDocument file (.ods)", _SAVE),
    "word/document.xml": Refused("is a Word document, whatever its name says", _SEND),
    "ppt/presentation.xml": Refused("is a presentation, whatever its name says", _SEND),
    "Index/Document.iwa": Refused("is a Numbers document of Apple", "Export it from Numbers as an Excel workbook."),
}


def refuse(content: bytes, *, limits: Limits = LIMITS) -> Refused | None:
    """Say why a file must not be opened as a workbook, or None when it may be.

    Never raises for a bad file: a file that cannot be read is refused. Inflates every part.
    """
    return sniff(content, limits=limits) or _zip(content, limits=limits)


def sniff(content: bytes, *, limits: Limits = LIMITS) -> Refused | None:
    """What a file is by its first bytes, where that is no zip; nothing is unpacked."""
    if len(content) > limits.file_bytes:
        return Refused(
            f"is larger than {limits.file_bytes // 2**20} MB", "Remove pictures and other content, or split it."
        )
    if not content:
        return Refused("is empty", "Ask the agency to send it again.")
    if content.startswith(b"PK\x03\x04"):
        return None
    if content.startswith(_OLE):
        return _old_office(content)
    return _plain(content[:4096])


def is_encrypted(content: bytes) -> bool:
    """Whether a file is a workbook behind a password."""
    return content.startswith(_OLE) and _utf16("EncryptedPackage") in content


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")


def _old_office(content: bytes) -> Refused:
    if is_encrypted(content):
        return PASSWORD
    if _utf16("WordDocument") in content:
        return Refused("is a Word document, whatever its name says", _SEND)
    return Refused("is an old Excel workbook (.xls)", _SAVE)


def _plain(head: bytes) -> Refused:
    if head.startswith(b"%PDF"):
        return Refused("is a PDF, whatever its name says", "Ask the agency for the workbook that it was made from.")
    text = _text(head)
    start = text.lstrip("\ufeff \t\r\n").lower()
    if start.startswith(("<!doctype html", "mime-version:")) or any(tag in start for tag in ("<html", "<table")):
        return Refused("is a web page, whatever its name says", _SAVE)
    if "urn:schemas-microsoft-com:office:spreadsheet" in start:
        return Refused("is a workbook in the XML of Excel 2003", _SAVE)
    if "urn:oasis:names:tc:opendocument" in start:
        return Refused("is an OpenDocument file (.fods)", _SAVE)
    if any(separator in text for separator in ",;\t"):
        return Refused("is a text file with separators (CSV), whatever its name says", _SAVE)
    if text:
        return Refused("is a text file, whatever its name says", _SEND)
    return Refused("is not a workbook", _SEND)


def _text(head: bytes) -> str:
    """The first bytes as text; nothing where they are none."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace")
    text = head.decode("utf-8", errors="replace")
    return "" if any(ord(each) < 32 and each not in "\t\r\n\f" for each in text) else text


# --------------------------------------------------------------------------- zip


def _zip(content: bytes, *, limits: Limits) -> Refused | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = [member.filename for member in members]
            refused = _kind(names) or _names(members, limits=limits)
            if refused is None and not _one_directory(content, archive):
                refused = DAMAGED
            if refused is None:
                refused = _contents(archive, members, limits=limits)
            return refused
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        # zipfile raises NotImplementedError for a compression it does not know, RuntimeError for encrypted
        # members, ValueError and OSError for places outside the file
        return DAMAGED


def _kind(names: list[str]) -> Refused | None:
    for name, refused in _OTHER_ZIPS.items():
        if name in names:
            return refused
    if "[Content_Types].xml" not in names or not any(name.lower().startswith("xl/") for name in names):
        return Refused("is a zip file but not a workbook", "Send the workbook itself, not an archive of it.")
    return None


def _names(members: list[zipfile.ZipInfo], *, limits: Limits) -> Refused | None:
    names = [member.filename for member in members]
    if len(names) > limits.members or len({name.lower() for name in names}) < len(names):
        return _UNSAFE
    if any(".." in name.split("/") or name.startswith("/") or ":" in name or "\\" in name for name in names):
        return _UNSAFE
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        return _UNSAFE
    return None


def _one_directory(content: bytes, archive: zipfile.ZipFile) -> bool:
    """Whether every reader finds the same list of parts: it ends the file, and begins where it says.

    With bytes before or behind it, or a second list in a comment, two readers may open two workbooks.
    """
    end = content[-_END_BYTES:]
    if not end.startswith(_END_OF_ZIP) or end[-2:] != b"\x00\x00":
        return False
    (stated,) = struct.unpack("<L", end[16:20])
    return stated in (archive.start_dir, 0xFFFFFFFF)  # the latter where a zip64 record tells it


def _contents(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], *, limits: Limits) -> Refused | None:
    """Inflate every part in pieces: the sizes that the headers state may lie."""
    too_large = Refused(
        "unpacks to more than a workbook may hold", "Remove empty rows and columns, then save it again."
    )
    total = 0
    for member in members:
        size = 0
        tail = b""
        is_xml = member.filename.lower().endswith(_XML)
        with archive.open(member) as stream:
            while piece := stream.read(2**20):
                size += len(piece)
                ratio_broken = size > max(limits.ratio_from_bytes, limits.ratio * member.compress_size)
                if total + size > limits.unzipped_bytes or ratio_broken:
                    return too_large
                if is_xml and _declares(tail + piece):
                    return ENTITIES
                tail = piece[-64:]
        total += size
    return None


def _declares(piece: bytes) -> bool:
    """Whether a piece of XML, in whatever width of characters, declares a document type or an entity."""
    text = piece if b"\x00" not in piece else piece.replace(b"\x00", b"")
    return b"<!DOCTYPE" in text or b"<!ENTITY" in text
