from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sennight.errors import PrepareError
from sennight.prepare.days import prepare, to_days
from sennight.prepare.wear import Wear
from sennight.record import Clock, Person, Why

MONDAY = 4 * 86_400  # 1970-01-05
WEEK = MONDAY + 60 * np.arange(7 * 1_440)


def hip_person(record, person: str = "p") -> Person:
    """Worn from 08:00 to 22:00, seven days; synthetic."""
    hour = np.arange(len(WEEK)) % 1_440 // 60
    counts = np.where((hour >= 8) & (hour < 22), 200 + np.arange(len(WEEK)) % 50, 0)
    same = {"person": person, "device": "hip", "clock": Clock.WEEKDAY}
    return Person(
        id=person,
        recordings=(record("hip_counts", WEEK, counts, **same), record("steps", WEEK, counts // 100, **same)),
    )


def test_a_week_of_counts_becomes_seven_valid_days(record) -> None:
    prepared = to_days(hip_person(record))
    assert [d.weekday for d in prepared.days] == list(range(7))
    assert {d.worn_minutes for d in prepared.days} == {840}
    assert {d.channels for d in prepared.days} == {("steps", "hip_counts")}
    assert prepared.wear.valid_days == 7
    assert prepared.wear.wear_rules == {"hip": "Choi 2011"}
    assert prepared.wear.merge_rule == ""
    assert prepared.wear.minutes[:, Why.OFF_BODY].tolist() == [7 * 600, 7 * 600]


def test_a_device_that_knows_when_it_is_worn_is_believed(record) -> None:
    times = 60 * np.arange(1_440)
    flag = record("on_body", times, np.arange(1_440) < 700)
    person = Person(id="p", recordings=(record("wrist_counts", times, 0), flag))
    prepared = to_days(person, rule=Wear.CHOI_2011)
    assert prepared.days[0].worn_minutes == 700
    assert prepared.wear.wear_rules == {"watch": "device flag"}


def test_a_night_without_a_step_is_worn_where_raw_samples_say_so(record) -> None:
    """A slow logger has steps and no counts: by its steps alone a sleeper is a device on a table."""
    times = 60 * np.arange(1_440)
    steps, mims = np.where(np.arange(1_440) < 420, 0, 9), record("mims", times, 1)
    by_steps = to_days(Person(id="p", recordings=(record("steps", times, steps), mims)))
    assert by_steps.wear.wear_rules == {"watch": "still"}
    assert by_steps.days[0].worn_minutes == 1_020
    spread = record("worn_by_spread", times, np.arange(1_440) < 1_200)
    by_samples = to_days(Person(id="p", recordings=(record("steps", times, steps), mims, spread)))
    assert by_samples.wear.wear_rules == {"watch": "van Hees 2013"}
    assert by_samples.days[0].worn_minutes == 1_200
    assert by_samples.days[0].channels == ("steps", "mims")
    pulse = record("heart_rate", times, 60 + np.arange(1_440) % 5)
    with_pulse = to_days(Person(id="p", recordings=(record("steps", times, steps), pulse, spread)))
    assert with_pulse.wear.wear_rules == {"watch": "heart rate"}


def test_phone_and_watch_count_once(record) -> None:
    """Failures 2 and 32, T-14."""
    times = 60 * np.arange(1_440)
    watch = record("steps", times[600:1200], 10, device="watch")
    pulse = record("heart_rate", times[600:1200], 60 + np.arange(600) % 5, device="watch")
    phone = record("steps", times[500:900], 9, device="phone")
    prepared = to_days(Person(id="p", recordings=(phone, watch, pulse)))
    (day,) = prepared.days
    assert day.values[:, day.channels.index("steps")].sum() == 100 * 9 + 600 * 10
    assert prepared.wear.merge_rule == "the device with most minutes that local day"


def test_a_stray_date_is_a_day_of_its_own_with_the_same_channels(record) -> None:
    now = 1_760_000_000 // 86_400 * 86_400
    times = now + 60 * np.arange(1_440)
    recordings = (
        record("steps", np.concatenate([[3600], times]), 1, device="watch"),
        record("heart_rate", times, 60 + np.arange(1_440) % 5, device="strap"),
    )
    prepared = to_days(Person(id="p", recordings=recordings))
    assert [d.worn_minutes for d in prepared.days] == [1, 1_440]
    assert {d.channels for d in prepared.days} == {("heart_rate", "steps")}
    assert prepared.wear.valid_days == 1


def test_instants_and_local_times_meet_as_days(record) -> None:
    midnight = 1_719_784_800  # 2024-07-01 00:00 in Berlin
    instants = record("heart_rate", midnight + 60 * np.arange(600), 60, zone="Europe/Berlin")
    local_midnight = midnight + 7_200
    local = record("steps", local_midnight + 60 * np.arange(300, 900), 5, clock=Clock.LOCAL)
    prepared = to_days(Person(id="p", recordings=(local, instants)), rule=Wear.NONE)
    (day,) = prepared.days
    assert day.first_date == date(2024, 7, 1)
    assert np.flatnonzero(day.seen[:, 0]).tolist() == list(range(600))
    assert np.flatnonzero(day.seen[:, 1]).tolist() == list(range(300, 900))


def test_where_two_clocks_hold_a_day_the_reason_that_is_known_is_kept(record) -> None:
    pulse = record("heart_rate", [0, 60], [60, 60])
    local = record("heart_rate", [60, 120, 180], [80, 0, 80], device="phone", clock=Clock.LOCAL)
    prepared = to_days(Person(id="p", recordings=(local, pulse)), rule=Wear.NONE)
    (day,) = prepared.days
    assert day.values[:4, 0].tolist() == [60, 60, 0, 80]
    assert prepared.wear.minutes[0, Why.OUT_OF_RANGE] == 1


def test_weekdays_without_dates_do_not_mix_with_dates(record) -> None:
    person = Person(id="p", recordings=(record("steps", [0], 1), record("steps", [0], 1, clock=Clock.WEEKDAY)))
    with pytest.raises(PrepareError, match="weekdays only"):
        to_days(person, rule=Wear.NONE)


def test_a_person_without_a_seen_minute_has_no_days_but_an_account(record) -> None:
    for recordings in ((), (record("heart_rate", [0, 60], [0, 0]),)):
        prepared = to_days(Person(id="p", recordings=recordings))
        assert prepared.days == ()
        assert prepared.wear.n_days == prepared.wear.valid_days == 0
    assert prepared.wear.rejected == 2


def test_people_come_one_at_a_time_in_order(record) -> None:
    asked = []

    def people():
        for name in ("b", "a", "c"):
            asked.append(name)
            yield hip_person(record, name)

    stream = prepare(people())
    assert next(stream).wear.person == "b"
    assert asked == ["b"]
    assert [p.wear.person for p in stream] == ["a", "c"]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_neither_the_order_of_rows_nor_of_recordings_changes_the_days(record, data) -> None:
    summer_ends = 1_729_987_200  # 2024-10-27 00:00 UTC, an hour before the clocks of Berlin change
    recordings, shuffled = [], []
    for device, name in (("watch", "steps"), ("watch", "heart_rate"), ("phone", "steps")):
        minutes = data.draw(st.lists(st.integers(0, 2_000), min_size=1, max_size=40))
        times = summer_ends + 30 * np.array(minutes)
        values = 50 + np.arange(len(times)) % 3
        order = np.array(data.draw(st.permutations(range(len(times)))))
        recordings.append(record(name, times, values, device=device, zone="Europe/Berlin"))
        shuffled.insert(0, record(name, times[order], values[order], device=device, zone="Europe/Berlin"))
    one, other = (to_days(Person(id="p", recordings=tuple(r))) for r in (recordings, shuffled))
    assert len(one.days) == len(other.days) > 0
    for mine, theirs in zip(one.days, other.days, strict=True):
        assert mine.first_date == theirs.first_date
        assert (mine.values == theirs.values).all()
        assert (mine.seen == theirs.seen).all()
    assert (one.wear.minutes == other.wear.minutes).all()
    assert (one.wear.minutes.sum(axis=1) == 1_440 * len(one.days)).all()  # every minute has one reason
