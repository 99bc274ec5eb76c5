"""Keys of records and persons, and the records as they leave linkage: persons known, identities gone."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from atstats.linkage.fields import map_unique
from atstats.linkage.model import Reference, Specification
from atstats.linkage.names import normalise_key
from atstats.schema import Schema, Sheet

__all__ = ["check_character", "keyed_hash", "person_ids", "record_keys", "release_records"]

_KEY_LENGTH = 16
_ALPHABET = "123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""31 letters and digits that are not mistaken for each other; a prime, so that one wrong character or two
neighbours exchanged never give the right check character."""
_ID_LENGTH = 7
_ADDRESS = ("submission", "agency", "unit", "sheet", "row")


def keyed_hash(key: bytes, *parts: str) -> str:
    """A hash that only the holder of the key can make, in hexadecimal."""
    return hmac.new(key, "|".join(parts).encode(), hashlib.sha256).hexdigest()


# --------------------------------------------------------------------------- keys


def record_keys(frame: pl.DataFrame, *, role: str, sheet: Sheet, local_columns: Iterable[str], key: bytes) -> pl.Series:
    """For each record of a sheet a key that is the same in every run: it names the row by its content.

    Args:
        frame: The checked records of the sheet.
        role: The role of the sheet.
        sheet: Gives the columns that name a row.
        local_columns: The columns to take where the sheet names none: the agency's own number and
            case number.
        key: The office's key.

    Returns:
        Sixteen hexadecimal characters each. Rows that the columns do not tell apart are numbered in
        the order of their content.
    """
    columns = [name for name in (sheet.key or tuple(local_columns)) if name in frame.columns]
    natural = [
        (agency, unit, *(_text(value) for value in values))
        for agency, unit, *values in frame.select("agency", "unit", *columns).iter_rows()
    ]
    counts: dict[tuple[str, ...], list[int]] = {}
    for place, name in enumerate(natural):
        counts.setdefault(name, []).append(place)
    keys = [""] * frame.height
    for name, places in counts.items():
        for n, place in enumerate(_in_order_of_content(frame, places), start=1):
            number = () if n == 1 else (f"#{n}",)
            parts = (role, name[0], name[1], sheet.record_type, *name[2:], *number)
            keys[place] = keyed_hash(key, *parts)[:_KEY_LENGTH]
    return pl.Series("record_key", keys, dtype=pl.String)


def _text(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split()).upper()


def _in_order_of_content(frame: pl.DataFrame, places: list[int]) -> list[int]:
    if len(places) == 1:
        return places

    def content(place: int) -> tuple[str, str, int]:
        row = frame.row(place, named=True)
        told = {name: row[name] for name in sorted(row) if name not in _ADDRESS}
        # Rows equal in every column stand in the order of the workbook.
        return json.dumps(told, default=str, ensure_ascii=False), row["submission"], row["row"]

    return sorted(places, key=content)


def person_ids(founders: Iterable[str], *, role: str, key: bytes) -> dict[str, str]:
    """For each founding record key the person's id: "P-", seven characters and a check character.

    Two persons never share an id: the second in the order of the keys takes the next hash.
    """
    taken: set[str] = set()
    ids: dict[str, str] = {}
    for founder in sorted(founders):
        n = 1
        while (made := _person_id(keyed_hash(key, "person", role, founder, str(n)))) in taken:
            n += 1
        taken.add(made)
        ids[founder] = made
    return ids


def _person_id(hashed: str) -> str:
    number = int(hashed, 16)
    body = ""
    for _ in range(_ID_LENGTH):
        number, place = divmod(number, len(_ALPHABET))
        body += _ALPHABET[place]
    return f"P-{body}{check_character(body)}"


def check_character(body: str) -> str:
    """The check character of the seven characters of a person's id (weighted sum modulo 31)."""
    total = sum(place * _ALPHABET.index(character) for place, character in enumerate(body, start=1))
    return _ALPHABET[total % len(_ALPHABET)]


# --------------------------------------------------------------------------- records without identities


def release_records(
    records: Mapping[str, pl.DataFrame],
    *,
    persons_of: Mapping[str, pl.DataFrame],
    schema: Schema,
    specification: Specification,
    key: bytes,
) -> dict[str, pl.DataFrame]:
    """Every record type without identity columns, with `person_id` where a row is about a person.

    Args:
        records: Record type -> checked records.
        persons_of: Record type -> a frame with submission, sheet, row, `person_id`, `age_at_event`
            and `age_at_exploitation` for the record types of a role.
        schema: Says which columns are identities.
        specification: Says which columns are case numbers and which sheets refer to persons.
        key: The office's key.

    Returns:
        The same record types and rows. A case number that is an identity anywhere is a keyed hash
        everywhere, so that records still join on it.
    """
    references = {each.record_type: each for each in specification.references}
    hashed = _hashed_columns(schema, specification)
    local_ids = {sheet.local_id for role in specification.roles.values() for sheet in role.sheets.values()}
    released = {}
    for record_type, frame in records.items():
        sheet = schema.sheet(record_type)
        result = frame
        if record_type in persons_of:
            address = ["submission", "sheet", "row"]
            result = result.join(persons_of[record_type], on=address, how="left", maintain_order="left")
        dropped = {*sheet.identity_columns, *local_ids}
        if record_type in references:
            reference = references[record_type]
            result = _add_referred(frame, records=records, persons_of=persons_of, reference=reference)
        for column, kind in hashed.items():
            if column in frame.columns:
                result = result.with_columns(_hash_column(frame, column, kind, key))
                dropped.discard(column)
        released[record_type] = result.drop([name for name in frame.columns if name in dropped])
    return released


def _hashed_columns(schema: Schema, specification: Specification) -> dict[str, str]:
    """Column -> kind of case number, for the kinds that are an identity in some sheet."""
    identities = {name for sheet in schema.sheets() for name in sheet.identity_columns}
    return {
        column: kind
        for kind, columns in specification.case_keys.items()
        if identities.intersection(columns)
        for column in columns
    }


def _hash_column(frame: pl.DataFrame, column: str, kind: str, key: bytes) -> pl.Expr:
    def hashed(text: str) -> str | None:
        normalised = normalise_key(text)
        return None if normalised is None else keyed_hash(key, "case", kind, normalised)[:_KEY_LENGTH]

    return map_unique(frame, column, hashed).alias(column)


def _add_referred(
    frame: pl.DataFrame,
    *,
    records: Mapping[str, pl.DataFrame],
    persons_of: Mapping[str, pl.DataFrame],
    reference: Reference,
) -> pl.DataFrame:
    """Add the `person_id` that the agency's own number means: inside the case first, else where it is unique."""
    missing = pl.lit(None, dtype=pl.String)
    if reference.to not in persons_of or reference.local_id not in frame.columns:
        return frame.with_columns(person_id=missing)
    target = records[reference.to].join(persons_of[reference.to], on=["submission", "sheet", "row"], how="left")
    within = [name for name in reference.within if name in frame.columns and name in target.columns]
    found = []
    for columns in dict.fromkeys(((reference.local_id, *within), (reference.local_id,))):
        names = [f"key_{name}" for name in columns]
        known = (
            target.select("agency", "unit", "person_id", *_keys(target, columns))
            .drop_nulls()
            .group_by("agency", "unit", *names)
            # A number that means two persons means nobody.
            .agg(pl.when(pl.col("person_id").n_unique() == 1).then(pl.col("person_id").first()).alias("found"))
        )
        keyed = frame.select("agency", "unit", *_keys(frame, columns))
        found.append(keyed.join(known, on=["agency", "unit", *names], how="left", maintain_order="left")["found"])
    return frame.with_columns(person_id=pl.coalesce(found))


def _keys(frame: pl.DataFrame, columns: tuple[str, ...]) -> list[pl.Expr]:
    return [map_unique(frame, name, normalise_key).alias(f"key_{name}") for name in columns]
