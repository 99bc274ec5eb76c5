"""Linkage as a whole: ids, decisions, survivorship, and records that no longer say who anybody is."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atstats import linkage
from atstats.frames import FINDINGS, IDENTITIES, PAIRS, PERSONS, Checked, LinkageSummary, Linked, Run
from atstats.linkage import records
from atstats.linkage.records import check_character
from atstats.schema import Schema

Link = Callable[..., Linked]
Check = Callable[..., Checked]
Row = dict[str, Any]
Rows = Mapping[str, list[Row]]

NO_DECISIONS = pl.DataFrame(schema=dict.fromkeys(("role", "left_key", "right_key", "decision"), pl.String))
RUN = Run(2025, date(2026, 3, 31), "atstats test")
GIVEN = ("Arta", "Blerta", "Shqipe", "Vlora", "Teuta", "Merita", "Drita", "Lule", "Hana", "Zana", "Fatmire", "Ardita")
SURNAMES = ("Krasniqi", "Gashi", "Berisha", "Hoxha", "Shala", "Morina", "Bytyqi", "Llapashtica", "Đoni", "Kelmendi")


def victim(n: int, **values: Any) -> Row:
    """A row of the police."""
    day = date(2025, 1, 10) + timedelta(days=n)
    return {
        "local_person_id": f"V{n}",
        "case_no": f"KP-{n}/2025",
        "sex": "F",
        "citizenship_1": "XK",
        "birth_date_precision": "D",
        "first_contact_date": day,
        "status_initial": "PVOT",
        "status_initial_date": day,
        "status_current": "PVOT",
        "status_current_date": day,
        "purpose_main": "SEX",
        "purpose_all": ["SEX"],
        **values,
    }


def resident(n: int, **values: Any) -> Row:
    """A row of a shelter."""
    return {
        "local_person_id": f"R{n}",
        "stay_no": 1,
        "sex": "F",
        "citizenship_1": "XK",
        "birth_date_precision": "D",
        "entry_date": date(2025, 2, 1) + timedelta(days=n),
        "entry_status": "PVOT",
        "reason": "THB",
        **values,
    }


def people(n: int) -> list[Row]:
    """Made-up women whose names and birth dates are all different."""
    return [
        {
            "first_name": GIVEN[k % len(GIVEN)],
            "last_name": SURNAMES[(k * 7 + k // 10) % len(SURNAMES)],
            "birth_date": date(1985, 3, 2) + timedelta(days=211 * k),
            "residence_municipality": f"{k % 38 + 1:02}",
        }
        for k in range(n)
    ]


def forty() -> Rows:
    """Forty records of sixteen victims: the police knows all, two shelters and social work some of them."""
    women = people(16)
    social = [{key: value for key, value in woman.items() if key != "birth_date"} for woman in women]
    return {
        "police.victims": [victim(k, **woman) for k, woman in enumerate(women)],
        "shelter.residents": [
            resident(k, **woman, agency="ISF" if k % 2 else "PVPT") for k, woman in enumerate(women[:12])
        ],
        "csw.cases": [
            {
                "local_person_id": f"C{k}",
                "sex": "F",
                "citizenship_1": "XK",
                "opened_date": date(2025, 3, 1),
                "thb_status": "PVOT",
                **woman,
            }
            for k, woman in enumerate(social[4:12])
        ],
        "vaao.assisted": [
            {
                "local_person_id": f"A{k}",
                "sex": "F",
                "citizenship_1": "XK",
                "client_reason": "THB",
                "first_contact_date": date(2025, 3, 1),
                "first_name": woman["last_name"],
                "last_name": woman["first_name"],
                "birth_date": woman["birth_date"],
            }
            for k, woman in enumerate(women[:4])
        ],
        "shelter.services": [
            {"local_person_id": " r1", "service": "MEDICAL", "agency": "ISF"},
            {"local_person_id": "R1", "service": "LEGAL", "agency": "PVPT"},
            {"local_person_id": "R0", "service": "LEGAL", "agency": "PVPT"},
        ],
    }


def groups(linked: Linked) -> set[frozenset[tuple[str, str, int]]]:
    """The persons as sets of addresses."""
    found = linked.identities.group_by("person_id").agg(pl.struct("submission", "sheet", "row"))
    return {frozenset(tuple(place.values()) for place in places) for places in found["submission"].to_list()}


def decide(linked: Linked, decision: str, *, turned: bool = False) -> pl.DataFrame:
    """A decision about the first pair of a result."""
    pair = linked.pairs.row(0, named=True)
    left, right = (pair["right_key"], pair["left_key"]) if turned else (pair["left_key"], pair["right_key"])
    return pl.DataFrame(
        [(pair["role"], left, right, decision), (pair["role"], "nobody", right, "same")],
        schema=NO_DECISIONS.schema,
        orient="row",
    )


# --------------------------------------------------------------------------- end to end


def test_forty_records_are_sixteen_persons(link: Link) -> None:
    """Each woman's records of four agencies are one person, although names change places and dates are missing."""
    linked = link(forty())

    assert linked.identities.height == 40
    assert linked.persons.height == 16
    by_agency = linked.persons.select(pl.col("bodies").explode().alias("body"))["body"].value_counts().sort("body")
    assert by_agency.rows() == [("CSW_19", 8), ("ISF", 6), ("KP_THB", 16), ("PVPT", 6), ("VAAO", 4)]
    assert linked.persons["body"].unique().to_list() == ["KP_THB"]
    assert linked.summaries[0].low <= linked.summaries[0].best == 16 <= linked.summaries[0].high


def test_every_frame_has_the_columns_that_the_stages_agree_on(link: Link) -> None:
    """Names and types are those of `frames`, in order, also where nothing was found."""
    for rows in (forty(), {}):
        linked = link(rows)
        expected = ((linked.persons, PERSONS), (linked.identities, IDENTITIES), (linked.pairs, PAIRS))
        for frame, schema in (*expected, (linked.findings, FINDINGS)):
            assert dict(frame.schema) == dict(pl.Schema(schema))


def test_no_records_are_no_persons(link: Link, schema: Schema) -> None:
    """Empty frames and no frames at all are both fine; every record type given comes back with its columns."""
    empty = link({})

    assert empty.summaries == (
        LinkageSummary("victim", 0, 0, 0, 0, 0, 0, 0, 0),
        LinkageSummary("suspect", 0, 0, 0, 0, 0, 0, 0, 0),
    )
    assert {"person_id", "age_at_event", "age_at_exploitation"} <= set(empty.records["police.victims"].columns)
    assert empty.records["shelter.services"].schema["person_id"] == pl.String
    nothing = Checked({}, pl.DataFrame(schema=FINDINGS), ())
    assert linkage.link(nothing, schema=schema, run=RUN, key=b"k", decisions=NO_DECISIONS).records == {}


@pytest.mark.parametrize("record_type", ["police.victims", "shelter.residents", "csw.cases", "vaao.assisted"])
def test_any_subset_of_the_sheets_can_be_linked(check: Check, schema: Schema, record_type: str) -> None:
    """One sheet alone gives its persons."""
    frame = check(forty()).records[record_type]
    checked = Checked({record_type: frame}, pl.DataFrame(schema=FINDINGS), ())

    linked = linkage.link(checked, schema=schema, run=RUN, key=b"k", decisions=NO_DECISIONS)

    assert linked.persons.height == frame.height
    assert list(linked.records) == [record_type]


def test_columns_that_a_frame_lacks_are_blanks(check: Check, schema: Schema) -> None:
    """Frames with a few columns are linked by these; a sheet whose persons are absent names nobody."""
    whole = check({**forty(), "prosecution.decisions": [{"local_suspect_id": "1"}]}).records
    address = ["submission", "agency", "unit", "sheet", "row"]
    few = {
        "police.victims": whole["police.victims"].select(*address, "first_name", "last_name", "birth_date"),
        "shelter.residents": whole["shelter.residents"].select(*address, "first_name", "last_name", "birth_date"),
        "shelter.services": whole["shelter.services"].select(*address, "service"),
        "prosecution.decisions": whole["prosecution.decisions"].select(*address, "local_suspect_id"),
        "court.judgments": check({"court.judgments": [{}]}).records["court.judgments"].select(address),
    }

    linked = linkage.link(
        Checked(few, pl.DataFrame(schema=FINDINGS), ()), schema=schema, run=RUN, key=b"k", decisions=NO_DECISIONS
    )

    assert linked.persons.group_by("role").len().sort("role").rows() == [("suspect", 1), ("victim", 16)]
    assert linked.records["shelter.services"]["person_id"].to_list() == [None, None, None]
    assert linked.records["prosecution.decisions"].columns == [*address, "person_id"]
    assert linked.persons["status"].to_list() == [None] * 17


# --------------------------------------------------------------------------- determinism


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_and_files_changes_nothing(link: Link, check: Check, seed: int) -> None:
    """Rows shuffled with their addresses give the same pairs, persons, identities, findings and records."""
    checked = check(forty())
    first = link(checked)
    names = list(checked.records)
    shuffled = {
        name: checked.records[name].sample(fraction=1.0, shuffle=True, seed=seed)
        for name in names[seed % len(names) :] + names[: seed % len(names)]
    }
    again = link(replace(checked, records=shuffled))

    for frame in ("persons", "identities", "pairs", "findings"):
        assert getattr(again, frame).equals(getattr(first, frame))
    assert again.summaries == first.summaries
    for name in names:
        order = ["submission", "row"]
        assert again.records[name].sort(order).equals(first.records[name].sort(order))


def test_sorting_a_workbook_changes_no_key_and_no_id(link: Link) -> None:
    """The row number in Excel is in no key: a workbook sorted the other way names the same persons."""
    rows = forty()
    turned = {name: list(reversed(lines)) for name, lines in rows.items()}

    first, again = link(rows), link(turned)

    assert again.persons.equals(first.persons)
    assert set(again.identities["record_key"]) == set(first.identities["record_key"])


def test_rows_that_their_key_does_not_tell_apart_are_numbered_by_content(link: Link) -> None:
    """Two rows with one case number and one person number get two keys, whichever stands first."""
    twice = [victim(1, **people(1)[0]), victim(1, **people(1)[0], risk_level="HIGH")]

    first, again = link({"police.victims": twice}), link({"police.victims": twice[::-1]})

    def key_of(linked: Linked, row: int) -> str:
        return str(linked.identities.filter(pl.col("row") == row)["record_key"].item())

    assert key_of(first, 3) != key_of(first, 4)
    assert (key_of(first, 3), key_of(first, 4)) == (key_of(again, 4), key_of(again, 3))
    assert first.persons.height == 1


def test_ids_are_made_with_the_key_and_carry_a_check_character(link: Link) -> None:
    """The same key gives the same ids, another key others; one wrong character is noticed."""
    ids = link(forty()).persons["person_id"].to_list()

    assert ids == link(forty()).persons["person_id"].to_list()
    assert not set(ids) & set(link(forty(), key=b"another key").persons["person_id"])
    for each in ids:
        assert each[:2] == "P-"
        assert each[9] == check_character(each[2:9])
        assert each[9] != check_character(("1" if each[2] != "1" else "2") + each[3:9])
        swapped = each[3] + each[2] + each[4:9]
        assert swapped == each[2:9] or each[9] != check_character(swapped)


def test_two_persons_never_share_an_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two hashes begin alike, the second in the order of the keys takes the next one."""
    monkeypatch.setattr(records, "_ID_LENGTH", 1)
    founders = [f"{n:016x}" for n in range(25)]

    ids = records.person_ids(founders, role="victim", key=b"k")

    assert len(set(ids.values())) == 25
    assert ids == records.person_ids(founders[::-1], role="victim", key=b"k")


def test_a_new_record_of_a_later_source_keeps_the_id(link: Link) -> None:
    """The id comes from the record of the first source, so later files about a person do not rename her."""
    rows = forty()
    before = link({"police.victims": rows["police.victims"]})

    assert link(rows).persons["person_id"].to_list() == before.persons["person_id"].to_list()


def test_a_thousand_records_take_seconds(link: Link, check: Check) -> None:
    """Comparisons run on distinct values and in blocks, so the work does not grow with the square."""
    women = people(500)
    checked = check(
        {
            "police.victims": [victim(k % 300, **woman, unit=str(k)) for k, woman in enumerate(women)],
            "shelter.residents": [resident(k % 300, **woman, unit=str(k)) for k, woman in enumerate(women)],
        }
    )
    started = time.perf_counter()
    linked = link(checked)

    assert linked.summaries[0].best == 500
    assert time.perf_counter() - started < 10


# --------------------------------------------------------------------------- decisions


@pytest.mark.parametrize("turned", [False, True])
def test_a_reviewer_who_says_same_joins(link: Link, *, turned: bool) -> None:
    """An open pair becomes one person, in whichever order its keys are written; unknown keys do nothing."""
    rows = {
        "police.victims": [victim(1, first_name="Blerta", last_name="Gashi", birth_date=date(2001, 4, 9))],
        "shelter.residents": [resident(1, first_name="Vlora", last_name="Gashi", birth_date=date(2001, 4, 9))],
    }
    open_pair = link(rows)
    decided = link(rows, decisions=decide(open_pair, "same", turned=turned))

    assert (open_pair.pairs["decision"].to_list(), open_pair.persons.height) == (["open"], 2)
    assert (decided.pairs["decision"].to_list(), decided.persons.height) == (["same"], 1)
    assert (decided.summaries[0].n_open_pairs, decided.summaries[0].n_decided_pairs) == (0, 1)
    assert decided.digest != open_pair.digest


def test_a_reviewer_who_says_different_parts(link: Link) -> None:
    """A pair that would link by itself stays two persons."""
    woman = people(1)[0]
    rows = {"police.victims": [victim(1, **woman)], "shelter.residents": [resident(1, **woman)]}
    linked = link(rows)
    decided = link(rows, decisions=decide(linked, "different"))

    assert (linked.pairs["decision"].to_list(), linked.persons.height) == (["linked"], 1)
    assert (decided.pairs["decision"].to_list(), decided.persons.height) == (["different"], 2)


def test_of_two_decisions_about_a_pair_the_later_counts(link: Link) -> None:
    """Decisions are only ever added, so a reviewer corrects herself below."""
    woman = people(1)[0]
    rows = {"police.victims": [victim(1, **woman)], "shelter.residents": [resident(1, **woman)]}
    linked = link(rows)
    both = pl.concat([decide(linked, "same"), decide(linked, "different", turned=True)])

    assert link(rows, decisions=both).persons.height == 2
    assert link(rows, decisions=both.reverse()).persons.height == 1


def test_one_source_with_the_same_person_twice(link: Link) -> None:
    """Two stays under one number are one person; two numbers with one name and birth date are found as well."""
    woman, other = people(2)
    linked = link(
        {
            "shelter.residents": [
                resident(1, **woman),
                resident(1, stay_no=2, first_name=woman["first_name"], entry_date=date(2025, 8, 1)),
                resident(2, **other),
                resident(3, **other, stay_no=2),
            ]
        }
    )

    file = "ISF_2025.xlsx"
    assert groups(linked) == {
        frozenset({(file, "residents", 3), (file, "residents", 4)}),
        frozenset({(file, "residents", 5), (file, "residents", 6)}),
    }


# --------------------------------------------------------------------------- what leaves linkage


def test_no_identity_leaves_linkage(link: Link, check: Check, schema: Schema) -> None:
    """No column marked as identity keeps its content, and no name, number or birth date is in any value."""
    planted = "QZX"
    marked: dict[str, list[Row]] = {}
    for sheet in schema.sheets():
        if sheet.name != "meta":
            row: Row = {
                column.name: f"{planted}{place}"
                for place, column in enumerate(sheet.columns)
                if column.identity and column.type in ("text", "code")
            }
            if any(column.name == "birth_date" for column in sheet.columns):
                row["birth_date"] = date(1987, 6, 5)
            marked[sheet.record_type] = [row]
    linked = link(check(marked))

    keys = {column for columns in schema.linkage["case_keys"].values() for column in columns}
    assert set(linked.records) == set(marked)
    for record_type, frame in linked.records.items():
        assert not set(frame.columns) & (set(schema.sheet(record_type).identity_columns) - keys)
    everything = [*linked.records.values(), linked.persons, linked.pairs, linked.identities, linked.findings]
    text = "\n".join(frame.write_json() for frame in everything)
    assert planted not in text
    assert "1987" not in text


def test_case_numbers_still_join_as_hashes(link: Link) -> None:
    """The police's case in three sheets and two spellings is one hash, which the key makes."""
    rows = {
        "police.victims": [victim(1, **people(1)[0])],
        "police.cases": [{"case_no": "kp 1/2025", "offence_main": "THB"}],
        "prosecution.reports": [{"local_suspect_id": "S1", "report_no": "R-1", "police_case_no": "KP.1.2025"}],
        "court.judgments": [{"local_defendant_id": "D1", "court_case_no": "KP-1/2025", "report_no": "R 1"}],
    }
    linked = link(rows)

    police = linked.records["police.victims"]["case_no"].item()
    assert police == linked.records["police.cases"]["case_no"].item()
    assert police == linked.records["prosecution.reports"]["police_case_no"].item()
    assert (
        linked.records["prosecution.reports"]["report_no"].item()
        == linked.records["court.judgments"]["report_no"].item()
    )
    # A court case that happens to have the same number is another kind of case.
    assert police != linked.records["court.judgments"]["court_case_no"].item()
    assert len(police) == 16
    assert police != link(rows, key=b"another key").records["police.cases"]["case_no"].item()


def test_sheets_that_name_a_person_by_number_get_the_person(link: Link) -> None:
    """Inside the agency and inside the case; a number nobody has, or that means two persons, means nobody."""
    linked = link(
        {
            **forty(),
            "prosecution.reports": [
                {"local_suspect_id": "1", "report_no": "R-1", "last_name": "Gashi", "first_name": "Agron"},
                {"local_suspect_id": "1", "report_no": "R-2", "last_name": "Shala", "first_name": "Besim"},
                {"local_suspect_id": "9", "report_no": "R-2", "last_name": "Hoti", "first_name": "Luan"},
            ],
            "prosecution.decisions": [
                {"local_suspect_id": "1", "report_no": "r 2"},
                {"local_suspect_id": "1", "report_no": "R-7"},
                {"local_suspect_id": "9", "report_no": None},
                {"local_suspect_id": "8", "report_no": "R-1"},
            ],
        }
    )

    def person_at(sheet: str, row: int, agency: str) -> str:
        found = linked.identities.filter(
            (pl.col("sheet") == sheet) & (pl.col("row") == row) & (pl.col("agency") == agency)
        )
        return str(found["person_id"].item())

    services = linked.records["shelter.services"]
    assert "local_person_id" not in services.columns
    assert services["person_id"].to_list() == [
        person_at("residents", 4, "ISF"),
        None,
        person_at("residents", 3, "PVPT"),
    ]
    assert linked.records["prosecution.decisions"]["person_id"].to_list() == [
        person_at("reports", 4, "SP"),
        None,
        person_at("reports", 5, "SP"),
        None,
    ]
