"""The process that parses: whatever a file does to it, the parent lives on.

It answers the bytes of each file with a RawWorkbook or with a refusal in words. It touches no
file itself and prints nothing. Its memory is limited where the system can do that.
"""

import contextlib
import gc
import io
import os
import signal
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from atstats.frames import RawSheet, RawWorkbook
from atstats.workbook.grid import raw_sheet, tallies
from atstats.workbook.guard import DAMAGED, Refused, UnsafeError, refuse
from atstats.workbook.package import Package, open_package
from atstats.workbook.password import decrypt
from atstats.workbook.scan import Scan, scan_sheet
from atstats.workbook.transfer import send

__all__ = ["TOO_MUCH_MEMORY", "Request", "limit_memory", "parse", "serve", "silence"]

_MEMORY_BYTES = 1_400 * 2**20
_ADDRESS_BYTES = _MEMORY_BYTES + 2**30
"""Address space also counts libraries and what threads reserve and never use."""
TOO_MUCH_MEMORY = Refused(
    "needs more memory than one workbook may take", "Remove empty rows and columns and pictures, or split the workbook."
)


@dataclass(frozen=True, slots=True)
class Request:
    """One file to be parsed; its bytes follow on the same connection."""

    file: str
    sha256: str
    password: str | None = None

    def __repr__(self) -> str:
        return f"Request({self.file!r})"  # never the password


def serve(connection: Connection) -> None:
    """Say that it is ready, then answer requests until the parent says None or has gone."""
    with contextlib.suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C and ends this process
    gc.disable()  # cells are millions of values and no cycles; after a large file this process ends anyway
    silence()
    limit_memory()
    with contextlib.suppress(EOFError, OSError):
        connection.send("ready")
        while (request := connection.recv()) is not None:
            send(connection, _answer(request, connection.recv_bytes()))


def _answer(request: Request, content: bytes) -> RawWorkbook | Refused:
    try:
        return parse(request, content)
    except UnsafeError as unsafe:
        return unsafe.refused
    except MemoryError:
        return TOO_MUCH_MEMORY
    except BaseException:  # a parser that panics raises no Exception; its words may hold data, none is kept
        return DAMAGED


def parse(request: Request, content: bytes) -> RawWorkbook | Refused:
    """Read one workbook, values and structure.

    Raises:
        UnsafeError: the structure would break a reader.
    """
    if request.password is not None:
        plain = decrypt(content, request.password)
        if isinstance(plain, Refused):
            return plain
        content = plain
    refused = refuse(content)
    if refused is not None:
        return refused
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        package = open_package(archive)
        scans = [scan_sheet(archive, tab, package) for tab in package.tabs if tab.part]
        fast = _fast(content) if package.plain else None
        exact = _Exact(archive, package)
        sheets = tuple(_sheet(each, fast, exact) for each in scans)
    facts = [*package.facts, *(fact for each in scans for fact in each.facts)]
    return RawWorkbook(request.file, request.sha256, sheets, tuple(facts))


def _fast(content: bytes) -> Any:
    """The fast reader with the workbook open, or nothing where it cannot open it."""
    from python_calamine import CalamineError, CalamineWorkbook, XmlError, ZipError

    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except (CalamineError, XmlError, ZipError):
        return None


def _sheet(found: Scan, fast: Any, exact: "_Exact") -> RawSheet:
    """By the fast reader where it finds every cell that the scan has counted, else by the exact one."""
    counted = (found.n_cells, found.row_sum, found.column_sum)
    if fast is not None and found.plain:
        try:
            cells = fast.get_sheet_by_name(found.name)
            fits = cells.end is None or cells.end[1] < found.width
            sheet = raw_sheet(_fast_rows(cells), found) if fits else None
        except MemoryError:
            raise
        except Exception:  # whatever the fast reader stumbles over, the exact one decides
            sheet = None
        if sheet is not None and tallies(sheet) == counted:
            return sheet
    return raw_sheet(exact.rows(found), found)


def _fast_rows(sheet: Any) -> Any:
    """Rows from Excel's row 1 and column A on: the reader leaves out the columns before the first filled one."""
    before = [""] * (sheet.start[1] if sheet.start else 0)
    return ((number, before + row) for number, row in enumerate(sheet.iter_rows(), start=1))


class _Exact:
    """The exact reader, made when it is first needed."""

    def __init__(self, archive: zipfile.ZipFile, package: Package) -> None:
        self._made: Any = None
        self._make: Callable[[], Any] = lambda: _exact_reader(archive, package)

    def rows(self, found: Scan) -> Any:
        if self._made is None:
            self._made = self._make()
        return self._made.rows(found)


def _exact_reader(archive: zipfile.ZipFile, package: Package) -> Any:
    from atstats.workbook.exact import ExactReader

    return ExactReader(archive, package)


def silence() -> None:
    """Let nothing reach the terminal: a library that aborts prints what it was reading."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)


def limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit; the limits of the zip and of the sheet hold there too
    for kind, most in ((resource.RLIMIT_DATA, _MEMORY_BYTES), (resource.RLIMIT_AS, _ADDRESS_BYTES)):
        _, hard = resource.getrlimit(kind)
        with contextlib.suppress(ValueError, OSError):  # macOS knows the names and refuses the values
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the data of the rows
