import json

import pytest
from tests.agent.walker import walker

from sennight.agent.memory import Memory
from sennight.agent.outbound import HELD_BACK, Outbound, RefusedByPolicy
from sennight.stages.previewed import preview

PERSON, STEPS = walker()
THERE = "https://m.example/v1"


def test_the_two_requests_of_a_question_are_shown_as_the_policy_lets_them_leave() -> None:
    shown = preview(PERSON, Memory(), "Steps on my Nimbus X2?", Outbound.AGGREGATES, THERE)
    assert list(shown) == ["planner", "interpreter"]
    text = json.dumps(shown)
    assert "[name]" in text
    assert "Nimbus" not in text
    assert HELD_BACK not in json.dumps(shown["interpreter"]["evidence"]["E1"])


def test_an_emergency_would_send_nothing() -> None:
    assert preview(PERSON, Memory(), "My chest hurts", Outbound.AGGREGATES, THERE) == {}


def test_local_only_lets_nothing_leave() -> None:
    with pytest.raises(RefusedByPolicy):
        preview(PERSON, Memory(), "Steps?", Outbound.LOCAL_ONLY, THERE)
