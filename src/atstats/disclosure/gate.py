"""The last look at a release before it is written: SDC-05 and SDC-06."""

import re
from collections.abc import Iterable, Mapping

import polars as pl

from atstats.errors import ProtectionError
from atstats.frames import FINDINGS
from atstats.schema import Schema

__all__ = ["differences", "refuse_identities"]

_NOT_KEYS = ("value", "status", "flag")
_TEXTS = (".csv", ".html", ".json")


def differences(now: bytes, before: Iterable[bytes], *, threshold: int, schema: Schema) -> pl.DataFrame:
    """SDC-05: cells whose difference with an earlier release of the same edition is a small count.

    Args:
        now: `data/cells.csv` of this release.
        before: the same file of earlier releases.
        threshold: differences of 1 to one below it are found.
        schema: gives the severity.

    Returns:
        One row = one cell (FINDINGS): `sheet` is the table, `cell` its line in `cells.csv`.
    """
    cells = pl.read_csv(now, infer_schema=False).with_row_index("line", offset=2)
    rows = []
    for earlier in before:
        old = pl.read_csv(earlier, infer_schema=False)
        keys = [name for name in cells.columns if name in old.columns and name not in (*_NOT_KEYS, "line")]
        both = cells.join(old, on=keys, suffix="_before", nulls_equal=True, maintain_order="left")
        change = (pl.col("value").cast(pl.Float64) - pl.col("value_before").cast(pl.Float64)).abs()
        rows += both.filter((change > 0) & (change < threshold)).select("table", "line").rows()
    severity = str(schema.rules["SDC-05"].severity)
    found = [
        {
            "file": "data/cells.csv", "sheet": table, "cell": f"line {line}", "row": line, "column": "value",
            "rule": "SDC-05", "severity": severity, "detail": "", "note": "", "others": [], "fingerprint": "",
            "waived": False,
        }
        for table, line in sorted(set(rows))
    ]  # fmt: skip
    return pl.DataFrame(found, schema=dict(FINDINGS))


def refuse_identities(files: Mapping[str, bytes], values: Iterable[str]) -> None:
    """SDC-06: no name and no number of a person stands in a file that leaves the office.

    Args:
        files: what is about to be written.
        values: full names, and numbers of persons, documents and files, as the agencies wrote them.

    Raises:
        ProtectionError: one of them does; the message names the file and never the value.
    """
    wanted = sorted({value.strip() for value in values if value.strip()}, key=len, reverse=True)
    if not wanted:
        return
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, wanted)) + r")(?!\w)")
    for name, content in sorted(files.items()):
        if name.endswith(_TEXTS) and pattern.search(content.decode("utf-8")):
            raise ProtectionError(
                f"SDC-06: {name} would hold a name or a number of a person; nothing is written",
                hint="Look for it in the chapters, the notes and the titles of tables, and take it out.",
            )
