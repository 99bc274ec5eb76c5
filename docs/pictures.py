"""Draw the pictures of docs/first-hour.md and its translations anew: python docs/pictures.py

Each picture shows what the commands of the page do: they are run as they stand there, and the cells
are typed as the tables of the page say. Needs a system with pseudo-terminals (Linux, macOS) and the
DejaVu fonts.
"""

import os
import re
import struct
import subprocess
import sys
import tempfile
import textwrap
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import coordinate_to_tuple, get_column_letter

__all__ = ["LANGUAGES", "Cells", "Command", "page_of", "run", "steps", "type_into"]

DOCS = Path(__file__).resolve().parent
LANGUAGES = ("en", "sq", "sr")
WORKBOOK = "HELPLINE_2026.xlsx"
TABS = {"meta": 1, "calls": 2}
"""Sheet -> its place among the tabs, whatever they are called in the language of the workbook."""

_STEP = re.compile(
    r"```console\n(?P<commands>.*?)```|<!-- type into (?P<sheet>\w+) -->\n\n(?P<table>.*?)\n\n", re.DOTALL
)
_ERASED, _CURSOR = "\x1b[2K", "\x1b[?25h"
"""What a terminal is sent when the line of progress goes, and when the cursor comes back."""
_ISO = re.compile(r"\d{4}-\d\d-\d\d")


# --------------------------------------------------------------------------- what the page says


@dataclass(frozen=True)
class Command:
    """A command of the page, in words."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Cells:
    """Cells that the page asks to type."""

    sheet: str
    typed: Mapping[str, str] = field(default_factory=dict)
    """Address -> what is typed."""


def page_of(language: str) -> str:
    """The page in a language."""
    name = "first-hour.md" if language == "en" else f"first-hour.{language}.md"
    return (DOCS / name).read_text(encoding="utf-8")


def steps(page: str) -> Iterator[Command | Cells]:
    """What a reader of the page does, in order."""
    for found in _STEP.finditer(page):
        if found["commands"] is not None:
            for line in found["commands"].splitlines():
                yield Command(tuple(line.split()))
        else:
            yield Cells(found["sheet"], dict(_typed(found["table"])))


def _typed(table: str) -> Iterator[tuple[str, str]]:
    """A table with the letters of columns above and the numbers of rows on the left, as Excel shows them."""
    lines = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in table.splitlines()]
    letters = lines[0][1:]
    for number, *cells in lines[2:]:
        yield from ((f"{letter}{number.strip('*')}", text) for letter, text in zip(letters, cells, strict=True) if text)


def type_into(path: Path, cells: Cells) -> None:
    """Type the cells as Excel takes them: a day that exists becomes a date, digits a number unless the cell is text."""
    book = openpyxl.load_workbook(path)
    tab = book.worksheets[TABS[cells.sheet]]
    for address, text in cells.typed.items():
        letters = re.sub(r"\d", "", address)
        tab[address].value = _as_excel(text, number_format=tab.column_dimensions[letters].number_format)
    book.save(path)


def _as_excel(text: str, *, number_format: str) -> str | int | date:
    if number_format == "@":
        return text
    if _ISO.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return int(text) if text.isdigit() else text


def run(command: Command, folder: Path, *, columns: int = 100) -> tuple[int, str]:
    """Run a command of the page in a folder, on a terminal: its exit code and what the terminal shows."""
    import pty

    program, *arguments = command.words
    assert program == "atstats"
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm-256color", "LINES": "60"}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen(
        [sys.executable, "-m", "atstats", *arguments],
        cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs,
    ) as running:  # fmt: skip
        os.close(theirs)
        shown = b""
        while piece := _read(ours):
            shown += piece
    os.close(ours)
    told = shown.decode().replace("\r\n", "\n")
    return running.returncode, told.rpartition(_ERASED)[2].replace(_CURSOR, "")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux tells that the other end is closed
        return b""


# --------------------------------------------------------------------------- a terminal


def terminal(command: Command, shown: str, *, columns: int = 100) -> str:
    """What the terminal shows below the command, as SVG."""
    from rich.console import Console
    from rich.terminal_theme import TerminalTheme
    from rich.text import Text

    colours = [(12, 12, 12), (231, 72, 86), (22, 198, 12), (249, 241, 165), (59, 120, 255), (180, 0, 158),
               (97, 214, 214), (242, 242, 242)]  # fmt: skip
    theme = TerminalTheme((12, 12, 12), (230, 230, 230), colours, colours)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=columns, file=nowhere, force_terminal=True, color_system="truecolor")
        console.print(Text.assemble(("PS C:\\Users\\arta\\Documents> ", "dim"), (" ".join(command.words), "bold")))
        console.print(Text.from_ansi(shown.rstrip("\n")))
        svg = console.export_svg(title="Terminal", theme=theme)
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)  # it would be fetched from the network
    svg = re.sub(r"<circle[^>]*/>", "", svg)  # the buttons of another system than the clerk's
    return svg.replace("Fira Code", "DejaVu Sans Mono").replace("arial", "DejaVu Sans")


# --------------------------------------------------------------------------- a sheet


_HEAD, _SIDE, _BAR = 22, 34, 30
"""Heights and widths of the letters above, the numbers beside, and the tabs below, in pixels."""
_WIDEST = 150
_FACE = "DejaVu Sans"
_NOTE = 330


class _Drawing:
    """A sheet as a spreadsheet program shows it, in SVG."""

    def __init__(self, tab: Any, *, rows: Sequence[int], columns: int) -> None:
        self._tab = tab
        self._rows = rows
        self._columns = range(1, columns + 1)
        self._parts: list[str] = []
        self._merged = {(area.min_row, area.min_col): area.max_col for area in tab.merged_cells.ranges}
        self._covered = {place for area in tab.merged_cells.ranges for place in area.cells} - set(self._merged)
        widths = (tab.column_dimensions[get_column_letter(each)].width * 7 + 5 for each in self._columns)
        self._x = [_SIDE]
        for width in widths:
            self._x.append(self._x[-1] + int(min(width, _WIDEST)))
        self._y = [_HEAD]
        for row in rows:
            self._y.append(self._y[-1] + self._height(row))

    def _height(self, row: int) -> int:
        lines = [len(self._lines(self._tab.cell(row, column), column)) for column in self._columns]
        return max(21, 17 * max(lines, default=1) + 5)

    def _lines(self, cell: Any, column: int) -> list[str]:
        value = cell.value
        if isinstance(value, datetime | date):
            value = f"{value:%Y-%m-%d}"
        text = "" if value is None else str(value)
        if not cell.alignment.wrap_text:
            return [text]
        width = self._right(cell) - self._x[column - 1]
        return textwrap.wrap(text, max(4, int((width - 8) / (_size(cell) * 0.56)))) or [""]

    def _right(self, cell: Any) -> int:
        """Where a cell ends: with those that are merged with it."""
        last = self._merged.get((cell.row, cell.column), cell.column)
        return self._x[min(last, len(self._columns))]

    def _free(self, cell: Any) -> int:
        """How far a text may run on: over the blank cells beside it."""
        column = cell.column
        while column < len(self._columns) and self._tab.cell(cell.row, column + 1).value is None:
            column += 1
        return max(self._x[column], self._right(cell))

    def draw(self, tabs: Sequence[str], *, noted: str = "") -> str:
        """The whole picture; the note of one cell is shown as if the pointer lay on it."""
        width, height = self._x[-1], self._y[-1] + _BAR
        self._headings()
        for place, row in enumerate(self._rows):
            for column in reversed(self._columns):  # a text that runs on lies over the blank cells beside it
                self._cell(self._tab.cell(row, column), self._x[column - 1], self._y[place], column, place)
        self._tabs(tabs, width)
        if noted:
            height = max(height, self._note(noted, width))
        inner = "".join(self._parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="{_FACE}" '
            'font-stretch="condensed">'
            f'<rect width="100%" height="100%" fill="#ffffff"/>{inner}</svg>'
        )

    def _box(self, x: float, y: float, width: float, height: float, fill: str, line: str = "#d0d0d0") -> None:
        self._parts.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}" stroke="{line}" stroke-width="1"/>'
        )

    def _text(self, x: float, y: float, text: str, *, size: float = 12, look: str = "", clip: str = "") -> None:
        self._parts.append(f'<text x="{x}" y="{y}" font-size="{size}" {look} {clip}>{escape(text)}</text>')

    def _headings(self) -> None:
        self._box(0, 0, _SIDE, _HEAD, "#e9e9e9")
        middle = 'text-anchor="middle" fill="#444444"'
        for column in self._columns:
            left, right = self._x[column - 1], self._x[column]
            self._box(left, 0, right - left, _HEAD, "#efefef")
            self._text((left + right) / 2, 16, get_column_letter(column), look=middle)
        for place, row in enumerate(self._rows):
            top, bottom = self._y[place], self._y[place + 1]
            self._box(0, top, _SIDE, bottom - top, "#efefef")
            self._text(_SIDE / 2, bottom - 6, str(row), look=middle)

    def _cell(self, cell: Any, x: int, y: int, column: int, place: int) -> None:
        if (cell.row, column) in self._covered:
            return
        width, height = self._right(cell) - x, self._y[place + 1] - y
        seen = (width if cell.alignment.wrap_text else self._free(cell) - x) - 2
        fill = cell.fill.fgColor.rgb if cell.fill.fill_type == "solid" else "FFFFFFFF"
        self._box(x, y, width, height, f"#{fill[2:]}")
        name = f"c{cell.coordinate}"
        self._parts.append(f'<clipPath id="{name}"><rect x="{x}" y="{y}" width="{seen}" height="{height}"/></clipPath>')
        look = _look(cell)
        number = isinstance(cell.value, int | float | datetime | date)
        lines = self._lines(cell, column)
        for n, line in enumerate(lines):
            at = y + 16 + 17 * n
            if number:
                self._text(x + width - 5, at, line, size=_size(cell), look=f'{look} text-anchor="end"')
            else:
                self._text(x + 4, at, line, size=_size(cell), look=look, clip=f'clip-path="url(#{name})"')
        if cell.comment is not None:
            right = x + width
            self._parts.append(f'<path d="M{right - 8},{y} L{right},{y} L{right},{y + 8} Z" fill="#c00000"/>')

    def _tabs(self, tabs: Sequence[str], width: int) -> None:
        top, left = self._y[-1], _SIDE
        self._box(0, top, width, _BAR, "#e4e4e4")
        for name in tabs:
            shown = name == self._tab.title
            wide = 24 + 8 * len(name)
            self._box(left, top + 2, wide, _BAR - 5, "#ffffff" if shown else "#e4e4e4")
            look = 'fill="#107c41" font-weight="bold"' if shown else 'fill="#444444"'
            look += ' text-anchor="middle"'
            self._text(left + wide / 2, top + 19, name, look=look)
            left += wide + 2

    def _note(self, address: str, width: int) -> int:
        row, column = coordinate_to_tuple(address)
        place = list(self._rows).index(row)
        lines = [
            piece for line in self._tab[address].comment.text.split("\n") for piece in (textwrap.wrap(line, 52) or [""])
        ]
        x, y = min(self._x[column] + 16, width - _NOTE - 6), self._y[place + 1] + 6
        self._parts.append(
            f'<path d="M{self._x[column]},{self._y[place]} L{x},{y + 12}" stroke="#555555" stroke-width="1"/>'
        )
        self._box(x, y, _NOTE, 17 * len(lines) + 12, "#ffffe1", "#555555")
        for n, line in enumerate(lines):
            self._text(x + 8, y + 19 + 17 * n, line)
        return y + 17 * len(lines) + 26


def _look(cell: Any) -> str:
    colour = cell.font.color.rgb if cell.font.color is not None else None
    look = f'fill="#{colour[2:] if isinstance(colour, str) else "000000"}"'
    return look + ' font-weight="bold"' * bool(cell.font.b) + ' font-style="italic"' * bool(cell.font.i)


def _size(cell: Any) -> float:
    return float(cell.font.sz or 11) * 1.05


def sheet(path: Path, tab: int, *, rows: Sequence[int], columns: int, noted: str = "") -> str:
    """A sheet of a workbook as SVG."""
    book = openpyxl.load_workbook(path)
    return _Drawing(book.worksheets[tab], rows=rows, columns=columns).draw(book.sheetnames, noted=noted)


# --------------------------------------------------------------------------- small files


def smaller(png: bytes) -> bytes:
    """The picture in no more colours than it needs to look the same, which is a quarter of the bytes."""
    import numpy as np

    size, rows = _pixels(png)
    colours = (rows[:, :, :3].astype(np.uint32) + 8) // 17 * 17
    packed = colours[:, :, 0] << 16 | colours[:, :, 1] << 8 | colours[:, :, 2]
    used, n = np.unique(packed, return_counts=True)
    kept = np.sort(used[np.argsort(n)[-256:]])
    places = np.clip(np.searchsorted(kept, packed), 0, len(kept) - 1).astype(np.uint8)
    lines = np.insert(places, 0, 0, axis=1).tobytes()  # 0: each line stands for itself
    palette = b"".join(int(each).to_bytes(3, "big") for each in kept)
    head = struct.pack(">IIBBBBB", *size, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return png[:8] + b"".join(
        struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part)) for kind, part in parts
    )


def _pixels(png: bytes) -> tuple[tuple[int, int], Any]:
    """Width and height, and the colours of a picture as vl-convert writes it: each pixel by its left neighbour."""
    import numpy as np

    place, data, size = 8, b"", (0, 0)
    while place < len(png):
        (n,) = struct.unpack_from(">I", png, place)
        kind, part = png[place + 4 : place + 8], png[place + 8 : place + 8 + n]
        if kind == b"IHDR":
            size = struct.unpack_from(">II", part)
        elif kind == b"IDAT":
            data += part
        place += 12 + n
    lines = np.frombuffer(zlib.decompress(data), np.uint8).reshape(size[1], -1)
    if set(lines[:, 0]) != {1}:
        raise SystemExit("vl-convert writes its pictures in another way now: teach it to _pixels.")
    differences = lines[:, 1:].reshape(size[1], size[0], 4)
    return size, np.cumsum(differences, axis=1, dtype=np.uint8)


# --------------------------------------------------------------------------- all pictures


_SCALES = {"findings": 0.8, "accepted": 0.8}
"""Of the terminal, whose letters are large."""


def pictures(language: str) -> Iterator[tuple[str, str]]:
    """Name and SVG of each picture of a page, in the order in which the page shows them."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        path = folder / WORKBOOK
        n_validated = 0
        for step in steps(page_of(language)):
            if isinstance(step, Cells):
                type_into(path, step)
                continue
            _, shown = run(step, folder)
            what = step.words[1]
            if what == "template":
                yield "blank", sheet(path, TABS["calls"], rows=range(1, 10), columns=8)
            elif "--annotate" in step.words:
                (marked,) = (folder / "marked").iterdir()
                yield "list", sheet(marked, 0, rows=_filled(marked), columns=7)
                yield "marked", sheet(marked, 1 + TABS["calls"], rows=range(1, 13), columns=8, noted="E6")
            elif what == "validate":
                n_validated += 1
                yield {1: "findings", 2: "accepted"}[n_validated], terminal(step, shown)


def _filled(path: Path) -> range:
    """The rows of the list of findings."""
    return range(1, openpyxl.load_workbook(path).worksheets[0].max_row + 1)


def main() -> None:
    """Draw every picture in every language."""
    import vl_convert

    folder = DOCS / "images" / "first-hour"
    folder.mkdir(exist_ok=True)
    for language in LANGUAGES:
        for name, svg in pictures(language):
            drawn = vl_convert.svg_to_png(svg, scale=_SCALES.get(name, 1.25))
            (folder / f"{name}.{language}.png").write_bytes(smaller(drawn))


if __name__ == "__main__":
    main()
