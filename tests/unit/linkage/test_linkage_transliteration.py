"""The transliteration table of the schemas and the normaliser of linkage tell the same story."""

import pytest

from atstats.linkage.names import fold, loosen, normalise_name
from atstats.schema import Schema


def test_every_name_of_the_table_is_one_name_in_three_writings(schema: Schema) -> None:
    """K02: Xhevahire, Dževahira and Џевахира are compared as one spelling."""
    names = [line for line in schema.transliteration if line["kind"] == "name"]
    assert len(names) > 200
    for line in names:
        written = [line[column] for column in ("albanian", "serbian_latin", "serbian_cyrillic")]
        folded = {loosen(fold(normalise_name(name) or "")) for name in written}
        assert len(folded) == 1, written


@pytest.mark.parametrize("letters", ["xh", "gj", "q", "ç", "sh", "zh", "x", "th", "dh", "nj", "ll", "rr", "ë", "y"])
def test_the_table_has_every_pair_of_letters_that_registrars_exchange(schema: Schema, letters: str) -> None:
    """The pairs of K02."""
    assert letters in [line["albanian"] for line in schema.transliteration if line["kind"] == "letters"]
