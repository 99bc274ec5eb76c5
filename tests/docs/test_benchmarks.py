"""What the README says about speed is what the benchmark printed."""

from pathlib import Path


def test_the_readme_quotes_the_printed_results(root: Path) -> None:
    """Whole, and as the benchmark last wrote them."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    printed = (root / "benchmarks" / "results.md").read_text(encoding="utf-8")
    assert printed.startswith("100,000 rows x 25 columns")
    assert f"<!-- benchmarks/results.md -->\n{printed}<!-- end of benchmarks/results.md -->" in readme
