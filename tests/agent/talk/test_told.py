import json

from tests.agent.walker import engine, walker

from sennight.agent.safety.triage import released
from sennight.agent.talk.told import Mode, Told


def test_an_answer_with_its_making_is_plain_data() -> None:
    told = Told(answer=engine(walker()[0], "steps?"), mode=Mode.NONE, triage=released().judge("steps?"))
    plain = json.loads(json.dumps(told.to_json()))
    assert plain["how"]["mode"] == "none"
    assert plain["how"]["triage"] == {"level": "none", "rules": [], "version": released().version}
    assert plain["text"] == told.answer.text
