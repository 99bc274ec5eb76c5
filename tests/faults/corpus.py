"""Hostile, broken and merely odd files, each made by one small function, with the answer that each must get."""

import corpus_readable as _readable
import corpus_refused as _refused
from cases import CORPUS, SECRET, Case

__all__ = ["CORPUS", "SECRET", "Case"]

assert _readable
assert _refused  # to import them fills the list
