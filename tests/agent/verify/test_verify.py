from dataclasses import replace
from datetime import date

import pytest

from sennight.agent.evidence import Call, Direction, Evidence, Interval, Origin
from sennight.agent.safety.claims import View
from sennight.agent.verify.draft import Block, BlockKind, Draft
from sennight.agent.verify.verify import referred, sentences, verify
from sennight.agent.window import Span

E1 = Evidence(
    metric="steps", statistic="mean", value=9000.0, unit="steps", method="m", call=Call(tool="metric", arguments={}),
    window=Span(first=date(2024, 3, 4), last=date(2024, 3, 10), asked="last_week"), devices=("Watch A",), valid_days=7,
)  # fmt: skip
E2 = replace(E1, statistic="difference", value=800.0, direction=Direction.UP)
E3 = replace(E1, metric="score", value=0.2, unit="share", origin=Origin.PREDICTED, interval=Interval(low=0.1, high=0.4))
E4 = replace(E1, devices=("Watch B",))
ALL = (E1, E2, E3, E4)


def checks(text: str, kind: BlockKind = BlockKind.FACT, view: View = View.WELLNESS) -> set[str]:
    return {f.check for f in verify(Draft(blocks=(Block(kind=kind, text=text),)), ALL, view=view)}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("You walked {E1} a day in {E1.window}, on {E1.valid_days} days that counted.", BlockKind.FACT),
        ("That is {E2} more ({E2.interval}).", BlockKind.COMPARISON),
        ("The estimate is {E3}, somewhere within {E3.interval}.", BlockKind.PREDICTION),
        ("With {E1} behind you, a small walk after lunch could be a nice next step.", BlockKind.ADVICE),
    ],
)
def test_an_honest_block_has_no_fault(text: str, kind: BlockKind) -> None:
    assert not checks(text, kind)


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("You walked 9000.", "numerals"), ("You walked {E9}.", "references"), ("You walked {E1} steps.", "units"),
        ("{E2} fewer.", "direction"), ("{E1} is normal.", "claims"), ("{E1} because of rain.", "causes"),
        ("{E1} last month.", "windows"), ("{E1} see http://x.y", "markup"), ("{E1} against {E4}.", "devices"),
        ("The estimate is {E3}.", "predictions"), ("You walked a lot.", "references"),
        ("{E1} and my chest hurts", "triage"), ("{E1} " + "word " * 50, "length"),
    ],
)  # fmt: skip
def test_each_check_finds_its_fault(text: str, check: str) -> None:
    assert check in checks(text)


def test_a_clinician_view_may_name_a_disease() -> None:
    assert "claims" in checks("The score for hypertension is {E3}.", BlockKind.PREDICTION)
    assert not checks("The score for hypertension is {E3}.", BlockKind.PREDICTION, View.CLINICIAN)


def test_a_direction_of_another_sentence_does_not_count() -> None:
    assert "direction" in checks("The difference is {E2}. You walked more.")


def test_sentences_and_references_are_told_apart() -> None:
    assert sentences("One. Two!\nThree") == ("One.", "Two!", "Three")
    assert referred("{E1} {E1.window} {E3}", ALL) == (E1, E3)


def test_a_fault_says_where_and_what_to_do() -> None:
    fault = verify(Draft(blocks=(Block(kind=BlockKind.FACT, text="9 of {E1}."),)), ALL)[0]
    assert str(fault) == "numerals (block 1): holds 9; write {E1} and code prints the number"
