"""Minute means of slow signals: by how much of the minute is covered, with everything counted."""

import numpy as np
import pytest

from sennight.readers.empatica.minute_means import MinuteMeans
from sennight.readers.raw_minutes import SHORT_MINUTE
from sennight.readers.reader import ReadReport
from sennight.readers.samples import OUT_OF_RANGE

START = 1_709_287_200.0


def means(
    *blocks: tuple[np.ndarray, np.ndarray], unusable: np.ndarray | None = None, rate_hz: float = 4.0
) -> tuple[np.ndarray, np.ndarray, ReadReport]:
    report = ReadReport(reader="made", source="up")
    made = MinuteMeans(name="skin_temperature", report=report)
    for utc, values in blocks:
        made.add(utc, values, rate_hz=rate_hz, unusable=unusable, reason="broken")
    minutes, mean = made.minutes()
    assert report.records_seen == report.records_kept + report.records_dropped
    return minutes, mean, report


def times(n: int, first: int = 0) -> np.ndarray:
    return START + np.arange(first, first + n) / 4


def test_blocks_cut_anywhere_give_the_same_minutes() -> None:
    values = 30 + np.random.default_rng(0).random(720)
    whole = means((times(720), values))
    parts = means(*((times(100, i), values[i : i + 100]) for i in range(0, 700, 100)), (times(20, 700), values[700:]))
    assert whole[0].tolist() == [START, START + 60, START + 120]
    np.testing.assert_array_equal(whole[0], parts[0])
    np.testing.assert_allclose(whole[1], parts[1])
    assert whole[1] == pytest.approx(values.reshape(3, 240).mean(axis=1))
    assert parts[2].records_kept == 720


def test_a_minute_wants_half_of_its_samples() -> None:
    minutes, _, report = means((times(240 + 119), np.full(359, 33.0)))
    assert minutes.tolist() == [START]
    assert report.dropped == {SHORT_MINUTE: 119}
    assert len(means((times(240 + 120), np.full(360, 33.0)))[0]) == 2


def test_impossible_values_do_not_enter_the_mean() -> None:
    """Failure 3."""
    values = np.full(240, 33.0)
    values[:10], values[10], values[11] = 500.0, np.nan, np.inf
    _, mean, report = means((times(240), values))
    assert mean.tolist() == [33.0]
    assert report.dropped == {OUT_OF_RANGE: 12}


def test_a_minute_of_unusable_values_is_measured_and_unusable() -> None:
    minutes, mean, report = means((times(240), np.zeros(240) + 20.0), unusable=np.ones(240, dtype=bool))
    assert minutes.tolist() == [START]
    assert np.isnan(mean).all()
    assert report.dropped == {"broken": 240}


def test_times_that_cannot_be_are_left_out() -> None:
    """Failure 12."""
    utc = times(240)
    utc[:5] = -1e18
    minutes, _, report = means((utc, np.full(240, 33.0)))
    assert minutes.tolist() == [START]
    assert report.records_dropped == 5


def test_nothing_gives_nothing() -> None:
    assert len(means()[0]) == 0
