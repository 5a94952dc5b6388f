from datetime import date

import numpy as np
import pytest
from tests.agent.people import flat, person

from sennight.agent.goals import adherence, goals_answer, parse_goal
from sennight.agent.profile import Goal, Profile
from sennight.agent.window import ALL
from sennight.errors import InputError

# Two weeks from Monday: five good days in the first, two in the second, one day hardly worn.
GOOD = [1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0]
STEPS = np.concatenate([flat(1, 6 if good else 2) for good in GOOD])
HOLE = np.zeros((14, 1440), dtype=bool)
HOLE[13, 100:] = True


def test_days_and_weeks_that_met_the_goal_are_counted_and_a_day_not_worn_is_no_miss() -> None:
    opened = person({"steps": STEPS}, unseen={"steps": HOLE})
    found = adherence(opened, Goal(metric="steps", target=8_000.0, unit="steps", days_a_week=5), ALL)
    assert (found.met.value, found.met.valid_days) == (7, 13)
    assert (found.weeks_met, found.weeks) == (1, 2)


def test_goals_are_read_from_words() -> None:
    opened = person({"steps": STEPS})
    assert parse_goal(opened, "steps >= 8000", days_a_week=5).sense == "at least"
    assert parse_goal(opened, "steps<=100").sense == "at most"
    for words in ("steps", "steps>8000", "glucose>=5", "x>=1"):
        with pytest.raises(InputError):
            parse_goal(opened, words)


def test_an_answer_tells_all_goals_or_how_to_set_one() -> None:
    none = goals_answer(person({"steps": STEPS}), "", "", ALL)
    assert "sennight goals" in none.text
    goals = (
        Goal(metric="steps", target=8_000.0, unit="steps", since=date(2024, 3, 11)),
        Goal(metric="glucose", target=5.0, unit="mg/dL"),
    )
    told = goals_answer(person({"steps": STEPS}, profile=Profile(goals=goals)), "", "", ALL)
    assert "met on 2 days of 7" in told.text
    assert "I cannot tell" in told.text
