import numpy as np
import pytest

from sennight.prepare.fold import fold_channel
from sennight.record import Why


@pytest.mark.parametrize(
    ("name", "expected"),
    [("heart_rate", 70.0), ("steps", 210.0), ("asleep", 1.0), ("intensity", 3.0), ("sleep_deep", 1.0)],
)
def test_each_channel_folds_as_its_registry_entry_says(record, name: str, expected: float) -> None:
    samples = {
        "heart_rate": [60, 70, 80],
        "steps": [100, 50, 60],
        "asleep": [0, 0, 1],
        "intensity": [1, 2, 3],
        "sleep_deep": [0, 1, 0],
    }
    minute = fold_channel([record(name, [0, 20, 59], samples[name])], first_minute=0, minutes=1)
    assert minute.values.tolist() == [expected]
    assert minute.why.tolist() == [Why.SEEN]


def test_minute_aligned_samples_are_copied_to_their_minutes(record) -> None:
    minute = fold_channel([record("steps", [120, 180, 240], [7, 8, 9])], first_minute=1, minutes=6)
    assert minute.values.tolist() == [0, 7, 8, 9, 0, 0]
    assert minute.why.tolist() == [Why.NOT_MEASURED] + 3 * [Why.SEEN] + 2 * [Why.NOT_MEASURED]


def test_one_sample_a_minute_at_odd_seconds_keeps_its_minute(record) -> None:
    minute = fold_channel([record("steps", [61, 179, 305], [7, 8, 9])], first_minute=0, minutes=6)
    assert minute.values.tolist() == [0, 7, 8, 0, 0, 9]


def test_a_minute_of_rejected_samples_is_out_of_range_and_one_good_sample_saves_it(record) -> None:
    pulse = record("heart_rate", [0, 60, 90, 120], [70, 0, 400, 400])
    pulse_and_good = record("heart_rate", [0, 60, 90], [70, 0, 65])
    assert fold_channel([pulse], first_minute=0, minutes=4).why.tolist() == [
        Why.SEEN,
        Why.OUT_OF_RANGE,
        Why.OUT_OF_RANGE,
        Why.NOT_MEASURED,
    ]
    assert fold_channel([pulse_and_good], first_minute=0, minutes=2).values.tolist() == [70, 65]


def test_steps_that_add_up_to_more_than_a_minute_can_hold_are_out_of_range(record) -> None:
    minute = fold_channel([record("steps", [0, 30], [300, 300])], first_minute=0, minutes=1)
    assert minute.why.tolist() == [Why.OUT_OF_RANGE]
    assert minute.values.tolist() == [0]


def test_the_same_export_twice_counts_once(record) -> None:
    part = record("steps", [0, 20, 60], [10, 20, 30], source="january")
    whole = record("steps", [0, 20, 60, 120], [10, 20, 30, 40], source="all")
    for recordings in ([part, whole], [whole, part], [whole, whole, part]):
        assert fold_channel(recordings, first_minute=0, minutes=3).values.tolist() == [30, 30, 40]


def test_a_corrected_record_replaces_and_does_not_add(record) -> None:
    early = record("steps", [0], [10], source="a")
    late = record("steps", [0], [25], source="b")
    assert fold_channel([early, late], first_minute=0, minutes=1).values.tolist() == [25]


def test_exports_cut_at_any_second_add_up(record) -> None:
    times = np.arange(0, 600, 7)
    values = np.arange(len(times)) % 5
    whole = fold_channel([record("steps", times, values)], first_minute=0, minutes=10)
    parts = [record("steps", times[:33], values[:33], source="a"), record("steps", times[33:], values[33:], source="b")]
    assert fold_channel(parts, first_minute=0, minutes=10).values.tolist() == whole.values.tolist()


def test_the_last_of_an_instant_does_not_depend_on_the_order_of_rows(record) -> None:
    one = record("intensity", [5, 5, 5], [1, 3, 2])
    other = record("intensity", [5, 5, 5], [3, 2, 1])
    values = [fold_channel([r], first_minute=0, minutes=1).values.tolist() for r in (one, other)]
    assert values == [[3.0], [3.0]]
