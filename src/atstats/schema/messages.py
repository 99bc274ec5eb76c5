"""The sentence of a finding, rendered last and in the language asked for.

A finding carries a rule, the key of a message and an address; the words stand in
`schemas/rules/*.toml`. A message says what is wrong, a hint says what to do. Neither ever
holds a cell's value.
"""

import re
from collections.abc import Mapping

from atstats.errors import ConfigurationError
from atstats.frames import Finding
from atstats.schema.contents import Schema

__all__ = ["PLACES", "render_finding"]

PLACES = frozenset(("note", "first", "second", "cells", "column"))
"""The names that a message or a hint may have in braces; `render_finding` says what they stand for."""

_PLACEHOLDER = re.compile(rf"\{{({'|'.join(sorted(PLACES))})\}}")


def render_finding(finding: Finding, *, schema: Schema, language: str) -> tuple[str, str]:
    """The message and the hint of a finding, each of whole sentences.

    `{note}` is the finding's note, `{first}` and `{second}` its parts where a slash divides
    it ("31/02"), `{cells}` the cells to look at, `{column}` the machine key of the column.

    Raises:
        ConfigurationError: the schema has no such rule.
    """
    rule = schema.rules.get(finding.rule)
    if rule is None:
        raise ConfigurationError(
            f"a finding names the rule {finding.rule}, which schemas/rules does not have",
            hint="Restore the rule's file, or leave out --schemas.",
        )
    message = rule.says.get(finding.detail, rule.statement)
    hint = rule.hints.get(finding.detail, rule.hint)
    words = _words(finding)
    return _filled(message.of(language), words), _filled(hint.of(language), words)


def _words(finding: Finding) -> dict[str, str]:
    first, _, second = finding.note.partition("/")
    cells = ", ".join([each for each in (finding.cell, *finding.others) if each])
    return {
        "note": finding.note,
        "first": first,
        "second": second,
        "cells": cells or finding.sheet or finding.file,
        "column": finding.column,
    }


def _filled(template: str, words: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda place: words[place.group(1)], template)
