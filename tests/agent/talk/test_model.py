from sennight.agent.attacks.scripted import Scripted
from sennight.agent.talk.model import Ask, Model


def test_a_script_is_a_model() -> None:
    model: Model = Scripted(replies=["a"])
    assert model.reply(Ask(role="planner", system="s", user="u", schema={})) == "a"
    assert model.address == ""
