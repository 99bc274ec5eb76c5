"""The schemas told to people: entries to read, the codebook as pages, a sheet as pandera source."""

from atstats.codebook.entries import Entry, Facts, Grid
from atstats.codebook.find import KINDS, describe, describe_cell, listing, names
from atstats.codebook.pages import MARK, pages
from atstats.codebook.source import pandera_source

__all__ = [
    "KINDS",
    "MARK",
    "Entry",
    "Facts",
    "Grid",
    "describe",
    "describe_cell",
    "listing",
    "names",
    "pages",
    "pandera_source",
]
