"""Protect tables before they are printed: rounding, and the attack that it must withstand."""

from atstats.disclosure.protect import protect

__all__ = ["protect"]
