"""What the agency for seized and confiscated assets sends: one line an asset that it has taken over."""

from datetime import date, timedelta
from typing import Any

from atstats.simulation.criminal import Case, Seizure
from atstats.simulation.layout import Row, Submitted
from atstats.simulation.timeline import Timeline

__all__ = ["asset_agency"]


def asset_agency(timeline: Timeline, year: int) -> Submitted:
    """The workbook of the agency for one year: the assets that it took over, as they stand at its end."""
    taken = [(case, seizure) for case in timeline.cases for seizure in case.seizures if seizure.frozen.year == year]
    taken.sort(key=lambda each: (each[1].frozen, each[0].report_no))
    lines = [Row(_asset(number, case, seizure, year)) for number, (case, seizure) in enumerate(taken, start=1)]
    return Submitted("AMSCA", "assets", "sq", {"assets": lines})


def _asset(number: int, case: Case, seizure: Seizure, year: int) -> dict[str, Any]:
    final = seizure.confiscated is not None and seizure.confiscated.year <= year
    sold = seizure.confiscated + timedelta(days=60) if seizure.confiscated is not None else None
    asset = {
        "asset_no": f"AAPSK-{year}-{number:03d}",
        "report_no": case.report_no,
        "court_case_no": case.trial.court_case_no if case.trial is not None else None,
        "order_type": "CONFISCATE_FINAL" if final else "FREEZE",
        "order_date": seizure.confiscated if final else seizure.frozen,
        "received_date": seizure.frozen + timedelta(days=5),
        "asset_type": seizure.asset_type,
        "value_eur": float(seizure.value_eur),
    }
    if sold is not None and sold <= date(year, 12, 31) and seizure.asset_type == "VEHICLE":
        asset |= {"disposal": "SOLD", "disposal_date": sold, "proceeds_eur": float(seizure.value_eur * 7 // 10)}
    return asset
