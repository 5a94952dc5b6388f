import numpy as np
import pytest

from sennight.agent.sentences.day import Level, coarse, sensor_days, stretches, ten_minutes
from sennight.record import PersonDays


def day(ordinal: int, steps: np.ndarray, *, seen: np.ndarray | None = None) -> PersonDays:
    ok = np.ones(1440, dtype=bool) if seen is None else seen
    values = np.where(ok, steps, 0).astype(np.float32)[:, None]
    return PersonDays(
        person="p", first_date=None, ordinal=ordinal, weekday=ordinal % 7, values=values, seen=ok[:, None],
        channels=("steps",),
    )  # fmt: skip


def week() -> list[PersonDays]:
    rng = np.random.default_rng(5)
    days = [rng.poisson(4, 1440).astype(float) for _ in range(7)]
    days[3][480:960] += 20
    return [day(100 + i, d) for i, d in enumerate(days)]


def test_the_unusual_day_deviates_and_the_others_do_not() -> None:
    told = sensor_days(week())
    assert told[3].channels[0].deviation == 9.9
    assert all(abs(t.channels[0].deviation or 0) < 5 for i, t in enumerate(told) if i != 3)
    assert told[3].channels[0].blocks[2:4] == (Level.HIGH, Level.HIGH)


def test_with_few_days_nothing_is_unusual() -> None:
    told = sensor_days(week()[:3])
    assert all(t.channels[0].deviation is None for t in told)


def test_an_unseen_block_is_unseen_and_a_hole_is_an_event() -> None:
    seen = np.ones(1440, dtype=bool)
    seen[:300] = False
    one = sensor_days([day(1, np.full(1440, 3.0), seen=seen)])[0]
    assert one.channels[0].blocks[0] is Level.UNSEEN
    assert [(e.what, e.begin, e.end) for e in one.events] == [("not worn", 0, 300)]


def test_a_walk_is_an_event_with_its_steps() -> None:
    steps = np.zeros(1440)
    steps[601:640] = 100
    steps[620] = 0
    walk = sensor_days([day(1, steps)])[0].events[0]
    assert (walk.what, walk.begin, walk.end, walk.amount) == ("walk", 600, 640, 3800.0)


@pytest.mark.parametrize("value", [8432.4, 0.04671, -13.5, 0.0, 99.6, 1e7])
def test_the_scale_loses_at_most_a_twentieth(value: float) -> None:
    assert abs(coarse(value) - value) <= 0.05 * abs(value)


def test_clock_times_are_ten_minutes_apart_and_stay_in_the_day() -> None:
    assert [ten_minutes(m) for m in (4, 6, 1439, 1440)] == [0, 10, 1440, 1440]


def test_stretches_with_a_pause_are_one() -> None:
    on = np.array([1, 1, 0, 1, 0, 0, 0, 1], dtype=bool)
    assert stretches(on, pause=1) == [(0, 4), (7, 8)]
