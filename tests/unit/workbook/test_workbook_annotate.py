"""An agency's workbook comes back with its findings marked and everything else as it was, or the findings alone."""

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import ColorScaleRule, FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from atstats.errors import ConfigurationError, UnreadableError, UsageError
from atstats.frames import FINDINGS, Book, Finding, SheetPlace
from atstats.schema import Schema, load
from atstats.workbook import annotate as module
from atstats.workbook.annotate import Annotated, annotate_workbook, message_language, write_annotated
from atstats.workbook.findings_sheet import FILLS, Page
from atstats.workbook.losses import LOSSES
from atstats.workbook.marks import HEADING, mark

ERROR, WARNING, INFO = FILLS.values()
APOSTROPHES = "O'Neil's = 1!"
CYRILLIC = "Жртве трговине људима, 31 знак!"
FIRST_DATA_ROW = 4


@pytest.fixture(scope="module")
def schema(root: Path) -> Schema:
    """The schemas that are shipped, for their words."""
    return load(root / "schemas")


# --------------------------------------------------------------------------- the made-up workbook


def made(*, n_rows: int = 6, change: Callable[[Any], None] | None = None) -> bytes:
    """A workbook as an agency might have it: everything that openpyxl can keep, once."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Viktimat"
    sheet.append(["Viktimat e vitit 2025"])
    sheet.merge_cells("A1:D1")
    sheet["A1"].font = Font(bold=True, size=16)
    sheet.append(["Emri", "Gjinia", "Lindja", "Shënim"])
    sheet.append(["first_name", "sex", "birth_date", "note"])
    for number in range(n_rows):
        sheet.append(["=1+1" if not number else f"Emri {number}", "F", None, 0.1 + number])
        sheet.cell(FIRST_DATA_ROW + number, 1).data_type = "s"
    for cell in sheet[2]:
        cell.alignment, cell.fill = Alignment(wrap_text=True), PatternFill("solid", start_color="FFFFE699")
        cell.border = Border(bottom=Side("medium", color="FF000000"))
    sheet["D5"] = CellRichText("me ", TextBlock(InlineFont(b=True), "theks"))
    sheet["C4"] = sheet["C5"] = date(2009, 5, 4)
    sheet["B5"].fill = PatternFill("solid", start_color="FF00B050")
    sheet["B2"].comment = Comment("F, M ose UNK", "Zyra", height=120, width=260)
    sheet["D2"].comment = Comment("Lirisht", "Zyra")
    sheet["D6"].hyperlink = "https://example.org/"
    sheet.column_dimensions["A"].width, sheet.column_dimensions["D"].hidden = 31.5, True
    sheet.column_dimensions["E"].number_format = "@"
    sheet.row_dimensions[2].height = 33
    sheet.freeze_panes, sheet.auto_filter.ref = "B4", "A3:D9"
    choice = DataValidation(type="list", formula1="=codes_sex", allow_blank=True, showErrorMessage=False)
    choice.add("B4:B2003")
    sheet.add_data_validation(choice)
    scale = ColorScaleRule(start_type="min", start_color="FFFFFF", end_type="max", end_color="00FF00")
    sheet.conditional_formatting.add("D4:D99", scale)
    sheet.conditional_formatting.add("A4:A99", FormulaRule(["$B4=1"], font=Font(color="FFFF0000")))
    sheet.print_title_rows, sheet.page_setup.orientation = "1:3", "landscape"
    sheet["A4"].protection, sheet.protection.sheet = Protection(locked=False), True
    other = book.create_sheet(APOSTROPHES)
    other["A1"], other["B2"] = "key", 1
    third = book.create_sheet(CYRILLIC)
    third["A1"], third["A2"] = "key", "=SUM(Viktimat!D4:D9)"
    codes = book.create_sheet("codes")
    codes["A1"], codes["A2"], codes.sheet_state = "F", "M", "veryHidden"
    book.defined_names["codes_sex"] = DefinedName("codes_sex", attr_text="'codes'!$A$1:$A$2")
    book.properties.creator = "Zyra"
    if change is not None:
        change(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def edited(
    content: bytes, *, replaced: Mapping[str, tuple[str, str]] | None = None, added: Mapping[str, str] | None = None
) -> bytes:
    """The same package with a piece of some parts replaced, and with further parts."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if replaced and name in replaced:
                old, new = (each.encode() for each in replaced[name])
                assert old in data, (name, old)
                data = data.replace(old, new, 1)
            if not added or name not in added:
                target.writestr(name, data)
        for name, text in (added or {}).items():
            target.writestr(name, text)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
RELATIONS = "xl/worksheets/_rels/sheet1.xml.rels"
THIRD = "xl/worksheets/sheet3.xml"
BOOK = "xl/workbook.xml"
ALTERNATIVE = 'mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
X14 = 'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'


def extended(inner: str) -> bytes:
    """The workbook with an extension in its first sheet."""
    end = f'<extLst><ext {X14} uri="{{0}}">{inner}</ext></extLst></worksheet>'
    return edited(made(), replaced={SHEET: ("</worksheet>", end)})


def related(kind: str, target: str = "../nowhere.xml", *, added: Mapping[str, str] | None = None) -> bytes:
    """The workbook with a further relation of its first sheet."""
    relation = f'<Relationship Id="rx" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'
    return edited(made(), replaced={RELATIONS: ("</Relationships>", relation)}, added=added)


def drawn(anchored: str) -> bytes:
    """The workbook with a drawing in its first sheet."""
    space = 'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
    xml = f"<xdr:wsDr {space}><xdr:oneCellAnchor>{anchored}</xdr:oneCellAnchor></xdr:wsDr>"
    return related("drawing", "/xl/drawings/drawing9.xml", added={"xl/drawings/drawing9.xml": xml})


# --------------------------------------------------------------------------- findings and what is seen


def findings(*rows: tuple[Any, ...]) -> pl.DataFrame:
    """Findings from (sheet, cell, rule, severity) and, where given, detail, others, waived."""
    whole = []
    for sheet, cell, rule, severity, *rest in rows:
        detail, others, waived = (*rest, *("", [], False)[len(rest) :])
        number = int(re.sub(r"\D", "", cell)) if cell else None
        column = re.sub(r"\d", "", cell)
        place = ("KP_2025.xlsx", sheet, cell, number, column, rule, severity, detail, "", others)
        whole.append((*place, f"print-{rule}-{cell}", waived))
    return pl.DataFrame(whole, schema=dict(FINDINGS), orient="row")


FEW = findings(
    ("", "", "META-04", "warning"),
    ("Viktimat", "", "META-06", "info"),
    ("Viktimat", "B5", "TYPE-02", "error", "", ["A5", f"{APOSTROPHES}!B2"]),
    ("Viktimat", "B5", "VIC-03", "warning"),
    ("Viktimat", "B2", "META-06", "warning"),
    ("Viktimat", "C1", "META-08", "info"),
    ("Viktimat", "C6", "VIC-01", "info"),
    ("Viktimat", "E7", "REQ-01", "error"),
    ("Viktimat", "A4", "VIC-09", "warning", "", [], True),
    (APOSTROPHES, "B2", "CASE-01", "error"),
    (CYRILLIC, "A1", "CASE-02", "warning"),
)


def rendered(finding: Finding) -> tuple[str, str]:
    """A message and a hint that name rule and column."""
    return f"={finding.rule} in {finding.column}", f"@Correct {finding.cell}"


def book_of(*, n_rows: int = 6) -> Book:
    """Where the first sheet of the made-up workbook stands."""
    raw = pl.DataFrame({"row": pl.Series(range(FIRST_DATA_ROW, FIRST_DATA_ROW + n_rows), dtype=pl.UInt32)})
    return Book("KP_2025.xlsx", "KP", "", {"police.victims": SheetPlace("Viktimat", {"sex": "B"}, raw)})


def page_of(schema: Schema, found: pl.DataFrame = FEW, *, language: str = "en", n_rows: int = 6) -> Page:
    """The page that `annotate_workbook` gives to its child process."""
    return module._page(
        found,
        book=book_of(n_rows=n_rows),
        render=rendered,
        say=lambda key: schema.guidance[key].of(language),
        n_not_evaluated=12,
    )


def marked(schema: Schema, content: bytes, found: pl.DataFrame = FEW, **options: Any) -> Any:
    """The copy, opened again."""
    answer = mark(content, page_of(schema, found, **options))
    assert isinstance(answer, bytes), answer
    return openpyxl.load_workbook(BytesIO(answer), rich_text=True)


Seen = dict[str, tuple[Any, str, str, str]]


def seen(sheet: Any) -> Seen:
    """Cell -> value, fill, comment, link, where it has any of them."""
    whole = {}
    for row in sheet.iter_rows():
        for cell in row:
            fill = cell.fill.fgColor.rgb if cell.fill.fill_type else ""
            link = (cell.hyperlink.location or cell.hyperlink.target) if cell.hyperlink else ""
            one = (cell.value, fill, cell.comment.text if cell.comment else "", link)
            if any(each not in (None, "") for each in one):
                whole[cell.coordinate] = one
    return whole


def looks(sheet: Any) -> dict[str, tuple[str, ...]]:
    """Cell -> everything of its look but the fill."""
    return {
        cell.coordinate: (
            cell.data_type, cell.number_format, *map(repr, (cell.font, cell.border, cell.alignment, cell.protection))
        )
        for row in sheet.iter_rows()
        for cell in row
        if not isinstance(cell, openpyxl.cell.MergedCell)
    }  # fmt: skip


def forms(sheet: Any) -> dict[str, Any]:
    """What a sheet has beside its cells."""
    return {
        "widths": {key: (each.width, each.hidden, each.number_format) for key, each in sheet.column_dimensions.items()},
        "heights": {key: each.height for key, each in sheet.row_dimensions.items() if each.height},
        "merged": sorted(map(str, sheet.merged_cells.ranges)),
        "frozen": sheet.freeze_panes,
        "filter": sheet.auto_filter.ref,
        "choices": [
            (each.type, each.formula1, str(each.sqref), each.showErrorMessage)
            for each in sheet.data_validations.dataValidation
        ],
        "formats": [
            (
                str(area.sqref),
                [(rule.type, rule.formula, rule.priority, rule.colorScale, rule.dxf) for rule in area.rules],
            )
            for area in sheet.conditional_formatting
        ],
        "titles": sheet.print_title_rows,
        "page": (sheet.page_setup.orientation, sheet.protection.sheet, sheet.sheet_state),
    }


# --------------------------------------------------------------------------- the copy


def test_each_finding_is_marked_at_its_cell_and_nothing_else_changes(schema: Schema) -> None:
    """Fill, comment and link back are added; the worst severity colours; merged cells are marked at their first."""
    content = made()
    before, after = openpyxl.load_workbook(BytesIO(content), rich_text=True), marked(schema, content)

    def note(number: int, rule: str, said: str, cell: str) -> str:
        column = re.sub(r"\d", "", cell)
        return f"{rule} {said}: ={rule} in {column}\n@Correct {cell}\n(No. {number} on the sheet 'Findings')"

    old = seen(before["Viktimat"])
    assert after.sheetnames == ["Findings", *before.sheetnames]
    assert seen(after["Viktimat"]) == old | {
        "A1": ("Viktimat e vitit 2025", INFO, f"{HEADING}\n{note(6, 'META-08', 'information', 'C1')}", "'Findings'!A1"),
        "B2": ("Gjinia", WARNING, f"F, M ose UNK\n\n{HEADING}\n{note(5, 'META-06', 'warning', 'B2')}", ""),
        "B5": (
            "F",
            ERROR,
            f"{HEADING}\n{note(3, 'TYPE-02', 'error', 'B5')}\n\n{note(4, 'VIC-03', 'warning', 'B5')}",
            "",
        ),
        "C6": (None, INFO, f"{HEADING}\n{note(7, 'VIC-01', 'information', 'C6')}", ""),
        "E7": (None, ERROR, f"{HEADING}\n{note(8, 'REQ-01', 'error', 'E7')}", ""),
    }
    assert seen(after[APOSTROPHES]) == {
        "A1": ("key", "", "", "'Findings'!A1"),
        "B2": (1, ERROR, f"{HEADING}\n{note(10, 'CASE-01', 'error', 'B2')}", ""),
    }
    assert seen(after[CYRILLIC]) == {
        "A1": ("key", WARNING, f"{HEADING}\n{note(11, 'CASE-02', 'warning', 'A1')}", "'Findings'!A1"),
        "A2": ("=SUM(Viktimat!D4:D9)", "", "", ""),
    }
    assert seen(after["codes"]) == seen(before["codes"])
    for name in before.sheetnames:
        assert forms(after[name]) == forms(before[name]), name
        old_looks, new_looks = looks(before[name]), looks(after[name])
        assert {cell: new_looks[cell] for cell in old_looks} == old_looks, name
    assert looks(after["Viktimat"])["E7"][1] == "@"  # a new cell looks as its column says
    assert {name: each.attr_text for name, each in after.defined_names.items()} == {"codes_sex": "'codes'!$A$1:$A$2"}
    assert after.properties.creator == "Zyra"
    assert [after["Viktimat"][cell].comment.author for cell in ("A1", "B2", "D2")] == ["atstats", "Zyra", "Zyra"]


def test_the_list_in_front_has_a_line_for_each_finding(schema: Schema) -> None:
    """Every cell of the sheet: totals, legend, headings, lines, links to cells and the fill that was there."""
    after = marked(schema, made())
    sheet = after["Findings"]
    label = "FFDCE6F1"
    headings = (
        "no.", "sheet", "cell", "rule", "severity", "what is wrong", "what to do", "answer", "who answers, when",
        "mark of the finding", "fill before", "other cell 1", "other cell 2",
    )  # fmt: skip

    def line(row: int, values: tuple[Any, ...], fill: str, links: Mapping[str, str], **more: Any) -> Seen:
        number, tab, cell, rule, said = values
        column = re.sub(r"\d", "", cell)
        texts = {
            "A": number, "B": tab, "C": cell, "D": rule, "E": said, "F": f"={rule} in {column}",
            "G": f"@Correct {cell}", "J": f"print-{rule}-{cell}", **more,
        }  # fmt: skip
        fills = {"E": fill, "H": "FFFFFFF0", "I": "FFFFFFF0"}
        if "K" in texts:
            fills["K"] = texts.pop("K")
        whole = {}
        for letters in "ABCDEFGHIJKLM":
            one = (texts.get(letters) or None, fills.get(letters, ""), "", links.get(letters, ""))
            if any(one):
                whole[f"{letters}{row}"] = one
        return whole

    quoted = "'O''Neil''s = 1!'!"
    expected: Seen = {
        "A1": ("Findings in KP_2025.xlsx", "", "", ""),
        "A2": ("Errors: 3. Warnings: 5. Information: 3. Rule checks not evaluated: 12. Waived: 1.", "", "", ""),
        "F3": ("error: the submission is not accepted", ERROR, "", ""),
        "G3": ("warning: to be mended or explained", WARNING, "", ""),
        "H3": ("information", INFO, "", ""),
        "A4": (
            "This is a copy of your workbook in which each finding is marked at its cell. Correct your own workbook "
            "and send it again. Where a value is right as it is, write why into the column 'answer' and send this "
            "copy too.",
            "", "", "",
        ),
        **{f"{letters}6": (word, label, "", "") for letters, word in zip("ABCDEFGHIJKLM", headings, strict=True)},
        **line(7, (1, "", "", "META-04", "warning"), WARNING, {}),
        **line(8, (2, "Viktimat", "", "META-06", "information"), INFO, {"B": "'Viktimat'!A1"}),
        **line(
            9, (3, "Viktimat", "B5", "TYPE-02", "error"), ERROR,
            {"C": "'Viktimat'!B5", "L": "'Viktimat'!A5", "M": f"{quoted}B2"},
            K="FF00B050", L="A5", M=f"{APOSTROPHES}!B2",
        ),
        **line(10, (4, "Viktimat", "B5", "VIC-03", "warning"), WARNING, {"C": "'Viktimat'!B5"}, K="FF00B050"),
        **line(11, (5, "Viktimat", "B2", "META-06", "warning"), WARNING, {"C": "'Viktimat'!B2"}, K="FFFFE699"),
        **line(12, (6, "Viktimat", "C1", "META-08", "information"), INFO, {"C": "'Viktimat'!C1"}),
        **line(13, (7, "Viktimat", "C6", "VIC-01", "information"), INFO, {"C": "'Viktimat'!C6"}),
        **line(14, (8, "Viktimat", "E7", "REQ-01", "error"), ERROR, {"C": "'Viktimat'!E7"}),
        **line(15, (9, "Viktimat", "A4", "VIC-09", "warning (waived)"), WARNING, {"C": "'Viktimat'!A4"}),
        **line(16, (10, APOSTROPHES, "B2", "CASE-01", "error"), ERROR, {"C": f"{quoted}B2"}),
        **line(17, (11, CYRILLIC, "A1", "CASE-02", "warning"), WARNING, {"C": f"'{CYRILLIC}'!A1"}),
    }  # fmt: skip
    assert seen(sheet) == expected
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)} == {"s"}
    assert (sheet.freeze_panes, sheet.auto_filter.ref, after.active.title) == ("A7", "A6:M17", "Findings")
    assert [each.title for each in after.worksheets if each.sheet_view.tabSelected] == ["Findings"]


def test_every_link_leads_to_a_sheet_and_a_cell_that_exist(schema: Schema) -> None:
    """Quotation marks, exclamation marks and Cyrillic in the names of tabs are written so that Excel finds them."""
    after = marked(schema, made())
    links = [each[3] for sheet in after.worksheets for each in seen(sheet).values() if each[3].startswith("'")]

    assert len(links) == 15
    for link in links:
        tab, _, cell = link.rpartition("!")
        assert tab[1:-1].replace("''", "'") in after.sheetnames
        assert coordinate_to_tuple(cell)


def test_the_sizes_of_comments_are_kept(schema: Schema) -> None:
    """openpyxl would make each comment small; a comment that grows keeps its width where that is larger."""
    answer = mark(made(), page_of(schema, findings(("Viktimat", "A4", "VIC-01", "error"))))

    assert isinstance(answer, bytes)
    with zipfile.ZipFile(BytesIO(answer)) as archive:
        vml = archive.read("xl/drawings/commentsDrawing1.vml").decode()
    assert re.findall(r"width:(\d+)px;height:(\d+)px", vml) == [("260", "120"), ("144", "79"), ("320", "92")]


def test_a_copy_of_a_copy_has_our_words_once(schema: Schema) -> None:
    """Whoever corrects the copy and sends it gets the new findings in place of the old, in a tab of another name."""
    first = mark(made(), page_of(schema))
    assert isinstance(first, bytes)

    again = marked(schema, first, findings(("Viktimat", "B2", "VIC-01", "error")))

    assert again.sheetnames[:3] == ["Findings 2", "Findings", "Viktimat"]
    assert again["Viktimat"]["B2"].comment.text == (
        f"F, M ose UNK\n\n{HEADING}\nVIC-01 error: =VIC-01 in B\n@Correct B2\n(No. 1 on the sheet 'Findings 2')"
    )


def test_the_same_workbook_gives_the_same_bytes_without_a_clock_or_a_file(
    schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dates that the workbook does not state are fixed, and no row of a person lies in a temporary file."""
    core = '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
    bare = edited(made(), added={"docProps/core.xml": core})
    monkeypatch.setattr("openpyxl.worksheet._writer.create_temporary_file", None)

    answers = [mark(bare, page_of(schema)) for _ in range(2)]

    assert answers[0] == answers[1]
    book = openpyxl.load_workbook(BytesIO(bytes(answers[0])))  # type: ignore[arg-type]
    assert (book.properties.created.year, book.properties.modified.year) == (2000, 2000)


def test_no_findings_are_told_too(schema: Schema) -> None:
    """An accepted workbook comes back with the numbers and a word."""
    sheet = marked(schema, made(), findings(), language="sr-cyrl")["Налази"]

    assert [sheet["A2"].value, sheet["A7"].value] == [
        "Грешке: 0. Упозорења: 0. Обавештења: 0. Неизвршене провере правила: 12.", "Нема налаза.",
    ]  # fmt: skip


def test_a_finding_without_a_place_in_the_workbook_is_listed_only(
    schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sheet that is missing, an address that is no single cell, and links beyond what Excel holds."""
    monkeypatch.setattr("atstats.workbook.findings_sheet._MOST_LINKS", 1)
    content = made(change=lambda book: setattr(book[APOSTROPHES]["A1"], "hyperlink", "https://example.org/"))
    found = findings(
        ("residents", "", "META-07", "error"), ("residents", "A7", "META-08", "error"),
        (APOSTROPHES, "B2", "VIC-01", "error", "", ["A1:B9", "A1"]),
    )  # fmt: skip

    after = marked(schema, content, found)

    links = {cell: each[3] for cell, each in seen(after["Findings"]).items() if each[3]}
    assert links == {"C9": "'O''Neil''s = 1!'!B2"}
    assert [sheet.title for sheet in after if any(each[2].startswith(HEADING) for each in seen(sheet).values())] == [
        APOSTROPHES
    ]
    assert after[APOSTROPHES]["A1"].hyperlink.target == "https://example.org/"  # a link that was there stays


# --------------------------------------------------------------------------- floods


def test_a_rule_that_fails_in_most_rows_is_one_line(schema: Schema) -> None:
    """The first twenty cells are filled and linked, the comment stands once, at the header; details stay apart."""
    flood = [("Viktimat", f"B{row}", "TYPE-02", "error", "unlisted") for row in range(4, 30)]
    rest = [("Viktimat", f"B{row}", "TYPE-02", "error", "near") for row in range(30, 32)]
    after = marked(schema, made(n_rows=50), findings(*flood, *rest), n_rows=50)
    sheet, listed = after["Viktimat"], after["Findings"]

    filled = [cell.coordinate for row in sheet["A4:E53"] for cell in row if cell.fill.fgColor.rgb == ERROR]
    assert filled == [f"B{row}" for row in (*range(4, 24), 30, 31)]
    comments = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment}
    assert comments == {"B2", "D2", "B3", "B30", "B31"}
    assert sheet["B3"].comment.text.startswith(
        f"{HEADING}\nTYPE-02 error: In 26 of 50 rows. The first: =TYPE-02 in B\n"
    )
    lines = [[cell.value for cell in row if cell.value] for row in listed["A7:AG9"]]
    assert [line[:3] for line in lines] == [[1, "Viktimat", "B4"], [2, "Viktimat", "B30"], [3, "Viktimat", "B31"]]
    assert lines[0][8:] == [*(f"B{row}" for row in range(5, 24)), "+ 6"]
    assert [cell.hyperlink.location for cell in listed[7] if cell.hyperlink] == [
        f"'Viktimat'!B{row}" for row in range(4, 24)
    ]
    assert listed["A2"].value.startswith("Errors: 28.")


@pytest.mark.parametrize(("n_failing", "n_rows", "n_lines"), [(25, 50, 25), (26, 50, 1), (20, 20, 20), (21, 21, 1)])
def test_a_rule_is_folded_only_where_it_drowns_the_others(
    schema: Schema, n_failing: int, n_rows: int, n_lines: int
) -> None:
    """More than half of the rows, and more than the twenty cells that a line names."""
    found = findings(*(("Viktimat", f"B{row}", "TYPE-02", "error") for row in range(4, 4 + n_failing)))

    assert len(page_of(schema, found, n_rows=n_rows).lines) == n_lines


def test_a_flood_in_a_column_without_header_is_told_at_its_first_cell(schema: Schema) -> None:
    """New cells look as their row says, where it says something."""
    content = made(change=lambda book: setattr(book["Viktimat"].row_dimensions[5], "number_format", "0.00"))
    flood = findings(*(("Viktimat", f"F{row}", "TYPE-02", "error") for row in range(4, 30)))

    sheet = marked(schema, content, flood, n_rows=26)["Viktimat"]

    assert {cell for cell, each in seen(sheet).items() if HEADING in each[2]} == {"F4"}
    assert [sheet[cell].number_format for cell in ("F4", "F5")] == ["General", "0.00"]


def test_what_does_not_fit_is_counted(schema: Schema, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet that is full keeps the errors, in their order, and says how many findings are missing."""
    monkeypatch.setattr(module, "_MOST_LINES", 3)

    page = page_of(schema)

    assert [(line.number, line.severity) for line in page.lines] == [(3, "error"), (8, "error"), (10, "error")]
    assert page.left_out == "8 more findings do not fit here. Correct these, then have the workbook checked again."
    after = marked(schema, made())
    assert after["Findings"]["A5"].value == page.left_out
    assert after["Findings"]["A7"].value == "no."


# --------------------------------------------------------------------------- what a copy would lose

KINDS = {
    "formulas": lambda: edited(made(), replaced={THIRD: ("</f><v />", "</f><v>3</v>")}),
    "dropdowns": lambda: extended("<x14:dataValidations><x14:dataValidation/></x14:dataValidations>"),
    "formats": lambda: extended(
        "<x14:conditionalFormattings><x14:conditionalFormatting/></x14:conditionalFormattings>"
    ),
    "sparklines": lambda: extended("<x14:sparklineGroups><x14:sparklineGroup/></x14:sparklineGroups>"),
    "shapes": lambda: drawn("<xdr:sp/>"),
    "pictures": lambda: drawn("<xdr:pic/>"),
    "charts": lambda: made(change=_with_chart),
    "controls": lambda: edited(
        made(), replaced={"xl/drawings/commentsDrawing1.vml": ('ObjectType="Note"', 'ObjectType="Button"')}
    ),
    "threads": lambda: related("threadedComment"),
    "objects": lambda: related("oleObject"),
    "pivots": lambda: related("pivotTable"),
    "queries": lambda: related("queryTable"),
    "macros": lambda: edited(
        made(),
        replaced={
            "xl/_rels/workbook.xml.rels": (
                "</Relationships>",
                f'<Relationship Id="rx" Type="{OFFICE}/vbaProject" Target="v.bin"/></Relationships>',
            )
        },
    ),
    "ranges": lambda: edited(made(), replaced={SHEET: ("<mergeCells", "<protectedRanges/><mergeCells")}),
    "views": lambda: edited(made(), replaced={SHEET: ("<mergeCells", "<customSheetViews/><mergeCells")}),
    "signature": lambda: edited(
        made(),
        replaced={
            "_rels/.rels": (
                "</Relationships>",
                '<Relationship Id="rx" Type="http://schemas.openxmlformats.org/package/2006/relationships/'
                'digital-signature/origin" Target="_xmlsignatures/origin.sigs"/></Relationships>',
            )
        },
    ),
    "other": lambda: edited(made(), replaced={SHEET: ("<mergeCells", "<dataConsolidate/><mergeCells")}),
}  # fmt: skip


def _with_chart(book: Any) -> None:
    chart = BarChart()
    chart.add_data(Reference(book["Viktimat"], min_col=4, min_row=4, max_row=9))
    book["Viktimat"].add_chart(chart, "H2")


@pytest.mark.parametrize("kind", KINDS)
def test_what_openpyxl_would_lose_forbids_a_copy(schema: Schema, kind: str) -> None:
    """Each kind is found from the parts of the workbook alone, and nothing else is claimed."""
    assert mark(KINDS[kind](), page_of(schema)) == (kind,)


def test_every_kind_of_loss_was_tried() -> None:
    """Beside those above: another dialect of the format, and a workbook that is too large."""
    assert set(LOSSES) - set(KINDS) == {"strict", "large"}


def test_several_losses_are_told_together(schema: Schema) -> None:
    """A drop-down whose list newer Excel hides in an alternative, a button in another, an unknown extension."""
    space = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    choice = f"<mc:AlternateContent {space}><mc:Choice Requires='x'>"
    end = "</mc:Choice></mc:AlternateContent>"
    controls = f"{choice}<controls>{choice}<control/>{end}</controls>{end}"
    tail = f"{controls}<extLst><ext uri='0'><later/></ext></extLst></worksheet>"
    content = edited(made(), replaced={SHEET: ("</worksheet>", tail)})
    content = edited(content, replaced={SHEET: ("</dataValidation>", f"{choice}<list/>{end}</dataValidation>")})

    assert mark(content, page_of(schema)) == ("dropdowns", "controls", "other")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("pictures", lambda: related("image")),
        ("pictures", lambda: edited(made(), replaced={SHEET: ("<mergeCells", "<picture/><mergeCells")})),
        ("charts", lambda: drawn('<graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"/>')),
        ("pivots", lambda: drawn('<graphicData uri="http://schemas.microsoft.com/office/drawing/2010/slicer"/>')),
        ("other", lambda: drawn('<graphicData uri="something/later"/>')),
        ("other", lambda: related("somethingLater")),
        ("other", lambda: edited(made(), replaced={SHEET: ("<sheetData>", f"<sheetData><{ALTERNATIVE}/>")})),
        ("views", lambda: edited(made(), replaced={BOOK: ("<sheets>", "<customWorkbookView/><sheets>")})),
        ("other", lambda: edited(made(), replaced={BOOK: ('name="codes_sex"', 'name="_xlnm.Criteria"')})),
        ("formulas", lambda: edited(made(), replaced={THIRD: ('<c r="A2"><f>', '<c r="A2" t="str"><f>')})),
    ],
)
def test_a_loss_is_found_wherever_it_lies(schema: Schema, kind: str, content: Callable[[], bytes]) -> None:
    """Parts, elements and names that only some office programs write; a result that is an empty text."""
    assert mark(content(), page_of(schema)) == (kind,)


def test_what_a_registrar_never_sees_is_no_loss(schema: Schema) -> None:
    """Stores of the office program, an empty drawing, a formula whose result was never stored."""
    content = edited(drawn(""), replaced={SHEET: ("</worksheet>", "<ignoredErrors/></worksheet>")})
    store = f'<Relationship Id="ry" Type="{OFFICE}/printerSettings" Target="../p.bin"/></Relationships>'
    content = edited(content, replaced={RELATIONS: ("</Relationships>", store)})

    assert isinstance(mark(content, page_of(schema)), bytes)


def test_the_strict_dialect_and_a_workbook_that_is_too_large_are_told(
    schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are known before openpyxl would open the workbook."""
    old = f"{OFFICE}/officeDocument"
    strict = edited(
        made(),
        replaced={"_rels/.rels": (old, "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument")},
    )
    assert mark(strict, page_of(schema)) == ("strict",)
    monkeypatch.setattr("atstats.workbook.losses.MOST_CELLS", 30)
    assert mark(made(), page_of(schema)) == ("large",)


def test_a_copy_whose_values_differ_is_not_given_out(schema: Schema) -> None:
    """A value below merged cells, which openpyxl drops without a word, is found by reading both files."""
    content = edited(
        made(), replaced={SHEET: ('<mergeCell ref="A1:D1" />', '<mergeCell ref="A1:D1"/><mergeCell ref="A5:B5"/>')}
    )

    assert mark(content, page_of(schema)) == ("values",)


def test_what_openpyxl_warns_of_forbids_a_copy(schema: Schema) -> None:
    """A day that openpyxl cannot hold would become an error value."""
    content = made(change=lambda book: setattr(book["Viktimat"]["C5"], "value", 99_999_999))

    assert mark(content, page_of(schema)) == ("other",)


def test_a_file_that_the_guard_refuses_is_not_opened(schema: Schema) -> None:
    """Neither something else than a workbook nor one behind a password, nor one that would break a reader."""
    password = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    far = edited(made(), replaced={SHEET: ('<c r="A4"', '<c r="XFD4"')})

    assert mark(b"%PDF-1.7", page_of(schema)) == ("unsafe",)
    assert mark(password, page_of(schema)) == ("password",)
    assert mark(far, page_of(schema)) == ("unsafe",)


# --------------------------------------------------------------------------- the whole way


def annotated(schema: Schema, path: Path, found: pl.DataFrame = FEW, *, language: str = "sq") -> Annotated:
    return annotate_workbook(
        path, found, book=book_of(), render=rendered, words=schema.guidance, language=language, n_not_evaluated=12
    )


def test_the_copy_is_written_beside_and_the_workbook_stays(schema: Schema, tmp_path: Path) -> None:
    """The name says what it is; a second run replaces it; the agency's file has the bytes it had."""
    path = tmp_path / "in" / "KP_2025.xlsx"
    path.parent.mkdir()
    path.write_bytes(made())
    before = path.read_bytes()

    one = annotated(schema, path)
    out = write_annotated(one, tmp_path / "out")

    assert one.reasons == ()
    assert write_annotated(annotated(schema, path), tmp_path / "out") == out
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["KP_2025.findings.xlsx"]
    assert path.read_bytes() == before
    book = openpyxl.load_workbook(out)
    assert book.sheetnames[:2] == ["Gjetjet", "Viktimat"]
    assert book["Viktimat"]["E7"].comment.text == (
        f"{HEADING}\nREQ-01 gabim: =REQ-01 in E\n@Correct E7\n(Nr. 8 në fletën 'Gjetjet')"
    )


@pytest.mark.parametrize(
    ("language", "kind", "told"),
    [
        ("en", "sparklines", "it holds sparklines. Correct"),
        ("sq", "formulas", "ai përmban formula me rezultatet e tyre. Korrigjoni"),
        ("sr", "macros", "ona sadrži makroe. Ispravite"),
    ],
)
def test_the_findings_come_alone_where_a_copy_would_lose_something(
    schema: Schema, tmp_path: Path, language: str, kind: str, told: str
) -> None:
    """The same list without links, and at the top why."""
    path = tmp_path / "KP_2025.xlsx"
    path.write_bytes(KINDS[kind]())

    one = annotated(schema, path, language=language)

    assert one.reasons == (schema.guidance[f"findings.loss_{kind}"].of(language),)
    book = openpyxl.load_workbook(BytesIO(one.content))
    (sheet,) = book.worksheets
    assert told in sheet["A4"].value
    assert [sheet.cell(row, 3).value for row in range(9, 12)] == ["B5", "B5", "B2"]
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.hyperlink or cell.data_type == "f"]
    assert annotated(schema, path, language=language).content == one.content


def test_a_workbook_that_breaks_or_stops_the_child_still_gives_the_findings(
    schema: Schema, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A style that is not there makes openpyxl fail; a child that does not answer is ended."""
    path = tmp_path / "KP_2025.xlsx"
    path.write_bytes(edited(made(), replaced={SHEET: ('<c r="D4"', '<c r="D4" s="999"')}))
    assert annotated(schema, path, language="en").reasons == ("something that cannot be written again",)

    with monkeypatch.context() as patched:
        patched.setattr("atstats.workbook.marks.serve", slice)  # ends without a word
        assert annotated(schema, path, language="en").reasons == ("something that cannot be written again",)

    monkeypatch.setattr(module, "_SECONDS", 0.0)
    assert annotated(schema, path, language="en").reasons == ("too many cells to be written again",)


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("KP_2025.xlsx", "KP_2025.findings.xlsx"),
        ("KP_2025.xlsx (../Prishtinë) #2", "KP_2025 (.._Prishtinë) #2.findings.xlsx"),
        ("another", "KP_2025.findings.xlsx"),
    ],
)
def test_two_workbooks_of_one_name_give_two_files(called: str, name: str) -> None:
    """What tells them apart in the findings is in the name of the file, and no path is made of it."""
    assert module._file_name(Path("in") / "KP_2025.xlsx", called) == name


def test_a_copy_never_lies_among_the_submissions(tmp_path: Path) -> None:
    """It would be taken for a submission, or replace one; and a folder that cannot be made is told."""
    one = Annotated(tmp_path / "KP_2025.xlsx", "KP_2025.findings.xlsx", b"")
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "full" / one.name).mkdir(parents=True)  # as where Excel holds the file open

    with pytest.raises(UsageError):
        write_annotated(one, tmp_path / "sub" / "..")
    with pytest.raises(UnreadableError):
        write_annotated(one, tmp_path / "file")
    with pytest.raises(UnreadableError):
        write_annotated(one, tmp_path / "full")
    assert [each.name for each in (tmp_path / "full").iterdir()] == [one.name]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "full"]


@pytest.mark.parametrize(
    ("code", "language"), [("SQ", "sq"), ("sr ", "sr"), ("EN", "en"), ("TR", "en"), ("", "en"), (None, "en")]
)
def test_the_language_is_the_one_of_the_workbook(code: str | None, language: str) -> None:
    """What the sheet meta says, and English where there are no words."""
    assert message_language(code) == language


def test_every_reason_has_its_words(schema: Schema) -> None:
    """A kind of loss without a text would break the list."""
    kinds = (*LOSSES, "values", "failed", "unsafe", "password")

    assert {f"findings.loss_{kind}" for kind in kinds} == {
        key for key in schema.guidance if key.startswith("findings.loss_")
    }


def test_a_missing_word_is_a_fault_of_the_schemas(tmp_path: Path) -> None:
    """A schema folder of one's own may lack the texts."""
    with pytest.raises(ConfigurationError):
        annotate_workbook(
            tmp_path / "KP_2025.xlsx",
            FEW,
            book=book_of(),
            render=rendered,
            words={},
            language="en",
            n_not_evaluated=0,
        )


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_comments_and_links_live_on_in_libreoffice(schema: Schema, tmp_path: Path) -> None:
    """Opened and saved again by another office program, the copy still says the same."""
    answer = mark(made(), page_of(schema))
    assert isinstance(answer, bytes)
    path = tmp_path / "KP_2025.findings.xlsx"
    path.write_bytes(answer)
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path / 'profile'}", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", tmp_path / "again", path], check=True, capture_output=True, timeout=180)

    again, first = openpyxl.load_workbook(tmp_path / "again" / path.name), openpyxl.load_workbook(path)

    for sheet in first.worksheets:
        kept = {
            cell: (comment.strip(), link.replace("'", "").removeprefix("#"))
            for cell, (_, _, comment, link) in seen(again[sheet.title]).items()
            if comment or link
        }
        assert kept == {
            cell: (comment, link.replace("'", ""))
            for cell, (_, _, comment, link) in seen(sheet).items()
            if comment or link
        }
