"""Files that must not be read: other formats named .xlsx, zips that lie, XML that attacks or is cut."""

import io
import random
import struct
import zipfile
import zlib

from cases import SECRET, refused
from msoffcrypto.format.ooxml import OOXMLFile
from workbooks import HEAD, cells, parts, zipped, zipped_list

# --------------------------------------------------------------------------- other files named .xlsx


@refused("empty.xlsx", "is empty")
def _empty() -> bytes:
    return b""


@refused("report.pdf.xlsx", "is a PDF")
def _pdf() -> bytes:
    return b"%PDF-1.7\n1 0 obj\n"


@refused("page.xlsx", "is a web page")
def _html() -> bytes:
    return b"\xef\xbb\xbf\r\n<!DOCTYPE html><html><table><tr><td>1</td></tr></table></html>"


@refused("page_utf16.xlsx", "is a web page")
def _html_utf16() -> bytes:
    return "<html><table><tr><td>1</td></tr></table></html>".encode("utf-16")


@refused("archive_page.xlsx", "is a web page")
def _mhtml() -> bytes:
    return b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n"


@refused("list.csv.xlsx", "CSV")
def _csv() -> bytes:
    return "nr;emri;dhjetë\n1;A;ë\n".encode()


@refused("list_cp1250.xlsx", "CSV")
def _csv_cp1250() -> bytes:
    return "nr;ime;šest\n1;A;č\n".encode("cp1250")


@refused("list_utf16.xlsx", "CSV")
def _csv_utf16() -> bytes:
    return "nr\temri\n1\tA\n".encode("utf-16")


@refused("letter.xlsx", "is a text file")
def _text() -> bytes:
    return b"Dear colleague\n"


@refused("picture.xlsx", "is not a workbook")
def _picture() -> bytes:
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


@refused("excel_2003.xlsx", "XML of Excel 2003")
def _excel_2003() -> bytes:
    return b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'


@refused("flat.xlsx", "OpenDocument")
def _flat_ods() -> bytes:
    return b'<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>'


@refused("old.xlsx", "is an old Excel workbook (.xls)")
def _xls() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "Workbook".encode("utf-16-le") + bytes(1000)


@refused("old_letter.xlsx", "is a Word document")
def _doc() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "WordDocument".encode("utf-16-le") + bytes(1000)


@refused("protected.xlsx", "is protected by a password")
def _protected() -> bytes:
    out = io.BytesIO()
    picture = random.Random(3).randbytes(6_000)  # msoffcrypto writes workbooks below 4 KB wrongly
    OOXMLFile(io.BytesIO(zipped({**parts(), "xl/media/image1.png": picture}))).encrypt(SECRET, out)
    return out.getvalue()


@refused("~$open.xlsx", "is the lock file")
def _lock() -> bytes:
    return b"\x09Registrar" + bytes(155)


@refused("binary.xlsx", "is a binary Excel workbook (.xlsb)")
def _xlsb() -> bytes:
    return zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"\x83\x01\x00"})


@refused("open_document.xlsx", "is an OpenDocument file (.ods)")
def _ods() -> bytes:
    return zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"})


@refused("letter_new.xlsx", "is a Word document")
def _docx() -> bytes:
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<a/>"})


@refused("archive.xlsx", "is a zip file but not a workbook")
def _archive() -> bytes:
    return zipped({"KP_2025.xlsx": zipped(parts())})


# --------------------------------------------------------------------------- the zip


@refused("twice.xlsx", "no office program")
def _duplicate() -> bytes:
    return zipped_list([*parts().items(), ("xl/workbook.xml", b"<workbook/>")])


@refused("twice_by_case.xlsx", "no office program")
def _duplicate_by_case() -> bytes:
    return zipped_list([*parts().items(), ("XL/Workbook.XML", b"<workbook/>")])


@refused("climbs.xlsx", "no office program")
def _climbs() -> bytes:
    return zipped({**parts(), "xl/../../evil.xml": b"<a/>"})


@refused("absolute.xlsx", "no office program")
def _absolute() -> bytes:
    return zipped({**parts(), "/etc/evil.xml": b"<a/>"})


@refused("drive.xlsx", "no office program")
def _drive() -> bytes:
    return zipped({**parts(), "C:/evil.xml": b"<a/>"})


@refused("backslash.xlsx", "no office program")
def _backslash() -> bytes:
    return zipped({**parts(), "..\\evil.xml": b"<a/>"})


@refused("parts.xlsx", "no office program")
def _many_parts() -> bytes:
    return zipped({**parts(), **{f"xl/media/{number}.png": b"" for number in range(2_001)}})


@refused("bzip2.xlsx", "no office program")
def _bzip2() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as archive:
        for name, content in parts().items():
            archive.writestr(name, content)
    return out.getvalue()


@refused("ratio.xlsx", "unpacks to more")
def _ratio() -> bytes:
    return zipped({**parts(), "xl/media/image1.png": bytes(30 * 2**20)})


@refused("gigabyte.xlsx", "unpacks to more", seconds=60)
def _gigabyte() -> bytes:
    """Below the ratio, and beyond the whole: ten megabytes that a zip repeats 103 times."""
    block = b"".join(random.Random(n).randbytes(2_000) + bytes(120_000) for n in range(86))
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    name = b"xl/media/image1.png"
    out = bytearray(zipped_list([*parts().items(), (name.decode(), packed * 103 + b"\x03\x00")], stored=name.decode()))
    for mark, method, sizes in ((b"PK\x03\x04", 8, 22), (b"PK\x01\x02", 10, 24)):
        start = out.rindex(mark, 0, out.rindex(name) if mark.endswith(b"\x02") else out.index(name))
        struct.pack_into("<H", out, start + method, zipfile.ZIP_DEFLATED)
        struct.pack_into("<L", out, start + sizes, len(block) * 103)
    return bytes(out)


@refused("flipped.xlsx", "is damaged")
def _flipped() -> bytes:
    content = bytearray(zipped(parts()))
    content[content.index(b"xl/workbook.xml") + 40] ^= 0x10
    return bytes(content)


@refused("cut.xlsx", "is damaged")
def _cut_zip() -> bytes:
    return zipped(parts())[:-300]


@refused("head_only.xlsx", "is damaged")
def _head_only() -> bytes:
    return b"PK\x03\x04 and no more"


@refused("behind.xlsx", "is damaged")
def _trailing() -> bytes:
    """Two lists of parts in one file: which one a reader takes depends on the reader."""
    return zipped(parts()) + zipped(parts(cells("><v>2</v>")))


@refused("locked_parts.xlsx", "is damaged")
def _locked_parts() -> bytes:
    """Each part says that it is encrypted, as zip programs do it."""
    content = bytearray(zipped(parts()))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := content.find(mark, start + 1)) >= 0:
            content[start + place] |= 1
    return bytes(content)


# --------------------------------------------------------------------------- the XML


def _entities(declared: str, *, part: str = "xl/sharedStrings.xml") -> bytes:
    whole = parts(cells(' t="s"><v>0</v>'), strings="<si><t>a</t></si>")
    body = whole[part].decode().removeprefix(HEAD).replace("<t>a</t>", "<t>&a;</t>")
    return zipped({**whole, part: f'<?xml version="1.0"?><!DOCTYPE sst [{declared}]>{body}'.encode()})


@refused("laughs.xlsx", "entities")
def _billion_laughs() -> bytes:
    steps = "".join(f'<!ENTITY a{n} "{f"&a{n + 1};" * 10}">' for n in range(9))
    return _entities(f'<!ENTITY a "&a0;">{steps}<!ENTITY a9 "ha">')


@refused("external_entity.xlsx", "entities")
def _external_entity() -> bytes:
    return _entities('<!ENTITY a SYSTEM "file:///etc/passwd">')


@refused("entity_elsewhere.xlsx", "entities")
def _entity_elsewhere() -> bytes:
    """In a part that has another ending than .xml."""
    whole = parts()
    sheet = whole.pop("xl/worksheets/sheet1.xml").decode().removeprefix(HEAD)
    whole["xl/_rels/workbook.xml.rels"] = whole["xl/_rels/workbook.xml.rels"].replace(b"sheet1.xml", b"sheet1.dat")
    return zipped({**whole, "xl/worksheets/sheet1.dat": f'<!DOCTYPE a [<!ENTITY b "c">]>{sheet}'.encode()})


@refused("entity_utf16.xlsx", "entities")
def _entity_utf16() -> bytes:
    return zipped({**parts(), "xl/extra.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16")})


@refused("cut_part.xlsx", "is damaged")
def _cut_part() -> bytes:
    """The sheet ends in the middle; a lenient reader gives the half."""
    whole = parts(cells("><v>1</v>") + cells("><v>2</v>", row=2))
    sheet = whole["xl/worksheets/sheet1.xml"]
    return zipped({**whole, "xl/worksheets/sheet1.xml": sheet[: sheet.index(b'<row r="2"')]})


@refused("cut_styles.xlsx", "is damaged")
def _cut_styles() -> bytes:
    """Half of the formats make numbers of dates."""
    whole = parts(cells(' s="1"><v>45000</v>'))
    return zipped({**whole, "xl/styles.xml": whole["xl/styles.xml"][:-40]})


@refused("no_relations.xlsx", "is damaged")
def _no_relations() -> bytes:
    whole = parts()
    del whole["xl/_rels/workbook.xml.rels"]
    return zipped(whole)


@refused("no_root_relations.xlsx", "is damaged")
def _no_root_relations() -> bytes:
    whole = parts()
    del whole["_rels/.rels"]
    return zipped(whole)


@refused("no_sheet.xlsx", "names a part that it does not hold")
def _no_sheet() -> bytes:
    whole = parts()
    del whole["xl/worksheets/sheet1.xml"]
    return zipped(whole)


@refused("no_styles.xlsx", "names a part that it does not hold")
def _no_styles() -> bytes:
    """Without its formats every date is a number."""
    whole = parts(cells(' s="1"><v>45000</v>'))
    relations = whole["xl/_rels/workbook.xml.rels"].replace(b'"styles.xml"', b'"styls.xml"')
    return zipped({**whole, "xl/_rels/workbook.xml.rels": relations})


@refused("unknown_tab.xlsx", "names a part that it does not hold")
def _unknown_tab() -> bytes:
    """A tab of a kind that no program knows may hold cells."""
    whole = parts()
    relations = whole["xl/_rels/workbook.xml.rels"].replace(b"relationships/worksheet", b"relationships/worksheat")
    return zipped({**whole, "xl/_rels/workbook.xml.rels": relations})


@refused("no_tab.xlsx", "holds a sheet that it does not name")
def _no_tab() -> bytes:
    """A sheet without a tab is lost to every reader."""
    whole = parts(sheets={"notes": cells("><v>2</v>")})
    workbook = whole["xl/workbook.xml"].replace(b"<sheet ", b"<sheat ", 1)
    return zipped({**whole, "xl/workbook.xml": workbook})


@refused("same_name.xlsx", "two sheets of the same name")
def _same_name() -> bytes:
    whole = parts(sheets={"t": cells("><v>2</v>")})
    return zipped({**whole, "xl/workbook.xml": whole["xl/workbook.xml"].replace(b'name="t"', b'name="S"')})


@refused("string_count.xlsx", "more texts than it holds")
def _false_string_count() -> bytes:
    """A reader that believes it reserves memory for four thousand million texts and aborts."""
    whole = parts(cells(' t="s"><v>0</v>'), strings="<si><t>a</t></si>")
    strings = whole["xl/sharedStrings.xml"].replace(b"<sst ", b'<sst uniqueCount="4294967295" ')
    return zipped({**whole, "xl/sharedStrings.xml": strings})


@refused("string_index.xlsx", "is damaged")
def _string_index() -> bytes:
    return zipped(parts(cells(' t="s"><v>7</v>'), strings="<si><t>a</t></si>"))


@refused("string_negative.xlsx", "is damaged")
def _string_negative() -> bytes:
    """One reader takes the first text for it."""
    return zipped(parts(cells(' t="s"><v>-1</v>'), strings="<si><t>a</t></si>"))


@refused("far_cell.xlsx", "beyond row 200000 or column 300")
def _far_cell() -> bytes:
    """One cell at the far corner: a reader reserves the whole grid and aborts."""
    return zipped(parts('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))


@refused("spread.xlsx", "spreads over more than")
def _spread() -> bytes:
    """Within the limits of rows and of columns, and too much for both together."""
    return zipped(parts(cells("><v>1</v>") + '<row r="200000"><c r="KN200000"><v>1</v></c></row>'))


@refused("cell_twice.xlsx", "is damaged")
def _cell_twice() -> bytes:
    return zipped(parts('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>'))


@refused("rows_backwards.xlsx", "is damaged")
def _rows_backwards() -> bytes:
    return zipped(parts(cells("><v>5</v>", row=5) + cells("><v>2</v>", row=2)))


@refused("other_row.xlsx", "is damaged")
def _cell_of_another_row() -> bytes:
    return zipped(parts('<row r="1"><c r="A7"><v>1</v></c></row>'))


@refused("long_text.xlsx", "unpacks to more")
def _long_text() -> bytes:
    """Three hundred million characters of one letter take 300 KB."""
    whole = parts(cells(' t="inlineStr"><is><t>@</t></is>'))
    before, after = whole.pop("xl/worksheets/sheet1.xml").split(b"@")
    out = io.BytesIO(zipped(whole))
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as stream,
    ):
        stream.write(before)
        for _ in range(300):
            stream.write(b"a" * 1_000_000)
        stream.write(after)
    return out.getvalue()


@refused("long_text_noise.xlsx", "holds a text of more than 1,000,000 characters")
def _long_text_noise() -> bytes:
    """Below the ratio, because every tenth character is drawn by lot."""
    noise = random.Random(1).randbytes(600_000).hex()
    long = "".join(f"{each}aaaaaaaaaaaaaaaaaaaaaaaa" for each in noise)
    return zipped(parts(cells(' t="s"><v>0</v>'), strings=f"<si><t>{long}</t></si>"), level=1)


@refused("deep.xlsx", "is damaged")
def _deep() -> bytes:
    """A million elements in each other, none of them closed."""
    return zipped(parts("".join(f'<row r="{n}"><a{n % 9173}>' for n in range(1, 200_000))), level=1)
