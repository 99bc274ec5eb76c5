"""Workbooks with planted faults, and the findings that a validator should make, cell by cell.

A correct collection is altered one cell at a time, each fault in a row of its own, so that each
breaks one rule at one place. Nothing here knows how the rules are carried out: what is expected
follows from what each rule says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from atstats.frames import WorkbookGrid
from atstats.schema import Schema
from atstats.simulation.desk import Desk
from atstats.simulation.layout import FIRST_ROW
from atstats.simulation.sample import simulate

__all__ = ["Planted", "faulty"]

_N_PERSONS = 45
"""So that every fault finds a row that can carry it."""

_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Planted:
    """Workbooks with faults, and where each fault should be found."""

    workbooks: tuple[WorkbookGrid, ...]
    expected: tuple[dict[str, str], ...]
    """file, sheet (name on the tab), cell (A1; empty for a whole sheet) and rule, sorted."""


def faulty(*, seed: int, year: int, schema: Schema) -> Planted:
    """A collection in which about forty faults were planted; the same arguments give the same faults.

    Args:
        seed: of the correct collection that is altered.
        year: the reference year.
        schema: the columns and codes that the workbooks have.
    """
    made = simulate(n_persons=_N_PERSONS, seed=seed, year=year, schema=schema)
    desk = Desk(made.workbooks, schema=schema)
    for plant in (
        _victims_that_need_a_special_row, _victims_with_dates, _victims_with_gaps, _victims_with_bad_cells, _suspects,
        _cases_and_screening, _prosecution, _courts, _shelter_stays, _shelter_services, _social_work, _secretariat,
    ):  # fmt: skip
        plant(desk)
    _forms(desk, year=year)
    _dated_codes(desk, year=year, schema=schema)
    expected = sorted(desk.expected, key=lambda each: (each["file"], each["sheet"], each["cell"], each["rule"]))
    return Planted(desk.workbooks(), tuple(expected))


# --------------------------------------------------------------------------- police


def _victims_that_need_a_special_row(desk: Desk) -> None:
    twins = [
        row for row, record in desk.rows("KP_THB", "victims").items() if record["first_name"] in ("Rinesa", "Rrezarta")
    ]
    first, second = (row for row in twins if desk.value("KP_THB", "victims", row, "last_name") == "Gashi")
    desk.keep("KP_THB", "victims", first)
    desk.keep("KP_THB", "victims", second)
    same = desk.value("KP_THB", "victims", first, "local_person_id")
    desk.plant("ID-01", "KP_THB", "victims", row=second, column="local_person_id", value=same)
    labour = _of_victim(desk, lambda row: row["purpose_main"] == "DOM" and row["labour_sector"] is not None)
    desk.plant("VIC-10", "KP_THB", "victims", row=labour, column="purpose_main", value="SERV")
    other = _of_victim(desk, lambda row: row["purpose_main"] != "SEX")
    desk.plant("VIC-13", "KP_THB", "victims", row=other, column="sex_form", value="PRIVATE")
    nameless = _of_victim(desk, lambda row: row["personal_no"] is None and row["alias"] is None)
    desk.put("KP_THB", "victims", nameless, "last_name", None)
    desk.plant("ID-06", "KP_THB", "victims", row=nameless, column="first_name", value=None)


def _victims_with_dates(desk: Desk) -> None:
    presumed = _of_victim(desk, lambda row: row["status_current"] == "PVOT")
    day = desk.value("KP_THB", "victims", presumed, "status_current_date")
    desk.plant("VIC-01", "KP_THB", "victims", row=presumed, column="formal_id_date", value=day)
    early = _of_victim(desk, lambda row: _formal(row) and row["first_contact_date"].month > 1)
    contact = desk.value("KP_THB", "victims", early, "first_contact_date")
    desk.plant(
        "VIC-02", "KP_THB", "victims", row=early, column="formal_id_date", value=contact - timedelta(days=5)
    )  # fmt: skip
    year = contact.year
    impossible = _of_victim(desk)
    desk.plant("TYPE-01", "KP_THB", "victims", row=impossible, column="risk_date", value=f"31.02.{year}")
    typed = _of_victim(desk)
    desk.plant("META-09", "KP_THB", "victims", row=typed, column="risk_date", value=f"14.12.{year}")


def _victims_with_gaps(desk: Desk) -> None:
    adult = _of_victim(desk, lambda row: _formal(row) and not _child(row))
    desk.plant("VIC-11", "KP_THB", "victims", row=adult, column="means", value=None)
    child = _of_victim(desk, _child)
    desk.plant("VIC-05", "KP_THB", "victims", row=child, column="social_worker_present", value=None)
    formal = _of_victim(desk, _formal)
    desk.plant("VIC-07", "KP_THB", "victims", row=formal, column="risk_level", value=None)
    desk.plant("REQ-01", "KP_THB", "victims", row=_of_victim(desk), column="detected_by", value=None)
    citizen = _of_victim(desk, lambda row: row["citizenship_1"] == "XK")
    desk.plant("VIC-22", "KP_THB", "victims", row=citizen, column="legal_stay", value="REGULAR")


def _victims_with_bad_cells(desk: Desk) -> None:
    desk.plant("TYPE-02", "KP_THB", "victims", row=_of_victim(desk), column="settlement", value="lagjja e re")
    desk.plant("RANGE-01", "KP_THB", "victims", row=_of_victim(desk), column="traffickers_n", value=999)
    numbered = _of_victim(desk, lambda row: row["personal_no"] is not None)
    desk.plant("ID-02", "KP_THB", "victims", row=numbered, column="personal_no", value="11783A0526")
    numbered = _of_victim(desk, lambda row: row["personal_no"] is not None)
    desk.plant("ID-03", "KP_THB", "victims", row=numbered, column="personal_no", value="1234567890")
    hidden = _of_victim(desk)
    desk.shape("KP_THB", "victims", hidden_rows=(hidden,))
    desk.expect("META-08", "KP_THB", "victims", cell=f"A{hidden}")


def _suspects(desk: Desk) -> None:
    told = desk.pick("KP_THB", "suspects")
    desk.plant("TYPE-01", "KP_THB", "suspects", row=told, column="birth_date", value="rreth 40 vjeç")
    lost = desk.pick("KP_THB", "suspects", lambda row: str(row["case_no"]).startswith("PRO-"))
    case_no = desk.value("KP_THB", "suspects", lost, "case_no")
    desk.plant("CASE-01", "KP_THB", "suspects", row=lost, column="case_no", value=f"{case_no}X")
    # The case that it came from says one suspect fewer, or CASE-02 would be broken as well.
    case = desk.pick("KP_THB", "cases", lambda row: row["case_no"] == case_no)
    desk.put("KP_THB", "cases", case, "suspects_n", desk.value("KP_THB", "cases", case, "suspects_n") - 1)


def _cases_and_screening(desk: Desk) -> None:
    case = desk.pick("KP_THB", "cases", lambda row: row["victims_n"] > 0)
    n = desk.value("KP_THB", "cases", case, "victims_n")
    desk.plant("CASE-02", "KP_THB", "cases", row=case, column="victims_n", value=n + 2)
    case = desk.pick("KP_THB", "cases", lambda row: row["offences_all"] == "CHILD_MISTREAT")
    desk.plant("CASE-04", "KP_THB", "cases", row=case, column="offence_main", value="PROST_FACIL")
    # Children in other cases would be listed by CASE-10, which is no fault.
    for row in desk.rows("KP_THB", "screening"):
        desk.put("KP_THB", "screening", row, "other_offence", 0)
    persons = sum(record["persons"] for record in desk.rows("KP_THB", "screening").values())
    total = desk.append("KP_THB", "screening", {"op_code": "Gjithsej", "persons": persons})
    desk.expect("META-08", "KP_THB", "screening", cell=desk.address("KP_THB", "screening", total, "op_code"))


# --------------------------------------------------------------------------- justice


def _prosecution(desk: Desk) -> None:
    judged = {record["indictment_no"] for record in desk.rows("KJC", "judgments").values()}

    def unjudged(row: _Row) -> bool:
        return row["indictment_no"] not in judged

    reasonless = desk.pick("SP", "decisions", unjudged)
    for column, value in (("decision", "DISMISS"), ("indictment_no", None), ("offence_at_decision", None)):
        desk.put("SP", "decisions", reasonless, column, value)
    for column, value in (("downgraded", "NO"), ("downgraded_to", None)):
        desk.put("SP", "decisions", reasonless, column, value)
    desk.plant("PRO-03", "SP", "decisions", row=reasonless, column="reason", value=None)
    orphan = desk.pick("SP", "decisions")
    report_no = desk.value("SP", "decisions", orphan, "report_no")
    desk.plant("PRO-01", "SP", "decisions", row=orphan, column="report_no", value=f"{report_no}X")
    received = {
        (row["report_no"], row["local_suspect_id"]): row["received_date"] for row in desk.rows("SP", "reports").values()
    }
    early = desk.pick("SP", "decisions")
    report = desk.rows("SP", "decisions")[early]
    day = received[report["report_no"], report["local_suspect_id"]] - timedelta(days=3)
    desk.plant("PRO-02", "SP", "decisions", row=early, column="decision_date", value=day)


def _courts(desk: Desk) -> None:
    appeal = desk.pick("KJC", "judgments", lambda row: row["instance"] == "APPEAL")
    tried = desk.rows("KJC", "judgments")[appeal]
    first = desk.pick(
        "KJC",
        "judgments",
        lambda row: row["court_case_no"] == tried["court_case_no"] and row["instance"] == "FIRST",
    )
    day = desk.value("KJC", "judgments", first, "judgment_date") - timedelta(days=9)
    desk.plant("CRT-06", "KJC", "judgments", row=appeal, column="judgment_date", value=day)
    final = desk.pick("KJC", "judgments", lambda row: row["final"] == "YES")
    day = desk.value("KJC", "judgments", final, "judgment_date") - timedelta(days=1)
    desk.plant("CRT-07", "KJC", "judgments", row=final, column="final_date", value=day)
    alone = desk.pick("KJC", "sanctions", lambda row: row["fine_eur"] is not None)
    desk.plant("REQ-01", "KJC", "sanctions", row=alone, column="fine_eur", value=None)
    header = desk.add_column("KJC", "judgments", "shënime të gjykatësit")
    desk.expect("META-06", "KJC", "judgments", cell=header)


# --------------------------------------------------------------------------- assistance


def _shelter_stays(desk: Desk) -> None:
    left = desk.pick("PVPT", "residents", lambda row: row["exit_date"] is not None)
    desk.plant("SHL-01", "PVPT", "residents", row=left, column="exit_type", value=None)
    entered = desk.pick("PVPT", "residents", lambda row: row["carried_over"] == "NO")
    desk.plant("SHL-03", "PVPT", "residents", row=entered, column="carried_over", value="YES")
    staying = desk.pick("PVPT", "residents", lambda row: row["exit_date"] is None)
    stay = desk.rows("PVPT", "residents")[staying]
    again = stay["entry_date"] + timedelta(days=4)
    second = desk.append("PVPT", "residents", {**stay, "stay_no": 2, "entry_date": again})
    desk.expect("SHL-02", "PVPT", "residents", cell=desk.address("PVPT", "residents", second, "entry_date"))


def _shelter_services(desk: Desk) -> None:
    unknown = desk.pick("PVPT", "services")
    desk.plant("SHL-11", "PVPT", "services", row=unknown, column="local_person_id", value="P-999")
    first = desk.address("PVPT", "services", FIRST_ROW + 1, "plan_no")
    last = desk.address("PVPT", "services", FIRST_ROW + 2, "plan_no")
    desk.shape("PVPT", "services", merged=(f"{first}:{last}",))
    desk.expect("META-08", "PVPT", "services", cell=first)


def _social_work(desk: Desk) -> None:
    child = desk.pick("CSW_19", "cases", lambda row: row["thb_status"] in ("PVOT", "VOT"))
    desk.plant("CSW-01", "CSW_19", "cases", row=child, column="best_interest_date", value=None)
    unborn = desk.pick(
        "CSW_19", "cases", lambda row: row["birth_date"] is not None and row["personal_no"] is None
    )  # fmt: skip
    day = desk.value("CSW_19", "cases", unborn, "opened_date") + timedelta(days=11)
    if (day.month, day.day) == (7, 1):
        day += timedelta(days=1)  # ID-10 asks about 1 July
    desk.plant("ID-08", "CSW_19", "cases", row=unborn, column="birth_date", value=day)


# --------------------------------------------------------------------------- forms and the secretariat


def _secretariat(desk: Desk) -> None:
    desk.plant("TRN-01", "NATHB", "trainings", row=desk.pick("NATHB", "trainings"), column="hours", value=480)
    desk.drop_column("NATHB", "awareness", "type")
    desk.expect("META-07", "NATHB", "awareness")


def _forms(desk: Desk, *, year: int) -> None:
    day = desk.value("KJC", "meta", FIRST_ROW, "period_from")
    desk.plant("META-02", "KJC", "meta", row=FIRST_ROW, column="period_from", value=day.replace(year=year - 1))
    desk.plant("META-03", "ISF", "meta", row=FIRST_ROW, column="nil_return", value="YES")
    desk.remove_rows("VAAO", "meta")
    desk.expect("META-01", "VAAO", "meta")


def _dated_codes(desk: Desk, *, year: int, schema: Schema) -> None:
    """A country that no longer was one, where the list says until when its codes were valid."""
    past = [
        code.code for code in schema.codelists["country"] if code.valid_to is not None and code.valid_to.year < year
    ]
    if past:
        born = desk.pick("CSW_19", "cases")
        desk.plant("ID-12", "CSW_19", "cases", row=born, column="citizenship_2", value=past[0])


# --------------------------------------------------------------------------- small pieces


def _of_victim(desk: Desk, wanted: Callable[[_Row], bool] | None = None) -> int:
    return desk.pick("KP_THB", "victims", wanted)


def _formal(row: _Row) -> bool:
    return bool(row["status_current"] == "VOT")


def _child(row: _Row) -> bool:
    return bool(row["social_worker_present"] == "YES")
