"""Read files in a process of its own and print, as JSON, what became of each, how long it took and what it cost.

python reading.py FILE...
"""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atstats.frames import RawWorkbook, Unreadable
from atstats.workbook import read_workbooks


@dataclass(frozen=True)
class CorpusRun:
    """One run over all files of the corpus, with a good one behind each."""

    answers: dict[str, Any]
    """File -> what became of it."""
    seconds: dict[str, float]
    good: list[Any]
    """What became of the good files."""
    peak_bytes: int
    code: int
    stderr: str


def described(answer: RawWorkbook | Unreadable) -> dict[str, Any]:
    """An answer as plain values: a refusal, or cells by their address and facts."""
    if isinstance(answer, Unreadable):
        return {"file": answer.file, "refused": answer.reason, "hint": answer.hint}
    found: dict[str, list[str | None]] = {}
    for sheet in answer.sheets:
        before = "" if sheet.name == "s" else f"{sheet.name}!"
        for values, kinds in zip(sheet.values.iter_rows(named=True), sheet.kinds.iter_rows(named=True), strict=True):
            found |= {
                f"{before}{name}{values['row']}": [kinds[name], values[name]]
                for name in sheet.values.columns[1:]
                if kinds[name] != "blank"
            }
    facts = [[fact.kind, fact.sheet, fact.where] for fact in answer.facts]
    return {"file": answer.file, "cells": found, "facts": facts}


def main() -> None:
    """Read everything in one run."""
    begun: list[float] = []
    answers = read_workbooks([Path(each) for each in sys.argv[1:]], progress=lambda _: begun.append(time.monotonic()))
    ends = [*begun[1:], time.monotonic()]
    seconds = [end - start for start, end in zip(begun, ends, strict=True)]
    try:
        import resource

        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    except ImportError:
        peak = 0
    sys.stdout.write(json.dumps({"answers": [*map(described, answers)], "seconds": seconds, "peak_bytes": peak}))


if __name__ == "__main__":
    main()
