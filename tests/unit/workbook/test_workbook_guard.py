"""Only a workbook that is safe to open passes the front door."""

import io
import warnings
import zipfile
from pathlib import Path

import msoffcrypto.format.ooxml
import openpyxl
import pytest

from atstats.workbook import Limits, refuse


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A small workbook as openpyxl writes it."""
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active["A1"] = "text"
    book.save(path)
    return path


def _with(path: Path, name: str, content: bytes) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of the repeated name that one test wants
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
    return path


def test_a_workbook_passes_whatever_its_name(workbook: Path) -> None:
    """The bytes decide, not the extension."""
    other = workbook.rename(workbook.with_suffix(".dat"))

    assert refuse(other) is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html>", "is a web page"),
        (b"a;b;c\n1;2;3\n", "CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel"),
        (b"\x00\x01\x02", "is not a workbook"),
        (b"PK\x03\x04 and no more", "is damaged"),
    ],
)
def test_other_files_named_xlsx_are_told_apart(tmp_path: Path, content: bytes, reason: str) -> None:
    """Each kind has its own message and its own next move."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)

    refused = refuse(path)

    assert refused is not None
    assert reason in refused.reason
    assert refused.hint


def test_a_password_is_named(workbook: Path) -> None:
    """A protected workbook is an OLE file with an encrypted package inside."""
    out = io.BytesIO()
    with workbook.open("rb") as stream:
        msoffcrypto.format.ooxml.OOXMLFile(stream).encrypt("secret", out)
    workbook.write_bytes(out.getvalue())

    refused = refuse(workbook)

    assert refused is not None
    assert "password" in refused.reason


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/evil.xml", "XL/WORKBOOK.XML", "C:\\evil.xml"])
def test_names_that_climb_repeat_or_point_elsewhere_are_refused(workbook: Path, name: str) -> None:
    """A part that differs from another only by case is the same part to Windows."""
    refused = refuse(_with(workbook, name, b"x"))

    assert refused is not None
    assert "no office program" in refused.reason


@pytest.mark.parametrize("content", [b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', b" " * 1_048_570 + b"<!DOCTYPE a><a/>"])
def test_entities_are_refused_also_across_the_seam_of_two_pieces(workbook: Path, content: bytes) -> None:
    """Billion laughs and external entities never reach a parser."""
    limits = Limits(ratio=100_000)

    refused = refuse(_with(workbook, "xl/extra.xml", content), limits=limits)

    assert refused is not None
    assert "entities" in refused.reason


def test_a_part_that_inflates_beyond_the_ratio_is_refused(workbook: Path) -> None:
    """Ten million zeros take ten kilobytes in a zip."""
    refused = refuse(_with(workbook, "xl/bomb.bin", bytes(10**7)))

    assert refused is not None
    assert "unpacks to more" in refused.reason


def test_every_truncation_is_refused_and_none_raises(workbook: Path) -> None:
    """A copy cut short anywhere is damaged, never a crash."""
    whole = workbook.read_bytes()

    for length in range(0, len(whole) - 1, 97):
        workbook.write_bytes(whole[:length])
        assert refuse(workbook) is not None


def test_a_flipped_byte_in_a_part_breaks_its_checksum(workbook: Path) -> None:
    """Every part is inflated once, so a damaged one is found here and not by the parser."""
    with zipfile.ZipFile(workbook) as archive:
        member = archive.getinfo("xl/workbook.xml")
    content = bytearray(workbook.read_bytes())
    content[member.header_offset + 30 + len(member.filename) + 40] ^= 0xFF
    workbook.write_bytes(bytes(content))

    refused = refuse(workbook)

    assert refused is not None
    assert refused.reason == "is damaged"


def test_a_lock_file_and_an_absent_file_have_their_own_words(tmp_path: Path) -> None:
    """Excel's lock file says that the workbook is open; an absent file cannot be read."""
    lock = tmp_path / "~$a.xlsx"
    lock.write_bytes(b"x")

    for path, word in ((lock, "lock file"), (tmp_path / "absent.xlsx", "cannot be read")):
        refused = refuse(path)
        assert refused is not None
        assert word in refused.reason
