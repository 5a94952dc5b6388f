"""Days by hand: which count, parts of days, states."""

import numpy as np
import pytest
from tests.agent.people import flat, person

from sennight.agent.daily import Daily, Part, daily, state_of
from sennight.agent.metrics import metrics_of
from sennight.agent.person import OpenPerson


def by_day(opened: OpenPerson, name: str, part: Part = Part()) -> Daily:  # noqa: B008
    found = daily(opened, metrics_of(opened)[name], part)
    assert found is not None
    return found


def hidden(days: int, **rows: slice) -> np.ndarray:
    hole = np.zeros((days, 1440), dtype=bool)
    for row, part in rows.items():
        hole[int(row[1:]), part] = True
    return hole


def test_a_day_counts_with_600_seen_minutes_and_missing_is_never_zero() -> None:
    opened = person({"steps": flat(3, 2)}, unseen={"steps": hidden(3, d0=slice(600, None), d1=slice(599, None))})
    series = by_day(opened, "steps")
    assert series.value[0] == 1200
    assert np.isnan(series.value[1])
    assert series.value[2] == 2880
    assert series.counts.tolist() == [True, False, True]


def test_minutes_in_a_state_and_means_use_seen_minutes_alone() -> None:
    steps = flat(1, 0)
    steps[0, 100:130] = 100
    heart = flat(1, 60)
    heart[0, :100] = 240
    opened = person({"steps": steps, "heart_rate": heart}, unseen={"heart_rate": hidden(1, d0=slice(0, 100))})
    assert by_day(opened, "active_minutes").value[0] == 30
    assert by_day(opened, "mean_heart_rate").value[0] == 60
    assert by_day(opened, "max_heart_rate").value[0] == 60


def test_hours_over_midnight_and_their_own_rule_of_enough() -> None:
    part = Part(first=1320, stop=360)
    assert part.minutes.sum() == 480
    opened = person({"steps": flat(2, 1)}, unseen={"steps": hidden(2, d1=slice(0, 281))})
    series = by_day(opened, "steps", part)
    assert series.value[0] == 480
    assert np.isnan(series.value[1])  # 199 of 480 minutes; 200 would count
    assert str(part) == "22:00 to 06:00"


def test_while_walking_takes_minutes_of_60_steps_and_more() -> None:
    steps = flat(2, 0)
    steps[0, 600:620] = 60
    steps[1, 600:609] = 60
    heart = flat(2, 70) + steps / 2
    series = by_day(person({"steps": steps, "heart_rate": heart}), "mean_heart_rate", Part(when="walking"))
    assert series.value[0] == 100
    assert np.isnan(series.value[1])  # nine minutes


def test_a_state_nobody_measured_is_not_guessed() -> None:
    opened = person({"heart_rate": flat(1, 60)})
    assert state_of(opened, "asleep") is None
    assert daily(opened, metrics_of(opened)["mean_heart_rate"], Part(when="asleep")) is None


def test_a_night_has_no_hours() -> None:
    opened = person({"asleep": flat(2, 1)})
    assert daily(opened, metrics_of(opened)["sleep_minutes"], Part(first=0, stop=60)) is None


@pytest.mark.parametrize("name", ["steps", "worn_minutes"])
def test_a_series_is_computed_once(name: str) -> None:
    opened = person({"steps": flat(3, 2)})
    assert by_day(opened, name) is by_day(opened, name)
