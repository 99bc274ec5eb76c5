"""Carry an answer from the child to the parent, column by column.

A frame that is sent as a whole is copied six times on its way; a column is small.
"""

import pickle
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import NamedTuple

import polars as pl

from atstats.frames import Fact, RawSheet, RawWorkbook
from atstats.workbook.guard import Refused

__all__ = ["receive", "send"]


class _Announced(NamedTuple):
    """What comes: the name of each sheet and the number of columns of each of its frames."""

    file: str
    sha256: str
    facts: tuple[Fact, ...]
    sheets: tuple[tuple[str, int], ...]


def send(connection: Connection, answer: RawWorkbook | Refused) -> None:
    """Send an answer and let go of it column by column.

    Raises:
        OSError: the other side has gone.
    """
    if isinstance(answer, Refused):
        connection.send(answer)
        return
    sheets = tuple((sheet.name, sheet.values.width) for sheet in answer.sheets)
    connection.send(_Announced(answer.file, answer.sha256, answer.facts, sheets))
    for sheet in answer.sheets:
        for frame in (sheet.values, sheet.kinds):
            for column in frame.iter_columns():
                connection.send_bytes(pickle.dumps(column.rechunk()))


def receive(connection: Connection) -> RawWorkbook | Refused:
    """Take an answer.

    Raises:
        EOFError: the other side has died.
        OSError: the connection is broken.
    """
    announced: _Announced | Refused = connection.recv()
    if isinstance(announced, Refused):
        return announced
    sheets = tuple(
        RawSheet(name, pl.DataFrame(list(_columns(connection, n))), pl.DataFrame(list(_columns(connection, n))))
        for name, n in announced.sheets
    )
    return RawWorkbook(announced.file, announced.sha256, sheets, announced.facts)


def _columns(connection: Connection, n: int) -> Iterator[pl.Series]:
    for _ in range(n):
        yield pickle.loads(connection.recv_bytes())  # noqa: S301 - the other side is our own child
