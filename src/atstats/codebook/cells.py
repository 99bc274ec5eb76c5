"""What one cell of a release means: its table, its row and column, what it counts, and why it looks as it does.

Everything comes from the files of the release, which are published: they never say which withheld cells were
withheld for themselves and which to guard another, and so neither does this.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from atstats.codebook.entries import Entry, Voice, filled
from atstats.schema import Labels
from atstats.vocabulary import Status

__all__ = ["cell_entry"]


def cell_entry(cell: Mapping[str, str], table: Mapping[str, Any], voice: Voice, *, edition: str) -> Entry:
    """A cell of a release.

    Args:
        cell: its line of `data/cells.csv`.
        table: its table in `data/tables.json`.
        voice: in which language.
        edition: the edition of the release.
    """
    _, row, column = cell["cell"].split(":")
    facts = filled(
        [
            (voice.word("table"), f"{table['id']} ({_said(table['title'], voice)})"),
            (voice.word("row"), _line(table, "rows", row, voice)),
            (voice.word("column_of_table"), _line(table, "columns", column, voice)),
            (voice.word("period"), cell["period"]),
            (voice.word("value"), cell["value"]),
            (voice.word("status"), voice.word(f"status_{Status(cell['status'])}")),
            (voice.word("flag"), _flag(cell, voice)),
            (voice.word("unit_of_count"), _said(table["unit"], voice)),
            (voice.word("scope"), _said(table["scope"], voice)),
            (voice.word("source"), _said(table["source"], voice)),
            *((voice.word("notes"), _said(note, voice)) for note in table["notes"]),
            (voice.word("population"), _population(cell["population"], voice)),
            (voice.word("edition"), edition),
        ]
    )
    return voice.entry("cell", cell["cell"], facts)


def _said(words: Mapping[str, str], voice: Voice) -> str:
    return Labels(words["en"], words["sq"], words["sr"]).of(voice.language)


def _line(table: Mapping[str, Any], axis: str, place: str, voice: Voice) -> str:
    """The words of a row or a column: each of its dimensions with its category."""
    dimensions = {each["name"]: each for each in table["dimensions"]}
    pairs: Sequence[Sequence[str]] = table[axis][int(place[1:]) - 1]
    words = []
    for name, code in pairs:
        codes = {each["code"]: each["label"] for each in dimensions[name]["codes"]}
        words.append(f"{_said(dimensions[name]['label'], voice)}: {_said(codes[code], voice)}")
    return "; ".join(words)


def _flag(cell: Mapping[str, str], voice: Voice) -> str:
    """The letter of a flag that tells more than the status does."""
    key = f"flag_{cell['flag']}"
    return f"{cell['flag']} ({voice.word(key)})" if f"word.{key}" in voice.schema.guidance else ""


def _population(name: str, voice: Voice) -> str:
    population = voice.schema.populations.get(name)
    return f"{name} ({population.label.of(voice.language)})" if population else name
