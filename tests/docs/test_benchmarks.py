"""What the README says about speed and about the count is what the benchmarks printed."""

from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("name", "begins"),
    [("benchmarks/results.md", "100,000 rows x 25 columns"), ("benchmarks/linkage/results.md", "| records | F1")],
)
def test_the_readme_quotes_the_printed_results(root: Path, name: str, begins: str) -> None:
    """Whole, and as the benchmark last wrote them."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    printed = (root / name).read_text(encoding="utf-8")
    assert printed.startswith(begins)
    assert f"<!-- {name} -->\n{printed}<!-- end of {name} -->" in readme
