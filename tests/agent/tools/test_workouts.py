from datetime import date

import numpy as np
from tests.agent.people import flat, person

from sennight.agent.person import Workout
from sennight.agent.tools import TOOLS, Found


def test_brisk_stretches_are_found_and_short_ones_are_not() -> None:
    steps = flat(2, 0)
    steps[0, 600:620] = 110
    steps[0, 608:610] = 0  # a pause of two minutes
    steps[0, 700:709] = 110  # nine minutes
    steps[1, 600:630] = 160
    reply = TOOLS["workouts"].call(person({"steps": steps}), {"sort": "longest"})
    assert isinstance(reply, Found)
    count, total, longest, second = reply.evidence
    assert (count.value, total.value) == (2, 50)
    assert longest.about == "running, 2024-03-05 10:00"
    assert (second.about, second.value) == ("walking, 2024-03-04 10:00", 20)


def test_listed_workouts_come_before_found_ones() -> None:
    opened = person({"steps": flat(2, 120)})
    run = Workout(day=date(2024, 3, 5), start_min=420, minutes=31.0, kind="Run", distance_m=5_000.0)
    object.__setattr__(opened, "workouts", (run,))
    reply = TOOLS["workouts"].call(opened, {"kind": "run"})
    assert isinstance(reply, Found)
    assert [e.shown for e in reply.evidence][:3] == ["1", "31 min", "5.00 km"]
    none = TOOLS["workouts"].call(opened, {"kind": "swim"})
    assert isinstance(none, Found)
    assert none.evidence[0].value == 0


def test_a_whole_day_of_walking_is_one_stretch() -> None:
    reply = TOOLS["workouts"].call(person({"steps": np.full((1, 1440), 120.0)}), {})
    assert isinstance(reply, Found)
    assert reply.evidence[1].value == 1440
