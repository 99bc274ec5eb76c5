"""Linkage held against registers whose truth is known: python -m benchmarks.linkage WHAT

calibrate   prints the part [calibration] of schemas/linkage.toml
quality     prints the table of quality; with `--last` on the seeds that are looked at only once
"""

import math
import statistics
import sys
from pathlib import Path

import polars as pl

from atstats.schema import Schema, load
from benchmarks.linkage.measured import Measured, measure
from benchmarks.linkage.register import make_register

_ROOT = Path(__file__).resolve().parents[2]
_EDGES = (-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 9.0)
_CALIBRATED_ON = {
    3_000: [(n, seed) for n, seeds in ((100, 40), (300, 20), (1_000, 20)) for seed in range(500, 500 + seeds)],
    30_000: [(10_000, seed) for seed in range(500, 505)],
    None: [(100_000, 500)],
}
"""Size up to which a calibration counts -> records and seed of each register; other seeds than those of `quality`."""
_SLIPS = (0.7, 1.0, 1.4)
_QUALITY = {100: 0.985, 1_000: 0.985, 10_000: 0.975, 100_000: 0.96}
"""Number of records -> the F1 that must be reached."""
_SEEDS, _LAST_SEEDS = range(1, 6), range(9001, 9006)


def calibrate(schema: Schema) -> None:
    """Print what open pairs turned out to be, as linkage.toml states it."""
    for up_to, registers in _CALIBRATED_ON.items():
        found = [
            (slips, measure(make_register(n, seed=seed, schema=schema, slips=slips), schema))
            for n, seed in registers
            for slips in _SLIPS
        ]
        pairs = pl.concat([each.open_pairs.with_columns(slips=pl.lit(slips)) for slips, each in found])
        n_records = sum(each.n_records for _, each in found)
        n_links = sum(each.n_records - each.summary.high for _, each in found)
        print("\n[[calibration]]")
        if up_to is not None:
            print(f"records_up_to = {up_to}")
        print(f"missed_per_record = {sum(each.n_missed for _, each in found) / n_records:.5f}")
        print(f"wrong_per_link = {sum(each.n_wrong for _, each in found) / n_links:.5f}")
        print(f"spread = {_spread(pairs):.2f}")
        print("open = [")
        for hold in ("", "doubt", "review"):
            own = pairs.filter(pl.col("hold") == hold)
            for low, high in zip(_EDGES, (*_EDGES[1:], math.inf), strict=True):
                band = own.filter((pl.col("weight") >= low) & (pl.col("weight") < high))["same"]
                if len(band):
                    print(f'  {{hold = "{hold}", from = {low}, same = {band.sum()}, of = {len(band)}}},')
        print("]", flush=True)


def _spread(pairs: pl.DataFrame) -> float:
    """Standard deviation between kinds of registers of the log-odds that an open pair is one person."""
    odds = []
    for _, own in pairs.group_by("slips", maintain_order=True):
        share = own["same"].mean()
        odds.append(math.log(share / (1 - share)))
    return statistics.stdev(odds)


def quality(schema: Schema, seeds: range) -> None:
    """Print quality by number of records."""
    print(
        "| records | F1, lowest to highest (must reach) | blocking recall | pairs a record | exact name and date |"
        " best count | 95 % interval holds the truth, width |"
    )
    print("|---|---|---|---|---|---|---|")
    for n, wanted in _QUALITY.items():
        found = [measure(make_register(n, seed=seed, schema=schema), schema) for seed in seeds]
        print(_line(n, wanted, found), flush=True)


def _line(n: int, wanted: float, found: list[Measured]) -> str:
    f1 = sorted(each.f1 for each in found)
    best = [100 * (each.summary.best / each.n_true - 1) for each in found]
    low, high = zip(*(each.summary.interval for each in found), strict=True)
    held = sum(a <= each.n_true <= b for a, b, each in zip(low, high, found, strict=True))
    width = statistics.mean(100 * (b - a) / each.n_true for a, b, each in zip(low, high, found, strict=True))
    return (
        f"| {n:,} | {statistics.mean(f1):.4f}, {f1[0]:.4f} to {f1[-1]:.4f} ({wanted}) "
        f"| {statistics.mean(each.blocking_recall for each in found):.4f} "
        f"| {statistics.mean(each.summary.n_candidate_pairs / each.n_records for each in found):.1f} "
        f"| {100 * statistics.mean(each.n_naive / each.n_true - 1 for each in found):+.0f} % "
        f"| {min(best):+.2f} % to {max(best):+.2f} % | {held} of {len(found)}, {width:.1f} % |"
    )


def main(arguments: list[str]) -> int:
    """Do what is asked."""
    schema = load(_ROOT / "schemas")
    match arguments:
        case ["calibrate"]:
            calibrate(schema)
        case ["quality"]:
            quality(schema, _SEEDS)
        case ["quality", "--last"]:
            quality(schema, _LAST_SEEDS)
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
