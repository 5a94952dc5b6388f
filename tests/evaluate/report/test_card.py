"""The card of a made-up result, and its facts through the disk."""

import json

from sennight.evaluate.report.card import CardFacts, model_card, reporting_checklist

FACTS = CardFacts(
    cohort="made up", synthetic=True, command="sennight evaluate x", version="0", store="abc", backbone="b-1",
    pretraining_people=12, overlap_people=0, learned={"name": "x", "steps": 3}, wear={"people": 160},
    software={"python": "3"}, limits=("A limit.",),
)  # fmt: skip


def test_the_card_holds_every_question_and_the_gain_over_age_and_sex(result) -> None:
    card = model_card(FACTS, result, None, None)
    for note in result.plan.tasks:
        assert f"| {note.name.replace('_', ' ')} |" in card
    assert "gain over age + sex" in card
    assert "pretrained on 12 people, 0 of whom it is also judged on" in card
    assert "Calibration: slope between 0.8 and 1.2 in" in card
    assert "recipe: steps 3" in card


def test_facts_survive_the_disk() -> None:
    assert CardFacts.from_json(json.loads(json.dumps(FACTS.to_json()))) == FACTS


def test_the_checklist_is_filled_from_the_run(result) -> None:
    text = reporting_checklist(FACTS, result, None)
    assert "160 people read" in text
    assert "| 14 | Methods | fairness: what was done | **to be written** |" in text
