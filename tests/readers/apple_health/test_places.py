"""Local time: from the zones that records name, else as written."""

import datetime as dt

import numpy as np

from sennight.readers.apple_health.places import Places


def _at(*when: int) -> int:
    return int(dt.datetime(*when, tzinfo=dt.UTC).timestamp())  # type: ignore[arg-type, misc]


SUMMER, WINTER = _at(2019, 7, 19, 17), _at(2018, 12, 10, 17)


def _hours(places: Places, *utc: int, written: int = -7) -> list[float]:
    offsets = np.full(len(utc), written * 3_600, dtype=np.int32)
    return (places.offsets(np.array(utc, dtype=np.int64), offsets) / 3_600).tolist()


def test_without_a_zone_offsets_stay_as_written() -> None:
    places = Places(exported_utc=SUMMER, exported_offset_s=-7 * 3_600)
    assert "as written" in places.settle()
    assert _hours(places, SUMMER, WINTER) == [-7, -7]


def test_winter_days_of_a_summer_export_are_not_an_hour_off() -> None:
    """Failure 26: a real export of July writes -0700 into November; its workouts name Los Angeles."""
    places = Places(exported_utc=SUMMER, exported_offset_s=-7 * 3_600)
    places.mark(WINTER - 40 * 86_400, "America/Los_Angeles")
    assert "America/Los_Angeles" in places.settle()
    assert _hours(places, SUMMER, WINTER) == [-7, -8]


def test_abroad_it_is_the_time_of_the_place() -> None:
    """T-02 and failure 1: a night in Tokyo in an export written in London."""
    places = Places(exported_utc=SUMMER, exported_offset_s=3_600)
    tokyo, home = _at(2019, 3, 1, 16), [_at(2019, m, 1) for m in (1, 2, 4)]
    for at in home:
        places.mark(at, "Europe/London")
    places.mark(tokyo, "Asia/Tokyo")
    places.settle()
    assert _hours(places, tokyo, tokyo + 20 * 3_600, tokyo + 40 * 3_600, SUMMER, written=1) == [9, 9, 0, 1]


def test_a_zone_that_does_not_fit_the_day_of_export_is_nobodys_home() -> None:
    places = Places(exported_utc=SUMMER, exported_offset_s=3_600)
    places.mark(WINTER, "Asia/Tokyo")
    assert "as written" in places.settle()
    assert _hours(places, WINTER, SUMMER, written=1) == [9, 1]
    assert "as written" in Places().settle()


def test_a_zone_that_the_caller_names_holds() -> None:
    places = Places(home="Australia/Lord_Howe")
    assert "as asked" in places.settle()
    assert _hours(places, SUMMER, WINTER) == [10.5, 11.0]


def test_zones_that_do_not_exist_are_no_marks() -> None:
    places = Places(exported_utc=SUMMER, exported_offset_s=0)
    assert not places.mark(WINTER, "../../etc/passwd")
    assert not places.mark(WINTER, "Europe/Atlantis")
    assert _hours(places, WINTER) == [-7]
