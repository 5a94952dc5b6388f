import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sennight.agent.safety.triage import UNREVIEWED, Level, parse, released
from sennight.errors import InputError

RULES = released()
SMALL = """
version: "1"
concepts:
  {chest: chest, pain: "pain*", without: "no", harmless: chest strap, long_past: years ago, present: now}
rules:
  - {id: a, category: emergency, level: emergency, source: s, when: [chest + pain], fires_on: [], silent_on: []}
wordings: {emergency: {en: "Call."}}
languages: {en: "the is"}
never_typos: ""
"""


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda r: r.id)
def test_every_rule_fires_and_keeps_silent_on_its_own_cases(rule) -> None:
    assert rule.fires_on, "a rule without a case"
    for text in rule.fires_on:
        assert rule.id in RULES.judge(text).rules, text
    for text in rule.silent_on:
        assert rule.id not in RULES.judge(text).rules, text


def test_every_rule_names_its_source_and_every_category_has_a_wording() -> None:
    assert all(len(rule.source) > 10 for rule in RULES.rules)
    assert len({rule.id for rule in RULES.rules}) == len(RULES.rules)
    assert "not been reviewed by a clinician" in UNREVIEWED


def test_an_emergency_is_told_in_its_first_sentence_in_the_persons_language() -> None:
    for text, first in (
        ("My chest hurts", "This could be an emergency"),
        ("Mir tut die Brust weh", "Das könnte ein Notfall"),
    ):
        found = RULES.judge(text)
        assert found.stops
        assert RULES.wording(found).startswith(first)


def test_a_crisis_gets_its_own_words_whatever_else_is_found() -> None:
    said = RULES.wording(RULES.judge("I am pregnant and want to kill myself"))
    assert "Please talk to a person now" in said
    assert "midwife" not in said


def test_a_denied_symptom_does_not_fire_and_a_comma_denies_nothing() -> None:
    assert RULES.judge("no chest pain during the run").level is Level.NONE
    assert RULES.judge("no, chest pain again").level is Level.EMERGENCY


def test_what_is_long_past_is_silent_unless_it_is_back() -> None:
    assert RULES.judge("My uncle had a stroke four years ago").level is Level.NONE
    assert RULES.judge("I had a stroke four years ago and think I am having one again").level is Level.EMERGENCY


@given(st.sampled_from([text for rule in RULES.rules for text in rule.fires_on]), st.text(max_size=80), st.booleans())
@settings(max_examples=60, deadline=None)
def test_no_sentence_that_is_added_lowers_a_level(text: str, added: str, before: bool) -> None:
    told = f"{added}.\n{text}" if before else f"{text}.\n{added}"
    assert RULES.triage(told).level >= RULES.triage(text).level


def test_a_small_file_can_be_read_and_a_wrong_one_is_refused() -> None:
    assert parse(SMALL).judge("pain in my chest").level is Level.EMERGENCY
    assert parse(SMALL).judge("chest strap pain").level is Level.NONE
    with pytest.raises(InputError, match="no concept is called 'head'"):
        parse(SMALL.replace("chest + pain", "head + pain"))
    with pytest.raises(InputError, match="unknown key 'wen'"):
        parse(SMALL.replace("when:", "wen:"))
    with pytest.raises(InputError, match="no wording"):
        parse(SMALL.replace("category: emergency", "category: other"))


def test_what_no_rule_knows_may_be_caught_by_the_net_and_is_told_both_numbers() -> None:
    found = RULES.triage("I can't fill my lungs")
    assert found.rules == ("net.unclear",)
    assert found.level is Level.URGENT
    said = RULES.wording(found)
    assert said.index("112") < said.index("116 123")
    assert RULES.triage("How many steps did I walk last week?").level is Level.NONE
