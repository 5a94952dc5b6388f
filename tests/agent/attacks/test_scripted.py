import json

import pytest

from sennight.agent.attacks.scripted import NAME, Scripted, draft, plan
from sennight.agent.talk.model import Ask, ModelError

ASK = Ask(role="planner", system="s", user="u", schema={})


def test_replies_come_in_turn_and_the_last_for_ever() -> None:
    script = Scripted(replies=["a", lambda ask: ask.user, ModelError("gone")])
    assert [script.reply(ASK), script.reply(ASK)] == ["a", "u"]
    for _ in range(2):
        with pytest.raises(ModelError):
            script.reply(ASK)
    assert len(script.asked) == 4


def test_it_says_what_it_is() -> None:
    assert "not a language model" in NAME
    assert json.loads(plan(("metric", {})))["calls"] == [{"tool": "metric", "arguments": {}}]
    assert json.loads(draft("x"))["blocks"][0]["kind"] == "fact"
