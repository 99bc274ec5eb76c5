"""What courts and prosecution say of cases, sentences, confiscations and compensation must agree."""

from collections.abc import Callable
from datetime import date
from typing import Any

from test_validation_across import agency, of, sheet

from atstats.frames import Checked, RawWorkbook

Check = Callable[..., Checked]


def judgment(defendant: str, **changes: Any) -> dict[str, Any]:
    """A conviction for trafficking in first instance."""
    base = {
        "court_case_no": "C1", "local_defendant_id": defendant, "instance": "FIRST", "outcome": "GUILTY",
        "principal_offence": "THB", "offence_judgment": "THB", "offence_date": date(2023, 6, 1),
        "punishment_remitted": None, "final": "NO", "judgment_date": date(2025, 1, 10),
    }  # fmt: skip
    return {**base, **changes}


def sanction(defendant: str, **changes: Any) -> dict[str, Any]:
    """Five years of prison for the same."""
    base = {
        "court_case_no": "C1", "local_defendant_id": defendant, "instance": "FIRST", "sanction": "IMPRISON",
        "length_months": 60, "mitigating": None,
    }  # fmt: skip
    return {**base, **changes}


def cells(checked: Checked, rule: str) -> list[tuple[Any, ...]]:
    """Sheet, cell, detail and note of the findings of a rule."""
    return [row[1:5] for row in of(checked, rule)]


def test_a_judgment_belongs_to_a_case(checked: Check) -> None:
    """The case must be among those the court sent; without the sheet cases nothing is said."""
    judgments = sheet("judgments", judgment("A"), judgment("B", court_case_no="C2"))
    got = checked(agency("KJC", judgments, sheet("cases", {"court_case_no": "C1"})))
    assert cells(got, "CRT-01") == [("judgments", "A4", "case", "")]
    assert cells(checked(agency("KJC", judgments)), "CRT-01") == []


def test_a_conviction_is_punished_or_remitted_and_an_acquittal_neither(checked: Check) -> None:
    """A missing sanction and a superfluous one are told at the outcome of the judgment."""
    judgments = sheet(
        "judgments",
        judgment("A"),
        judgment("B", punishment_remitted="YES"),
        judgment("C", outcome="ACQUITTED"),
        judgment("D"),
    )
    got = checked(agency("KJC", judgments, sheet("sanctions", sanction("A"), sanction("C"))))
    assert cells(got, "CRT-02") == [("judgments", "D5", "acquitted", ""), ("judgments", "D6", "sanction", "")]


def test_a_sentence_above_the_maximum_is_asked_about(checked: Check) -> None:
    """Only of the basic form, whose range is known; the note gives the maximum of the article in force."""
    judgments = sheet("judgments", judgment("A"), judgment("B", principal_offence="THB_ORG"), judgment("C"))
    sanctions = sheet(
        "sanctions", *(sanction(each, length_months=n) for each, n in zip("ABC", (150, 150, 144), strict=True))
    )
    assert cells(checked(agency("KJC", judgments, sanctions)), "CRT-03") == [("sanctions", "E3", "maximum", "144")]


def test_a_conviction_that_was_set_aside_is_not_final(checked: Check) -> None:
    """A later decision of the same defendant undoes it; an earlier one and another defendant's do not."""
    judgments = sheet(
        "judgments",
        judgment("A", final="YES"),
        judgment("A", instance="APPEAL", outcome="SET_ASIDE", judgment_date=date(2025, 5, 1)),
        judgment("B", final="YES", judgment_date=date(2025, 8, 1)),
        judgment("B", instance="APPEAL", outcome="SET_ASIDE", judgment_date=date(2025, 5, 1)),
        judgment("D", final="YES"),
    )
    assert cells(checked(agency("KJC", judgments)), "CRT-08") == [("judgments", "I3", "", "")]


def prosecution(*decisions: tuple[str, date]) -> RawWorkbook:
    """Indictments with their number and date."""
    rows = [
        {"report_no": f"R{number}", "decision": "INDICT", "decision_date": day, "indictment_no": number}
        for number, day in decisions
    ]
    return agency("SP", sheet("decisions", *rows))


def court(*cases: tuple[str, date]) -> RawWorkbook:
    """Cases with the number of their indictment and the date of filing."""
    return agency("KJC", sheet("cases", *({"indictment_no": number, "filed_date": day} for number, day in cases)))


def test_an_indictment_is_looked_for_after_sixty_days(checked: Check) -> None:
    """An indictment of November may reach the court in the next year; a case of January may come from the last."""
    sent = prosecution(("1", date(2025, 11, 1)), ("2", date(2025, 11, 2)), ("3", date(2025, 11, 2)))
    received = court(("8", date(2025, 3, 1)), ("9", date(2025, 3, 2)), ("3", date(2025, 11, 20)))
    assert of(checked(sent, received), "CRT-09") == [
        ("KJC_2025.xlsx", "cases", "A4", "", "SP", "warning", []),
        ("SP_2025.xlsx", "decisions", "D3", "", "KJC", "warning", ["A3"]),
    ]
    assert of(checked(sent), "CRT-09") == []


def test_an_article_must_have_been_in_force_at_the_offence(checked: Check) -> None:
    """The note names the article that was; what the list of the law lacks is not asked about."""
    cases = sheet(
        "cases",
        {"article": "neni 171, par. 2", "offence_date": date(2019, 4, 13)},
        {"article": "neni 171, par. 2", "offence_date": date(2019, 4, 14)},
        {"article": "Art. 165; 140", "offence_date": date(2023, 1, 1)},
        {"article": "9999", "offence_date": date(2023, 1, 1)},
        {"article": "165", "offence_date": None},
    )
    assert cells(checked(agency("KJC", cases)), "CRT-11") == [
        ("cases", "A4", "article", "165"),
        ("cases", "A5", "article", "166"),
    ]


def test_persons_reported_and_received_are_compared(checked: Check) -> None:
    """Each person once; the whole sheet is named, and both numbers are told to both."""

    def police(n: int) -> RawWorkbook:
        row = {"offence_suspected": "THB", "report_filed_date": date(2025, 5, 1)}
        return agency("KP_THB", sheet("suspects", *({**row, "local_suspect_id": str(i % n)} for i in range(2 * n))))

    def received(n: int) -> RawWorkbook:
        row = {"offence": "THB", "received_date": date(2025, 5, 1), "source": "POLICE"}
        return agency("SP", sheet("reports", *({**row, "local_suspect_id": str(i)} for i in range(n))))

    assert of(checked(police(40), received(37)), "PRO-08") == []
    assert of(checked(police(40), received(36)), "PRO-08") == [
        ("KP_THB_2025.xlsx", "suspects", "", "", "40/36", "warning", []),
        ("SP_2025.xlsx", "reports", "", "", "40/36", "warning", []),
    ]
    assert len(of(checked(police(10), received(9)), "PRO-08")) == 0
    assert len(of(checked(police(10), received(8)), "PRO-08")) == 2


def test_one_damage_is_not_compensated_by_two(checked: Check) -> None:
    """Each body learns of the other, with its own cell."""
    award = {"local_person_id": "X", "personal_no": "1204987731", "decision": "AWARD_FULL", "awarded_eur": 3000}
    assisted = sheet("assisted", {"local_person_id": "A", "personal_no": "1204987731"})
    granted = sheet(
        "compensation_applications", {"local_person_id": "A", "decision": "AWARD_PART", "awarded_eur": 1000}
    )
    got = checked(agency("KJC", sheet("compensation", award)), agency("VAAO", assisted, granted))
    assert of(got, "CRT-13") == [
        ("KJC_2025.xlsx", "compensation", "D3", "", "VAAO", "warning", ["B3"]),
        ("VAAO_2025.xlsx", "compensation_applications", "C3", "", "KJC", "warning", ["A3"]),
    ]


def test_a_final_confiscation_follows_an_order_for_the_same_kind_of_asset(checked: Check) -> None:
    """Of the same report, and on an earlier day."""
    orders = [
        ("R1", "FREEZE", date(2025, 2, 1), "CASH"),
        ("R1", "CONFISCATE_FINAL", date(2025, 9, 1), "CASH"),
        ("R1", "CONFISCATE_FINAL", date(2025, 9, 1), "VEHICLE"),
        ("R2", "CONFISCATE_FINAL", date(2025, 9, 1), "CASH"),
    ]
    keys = ("report_no", "order_type", "order_date", "asset_type")
    assets = sheet("assets", *(dict(zip(keys, order, strict=True)) for order in orders))
    assert cells(checked(agency("SP", assets)), "CRT-14") == [("assets", "B5", "", ""), ("assets", "B6", "", "")]
