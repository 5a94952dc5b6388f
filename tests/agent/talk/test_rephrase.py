from tests.agent.walker import engine, walker

from sennight.agent.attacks.scripted import draft
from sennight.agent.safety.claims import View
from sennight.agent.talk.rephrase import rephrase_faults
from sennight.agent.verify.draft import Draft

ANSWER = engine(walker()[0], "steps?")


def checks(text: str, kind: str = "fact") -> list[str]:
    found = rephrase_faults(Draft.model_validate_json(draft(text, kind=kind)), ANSWER, View.WELLNESS)
    return [f.said for f in found if f.check == "rewording"]


def test_references_are_kept_and_none_is_added() -> None:
    assert checks("Well done: {E1}.") == []
    assert checks("Well done.") == ["lost {E1}"]
    assert checks("{E1} in {E1.window}.") == ["added {E1.window}"]
    assert checks("{E1}. Take a walk.", kind="advice") == ["holds advice that the answer did not"]
