"""Beats as recordings: which channels, which minutes, what the report counts."""

import numpy as np
import pytest

from sennight.readers.beats import ARTEFACT, RULE, beat_recordings
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Recording
from sennight.signals.hrv import Intervals, from_beats, from_intervals

START = 1_709_287_200


def made(intervals: Intervals, *, rate: bool = True) -> tuple[dict[str, Recording], ReadReport]:
    report = ReadReport(reader="made", source="up")
    recordings = beat_recordings(
        intervals, person="p", device="d", source="s", report=report, clock=Clock.INSTANT, offset_s=3_600, rate=rate
    )
    return {r.channel.name: r for r in recordings}, report


def test_ten_minutes_of_beats_give_heart_rate_and_every_hrv_channel() -> None:
    rr = 850 + 40 * np.sin(np.arange(700) / 3)
    found, report = made(from_intervals(START + np.cumsum(rr) / 1000, rr))
    assert set(found) == {
        "heart_rate", "rr_median", "sdnn", "rmssd", "pnn20", "rr_shannon_entropy", "hrv_percent_good", "vlf_power",
        "lf_power", "hf_power", "lf_hf", "rr_spectral_entropy",
    }  # fmt: skip
    assert found["heart_rate"].values == pytest.approx(60_000 / 850, rel=0.02)
    assert found["vlf_power"].times_utc[0] == START + 4 * 60  # slow waves want five minutes
    assert (found["rmssd"].utc_offset_s == 3_600).all()
    assert report.records_seen == report.records_kept == 700
    assert report.devices == {"d": 700}
    assert report.notes == [RULE]


def test_what_too_few_beats_cannot_tell_is_missing_and_not_zero() -> None:
    """Failure 27."""
    found, _ = made(from_beats(START + np.arange(10) * 0.9))
    assert set(found) == {"heart_rate", "rr_median", "hrv_percent_good"}


def test_artefacts_are_counted() -> None:
    rr = np.full(100, 900.0)
    rr[50] = 2_500
    _, report = made(from_intervals(START + np.cumsum(rr) / 1000, rr))
    assert report.dropped == {ARTEFACT: 2}
    assert report.records_seen == report.records_kept + 2


def test_no_beats_are_no_recording() -> None:
    found, report = made(from_beats(np.array([])))
    assert not found
    assert not report.notes


def test_heart_rate_can_be_left_to_the_device() -> None:
    assert "heart_rate" not in made(from_beats(START + np.arange(100) * 0.9), rate=False)[0]


def test_a_note_is_made_once() -> None:
    report = ReadReport(reader="made", source="up")
    for _ in range(2):
        beat_recordings(
            from_beats(START + np.arange(100) * 0.9), person="p", device="d", source="s", report=report,
            clock=Clock.LOCAL,
        )  # fmt: skip
    assert report.notes == [RULE]
