import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sennight.agent.sentences.day import sensor_days
from sennight.agent.sentences.text import Depth, read, write, write_week
from sennight.errors import InputError
from sennight.record import PersonDays


def random_days(seed: int):
    rng, channels = np.random.default_rng(seed), ("steps", "heart_rate", "asleep")
    seen = rng.random((6, 1440, 3)) > rng.random((6, 1, 1)) * 0.9
    seen[:, : int(rng.integers(0, 500))] = False
    values = np.abs(rng.normal(0, 10.0 ** rng.integers(-3, 4, 3), (6, 1440, 3))) * (rng.random((6, 1440, 3)) > 0.3)
    return sensor_days(
        [
            PersonDays(
                person="p", first_date=None, ordinal=50 + i, weekday=(i % 8) - 1, channels=channels,
                values=np.where(seen[i], values[i], 0).astype(np.float32), seen=seen[i],
            )
            for i in range(6)
        ]
    )  # fmt: skip


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_a_day_turns_into_text_and_back_without_loss(seed: int) -> None:
    """The round trip of the coarse day is exact; how coarse it is, test_day.py holds."""
    told = random_days(seed)
    today = told[-1].ordinal
    for one in told:
        assert read(write(one, today=today), today=today) == one


def test_each_depth_says_more() -> None:
    one = random_days(1)[-1]
    short, middle, long = (write(one, depth=d) for d in Depth)
    assert len(short) < len(middle) < len(long)
    assert "by four hours" in middle
    assert "not worn" in long or "peak of" in long or "walk" in long


def test_the_most_unusual_channel_comes_first_and_no_date_shows() -> None:
    one = random_days(1)[-1]
    deviations = [abs(c.deviation or 0) for c in one.channels]
    assert deviations == sorted(deviations, reverse=True)
    assert "20" not in write(one, depth=Depth.STATISTICS, today=one.ordinal).splitlines()[0]


def test_a_week_is_its_days() -> None:
    told = random_days(1)
    assert write_week(told).count("worn") == len(told)


@pytest.mark.parametrize("text", ["", "hello", "Day -1, mon: worn 9 min.\nsteps: many"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read(text)
