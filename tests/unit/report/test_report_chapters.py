"""Chapters: Markdown with Jinja2 that asks for tables, figures and statements and never holds a number."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atstats.errors import ConfigurationError
from atstats.report.blocks import Bullets, Emphasis, Heading, Link, Number, Paragraph, Strong, TableBlock, Text, plain
from atstats.report.chapters import Chapter, read_chapters
from atstats.report.charts import Charts

T21 = "| sex=F | sex=M | sex=_T\nage_group=_T | 30 | 6 | 36"


def chapters(made: Any, folder: Path) -> tuple[Chapter, ...]:
    """The chapters of a folder."""
    return read_chapters(folder, context=made.context(), charts=Charts(made.templates / "charts"))


def test_a_chapter_becomes_blocks(tmp_path: Path, edition: Callable[..., Any]) -> None:
    """Headings, words, lists, links and tables, in their order; numbers come with their cells."""
    (tmp_path / "02-profile.md.j2").write_text(
        "# {% trans %}Who the victims were{% endtrans %}\n\n\n"
        '{{ figure("C1") }}\n\n'
        'Before. {{ statement("sex") }} After\n\n'
        "- **a** _b_ [c](#T2.1)\n- d\n\n"
        '## Below\n\n{{ table("T2.1") }}\n\n{{ statement("form") }}\n',
        encoding="utf-8",
    )

    (chapter,) = chapters(edition(("T2.1", T21)), tmp_path)

    assert (chapter.number, plain(chapter.heading.runs), chapter.heading.anchor) == (
        2,
        "Who the victims were",
        "chapter-2",
    )
    words, bullets, below, table = chapter.blocks
    assert isinstance(words, Paragraph)
    assert plain(words.runs) == "Before. 30 of the 36 registered victims were female and 6 male. After"
    assert [run.cells for run in words.runs if isinstance(run, Number)] == [
        ("T2.1:r1:c1",),
        ("T2.1:r1:c3",),
        ("T2.1:r1:c2",),
    ]
    assert bullets == Bullets((
        (Strong((Text("a"),)), Text(" "), Emphasis((Text("b"),)), Text(" "), Link((Text("c"),), "T2.1")),
        (Text("d"),),
    ))  # fmt: skip
    assert below == Heading(3, (Text("Below"),), "")
    assert isinstance(table, TableBlock)


def test_tables_that_no_chapter_asks_for_are_printed_all_the_same(tmp_path: Path, edition: Callable[..., Any]) -> None:
    """They follow at the end of their chapter; a chapter that has no file gets a heading."""
    (tmp_path / "02-profile.md.j2").write_text("# Who\n\nWords.\n", encoding="utf-8")
    made = edition(
        ("T2.1", T21), ("T2.3", "| age2=_T\ncitizenship_group=_T | 1"), ("T9.1", "| verdict=_T\ninstance=_T | 1")
    )

    got = [(plain(each.heading.runs), [getattr(block, "id", "words") for block in each.blocks])
           for each in chapters(made, tmp_path)]  # fmt: skip

    assert got == [("Who", ["words", "T2.1", "T2.3"]), ("Further tables", ["T9.1"])]


def test_a_chapter_whose_tables_are_all_missing_is_left_out(tmp_path: Path, edition: Callable[..., Any]) -> None:
    """Words about a table that is not there would mislead; a chapter of words alone stays."""
    (tmp_path / "01-gone.md.j2").write_text('# Gone\n\nSee:\n\n{{ table("T1.1") }}\n', encoding="utf-8")
    (tmp_path / "14-method.md.j2").write_text("# Method\n\nWords.\n", encoding="utf-8")

    assert [plain(each.heading.runs) for each in chapters(edition(("T2.1", T21)), tmp_path)] == [
        "Further tables",
        "Method",
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ secret }}", "the chapter 01-x.md.j2 cannot be filled: 'secret' is undefined"),
        ("{{ table.__globals__ }}", "the chapter 01-x.md.j2 cannot be filled: access to attribute '__globals__' of "
                                    "'method' object is unsafe."),
        ("# a\n\n{% if %}", "the chapter 01-x.md.j2, line 3 cannot be filled: Expected an expression, got 'end of "
                            "statement block'"),
        ('{{ table("T99.1") }}', "a chapter asks for the unknown table T99.1"),
        ('# {{ table("T2.1") }}', "a chapter has a table or a figure inside a heading, a list or bold words"),
        ('{% include "other.md.j2" %}', "the chapter 01-x.md.j2 cannot be filled: other.md.j2"),
        ("> quoted", "the chapter 01-x.md.j2 uses blockquote, which reports cannot show"),
    ],
)  # fmt: skip
def test_a_chapter_that_is_wrong_is_named(
    source: str, message: str, tmp_path: Path, edition: Callable[..., Any]
) -> None:
    """The message says which file, where, and what is wrong."""
    (tmp_path / "01-x.md.j2").write_text(source, encoding="utf-8")

    with pytest.raises(ConfigurationError) as caught:
        chapters(edition(("T2.1", T21)), tmp_path)

    assert caught.value.message == message


def test_a_chapter_in_another_encoding_is_named(tmp_path: Path, edition: Callable[..., Any]) -> None:
    """A chapter saved in an old code page is refused by name."""
    (tmp_path / "01-x.md.j2").write_bytes("# Të".encode("latin-1"))

    with pytest.raises(ConfigurationError, match=r"the chapter 01-x\.md\.j2 cannot be read"):
        chapters(edition(), tmp_path)


def test_html_in_a_chapter_is_text(tmp_path: Path, edition: Callable[..., Any]) -> None:
    """A coordinator may type angle brackets; nothing in a chapter becomes mark-up of its own."""
    (tmp_path / "01-x.md.j2").write_text(
        "# a\n\nx <b>y</b> ![z](http://a.example)\nand [w](http://b.example)\n\n- {{ statement('form') }}\n",
        encoding="utf-8",
    )

    (chapter,) = chapters(edition(), tmp_path)

    assert [plain(block.runs) for block in chapter.blocks if isinstance(block, Paragraph)] == ["x <b>y</b> !z and w"]


def test_no_chapters_at_all_is_a_wrong_setting(tmp_path: Path, edition: Callable[..., Any]) -> None:
    """A folder of templates without chapters is not one of ours."""
    with pytest.raises(ConfigurationError, match="the templates have no chapters"):
        chapters(edition(), tmp_path)


def test_shipped_chapters_hold_no_digit(templates: Path) -> None:
    """A number in a chapter would be no published cell; only the names of what is asked for have digits."""
    for path in sorted((templates / "chapters").glob("*.md.j2")):
        words = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", path.read_text(encoding="utf-8"))
        assert re.findall(r"\d", words) == [], path.name


def test_a_theme_that_is_wrong_is_named(tmp_path: Path, edition: Callable[..., Any], templates: Path) -> None:
    """A missing stylesheet, a missing theme and a theme that asks for too much are told in one line."""
    messages = []
    for name, text in (("style.css", None), ("report.html.j2", None), ("report.html.j2", "{{ document.secret }}")):
        copy = tmp_path / f"{name}-{text is None}"
        shutil.copytree(templates, copy)
        (copy / "html" / name).unlink()
        if text is not None:
            (copy / "html" / name).write_text(text)
        made = edition(("T2.1", T21))
        made.templates = copy
        with pytest.raises(ConfigurationError) as caught:
            made.render()
        messages.append(caught.value.message)

    assert messages == [
        "the stylesheet style.css is missing or not UTF-8",
        "the theme file report.html.j2 is missing",
        "the theme report.html.j2 cannot be filled: 'atstats.report.blocks.Document object' has no attribute 'secret'",
    ]
