"""Who is counted, in which year, and in which category: the counting rules.

Each function makes one population: a frame in which one row = one unit of count, with one
column for each variable that `schemas/populations.toml` gives the population. No category is
null: what is not known is `UNK`. A column `n`, where there is one, says how many units a row
stands for.

Source of the rules: `docs/glossary.md` and the counting rules of the method chapter (units A to M,
time reference, principal form, foreign victim, carry-over).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from atstats.frames import Coverage, Linked, Run
from atstats.schema import Schema
from atstats.vocabulary import UNKNOWN, Role

__all__ = ["Sources", "figures", "linkage_steps", "populations", "registered_victims"]

_AGE_OF_MAJORITY = 18
_FORMAL = ("VOT", "VOT_COURT")


@dataclass(frozen=True, slots=True)
class Sources:
    """What is counted from, with the year."""

    linked: Linked
    coverage: Coverage
    schema: Schema
    run: Run

    @property
    def year(self) -> int:
        """The reference year."""
        return self.run.reference_year

    def records(self, record_type: str) -> pl.DataFrame:
        """The records of one type, identity removed."""
        return self.linked.records[record_type]

    def map(self, codelist: str, column: str) -> dict[str, str]:
        """Code -> group, from the column of a code list."""
        return self.schema.codelists[codelist].crosswalk(column)


def populations(sources: Sources) -> dict[str, pl.DataFrame]:
    """Every population of the schema.

    Returns:
        Population id -> one row a unit of count, one String column a variable (List[String] where a
        unit is in several categories), further numeric columns that tables sum.
    """
    return {name: make(sources) for name, make in _POPULATIONS.items()}


def figures(linked: Linked, *, schema: Schema, run: Run) -> dict[str, int]:
    """What the indicators of the published history are when they are counted again: indicator -> number."""
    nobody = Coverage(pl.DataFrame(schema={"agency": pl.String, "workbook": pl.String, "state": pl.String}))
    victims = registered_victims(Sources(linked, nobody, schema, run))
    formal = victims.filter(pl.col("status").is_in(_FORMAL))
    return {"registered": victims.height, "identified": formal.height}


# --------------------------------------------------------------------------- victims


def registered_victims(sources: Sources) -> pl.DataFrame:
    """The persons who are registered victims of the year, with all their properties.

    A formally identified victim belongs to the year of formal identification, every other
    registered victim to the year of first registration. One row = one person.
    """
    registered = [code for code, answer in sources.map("victim_status", "registered").items() if answer == "YES"]
    return _of_year(sources).filter(pl.col("status").is_in(registered))


def _of_year(sources: Sources) -> pl.DataFrame:
    persons = sources.linked.persons.filter(pl.col("role") == Role.VICTIM)
    formal = pl.col("status").is_in(_FORMAL)
    dated = pl.when(formal).then(pl.coalesce("identified", "first_registered")).otherwise("first_registered")
    return persons.filter(dated.dt.year() == sources.year)


def _victims(sources: Sources) -> pl.DataFrame:
    persons = registered_victims(sources)
    return persons.select(
        "person_id",
        _known("status").alias("victim_status"),
        _known("sex"),
        _age_group(sources, "age_at_identification").alias("age_group"),
        _age2("age_at_exploitation").alias("age2_exploitation"),
        _citizenship_group(sources).alias("citizenship_group"),
        _mapped("purpose_main", sources.map("purpose", "form")).alias("form"),
        body=_shown(sources, "body"),
    )


def _shown(sources: Sources, column: str) -> pl.Expr:
    """The agency under whose name tables show an agency: every centre for social work is one."""
    return pl.col(column).replace(sources.map("agency", "shown_as"))


def _registrations(sources: Sources) -> pl.DataFrame:
    registering = sources.schema.codelists["registering_body"].all_codes()
    counted = pl.when(pl.col("bodies") == pl.col("body")).then(pl.lit("COUNTED")).otherwise(pl.lit("ALSO"))
    return (
        registered_victims(sources)
        .select("person_id", "body", "bodies")
        .explode("bodies", empty_as_null=False)
        .with_columns(_shown(sources, "body"), _shown(sources, "bodies"))
        .unique(["person_id", "bodies"], maintain_order=True)
        .filter(pl.col("bodies").is_in(registering))
        .select("person_id", outcome=counted, body="bodies")
    )


def _not_confirmed(sources: Sources) -> pl.DataFrame:
    return (
        _of_year(sources).filter(pl.col("status") == "NOT_CONFIRMED").select("person_id", assessment=pl.col("status"))
    )


# --------------------------------------------------------------------------- assistance


def _assisted(sources: Sources) -> pl.DataFrame:
    stays = _stays(sources)
    return stays.group_by("person_id", "provider", maintain_order=True).agg(_entry(sources.year)).sort(pl.all())


def _assisted_persons(sources: Sources) -> pl.DataFrame:
    stays = _stays(sources)
    return stays.group_by("person_id", maintain_order=True).agg(_entry(sources.year)).sort(pl.all())


def _entry(year: int) -> pl.Expr:
    """Carried over when any assistance began before the year, otherwise new."""
    earlier = (pl.col("begun").dt.year() < year).any()
    return pl.when(earlier).then(pl.lit("CARRIED")).otherwise(pl.lit("NEW")).alias("entry")


def _stays(sources: Sources) -> pl.DataFrame:
    """Assistance to victims of trafficking on any day of the year. One row = one stay, case or file."""
    registered = [code for code, answer in sources.map("victim_status", "registered").items() if answer == "YES"]
    residents = sources.records("shelter.residents").filter(pl.col("reason") == "THB")
    clients = sources.records("ngo.assisted").filter(pl.col("client_reason") == "THB")
    cases = sources.records("csw.cases").filter(pl.col("thb_status").is_in(registered))
    files = sources.records("vaao.assisted").filter(pl.col("client_reason") == "THB")
    spans = pl.concat(
        [
            _span(residents, begun="entry_date", ended="exit_date"),
            _span(cases, begun="opened_date", ended="closed_date"),
            _span(files, begun="first_contact_date", ended=None),
            _span(clients, begun="first_contact_date", ended="closed_date"),
        ]
    ).with_columns(_shown(sources, "provider"))
    first, last = date(sources.year, 1, 1), date(sources.year, 12, 31)
    return spans.filter((pl.col("begun") <= last) & (pl.col("ended").is_null() | (pl.col("ended") >= first)))


def _span(records: pl.DataFrame, *, begun: str, ended: str | None) -> pl.DataFrame:
    end = pl.col(ended) if ended else pl.lit(None, dtype=pl.Date)
    return records.select("person_id", provider=pl.col("agency"), begun=pl.col(begun), ended=end)


# --------------------------------------------------------------------------- criminal justice


def _suspects(sources: Sources) -> pl.DataFrame:
    opened = sources.records("police.cases").select("agency", "case_no", "opened_date").unique(["agency", "case_no"])
    trafficking = _trafficking_offences(sources)
    in_year = (
        sources.records("police.suspects")
        .join(opened, on=["agency", "case_no"], how="left")
        .filter(pl.col("opened_date").is_null() | (pl.col("opened_date").dt.year() == sources.year))
        .with_columns(trafficking=_any_of("offence_suspected", trafficking))
        .group_by("person_id")
        .agg(pl.col("trafficking").any())
    )
    persons = sources.linked.persons.filter(pl.col("role") == Role.SUSPECT)
    return (
        persons.join(in_year, on="person_id")
        .select(
            "person_id",
            _known("sex"),
            _age2("age_at_identification").alias("age2"),
            _citizenship_group(sources).alias("citizenship_group"),
            offence=pl.when("trafficking").then(pl.lit("THB")).otherwise(pl.lit("OTHER")),
        )
        .sort("person_id")
    )


def _reported(sources: Sources) -> pl.DataFrame:
    reports = sources.records("prosecution.reports").filter(_any_of("offence", _trafficking_offences(sources)))
    decided = (
        sources.records("prosecution.decisions")
        .filter(pl.col("decision_date").dt.year() == sources.year)
        .sort("decision_date", "submission", "row")
        .group_by("person_id", maintain_order=True)
        .agg(decision=pl.col("decision").last())
    )
    return (
        reports.filter(pl.col("received_date").dt.year() <= sources.year)
        .sort("received_date", "submission", "row")
        .group_by("person_id", maintain_order=True)
        .agg(
            office=pl.col("prosecution_office").first(),
            entry=pl.when((pl.col("carried_over") == "YES").any()).then(pl.lit("CARRIED")).otherwise(pl.lit("NEW")),
        )
        .join(decided, on="person_id", how="left", maintain_order="left")
        .with_columns(decision=_mapped("decision", sources.map("pros_decision", "decision"), unknown="PENDING"))
        .sort("person_id")
    )


def _judgments_of_year(sources: Sources) -> pl.DataFrame:
    return sources.records("court.judgments").filter(
        (pl.col("judgment_date").dt.year() == sources.year)
        & _any_of("offence_indictment", _trafficking_offences(sources))
    )


def _judgments(sources: Sources) -> pl.DataFrame:
    return _judgments_of_year(sources).select(
        "instance", verdict=_mapped("outcome", sources.map("outcome", "verdict"), unknown="OTHER")
    )


def _sanctions(sources: Sources) -> pl.DataFrame:
    conviction = [code for code, group in sources.map("outcome", "verdict").items() if group == "CONVICTION"]
    keys = ["agency", "court_case_no", "person_id", "instance"]
    convicted = (
        _judgments_of_year(sources)
        .filter(pl.col("outcome").is_in(conviction) & pl.col("principal_offence").is_in(_trafficking_offences(sources)))
        .select(*keys, "offence_date")
        .unique(keys, keep="first", maintain_order=True)
    )
    minimum = _minimum_months(sources)
    months = pl.col("length_months")
    applies = (pl.col("sanction").is_in(["IMPRISON", "IMPRISON_FINE"])) & months.is_not_null() & minimum.is_not_null()
    return (
        sources.records("court.sanctions")
        .join(convicted, on=keys)
        .select(
            "sanction",
            "length_months",
            length_band=_length_band(sources),
            below_minimum=pl.when(applies & (months < minimum))
            .then(pl.lit("YES"))
            .when(applies)
            .then(pl.lit("NO"))
            .otherwise(pl.lit("NA")),
        )
    )


def _minimum_months(sources: Sources) -> pl.Expr:
    """The least sentence for trafficking in the law in force at the offence date; null where not known."""
    expression = pl.lit(None, dtype=pl.Int64)
    for law in sources.schema.law:
        if law.offence != "THB" or law.minimum_months is None:
            continue
        until = law.valid_to or date.max
        inside = pl.col("offence_date").is_between(pl.lit(law.valid_from), pl.lit(until))
        expression = pl.when(inside).then(pl.lit(law.minimum_months)).otherwise(expression)
    return expression


def _length_band(sources: Sources) -> pl.Expr:
    expression = pl.lit("NONE")
    for code in sources.schema.codelists["length_band"]:
        low = code.maps.get("from_months")
        if low:
            expression = pl.when(pl.col("length_months") >= float(low)).then(pl.lit(code.code)).otherwise(expression)
    return pl.when(pl.col("length_months").is_null()).then(pl.lit("NONE")).otherwise(expression)


def _trafficking_offences(sources: Sources) -> list[str]:
    return [code for code, answer in sources.map("offence", "thb").items() if answer == "YES"]


# --------------------------------------------------------------------------- events, coverage, linkage


def _trainings(sources: Sources) -> pl.DataFrame:
    return (
        sources.records("nathb.trainings")
        .filter(pl.col("date_from").dt.year() == sources.year)
        .select(
            profession=pl.col("audience"),
            hours=pl.col("hours"),
            participants_f=pl.col("participants_f").cast(pl.Float64),
            participants_m=pl.col("participants_m").cast(pl.Float64),
        )
    )


def _coverage(sources: Sources) -> pl.DataFrame:
    return sources.coverage.agencies.select(_shown(sources, "agency"), state=pl.col("state").str.to_uppercase())


def linkage_steps(sources: Sources) -> pl.DataFrame:
    """How many records, pairs and persons each step of linkage had. One row = one role and step, `n` each."""
    rows = [
        (summary.role, name, n)
        for summary in sources.linked.summaries
        for name, n in (
            ("RECORDS", summary.n_records),
            ("CANDIDATES", summary.n_candidate_pairs),
            ("LINKED", summary.n_linked_pairs),
            ("DECIDED", summary.n_decided_pairs),
            ("OPEN", summary.n_open_pairs),
            ("PERSONS", summary.best),
        )
    ]
    schema = {"role": pl.String, "linkage_measure": pl.String, "n": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


# --------------------------------------------------------------------------- expressions


def _known(column: str) -> pl.Expr:
    return pl.col(column).fill_null(UNKNOWN)


def _mapped(column: str, groups: Mapping[str, str], *, unknown: str = UNKNOWN) -> pl.Expr:
    return pl.col(column).replace_strict(groups, default=None, return_dtype=pl.String).fill_null(unknown)


def _any_of(column: str, codes: list[str]) -> pl.Expr:
    return pl.col(column).list.eval(pl.element().is_in(codes)).list.any().fill_null(value=False)


def _age2(column: str) -> pl.Expr:
    child = pl.when(pl.col(column) < _AGE_OF_MAJORITY).then(pl.lit("CHILD")).otherwise(pl.lit("ADULT"))
    return pl.when(pl.col(column).is_null()).then(pl.lit(UNKNOWN)).otherwise(child)


def _age_group(sources: Sources, column: str) -> pl.Expr:
    expression = pl.lit(UNKNOWN)
    for code in sources.schema.codelists["age_group"]:
        if code.maps.get("low"):
            inside = pl.col(column).is_between(int(code.maps["low"]), int(code.maps["high"]))
            expression = pl.when(inside).then(pl.lit(code.code)).otherwise(expression)
    return expression


def _citizenship_group(sources: Sources) -> pl.Expr:
    """Kosovo wins over any second citizenship; a stateless person is in the last group, not unknown."""
    kosovo = pl.any_horizontal(
        (pl.col(name) == "XK").fill_null(value=False) for name in ("citizenship_1", "citizenship_2")
    )
    stateless = (pl.col("stateless") == "YES").fill_null(value=False)
    group = _mapped("citizenship_1", sources.map("country", "citizenship_group"))
    return pl.when(kosovo).then(pl.lit("KOSOVO")).when(stateless).then(pl.lit("OTHER")).otherwise(group)


_POPULATIONS: Mapping[str, Callable[[Sources], pl.DataFrame]] = {
    "victims": _victims,
    "registrations": _registrations,
    "not_confirmed": _not_confirmed,
    "assisted": _assisted,
    "assisted_persons": _assisted_persons,
    "suspects": _suspects,
    "reported": _reported,
    "judgments": _judgments,
    "sanctions": _sanctions,
    "trainings": _trainings,
    "coverage": _coverage,
    "linkage": linkage_steps,
}
