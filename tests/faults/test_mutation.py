"""Five hundred spoilt workbooks: each gets an answer, and no child dies of one."""

from pathlib import Path

from corpus import CORPUS
from mutation import mutants, outcomes


def test_spoilt_workbooks_are_read_or_refused(root: Path, tmp_path: Path) -> None:
    """No exception in the parent, no child that dies or hangs; `benchmarks/mutation.py` does twenty thousand."""
    sample = (root / "sample_data" / "2025" / "submissions" / "ISF_2025.xlsx").read_bytes()

    told = outcomes(tmp_path, mutants(500, more=[sample]))

    assert sum(told.values()) == 500
    assert told["read"] > 50
    assert told["is damaged"] > 50
    assert [reason for reason in told if "reader stop" in reason or "seconds" in reason] == []


def test_the_same_seed_spoils_in_the_same_way() -> None:
    """A workbook that does harm can be made again."""
    first, again = list(mutants(40)), list(mutants(40))

    assert first == again
    assert len(set(first)) == 40
    assert CORPUS["texts.xlsx"].make() not in first
