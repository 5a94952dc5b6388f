from datetime import date

import numpy as np
import pytest
from tests.agent.people import flat, person

from sennight.agent.person import OpenPerson
from sennight.agent.profile import Goal, Profile
from sennight.errors import InputError
from sennight.record import Clock


def test_a_person_knows_their_days_and_which_are_valid() -> None:
    hole = np.zeros((3, 1440), dtype=bool)
    hole[1, 500:] = True
    opened = person({"steps": flat(3, 5)}, unseen={"steps": hole})
    assert opened.recorded == (date(2024, 3, 4), date(2024, 3, 6))
    assert opened.worn_minutes.tolist() == [1440, 500, 1440]
    assert opened.valid.tolist() == [True, False, True]


def test_events_are_the_first_day_device_changes_and_goals() -> None:
    goal = Goal(metric="steps", target=8_000.0, unit="steps", since=date(2024, 3, 5))
    opened = person({"steps": flat(3, 5)}, devices=["A", "A", "B"], profile=Profile(goals=(goal,)))
    assert opened.events == {
        "first_day": date(2024, 3, 4), "device_change": date(2024, 3, 6), "goal_steps": date(2024, 3, 5),
    }  # fmt: skip


def test_the_zone_is_said_in_words() -> None:
    assert person({"steps": flat(1, 5)}, offset_min=-210).zone == "UTC-03:30"


def test_nobody_is_opened_without_a_day() -> None:
    with pytest.raises(InputError, match="nothing was recorded"):
        OpenPerson(
            id="p", today=date(2024, 1, 1), clock=Clock.LOCAL, ordinal=np.zeros(0, dtype=np.int64), minutes={},
            offset_min=np.zeros((0, 2), dtype=np.int16), device=(), segments=(),
        )  # fmt: skip
