"""The report as a tree of frozen values: what is said, without any look.

One tree for each language; every writer (HTML, later PDF, DOCX and the annex) reads the same
tree, so that words, numbers and alternative texts exist once. A number in the tree is a
`Number`, which names the published cells that it is.
"""

from dataclasses import dataclass, field

__all__ = [
    "Block",
    "BodyCell",
    "BodyRow",
    "Bullets",
    "Card",
    "Contents",
    "ContentsEntry",
    "Cover",
    "Document",
    "Emphasis",
    "EmptyTable",
    "Figure",
    "HeadCell",
    "Heading",
    "KeyFigures",
    "Link",
    "Note",
    "Number",
    "Paragraph",
    "Parameter",
    "Picture",
    "QualityBox",
    "Run",
    "Runs",
    "Statement",
    "Statements",
    "Strong",
    "Symbol",
    "TableBlock",
    "Text",
    "joined",
    "plain",
]

# --------------------------------------------------------------------------- inline


@dataclass(frozen=True, slots=True)
class Text:
    """Words."""

    text: str
    kind: str = field(default="text", init=False)


@dataclass(frozen=True, slots=True)
class Number:
    """A published number as the language writes it."""

    text: str
    cells: tuple[str, ...]
    """Ids of the cells that hold this number: "T2.1:r3:c1"."""
    value: float = 0.0
    kind: str = field(default="number", init=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that is no statistic: the base of the rounding."""

    text: str
    kind: str = field(default="parameter", init=False)


@dataclass(frozen=True, slots=True)
class Symbol:
    """Shorthand in brackets, explained where it stands: [c], [p]."""

    text: str
    meaning: str
    kind: str = field(default="symbol", init=False)


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that carry weight."""

    runs: "Runs"
    kind: str = field(default="strong", init=False)


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Words that are said differently."""

    runs: "Runs"
    kind: str = field(default="emphasis", init=False)


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another place of the same report."""

    runs: "Runs"
    target: str
    """The anchor of a block."""
    kind: str = field(default="link", init=False)


Run = Text | Number | Parameter | Symbol | Strong | Emphasis | Link
Runs = tuple[Run, ...]


def plain(runs: Runs) -> str:
    """The same words without any mark-up, for titles and alternative texts."""
    return "".join(plain(run.runs) if isinstance(run, Strong | Emphasis | Link) else run.text for run in runs)


def joined(*sentences: Runs) -> Runs:
    """Whole sentences one after the other; empty ones leave no gap."""
    runs: Runs = ()
    for each in sentences:
        if each:
            runs = (*runs, Text(" "), *each) if runs else each
    return runs


# --------------------------------------------------------------------------- blocks


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; chapters are level 2."""

    level: int
    runs: Runs
    anchor: str
    number: str = ""
    kind: str = field(default="heading", init=False)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    runs: Runs
    kind: str = field(default="paragraph", init=False)


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without order."""

    items: tuple[Runs, ...]
    kind: str = field(default="bullets", init=False)


@dataclass(frozen=True, slots=True)
class Note:
    """Small print."""

    runs: Runs
    kind: str = field(default="note", init=False)


@dataclass(frozen=True, slots=True)
class Statement:
    """One generated sentence and what must be known to read it rightly."""

    lead: Runs
    detail: Runs = ()
    kind: str = field(default="statement", init=False)


@dataclass(frozen=True, slots=True)
class Statements:
    """The main results."""

    title: str
    items: tuple[Statement, ...]
    kind: str = field(default="statements", init=False)


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart as SVG, wide and narrow, with its text alternative."""

    svg: str
    narrow: str
    alt: str
    cells: tuple[str, ...]
    """Ids of the cells that the chart or its alternative text shows."""


@dataclass(frozen=True, slots=True)
class Card:
    """One key figure."""

    label: str
    value: Number
    symbols: Runs
    of: Runs
    """The whole that the figure is a part of, or nothing."""
    lines: tuple[Runs, ...]
    """Earlier figure, range."""
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """The figures that stand first."""

    title: str
    cards: tuple[Card, ...]
    note: Runs
    kind: str = field(default="key_figures", init=False)


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with title, source and the way to its data."""

    id: str
    label: str
    """"Figure C1"."""
    title: Runs
    subtitle: Runs
    picture: Picture
    notes: tuple[tuple[str, Runs], ...]
    """Heading of the note ("Source") and its words."""
    table: str
    """Id of the table that has the same numbers."""
    table_words: str
    kind: str = field(default="figure", init=False)


@dataclass(frozen=True, slots=True)
class HeadCell:
    """A heading over columns."""

    text: str
    columns: int = 1
    rows: int = 1
    group: bool = False
    """Whether it spans several columns."""


@dataclass(frozen=True, slots=True)
class BodyCell:
    """One cell of a printed table: a number, symbols, or both."""

    id: str
    number: Number | None
    symbols: tuple[Symbol, ...]
    total: bool


@dataclass(frozen=True, slots=True)
class BodyRow:
    """One row of a printed table; a `group` row is a heading without cells."""

    head: str
    cells: tuple[BodyCell, ...]
    look: str = ""
    """"", "total", "group" or "below" (below the line)."""


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A printed table with everything that is needed to read it."""

    id: str
    label: str
    """"Table T2.1"."""
    title: str
    unit: str
    stub: str
    """Heading of the column of row headings."""
    head: tuple[tuple[HeadCell, ...], ...]
    body: tuple[BodyRow, ...]
    notes: tuple[tuple[str, Runs], ...]
    """Heading of the note ("Source", "[c]", or empty) and its words."""
    n_columns: int
    kind: str = field(default="table", init=False)


@dataclass(frozen=True, slots=True)
class EmptyTable:
    """A table without data this year, and why."""

    id: str
    label: str
    title: str
    reason: str
    kind: str = field(default="empty_table", init=False)


@dataclass(frozen=True, slots=True)
class QualityBox:
    """How far the figures can be relied on."""

    title: str
    rows: tuple[tuple[str, Runs], ...]
    kind: str = field(default="quality", init=False)


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """A chapter in the list of contents, with its tables and figures."""

    anchor: str
    number: str
    text: str
    tables: tuple[tuple[str, str], ...]
    """Anchor and title."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The list of chapters and tables."""

    title: str
    entries: tuple[ContentsEntry, ...]
    note: str
    kind: str = field(default="contents", init=False)


Block = (
    Heading
    | Paragraph
    | Bullets
    | Note
    | Statement
    | Statements
    | KeyFigures
    | Figure
    | TableBlock
    | EmptyTable
    | QualityBox
    | Contents
)

# --------------------------------------------------------------------------- the whole


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands before the first figure."""

    title: str
    subtitle: str
    owner: str
    facts: tuple[tuple[str, str], ...]
    """Year, status, dates: heading and words."""
    marks: tuple[str, ...]
    """SAMPLE, RESTRICTED: repeated on every page."""
    status_note: str
    languages: tuple[tuple[str, str], ...]
    """Language and its own name, in the order of the release."""


@dataclass(frozen=True, slots=True)
class Document:
    """One report in one language."""

    language: str
    html_language: str
    cover: Cover
    blocks: tuple[Block, ...]
    words: tuple[tuple[str, str], ...]
    """Fixed words of the writers ("skip", "languages"), translated."""
    foot: tuple[str, ...]
    """Small print under the report."""
