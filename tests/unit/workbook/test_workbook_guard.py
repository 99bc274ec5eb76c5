"""Only a workbook that is safe to open passes the front door; the whole hostile corpus is in `tests/faults`."""

import io
import struct
import warnings
import zipfile

import msoffcrypto.format.ooxml
import openpyxl
import pytest

from atstats.workbook import Limits, refuse


@pytest.fixture
def workbook() -> bytes:
    """A small workbook as openpyxl writes it."""
    book = openpyxl.Workbook()
    book.active["A1"] = "text"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _with(workbook: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO(workbook)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of the repeated name that one test wants
        with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
    return out.getvalue()


def test_a_workbook_passes(workbook: bytes) -> None:
    """Nothing but its bytes is looked at."""
    assert refuse(workbook) is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7 ...", "is a PDF, whatever its name says"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html>", "is a web page, whatever its name says"),
        (b"<?xml version='1.0'?>\n<html>", "is a web page, whatever its name says"),
        (b"a;b;c\n1;2;3\n", "is a text file with separators (CSV), whatever its name says"),
        (b"hello", "is a text file, whatever its name says"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is an old Excel workbook (.xls)"),
        (b"\x00\x01\x02", "is not a workbook"),
        (b"PK\x05\x06" + bytes(18), "is not a workbook"),
        (b"PK\x03\x04 and no more", "is damaged"),
    ],
)
def test_other_files_named_xlsx_are_told_apart(content: bytes, reason: str) -> None:
    """Each kind has its own message and its own next move."""
    refused = refuse(content)

    assert refused is not None
    assert refused.reason == reason
    assert refused.hint.endswith(".")


def test_a_password_is_named(workbook: bytes) -> None:
    """A protected workbook is an OLE file with an encrypted package inside."""
    out = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(workbook)).encrypt("secret", out)

    refused = refuse(out.getvalue())

    assert refused is not None
    assert refused.reason == "is protected by a password"
    assert "--ask-password" in refused.hint


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/evil.xml", "XL/WORKBOOK.XML", "C:\\evil.xml", "xl/../../a.xml"])
def test_names_that_climb_repeat_or_point_elsewhere_are_refused(workbook: bytes, name: str) -> None:
    """A part that differs from another only by case is the same part to Windows."""
    refused = refuse(_with(workbook, name, b"x"))

    assert refused is not None
    assert refused.reason == "is built in a way that no office program writes"


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a/>',
        b" " * 1_048_570 + b"<!DOCTYPE a><a/>",
        b" " * 1_048_571 + b"<!ENTITY a 'b'>",
        (" " * 524_282 + "<!DOCTYPE a><a/>").encode("utf-16-le"),
    ],
)
def test_entities_are_refused_also_across_the_seam_of_two_pieces(workbook: bytes, content: bytes) -> None:
    """Billion laughs and external entities never reach a parser."""
    limits = Limits(ratio=100_000)

    refused = refuse(_with(workbook, "xl/extra.xml", content), limits=limits)

    assert refused is not None
    assert "entities" in refused.reason


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(), "unpacks to more than a workbook may hold"),
        (Limits(ratio=10_000), None),
        (Limits(ratio=10_000, unzipped_bytes=10**7), "unpacks to more than a workbook may hold"),
        (Limits(ratio=10_000, file_bytes=1000), "is larger than 0 MB"),
        (Limits(ratio=10_000, members=5), "is built in a way that no office program writes"),
    ],
)
def test_each_limit_is_measured(workbook: bytes, limits: Limits, reason: str | None) -> None:
    """Ten million zeros take ten kilobytes in a zip."""
    refused = refuse(_with(workbook, "xl/bomb.bin", bytes(10**7)), limits=limits)

    assert (refused.reason if refused else None) == reason


def test_a_stated_size_is_not_believed(workbook: bytes) -> None:
    """The headers say one byte, and ten million come out."""
    content = bytearray(_with(workbook, "xl/bomb.bin", bytes(10**7)))
    struct.pack_into("<L", content, content.rindex(b"PK\x01\x02") + 24, 1)
    struct.pack_into("<L", content, content.rindex(b"PK\x03\x04") + 22, 1)

    assert refuse(bytes(content)) is not None


def test_every_truncation_is_refused_and_none_raises(workbook: bytes) -> None:
    """A copy cut short anywhere is damaged, never a crash."""
    for length in range(0, len(workbook) - 1, 97):
        assert refuse(workbook[:length]) is not None


def test_bytes_before_and_behind_the_zip_are_refused(workbook: bytes) -> None:
    """Two readers could find two lists of parts in one file."""
    for content in (workbook + b"\x00", b"PK\x03\x04" + workbook, workbook + workbook):
        refused = refuse(content)
        assert refused is not None
        assert refused.reason == "is damaged"


def test_a_flipped_byte_in_a_part_breaks_its_checksum(workbook: bytes) -> None:
    """Every part is inflated once, so a damaged one is found here and not by the parser."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        member = archive.getinfo("xl/workbook.xml")
    content = bytearray(workbook)
    content[member.header_offset + 30 + len(member.filename) + 40] ^= 0xFF

    refused = refuse(bytes(content))

    assert refused is not None
    assert refused.reason == "is damaged"
