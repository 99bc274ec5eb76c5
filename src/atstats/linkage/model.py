"""What `schemas/linkage.toml` says, as frozen values."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = [
    "DOUBT",
    "NEVER",
    "REVIEW",
    "Block",
    "Calibration",
    "Comparison",
    "Hold",
    "Level",
    "OpenShare",
    "Reference",
    "RoleSpecification",
    "SheetSpecification",
    "Specification",
    "read_specification",
]

NEVER, REVIEW, DOUBT = "never", "review", "doubt"
"""Why a pair does not link by itself: it is two persons; it is for a reviewer and, as the first, stands
against a merge; it is for a reviewer and stands against nothing."""


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of agreement; the first of a comparison that holds is taken."""

    name: str
    m: float
    """Share of the pairs of one person that agree like this."""
    u: float
    """Share of the pairs of two persons that agree like this."""
    at_least: float = 0.0
    """Jaro-Winkler similarity from which a name is at this level; 0 where another test decides."""
    contradicts: bool = False
    """Whether it stands against a merge when the pair as a whole is weak."""

    @property
    def bits(self) -> float:
        """What the level adds to a weight."""
        return math.log2(self.m / self.u)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field of two records held against each other."""

    name: str
    levels: tuple[Level, ...]
    term_frequency: bool
    """Whether agreement on a rare value is worth more than on a common one."""
    home: str = ""
    """Nationality: the country whose citizenship says nothing."""


@dataclass(frozen=True, slots=True)
class Block:
    """A set of parts; records that agree on all of them are compared."""

    parts: tuple[str, ...]
    tight: tuple[str, ...]
    """Further parts that count above `tighten_above` records."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason why a pair does not link by itself."""

    hold: str
    """NEVER, REVIEW or DOUBT."""
    all: tuple[str, ...]
    """What must be so: "comparison:level", or one of FLAGS."""
    unless: tuple[str, ...]
    """What overrules it."""


@dataclass(frozen=True, slots=True)
class OpenShare:
    """How many of the open pairs of a kind were one person where the truth is known."""

    hold: str
    """"", REVIEW or DOUBT."""
    at_least: float
    """Bits from which it holds, up to the next line of the same hold."""
    same: int
    of: int

    @property
    def share(self) -> float:
        """The share of pairs that are one person (the mean of Jeffreys' posterior)."""
        return (self.same + 0.5) / (self.of + 1)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What registers of one order of size, whose truth is known, say about the count."""

    records_up_to: float
    missed_per_record: float
    """Persons that are two in the count though no pair of theirs was open."""
    wrong_per_link: float
    """Links that join two persons."""
    spread: float
    """How far shares differ between registers: standard deviation of the log-odds."""
    shares: tuple[OpenShare, ...]
    """By hold, and by weight from below."""

    def share(self, hold: str, weight: float) -> float:
        """How often an open pair is one person."""
        own = [each for each in self.shares if each.hold == hold]
        return next((each.share for each in reversed(own) if weight >= each.at_least), own[0].share if own else 0.0)

    def likely_from(self, hold: str) -> float:
        """The weight from which an open pair is more often one person than two."""
        own = [each for each in self.shares if each.hold == hold]
        likely = math.inf
        for each in reversed(own):
            if each.share <= _LIKELY:
                break
            likely = each.at_least
        return likely


_LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class SheetSpecification:
    """How the rows of one record type are read for linkage."""

    record_type: str
    local_id: str
    local_within: tuple[str, ...]
    registered: tuple[str, ...]
    cases: tuple[str, ...]
    statuses: tuple[tuple[str, str], ...]
    """(status column or "=CODE", date column), most recent first."""
    formal_date: str
    identifies: bool
    presumed_if: Mapping[str, tuple[str, ...]]
    """Column -> the codes for which the assisted person is presumed a victim; empty: never."""


@dataclass(frozen=True, slots=True)
class RoleSpecification:
    """The record types and comparisons of one role."""

    role: str
    comparisons: tuple[str, ...]
    sheets: Mapping[str, SheetSpecification]
    purpose_from: tuple[str, ...]
    calibrated: bool
    """Whether the calibrations speak of this role."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A sheet that names persons by an agency's own number."""

    record_type: str
    local_id: str
    to: str
    within: tuple[str, ...]
    carries: tuple[str, ...]
    """Kinds of case number that its rows add to the person."""


@dataclass(frozen=True, slots=True)
class Specification:
    """The linkage specification; numbers are those of the file, with its comments."""

    links_per_record: float
    smallest_n: int
    link: float
    review: float
    components: float
    contradiction_below: float
    same_source_penalty: float
    whole_component: int
    frequency_floor: float
    frequency_prior: float
    one_edit_from: int
    two_edits_from: int
    blank_names: frozenset[str]
    year_only_days: tuple[str, ...]
    year_only_precisions: tuple[str, ...]
    month_precisions: tuple[str, ...]
    tolerance: Mapping[str, int]
    certain_within: int
    compare_all_up_to: int
    tighten_above: int
    blocks: tuple[Block, ...]
    calibrations: tuple[Calibration, ...]
    """By size, the smallest first."""
    holds: tuple[Hold, ...]
    comparisons: Mapping[str, Comparison]
    fields: Mapping[str, str]
    case_keys: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, RoleSpecification]
    references: tuple[Reference, ...]
    status_ranks: Mapping[str, int]
    """Status -> its rank, the most advanced 0."""
    registered: tuple[str, ...]
    formal: tuple[str, ...]
    presumed: str
    refused: str
    by_court: str

    def calibration(self, n_records: int) -> Calibration:
        """What is known about registers of this size."""
        return next((each for each in self.calibrations if n_records <= each.records_up_to), self.calibrations[-1])


def read_specification(linkage: Mapping[str, Any]) -> Specification:
    """The linkage specification of a schema folder, whose loader has checked every key, type and name in it."""
    blocking, dates, status = linkage["blocking"], linkage["dates"], linkage["status"]
    return Specification(
        links_per_record=float(linkage["prior"]["links_per_record"]),
        smallest_n=int(linkage["prior"]["smallest_n"]),
        link=float(linkage["bands"]["link"]),
        review=float(linkage["bands"]["review"]),
        components=float(linkage["bands"]["components"]),
        contradiction_below=float(linkage["clusters"]["contradiction_below"]),
        same_source_penalty=float(linkage["clusters"]["same_source_penalty"]),
        whole_component=int(linkage["clusters"]["whole_component"]),
        frequency_floor=float(linkage["term_frequency"]["floor"]),
        frequency_prior=float(linkage["term_frequency"]["prior_records"]),
        one_edit_from=int(linkage["variants"]["one_edit_from"]),
        two_edits_from=int(linkage["variants"]["two_edits_from"]),
        blank_names=frozenset(linkage["names"]["blanks"]),
        year_only_days=tuple(dates["year_only_days"]),
        year_only_precisions=tuple(dates["year_only_precisions"]),
        month_precisions=tuple(dates["month_precisions"]),
        tolerance=dict(linkage["declared_age"]["tolerance"]),
        certain_within=int(linkage["declared_age"]["certain_within"]),
        compare_all_up_to=int(blocking["compare_all_up_to"]),
        tighten_above=int(blocking["tighten_above"]),
        blocks=tuple(Block(tuple(each["parts"]), tuple(each.get("tight", ()))) for each in blocking["blocks"]),
        calibrations=tuple(_calibration(each) for each in linkage["calibration"]),
        holds=tuple(
            Hold(str(each["hold"]), tuple(each["all"]), tuple(each.get("unless", ()))) for each in linkage["holds"]
        ),
        comparisons={name: _comparison(name, each) for name, each in linkage["comparisons"].items()},
        fields=dict(linkage["fields"]),
        case_keys={kind: tuple(columns) for kind, columns in linkage["case_keys"].items()},
        roles={role: _role(role, each) for role, each in linkage["roles"].items()},
        references=tuple(_reference(name, each) for name, each in linkage["references"].items()),
        status_ranks={code: rank for rank, codes in enumerate(status["ranks"]) for code in codes},
        registered=tuple(status["registered"]),
        formal=tuple(status["formal"]),
        presumed=str(status["presumed"]),
        refused=str(status["refused"]),
        by_court=str(status["by_court"]),
    )


def _comparison(name: str, given: Mapping[str, Any]) -> Comparison:
    levels = tuple(
        Level(
            name=str(each["name"]),
            m=float(each["m"]),
            u=float(each["u"]),
            at_least=float(each.get("at_least", 0.0)),
            contradicts=bool(each.get("contradicts", False)),
        )
        for each in given["levels"]
    )
    return Comparison(name, levels, bool(given.get("term_frequency", False)), str(given.get("home", "")))


def _calibration(given: Mapping[str, Any]) -> Calibration:
    shares = tuple(
        OpenShare(str(each["hold"]), float(each["from"]), int(each["same"]), int(each["of"])) for each in given["open"]
    )
    return Calibration(
        records_up_to=float(given.get("records_up_to", math.inf)),
        missed_per_record=float(given["missed_per_record"]),
        wrong_per_link=float(given["wrong_per_link"]),
        spread=float(given["spread"]),
        shares=shares,
    )


def _role(role: str, given: Mapping[str, Any]) -> RoleSpecification:
    sheets = {
        record_type: SheetSpecification(
            record_type=record_type,
            local_id=str(each["local_id"]),
            local_within=tuple(each.get("local_within", ())),
            registered=tuple(each["registered"]),
            cases=tuple(each.get("cases", ())),
            statuses=tuple((status, day) for status, day in each.get("statuses", ())),
            formal_date=str(each.get("formal_date", "")),
            identifies=bool(each.get("identifies", False)),
            presumed_if={column: tuple(codes) for column, codes in each.get("presumed_if", {}).items()},
        )
        for record_type, each in given["sheets"].items()
    }
    return RoleSpecification(
        role,
        tuple(given["comparisons"]),
        sheets,
        tuple(given.get("purpose_from", ())),
        bool(given.get("calibrated", False)),
    )


def _reference(record_type: str, given: Mapping[str, Any]) -> Reference:
    return Reference(
        record_type=record_type,
        local_id=str(given["local_id"]),
        to=str(given["to"]),
        within=tuple(given.get("within", ())),
        carries=tuple(given.get("carries", ())),
    )
