"""Count persons, registrations, judgments and events into the tables of the report."""

from atstats.statistics.tables import count

__all__ = ["count"]
