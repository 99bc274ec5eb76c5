"""Rules that compare with an earlier year: VIC-24 and YR-01 to YR-08."""

import math
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import polars as pl

from atstats.schema import Column, Sheet
from atstats.validation.crosschecks import Breaches, World, rule
from atstats.validation.findings import BREACHES, breach, breaches, place_of
from atstats.vocabulary import Role

__all__: list[str] = []

_FORMAL = ("VOT", "VOT_COURT")
_HISTORY, _VALUE_LETTERS = "history.csv", "D"
_LAW, _ARTICLE_LETTERS, _PERIOD_LETTERS = "law.csv", "B", "I"
_FROM_LETTERS, _TO_LETTERS = "E", "F"
"""Where the files of code lists have the days between which a code may be used."""
_TOLD = 20
"""Cells named where a finding is about many."""


@rule("VIC-24", "police.victims")
def _new_or_the_same_again(world: World) -> Breaches:
    """K09: somebody identified before is carried over, or it is a further episode."""
    assert world.earlier is not None  # VIC-24 needs an earlier year
    before = world.earlier.records.get("police.victims")
    if before is None or "person_id" not in before.columns:
        return
    known = before.filter(pl.col("status_current").is_in(_FORMAL)).select("person_id").drop_nulls()
    new = world.records["police.victims"].filter(
        (pl.col("carried_over") != "YES") & (pl.col("episode_no").fill_null(1) <= 1)
    )
    again = new.join(known, on="person_id", how="semi", maintain_order="left")
    noted = again.with_columns(note=pl.lit(str(world.earlier.reference_year)))
    yield breaches(noted, rule="VIC-24", record_type="police.victims", column="episode_no", others=["carried_over"])


@rule("YR-01")
def _figure_jumps(world: World) -> Breaches:
    """The persons of each agency's sheets against the year before; below a base only the difference counts."""
    assert world.earlier is not None  # YR-01 needs an earlier year
    share, persons, base = (world.parameter("YR-01", name) for name in ("share", "persons", "base"))
    for sheet in world.sheets(Role.VICTIM):
        before = world.earlier.records.get(sheet.record_type)
        if before is None or before.is_empty():
            continue
        number = next((name for name in sheet.by_name if name.startswith("local_")), sheet.key[0])
        n_before = dict(before.group_by("agency").agg(pl.col(number).n_unique()).iter_rows())
        now = world.records[sheet.record_type].group_by("submission", "agency").agg(n=pl.col(number).n_unique())
        for submission, agency, n in now.sort("submission").iter_rows():
            then = n_before.get(agency)
            if then is None or ("YR-01", f"{agency} {sheet.name}") in world.run.reasons:
                continue
            change = abs(n - then)
            if change > persons or (then >= base and change > share * then):
                yield breach(
                    submission, rule="YR-01", record_type=sheet.record_type, column="", note=f"{n}/{then}"
                )  # fmt: skip


@rule("YR-02")
def _past_figure_changed(world: World) -> Breaches:
    """A published figure of the earlier year that its records no longer give, without flag r and a reason."""
    assert world.earlier is not None  # YR-02 needs an earlier year
    year = str(world.earlier.reference_year)
    for line, row in enumerate(world.schema.history, start=2):
        counted = world.earlier.figures.get(row["indicator"])
        if row["year"] != year or row["breakdown"] or counted is None or not row["value"].isdigit():
            continue
        explained = row["flag"] == "r" and row["note"].strip()
        if (
            int(row["value"]) != counted
            and not explained
            and ("YR-02", f"{year} {row['indicator']}") not in (world.run.reasons)
        ):
            cell = f"{_VALUE_LETTERS}{line}"
            yield breach(_HISTORY, rule="YR-02", tab="", row=line, column="value", cell=cell, note=year)


@rule("YR-03", "police.victims")
def _one_case_weighs(world: World) -> Breaches:
    """K24: more than a share of the year's victims in one criminal file; a reason for the workbook answers it."""
    share, base = world.parameter("YR-03", "share"), world.parameter("YR-03", "base")
    victims = world.records["police.victims"].drop_nulls(["case_no", "local_person_id"])
    of_year = victims.filter(pl.col("carried_over").fill_null("NO") != "YES")
    total = of_year["local_person_id"].n_unique()
    if total < base:
        return
    cases = of_year.group_by("submission", "case_no", maintain_order=True).agg(
        n=pl.col("local_person_id").n_unique(), row=pl.col("row").min()
    )
    heavy = cases.filter(pl.col("n") > share * total)
    unexplained = heavy.filter(
        ~pl.col("submission").is_in([key for about, key in world.run.reasons if about == "YR-03"])
    )
    noted = unexplained.with_columns(note=pl.format("{}/{}", "n", pl.lit(total)))
    yield breaches(noted, rule="YR-03", record_type="police.victims", column="case_no")


@rule("YR-04")
def _break_between_the_years(world: World) -> Breaches:
    """An agency, a law or a code that began or ended between the two years: figures carry the flag b."""
    assert world.earlier is not None  # YR-04 needs an earlier year
    first, last = date(world.earlier.reference_year, 12, 31), date(world.run.reference_year, 12, 31)
    for name, frame in world.records.items():
        if not name.endswith(".meta"):
            continue
        for submission, row, code in frame.select("submission", "row", "agency_code").iter_rows():
            agency = world.schema.agencies.get(code or "")
            if agency is not None and any(_breaks(agency.valid_from, agency.valid_to, first, last)):
                place = pl.DataFrame(
                    [(submission, row)], schema={"submission": pl.String, "row": pl.UInt32}, orient="row"
                )
                yield breaches(place, rule="YR-04", record_type=name, column="agency_code", detail="agency")
    for line, law in enumerate(world.schema.law, start=2):
        if first < law.valid_from <= last:
            column, letters = ("article", _ARTICLE_LETTERS) if law.offence else ("period", _PERIOD_LETTERS)
            yield breach(_LAW, rule="YR-04", tab="", row=line, column=column, cell=f"{letters}{line}", detail="law")
    yield from _changed_definitions(world, first, last)


def _breaks(begun: date | None, ended: date | None, first: date, last: date) -> tuple[bool, bool]:
    """Whether something began, or ended, after the first day and not after the last; its last day still counts."""
    return begun is not None and first < begun <= last, ended is not None and first <= ended < last


def _changed_definitions(world: World, first: date, last: date) -> Breaches:
    """Codes that began or ended between the years; an agency is told in its own workbook."""
    for identifier, codes in world.schema.codelists.items():
        for line, code in enumerate(codes, start=2):
            if code.source == "agencies.toml":
                continue
            began, ended = _breaks(code.valid_from, code.valid_to, first, last)
            for changed, column, letters in ((began, "valid_from", _FROM_LETTERS), (ended, "valid_to", _TO_LETTERS)):
                if changed:
                    yield breach(
                        f"{identifier}.csv", rule="YR-04", tab="", row=line, column=column, cell=f"{letters}{line}",
                        detail="definition",
                    )  # fmt: skip


# --------------------------------------------------------------------------- a sheet beside the same sheet of before


class _Beside(NamedTuple):
    """One sheet of a submission, and what the same agency unit sent in it for the year before."""

    sheet: Sheet
    submission: str
    agency: str
    now: pl.DataFrame
    then: pl.DataFrame

    def excused(self, world: World, identifier: str, column: str = "") -> bool:
        """Whether notes.csv gives a reason."""
        place = ".".join(filter(None, (self.sheet.name, column)))
        return (identifier, f"{self.agency} {place}") in world.run.reasons


class _Answers(NamedTuple):
    """How often each code stands in a column, and in how many rows there is an answer."""

    rows_with: Counter[str]
    n: int

    @classmethod
    def of(cls, frame: pl.DataFrame, column: Column) -> "_Answers":
        filled = frame[column.name].drop_nulls()
        answers = filled.list.unique().explode(empty_as_null=False) if column.type == "codes" else filled
        return cls(Counter(answers.to_list()), filled.len())


def _beside(world: World) -> Iterator[_Beside]:
    """Every sheet of which both years have rows, in the order of the schema and of the files."""
    assert world.earlier is not None  # the rules that call this need an earlier year
    for sheet in world.sheets(Role.VICTIM, Role.SUSPECT, None):
        before = world.earlier.records.get(sheet.record_type)
        if sheet.name == "meta" or before is None:
            continue
        now = world.records[sheet.record_type].sort("submission", "row")
        for (submission, agency, unit), rows in now.group_by("submission", "agency", "unit", maintain_order=True):
            then = before.filter((pl.col("agency") == agency) & (pl.col("unit") == unit))
            if not then.is_empty():
                yield _Beside(sheet, str(submission), str(agency), rows, then)


def _compared_columns(world: World, sheet: Sheet) -> Iterator[Column]:
    """The columns of codes whose list is the same in both years: a new code moves the share of the others."""
    assert world.earlier is not None
    first, last = world.earlier.reference_year, world.run.reference_year
    for column in sheet.columns:
        codes = world.schema.codelists.get(column.codes)
        if codes is not None and all(code.valid_in(first) == code.valid_in(last) for code in codes):
            yield column


@rule("YR-05")
def _share_shifts(world: World) -> Breaches:
    """The code of a column whose share of the rows has moved furthest, where that is more than chance.

    Method: the difference of two proportions over its standard error, with the share of both years together.
    """
    least, limit, base = (world.parameter("YR-05", name) for name in ("share", "errors", "base"))
    for each in _beside(world):
        for column in _compared_columns(world, each.sheet):
            now, then = _Answers.of(each.now, column), _Answers.of(each.then, column)
            if min(now.n, then.n) < base or each.excused(world, "YR-05", column.name):
                continue
            shifts = {
                code: abs(n / now.n - then.rows_with[code] / then.n)
                for code, n in sorted(now.rows_with.items())
                if _standard_errors(n, now.n, then.rows_with[code], then.n) > limit
            }
            code = max(shifts, key=lambda code: shifts[code], default="")
            if shifts.get(code, 0) > least:
                note = f"{code} {_percent(now, code)}/{_percent(then, code)}"
                yield breach(
                    each.submission, rule="YR-05", record_type=each.sheet.record_type, column=column.name, note=note
                )


def _standard_errors(n: int, of: int, n_before: int, of_before: int) -> float:
    """How many standard errors two shares lie apart; 0 where every row or none has the code."""
    both = (n + n_before) / (of + of_before)
    error = math.sqrt(both * (1 - both) * (1 / of + 1 / of_before))
    return abs(n / of - n_before / of_before) / error if error else 0.0


def _percent(answers: _Answers, code: str) -> str:
    return f"{100 * answers.rows_with[code] / answers.n:.0f} %"


@rule("YR-06")
def _code_vanished(world: World) -> Breaches:
    """A code that no row has, though by its share of the year before several would."""
    expected, base = world.parameter("YR-06", "expected"), world.parameter("YR-06", "base")
    for each in _beside(world):
        for column in _compared_columns(world, each.sheet):
            now, then = _Answers.of(each.now, column), _Answers.of(each.then, column)
            if min(now.n, then.n) < base or each.excused(world, "YR-06", column.name):
                continue
            for code, n in sorted(then.rows_with.items()):
                if not now.rows_with[code] and n / then.n * now.n >= expected:
                    yield breach(
                        each.submission, rule="YR-06", record_type=each.sheet.record_type, column=column.name,
                        note=f"{code}/{n}",
                    )  # fmt: skip


@rule("YR-07")
def _same_totals(world: World) -> Breaches:
    """A sheet with as many rows as the year before, and the same total of every code and number."""
    base, varied = world.parameter("YR-07", "base"), world.parameter("YR-07", "columns")
    for each in _beside(world):
        if each.now.height != each.then.height or each.now.height < base or each.excused(world, "YR-07"):
            continue
        counted = [column for column in each.sheet.columns if column.type not in ("text", "date")]
        now, then = ([_totals(frame, column) for column in counted] for frame in (each.now, each.then))
        if now == then and sum(len(totals) > 1 for totals in now) >= varied:
            yield breach(
                each.submission, rule="YR-07", record_type=each.sheet.record_type,
                note=f"{each.now.height}/{each.then.height}",
            )  # fmt: skip


def _totals(frame: pl.DataFrame, column: Column) -> Counter[str]:
    """Value -> rows; of numbers too, so that equal sums alone are no equal totals."""
    values = frame[column.name].drop_nulls()
    texts = values.list.sort().list.join(";") if column.type == "codes" else values.cast(pl.String)
    return Counter(texts.to_list())


@rule("YR-08")
def _numbers_given_again(world: World) -> Breaches:
    """Case numbers that stood in the year before with another date: a case carried over keeps its date."""
    least, base = world.parameter("YR-08", "share"), world.parameter("YR-08", "base")
    for each in _beside(world):
        number, day = "".join(each.sheet.key), each.sheet.event_date
        if len(each.sheet.key) != 1 or not number.endswith("_no") or day not in each.sheet.by_name:
            continue
        now, known = (frame.drop_nulls([number, day]) for frame in (each.now, each.then))
        others = now.join(known.select(number, day), on=[number, day], how="anti", maintain_order="left")
        again = others.join(known.select(number), on=number, how="semi", maintain_order="left")
        smaller = min(now[number].n_unique(), known[number].n_unique())  # no more than these can stand in both years
        repeated = again[number].n_unique()
        if smaller < base or repeated <= least * smaller or each.excused(world, "YR-08"):
            continue
        note = f"{repeated}/{now[number].n_unique()}"
        further = again[1:_TOLD].select(place_of(each.sheet.record_type, pl.col("row"), number)).to_series()
        first = again.head(1).with_columns(
            note=pl.lit(note), others=pl.Series([further.to_list()], dtype=BREACHES["others"])
        )
        yield breaches(first, rule="YR-08", record_type=each.sheet.record_type, column=number)
