"""Offsets: from sleep logs, from a zone, or none at all."""

import datetime as dt

import numpy as np
import pytest

from sennight.readers.place import REACH_S, Place
from sennight.record import Clock

HOUR, DAY = 3_600, 86_400
JULY = int(dt.datetime(2024, 7, 1, tzinfo=dt.UTC).timestamp())


def _at(*days: float) -> np.ndarray:
    return np.array([JULY + int(d * DAY) for d in days], dtype=np.int64)


def test_nothing_known_shifts_nothing_and_says_so() -> None:
    """T-03: flagged where the offset is not known, never guessed."""
    place = Place()
    assert (place.known, place.clock) == (False, Clock.LOCAL)
    assert place.of_utc(_at(0, 9)).tolist() == [0, 0]
    offset, real = place.of_wall(_at(0, 9))
    assert (offset.tolist(), real.tolist()) == ([0, 0], [True, True])
    assert "no zone is known" in place.rule


def test_a_zone_alone_counts_everywhere() -> None:
    place = Place(zone="Europe/Vienna")
    assert place.of_utc(_at(0, 200)).tolist() == [2 * HOUR, HOUR]
    assert place.clock == Clock.INSTANT
    assert "Europe/Vienna" in place.rule


def test_the_record_nearest_in_time_says_the_offset() -> None:
    """T-02: travel; the offset that was recorded there counts, not that of home."""
    place = Place(known_utc=_at(0, 10), known_offset=np.array([2 * HOUR, 9 * HOUR], dtype=np.int32))
    assert place.of_utc(_at(-5, 1, 4.9, 5.1, 11)).tolist() == [2 * HOUR] * 3 + [9 * HOUR] * 2
    offset, real = place.of_wall(_at(1, 10.5))
    assert (offset.tolist(), real.all()) == ([2 * HOUR, 9 * HOUR], True)
    assert "nearest record" in place.rule


def test_one_record_is_enough() -> None:
    place = Place(known_utc=_at(0), known_offset=np.array([-HOUR], dtype=np.int32))
    assert place.of_utc(_at(-3, 4)).tolist() == [-HOUR, -HOUR]


def test_far_from_any_record_the_profile_speaks() -> None:
    known = {"known_utc": _at(0), "known_offset": np.array([9 * HOUR], dtype=np.int32)}
    place = Place(zone="Europe/Vienna", **known)
    beyond = REACH_S / DAY + 1
    assert place.of_utc(_at(1, beyond)).tolist() == [9 * HOUR, 2 * HOUR]
    offset, real = place.of_wall(_at(1, beyond))
    assert (offset.tolist(), real.all()) == ([9 * HOUR, 2 * HOUR], True)
    assert "profile" in place.rule


def test_a_zone_that_the_caller_names_counts_alone() -> None:
    place = Place(zone="Asia/Tokyo", told=True, known_utc=_at(0), known_offset=np.array([HOUR], dtype=np.int32))
    assert place.of_utc(_at(0)).tolist() == [9 * HOUR]
    assert place.of_wall(_at(0))[0].tolist() == [9 * HOUR]


@pytest.mark.parametrize(("zone", "minutes"), [("Europe/Vienna", 1_380), ("Australia/Lord_Howe", 1_470)])
def test_a_day_of_changed_clocks_has_its_own_length(zone: str, minutes: int) -> None:
    """T-01: 1,380 minutes where an hour is skipped, 1,470 where half an hour comes twice."""
    day = dt.date(2024, 3, 31) if zone == "Europe/Vienna" else dt.date(2024, 4, 7)
    midnight = int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp())
    utc = np.arange(midnight - DAY, midnight + 2 * DAY, 60, dtype=np.int64)
    local = utc + Place(zone=zone).of_utc(utc)
    assert int((local // DAY == midnight // DAY).sum()) == minutes
