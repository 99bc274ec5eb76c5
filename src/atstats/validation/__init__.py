"""Check submissions against the schema and name every finding by sheet, cell and rule."""

from atstats.validation.check import check
from atstats.validation.document import findings_json

__all__ = ["check", "findings_json"]
