"""The words for the registrar: `guidance.toml`, read as "section.key" -> the three languages."""

from atstats.schema.folder import Folder
from atstats.schema.forms import Entries, Keys, Text, Words
from atstats.schema.model import Labels

__all__ = ["read_guidance"]

_BY_KEY = ("guide", "column", "condition", "word", "findings", "terminal", "reference", "elsewhere")
_BY_ENGLISH = ("grain", "note")
"""Sections whose key is the English text itself."""

_FORM = Keys(
    {
        **dict.fromkeys(_BY_KEY, Entries(Words(places=None), least=1)),
        **dict.fromkeys(_BY_ENGLISH, Entries(Keys({"sq": Text(), "sr": Text()}), least=1)),
    }
)


def read_guidance(folder: Folder) -> dict[str, Labels]:
    """`guidance.toml`: "guide.title", "note.of a sale" -> the text in the three languages."""
    given = folder.toml("guidance.toml", _FORM)
    words = {f"{section}.{key}": text for section in _BY_KEY for key, text in given[section].items()}
    words |= {
        f"{section}.{english}": Labels(english, text["sq"], text["sr"])
        for section in _BY_ENGLISH
        for english, text in given[section].items()
    }
    return words
