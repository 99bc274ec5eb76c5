"""Check submissions against the schema and name every finding by sheet, cell and rule."""

from atstats.validation.check import check, check_linked
from atstats.validation.document import findings_json, persons_json
from atstats.validation.flood import Told, collapsed
from atstats.validation.junit import findings_junit
from atstats.validation.listing import findings_csv, guarded
from atstats.validation.sarif import findings_sarif
from atstats.validation.waivers import apply_waivers, end_of

__all__ = [
    "Told",
    "apply_waivers",
    "check",
    "check_linked",
    "collapsed",
    "end_of",
    "findings_csv",
    "findings_json",
    "findings_junit",
    "findings_sarif",
    "guarded",
    "persons_json",
]
