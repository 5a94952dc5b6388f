import numpy as np
from tests.agent.people import person

from sennight.agent.tools import TOOLS, Declined, Found

ASLEEP = np.zeros((3, 1440), dtype=np.float32)
ASLEEP[0, 1410:] = 1  # 23:30 to 06:30
ASLEEP[1, :390] = 1
ASLEEP[1, 100:110] = 0
PERSON = person({"asleep": ASLEEP})


def test_the_last_night_is_told_by_its_waking_date() -> None:
    reply = TOOLS["sleep_night"].call(PERSON, {})
    assert isinstance(reply, Found)
    shown = {e.metric: e.shown for e in reply.evidence}
    assert shown["sleep_minutes"] == "6 h 50 min"
    assert shown["sleep_onset"] == "23:30"
    assert shown["wake_time"] == "06:30"
    assert shown["awake_minutes"] == "10 min"
    assert {e.about for e in reply.evidence} == {"2024-03-05"}


def test_a_night_that_was_not_recorded_names_the_nearest_one() -> None:
    reply = TOOLS["sleep_night"].call(PERSON, {"night": "2024-03-06"})
    assert isinstance(reply, Declined)
    assert "2024-03-05" in reply.todo
