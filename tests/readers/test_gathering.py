"""Gathering: what is added comes out once, in order, counted."""

import numpy as np

from sennight.readers.gathering import CLOCK_NOT_SET, NOT_YET, Gathering
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_NUMBER, NO_TIME, OUT_OF_RANGE, REPEATED
from sennight.record import Clock
from sennight.stages.cost import peak_mb, reset_peak

START = 1_709_280_000  # 2024-03-01


def gathering() -> Gathering:
    return Gathering(person="somebody", report=ReadReport(reader="test", source="made here"))


def add(to: Gathering, utc: list[int], values: list[float], *, device: str = "watch", source: str = "a.json") -> None:
    to.add(
        "heart_rate", utc=START + np.array(utc), values=np.array(values), device=device, source=source, offset_s=3_600
    )


def test_pieces_of_many_files_become_one_recording_in_time_order() -> None:
    made = gathering()
    add(made, [120, 180], [62, 63], source="b.json")
    add(made, [0, 60], [60, 61], source="a.json")
    (recording,) = made.recordings()
    assert (recording.times_utc - START).tolist() == [0, 60, 120, 180]
    assert recording.values.tolist() == [60, 61, 62, 63]
    assert recording.source == "a.json"
    assert set(recording.utc_offset_s.tolist()) == {3_600}
    assert made.report.devices == {"watch": 4}


def test_every_sample_is_kept_or_dropped_for_a_reason() -> None:
    made = gathering()
    add(made, [0, 0, 60, 120, 180, -5 - START, 10**12], [60, 60, 500, np.nan, np.inf, 60, 60])
    (recording,) = made.recordings()
    report = made.report
    assert recording.values.tolist() == [60]
    assert (recording.rejected_utc - START).tolist() == [60, 120, 180]
    assert report.dropped == {NO_TIME: 2, REPEATED: 1, OUT_OF_RANGE: 2, NO_NUMBER: 1}
    assert report.records_seen == 7 == report.records_kept + report.records_dropped


def test_devices_and_clocks_stay_apart() -> None:
    made = gathering()
    add(made, [0], [60])
    add(made, [0], [61], device="phone")
    made.add("steps", utc=np.array([START]), values=np.array([5]), device="phone", source="c", clock=Clock.LOCAL)
    assert [(r.device, r.channel.name, r.clock) for r in made.recordings()] == [
        ("phone", "heart_rate", Clock.INSTANT),
        ("phone", "steps", Clock.LOCAL),
        ("watch", "heart_rate", Clock.INSTANT),
    ]


def test_nothing_gathered_gives_nothing() -> None:
    assert gathering().recordings() == ()


def test_clocks_that_were_never_set_or_run_ahead_are_not_believed() -> None:
    """T-07, failures 12 and 24."""
    made = Gathering(person="somebody", report=ReadReport(reader="test", source="made here"), now_s=START + 600.0)
    add(made, [0, -START, 946_684_900 - START, 631_065_600 - START, 3 * 365 * 86_400], [60, 61, 62, 63, 64])
    (recording,) = made.recordings()
    assert recording.values.tolist() == [60]
    assert made.report.dropped == {CLOCK_NOT_SET: 3, NOT_YET: 1}


# --- streams of seconds ---------------------------------------------------------------------------------------------


def _by_minute() -> Gathering:
    report = ReadReport(reader="test", source="made here")
    return Gathering(person="somebody", report=report, by_minute=frozenset({"heart_rate"}))


def test_seconds_become_means_of_minutes_and_every_one_is_counted() -> None:
    made = _by_minute()
    add(made, [0, 5, 5, 59, 60, 130, -5 - START], [60, 61, 61, 65, 500, 70, 60], source="b.json")
    add(made, [135, 3_600, 3_601], [80, np.nan, np.inf], source="a.json")
    (recording,) = made.recordings()
    assert (recording.times_utc - START).tolist() == [0, 120]
    assert recording.values.tolist() == [62, 75]
    assert recording.utc_offset_s.tolist() == [3_600, 3_600]
    assert (recording.rejected_utc - START).tolist() == [60, 3_600]
    assert recording.source == "a.json"
    report = made.report
    assert report.dropped == {NO_TIME: 1, REPEATED: 1, OUT_OF_RANGE: 2, NO_NUMBER: 1}
    assert report.records_seen == 10 == report.records_kept + report.records_dropped
    assert report.devices == {"watch": 5}


def test_the_order_of_files_does_not_show_in_minutes() -> None:
    rng = np.random.default_rng(1)
    files = [(rng.integers(0, 7_200, 900), rng.integers(50, 150, 900)) for _ in range(4)]
    made = []
    for order in (files, files[::-1]):
        one = _by_minute()
        for utc, values in order:
            add(one, utc.tolist(), values.tolist())
        made += one.recordings()
    np.testing.assert_array_equal(made[0].times_utc, made[1].times_utc)
    np.testing.assert_array_equal(made[0].values, made[1].values)


def test_a_year_of_seconds_takes_the_memory_of_its_minutes() -> None:
    """A value every two seconds, a day at a time as exports are written: as samples they would be 252 MB."""
    made = _by_minute()
    day = np.arange(0, 86_400, 2)
    reset_peak()
    before = peak_mb()
    for i in range(365):
        made.add(
            "heart_rate", utc=START + i * 86_400 - 365 * 86_400 + day, values=60.0 + day % 7, device="w", source="a"
        )
    (recording,) = made.recordings()
    assert len(recording.values) == 365 * 1_440
    assert peak_mb() - before < 60  # half a million minutes, and a day
