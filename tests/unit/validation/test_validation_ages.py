"""Ages that rules use are full years, to the day."""

from datetime import date

import polars as pl
import pytest

from atstats.schema import Schema, helper_columns


@pytest.mark.parametrize(
    ("born", "event", "age"),
    [
        (date(2007, 5, 20), date(2025, 4, 25), 17),
        (date(2007, 5, 20), date(2025, 5, 19), 17),
        (date(2007, 5, 20), date(2025, 5, 20), 18),
        (date(2007, 12, 31), date(2025, 1, 1), 17),
        (date(2025, 2, 7), date(2025, 1, 27), -1),
    ],
)
def test_an_age_is_full_years_in_every_month(born: date, event: date, age: int, schema: Schema) -> None:
    """Months and days are 8-bit numbers in polars; an age must not depend on that."""
    sheet = schema.sheet("police.victims")
    record = pl.DataFrame(
        {
            "birth_date": [born],
            "first_contact_date": [event],
            "age_at_registration": pl.Series([None], dtype=pl.Int64),
        }
    )
    helpers = helper_columns(sheet, reference_year=2025, cut_off=date(2026, 3, 31))
    assert record.select(helpers["age_at_event"].alias("age"))["age"].to_list() == [age]
