"""Workbooks in and out: what is safe to open, what stands in each cell, and a grid as a file."""

from atstats.workbook.guard import LIMITS, Limits, Refused, refuse
from atstats.workbook.read import read_workbooks
from atstats.workbook.write import CODES_SHEET, write_workbook

__all__ = ["CODES_SHEET", "LIMITS", "Limits", "Refused", "read_workbooks", "refuse", "write_workbook"]
