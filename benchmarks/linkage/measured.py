"""One linked register held against its truth."""

import time
from dataclasses import dataclass
from datetime import date

import polars as pl

from atstats import linkage
from atstats.frames import LinkageSummary, Linked, Run
from atstats.schema import Schema
from benchmarks.linkage.register import Register

__all__ = ["Measured", "link_register", "measure", "pairwise"]

_RUN = Run(2025, date(2026, 3, 31), "atstats benchmark")
_NO_DECISIONS = pl.DataFrame(schema=dict.fromkeys(("role", "left_key", "right_key", "decision"), pl.String))


@dataclass(frozen=True, slots=True)
class Measured:
    """What linkage made of one register."""

    n_records: int
    n_true: int
    """True persons."""
    n_naive: int
    """What counting by exact name and birth date gives."""
    precision: float
    recall: float
    blocking_recall: float
    summary: LinkageSummary
    open_pairs: pl.DataFrame
    """One row = one open pair: hold, weight, same (whether it is one person)."""
    n_missed: int
    """Persons too many though every open pair were answered rightly."""
    n_wrong: int
    """Links that join two persons."""
    seconds: float
    """CPU time of linkage."""

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall of pairs within clusters."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def link_register(register: Register, schema: Schema) -> Linked:
    """The register linked with the presets."""
    return linkage.link(register.checked, schema=schema, run=_RUN, key=b"benchmark", decisions=_NO_DECISIONS)


def measure(register: Register, schema: Schema) -> Measured:
    """Link a register and hold the outcome against its truth."""
    begun = time.process_time()
    linked = link_register(register, schema)
    seconds = time.process_time() - begun
    known = linked.identities.filter(pl.col("role") == "victim").join(
        register.truth, on=["submission", "sheet", "row"], how="left"
    )
    precision, recall = pairwise(known["person_id"], known["true_person"])
    truth_of = known.select("record_key", "true_person")
    pairs = (
        linked.pairs.filter(pl.col("role") == "victim")
        .join(truth_of.rename({"record_key": "left_key", "true_person": "left"}), on="left_key")
        .join(truth_of.rename({"record_key": "right_key", "true_person": "right"}), on="right_key")
        .with_columns(same=pl.col("left") == pl.col("right"))
    )
    n_true_pairs = _n_pairs(known["true_person"])
    n_missed, n_wrong = _errors(known, pairs)
    return Measured(
        n_records=known.height,
        n_true=known["true_person"].n_unique(),
        n_naive=_naive(register),
        precision=precision,
        recall=recall,
        blocking_recall=pairs["same"].sum() / n_true_pairs,
        summary=linked.summaries[0],
        open_pairs=pairs.filter(pl.col("decision") == "open").select("hold", "weight", "same"),
        n_missed=n_missed,
        n_wrong=n_wrong,
        seconds=seconds,
    )


def pairwise(found: pl.Series, true: pl.Series) -> tuple[float, float]:
    """Precision and recall of the pairs of records that stand together."""
    both = pl.DataFrame({"found": found, "true": true})
    n_right = _n_pairs(both.select(pl.struct("found", "true").alias("both"))["both"])
    return n_right / max(_n_pairs(found), 1), n_right / max(_n_pairs(true), 1)


def _n_pairs(groups: pl.Series) -> int:
    sizes = groups.value_counts()["count"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def _naive(register: Register) -> int:
    columns = ("first_name", "last_name", "birth_date")
    frames = [
        frame.select(columns)
        for frame in register.checked.records.values()
        if "birth_date" in frame.columns and "first_name" in frame.columns and frame.height
    ]
    return pl.concat(frames).n_unique()


def _errors(known: pl.DataFrame, pairs: pl.DataFrame) -> tuple[int, int]:
    """Persons too many beside open pairs, and links of two persons, where every open pair is answered rightly."""
    parent: dict[str, str] = {key: key for key in known["record_key"]}

    def find(key: str) -> str:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    # Records of one certain cluster are those that a linked pair joins.
    joined = pairs.filter((pl.col("decision") == "linked") | ((pl.col("decision") == "open") & pl.col("same")))
    for left, right in joined.select("left_key", "right_key").iter_rows():
        parent[find(left)] = find(right)
    cluster = pl.Series([find(key) for key in known["record_key"]])
    spots = pl.DataFrame({"cluster": cluster, "true": known["true_person"]}).unique()
    n_missed = int((spots["true"].value_counts()["count"].cast(pl.Int64) - 1).sum())
    n_wrong = int((spots["cluster"].value_counts()["count"].cast(pl.Int64) - 1).sum())
    return n_missed, n_wrong
