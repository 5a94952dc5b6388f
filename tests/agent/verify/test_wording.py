from dataclasses import replace
from datetime import date

import pytest

from sennight.agent.evidence import Call, Direction, Evidence
from sennight.agent.verify import wording
from sennight.agent.verify.draft import BlockKind
from sennight.agent.window import Span

EVIDENCE = Evidence(
    metric="steps", statistic="mean", value=9000.0, unit="steps", method="m", call=Call(tool="metric", arguments={}),
    window=Span(first=date(2024, 3, 4), last=date(2024, 3, 10), asked="last_week"), devices=("Watch A",),
)  # fmt: skip
UP, DOWN, UNCLEAR = (replace(EVIDENCE, direction=d) for d in (Direction.UP, Direction.DOWN, Direction.UNCLEAR))


@pytest.mark.parametrize(
    ("text", "evidence", "fine"),
    [
        ("It rose", (UP,), True), ("It rose", (DOWN,), False), ("It rose", (EVIDENCE,), False), ("It rose", (), False),
        ("It fell", (DOWN,), True), ("It rose", (UP, DOWN), False), ("It rose", (UNCLEAR,), False),
        ("It is better", (UP,), False), ("no clear change, the same", (UNCLEAR,), True),
        ("the same", (EVIDENCE,), False),
        ("It did not rise", (DOWN,), False), ("Es ist gestiegen", (DOWN,), False),
        ("Your highest day", (replace(EVIDENCE, statistic="maximum"),), True), ("Your highest day", (EVIDENCE,), False),
    ],
)  # fmt: skip
def test_a_direction_word_needs_evidence_that_goes_there(text: str, evidence, fine: bool) -> None:
    assert (not wording.directions(text, BlockKind.FACT, evidence)) is fine


def test_advice_may_say_earlier_and_state_nothing() -> None:
    assert not wording.directions("Try to go to bed earlier", BlockKind.ADVICE, ())
    assert wording.directions("You slept less than you should", BlockKind.ADVICE, ())
    assert wording.directions("Your pulse is climbing", BlockKind.ADVICE, ())


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("last week", True),
        ("last month", False),
        ("in March", True),
        ("in April", False),
        ("on Tuesdays", False),
        ("always", False),
    ],
)
def test_a_period_is_that_of_the_evidence(text: str, fine: bool) -> None:
    assert (not wording.windows(text, (EVIDENCE,))) is fine


def test_causes_units_and_markup_are_found() -> None:
    assert wording.causes("because of coffee")
    assert wording.causes("that's why you slept")
    assert not wording.causes("it goes together with coffee")
    assert wording.units("\N{SECTION SIGN} bpm") == ("bpm",)
    assert not wording.units("\N{SECTION SIGN} in")
    for text in ("http://a.b", "![x](y)", "<img", "see evil.com", "a@b.co", "x\u202ey", "{E9", "||"):
        assert wording.markup(text), text
    assert not wording.markup("Plain words, as one says them.")


def test_two_devices_side_by_side_are_noticed() -> None:
    assert wording.mixes_devices((EVIDENCE, replace(EVIDENCE, devices=("Watch B",))))
    assert not wording.mixes_devices((EVIDENCE, EVIDENCE))
