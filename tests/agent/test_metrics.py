from datetime import date

import numpy as np
from tests.agent.people import flat, person

from sennight.agent.metrics import METRICS, FromFact, FromMinutes, FromNight, metrics_of, source_of
from sennight.agent.person import DayFacts


def test_names_are_unique() -> None:
    names = [m.name for m in METRICS]
    assert len(names) == len(set(names))


def test_minutes_come_before_what_the_maker_says() -> None:
    fact = DayFacts(name="day_steps", unit="steps", source="a.csv", ordinal=np.array([1]), values=np.array([5.0]))
    measured = person({"steps": flat(2, 1)})
    told = person({"heart_rate": flat(2, 60)})
    object.__setattr__(told, "facts", {"day_steps": fact})
    steps = next(m for m in METRICS if m.name == "steps")
    assert isinstance(source_of(measured, steps), FromMinutes)
    assert source_of(told, steps) == FromFact(name="day_steps")


def test_stages_alone_tell_of_sleep_but_not_of_other_stages() -> None:
    staged = person({"sleep_deep": flat(2, 1)})
    mine = metrics_of(staged)
    assert "sleep_minutes" in mine
    assert "sleep_deep" in mine
    assert "sleep_rem" not in mine
    assert isinstance(source_of(staged, mine["sleep_deep"]), FromNight)


def test_a_channel_without_a_name_of_its_own_can_still_be_asked_for() -> None:
    mine = metrics_of(person({"hip_counts": flat(2, 1), "pnn20": flat(2, 0.5)}))
    assert mine["pnn20"].unit == "share"
    assert mine["hip_counts"].adds_up
    assert "on_body" not in mine


def test_a_dated_fact_can_be_asked_for_by_its_name() -> None:
    opened = person({"steps": flat(1, 1)})
    fact = DayFacts(
        name="day_score",
        unit="points",
        source="a.csv",
        ordinal=np.array([date(2024, 1, 1).toordinal()]),
        values=np.array([5.0]),
    )
    object.__setattr__(opened, "facts", {"day_score": fact})
    assert metrics_of(opened)["day_score"].unit == "points"
