"""Read the chapters: Markdown with Jinja2, into blocks.

A chapter asks for tables, figures and statements; it never sees a number. What it asks for comes
back as a token of one private character, so that no data pass through Markdown as source text.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from atstats.errors import ConfigurationError, ProtectionError
from atstats.report.blocks import (
    Block,
    Bullets,
    Emphasis,
    EmptyTable,
    Figure,
    Heading,
    Link,
    Paragraph,
    Run,
    Runs,
    Statement,
    Strong,
    TableBlock,
    Text,
    joined,
    plain,
)
from atstats.report.charts import Charts
from atstats.report.context import Context
from atstats.report.figures import figure
from atstats.report.tables import table_block
from atstats.report.text import statement

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

__all__ = ["Chapter", "read_chapters"]

_FILE = re.compile(r"(\d+)-([a-z0-9-]+)\.md\.j2")
Shown = Figure | TableBlock | EmptyTable
"""What stands by itself between paragraphs."""

_TOKEN = re.compile("([\ue000-\uf8ff])")
_FIRST = 0xE000


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter: its number in the list of tables, its heading, and what follows it."""

    number: int
    heading: Heading
    blocks: tuple[Block, ...]


def read_chapters(folder: Path, *, context: Context, charts: Charts) -> tuple[Chapter, ...]:
    """Every chapter that has something to show, in the order of the list of tables.

    A table that no chapter asks for follows at the end of the chapter it belongs to. A chapter
    whose tables and figures are all missing from the edition is left out.

    Raises:
        ConfigurationError: a chapter is not written as it must be; the message names the file.
    """
    files = sorted((path for path in folder.glob("*.md.j2") if _FILE.fullmatch(path.name)), key=lambda path: path.name)
    if not files:
        raise ConfigurationError("the templates have no chapters", hint="Restore chapters/ or choose --templates.")
    sources = {int(path.name.partition("-")[0]): path for path in files}
    numbers = sorted({*sources, *(context.schema.tables[table].chapter for table in context.cells.tables)})
    placed = {identifier for path in files for identifier in _asked(path)}
    chapters = []
    for number in numbers:
        read = _Reader(context, charts)
        blocks = read.chapter(sources[number]) if number in sources else ()
        rest = [
            table
            for table in context.cells.tables.values()
            if context.schema.tables[table.id].chapter == number and table.id not in placed
        ]
        if number in sources and read.asked and not read.found and not rest:
            continue
        chapters.append(_chapter(number, (*blocks, *(table_block(table, context=context) for table in rest)), context))
    return tuple(chapters)


def _asked(path: Path) -> list[str]:
    return re.findall(r"""table\(\s*["']([^"']+)["']\s*\)""", _source(path))


def _source(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(
            f"the chapter {path.name} cannot be read", hint="Save it as UTF-8 text, or choose another --templates."
        ) from None


_NOT_WORDS = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}"  # what Jinja2 fills or leaves out
    r"|\]\([^)\n]*\)|\b[TC]\d+(?:\.\d+)?\b",  # where a link leads, and the number of a table or a chart
    re.DOTALL,
)
_NUMBER = re.compile(r"\d+")
_YEAR = re.compile(r"(?:19|20)\d\d")


def _refuse_numbers(path: Path) -> None:
    """SDC-04: every number of a report comes from a protected cell, so a chapter writes years only."""
    bare = _NOT_WORDS.sub(lambda found: "\n" * found[0].count("\n"), _source(path))
    for number, line in enumerate(bare.splitlines(), start=1):
        if any(not _YEAR.fullmatch(found) for found in _NUMBER.findall(line)):
            raise ProtectionError(
                f"SDC-04: the chapter {path.name}, line {number}, writes a number that no table protects",
                hint="Ask for it with table(), figure() or statement(); only years may be written.",
            )


def _chapter(number: int, blocks: Sequence[Block], context: Context) -> Chapter:
    first = blocks[0] if blocks else None
    if isinstance(first, Heading) and first.level == 2:
        runs, blocks = first.runs, blocks[1:]
    else:
        runs = (Text(context.words.text("Further tables")),)
    return Chapter(number, Heading(2, runs, f"chapter-{number}", str(number or "")), tuple(blocks))


@dataclass
class _Reader:
    """Reads one chapter, keeping what stands behind each token."""

    context: Context
    charts: Charts
    held: list[Shown | Statement] = field(default_factory=list)
    asked: int = 0
    found: int = 0

    def chapter(self, path: Path) -> tuple[Block, ...]:
        from markdown_it import MarkdownIt
        from markdown_it.tree import SyntaxTreeNode

        source = self._filled(path)
        parser = MarkdownIt("commonmark", {"html": False}).disable(["image", "code", "fence", "html_block"])
        tree = SyntaxTreeNode(parser.parse(source))
        return tuple(block for node in tree.children for block in self._block(node, path=path))

    # ---- Jinja2

    def _filled(self, path: Path) -> str:
        from jinja2 import DictLoader, StrictUndefined, TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        environment = ImmutableSandboxedEnvironment(
            loader=DictLoader({path.name: _source(path)}),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            keep_trailing_newline=True,
        )
        environment.install_gettext_translations(self.context.words.catalogue, newstyle=True)  # type: ignore[attr-defined] # added by the extension
        _refuse_numbers(path)
        try:
            return environment.get_template(path.name).render(
                table=self._table, figure=self._figure, statement=self._statement
            )
        except TemplateError as problem:
            line = getattr(problem, "lineno", None)
            place = f"{path.name}, line {line}" if line else path.name
            raise ConfigurationError(
                f"the chapter {place} cannot be filled: {problem.message}",
                hint="A chapter may use table(), figure(), statement() and {% trans %}.",
            ) from None

    def _table(self, identifier: str) -> str:
        self.asked += 1
        if identifier not in self.context.schema.tables:
            raise ConfigurationError(
                f"a chapter asks for the unknown table {identifier}",
                hint="The tables are those of schemas/tables.",
            )
        table = self.context.cells.tables.get(identifier)
        return self._hold(None if table is None else table_block(table, context=self.context))

    def _figure(self, identifier: str) -> str:
        self.asked += 1
        return self._hold(figure(identifier, context=self.context, charts=self.charts))

    def _statement(self, name: str) -> str:
        return self._hold(statement(name, self.context), counts=False)

    def _hold(self, block: Shown | Statement | None, *, counts: bool = True) -> str:
        if block is None:
            return ""
        self.found += counts
        self.held.append(block)
        return chr(_FIRST + len(self.held) - 1)

    # ---- Markdown

    def _block(self, node: "SyntaxTreeNode", *, path: Path) -> Iterator[Block]:
        if node.type == "heading":
            yield Heading(int(node.tag[1]) + 1, self._only_runs(node.children), "")
        elif node.type == "paragraph":
            yield from self._paragraph(node)
        elif node.type == "bullet_list":
            items = [joined(*(self._only_runs(each.children) for each in item.children)) for item in node.children]
            if kept := tuple(item for item in items if item):
                yield Bullets(kept)
        else:
            raise ConfigurationError(
                f"the chapter {path.name} uses {node.type}, which reports cannot show",
                hint="Use headings, paragraphs, lists, bold, italic and links to other parts.",
            )

    def _paragraph(self, node: "SyntaxTreeNode") -> Iterator[Block]:
        """The words of a paragraph, cut where a table or a figure stands."""
        words: list[Run] = []
        for piece in self._pieces(node.children):
            if isinstance(piece, Shown):
                yield from _paragraph(words)
                words = []
                yield piece
            else:
                words.append(piece)
        yield from _paragraph(words)

    def _only_runs(self, nodes: Iterable["SyntaxTreeNode"]) -> Runs:
        pieces = tuple(self._pieces(nodes))
        runs = tuple(piece for piece in pieces if not isinstance(piece, Shown))
        if len(runs) < len(pieces):
            raise ConfigurationError(
                "a chapter has a table or a figure inside a heading, a list or bold words",
                hint="Give each table and figure a line of its own, with a blank line before and after.",
            )
        return runs

    def _pieces(self, nodes: Iterable["SyntaxTreeNode"]) -> Iterator[Run | Shown]:
        for node in nodes:
            if node.type == "text":
                yield from self._words(node.content)
            elif node.type in ("softbreak", "hardbreak"):
                yield Text(" ")
            elif node.type == "strong":
                yield Strong(self._only_runs(node.children))
            elif node.type == "em":
                yield Emphasis(self._only_runs(node.children))
            elif node.type == "link" and str(node.attrs.get("href", "")).startswith("#"):
                yield Link(self._only_runs(node.children), str(node.attrs["href"])[1:])
            else:
                yield from self._pieces(node.children)

    def _words(self, text: str) -> Iterator[Run | Shown]:
        for piece in _TOKEN.split(text):
            if not _TOKEN.fullmatch(piece):
                if piece:
                    yield Text(piece)
                continue
            held = self.held[ord(piece) - _FIRST]
            if isinstance(held, Statement):
                yield from joined(held.lead, held.detail)
            else:
                yield held


def _paragraph(words: Sequence[Run]) -> Iterator[Paragraph]:
    """A paragraph, unless nothing is left of it but spaces."""
    if plain(tuple(words)).strip():
        yield Paragraph(tuple(words))
