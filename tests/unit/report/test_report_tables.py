"""Printed tables: headings, numbers, symbols and every note that a table needs."""

from collections.abc import Callable
from typing import Any

from atstats.report.blocks import EmptyTable, HeadCell, TableBlock, plain
from atstats.report.tables import table_block


def printed(made: Any, identifier: str, language: str = "en") -> TableBlock:
    """One table of an edition, as it is printed."""
    context = made.context(language)
    block = table_block(context.cells.tables[identifier], context=context)
    assert isinstance(block, TableBlock)
    return block


def body(block: TableBlock) -> list[tuple[str, str, list[str]]]:
    """Look, heading and words of each row."""
    return [
        (row.look, row.head, [" ".join(([cell.number.text] if cell.number else []) + [s.text for s in cell.symbols])
                              for cell in row.cells])
        for row in block.body
    ]  # fmt: skip


def notes(block: TableBlock) -> list[str]:
    """The notes under a table."""
    return [f"{head}: {plain(words)}" for head, words in block.notes]


def test_every_kind_of_cell_is_printed_in_its_way(edition: Callable[..., Any]) -> None:
    """Numbers, flags beside them, symbols in their place, a cell that is not there, and the notes on each."""
    made = edition(
        ("T2.1", """
                        | sex=F  | sex=M | sex=UNK | sex=_T
        age_group=_T    | 12~    | 3~r   | c       | 17
        age_group=16-17 | 0~     | :     | z       | 1234.5
        age_group=UNK   | 1251~b | .     | 2p      | 3~e
        """, {"notes": ("late",)}),
    )  # fmt: skip
    block = printed(made, "T2.1")

    assert (block.label, block.title, block.unit, block.stub) == ("Table T2.1", "title label", "unit label",
                                                                  "age_group label")  # fmt: skip
    assert block.head == ((HeadCell("F label"), HeadCell("M label"), HeadCell("UNK label"), HeadCell("Total")),)
    assert body(block) == [
        ("total", "Total", ["12", "3 [r]", "[c]", "17"]),
        ("", "16-17 label", ["0", "[x]", "[z]", "1,234.5"]),
        ("", "UNK label", ["1,251 [b]", "[z]", "2 [p]", "3 [e]"]),
    ]
    assert notes(block) == [
        "Counted: scope label",
        "Note: note label",
        "Note: late label",
        "Rounding: Counts are rounded to multiples of 3; a zero may stand for a small number.",
        "Rounding: Totals that are printed exactly may differ from the sum of rounded figures.",
        "[c]: withheld so that no person can be recognised, or to protect another withheld figure.",
        "[x]: not available.",
        "[z]: does not apply.",
        "[b]: break in the series: figures before and after are not comparable.",
        "[p]: provisional.",
        "[r]: revised since it was first published.",
        "[e]: estimated.",
        "Source: source label",
    ]


def test_an_exact_table_says_nothing_about_rounding(edition: Callable[..., Any]) -> None:
    """Symbols and rounding are explained only where they stand."""
    made = edition(("T2.1", "| sex=_T\nage_group=_T | 12"), base=None)

    assert notes(printed(made, "T2.1")) == ["Counted: scope label", "Note: note label", "Source: source label"]


def test_crossed_columns_stand_under_spanning_headings(edition: Callable[..., Any]) -> None:
    """A category spans its columns; a total over everything, and a lone measure, span the rows below."""
    columns = " | ".join(
        ["sex2=F&age2=CHILD", "sex2=F&age2=_T", "sex2=_T&age2=CHILD", "sex2=_T&age2=_T", "measure=MEDIAN"]
    )
    block = printed(edition(("T3.1", f"| {columns}\nform=SEX | 1 | 2 | 3 | 4 | 5")), "T3.1")

    assert block.head == (
        (
            HeadCell("F label", columns=2, group=True),
            HeadCell("Total", columns=1, group=True),
            HeadCell("Total", rows=2),
            HeadCell("MEDIAN label", rows=2),
        ),
        (HeadCell("CHILD label"), HeadCell("Total"), HeadCell("CHILD label")),
    )
    assert [cell.total for cell in block.body[0].cells] == [False, False, False, True, False]


def test_stacked_dimensions_are_told_apart(edition: Callable[..., Any]) -> None:
    """Rows, or columns, of several dimensions stand under the name of each."""
    made = edition(
        ("T7.2", """
                   | entry=NEW | entry=CARRIED | entry=_T | decision=A | decision=B
        sex=_T     | 9 | 9 | 18 | 9 | 9
        sex=F      | 3 | 3 | 6  | 3 | 3
        sex=M      | 6 | 6 | 12 | 6 | 6
        age2=CHILD | 0 | 0 | 0  | 0 | 0
        age2=ADULT | 9 | 9 | 18 | 9 | 9
        """),
    )  # fmt: skip
    block = printed(made, "T7.2")

    assert block.stub == ""
    assert [(row.look, row.head) for row in block.body] == [
        ("total", "Total"),
        ("group", "sex label"),
        ("", "F label"),
        ("", "M label"),
        ("group", "age2 label"),
        ("", "CHILD label"),
        ("", "ADULT label"),
    ]
    assert [(cell.text, cell.columns, cell.rows) for cell in block.head[0]] == [
        ("entry label", 2, 1),
        ("Total", 1, 2),
        ("decision label", 2, 1),
    ]


def test_a_row_of_another_dimension_stands_below_the_line(edition: Callable[..., Any]) -> None:
    """Persons found not to be victims follow the registered victims and are no part of their total."""
    made = edition(
        ("T1.1", """
                                 | year=2024 | year=2025
        victim_status=_T         | : | 36~
        victim_status=VOT        | 20 | 27~
        victim_status=PVOT       | : | 9~
        assessment=NOT_CONFIRMED | z | 3~
        """),
    )  # fmt: skip
    block = printed(made, "T1.1")

    assert [(row.look, row.head) for row in block.body] == [
        ("total", "Total"),
        ("", "VOT label"),
        ("", "PVOT label"),
        ("below", "NOT_CONFIRMED label"),
    ]
    assert block.stub == "victim_status label"
    assert [cell.text for cell in block.head[0]] == ["2024", "2025"]


def test_numbers_are_written_as_the_language_writes_them(edition: Callable[..., Any]) -> None:
    """Thousands and decimals follow the language; the cell stays the same."""
    made = edition(("T2.1", "| sex=_T\nage_group=_T | 1234.5"))

    cells = {language: printed(made, "T2.1", language).body[0].cells[0] for language in ("en", "sq", "sr", "sr-cyrl")}

    assert {name: cell.number.text if cell.number else "" for name, cell in cells.items()} == {
        "en": "1,234.5",
        "sq": "1\N{NO-BREAK SPACE}234,5",
        "sr": "1.234,5",
        "sr-cyrl": "1.234,5",
    }
    assert {cell.number.cells for cell in cells.values() if cell.number} == {("T2.1:r1:c1",)}


def test_a_table_without_data_gives_its_reason(edition: Callable[..., Any]) -> None:
    """The reason comes from the schema; a table that gives none still says that there are no data."""
    tables = [("T6.1", "| entry=NEW\nprovider=A | :", {"empty_because": reason}) for reason in ("no_data", "unheard")]
    reasons = []
    for table in tables:
        context = edition(table).context("sq")
        block = table_block(context.cells.tables["T6.1"], context=context)
        assert isinstance(block, EmptyTable)
        reasons.append(block.reason)

    assert reasons == ["no data label sq", "Nuk ka të dhëna për këtë vit."]
