"""The catalogues: every message of the report in Albanian and Serbian, whole and with the same placeholders."""

from collections.abc import Callable
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from atstats.errors import ConfigurationError
from atstats.language import transliterate
from atstats.report.words import Words

Message = str | tuple[str, ...]


def messages(root: Path) -> set[Message]:
    """Every message in the Python files and the chapters."""
    found: set[Message] = set()
    for path in sorted((root / "src" / "atstats" / "report").glob("*.py")):
        found |= {each[1] for each in extract_from_file("python", path, {"text": None, "say": None, "count": (1, 2)})}
    for path in sorted((root / "report_templates" / "chapters").glob("*.md.j2")):
        found |= {each[1] for each in extract_from_file("jinja2.ext:babel_extract", path)}
    return found


def read(root: Path, language: str) -> Catalog:
    """A catalogue as it is shipped."""
    path = root / "report_templates" / "locale" / language / "LC_MESSAGES" / "report.po"
    with path.open("rb") as stream:
        return read_po(stream, locale=language, abort_invalid=True)


def placeholders(text: str) -> list[str]:
    """The names in braces, each as often as it stands."""
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("language", ["sq", "sr"])
def test_every_message_is_translated_and_none_is_left_over(language: str, root: Path) -> None:
    """The catalogue has exactly the messages of templates and code, each with words, none marked as fuzzy."""
    catalogue = {each.id: each for each in read(root, language) if each.id}

    assert set(catalogue) == messages(root)
    for each in catalogue.values():
        forms = each.string if isinstance(each.string, tuple) else (each.string,)
        assert all(forms), each.id
        assert not each.fuzzy, each.id


@pytest.mark.parametrize(("language", "n_forms"), [("sq", 2), ("sr", 3)])
def test_translations_keep_the_placeholders_and_the_mark_up(language: str, n_forms: int, root: Path) -> None:
    """Every plural form has the placeholders of the English, bold words stay bold, and no form is missing."""
    for each in read(root, language):
        if not each.id:
            continue
        english = each.id[1] if isinstance(each.id, tuple) else each.id
        forms = each.string if isinstance(each.string, tuple) else (each.string,)
        assert len(forms) == (n_forms if isinstance(each.id, tuple) else 1), each.id
        for form in forms:
            assert placeholders(form) == placeholders(english), each.id
            assert form.count("**") == english.count("**"), each.id
            assert form.endswith(".") == english.endswith("."), each.id


@pytest.mark.parametrize("language", ["sq", "sr"])
def test_unchecked_translations_say_so(language: str, root: Path) -> None:
    """Until a native speaker takes the comment away, each message carries it."""
    comments = {tuple(each.user_comments) for each in read(root, language) if each.id}

    assert comments <= {("not yet checked by a native speaker",), ()}


def test_cyrillic_keeps_placeholders_and_holds_no_stray_letter(root: Path) -> None:
    """The derived catalogue fills with the same numbers; what stays Latin is an abbreviation or in braces."""
    for each in read(root, "sr"):
        forms = each.string if isinstance(each.string, tuple) else (each.string,)
        for form in forms if each.id else ():
            derived = transliterate(form)
            assert placeholders(derived) == placeholders(form)
            outside = "".join(literal for literal, _, _, _ in Formatter().parse(derived))
            assert not any(word.isascii() and word.isalpha() and not word.isupper() for word in outside.split()), form


def test_chapters_put_no_value_into_a_translated_sentence(root: Path) -> None:
    """A value in a chapter's sentence would need a per-cent placeholder, which the Cyrillic derivation cannot keep."""
    chapters = sorted((root / "report_templates" / "chapters").glob("*.md.j2"))

    assert all("%(" not in str(each[1]) for path in chapters
               for each in extract_from_file("jinja2.ext:babel_extract", path))  # fmt: skip


def test_a_translation_with_an_unknown_placeholder_is_named(edition: Callable[..., Any]) -> None:
    """A typing error in a catalogue stops the build in one line, without a traceback."""
    words = edition().context("sq").words

    class Wrong:
        def gettext(self, message: str) -> str:
            return message.replace("{n}", "{m}")

    broken = Words("sq", Wrong())  # type: ignore[arg-type] # a catalogue with one fault
    with pytest.raises(ConfigurationError) as caught:
        broken.say("of {n}", n="1")

    assert caught.value.message == "a translation into sq in report.po has the unknown placeholder m"
    assert words.text("Contents") == "Përmbajtja"
