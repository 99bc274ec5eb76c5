"""Spoil workbooks by lot and count what becomes of them: python benchmarks/mutation.py [N]

Prints one Markdown line. Every answer is a reading or a refusal in words; a child that dies or
hangs, and an exception in this process, count as uncaught and must be none.
"""

import sys
import tempfile
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT / "tests" / "faults"))

_UNCAUGHT = ("makes the reader stop", "takes longer than")


def main(n: int) -> int:
    """Read `n` spoilt workbooks; 1 where one of them did harm."""
    from mutation import mutants, outcomes  # the generator of the tests

    sample = (_ROOT / "sample_data" / "2025" / "submissions" / "ISF_2025.xlsx").read_bytes()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        told = outcomes(Path(folder), mutants(n, more=[sample]))
    seconds = time.monotonic() - begun
    uncaught = sum(count for reason, count in told.items() if reason.startswith(_UNCAUGHT))
    counts = ", ".join(f"{count:,} {reason}" for reason, count in told.most_common())
    print(f"| byte-flip mutation | {n:,} workbooks in {seconds:.0f} s | {uncaught} uncaught | {counts} |")
    return int(uncaught > 0)


if __name__ == "__main__":  # the reading process imports this module
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
