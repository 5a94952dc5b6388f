from tests.agent.people import flat, person

from sennight.agent.evidence import Origin
from sennight.agent.profile import Goal, Profile, Sex
from sennight.agent.tools import TOOLS, Declined, Found, Reason


def test_what_was_entered_is_told_as_stated() -> None:
    entered = Profile(
        born=1980, sex=Sex.MALE, conditions=("asthma",), goals=(Goal(metric="steps", target=8e3, unit="steps"),)
    )
    reply = TOOLS["profile"].call(person({"steps": flat(1, 1)}, profile=entered), {})
    assert isinstance(reply, Found)
    assert [(e.metric, e.shown) for e in reply.evidence] == [
        ("age", "44 years"), ("sex", "male"), ("condition", "asthma"), ("steps", "8,000 steps"),
    ]  # fmt: skip
    assert {e.origin for e in reply.evidence} == {Origin.STATED}


def test_an_empty_profile_is_not_filled_by_guesses() -> None:
    reply = TOOLS["profile"].call(person({"steps": flat(1, 1)}), {})
    assert isinstance(reply, Declined)
    assert reply.reason is Reason.NOT_IN_PROFILE
