"""What agreement on a field is worth, and what never links by itself."""

import copy
import math
from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from atstats.linkage.compare import candidate_pairs, compare
from atstats.linkage.fields import comparable
from atstats.linkage.model import DOUBT, NEVER, REVIEW, read_specification
from atstats.linkage.weights import prior_bits, weigh
from atstats.schema import Schema

Weigh = Callable[..., dict[str, Any]]

ARTA = {"first_name": "Arta", "last_name": "Krasniqi", "sex": "F", "birth_date": date(2001, 4, 9)}


@pytest.fixture
def weigh_pair(schema: Schema, check: Callable[..., Any]) -> Weigh:
    """Compares one record of the police with one of a shelter: every level, the weight and the hold."""

    def run(one: dict[str, Any], other: dict[str, Any], *, role: str = "victim") -> dict[str, Any]:
        sheets = {"victim": ("police.victims", "shelter.residents"), "suspect": ("police.suspects", "court.judgments")}
        specification = read_specification(schema.linkage)
        keyed = {}
        for place, (record_type, given) in enumerate(zip(sheets[role], (one, other), strict=True)):
            frame = check({record_type: [given]}).records[record_type]
            keyed[record_type] = frame.with_columns(record_key=pl.lit(f"key{place}"))
        chosen = specification.roles[role]
        fields = comparable(keyed, role=chosen, schema=schema, specification=specification, reference_year=2025)
        pairs = pl.DataFrame({"left": [0], "right": [1]}, schema={"left": pl.UInt32, "right": pl.UInt32})
        compared = compare(fields, pairs, role=chosen, specification=specification)
        weighed = weigh(compared, comparisons=chosen.comparisons, n_records=2, specification=specification)
        return weighed.row(0, named=True)

    return run


def test_a_weight_is_the_prior_and_one_term_for_each_field_that_both_have(weigh_pair: Weigh, schema: Schema) -> None:
    """Same birth date, sex and rare name: log2(m / u) of each level; what one side lacks adds nothing."""
    specification = read_specification(schema.linkage)
    found = weigh_pair({**ARTA, "father_name": "Besim"}, ARTA)

    met = {name: found[name] for name in specification.comparisons if found.get(name)}
    assert met == {"given": "exact", "surname": "exact", "birth_date": "exact", "sex": "same"}
    # One distinct full name: (1 + 500 u) / 501 of the names are this one.
    terms = [
        math.log2(1.2 / 50 / (1 - 1.2 / 50)),
        math.log2(0.80 / ((1 + 500 * 0.02) / 501)),
        math.log2(0.68 / ((1 + 500 * 0.004) / 501)),
        math.log2(0.80 / 0.0003),
        math.log2(0.985 / 0.62),
    ]
    assert found["weight"] == pytest.approx(sum(terms), abs=1e-5)
    assert found["hold"] == ""


def test_the_prior_falls_with_the_number_of_records_and_not_below_fifty(schema: Schema) -> None:
    """1.2 / n of all pairs are one person; two records are weighed as fifty."""
    specification = read_specification(schema.linkage)

    assert prior_bits(2, specification) == prior_bits(50, specification) == pytest.approx(-5.3458, abs=1e-4)
    assert prior_bits(1000, specification) == pytest.approx(math.log2(0.0012 / 0.9988))


@pytest.mark.parametrize(
    ("one", "other", "comparison", "level"),
    [
        ({"first_name": "Shqipe"}, {"first_name": "Шћипе"}, "given", "exact"),
        ({"first_name": "Xhevahire"}, {"first_name": "Dževahira"}, "given", "close"),
        ({"first_name": "Arta Besim"}, {"first_name": "Arta"}, "given", "close"),
        ({"first_name": "Fatmire", "alias": "Mira"}, {"first_name": "Mira"}, "given", "alias"),
        ({"alias": "Mira"}, {"first_name": "Mira"}, "given", "alias"),
        ({"first_name": "Arta"}, {"first_name": "Shpresa"}, "given", "different"),
        ({"first_name": "Arta"}, {}, "given", None),
        ({"last_name": "Gjoni"}, {"last_name": "Đoni"}, "surname", "exact"),
        ({"last_name": "Hyseni"}, {"last_name": "Huseini"}, "surname", "near"),
        ({"last_name": "Huseini"}, {"last_name": "Хисени"}, "surname", "near"),
        ({"last_name": "Llapashtica"}, {"last_name": "Lapaštica"}, "surname", "exact"),
        ({"last_name": "Krasniqi-Berisha"}, {"last_name": "Berisha"}, "surname", "part"),
        ({"last_name": "Gashi", "birth_last_name": "Berisha"}, {"last_name": "Berisha"}, "surname", "part"),
        ({"last_name": "Gashi"}, {"last_name": "Berisha"}, "surname", "different"),
        ({"birth_date": date(2001, 4, 9)}, {"birth_date": date(2001, 9, 4)}, "birth_date", "swapped"),
        ({"birth_date": date(2001, 4, 19)}, {"birth_date": date(2001, 4, 9)}, "birth_date", "one_edit"),
        ({"birth_date": date(1991, 4, 19)}, {"birth_date": date(2001, 4, 19)}, "birth_date", "different"),
        ({"birth_date": date(2006, 1, 1)}, {"birth_date": date(2006, 1, 1)}, "birth_date", "year_only"),
        ({"birth_date": date(2006, 1, 1)}, {"birth_date": date(2005, 11, 3)}, "birth_date", "same_year"),
        ({"birth_date": date(2006, 1, 1)}, {"birth_date": date(2004, 11, 3)}, "birth_date", "different"),
        ({"birth_date": date(2006, 7, 2)}, {"birth_date": date(2006, 11, 3)}, "birth_date", "same_year"),
        (
            {"birth_date": date(2006, 7, 1), "birth_date_precision": "M"},
            {"birth_date": date(2006, 7, 20)},
            "birth_date",
            "one_edit",
        ),
        ({"personal_no": "2123456789"}, {"personal_no": "212 345 6789"}, "personal_no", "exact"),
        ({"personal_no": "2123456789"}, {"personal_no": "2123456798"}, "personal_no", "one_edit"),
        ({"personal_no": "2123456789"}, {"personal_no": "1765432198"}, "personal_no", "different"),
        ({"personal_no": "2123456789"}, {"personal_no": "I05101999K"}, "personal_no", None),
        ({"id_doc_no": "P1234567"}, {"id_doc_no": "P1234568"}, "id_doc_no", "one_edit"),
        ({"sex": "UNK"}, {"sex": "F"}, "sex", None),
        ({"residence_municipality": "17"}, {"residence_municipality": "17"}, "municipality", "same"),
        ({"birth_municipality": "17"}, {"birth_municipality": "18"}, "municipality", "different"),
        ({"citizenship_1": "XK"}, {"citizenship_1": "XK"}, "nationality", None),
        ({"citizenship_1": "AL"}, {"citizenship_1": "XK", "citizenship_2": "AL"}, "nationality", "same"),
        ({"citizenship_1": "AL"}, {"citizenship_1": "XK"}, "nationality", "different"),
        ({"father_name": "Besim"}, {"father_name": "Бесим"}, "father", "exact"),
        ({"father_name": "Besim"}, {"father_name": "Merita"}, "father", "different"),
        ({"national_case_code": "NRM-1"}, {"national_case_code": "nrm 1"}, "national_case_code", "exact"),
    ],
)
def test_a_pair_meets_the_first_level_that_holds(
    weigh_pair: Weigh, one: dict[str, Any], other: dict[str, Any], comparison: str, level: str | None
) -> None:
    """Each level of each comparison on the smallest pair that meets it; a blank side meets none."""
    assert weigh_pair(one, other)[comparison] == level


def test_k03_swapped_names_meet_both_ways(weigh_pair: Weigh) -> None:
    """Given name and surname in each other's column, even with a father's name between, are no disagreement."""
    found = weigh_pair(
        {"first_name": "Hoti", "last_name": "Arjeta"}, {"first_name": "Arjeta Nexhat", "last_name": "Hoti"}
    )

    assert (found["given"], found["surname"], found["given_differs"]) == ("swapped", "part", False)


@pytest.mark.parametrize(
    ("apart", "basis", "level", "hold"),
    [(0, "DECLARED", "close", ""), (2, "DECLARED", "tolerated", DOUBT), (3, "DECLARED", "different", DOUBT),
     (4, "APPEARANCE", "tolerated", DOUBT), (2, "DOCUMENT", "different", DOUBT)],
)  # fmt: skip
def test_k04_stated_ages_are_tolerated_by_their_basis_and_never_link_when_apart(
    weigh_pair: Weigh, apart: int, basis: str, level: str, hold: str
) -> None:
    """Where a birth date is missing the stated ages are compared; beyond a year a person looks at the pair."""
    child = {"first_name": "Sabina", "last_name": "Toplica", "sex": "F", "age_basis": basis}
    found = weigh_pair(
        {**child, "age_at_registration": 10, "first_contact_date": date(2025, 3, 1)},
        {**child, "age_at_registration": 10 + apart, "entry_date": date(2025, 3, 2)},
    )

    assert (found["declared_age"], found["hold"]) == (level, hold)


@pytest.mark.parametrize(
    ("changes", "hold"),
    [
        ({}, ""),
        ({"personal_no": "1765432198"}, NEVER),
        ({"personal_no": "1765432198", "national_case_code": "NRM-1"}, REVIEW),
        ({"first_name": "Blerta"}, REVIEW),
        ({"first_name": "Blerta", "birth_date": date(2003, 8, 8)}, REVIEW),
        ({"first_name": "Blerta", "birth_date": None}, REVIEW),
        ({"first_name": "Blerta", "national_case_code": "NRM-1"}, ""),
        ({"first_name": "Arti", "sex": "M"}, ""),
        ({"first_name": "Arti", "sex": "M", "personal_no": None}, REVIEW),
        ({"first_name": "Atra"}, ""),
        ({"first_name": "Blerta", "last_name": "Gashi"}, ""),
    ],
)
def test_k06_two_numbers_never_link_and_two_given_names_with_one_surname_are_reviewed(
    weigh_pair: Weigh, changes: dict[str, Any], hold: str
) -> None:
    """Siblings, twins and a brother whose name is one letter off.

    A national case code overrules the names, and one number overrules names that are near.
    """
    one = {**ARTA, "personal_no": "2123456789", "national_case_code": "NRM-1"}
    other = {**ARTA, "personal_no": "2123456789", **changes}

    assert weigh_pair(one, other)["hold"] == hold


@pytest.mark.parametrize(("one", "other"), [("Blerta", "Blerina"), ("Valentina", "Valmira"), ("Vlora", "Vjosa")])
def test_names_with_a_common_beginning_are_not_variants(weigh_pair: Weigh, one: str, other: str) -> None:
    """Jaro-Winkler takes sisters' names for near; edits do not."""
    assert weigh_pair({**ARTA, "first_name": one}, {**ARTA, "first_name": other})["given_differs"]


def test_suspects_meet_on_the_spine_of_case_numbers(weigh_pair: Weigh) -> None:
    """A court record that carries the police's report number is the same case, another number another case."""
    police = {"local_suspect_id": "S1", "report_no": "R-1/2025", "last_name": "Gashi"}
    same = weigh_pair(police, {"local_defendant_id": "D1", "report_no": "r 1 2025"}, role="suspect")
    other = weigh_pair(police, {"local_defendant_id": "D1", "report_no": "R-2/2025"}, role="suspect")
    unknown = weigh_pair(police, {"local_defendant_id": "D1", "court_case_no": "R-1/2025"}, role="suspect")

    assert [each["case"] for each in (same, other, unknown)] == ["same", "different", None]


def test_few_records_are_all_compared_and_many_only_in_blocks(schema: Schema, check: Callable[..., Any]) -> None:
    """Up to the bound of the specification every pair is a candidate; above, those that share a key."""
    rows = [{"local_person_id": f"V{n}", "case_no": f"C{n}", "first_name": "X" * (n + 4)} for n in range(3)]
    rows[1] = {**rows[1], "first_name": "Arta", "last_name": "Krasniqi"}
    rows[2] = {**rows[2], "first_name": "Krasnici", "last_name": "Арта"}
    frame = check({"police.victims": rows}).records["police.victims"]
    keyed = {"police.victims": frame.with_columns(record_key=pl.Series(["a", "b", "c"]))}
    for bound, expected in ((300, [(0, 1), (0, 2), (1, 2)]), (2, [(1, 2)])):
        linkage = copy.deepcopy(dict(schema.linkage))
        linkage["blocking"]["compare_all_up_to"] = bound
        specification = read_specification(linkage)
        role = specification.roles["victim"]
        fields = comparable(keyed, role=role, schema=schema, specification=specification, reference_year=2025)

        candidates, blocked = candidate_pairs(fields, specification=specification)

        assert (candidates.rows(), blocked.rows()) == (expected, [(1, 2)])


def test_above_a_bound_the_broad_blocks_need_more(schema: Schema, check: Callable[..., Any]) -> None:
    """A block with `tight` parts drops the pairs that disagree on them once there are many records."""
    gashi = {"last_name": "Gashi"}
    rows = [
        {**gashi, "local_person_id": "V1", "case_no": "1", "first_name": "Arta", "birth_date": date(2001, 4, 9)},
        {**gashi, "local_person_id": "V2", "case_no": "2", "first_name": "Vera", "birth_date": date(2001, 7, 2)},
    ]
    frame = check({"police.victims": rows}).records["police.victims"]
    keyed = {"police.victims": frame.with_columns(record_key=pl.Series(["a", "b"]))}
    found = []
    for bound in (50_000, 1):
        linkage = copy.deepcopy(dict(schema.linkage))
        linkage["blocking"]["tighten_above"] = bound
        specification = read_specification(linkage)
        role = specification.roles["victim"]
        fields = comparable(keyed, role=role, schema=schema, specification=specification, reference_year=2025)
        found.append(candidate_pairs(fields, specification=specification)[1].rows())

    assert found == [[(0, 1)], []]
