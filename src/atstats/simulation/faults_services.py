"""Faults at shelters, social work, the organisation, inspections, the helpline and the secretariat."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from atstats.schema import Schema
from atstats.simulation.desk import Desk
from atstats.simulation.layout import FIRST_ROW

__all__ = ["plant_in_services"]

_Row = Mapping[str, Any]
_DAY = timedelta(days=1)


def plant_in_services(desk: Desk, *, year: int, schema: Schema) -> None:
    """Plant the faults of assistance, prevention and coordination."""
    _stays(desk)
    _services(desk)
    _capacity(desk)
    _social_work(desk)
    _committee(desk, year)
    _organisation(desk)
    _inspections(desk)
    _returns_and_calls(desk)
    _secretariat(desk)
    _dated_codes(desk, year=year, schema=schema)


def _stays(desk: Desk) -> None:
    page = desk.sheet("PVPT", "residents")
    page.plant("SHL-01", "exit_type", None, lambda row: row["exit_date"] is not None)
    page.plant("SHL-03", "carried_over", "YES", lambda row: row["carried_over"] == "NO")
    staying = page.pick(lambda row: row["exit_date"] is None)
    stay = page.rows[staying]
    again = stay["entry_date"] + 4 * _DAY
    # One night, so that the nights of the month still add up (SHL-09).
    second = page.append(
        **{**stay, "stay_no": 8, "entry_date": again, "exit_date": again + _DAY, "exit_type": "FAMILY",
           "carried_over": "YES" if again.year < _year(desk) else "NO"},
    )  # fmt: skip
    page.blame("SHL-02", second, "entry_date")
    aimless = page.pick(lambda row: row["purpose_main"] is not None)
    page.put(aimless, purpose_main=None, purpose_all=None)
    page.blame("SHL-13", aimless, "purpose_main")
    children = desk.sheet("HHC", "residents")
    children.plant("SHL-07", "guardian_appointed", "Jo", lambda row: row["guardian_appointed"] == "Po")


def _year(desk: Desk) -> int:
    return int(desk.value("PVPT", "meta", FIRST_ROW, "reference_year"))


def _services(desk: Desk) -> None:
    page = desk.sheet("PVPT", "services")
    page.plant("SHL-11", "local_person_id", "P-999")
    first = desk.address("PVPT", "services", FIRST_ROW + 1, "plan_no")
    last = desk.address("PVPT", "services", FIRST_ROW + 2, "plan_no")
    desk.shape("PVPT", "services", merged=(f"{first}:{last}",))
    desk.expect("META-08", "PVPT", "services", cell=first)


def _capacity(desk: Desk) -> None:
    page = desk.sheet("HHC", "capacity")
    more = page.pick(lambda row: row["bed_nights"] > 20)
    page.put(more, bed_nights=page.rows[more]["bed_nights"] + 60)
    page.blame("SHL-09", more, "bed_nights")
    unequal = page.pick()
    page.put(unequal, residents_end=page.rows[unequal]["residents_end"] + 1)
    page.blame("SHL-08", unequal, "residents_end")


def _social_work(desk: Desk) -> None:
    page = desk.sheet("CSW_19", "cases")

    def victim(row: _Row) -> bool:
        return row["thb_status"] in ("PVOT", "VOT") and row["guardian_type"] is not None

    page.plant("CSW-01", "best_interest_date", None, victim)
    page.plant("CSW-03", "placement", "FAMILY", lambda row: row["parents_role"] == "TRAFFICKER")
    unborn = page.pick(lambda row: row["birth_date"] is not None and row["personal_no"] is None)
    day = max(value for name, value in page.rows[unborn].items() if isinstance(value, date)) + 11 * _DAY
    page.put(unborn, birth_date=day + _DAY if (day.month, day.day) == (7, 1) else day)  # ID-10 asks about 1 July
    page.blame("ID-08", unborn, "birth_date")


def _committee(desk: Desk, year: int) -> None:
    page = desk.sheet("CVC", "compensation_applications")
    person = next(iter(desk.rows("CVC", "assisted").values()))["local_person_id"]
    awarded = page.append(appl_no=f"KKV-{year}-900", local_person_id=person, submitted=date(year, 9, 1),
                          claimed_eur=900.0, decision="AWARD_FULL", decision_date=date(year, 8, 20), awarded_eur=900.0,
                          cross_border="NO")  # fmt: skip
    page.blame("VAO-02", awarded, "decision_date")


def _organisation(desk: Desk) -> None:
    agency = "NGO_SAMPLE"
    grants = desk.sheet(agency, "grants")
    paid = grants.pick()
    grants.put(paid, amount_paid_eur=grants.rows[paid]["amount_contract_eur"] + 500.0)
    grants.blame("GRT-01", paid, "amount_paid_eur")
    beneficiaries = desk.sheet(agency, "grant_beneficiaries")
    lost = beneficiaries.pick()
    number = beneficiaries.rows[lost]["grant_no"]
    beneficiaries.put(lost, grant_no=f"{number}9")
    beneficiaries.blame("GRT-02", lost, "grant_no")
    indicators = desk.sheet(agency, "grant_indicators")

    def counts(row: _Row, *, own: bool) -> bool:
        return bool(row["indicator"] == "BENEFICIARIES" and (row["grant_no"] == number) == own)

    # The grant that the person came from says one fewer, or GRT-03 would be broken there as well.
    fewer = indicators.pick(lambda row: counts(row, own=True))
    indicators.put(fewer, achieved=indicators.rows[fewer]["achieved"] - 1)
    other = indicators.pick(lambda row: counts(row, own=False))
    indicators.put(other, achieved=indicators.rows[other]["achieved"] + 2)
    indicators.blame("GRT-03", other, "achieved")
    indicators.plant("GRT-05", "achieved", 1000.0, lambda row: row["indicator"] == "REACHED")
    # K35: the state pays a shelter for the same service; only linkage can tell (GRT-04).
    services = desk.sheet(agency, "services")
    services.put(services.pick(), service="PSYCH")


def _inspections(desk: Desk) -> None:
    page = desk.sheet("LI", "inspections")
    page.plant("LI-01", "referral_date", None, lambda row: row["suspected_thb_n"] > 0)
    unnoticed = page.pick(lambda row: row["csw_notified"] is None and row["children_found"] == 0)
    page.put(unnoticed, children_found=2)
    page.blame("LI-03", unnoticed, "csw_notified")
    undeclared = page.pick(lambda row: row["suspected_thb_n"] == 0)
    page.put(undeclared, workers_undeclared=page.rows[undeclared]["workers_found"] + 1)
    page.blame("LI-04", undeclared, "workers_undeclared")


def _returns_and_calls(desk: Desk) -> None:
    desk.sheet("DMFK", "returns").plant("RET-01", "type", "INVOLUNTARY")
    calls = desk.sheet("HELPLINE", "calls")
    call = calls.pick()
    calls.put(call, about_thb="THB", action="NONE")
    calls.blame("HLP-01", call, "action")


def _secretariat(desk: Desk) -> None:
    page = desk.sheet("NATHB", "trainings")
    page.plant("TRN-01", "hours", 480)
    # K36: the organiser and two participants tell of one training
    told = page.pick()
    for participant in ("A", "B"):
        page.blame("TRN-02", page.append(**{**page.rows[told], "id": f"{page.rows[told]['id']}{participant}"}), "title")
    desk.drop_column("NATHB", "awareness", "target")
    desk.expect("META-07", "NATHB", "awareness")
    reached = desk.sheet("NATHB", "awareness")
    reached.plant("AWR-01", "reach_direct", 400, lambda row: row["type"] == "ONLINE")
    actions = desk.sheet("NATHB", "nap_actions")
    spent = actions.pick()
    actions.put(spent, comment=None, budget_spent_eur=actions.rows[spent]["budget_planned_eur"] * 2)
    actions.blame("NAP-01", spent, "budget_spent_eur")


def _dated_codes(desk: Desk, *, year: int, schema: Schema) -> None:
    """A country that no longer was one, where the list says until when its codes were valid."""
    past = [
        code.code for code in schema.codelists["country"] if code.valid_to is not None and code.valid_to.year < year
    ]
    if past:
        desk.sheet("CSW_19", "cases").plant("ID-12", "citizenship_2", past[0])
