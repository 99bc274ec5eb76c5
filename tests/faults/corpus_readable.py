"""Odd workbooks that are read: every cell that is not blank and every fact is written down here."""

import io
import random
import struct
import zipfile

from cases import readable
from workbooks import HEAD, MAIN, RELATIONS, SPACES, STYLES, cells, parts, related, zipped

from atstats.frames import Fact


@readable("zip64.xlsx")
def _zip64() -> bytes:
    """As programs write it that do not know the size beforehand, with a zip64 list at the end."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts().items():
            with archive.open(name, "w", force_zip64=True) as stream:
                stream.write(content)
    end = out.getvalue()[-22:]
    _, _, _, _, n, size, place, _ = struct.unpack("<4s4H2LH", end)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, n, n, size, place)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, place + size, 1)
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return out.getvalue()[:-22] + record + locator + last


# --------------------------------------------------------------------------- odd and readable


@readable("plain.xlsx")
def _plain() -> bytes:
    return zipped(parts())


@readable("nested.xlsx")
def _nested() -> bytes:
    """Elements in each other, twenty thousand deep, in a part of the sheet that nobody reads."""
    tags = [f"a{random.Random(n).randrange(10**6)}" for n in range(20_000)]
    inner = "".join(f"<{tag}>" for tag in tags) + "".join(f"</{tag}>" for tag in reversed(tags))
    return zipped(parts(after=f"<extLst>{inner}</extLst>"))


@readable("dimension_lies.xlsx")
def _dimension_lies() -> bytes:
    return zipped(parts(before='<dimension ref="A1:XFD1048576"/>'))


@readable(
    "below_dimension.xlsx", {"A1": ("number", "1"), "C9": ("number", "2")}, (Fact("beyond_dimension", "s", "A1:B3"),)
)
def _below_dimension() -> bytes:
    rows = cells("><v>1</v>") + '<row r="9"><c r="C9"><v>2</v></c></row>'
    return zipped(parts(rows, before='<dimension ref="A1:B3"/>'))


@readable("formatted_far.xlsx")
def _formatted_far() -> bytes:
    """Formats without content reach to the last row: somebody coloured a whole column."""
    return zipped(parts(cells("><v>1</v>") + '<row r="1048576"><c r="XFD1048576" s="1"/></row>'))


@readable("macro.xlsx", facts=(Fact("macro"),))
def _macro() -> bytes:
    """A workbook with macros that was renamed."""
    whole = parts()
    types = whole["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main",
        b"application/vnd.ms-excel.sheet.macroEnabled.main",
    )
    return zipped({**whole, "[Content_Types].xml": types, "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


def _linked(inner: str) -> bytes:
    whole = parts()
    link = related([("externalLinkPath", "file:///C:/other.xlsx")]).replace("/>", ' TargetMode="External"/>')
    relations = whole["xl/_rels/workbook.xml.rels"].decode()
    more = f'<Relationship Id="rId9" Type="{RELATIONS}/externalLink" Target="externalLinks/externalLink1.xml"/>'
    return zipped(
        {
            **whole,
            "xl/_rels/workbook.xml.rels": relations.replace("</Rel", f"{more}</Rel").encode(),
            "xl/externalLinks/externalLink1.xml": f"{HEAD}<externalLink {SPACES}>{inner}</externalLink>".encode(),
            "xl/externalLinks/_rels/externalLink1.xml.rels": link.encode(),
        }
    )


@readable("external_link.xlsx", facts=(Fact("external_link"),))
def _external_link() -> bytes:
    return _linked('<externalBook r:id="rId1"/>')


@readable("dde.xlsx", facts=(Fact("dde"),))
def _dde() -> bytes:
    return _linked('<ddeLink ddeService="cmd" ddeTopic="/c calc"><ddeItems/></ddeLink>')


@readable(
    "hidden_sheets.xlsx",
    {"A1": ("number", "1"), "notes!A1": ("number", "2"), "codes!A1": ("number", "3")},
    (Fact("hidden_sheet", "notes"), Fact("very_hidden_sheet", "codes")),
)
def _hidden_sheets() -> bytes:
    return zipped(
        parts(
            sheets={"notes": cells("><v>2</v>"), "codes": cells("><v>3</v>")},
            states={"notes": "hidden", "codes": "veryHidden"},
        )
    )


@readable(
    "hidden_cells.xlsx",
    {f"A{row}": ("number", str(row)) for row in (1, 2, 3, 5)} | {"B1": ("number", "1")},
    (
        Fact("hidden_row", "s", "2:3"),
        Fact("hidden_row", "s", "5"),
        Fact("hidden_column", "s", "B"),
        Fact("hidden_column", "s", "D"),
        Fact("hidden_column", "s", "E"),
    ),
)
def _hidden_cells() -> bytes:
    """Hidden by the word, by a height of nothing, and by a width of nothing."""
    rows = cells("><v>1</v>", "><v>1</v>")
    for row, how in ((2, 'hidden="1"'), (3, 'ht="0" customHeight="1"'), (5, 'hidden="true"')):
        rows += f'<row r="{row}" {how}><c r="A{row}"><v>{row}</v></c></row>'
    columns = '<col min="2" max="2" width="9" hidden="1"/><col min="4" max="5" width="0" customWidth="1"/>'
    return zipped(parts(rows, before=f"<cols>{columns}</cols>"))


@readable("merged.xlsx", facts=(Fact("merged", "s", "A1:B2"), Fact("merged", "s", "C1:C3")))
def _merged() -> bytes:
    return zipped(parts(after='<mergeCells count="2"><mergeCell ref="A1:B2"/><mergeCell ref="C1:C3"/></mergeCells>'))


@readable(
    "merged_many.xlsx",
    facts=(*(Fact("merged", "s", f"A{n}:B{n}") for n in range(1, 2_001)), Fact("merged", "s", "A2001:B9000")),
)
def _merged_many() -> bytes:
    ranges = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 9_001))
    return zipped(parts(after=f"<mergeCells>{ranges}</mergeCells>"))


@readable(
    "errors.xlsx",
    dict.fromkeys(("A1", "B1", "C1", "D1", "A3"), ("error", None)) | {"E1": ("number", "1")},
)
def _errors() -> bytes:
    """Old errors, and two that are newer than the fast reader; the last row holds nothing else."""
    names = ("#N/A", "#REF!", "#SPILL!", "#GETTING_DATA")
    first = cells(*(f' t="e"><v>{name}</v>' for name in names), "><v>1</v>")
    return zipped(parts(first + cells(' t="e"><v>#DIV/0!</v>', row=3)))


@readable(
    "formulas.xlsx",
    {
        "A1": ("no_value", None),
        "B1": ("no_value", None),
        "D1": ("number", "3"),
        "E1": ("text", "x"),
        "F1": ("error", None),
        "A4": ("no_value", None),
    },
    (Fact("formula", "s", "C1"),),
)
def _formulas() -> bytes:
    """Without a result, with an empty one, and with results of each kind; the fact names the first that has one."""
    first = cells(
        "><f>1+1</f>",
        "><f>1+1</f><v></v>",
        ' t="str"><f>IF(1,"","")</f><v></v>',
        "><f>1+2</f><v>3</v>",
        ' t="str"><f>"x"</f><v>x</v>',
        ' t="e"><f>1/0</f><v>#DIV/0!</v>',
    )
    return zipped(parts(first + cells("><f>2</f><v/>", row=4)))


@readable("formula_at_the_end.xlsx", {"A1": ("number", "1"), "A3": ("no_value", None)})
def _formula_at_the_end() -> bytes:
    """The last cell has no result; the words of a drop-down list and of a footer behind it are none."""
    after = (
        '<dataValidations><dataValidation type="list" sqref="B1"><formula1>"a,b"</formula1></dataValidation>'
        "</dataValidations><headerFooter><oddFooter>7</oddFooter></headerFooter>"
    )
    return zipped(parts(cells("><v>1</v>") + cells("><f>1+1</f><v/>", row=3), after=after))


@readable("blank_at_the_end.xlsx")
def _blank_at_the_end() -> bytes:
    """A shared text that names none, and words behind it."""
    after = "<headerFooter><oddFooter>page</oddFooter></headerFooter>"
    return zipped(parts(cells("><v>1</v>") + cells(' t="s"><v/>', row=2), strings="<si><t>a</t></si>", after=after))


@readable(
    "shared_formulas.xlsx",
    {"A1": ("number", "2"), "A2": ("number", "3"), "A3": ("no_value", None)},
    (Fact("formula", "s", "A1"),),
)
def _shared_formulas() -> bytes:
    rows = cells('><f t="shared" ref="A1:A3" si="0">B1+1</f><v>2</v>')
    return zipped(
        parts(rows + cells('><f t="shared" si="0"/><v>3</v>', row=2) + cells('><f t="shared" si="0"/>', row=3))
    )


@readable(
    "dates_1904.xlsx",
    {"A1": ("date", "2025-01-02"), "B1": ("duration", "36:00:00"), "C1": ("datetime", "2025-01-02T12:00:00")},
    (Fact("date_1904"),),
)
def _dates_1904() -> bytes:
    row = cells(' s="1"><v>44197</v>', ' s="3"><v>1.5</v>', ' s="2"><v>44197.5</v>')
    return zipped(parts(row, properties='<workbookPr date1904="1"/>'))


@readable(
    "dates.xlsx",
    {
        "A1": ("date", "1900-01-01"),
        "B1": ("date", "1900-02-28"),
        "C1": ("date", "1900-03-01"),
        "D1": ("datetime", "2023-03-15T12:30:00"),
        "E1": ("date", "9999-12-31"),
        "F1": ("number", "2958466"),
        "G1": ("number", "1234567890"),
        "H1": ("duration", "06:00:00"),
    },
)
def _dates() -> bytes:
    """The days that Excel counts wrongly, the last day, and numbers that are none."""
    days = ("1", "59", "61", "45000.520833333333", "2958465", "2958466", "1234567890", "0.25")
    return zipped(parts(cells(*(f' s="1"><v>{day}</v>' for day in days))))


@readable("no_dates.xlsx", {"A1": ("duration", "00:00:00"), "B1": ("datetime", "2023-03-16T00:00:00")})
def _no_dates() -> bytes:
    """A negative date, which Excel shows as ####, and a moment that is midnight but for its last digit."""
    return zipped(parts(cells(' s="1"><v>-1</v>', ' s="2"><v>45000.999999</v>')))


@readable("merged_values.xlsx", {"A1": ("number", "1"), "B1": ("number", "2")}, (Fact("merged", "s", "A1:B1"),))
def _merged_values() -> bytes:
    """A value under a merged range, as scripts leave it."""
    return zipped(parts(cells("><v>1</v>", "><v>2</v>"), after='<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'))


@readable("spaces.xlsx", {"A1": ("text", "a"), "C1": ("text", " c ")})
def _spaces() -> bytes:
    """Spaces that the file does not ask to keep, alone and around a text."""
    row = cells(' t="s"><v>0</v>', ' t="s"><v>1</v>', ' t="s"><v>2</v>')
    strings = "<si><t>  a </t></si><si><t>  </t></si><si><t xml:space='preserve'> c </t></si>"
    return zipped(parts(row, strings=strings))


@readable("unknown_format.xlsx", {"A1": ("number", "45000")})
def _unknown_format() -> bytes:
    """A cell names a format that is not there."""
    return zipped(parts(cells(' s="9"><v>45000</v>')))


@readable("long_duration.xlsx", {"A1": ("number", "12345678901"), "B1": ("text", "a")})
def _long_duration() -> bytes:
    """A personal number typed into a column of hours: the fast reader gives up the sheet."""
    return zipped(parts(cells(' s="3"><v>12345678901</v>', ' t="inlineStr"><is><t>a</t></is>')))


@readable(
    "strict.xlsx",
    {
        "A1": ("date", "2025-01-02"),
        "B1": ("datetime", "2025-01-02T03:04:05"),
        "C1": ("text", "a"),
        "D1": ("date", "2023-03-15"),
    },
    (Fact("strict"),),
)
def _strict() -> bytes:
    row = cells(
        ' t="d"><v>2025-01-02</v>', ' t="d"><v>2025-01-02T03:04:05</v>', ' t="s"><v>0</v>', ' s="1"><v>45000</v>'
    )
    strict = {
        MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
        RELATIONS: "http://purl.oclc.org/ooxml/officeDocument/relationships",
    }
    whole = {}
    for name, content in parts(row, strings="<si><t>a</t></si>").items():
        for old, new in strict.items():
            content = content.replace(old.encode(), new.encode())
        whole[name] = content
    return zipped(whole)


@readable(
    "texts.xlsx",
    {
        "A1": ("text", "plain"),
        "B1": ("text", "rich text"),
        "C1": ("text", " kept "),
        "D1": ("text", "a\rb"),
        "E1": ("text", "_x0041_"),
        "F1": ("text", "čšž Ћ 😀 & <"),
        "H1": ("text", "00123"),
        "I1": ("text", "  "),
    },
)
def _texts() -> bytes:
    """Shared texts: rich ones, kept spaces, escapes, a phonetic reading, an empty one, digits."""
    strings = (
        "<si><t>plain</t></si>",
        "<si><r><t>rich</t></r><r><rPr><b/></rPr><t xml:space='preserve'> text</t></r>"
        "<rPh sb='0' eb='1'><t>x</t></rPh></si>",
        "<si><t xml:space='preserve'> kept </t></si>",
        "<si><t>a_x000D_b</t></si>",
        "<si><t>_x005F_x0041_</t></si>",
        "<si><t>čšž Ћ 😀 &amp; &lt;</t></si>",
        "<si><t/></si>",
        "<si><t>00123</t></si>",
        "<si><t xml:space='preserve'>  </t></si>",
    )
    row = cells(*(f' t="s"><v>{number}</v>' for number in range(len(strings))))
    return zipped(parts(row, strings="".join(strings)))


@readable(
    "inline.xlsx",
    {
        "A1": ("text", "a"),
        "B1": ("text", "rich text"),
        "C1": ("text", "a\rb"),
        "D1": ("boolean", "TRUE"),
        "E1": ("boolean", "FALSE"),
        "G1": ("number", "0.1"),
    },
)
def _inline() -> bytes:
    """Texts in the cells themselves, booleans, an empty text, and a number."""
    row = cells(
        ' t="inlineStr"><is><t>a</t></is>',
        ' t="inlineStr"><is><r><t>rich</t></r><r><t xml:space="preserve"> text</t></r></is>',
        ' t="inlineStr"><is><t>a_x000D_b</t></is>',
        ' t="b"><v>1</v>',
        ' t="b"><v>0</v>',
        ' t="inlineStr"><is><t></t></is>',
        "><v>0.1</v>",
    )
    return zipped(parts(row))


@readable(
    "numbers.xlsx",
    {
        "A1": ("number", "12345678901234568"),
        "B1": ("number", "0.1"),
        "C1": ("number", "-7"),
        "D1": ("number", "100000"),
        "E1": ("text", "007"),
        "F1": ("text", "inf"),
    },
)
def _numbers() -> bytes:
    """Excel keeps fifteen digits; a number as text keeps its zeros; what Excel cannot hold is no number."""
    row = cells(
        "><v>12345678901234567</v>", "><v>0.1</v>", "><v>-7</v>", "><v>1E5</v>", ' t="str"><v>007</v>',
        "><v>1E999</v>",
    )  # fmt: skip
    return zipped(parts(row))


@readable("text_for_number.xlsx", {"A1": ("text", "hello"), "B1": ("text", "1_000")})
def _text_for_number() -> bytes:
    """A program that forgot to say that the cell holds text."""
    return zipped(parts(cells("><v>hello</v>", "><v>1_000</v>")))


@readable("no_addresses.xlsx", {"A1": ("number", "1"), "B1": ("number", "2"), "A5": ("number", "3")})
def _no_addresses() -> bytes:
    """Rows and cells count on from the last where they say nothing."""
    return zipped(parts('<row><c><v>1</v></c><c><v>2</v></c></row><row r="5"><c><v>3</v></c></row>'))


@readable("comment_in_value.xlsx", {"A1": ("number", "5"), "B1": ("number", "6"), "C1": ("number", "7")})
def _comment_in_value() -> bytes:
    """Well-formed, and lost by the fast reader."""
    return zipped(parts(cells("><v><!-- x -->5</v>", "><v><![CDATA[6]]></v>", "><v>&#55;</v>")))


@readable("spaced_value.xlsx", {"A1": ("number", "5")})
def _spaced_value() -> bytes:
    """A program that indents its XML also inside a value."""
    return zipped(parts('<row r="1">\n  <c r="A1">\n    <v>\n      5\n    </v>\n  </c>\n</row>'))


@readable("two_grids.xlsx", {"A1": ("number", "1"), "A2": ("number", "2")})
def _two_grids() -> bytes:
    return zipped(parts(f"{cells('><v>1</v>')}</sheetData><sheetData>{cells('><v>2</v>', row=2)}"))


@readable("utf16.xlsx", {"A1": ("text", "ë")})
def _utf16() -> bytes:
    """The standard allows it, and the fast reader finds an empty sheet."""
    whole = parts(cells(' t="inlineStr"><is><t>ë</t></is>'))
    sheet = whole["xl/worksheets/sheet1.xml"].decode().replace("UTF-8", "UTF-16")
    return zipped({**whole, "xl/worksheets/sheet1.xml": sheet.encode("utf-16")})


@readable("latin1.xlsx", {"A1": ("text", "ë")})
def _latin1() -> bytes:
    whole = parts(cells(' t="inlineStr"><is><t>ë</t></is>'))
    sheet = whole["xl/worksheets/sheet1.xml"].decode().replace("UTF-8", "ISO-8859-1")
    return zipped({**whole, "xl/worksheets/sheet1.xml": sheet.encode("latin-1")})


@readable("prefixed.xlsx", {"A1": ("number", "1"), "B1": ("no_value", None)})
def _prefixed() -> bytes:
    """Every element with a prefix, as some libraries write it."""
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c>'
        '<x:c r="B1"><x:f>1</x:f></x:c></x:row></x:sheetData></x:worksheet>'
    )
    return zipped({**parts(), "xl/worksheets/sheet1.xml": sheet.encode()})


@readable("elsewhere.xlsx", {"A1": ("text", "right")})
def _elsewhere() -> bytes:
    """The workbook names another part of texts than the one at the usual place."""
    whole = parts(cells(' t="s"><v>0</v>'), strings="<si><t>wrong</t></si>")
    relations = whole["xl/_rels/workbook.xml.rels"].replace(b"sharedStrings.xml", b"strings2.xml")
    right = whole["xl/sharedStrings.xml"].replace(b"wrong", b"right")
    types = whole["[Content_Types].xml"].replace(b"/xl/sharedStrings.xml", b"/xl/strings2.xml")
    return zipped(
        {**whole, "[Content_Types].xml": types, "xl/_rels/workbook.xml.rels": relations, "xl/strings2.xml": right}
    )


@readable("styles.xlsx", {"A1": ("date", "2023-03-15")})
def _many_styles() -> bytes:
    """Ten thousand formats, left behind by years of copying."""
    formats = "".join(f'<xf numFmtId="0" fontId="{n * n % 7919}"/>' for n in range(9_999)) + '<xf numFmtId="164"/>'
    styles = STYLES[: STYLES.index("<cellXfs")] + f"<cellXfs>{formats}</cellXfs>"
    return zipped(parts(cells(' s="9999"><v>45000</v>'), styles=styles))


@readable("condition.xlsx")
def _condition() -> bytes:
    """A formula of conditional formatting is no formula of a cell."""
    inner = '<x14:cfRule xmlns:x14="x" xmlns:xm="y"><xm:f>A1&gt;1</xm:f></x14:cfRule>'
    return zipped(parts(after=f'<extLst><ext uri="{{x}}">{inner}</ext></extLst>'))


@readable("no_cells.xlsx", {})
def _no_cells() -> bytes:
    return zipped(parts(""))


@readable("chart.xlsx")
def _chart() -> bytes:
    """A tab that is a chart holds no cells."""
    whole = parts(sheets={"chart": ""})
    relations = whole["xl/_rels/workbook.xml.rels"].replace(
        b'worksheet" Target="worksheets/sheet2.xml', b'chartsheet" Target="chartsheets/sheet2.xml'
    )
    del whole["xl/worksheets/sheet2.xml"]
    types = whole["[Content_Types].xml"].replace(b"/xl/worksheets/sheet2.xml", b"/xl/chartsheets/sheet2.xml")
    chart = f"{HEAD}<chartsheet {SPACES}/>".encode()
    return zipped(
        {
            **whole,
            "[Content_Types].xml": types.replace(b'worksheet+xml"/></Types>', b'chartsheet+xml"/></Types>'),
            "xl/_rels/workbook.xml.rels": relations,
            "xl/chartsheets/sheet2.xml": chart,
        }
    )
