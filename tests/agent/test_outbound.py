from datetime import timedelta

import pytest
from tests.agent.walker import walker

from sennight.agent.memory import Memory
from sennight.agent.outbound import HELD_BACK, Outbound, RefusedByPolicy, Veil, allow, describe, is_loopback, plain
from sennight.agent.tools import TOOLS

PERSON, STEPS = walker()
VEIL = Veil(person=PERSON, policy=Outbound.AGGREGATES, memory=Memory())
OPEN = Veil(person=PERSON, policy=Outbound.LOCAL_ONLY, memory=Memory())


@pytest.mark.parametrize(
    ("address", "here"),
    [("", True), ("http://localhost:8000/v1", True), ("http://127.0.0.1:1/", True), ("http://[::1]:1/", True),
     ("http://127.8.9.1/", True), ("https://api.example.com", False), ("http://127.0.0.1.evil.com/", False),
     ("http://localhost@evil.com/", False), ("http://10.0.0.5/", False), ("http://[::ffff:8.8.8.8]/", False),
     ("http://0.0.0.0/", False)],
)  # fmt: skip
def test_only_this_machine_is_loopback(address: str, here: bool) -> None:
    assert is_loopback(address) is here


def test_the_policy_decides_before_anything_is_sent() -> None:
    allow(Outbound.LOCAL_ONLY, "http://127.0.0.1:8080", consent=False)
    allow(Outbound.AGGREGATES, "https://m.example", consent=False)
    allow(Outbound.FULL, "https://m.example", consent=True)
    with pytest.raises(RefusedByPolicy, match="local-only"):
        allow(Outbound.LOCAL_ONLY, "https://m.example", consent=True)
    with pytest.raises(RefusedByPolicy, match="consent"):
        allow(Outbound.FULL, "https://m.example", consent=False)


def test_dates_become_offsets_and_come_back() -> None:
    day = PERSON.today - timedelta(days=12)
    for written in (f"{day}", f"{day:%d %B %Y}", f"{day:%B %d, %Y}", f"{day.day} {day:%b}"):
        assert VEIL.text(f"steps on {written}") == "steps on day-12", written
    assert VEIL.reveal({"window": "day-12..day-0", "n": 3, "l": ["day-1"]}) == {
        "window": f"{day}..{PERSON.today}", "n": 3, "l": [str(PERSON.today - timedelta(days=1))],
    }  # fmt: skip


def test_days_to_come_and_days_that_are_none() -> None:
    assert VEIL.text(f"{PERSON.today + timedelta(days=3)}") == "day+3"
    assert VEIL.reveal("day+3") == str(PERSON.today + timedelta(days=3))
    assert VEIL.text("2024-13-40") == "[date]"
    assert VEIL.reveal("day-99999").startswith(("day", "1"))


def test_a_month_becomes_a_period_and_a_word_may_stays() -> None:
    assert VEIL.text("steps in March 2024") == "steps in day-30..day-0" or "day-" in VEIL.text("steps in March 2024")
    assert "March" not in VEIL.text("How was it in March?")
    assert VEIL.text("I may march") == "I may march"


def test_names_of_devices_and_the_person_are_hidden() -> None:
    assert VEIL.text("Is my Nimbus x2 right?") == "Is my [name] right?"
    assert OPEN.text("Is my Nimbus X2 right?") == "Is my Nimbus X2 right?"


def test_a_single_days_value_is_held_back_and_a_weeks_is_told() -> None:
    one = TOOLS["metric"].call(PERSON, {"metric": "steps", "window": "today"}).evidence[:1]
    week = TOOLS["metric"].call(PERSON, {"metric": "steps", "window": "last_7_days"}).evidence[:1]
    assert VEIL.evidence(one)["E1"]["value"] == HELD_BACK
    assert VEIL.evidence(week)["E1"]["value"] == pytest.approx(sum(STEPS[-7:]) / 7)
    assert VEIL.evidence(week)["E1"]["period"] == "day-6..day-0"
    assert OPEN.evidence(one)["E1"]["value"] == STEPS[-1]


def test_text_of_data_is_printable_short_and_on_one_line() -> None:
    assert plain("a\n\x1b[2Jb\u202e") == "a [2Jb"
    assert len(plain("x" * 999)) == 256


def test_a_policy_says_in_words_what_leaves() -> None:
    assert describe(Outbound.AGGREGATES, "https://m.example/v1")["to"] == "m.example"
    assert describe(Outbound.LOCAL_ONLY, "http://127.0.0.1")["to"] == "this machine"
