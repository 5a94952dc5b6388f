from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sennight.errors import PrepareError
from sennight.prepare.cut import cut, local_days
from sennight.prepare.resample import resample
from sennight.record import MINUTES_PER_DAY, Clock, Why

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Asia/Kathmandu",
    "America/St_Johns",
    "Pacific/Chatham",
    "Africa/Casablanca",
    "Africa/Cairo",  # changes at midnight
    "America/Santiago",
    "Antarctica/Troll",  # two hours of summer time
    "Europe/Dublin",
    "UTC",
)


def utc(zone: str, *when: int) -> int:
    return int(datetime(*when, tzinfo=ZoneInfo(zone)).timestamp())


def civil_day(record, zone: str, day: date, channel: str = "steps", value: float = 1.0):
    """The table of one civil day, a sample every elapsed minute."""
    after = day + timedelta(days=1)
    times = np.arange(utc(zone, day.year, day.month, day.day), utc(zone, after.year, after.month, after.day), 60)
    (table,) = resample([record(channel, times, value, zone=zone)])
    return table


@pytest.mark.parametrize(
    ("zone", "day", "elapsed", "skipped"),
    [
        ("Europe/Berlin", date(2024, 3, 30), 1_440, 0),
        ("Europe/Berlin", date(2024, 3, 31), 1_380, 60),
        ("Europe/Berlin", date(2024, 10, 27), 1_500, 0),
        ("Australia/Lord_Howe", date(2024, 4, 7), 1_470, 0),
        ("Australia/Lord_Howe", date(2024, 10, 6), 1_410, 30),
        ("America/New_York", date(2024, 11, 3), 1_500, 0),
    ],
)
def test_every_civil_day_becomes_one_day_of_1440_minutes(record, zone, day, elapsed: int, skipped: int) -> None:
    table = civil_day(record, zone, day)
    assert len(table.values) == elapsed
    (one,) = cut(table)
    assert one.first_date == day
    assert one.weekday == day.weekday()
    assert one.worn_minutes == MINUTES_PER_DAY - skipped
    assert one.values.sum() == MINUTES_PER_DAY - skipped  # the repeated hour is folded to its mean
    assert (local_days(table).why == Why.CLOCK_SKIPPED).sum() == skipped


def clock_changes(zone: str, year: int = 2024) -> list[date]:
    """The days of a year that do not have 24 hours."""
    days = [date(year, 1, 1) + timedelta(days=i) for i in range(365)]
    return [d for d in days if _elapsed(zone, d) != MINUTES_PER_DAY]


def _elapsed(zone: str, day: date) -> int:
    after = day + timedelta(days=1)
    return (utc(zone, after.year, after.month, after.day) - utc(zone, day.year, day.month, day.day)) // 60


@pytest.mark.parametrize("zone", ZONES)
def test_the_days_around_each_change_of_clock_keep_their_minutes_and_sums(record, zone: str) -> None:
    """T-01, failure 26."""
    changes = clock_changes(zone)
    assert len(changes) == (0 if zone in ("UTC", "Asia/Kathmandu") else 2) or zone == "Africa/Casablanca"
    for day in changes or [date(2024, 3, 31)]:
        table = civil_day(record, zone, day)
        assert len(table.values) == _elapsed(zone, day) == table.values.sum()
        assert [d.first_date for d in cut(table)] == [day]


def test_the_skipped_hour_is_where_the_clock_jumped(record) -> None:
    days = local_days(civil_day(record, "Europe/Berlin", date(2024, 3, 31)))
    assert np.flatnonzero(days.why[0, :, 0] == Why.CLOCK_SKIPPED).tolist() == list(range(120, 180))


@pytest.mark.parametrize(
    ("channel", "folded"), [("steps", 30), ("heart_rate", 70), ("intensity", 3), ("sleep_deep", 1)]
)
def test_the_repeated_hour_folds_by_channel(record, channel: str, folded: float) -> None:
    first, second = {"steps": (20, 40), "heart_rate": (60, 80), "intensity": (1, 3), "sleep_deep": (1, 0)}[channel]
    start = utc("Europe/Berlin", 2024, 10, 27)
    times = start + 60 * np.arange(1_500)
    values = np.full(1_500, float(first))
    values[180:240] = second  # 02:00 to 03:00, for the second time
    (one,) = cut(resample([record(channel, times, values, zone="Europe/Berlin")])[0])
    assert one.values[120:180, 0].tolist() == 60 * [folded]
    assert one.values[180, 0] == first


def test_a_pass_that_was_not_seen_does_not_pull_the_fold_down(record) -> None:
    start = utc("Europe/Berlin", 2024, 10, 27)
    times = np.concatenate([start + 60 * np.arange(150), start + 60 * np.arange(240, 1_500)])
    (table,) = resample([record("steps", times, 40, zone="Europe/Berlin")])
    (one,) = cut(table)
    assert one.values[120:150, 0].tolist() == 30 * [40]  # first pass only
    assert not one.seen[150:180].any()  # neither
    assert one.values[180, 0] == 40


def test_the_last_pass_that_was_seen_is_the_last(record) -> None:
    start = utc("Europe/Berlin", 2024, 10, 27)
    first_pass = record("intensity", start + 60 * np.arange(180), 2, zone="Europe/Berlin")
    both_passes = record("heart_rate", start + 60 * np.arange(300), 60, zone="Europe/Berlin")
    (one,) = cut(resample([first_pass, both_passes])[0])
    assert one.values[120:180, one.channels.index("intensity")].tolist() == 60 * [2]


def test_the_date_that_apia_skipped_is_no_day(record) -> None:
    start = utc("Pacific/Apia", 2011, 12, 29)
    times = start + 60 * np.arange(2 * 1_440)
    days = cut(resample([record("steps", times, 1, zone="Pacific/Apia")])[0])
    assert [d.first_date for d in days] == [date(2011, 12, 29), date(2011, 12, 31)]
    assert [d.worn_minutes for d in days] == [1_440, 1_440]


def test_a_traveller_lives_the_local_day_of_the_recorded_offset(table) -> None:
    """T-02, failure 1."""
    # Noon in Berlin; after 12:00 the watch shows New York, six hours earlier: 06:00 to 12:00 pass twice.
    offset = np.concatenate([np.full(720, 120), np.full(720, -240)])
    flight = table(steps=np.arange(1_440) % 100, offset_min=offset, start_utc=-120 * 60)
    (one,) = cut(flight)
    assert one.seen[: 720 + 360].all()
    assert not one.seen[720 + 360 :].any()
    assert one.values[360, 0] == (360 % 100 + 720 % 100) / 2


def test_flying_east_skips_hours(table) -> None:
    offset = np.concatenate([np.full(720, 0), np.full(360, 360)])
    days = local_days(table(steps=np.ones(1_080), offset_min=offset))
    assert np.flatnonzero(days.why[0, :, 0] == Why.CLOCK_SKIPPED).tolist() == list(range(720, 1_080))


def test_first_and_last_days_are_kept_in_part_and_empty_days_are_not(table) -> None:
    steps = np.full(3 * 1_440, np.nan)
    steps[[5, 2 * 1_440 + 7]] = 3
    days = cut(table(steps=steps))
    assert [d.first_date for d in days] == [date(1970, 1, 1), date(1970, 1, 3)]
    assert [d.worn_minutes for d in days] == [1, 1]
    assert cut(table(steps=steps), min_seen_minutes=2) == []


def test_minutes_outside_the_recording_were_not_measured(table) -> None:
    days = local_days(table(steps=np.ones(10), start_utc=60 * 100))
    assert (days.why[0, :100] == Why.NOT_MEASURED).all()
    assert (days.why[0, 110:] == Why.NOT_MEASURED).all()
    assert (days.why[0, 100:110] == Why.SEEN).all()


def test_a_survey_knows_the_weekday_and_no_date(table) -> None:
    friday = 4 * 86_400 + 4 * 86_400  # 1970-01-05 was a Monday
    (one,) = cut(table(steps=np.ones(1_440), start_utc=friday, clock=Clock.WEEKDAY))
    assert one.first_date is None
    assert one.weekday == 4


def test_a_time_stamp_in_the_wrong_unit_is_refused(table) -> None:
    with pytest.raises(PrepareError, match="years 1 to 9999"):
        cut(table(steps=[1.0], start_utc=1_760_000_000_000 // 60 * 60))


@settings(max_examples=80, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    start=st.integers(1_700_000_000 // 60, 1_735_000_000 // 60),
    minutes=st.integers(1, 4 * 1_440),
)
def test_a_minute_of_the_day_is_always_that_minute_on_the_wall_clock(
    record, zone: str, start: int, minutes: int
) -> None:
    times = 60 * (start + np.arange(minutes))
    wall = [datetime.fromtimestamp(int(t), UTC).astimezone(ZoneInfo(zone)) for t in times[:: max(1, minutes // 400)]]
    light = record("white_light", times, 0, zone=zone)
    local_minute = ((times + light.utc_offset_s) // 60 % 1_440).astype(np.float32)
    (table,) = resample([record("white_light", times, local_minute, zone=zone)])
    days = cut(table)
    assert {d.first_date for d in days} >= {w.date() for w in wall}
    for day in days:
        at = np.flatnonzero(day.seen[:, 0])
        assert (day.values[at, 0] == at).all()
    by_date = {d.first_date: d for d in days}
    assert all(by_date[w.date()].seen[w.hour * 60 + w.minute, 0] for w in wall)
    assert sum(d.worn_minutes for d in days) <= minutes
