"""Workbooks spoilt by lot, the same for the same seed: flipped bytes of the file, and of its parts before zipping."""

import io
import random
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus import CORPUS
from workbooks import zipped

from atstats.frames import Unreadable
from atstats.workbook import read_workbooks

_SEEDS = (
    "texts.xlsx", "inline.xlsx", "dates.xlsx", "formulas.xlsx", "errors.xlsx", "hidden_sheets.xlsx",
    "hidden_cells.xlsx", "merged.xlsx", "external_link.xlsx", "strict.xlsx", "zip64.xlsx", "below_dimension.xlsx",
)  # fmt: skip
_EXTREMES = (b"0", b"-1", b"4294967295", b"1048577", b"99999999999999999999", b"XFD", b"1e999", b"", b"\xff", b"&#0;")
_NUMBER = re.compile(rb"\d+")


def mutants(n: int, *, seed: int = 20251124, more: Sequence[bytes] = ()) -> Iterator[bytes]:
    """`n` spoilt workbooks, made of the small ones of the corpus and of those given."""
    sound = [*(CORPUS[name].make() for name in _SEEDS), *more]
    whole = [_parts(content) for content in sound]
    for number in range(n):
        chance = random.Random(f"{seed} {number}")
        if chance.random() < 0.3:
            yield _flipped(chance.choice(sound), chance)
            continue
        chosen = dict(chance.choice(whole))
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            name = chance.choice(sorted(chosen))
            chosen[name] = _spoilt(chosen[name], chance)
        if chance.random() < 0.05:
            del chosen[chance.choice(sorted(chosen))]
        yield zipped(chosen, level=1)


def outcomes(folder: Path, made: Iterator[bytes], *, at_once: int = 250) -> Counter[str]:
    """Read spoilt workbooks in as few children as can be; reason, or "read" -> how many."""
    told: Counter[str] = Counter()
    while batch := _batch(folder, made, at_once):
        for answer in read_workbooks(batch):
            told[answer.reason if isinstance(answer, Unreadable) else "read"] += 1
        for path in batch:
            path.unlink()
    return told


def _batch(folder: Path, made: Iterator[bytes], at_once: int) -> list[Path]:
    paths = []
    for number, content in zip(range(at_once), made, strict=False):
        paths.append(folder / f"{number}.xlsx")
        paths[-1].write_bytes(content)
    return paths


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _flipped(content: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8))):
        if spoilt:
            spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def _spoilt(content: bytes, chance: random.Random) -> bytes:
    """One part: bytes flipped, a piece cut out, doubled or moved, a number made extreme, or the end cut off."""
    start = chance.randrange(len(content) + 1)
    end = min(len(content), start + chance.choice((1, 4, 30, 200)))
    piece = content[start:end]
    how = chance.randrange(6)
    if how == 0:
        return content[:start] + content[end:]
    if how == 1:
        return content[:end] + piece * chance.choice((1, 3)) + content[end:]
    if how == 2:
        return content[:start]
    numbers = list(_NUMBER.finditer(content))
    if how in (3, 4) and numbers:
        found = chance.choice(numbers)
        return content[: found.start()] + chance.choice(_EXTREMES) + content[found.end() :]
    return _flipped(content, chance)
