"""Faults in the files of the police, at the prosecution, in the courts and among seized assets."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from atstats.simulation.desk import Desk

__all__ = ["plant_in_justice"]

_Row = Mapping[str, Any]
_DAY = timedelta(days=1)


def plant_in_justice(desk: Desk, *, year: int) -> None:
    """Plant the faults of criminal justice."""
    _suspects(desk)
    _cases(desk)
    _operations(desk)
    _prosecution(desk)
    _seizures(desk, year)
    _judgments(desk)
    _sanctions(desk)
    _stock_and_compensation(desk, year)


def _suspects(desk: Desk) -> None:
    page = desk.sheet("KP_THB", "suspects")
    # K19: arrested in a raid against trafficking, for facilitating prostitution
    arrested = page.pick(lambda row: str(row["case_no"]).startswith("PRO-") and row["arrest_date"] is not None)
    page.put(arrested, op_code=_of_case(desk, page.rows[arrested])["op_code"])
    page.blame("CASE-06", arrested, "offence_suspected")
    page.plant("TYPE-01", "birth_date", "rreth 40 vjeç")
    lost = page.pick(lambda row: str(row["case_no"]).startswith("PRO-") and row["report_no"] is None)
    case_no = page.rows[lost]["case_no"]
    page.put(lost, case_no=f"{case_no}X")
    page.blame("CASE-01", lost, "case_no")
    # The case that it came from says one suspect fewer, or CASE-02 would be broken as well.
    cases = desk.sheet("KP_THB", "cases")
    case = cases.pick(lambda row: row["case_no"] == case_no)
    cases.put(case, suspects_n=cases.rows[case]["suspects_n"] - 1)
    early = page.pick(lambda row: row["report_filed_date"] is not None)
    page.put(early, report_filed_date=_of_case(desk, page.rows[early])["opened_date"] - 2 * _DAY)
    page.blame("CASE-05", early, "report_filed_date")
    young = page.pick(lambda row: row["report_filed_date"] is not None)
    filed = page.rows[young]["report_filed_date"]
    page.put(young, birth_date=date(filed.year - 12, 2, 3), personal_no=None)
    page.blame("CASE-07", young, "birth_date")
    numbers = [row["report_no"] for row in page.rows.values()]
    single = page.pick(lambda row: row["report_no"] is not None and numbers.count(row["report_no"]) == 1)
    report_no = page.rows[single]["report_no"]
    page.put(single, report_no=f"{report_no}-2")
    page.blame("PRO-07", single, "report_no")
    reports = desk.sheet("SP", "reports")
    reports.blame("PRO-07", reports.pick(lambda row: row["report_no"] == report_no), "report_no")


def _of_case(desk: Desk, suspect: _Row) -> _Row:
    return next(row for row in desk.rows("KP_THB", "cases").values() if row["case_no"] == suspect["case_no"])


def _cases(desk: Desk) -> None:
    page = desk.sheet("KP_THB", "cases")
    counted = page.pick(lambda row: row["victims_n"] > 0)
    page.put(counted, victims_n=page.rows[counted]["victims_n"] + 2)
    page.blame("CASE-02", counted, "victims_n")
    page.plant("CASE-04", "offence_main", "PROST_FACIL", lambda row: row["offences_all"] == "CHILD_MISTREAT")
    alone = page.pick(lambda row: row["suspects_n"] == 1 and row["offences_all"] == "THB_CHILD")
    page.put(alone, offences_all="THB_CHILD;ORG_CRIME")
    page.blame("CASE-11", alone, "suspects_n")
    victimless = page.pick(lambda row: str(row["case_no"]).startswith("PRO-") and row["op_code"] is None)
    page.put(victimless, offence_main="THB", offences_all="THB")
    page.blame("CASE-03", victimless, "case_no")


def _operations(desk: Desk) -> None:
    page = desk.sheet("KP_THB", "operations")
    page.plant("CASE-08", "cases_opened_thb", 400)
    screening = desk.sheet("KP_THB", "screening")
    # Children in other cases would be listed by CASE-10, which is no fault.
    for row in screening.rows:
        screening.put(row, other_offence=0)
    many = screening.pick()
    screening.put(many, identified_thb=screening.rows[many]["persons"] + 3)
    screening.blame("CASE-09", many, "persons")
    # K27: the sum of the sheet, typed as a row
    persons = sum(record["persons"] for record in screening.rows.values())
    screening.blame("META-08", screening.append(op_code="Gjithsej", persons=persons), "op_code")


# --------------------------------------------------------------------------- prosecution


def _prosecution(desk: Desk) -> None:
    page = desk.sheet("SP", "decisions")
    at_court = {row["report_no"] for row in desk.rows("KJC", "cases").values()}

    def elsewhere(row: _Row) -> bool:
        return row["report_no"] not in at_court

    page.plant("PRO-03", "reason", None, lambda row: row["decision"] == "DISMISS")
    orphan = page.pick(elsewhere)
    page.put(orphan, report_no=f"{page.rows[orphan]['report_no']}X")
    page.blame("PRO-01", orphan, "report_no")
    received = {row["report_no"]: row["received_date"] for row in desk.rows("SP", "reports").values()}
    early = page.pick()
    page.put(early, decision_date=received[page.rows[early]["report_no"]] - 3 * _DAY)
    page.blame("PRO-02", early, "decision_date")
    kept = page.pick(lambda row: row["downgraded"] == "NO" and str(row["offence_at_decision"]).startswith("THB"))
    page.put(kept, downgraded="YES", downgraded_to="PROST_FACIL")
    page.blame("PRO-04", kept, "downgraded")
    reports = desk.sheet("SP", "reports")
    reports.plant("PRO-06", "carried_over", "YES", lambda row: row["carried_over"] == "NO")
    stock = desk.sheet("SP", "stock")
    office = stock.pick()
    stock.put(office, pending_end=stock.rows[office]["pending_end"] + 1)
    stock.blame("PRO-05", office, "pending_end")


def _seizures(desk: Desk, year: int) -> None:
    page = desk.sheet("SP", "assets")
    report_no = next(iter(desk.rows("SP", "reports").values()))["report_no"]
    order = {"report_no": report_no, "value_eur": 1500.0, "financial_investigation": "YES"}
    frozen = page.append(**{**order, "financial_investigation": "NO"}, order_type="FREEZE", asset_type="PHONE_IT",
                         order_date=date(year, 5, 6))  # fmt: skip
    page.blame("PRO-09", frozen, "financial_investigation")
    final = page.append(**order, order_type="CONFISCATE_FINAL", asset_type="REAL_ESTATE", order_date=date(year, 9, 9))
    page.blame("CRT-14", final, "order_type")


# --------------------------------------------------------------------------- courts


def _judgments(desk: Desk) -> None:
    page = desk.sheet("KJC", "judgments")
    appeal = page.pick(lambda row: row["instance"] == "APPEAL" and row["supersedes"] is None)
    tried = page.rows[appeal]
    first = page.pick(lambda row: row["instance"] == "FIRST" and _same(row, tried))
    page.put(appeal, judgment_date=page.rows[first]["judgment_date"] - 9 * _DAY)
    page.blame("CRT-06", appeal, "judgment_date")
    final = page.pick(lambda row: row["final"] == "YES")
    page.put(final, final_date=page.rows[final]["judgment_date"] - _DAY)
    page.blame("CRT-07", final, "final_date")
    page.plant("CRT-02", "offence_judgment", None, lambda row: row["outcome"] == "GUILTY")
    later = page.pick(lambda row: row["outcome"] == "ACQUITTED")
    page.put(later, offence_date=page.rows[later]["judgment_date"] + 10 * _DAY)
    page.blame("CRT-11", later, "offence_date")
    desk.expect("META-06", "KJC", "judgments", cell=desk.add_column("KJC", "judgments", "shënime të gjykatësit"))


def _same(row: _Row, other: _Row) -> bool:
    return bool(
        row["court_case_no"] == other["court_case_no"] and row["local_defendant_id"] == other["local_defendant_id"]
    )


def _sanctions(desk: Desk) -> None:
    page = desk.sheet("KJC", "sanctions")
    judged = {
        (row["court_case_no"], row["local_defendant_id"], row["instance"]): row
        for row in desk.rows("KJC", "judgments").values()
    }

    def basic(row: _Row) -> bool:
        judgment = judged[row["court_case_no"], row["local_defendant_id"], row["instance"]]
        return bool(judgment["principal_offence"] == "THB" and judgment["outcome"] == "GUILTY")

    page.plant("CRT-03", "length_months", 200, basic)
    page.plant("CRT-04", "length_months", 14, basic)
    page.plant("CRT-05", "sanction", "SUSPENDED", basic)
    page.plant("REQ-01", "fine_eur", None, lambda row: row["fine_eur"] is not None)
    strange = page.append(court_case_no="PKR-X-999", local_defendant_id="A-9999", instance="FIRST", sanction="IMPRISON",
                          length_months=24)  # fmt: skip
    page.blame("CRT-01", strange, "court_case_no")


def _stock_and_compensation(desk: Desk, year: int) -> None:
    stock = desk.sheet("KJC", "stock")
    court = stock.pick()
    stock.put(court, pending_end=stock.rows[court]["pending_end"] + 2)
    stock.blame("CRT-10", court, "pending_end")
    page = desk.sheet("KJC", "compensation")
    case_no = next(iter(desk.rows("KJC", "cases").values()))["court_case_no"]
    awarded = page.append(
        court_case_no=case_no, local_person_id="X/1", first_name="Blerina", last_name="Kryeziu", claim_eur=1000.0,
        decision="AWARD_FULL", awarded_eur=1500.0, decision_date=date(year, 8, 4),
    )  # fmt: skip
    page.blame("CRT-12", awarded, "awarded_eur")
