"""Measure `atstats validate` beside other tools: python -m benchmarks.validate --peers PYTHON

Prints the Markdown that `benchmarks/results.md` holds and the README quotes. CPU seconds are those of
the process and all its children; each figure is the median of the runs; a ratio compares medians of
one session. What is planted is written down by the planter and compared cell by cell.

`--peers` is the Python of an environment with `pip install 'atstats[bench]'`: with pandas installed
the import of pandera takes a second longer, which is why atstats itself runs in another one.
"""

import argparse
import csv
import json
import math
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from atstats import assets
from atstats.schema import Schema, load
from atstats.workbook import LIMITS
from benchmarks.measured import Measured, median, run
from benchmarks.planted import Collection, plant

_PEERS = {
    "frictionless": ("frictionless_schema.py",),
    "openpyxl, read-only, a loop": ("openpyxl_loop.py",),
    "pandas + calamine + pandera": ("pandas_pandera.py",),
    "the same, and openpyxl for error cells": ("pandas_pandera.py", "--errors"),
}
"""What the table calls a peer -> its program in `peers/` and its options."""
_ROWS, _FEW_ROWS = 100_000, 1_000
_MANY_ROWS = LIMITS.rows - 1
"""With the header the most that a workbook may hold."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the table."""

    name: str
    took: Measured
    found: int
    invented: int


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description="Measure atstats validate beside other tools.")
    asked.add_argument("--peers", type=Path, required=True, help="Python of the environment of the peers")
    asked.add_argument("--runs", type=int, default=5)
    given = asked.parse_args(arguments)
    schema = load(assets.schemas_folder(None))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("\n".join(_beside_peers(folder, schema, peers=given.peers, runs=given.runs)), flush=True)
        print("\n".join(["", *_alone(folder, schema, runs=given.runs)]), flush=True)


def _beside_peers(folder: Path, schema: Schema, *, peers: Path, runs: int) -> list[str]:
    planted = plant(folder / "beside", schema=schema, rows=_ROWS)
    wrong = {cell for _, _, cell, _ in planted.expected if cell}
    took: dict[str, list[Measured]] = {name: [] for name in ("atstats validate", *_PEERS)}
    said: dict[str, set[str]] = {}
    for _ in range(runs):
        for name, (program, *options) in _PEERS.items():
            command = [str(peers), str(Path(__file__).parent / "peers" / program)]
            output = folder / "peer.json"
            took[name].append(
                run(
                    [*command, *map(str, (planted.files[0], planted.folder / "checks.json")), *options],
                    output=output,
                    folder=folder,
                )
            )
            said[name] = set(json.loads(output.read_text()))
        took["atstats validate"].append(_validate(planted, [planted.folder], folder))
        said["atstats validate"] = {cell for _, _, cell, _ in planted.expected if cell}
    lines = [_Line(name, median(each), len(said[name] & wrong), len(said[name] - wrong)) for name, each in took.items()]
    own = lines[0].took.cpu_seconds
    return [
        f"{_ROWS:,} rows x {planted.n_cells // _ROWS} columns, {len(wrong):,} planted errors; medians of {runs} runs;"
        f" Python {platform.python_version()}, {platform.system()} {platform.machine()}.",
        "",
        "| | errors found | invented | CPU s | times atstats | peak MB |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {each.name} | {each.found:,} | {each.invented:,} | {each.took.cpu_seconds:.1f}"
            f" | {each.took.cpu_seconds / own:.1f} | {each.took.peak_mb:.0f} |"
            for each in lines
        ),
    ]


def _alone(folder: Path, schema: Schema, *, runs: int) -> list[str]:
    """What needs no peer: a small workbook, growth, the largest that are read, many in one run."""
    sizes = {rows: plant(folder / f"{rows}", schema=schema, rows=rows) for rows in (_FEW_ROWS, 10_000, _MANY_ROWS)}
    took = {rows: median([_validate(each, [each.folder], folder) for _ in range(runs)]) for rows, each in sizes.items()}
    few, many = took[10_000], took[_MANY_ROWS]
    exponent = math.log(many.cpu_seconds / few.cpu_seconds) / math.log(_MANY_ROWS / 10_000)
    largest = plant(folder / "largest", schema=schema, rows=_MANY_ROWS, workbooks=5)
    whole = _validate(largest, [largest.folder], folder)
    small = plant(folder / "small", schema=schema, rows=200, workbooks=50)
    together = median([_validate(small, [small.folder], folder) for _ in range(runs)])
    apart = sum(_validate(small, [path], folder).wall_seconds for path in small.files)
    return [
        "| atstats validate | CPU s | seconds | peak MB |",
        "|---|---:|---:|---:|",
        _row(f"{_FEW_ROWS:,} rows, imports included", took[_FEW_ROWS]),
        _row("10,000 rows", few),
        _row(f"{_MANY_ROWS:,} rows: cost grows with rows to the power of {exponent:.2f}", many),
        _row(f"5 workbooks of {_MANY_ROWS:,} rows", whole),
        _row(f"50 workbooks of 200 rows; {apart / together.wall_seconds:.0f} times as long in 50 runs", together),
    ]


def _row(name: str, took: Measured) -> str:
    return f"| {name} | {took.cpu_seconds:.1f} | {took.wall_seconds:.1f} | {took.peak_mb:.0f} |"


def _validate(planted: Collection, paths: Sequence[Path], folder: Path) -> Measured:
    """One run of atstats, its findings held against what was planted.

    Raises:
        RuntimeError: a planted error was not found, or another was.
    """
    output = folder / "findings.csv"
    command = [sys.executable, "-m", "atstats", "validate", *map(str, paths), "--format", "csv", "--no-progress"]
    took = run(command, output=output, folder=folder)
    with output.open(encoding="utf-8", newline="") as stream:
        # A finding without a file says that an agency of the register has sent nothing.
        rows = [each for each in csv.DictReader(stream) if each["file"]]
    found = {(each["file"], each["sheet"], each["cell"], each["rule"]) for each in rows}
    names = {path.name for path in planted.files} if paths == [planted.folder] else {path.name for path in paths}
    expected = {each for each in planted.expected if each[0] in names}
    if found != expected:
        raise RuntimeError(f"{len(expected - found)} planted errors not found, {len(found - expected)} invented")
    return took


if __name__ == "__main__":  # the reading process imports this module
    main(sys.argv[1:])
