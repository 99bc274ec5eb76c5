"""The schemas of the checkout and a sample of thirty-five persons, made once."""

from pathlib import Path

import pytest
from grids import Records, records_of

from atstats.schema import Schema, load
from atstats.simulation import Simulated, simulate


@pytest.fixture(scope="session")
def schema(root: Path) -> Schema:
    """The schemas that are shipped."""
    return load(root / "schemas")


@pytest.fixture(scope="session")
def sample(schema: Schema) -> Simulated:
    """The sample that `sample_data` is made from."""
    return simulate(n_persons=35, seed=7, year=2025, schema=schema)


@pytest.fixture(scope="session")
def records(schema: Schema, sample: Simulated) -> Records:
    """Every row of the sample."""
    return records_of(sample.workbooks, schema)
