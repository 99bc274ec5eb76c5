"""Put a report together in one language: cover, first page, contents, chapters."""

from collections.abc import Sequence
from pathlib import Path

from atstats.frames import Protection, Run
from atstats.language import catalogue, html_language
from atstats.report.blocks import (
    Block,
    Contents,
    ContentsEntry,
    Document,
    EmptyTable,
    Statements,
    TableBlock,
    plain,
)
from atstats.report.cells import Cells
from atstats.report.chapters import Chapter, read_chapters
from atstats.report.charts import Charts
from atstats.report.context import Context
from atstats.report.figures import figure
from atstats.report.front import cover, key_figures, quality_box
from atstats.report.text import main_results
from atstats.report.words import Words
from atstats.schema import Schema

__all__ = ["compose"]

_FIRST_FIGURE = "C1"


def compose(
    protection: Protection,
    *,
    schema: Schema,
    run: Run,
    language: str,
    languages: Sequence[str],
    templates: Path,
    charts: Charts,
) -> Document:
    """The report as a tree.

    Raises:
        ConfigurationError: a chapter, a chart or a catalogue is not as it must be.
    """
    words = Words(language, catalogue(templates / "locale", language))
    context = Context(Cells(protection), words, schema, run)
    chapters = read_chapters(templates / "chapters", context=context, charts=charts)
    results = main_results(context)
    first: list[Block | None] = [
        key_figures(context, charts=charts),
        Statements(words.text("Main results"), results) if results else None,
        figure(_FIRST_FIGURE, context=context, charts=charts),
        quality_box(context, edition=protection.edition),
        _contents(chapters, context),
    ]
    blocks = [block for block in first if block is not None]
    for chapter in chapters:
        blocks += [chapter.heading, *chapter.blocks]
    return Document(
        language=language,
        html_language=html_language(language),
        cover=cover(context, edition=protection.edition, languages=languages),
        blocks=tuple(blocks),
        words=_fixed_words(words),
        foot=_foot(context),
    )


def _contents(chapters: Sequence[Chapter], context: Context) -> Contents:
    words = context.words
    entries = tuple(
        ContentsEntry(
            anchor=chapter.heading.anchor,
            number=chapter.heading.number,
            text=plain(chapter.heading.runs),
            tables=tuple(
                (block.id, f"{block.id} {block.title}")
                for block in chapter.blocks
                if isinstance(block, TableBlock | EmptyTable)
            ),
        )
        for chapter in chapters
    )
    note = words.text("Chapters and tables keep their numbers from year to year; numbers in between are not used yet.")
    return Contents(words.text("Contents"), entries, note)


def _fixed_words(words: Words) -> tuple[tuple[str, str], ...]:
    return (
        ("languages", words.text("Languages")),
        ("skip", words.text("Skip to the content")),
    )


def _foot(context: Context) -> tuple[str, ...]:
    words = context.words
    contact = context.setting("contact")
    lines = [
        words.text("Contact: {contact}", contact=contact) if contact else "",
        words.text(
            "Produced with {tool}. Every number of this report is a cell of {file}.",
            tool=context.run.tool,
            file="data/cells.csv",
        ),
        words.text("Reuse is allowed with the source named."),
    ]  # fmt: skip
    return tuple(line for line in lines if line)
