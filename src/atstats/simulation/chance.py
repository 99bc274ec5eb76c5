"""Where chance comes from: a stream of its own for each thing that is drawn.

What happens to one person does not depend on how many others there are, nor on the year that
is written: the same words always give the same stream.
"""

from collections.abc import Mapping
from random import Random

__all__ = ["drawn", "stream"]


def stream(*words: object) -> Random:
    """A source of chance that the words alone decide, such as ("stay", seed, person, agency)."""
    return Random("|".join(map(str, words)))  # noqa: S311 - a sample must be the same each time; nothing is secret


def drawn(shares: Mapping[str, int], rng: Random) -> str:
    """One of the keys, each as often as its share says."""
    return rng.choices(list(shares), weights=list(shares.values()))[0]
