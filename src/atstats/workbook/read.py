"""Read workbooks in a process of their own: values as they stand, with true row numbers."""

import hashlib
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import SimpleQueue

from atstats.frames import RawWorkbook, Unreadable
from atstats.workbook.guard import LIMITS, PASSWORD, Refused, is_encrypted, sniff
from atstats.workbook.password import NOT_INSTALLED, can_decrypt
from atstats.workbook.transfer import receive

__all__ = ["Password", "names_of", "read_workbooks"]

Password = Callable[[str], str | None]
"""Asked with a file's name for its password; None where there is none."""

_SECONDS = 60.0
"""Longer than any file within the limits takes; then the child is ended."""
_START_SECONDS = 60.0
"""A slow disk and a virus scanner included."""
_END_SECONDS = 5.0
_LARGE_BYTES = 10 * 2**20
"""A file of this size leaves the memory of the child in pieces; the next file gets a new child."""
_LONG_PATH = 240
"""Windows opens a longer path only with a prefix."""
_AGAIN = "Open it in Excel and save it under a new name, or ask the agency to send it again."
_NO_START = Refused(
    "cannot be read: the reading process does not start", "Run the command again; then start the computer anew."
)


def read_workbooks(
    paths: Sequence[Path],
    *,
    progress: Callable[[str], None] | None = None,
    password: Password | None = None,
    jobs: int = 1,
    seconds: float = _SECONDS,
) -> list[RawWorkbook | Unreadable]:
    """Read files in the order given; a bad file gives an `Unreadable`, never an exception.

    Args:
        paths: the files. Where two have one name, the answers add the folder to it.
        progress: is told each file's name before it is read.
        password: is asked for the password of each protected file; without it such a file is refused.
        jobs: how many files are read at the same time, each by a process of its own. Whoever is asked
            for passwords is asked by one.
        seconds: the time that one file may take.
    """
    named = list(zip(paths, names_of(paths), strict=True))
    children: SimpleQueue[_Child] = SimpleQueue()
    workers = max(1, min(jobs if password is None else 1, len(named)))
    pool = [_Child(seconds=seconds) for _ in range(workers)]
    for child in pool:
        children.put(child)

    def one(each: tuple[Path, str]) -> RawWorkbook | Unreadable:
        path, name = each
        if progress is not None:
            progress(name)
        child = children.get()
        try:
            return _read(path, name, child, password=password)
        finally:
            children.put(child)

    try:
        if workers == 1:
            return [one(each) for each in named]
        with ThreadPoolExecutor(workers) as threads:
            return list(threads.map(one, named))
    finally:
        for child in pool:
            child.end()


def names_of(paths: Sequence[Path]) -> list[str]:
    """A name for each file that no other has: its own, with as many folders behind as tell it apart."""
    own = [_printable(path.name) for path in paths]
    alike = Counter(map(str.casefold, own))
    names: list[str] = []
    for path, name in zip(paths, own, strict=True):
        if alike[name.casefold()] > 1:
            folders = [_printable(part) for part in path.resolve().parent.parts[1:]]
            rivals = [
                [_printable(part) for part in other.resolve().parent.parts[1:]]
                for other in paths
                if other.name.casefold() == path.name.casefold() and other.resolve().parent != path.resolve().parent
            ]
            name = f"{name} ({_telling(folders, rivals)})"
        taken = sum(each == name or each.startswith(f"{name} #") for each in names)
        names.append(f"{name} #{taken + 1}" if taken else name)
    return names


def _telling(folders: list[str], rivals: list[list[str]]) -> str:
    """The last folders of a path, as few as differ from those of the others."""
    for depth in range(1, len(folders) + 1):
        if all(other[-depth:] != folders[-depth:] for other in rivals):
            return "/".join(folders[-depth:])
    return "/".join(folders)


def _printable(name: str) -> str:
    """A name that every terminal and every frame can hold; bytes that are no text become a question mark."""
    return "".join(each if each.isprintable() else "\ufffd" for each in name)


def _read(path: Path, name: str, child: "_Child", *, password: Password | None) -> RawWorkbook | Unreadable:
    content = _bytes(path)
    if isinstance(content, Refused):
        return Unreadable(name, "", content.reason, content.hint)
    sha256 = hashlib.sha256(content).hexdigest()
    answer: RawWorkbook | Refused | None = sniff(content)
    if path.name.startswith("~$"):
        answer = Refused(
            "is the lock file of a workbook that is open in Excel, perhaps unsaved", "Save and close the workbook."
        )
    elif is_encrypted(content) and password is not None:
        answer = _opened(content, name, sha256, child, password=password)
    elif answer is None:
        answer = child.ask(name, sha256, content)
    if isinstance(answer, Refused):
        return Unreadable(name, sha256, answer.reason, answer.hint)
    return answer


def _opened(content: bytes, name: str, sha256: str, child: "_Child", *, password: Password) -> RawWorkbook | Refused:
    if not can_decrypt():
        return NOT_INSTALLED
    given = password(name)
    return child.ask(name, sha256, content, password=given) if given else PASSWORD


def _bytes(path: Path) -> bytes | Refused:
    """The whole file, once: what is hashed is what is read, also where it changes meanwhile."""
    try:
        place = _openable(path)
        size = place.stat().st_size
        if size > LIMITS.file_bytes:
            with place.open("rb") as stream:
                return sniff(stream.read(LIMITS.file_bytes + 1)) or _NO_START
        return place.read_bytes()
    except (OSError, ValueError) as problem:
        told = getattr(problem, "strerror", None) or "its path is not one"
        return Refused(f"cannot be read: {told}", "Close it where it is open, or copy it again.")


def _openable(path: Path) -> Path:
    if os.name == "nt" and len(str(path.absolute())) > _LONG_PATH:
        return Path(f"\\\\?\\{path.absolute()}")
    return path


def _context() -> SpawnContext:
    """Started as Windows does it, everywhere: a fork would copy the parent's threads and their locks."""
    return multiprocessing.get_context("spawn")


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Let a process that is started here never hear Ctrl-C: until it can ignore it, it would print a traceback."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # its start would let the signal through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Child:
    """The parsing process, started when first needed and again after it died."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._may_start = True

    def ask(self, name: str, sha256: str, content: bytes, *, password: str | None = None) -> RawWorkbook | Refused:
        """What the child makes of one file; its death and its silence are answers too."""
        from atstats.workbook.child import TOO_MUCH_MEMORY, Request

        connection = self._connection or self._start()
        if connection is None:
            return _NO_START
        try:
            connection.send(Request(name, sha256, password))
            connection.send_bytes(content)
            if connection.poll(self._seconds):
                answer = receive(connection)
                if len(content) > _LARGE_BYTES or answer == TOO_MUCH_MEMORY:
                    self.end()
                return answer
            reason = f"takes longer than {self._seconds:g} seconds to read"
        except (EOFError, OSError):
            if self._died_of_memory():
                return TOO_MUCH_MEMORY
            reason = "makes the reader stop"
        self.end()
        return Refused(reason, _AGAIN)

    def _died_of_memory(self) -> bool:
        """Whether the child has aborted, as its libraries do when they are refused memory."""
        process = self._process
        self._process = None
        if process is None or self._connection is None:
            return False
        self._connection.close()
        self._connection = None
        process.join(_END_SECONDS)
        aborted = process.exitcode == -signal.SIGABRT
        process.kill()
        process.join()
        return aborted

    def _start(self) -> Connection | None:
        from atstats.workbook.child import serve

        if not self._may_start:
            return None
        context = _context()
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs,), daemon=True)
        with _deaf_to_interrupts():
            process.start()
        theirs.close()
        self._process, self._connection = process, ours
        try:
            self._may_start = ours.poll(_START_SECONDS) and ours.recv() == "ready"
        except (EOFError, OSError):
            self._may_start = False
        if not self._may_start:
            self.end()
        return self._connection

    def end(self) -> None:
        """Stop the child, however it is."""
        if self._process is not None and self._connection is not None:
            self._connection.close()
            self._process.kill()
            self._process.join()
        self._process = self._connection = None
