"""The schemas of `schemas/`, read once: what agencies send, what is checked, counted and published."""

from atstats.schema.load import Schema, load
from atstats.schema.messages import render_finding
from atstats.schema.model import (
    Agency,
    Check,
    Code,
    CodeList,
    Column,
    Labels,
    Law,
    Rule,
    Sheet,
    Workbook,
)
from atstats.schema.tables import Dimension, Population, TableDefinition, Tie, Variable

__all__ = [
    "Agency",
    "Check",
    "Code",
    "CodeList",
    "Column",
    "Dimension",
    "Labels",
    "Law",
    "Population",
    "Rule",
    "Schema",
    "Sheet",
    "TableDefinition",
    "Tie",
    "Variable",
    "Workbook",
    "load",
    "render_finding",
]
