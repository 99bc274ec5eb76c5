"""Workbooks written part by part, so that a test can say exactly what stands in each."""

import io
import warnings
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SPACES = f'xmlns="{MAIN}" xmlns:r="{RELATIONS}"'

STYLES = (
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="1"><font/></fonts><fills count="1"><fill><patternFill/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="22"/><xf numFmtId="46"/>'
    '<xf numFmtId="14"/></cellXfs>'
)
"""Formats of cells: 0 general, 1 a date, 2 a date with time, 3 hours, 4 a date as Excel has it built in."""

Parts = dict[str, bytes]


def parts(
    rows: str = '<row r="1"><c r="A1"><v>1</v></c></row>',
    *,
    before: str = "",
    after: str = "",
    strings: str | None = None,
    styles: str = STYLES,
    properties: str = "",
    sheets: Mapping[str, str] | None = None,
    states: Mapping[str, str] | None = None,
) -> Parts:
    """A workbook of the sheet `s`, and of further ones: name of a part -> its bytes.

    Args:
        rows: what stands in the `sheetData` of the sheet.
        before: what stands before it, such as a dimension.
        after: what stands behind it, such as merged ranges.
        strings: the texts that cells share, `si` by `si`.
        styles: what stands in the part of the formats.
        properties: what stands before the sheets of the workbook.
        sheets: name -> rows of further sheets.
        states: name -> state of the sheets that are not visible.
    """
    all_sheets = {"s": rows, **(sheets or {})}
    made = {name: _sheet(data, *((before, after) if name == "s" else ("", ""))) for name, data in all_sheets.items()}
    places = [f"worksheets/sheet{number}.xml" for number in range(1, len(made) + 1)]
    relations = [("worksheet", place) for place in places] + [("styles", "styles.xml")]
    found = {
        "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
        **dict(zip([f"xl/{place}" for place in places], made.values(), strict=True)),
    }
    if strings is not None:
        relations.append(("sharedStrings", "sharedStrings.xml"))
        found["xl/sharedStrings.xml"] = f'{HEAD}<sst xmlns="{MAIN}">{strings}</sst>'
    tabs = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" state="{(states or {}).get(name, "visible")}" '
        f'r:id="rId{number}"/>'
        for number, name in enumerate(made, start=1)
    )
    whole = {
        "[Content_Types].xml": content_types(found),
        "_rels/.rels": related([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f"{HEAD}<workbook {SPACES}>{properties}<sheets>{tabs}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": related(relations),
        **found,
    }
    return {name: content.encode() for name, content in whole.items()}


def _sheet(rows: str, before: str, after: str) -> str:
    return f"{HEAD}<worksheet {SPACES}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>"


def content_types(names: Mapping[str, str]) -> str:
    """The list of parts by which openpyxl finds the workbook."""
    kinds = {"xl/styles.xml": "styles", "xl/sharedStrings.xml": "sharedStrings"}
    listed = "".join(
        f'<Override PartName="/{name}" ContentType="{TYPES}.{kinds.get(name, "worksheet")}+xml"/>' for name in names
    )
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="{PACKAGE.replace("http://schemas.", "application/vnd.")}"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>{listed}</Types>'
    )


def related(targets: list[tuple[str, str]], *, more: str = "") -> str:
    """A part of relations: kind and target, numbered from rId1."""
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{listed}{more}</Relationships>'


def zipped(whole: Mapping[str, bytes], *, level: int = 6) -> bytes:
    """The parts as a file."""
    return zipped_list(list(whole.items()), level=level)


def zipped_list(members: list[tuple[str, bytes]], *, level: int = 6, stored: str = "") -> bytes:
    """The parts as a file; a name may stand twice, and the part `stored` is not packed."""
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of the repeated names that some tests want
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
            for name, content in members:
                kind = zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED
                archive.writestr(zipfile.ZipInfo(name), content, kind)
    return out.getvalue()


def cells(*texts: str, row: int = 1) -> str:
    """A row of cells, each given by what follows its address: ' t="b"><v>1</v>'."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    inner = "".join(f'<c r="{letter}{row}"{text}</c>' for letter, text in zip(letters, texts, strict=False))
    return f'<row r="{row}">{inner}</row>'
