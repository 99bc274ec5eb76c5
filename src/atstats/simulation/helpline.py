"""What the national helpline sends: one line a call, without a name."""

from datetime import date, timedelta
from typing import Any

from atstats.simulation.chance import stream
from atstats.simulation.layout import Row, Submitted
from atstats.simulation.timeline import Timeline

__all__ = ["helpline"]

_N_CALLS = 24


def helpline(timeline: Timeline, year: int) -> Submitted:
    """The workbook of the helpline for one year."""
    calls = [Row(_call(number, timeline, year)) for number in range(1, _N_CALLS + 1)]
    return Submitted("HELPLINE", "helpline", "sq", {"calls": calls})


def _call(number: int, timeline: Timeline, year: int) -> dict[str, Any]:
    rng = stream("call", timeline.seed, year, number)
    about = rng.choice(("THB", "POSSIBLE_THB", "POSSIBLE_THB", "INFORMATION", "INFORMATION", "OTHER"))
    serious = about in ("THB", "POSSIBLE_THB")
    call: dict[str, Any] = {
        "call_id": f"LN-{year}-{number:03d}",
        "date": date(year, 1, 4) + timedelta(days=14 * number + rng.randrange(10)),
        "hour": rng.randrange(7, 23),
        "channel": rng.choice(("PHONE", "PHONE", "CHAT")),
        "caller": rng.choice(("CITIZEN", "FAMILY", "SELF", "ANONYMOUS", "PROFESSIONAL")),
        "language": rng.choice(("SQ", "SQ", "SQ", "SR")),
        "about_thb": about,
        "suspected_victims_n": 1 if serious else 0,
        # HLP-01: a call about trafficking is never left without an action
        "action": ("POLICE", "COUNSELLED") if about == "THB" else ("REFERRED",) if serious else ("INFORMED",),
        "opened_case": "YES" if about == "THB" else "NO",
    }
    if serious:
        call |= {
            "purpose": rng.choice(("SEX", "BEG", "LAB")),
            "municipality": rng.choice(("19", "20", "17", "25")),
            "referred_to": "KP_THB" if about == "THB" else "CSW_19",
        }
    return call
