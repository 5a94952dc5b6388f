import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sennight.errors import PrepareError
from sennight.prepare.resample import DEVICE_OFF_MIN, MAX_GAP_DAYS, lying_in, resample
from sennight.record import SECONDS_PER_DAY, Why


def test_all_channels_of_a_device_share_one_grid(record) -> None:
    (table,) = resample([record("steps", [65, 130], [5, 6]), record("heart_rate", [10, 20], [60, 80])])
    assert table.start_utc == 0
    assert [c.name for c in table.channels] == ["heart_rate", "steps"]
    assert table.values.tolist() == [[70, 0], [0, 5], [0, 6]]
    assert (table.why[0, 1], table.why[1, 0]) == (Why.NOT_MEASURED, Why.NOT_MEASURED)


def test_a_minute_without_pulse_stays_missing(record) -> None:
    """Failure 27, T-13."""
    pulse = [t for t in range(0, 600, 60) if t != 300]
    (table,) = resample([record("heart_rate", pulse, 60), record("steps", range(0, 600, 60), 0)])
    assert table.why[5].tolist() == [Why.NOT_MEASURED, Why.SEEN]


def test_an_hour_without_any_sample_is_a_device_that_was_off(record) -> None:
    short, long = DEVICE_OFF_MIN - 1, DEVICE_OFF_MIN
    (table,) = resample([record("steps", [0, 60 * (1 + short), 60 * (2 + short + long)], 1)])
    assert (table.why[1 : 1 + short] == Why.NOT_MEASURED).all()
    assert (table.why[2 + short : 2 + short + long] == Why.DEVICE_OFF).all()


def test_a_rejected_sample_is_a_sign_that_the_device_was_on(record) -> None:
    (table,) = resample([record("heart_rate", [0, 40 * 60, 80 * 60], [60, 0, 60])])
    assert table.why[40, 0] == Why.OUT_OF_RANGE
    assert not (table.why == Why.DEVICE_OFF).any()


def test_what_the_device_says_of_itself_becomes_a_reason_and_no_column(record) -> None:
    minutes = range(0, 240, 60)
    (table,) = resample(
        [
            record("steps", minutes, 9),
            record("heart_rate", [0], 60),
            record("on_body", minutes, [1, 0, 1, 1]),
            record("device_on", minutes, [1, 1, 0, 1]),
            record("rest_interval", minutes, 1),
        ]
    )
    assert [c.name for c in table.channels] == ["heart_rate", "steps"]
    assert table.why[1].tolist() == [Why.OFF_BODY, Why.OFF_BODY]
    assert table.values[1].tolist() == [0, 0]
    assert table.why[2].tolist() == [Why.DEVICE_OFF, Why.SEEN]  # a value that is there is believed
    assert table.why[3].tolist() == [Why.NOT_MEASURED, Why.SEEN]


def test_what_raw_samples_say_of_wear_is_asked_by_a_rule_and_marks_nothing_here(record) -> None:
    times = 600 + 60 * np.arange(100)
    steps, spread = record("steps", times, 1), record("worn_by_spread", times[10:60], np.arange(50) < 20)
    (table,) = resample((steps, spread))
    assert [c.name for c in table.channels] == ["steps"]
    assert (table.why == Why.SEEN).all()
    lying = lying_in((steps, spread), table)
    assert lying is not None
    assert np.flatnonzero(lying).tolist() == list(range(30, 60))
    assert lying_in((steps,), table) is None


def test_a_stray_record_of_1970_costs_one_minute_and_not_56_years(record) -> None:
    """I-09, failure 24."""
    now = 1_760_000_000 // 60 * 60
    tables = resample([record("steps", [0, now, now + 60], 1), record("heart_rate", [now + 60], 60)])
    assert [len(t.values) for t in tables] == [1, 2]
    assert [len(t.channels) for t in tables] == [2, 2]


def test_a_table_ends_where_a_device_was_silent_for_more_than_a_week(record) -> None:
    gap = MAX_GAP_DAYS * SECONDS_PER_DAY
    assert len(resample([record("steps", [0, gap], 1)])) == 1
    assert len(resample([record("steps", [0, gap + 60], 1)])) == 2
    # another channel bridges the gap
    assert len(resample([record("steps", [0, gap + 60], 1), record("heart_rate", [600], 60)])) == 1


def test_the_offset_changes_with_the_clock_and_holds_through_gaps(record) -> None:
    change = 1_711_846_800  # Berlin, 2024-03-31 01:00 UTC: +1 h becomes +2 h
    (table,) = resample([record("steps", [change - 7200, change - 60, change + 600], 1, zone="Europe/Berlin")])
    assert table.offset_min[:129].tolist() == 129 * [60]
    assert table.offset_min[130:].tolist() == [120]


def test_before_the_first_known_offset_the_first_holds(record) -> None:
    change = 1_711_846_800
    samples = record("heart_rate", [change - 7200, change - 3600, change], [0, 60, 60], zone="Europe/Berlin")
    (table,) = resample([samples])  # the first sample was rejected, and its offset with it
    assert table.offset_min[[0, 59, 60, 119, 120]].tolist() == [60, 60, 60, 60, 120]


def test_a_device_without_a_signal_gives_no_table(record) -> None:
    assert resample([record("on_body", [0, 60], 1)]) == ()
    assert resample([record("steps", [], [])]) == ()
    assert resample([]) == ()


def test_two_devices_do_not_share_a_grid(record) -> None:
    with pytest.raises(PrepareError, match="devices"):
        resample([record("steps", [0], 1), record("steps", [0], 1, device="phone")])


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_order_of_rows_and_of_files_cannot_show_and_no_step_is_lost(record, data) -> None:
    """T-07."""
    seconds = data.draw(st.lists(st.integers(0, 3 * 86_400), min_size=1, max_size=60))
    steps = data.draw(st.lists(st.integers(0, 5), min_size=len(seconds), max_size=len(seconds)))
    order = np.array(data.draw(st.permutations(range(len(seconds)))))
    times, values = np.array(seconds), np.array(steps)
    pulse = record("heart_rate", times, 60 + values)
    (one,) = resample([record("steps", times, values), pulse])
    (other,) = resample([pulse, record("steps", times[order], values[order])])
    assert (one.values == other.values).all()
    assert (one.why == other.why).all()
    assert one.values[:, 1].sum() == values.sum()
    assert len(one.values) == times.max() // 60 - times.min() // 60 + 1
    assert (one.why[:, 1] == Why.SEEN).sum() == len(np.unique(times // 60))
