"""Faults in the sheet of victims of the police, each in a row of its own."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from atstats.simulation.desk import Desk

__all__ = ["plant_in_victims"]

_Row = Mapping[str, Any]
_DAY = timedelta(days=1)


def plant_in_victims(desk: Desk, *, year: int) -> None:
    """Plant the faults; those that need a special row come first."""
    _special_rows(desk)
    _numbers(desk)
    _dates(desk)
    _details(desk, year)
    _gaps(desk)
    _cells(desk, year)


def _special_rows(desk: Desk) -> None:
    page = desk.sheet("KP_THB", "victims")
    first = page.pick(lambda row: row["first_name"] == "Rinesa" and row["last_name"] == "Gashi")
    second = page.pick(lambda row: row["case_no"] == page.rows[first]["case_no"])
    page.put(second, local_person_id=page.rows[first]["local_person_id"])
    page.blame("ID-01", second, "local_person_id")
    # K22: the police know the number of a person who is a victim here and a suspect there
    both = page.pick(lambda row: row["first_name"] == "Valdete" and row["last_name"] == "Zhegrova")
    suspects = desk.sheet("KP_THB", "suspects")
    again = suspects.pick(lambda row: row["first_name"] == "Valdete" and row["last_name"] == "Zhegrova")
    for sheet, row in ((page, both), (suspects, again)):
        sheet.put(row, personal_no="1182260499")
        sheet.blame("CASE-07b", row, "personal_no")
    page.plant("VIC-08", "reflection_days", 120, lambda row: row["episode_no"] == 2)
    labour = page.pick(lambda row: row["purpose_main"] in ("LAB", "DOM") and row["labour_sector"] is not None)
    page.put(labour, purpose_main="SLAV")
    page.blame("VIC-10", labour, "purpose_main")
    page.plant("VIC-13", "sex_form", "PRIVATE", lambda row: row["purpose_main"] not in ("SEX", "SLAV"))
    page.plant("VIC-03", "status_reason", None, lambda row: row["status_current"] == "REJECTED_BY_PERSON")
    nobody = page.pick(lambda row: row["personal_no"] is None and row["alias"] is None)
    page.put(nobody, last_name=None, first_name=None)
    page.blame("ID-06", nobody, "first_name")
    page.plant(
        "VIC-07b", "referred_to", "PVPT", lambda row: row["risk_level"] == "HIGH" and row["referred_to"] == "ISF"
    )


def _numbers(desk: Desk) -> None:
    page = desk.sheet("KP_THB", "victims")
    # ID-04: the number says that she was born in the seventies
    foreigner = page.pick(lambda row: row["legal_stay"] is not None and row["birth_date"] is not None)
    page.put(foreigner, citizenship_1="AL", sex="F", personal_no="H75512041K")
    page.blame("ID-04", foreigner, "personal_no")
    page.plant("ID-02", "personal_no", "11783A0526", _numbered)
    page.plant("ID-03", "personal_no", "1234567890", _numbered)
    page.plant("ID-07", "last_name", "Krasniqi 2")
    # ID-15: one document, two persons
    for _ in range(2):
        row = page.pick(lambda row: row["id_doc_no"] is None and row["citizenship_1"] == "XK")
        page.put(row, id_doc_type="PASSPORT", id_doc_country="XK", id_doc_no="P0417205")
    page.blame("ID-15", row, "id_doc_no")
    # ID-10: 1 July, marked as exact
    unnumbered = page.pick(lambda row: row["personal_no"] is None and _born_after(row, 2) and _child(row))
    page.put(unnumbered, birth_date=page.rows[unnumbered]["birth_date"].replace(month=7, day=1))
    page.blame("ID-10", unnumbered, "birth_date")
    page.plant("ID-13", "stateless", "YES", _citizen)
    aged = page.pick(_child)
    page.put(aged, age_basis="DECLARED")
    page.put(aged, age_at_registration=41)
    page.blame("ID-11", aged, "age_at_registration")
    undated = page.pick(lambda row: row["birth_date"] is not None and not _child(row))
    page.put(undated, birth_date_precision="UNK", age_basis="DECLARED")
    page.put(undated, age_at_registration=_age(page.rows[undated]))
    page.blame("ID-09", undated, "birth_date")


def _dates(desk: Desk) -> None:
    page = desk.sheet("KP_THB", "victims")
    presumed = page.pick(lambda row: row["status_current"] == "PVOT")
    page.put(presumed, formal_id_date=page.rows[presumed]["status_current_date"])
    page.blame("VIC-01", presumed, "formal_id_date")
    early = page.pick(lambda row: _formal(row) and row["first_contact_date"].month > 1 and _of_year(row))
    page.put(early, formal_id_date=page.rows[early]["first_contact_date"] - 5 * _DAY)
    page.blame("VIC-02", early, "formal_id_date")
    waiting = page.pick(
        lambda row: _formal(row) and row["formal_id_date"].month > 6 and _of_year(row) and not _child(row)
    )
    contact = page.rows[waiting]["formal_id_date"] - 100 * _DAY
    page.put(waiting, first_contact_date=contact, status_initial_date=contact)
    page.blame("VIC-04", waiting, "formal_id_date")
    over = page.pick(lambda row: _formal(row) and _of_year(row))
    page.put(over, carried_over="YES")
    page.blame("VIC-25", over, "carried_over")
    backwards = page.pick(lambda row: _of_year(row) and row["purpose_main"] == "SEX" and not _child(row))
    page.put(backwards, exploitation_start=page.rows[backwards]["exploitation_end"] + 10 * _DAY)
    page.blame("VIC-15", backwards, "exploitation_end")
    infant = page.pick(lambda row: row["purpose_main"] == "SEX" and _child(row) and row["birth_date"] is not None)
    page.put(infant, exploitation_start=page.rows[infant]["birth_date"] + 400 * _DAY, duration_months=None)
    page.blame("VIC-16", infant, "exploitation_start")


def _details(desk: Desk, year: int) -> None:
    page = desk.sheet("KP_THB", "victims")
    intended = page.pick(lambda row: row["exploited"] == "YES")
    page.put(intended, exploited="NO", exploitation_end=None, place_type=None, municipality_exploitation=None)
    page.blame("VIC-14", intended, "duration_months")
    page.plant("VIC-17", "country_exploitation", "AL", lambda row: row["scope"] == "INTERNAL")
    page.plant(
        "VIC-18", "scope", "CROSSBORDER_IN", lambda row: row["scope"] == "INTERNAL" and row["citizenship_2"] is None
    )
    page.plant("VIC-19", "recruiter_relation", "PARENT", _grown_then)
    surrogate = page.pick(lambda row: _child(row) and row["purpose_main"] == "BEG")
    page.put(surrogate, purpose_main="SUR", purpose_all="SUR", begging_type=None, means=None)
    page.blame("VIC-12", surrogate, "means")
    page.plant("VIC-20", "control_methods", "NONE;DEBT")
    expecting = page.pick(lambda row: row["sex"] == "M")
    page.put(expecting, pregnant="YES")
    page.blame("VIC-21", expecting, "pregnant")
    page.plant("VIC-22", "legal_stay", "REGULAR", _citizen)
    again = page.pick()
    page.put(again, prev_victim="YES", prev_year=year)
    page.blame("VIC-23", again, "prev_year")
    unexplained = page.pick()
    page.put(unexplained, prev_victim="YES", prev_year=year - 4)
    page.blame("VIC-23", unexplained, "prev_note")


def _gaps(desk: Desk) -> None:
    page = desk.sheet("KP_THB", "victims")
    page.plant("VIC-11", "means", None, lambda row: _formal(row) and not _child(row))
    page.plant("VIC-05", "social_worker_present", None, _child)
    page.plant("VIC-05b", "social_worker_present", "NO", _child)
    page.plant("VIC-06", "advocate_present", "NO", _formal)
    page.plant("VIC-07", "risk_level", None, _formal)
    page.plant("VIC-09", "reflection_offered", "NO", _formal)
    page.plant("REQ-01", "detected_by", None)


def _cells(desk: Desk, year: int) -> None:
    page = desk.sheet("KP_THB", "victims")
    page.plant("TYPE-01", "risk_date", f"31.02.{year}")
    page.plant("META-09", "risk_date", f"14.12.{year}")
    page.plant("TYPE-02", "settlement", "lagjja e re")
    # K31: Mitrovicë is two municipalities
    page.plant("TYPE-02", "residence_municipality", "Mitrovicë", lambda row: row["residence_municipality"] is not None)
    page.plant("RANGE-01", "traffickers_n", 999)
    hidden = page.pick()
    desk.shape("KP_THB", "victims", hidden_rows=(hidden,))
    desk.expect("META-08", "KP_THB", "victims", cell=f"A{hidden}")


def _formal(row: _Row) -> bool:
    return bool(row["status_current"] == "VOT")


def _of_year(row: _Row) -> bool:
    return bool(row["carried_over"] == "NO" and row["first_contact_date"].year == row["status_current_date"].year)


def _child(row: _Row) -> bool:
    return bool(row["social_worker_present"] == "YES")


def _citizen(row: _Row) -> bool:
    return bool(row["citizenship_1"] == "XK" and row["citizenship_2"] is None)


def _numbered(row: _Row) -> bool:
    return bool(row["personal_no"] is not None and row["citizenship_1"] == "XK")


def _born_after(row: _Row, day: int) -> bool:
    """Whether the day of birth can be moved to 1 July without a birthday between the events of the row."""
    born, contact = row["birth_date"], row["first_contact_date"]
    return born is not None and (born.month < 7) == (contact.month < 7) and born.day >= day


def _age(row: _Row) -> int:
    born, then = row["birth_date"], row["first_contact_date"]
    return int(then.year - born.year - ((then.month, then.day) < (born.month, born.day)))


def _grown_then(row: _Row) -> bool:
    start: date = row["exploitation_start"]
    return row["birth_date"] is not None and (start - row["birth_date"]).days > 19 * 366
