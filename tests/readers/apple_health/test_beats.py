"""Heart beats written as times of day, in the languages of phones."""

import numpy as np
import pytest

from sennight.readers.apple_health.beats import beat_seconds, variability


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6:00:03.61 PM", 21_603.61),
        ("6:00:03.61\u202fPM", 21_603.61),
        ("18:00:03,61", 21_603.61),
        ("06.00.03,61", 21_603.61),
        ("오후 6:00:03.61", 21_603.61),
        ("12:00:00.5 am", 0.5),
        ("0:00:01", 1.0),
    ],
)
def test_a_time_of_day_in_any_language(text: str, seconds: float) -> None:
    """T-16."""
    assert beat_seconds(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "noon", "6:00", "25:00:00.1", "6:61:00.1", "٦:٠٠:٠٣"])
def test_what_is_no_time_of_day_is_none(text: str) -> None:
    assert beat_seconds(text) is None


def test_intervals_become_variability_across_midnight_and_noon() -> None:
    beats = (43_190.0 + np.cumsum(np.tile([0.8, 0.9], 20))) % 43_200
    made = variability(beats.tolist())
    assert made["rmssd"] == pytest.approx(100.0)
    assert made["pnn20"] == 1.0
    assert made["rr_median"] in (pytest.approx(800.0), pytest.approx(900.0))
    assert "sdnn" not in made


def test_few_beats_say_nothing() -> None:
    assert variability([]) == {}
    assert variability([1.0]) == {}
    assert variability([1.0, 1.9, 2.8]) == {}


def test_a_gap_is_no_interval() -> None:
    first = np.cumsum(np.full(30, 0.8))
    made = variability([*first, *(first + 300.0)])
    assert made["rr_median"] == pytest.approx(800.0)
    assert made["rmssd"] == pytest.approx(0.0, abs=1e-6)
