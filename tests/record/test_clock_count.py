"""Clocks and offsets of recordings, in words."""

import numpy as np
import pytest

from sennight.record import Clock, ClockCount, Recording, channel


def recording(clock: Clock, offsets: list[int]) -> Recording:
    return Recording.from_samples(
        person="a",
        device="watch",
        channel=channel("steps"),
        times_utc=60 * np.arange(len(offsets), dtype=np.int64),
        utc_offset_s=np.array(offsets, dtype=np.int32),
        values=np.ones(len(offsets), dtype=np.float32),
        clock=clock,
        source="made here",
    )


def test_offsets_are_named_the_most_frequent_first() -> None:
    count = ClockCount()
    count.add(recording(Clock.INSTANT, [7_200, 3_600, 3_600]))
    count.add(recording(Clock.INSTANT, [-12_600]))
    assert str(count) == "instants with the UTC offsets +01:00, +02:00, -03:30"


@pytest.mark.parametrize(("clock", "words"), [(Clock.LOCAL, "not known"), (Clock.WEEKDAY, "placeholders")])
def test_other_clocks_are_said(clock: Clock, words: str) -> None:
    count = ClockCount()
    count.add(recording(clock, [0]))
    assert words in str(count)
    assert "UTC" not in str(count)


def test_nothing_has_no_clock() -> None:
    assert str(ClockCount()) == "none"
