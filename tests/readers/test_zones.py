"""Zones: offsets at instants and at wall-clock times, over the nights when clocks change."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sennight.readers.zones import offsets_of_local, offsets_of_utc

ZONES = ["Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "UTC"]


@pytest.mark.parametrize("zone", ZONES)
def test_offsets_of_instants_agree_with_the_standard_library_all_year(zone: str) -> None:
    utc = int(dt.datetime(2024, 1, 1, tzinfo=dt.UTC).timestamp()) + 1_801 * np.arange(17_500)
    expected = [dt.datetime.fromtimestamp(t, ZoneInfo(zone)).utcoffset() for t in utc.tolist()]
    assert offsets_of_utc(utc, zone).tolist() == [int(e.total_seconds()) for e in expected if e is not None]


@pytest.mark.parametrize("zone", ZONES)
def test_wall_clock_times_that_exist_once_go_there_and_back(zone: str) -> None:
    utc = int(dt.datetime(2024, 6, 1, tzinfo=dt.UTC).timestamp()) + 7_200 * np.arange(300)
    wall = utc + offsets_of_utc(utc, zone)
    offset, real = offsets_of_local(wall, zone)
    assert real.all()
    np.testing.assert_array_equal(wall - offset, utc)


def test_the_hour_that_summer_time_skips_is_not_real_and_of_the_doubled_one_the_first_is_meant() -> None:
    def wall(*when: int) -> int:
        return int(dt.datetime(*when, tzinfo=dt.UTC).timestamp())  # type: ignore[misc]

    offset, real = offsets_of_local(np.array([wall(2024, 3, 31, 2, 30), wall(2024, 10, 27, 2, 30)]), "Europe/Vienna")
    assert real.tolist() == [False, True]
    assert offset[1] == 7_200
