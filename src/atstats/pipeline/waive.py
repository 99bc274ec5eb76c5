"""waive: accept a warning as it is, with a reason, an author and an end, in `waivers.csv`."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from atstats.collection import open_collection
from atstats.errors import UsageError
from atstats.frames import Finding
from atstats.pipeline.ready import Ready, Step, checked_collection, link_persons, second_pass, silent
from atstats.vocabulary import Severity

__all__ = ["Waived", "waive"]


@dataclass(frozen=True, slots=True)
class Waived:
    """The findings that a new line accepts, and the last day on which it does."""

    findings: pl.DataFrame
    until: date


def waive(
    folder: Path,
    fingerprint: str,
    *,
    reason: str,
    who: str,
    when: date,
    until: date,
    schemas: Path | None = None,
    progress: Step = silent,
) -> Waived:
    """Add a line to the waivers of a collection; nothing that stands there is changed.

    Args:
        folder: the collection.
        fingerprint: of the finding, as `validate` and `link` print it in their machine formats.
        reason: why the data are right, without any name.
        who: takes the responsibility.
        when: the day of the decision.
        until: the last day for which it holds; it is held against the cut-off date of the collection.
        schemas: the schema folder.
        progress: told each step.

    Raises:
        UsageError: no finding has the fingerprint, it is an error or about a waiver, it is waived already for as
            long, the reason or the author is blank, or the end lies before the cut-off date.
        UnreadableError: the collection or `waivers.csv` cannot be read or written.
    """
    from atstats import validation

    told = {"reason": " ".join(reason.split()), "who": " ".join(who.split())}
    for name, text in told.items():
        if not text:
            raise UsageError(f"a waiver needs a {name}", hint=f"Write it after --{name}, in quotation marks.")
    collection = open_collection(folder)
    if until < collection.cut_off:
        raise UsageError(
            f"--until lies before the cut-off date {collection.cut_off}, so that nothing would be waived",
            hint="Name that day or a later one.",
        )
    with collection.lock():
        ready = checked_collection(collection, schemas=schemas, progress=progress)
        found = _found(fingerprint.strip().lower(), ready, progress=progress)
        if Severity.ERROR in found["severity"].to_list():
            raise UsageError(
                f"the finding {fingerprint} of {found['rule'][0]} is an error, and errors cannot be waived",
                hint="Have the agency correct its workbook.",
            )
        if found["file"][0] == "waivers.csv":
            raise UsageError(
                f"the finding {fingerprint} is about waivers.csv itself", hint="Correct that line of the file instead."
            )
        before = collection.waivers().filter(pl.col("fingerprint").str.to_lowercase() == fingerprint.strip().lower())
        ends = [end for text in before["until"] if (end := validation.end_of(text)) is not None]
        if found["waived"].all() and ends and ends[-1] >= until:
            raise UsageError(
                f"the finding {fingerprint} is waived already, until {ends[-1]}",
                hint="Name a later day after --until to prolong it.",
            )
        finding = Finding(**found.row(0, named=True))
        collection.add_waiver(
            {
                "fingerprint": finding.fingerprint,
                "rule": finding.rule,
                **{name: validation.guarded(text) for name, text in told.items()},
                "when": when.isoformat(),
                "until": until.isoformat(),
            }
        )
    return Waived(found, until)


def _found(fingerprint: str, ready: Ready, *, progress: Step) -> pl.DataFrame:
    """The findings with the fingerprint, of the first pass of rules or else of the second, after linkage."""
    wanted = pl.col("fingerprint") == fingerprint
    found = ready.checked.findings.filter(wanted)
    accepted = any(each.status in ("accepted", "nil") for each in ready.checked.submissions)
    if found.is_empty() and accepted:
        linked = link_persons(ready, key=ready.collection.secrets().key, progress=progress)
        found = second_pass(ready, linked)[0].filter(wanted)
    if found.is_empty():
        raise UsageError(
            f"no finding has the fingerprint {fingerprint}",
            hint="Copy it from the output of atstats validate --format csv or atstats link --format json.",
        )
    return found
