"""Run a program and measure it: seconds of CPU, and the highest memory of it and all its children together."""

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Measured", "median", "run"]

_PAGE = os.sysconf("SC_PAGE_SIZE")
_EVERY_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run took."""

    cpu_seconds: float
    wall_seconds: float
    peak_mb: float


def run(command: Sequence[str], *, output: Path, folder: Path, ok: Sequence[int] = (0, 1)) -> Measured:
    """Run a command with its output in a file.

    Raises:
        RuntimeError: it ended with another code than those expected.
    """
    begun = time.perf_counter()
    with output.open("wb") as stream, output.with_suffix(".err").open("wb") as errors:
        process = subprocess.Popen(command, stdout=stream, stderr=errors, cwd=folder)
        peak = _Peak(process.pid)
        peak.start()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        peak.ended.set()
        peak.join()
    if process.returncode not in ok:
        raise RuntimeError(f"{command[:4]} ended with {process.returncode}: see {output.with_suffix('.err')}")
    return Measured(usage.ru_utime + usage.ru_stime, time.perf_counter() - begun, peak.pages * _PAGE / 2**20)


def median(runs: Sequence[Measured]) -> Measured:
    """Each figure's median."""
    return Measured(
        *(
            statistics.median(getattr(each, name) for each in runs)
            for name in ("cpu_seconds", "wall_seconds", "peak_mb")
        )
    )


class _Peak(threading.Thread):
    """Looks every few milliseconds at the resident memory of a process and its descendants (Linux)."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process = process
        self.pages = 0
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(_EVERY_SECONDS):
            self.pages = max(self.pages, self._pages(self.process))

    def _pages(self, process: int) -> int:
        try:
            pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
            children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        except OSError:
            return 0  # it has ended meanwhile
        return pages + sum(self._pages(int(child)) for child in children)
