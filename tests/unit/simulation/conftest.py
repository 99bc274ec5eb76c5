"""The schemas of the checkout and a sample of thirty-five persons a year, made once."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from grids import Records, records_of

from atstats.schema import Schema, load
from atstats.simulation import Simulated, simulate_years


@pytest.fixture(scope="session")
def schema(root: Path) -> Schema:
    """The schemas that are shipped."""
    return load(root / "schemas")


@pytest.fixture(scope="session")
def years(schema: Schema) -> Mapping[int, Simulated]:
    """The three years that `sample_data` is made from."""
    made = simulate_years(n_persons=35, seed=7, years=(2023, 2024, 2025), schema=schema)
    return {each.year: each for each in made}


@pytest.fixture(scope="session")
def sample(years: Mapping[int, Simulated]) -> Simulated:
    """The last year."""
    return years[2025]


@pytest.fixture(scope="session")
def records(schema: Schema, sample: Simulated) -> Records:
    """Every row of the last year."""
    return records_of(sample.workbooks, schema)


@pytest.fixture(scope="session")
def all_records(schema: Schema, years: Mapping[int, Simulated]) -> Records:
    """Every row of the three years."""
    return {place: rows for made in years.values() for place, rows in records_of(made.workbooks, schema).items()}
