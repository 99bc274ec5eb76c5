"""Workbooks in and out: whether a file is safe to open."""

from atstats.workbook.guard import LIMITS, Limits, Refused, refuse

__all__ = ["LIMITS", "Limits", "Refused", "refuse"]
