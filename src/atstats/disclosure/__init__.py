"""Protect tables before they are printed: rounding, and the attack that it must withstand."""

from atstats.disclosure.gate import differences, refuse_identities
from atstats.disclosure.protect import protect

__all__ = ["differences", "protect", "refuse_identities"]
