"""Zero silent losses: our reading against openpyxl in full mode, cell by cell.

The short list of differences that are allowed, each with its reason, is `second_reader.ALLOWED`.
"""

import io
import re
import zipfile
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

import pytest
from corpus import CORPUS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import described
from second_reader import ALLOWED, BLANK, Told, differences, explanation, second_reading
from workbooks import parts, zipped

from atstats.frames import RawWorkbook, column_letters
from atstats.workbook import child, even_rows, package
from atstats.workbook.child import Request, parse
from atstats.workbook.package import open_package
from atstats.workbook.scan import Scan, scan_sheet

NOT_BY_OPENPYXL = {
    "unknown_format.xlsx": "it stops at a format that is not there",
    "text_for_number.xlsx": "it stops at a number that is none",
    "strict.xlsx": "it finds no cell in the names of strict workbooks, and says nothing",
    "chart.xlsx": "it stops at a chart without a drawing",
}
"""Files of which it gives no second opinion."""
READABLE = [case for case in CORPUS.values() if not case.refused and case.file not in NOT_BY_OPENPYXL]


def ours(content: bytes) -> dict[str, Told]:
    """Our cells, read in this process."""
    read = parse(Request("a.xlsx", ""), content)
    assert isinstance(read, RawWorkbook)
    return {address: (kind, text) for address, (kind, text) in described(read)["cells"].items()}


@pytest.mark.parametrize("case", READABLE, ids=[case.file for case in READABLE])
def test_each_readable_file_of_the_corpus_is_read_as_openpyxl_reads_it(case: Any) -> None:
    """Or differs by what is allowed."""
    content = case.make()

    assert differences(ours(content), second_reading(content)) == {}


def test_each_allowed_difference_is_seen_in_the_corpus() -> None:
    """The table holds nothing that no file shows."""
    seen = set()
    for case in READABLE:
        content = case.make()
        one, other = ours(content), second_reading(content)
        for address in {*one, *other}:
            told, (theirs, cell) = one.get(address, BLANK), other.get(address, (BLANK, None))
            if told != theirs:
                seen.add(explanation(told, theirs, cell))

    assert seen == {each.why for each in ALLOWED}


# --------------------------------------------------------------------------- workbooks drawn by lot

_TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12
)
_NUMBERS = st.one_of(
    st.integers(-(10**6), 10**6),
    st.integers(10**14, 10**18),
    st.floats(allow_nan=False, allow_infinity=False, width=64),
)
_SERIALS = st.one_of(
    st.integers(0, 100), st.integers(100, 2_958_470), st.floats(0, 70_000).map(lambda value: round(value, 6))
)


def _inner(text: str) -> str:
    return f'<t xml:space="preserve">{escape(text)}</t>'


_PLAIN = _NUMBERS.map(lambda number: ("cell", f"><v>{number!r}</v>"))
_CELLS = st.one_of(
    _PLAIN,
    _PLAIN,
    _TEXTS.map(lambda text: ("shared", text)),
    _TEXTS.map(lambda text: ("cell", f' t="inlineStr"><is>{_inner(text)}</is>')),
    _TEXTS.map(lambda text: ("cell", f' t="str"><v>{escape(text)}</v>')),
    _SERIALS.map(lambda serial: ("cell", f' s="1"><v>{serial!r}</v>')),
    _SERIALS.map(lambda serial: ("cell", f' s="2"><v>{serial!r}</v>')),
    st.floats(0, 5_000).map(lambda days: ("cell", f' s="3"><v>{days!r}</v>')),
    st.sampled_from("01").map(lambda flag: ("cell", f' t="b"><v>{flag}</v>')),
    st.sampled_from(["#N/A", "#REF!", "#SPILL!", "#VALUE!"]).map(lambda name: ("cell", f' t="e"><v>{name}</v>')),
    st.sampled_from(["><f>1+1</f>", "><f>1+1</f><v/>", "><f>1+1</f><v>2</v>", ' t="str"><f>A1</f><v>x</v>', ' s="1">'])
    .map(lambda inner: ("cell", inner)),
)  # fmt: skip
_GRIDS = st.dictionaries(st.tuples(st.integers(1, 40), st.integers(1, 12)), _CELLS, min_size=0, max_size=40)
"""(row, column) -> cell; the first row and column may be far from A1, and rows between may be blank."""


def _workbook(grid: dict[tuple[int, int], tuple[str, str]]) -> bytes:
    strings: list[str] = []
    rows: dict[int, str] = {}
    for (row, column), (how, inner) in sorted(grid.items()):
        if how == "shared":
            strings.append(f"<si>{_inner(inner)}</si>")
            inner = f' t="s"><v>{len(strings) - 1}</v>'
        rows[row] = rows.get(row, "") + f'<c r="{column_letters(column)}{row}"{inner}</c>'
    data = "".join(f'<row r="{row}">{inner}</row>' for row, inner in rows.items())
    return zipped(parts(data, strings="".join(strings)))


_SHARED_TEXTS = (
    "<si><t>plain</t></si>",
    '<si><t xml:space="preserve"> Skënderaj </t></si>',
    "<si><t>A &amp; B</t></si>",
    "<si><t></t></si>",
    "<si><t/></si>",
    "<si/>",
    "<si><r><t>rich</t></r><r><t/></r></si>",
    "<si><t>\uffe5</t></si>",
    "<si><t>a&#10;b</t></si>\n",
)


@given(grid=_GRIDS)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_workbooks_drawn_by_lot_are_read_as_openpyxl_reads_them(grid: dict[tuple[int, int], tuple[str, str]]) -> None:
    """Types, blank rows, offsets, long numbers, the first days of 1900, durations, errors, formulas."""
    content = _workbook(grid)

    assert differences(ours(content), second_reading(content)) == {}


@given(grid=_GRIDS)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_exact_reader_gives_the_same_as_the_fast_one(grid: dict[tuple[int, int], tuple[str, str]]) -> None:
    """Which of the two read a sheet makes no difference."""
    content = _workbook(grid)
    fast = ours(content)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "_fast", lambda _: None)
        assert ours(content) == fast


@given(grid=_GRIDS, piece=st.integers(1, 400))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_rows_taken_out_of_the_stream_count_as_the_parser_counts_them(
    grid: dict[tuple[int, int], tuple[str, str]], piece: int
) -> None:
    """Wherever the unpacked pieces of a sheet end."""
    content = _workbook(grid)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(package, "_PIECE", piece)
        quick = _scanned(content)
        patch.setattr(even_rows, "_ROW", re.compile(b"never"))
        assert _scanned(content) == quick


def _scanned(content: bytes) -> Scan:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        opened = open_package(archive)
        return scan_sheet(archive, opened.tabs[0], opened)


@given(texts=st.lists(st.sampled_from(_SHARED_TEXTS), max_size=12), piece=st.integers(1, 400))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_texts_taken_out_of_the_stream_count_as_the_parser_counts_them(texts: list[str], piece: int) -> None:
    """The same ones are found to be empty, whatever stands between the plain ones and wherever the pieces end."""
    content = zipped(parts(strings="".join(texts)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(package, "_PIECE", piece)
        quick = _empty_texts(content)
        patch.setattr(even_rows, "_TEXTS", re.compile(b"never"))
        assert _empty_texts(content) == quick


@pytest.mark.parametrize("text", [b"\xff", b"\x01", b"\xef\xbf\xbf", b"]]>"])
def test_a_text_that_xml_forbids_is_refused_though_it_looks_plain(text: bytes) -> None:
    """Bytes that are no UTF-8, control characters, U+FFFF, and the end of a section that never began."""
    whole = parts(strings="<si><t>plain</t></si><si><t>odd</t></si>")
    whole["xl/sharedStrings.xml"] = whole["xl/sharedStrings.xml"].replace(b"odd", text)

    with pytest.raises(expat.ExpatError):
        _empty_texts(zipped(whole))


def _empty_texts(content: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return open_package(archive).blank_texts
