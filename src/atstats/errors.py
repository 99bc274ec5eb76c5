"""Failures of a run: each child has one exit code, a message and the next move.

What is wrong *in the data* is a finding and is returned (see `frames.FINDINGS`). What
stops a run is raised from here. Anything else is a bug and keeps its traceback, without
data.
"""

__all__ = [
    "AtstatsError",
    "ConfigurationError",
    "InterruptedRunError",
    "NotAcceptedError",
    "NotFinalError",
    "ProtectionError",
    "UnreadableError",
    "UsageError",
]


class AtstatsError(Exception):
    """A run that cannot go on, told in one line with the next move.

    Args:
        message: What is wrong and where; never a value of a person's row.
        hint: What to do next, one sentence.
    """

    exit_code = 70

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(AtstatsError):
    """The command line or a function was used wrongly."""

    exit_code = 2


class UnreadableError(AtstatsError):
    """A workbook or folder cannot be read: missing, locked, damaged, unsafe."""

    exit_code = 10


class ConfigurationError(AtstatsError):
    """A schema, a template or a setting of ours is wrong."""

    exit_code = 11


class NotAcceptedError(AtstatsError):
    """`--final` is refused: a submission has errors, or a warning is open."""

    exit_code = 12


class ProtectionError(AtstatsError):
    """The tables cannot be protected as the edition asks; nothing is written."""

    exit_code = 13


class NotFinalError(AtstatsError):
    """`--final` is refused: pairs are open, or an agency is missing."""

    exit_code = 14


class InterruptedRunError(AtstatsError):
    """The user stopped the run; nothing is half-written."""

    exit_code = 130
