"""Workbooks in and out: what is safe to open, what stands in each cell, and a grid as a file."""

from atstats.workbook.annotate import Annotated, annotate_workbook, message_language, write_annotated
from atstats.workbook.guard import LIMITS, Limits, Refused, refuse
from atstats.workbook.read import names_of, read_workbooks
from atstats.workbook.template import blank_workbook, file_name
from atstats.workbook.write import CODES_SHEET, write_workbook

__all__ = [
    "CODES_SHEET",
    "LIMITS",
    "Annotated",
    "Limits",
    "Refused",
    "annotate_workbook",
    "blank_workbook",
    "file_name",
    "message_language",
    "names_of",
    "read_workbooks",
    "refuse",
    "write_annotated",
    "write_workbook",
]
