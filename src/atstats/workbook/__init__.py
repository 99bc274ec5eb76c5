"""Workbooks in: what is safe to open, and what stands in each cell."""

from atstats.workbook.guard import LIMITS, Limits, Refused, refuse
from atstats.workbook.read import read_workbooks

__all__ = ["LIMITS", "Limits", "Refused", "read_workbooks", "refuse"]
