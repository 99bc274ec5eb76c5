"""Count persons, registrations, judgments and events into the tables of the report."""

from atstats.statistics.consistency import definition_findings, table_findings
from atstats.statistics.populations import figures
from atstats.statistics.tables import count

__all__ = ["count", "definition_findings", "figures", "table_findings"]
