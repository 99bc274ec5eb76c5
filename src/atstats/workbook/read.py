"""Read workbooks in a process of their own: values as they stand, with true row numbers."""

import hashlib
import multiprocessing
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from atstats.frames import RawWorkbook, Unreadable
from atstats.workbook.guard import Refused, refuse

__all__ = ["read_workbooks"]

_SECONDS = 60.0
"""Longer than any file within the limits takes; then the child is ended."""


def read_workbooks(
    paths: Sequence[Path], *, progress: Callable[[str], None] | None = None, seconds: float = _SECONDS
) -> list[RawWorkbook | Unreadable]:
    """Read files in the order given; a bad file gives an `Unreadable`, never an exception.

    Args:
        paths: the files.
        progress: is told each file's name before it is read.
        seconds: the time that one file may take.
    """
    child = _Child()
    read: list[RawWorkbook | Unreadable] = []
    try:
        for path in paths:
            if progress is not None:
                progress(path.name)
            read.append(_read(path, child, seconds=seconds))
    finally:
        child.end()
    return read


def _read(path: Path, child: "_Child", *, seconds: float) -> RawWorkbook | Unreadable:
    refused = refuse(path)
    sha256 = ""
    if path.is_file() and (refused is None or "cannot be read" not in refused.reason):
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    if refused is not None:
        return Unreadable(path.name, sha256, refused.reason, refused.hint)
    answer = child.ask(path, sha256, seconds=seconds)
    if isinstance(answer, Refused):
        return Unreadable(path.name, sha256, answer.reason, answer.hint)
    return answer


class _Child:
    """The parsing process, started when first needed and again after it died."""

    def __init__(self) -> None:
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    def ask(self, path: Path, sha256: str, *, seconds: float) -> RawWorkbook | Refused:
        """What the child makes of one file; its death and its silence are answers too."""
        if self._connection is None:
            self._start()
        connection = self._connection
        assert connection is not None
        try:
            connection.send((str(path), sha256))
            if connection.poll(seconds):
                answer: RawWorkbook | Refused = connection.recv()
                return answer
            reason = f"takes longer than {seconds:g} seconds to read"
        except (EOFError, OSError):
            reason = "makes the reader stop"
        self.end()
        return Refused(reason, "Open it in Excel and save it under a new name, or ask the agency to send it again.")

    def _start(self) -> None:
        from atstats.workbook.child import serve

        context = multiprocessing.get_context("spawn")  # as Windows does it, everywhere
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        self._process, self._connection = process, ours

    def end(self) -> None:
        """Stop the child, however it is."""
        if self._process is not None and self._connection is not None:
            self._connection.close()
            self._process.kill()
            self._process.join()
        self._process = self._connection = None
