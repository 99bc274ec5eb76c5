"""The words for the registrar: `guidance.toml`, read as "section.key" -> the three languages."""

from collections.abc import Mapping
from typing import Any

from atstats.schema.folder import Folder
from atstats.schema.model import Labels

__all__ = ["read_guidance"]

_SECTIONS = frozenset(
    ("guide", "column", "condition", "word", "findings", "terminal", "grain", "note", "reference", "elsewhere")
)
_BY_ENGLISH = frozenset(("grain", "note"))
"""Sections whose key is the English text itself."""


def read_guidance(folder: Folder) -> dict[str, Labels]:
    """`guidance.toml`: "guide.title", "note.of a sale" -> the text in the three languages."""
    name = "guidance.toml"
    given = folder.toml(name)
    folder.unknown_keys(name, "", given, _SECTIONS)
    words: dict[str, Labels] = {}
    for section, entries in folder.tables(name, "", given).items():
        for key, text in entries.items():
            whole: Any = text
            if section in _BY_ENGLISH and isinstance(text, Mapping):
                whole = {"en": key, **text}
            words[f"{section}.{key}"] = folder.labels(name, f"{section}.{key}", whole)
    return words
