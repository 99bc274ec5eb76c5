"""What a finding says: whole sentences in every language, with addresses and never with values."""

import re
from dataclasses import replace

import pytest

from atstats.errors import ConfigurationError
from atstats.frames import Finding
from atstats.schema import Schema, render_finding
from atstats.validation.fields import _RULES as READER_RULES
from atstats.validation.folding import fold, folded_names, nearest

FINDING = Finding(
    "KP_THB_2025.xlsx", "victims", "N14", 14, "formal_id_date", "VIC-02", "error", "", "", ["K14"], "0" * 16, False
)


def test_a_message_says_what_is_wrong_and_a_hint_what_to_do(schema: Schema) -> None:
    """The cells are named in the hint; Cyrillic is derived, addresses and codes stay."""
    message, hint = render_finding(FINDING, schema=schema, language="en")
    assert message == "First contact, first status, formal identification and present status are not in this order."
    assert hint == "Correct one of N14, K14."
    assert render_finding(FINDING, schema=schema, language="sr-cyrl")[1] == "Исправите једну од N14, K14."


def test_a_detail_chooses_the_sentence_and_the_note_fills_it(schema: Schema) -> None:
    """A note of two parts fills two places; without a cell the sheet or the file is named."""
    day = FINDING._replace(rule="TYPE-01", detail="impossible_day", note="31/02", others=[])
    assert render_finding(day, schema=schema, language="en")[0] == "Day 31 does not exist in month 02."
    near = FINDING._replace(rule="META-07", detail="column", note="case_no", cell="", others=[])
    assert render_finding(near, schema=schema, language="en") == (
        "The required column case_no is missing.",
        "Add the column case_no to the header of victims.",
    )
    assert "KP_THB_2025.xlsx" in render_finding(near._replace(sheet=""), schema=schema, language="en")[1]


def test_a_rule_that_is_gone_is_a_fault_of_the_schema(schema: Schema) -> None:
    """Exit 11, not a bug."""
    with pytest.raises(ConfigurationError, match="names the rule VIC-02"):
        render_finding(FINDING, schema=replace(schema, rules={}), language="en")


def test_every_sentence_has_the_same_places_in_all_languages(schema: Schema) -> None:
    """A placeholder lost in translation would leave a hole; every sentence ends with its full stop."""
    known = {"{note}", "{first}", "{second}", "{cells}", "{column}"}
    for rule in schema.rules.values():
        for labels in (rule.statement, rule.hint, *rule.says.values(), *rule.hints.values()):
            places = [set(re.findall(r"\{[^}]*\}", text)) for text in labels.all()]
            assert places[0] == places[1] == places[2] <= known, (rule.id, labels.en)
            assert all(text.endswith(".") for text in labels.all()), (rule.id, labels.en)


def test_every_detail_of_the_reader_has_its_sentence(schema: Schema) -> None:
    """No description of a cell falls back on the general statement of its rule."""
    for detail, (rule, _) in READER_RULES.items():
        assert detail in schema.rules[rule].says, (rule, detail)


def test_names_are_known_whatever_their_case_accents_and_script() -> None:
    """Albanian, Serbian Latin and Cyrillic, machine keys and labels fold to one."""
    assert {fold(each) for each in ("Đakovica", "Djakovica", "ĐAKOVICA", "Ђаковица", " dakovica ")} == {"dakovica"}
    assert fold("Femër") == "femer"
    assert fold("case_no") == fold("Case no.") == "case no"


def test_a_name_of_two_things_is_ambiguous_and_a_key_never_is() -> None:
    """What stands for two codes stands for none; a key always stands for itself."""
    known, ambiguous = folded_names({"A": ["shared", "one"], "B": ["Shared"], "one": []})
    assert known == {"a": "A", "b": "B", "one": "one"}
    assert ambiguous == {"shared"}


def test_only_what_is_near_is_suggested() -> None:
    """A slip of a letter is near, another word is not."""
    known = {"femer": "F", "mashkull": "M"}
    assert nearest("femr", known) == "F"
    assert nearest("Машкуl", known) == "M"
    assert nearest("unknown", known) == ""
