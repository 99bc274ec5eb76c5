"""The schemas of `schemas/`, read once: what agencies send, what is checked, counted and published."""

from atstats.schema.contents import Schema
from atstats.schema.expressions import TYPES, compile_expression, helper_columns, record_schema
from atstats.schema.layout import choices, dropdown_texts, sheet_grid, tab_names
from atstats.schema.load import load
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
    Unit,
    Workbook,
)
from atstats.schema.tables import Dimension, Population, TableDefinition, Tie, Variable
from atstats.schema.wording import column_note

__all__ = [
    "TYPES",
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
    "Unit",
    "Variable",
    "Workbook",
    "choices",
    "column_note",
    "compile_expression",
    "dropdown_texts",
    "helper_columns",
    "load",
    "record_schema",
    "render_finding",
    "sheet_grid",
    "tab_names",
]
