"""Times that a recording cannot have: each is counted for its reason."""

import time

import numpy as np

from sennight.readers.dating import dated, is_dated
from sennight.readers.gathering import CLOCK_NOT_SET, NOT_YET
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_TIME


def test_stray_dates_are_left_out_and_counted() -> None:
    """Failures 12 and 24."""
    now = time.time()
    utc = np.array([np.nan, -1.0, 1e18, 0.0, 946_684_800.0, 1.7e9, now, now + 40 * 86_400])
    report = ReadReport(reader="made", source="up")
    assert dated(utc, report=report).tolist() == [False] * 5 + [True, True, False]
    assert report.dropped == {NO_TIME: 3, CLOCK_NOT_SET: 2, NOT_YET: 1}
    assert report.records_seen == 6


def test_one_time_can_be_asked_without_counting() -> None:
    assert is_dated(1.7e9)
    assert not is_dated(32.0)
    assert not is_dated(float("inf"))
