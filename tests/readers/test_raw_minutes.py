"""Raw minutes: what becomes a minute, what it is called, what is dropped and why, and that blocks do not matter."""

import numpy as np
import pytest

from sennight.readers.raw_minutes import ALL_ZERO, MOST_A_SECOND, OUT_OF_ORDER, SHORT_MINUTE, TOO_DENSE, TOO_STRONG
from sennight.readers.raw_minutes import RawMinutes as Raw
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_NUMBER, NO_TIME
from sennight.record import Clock, Recording

START = 1_709_280_000.0


def report() -> ReadReport:
    return ReadReport(reader="a", source="b")


def raw(told: ReadReport, *, place: str = "", rate_hz: float = 0.0) -> Raw:
    return Raw(
        person="p", device="d", source="s", report=told, clock=Clock.LOCAL, place=place, offset_s=0, rate_hz=rate_hz
    )


def swing(minutes: float, *, rate: float = 30.0, start: float = START) -> tuple[np.ndarray, np.ndarray]:
    t = np.arange(int(minutes * 60 * rate)) / rate
    xyz = np.stack([0.3 * np.sin(2 * np.pi * t), 0.5 * np.sin(4 * np.pi * t) - 1, 0 * t], axis=1)
    return start + t, xyz.astype(np.float32)


def made(
    utc: np.ndarray, xyz: np.ndarray, told: ReadReport, *, place: str = "", cut: int = 10**9
) -> dict[str, Recording]:
    one = raw(told, place=place)
    for i in range(0, len(utc), cut):
        one.add(utc[i : i + cut], xyz[i : i + cut])
    found = {r.channel.name: r for r in one.recordings()}
    assert told.records_seen == told.records_kept + told.records_dropped
    return found


def test_every_measure_of_a_whole_minute_is_there() -> None:
    told = report()
    utc, xyz = swing(4)
    found = made(utc, xyz, told)
    assert set(found) == {"enmo", "mad", "angle_z", "vm_counts", "mims", "steps", "worn_by_spread"}
    for recording in found.values():
        np.testing.assert_array_equal(recording.times_utc, START + 60 * np.arange(4))
        assert (recording.person, recording.device, recording.source) == ("p", "d", "s")
    assert told.devices["d"] == told.records_kept == len(utc)


def test_counts_are_called_by_the_place_and_mean_what_it_means() -> None:
    utc, xyz = swing(3)
    hip, wrist = made(utc, xyz, report(), place="hip"), made(utc, xyz, report(), place="wrist")
    anywhere = made(utc, xyz, report())
    assert "hip_counts" in hip
    assert (wrist["wrist_counts"].values == anywhere["vm_counts"].values).all()
    # y alone at the hip, x and y together at the wrist
    assert (hip["hip_counts"].values < wrist["wrist_counts"].values).all()
    one = Raw(person="p", device="d", source="s", report=report(), clock=Clock.LOCAL, place="hip", vertical=2)
    one.add(utc, xyz)
    assert {r.channel.name: r for r in one.recordings()}["hip_counts"].values.max() == 0


@pytest.mark.parametrize("cut", [1, 29, 4_000])
def test_blocks_of_any_length_give_the_same_minutes(cut: int) -> None:
    utc, xyz = swing(3 if cut == 1 else 14)
    jitter = np.random.default_rng(1).uniform(0, 0.01, len(utc))
    gap = (utc - START > 65) & (utc - START < 110)
    utc, xyz = (utc + jitter)[~gap], xyz[~gap]
    whole, parts = made(utc, xyz, report()), made(utc, xyz, report(), cut=cut)
    assert whole.keys() == parts.keys()
    for name, recording in whole.items():
        np.testing.assert_array_equal(parts[name].times_utc, recording.times_utc)
        np.testing.assert_allclose(parts[name].values, recording.values, rtol=1e-5, atol=1e-5)


def test_a_gap_is_missing_never_zero() -> None:
    """Failures 19 and 27."""
    told = report()
    utc, xyz = swing(10)
    seen = (utc - START < 150) | (utc - START >= 400)
    found = made(utc[seen], xyz[seen], told)
    # Minute 2 has half of its seconds: enough for a mean, not for a sum. Minute 6 has a third of them.
    means, sums = [0, 1, 2, 7, 8, 9], [0, 1, 7, 8, 9]
    assert ((found["mad"].times_utc - START) / 60).tolist() == means
    for name in ("vm_counts", "mims", "steps"):
        assert ((found[name].times_utc - START) / 60).tolist() == sums
    assert told.dropped[SHORT_MINUTE] == 20 * 30


def test_weeks_of_sleep_cost_no_memory_and_no_minutes() -> None:
    """I-09, failure 19."""
    one = raw(report())
    for start in (START, START + 60 * 86_400):
        one.add(*swing(2, start=start))
    for recording in one.recordings():
        assert len(recording.times_utc) == 4


def test_seconds_of_exact_zeros_are_an_idle_device() -> None:
    """Failures 3 and 19."""
    told = report()
    utc, xyz = swing(4)
    xyz[(utc - START >= 60) & (utc - START < 120)] = 0
    found = made(utc, xyz, told)
    assert ((found["enmo"].times_utc - START) / 60).tolist() == [0, 2, 3]
    assert told.dropped[ALL_ZERO] == 1_800


def test_a_single_zero_sample_is_free_fall() -> None:
    told = report()
    utc, xyz = swing(2)
    xyz[100] = 0
    made(utc, xyz, told)
    assert told.records_dropped == 0


def test_what_cannot_be_is_dropped_for_its_reason() -> None:
    """T-07, T-12, failure 24."""
    told = report()
    utc, xyz = swing(4)
    xyz[10], xyz[20, 1], xyz[30] = np.nan, np.inf, 40.0
    utc[40], utc[50], utc[60] = -5.0, 1e11, np.nan
    utc[100:110] = utc[90:100]
    found = made(utc, xyz, told)
    assert told.dropped == {NO_NUMBER: 2, TOO_STRONG: 1, NO_TIME: 3, OUT_OF_ORDER: 9}
    assert len(found["mad"].times_utc) == 4


def test_a_clock_set_back_loses_the_samples_it_repeats() -> None:
    told = report()
    one = raw(told)
    one.add(*swing(3))
    one.add(*swing(2))
    one.add(*swing(1, start=START + 180))
    found = {r.channel.name: r for r in one.recordings()}
    assert told.dropped[OUT_OF_ORDER] == 3_600
    assert len(found["mims"].times_utc) == 4


def test_more_samples_than_a_sensor_gives_are_a_damaged_clock() -> None:
    told = report()
    utc, xyz = swing(3)
    crowd = np.full(2 * MOST_A_SECOND, START + 61.0)
    utc, at = np.sort(np.append(utc, crowd)), np.argsort(np.append(utc, crowd), kind="stable")
    made(utc, np.concatenate([xyz, np.ones((len(crowd), 3), dtype=np.float32)])[at], told)
    assert told.dropped[TOO_DENSE] == 2 * MOST_A_SECOND + 30


def test_a_minute_beyond_all_measure_is_counted_whole() -> None:
    """Failure 9."""
    told = report()
    one = raw(told)
    for _ in range(40):
        one.add(np.full(10_000, START), np.ones((10_000, 3), dtype=np.float32))
    assert one.recordings() == ()
    assert told.dropped == {TOO_DENSE: 400_000}


@pytest.mark.parametrize(
    ("rate", "absent"),
    [
        (100.0, set()),
        (85.7, set()),
        (29.4, set()),
        (25.0, {"vm_counts"}),
        (12.5, {"vm_counts", "steps"}),
        (4.0, {"vm_counts", "steps", "mims"}),
    ],
)
def test_a_rate_gives_what_is_in_its_samples(rate: float, absent: set[str]) -> None:
    told = report()
    found = made(*swing(3, rate=rate), told)
    assert {"enmo", "mad", "angle_z", "vm_counts", "mims", "steps"} - set(found) == absent
    assert bool(told.notes) == ("vm_counts" in absent)


def test_a_rate_that_is_told_is_believed() -> None:
    one = raw(report(), rate_hz=40.0)
    one.add(*swing(2, rate=30.0))
    assert one._even is None
    assert {r.channel.name for r in one.recordings()} >= {"vm_counts", "mims"}
    assert one._even is not None
    assert one._even.grid.rate_hz == 40.0


def test_jitter_and_drift_leave_means_alone() -> None:
    """T-08: 30 s an hour too fast, times off by a third of a step."""
    utc, xyz = swing(8, rate=100.0)
    steady = made(utc, xyz, report())
    rng = np.random.default_rng(2)
    moved = np.sort(START + (utc - START) * (1 - 30 / 3_600) + rng.uniform(0, 0.003, len(utc)))
    drifted = made(moved, xyz, report())
    # Counts cut at whole levels, ten times a second: of a sine that beats in time with that they follow its phase.
    for name, within in (("enmo", 0.01), ("mad", 0.01), ("mims", 0.01), ("vm_counts", 0.05)):
        np.testing.assert_allclose(drifted[name].values[1:6], steady[name].values[1:6], rtol=within)


def test_slow_channels_come_along_on_the_same_clock() -> None:
    told = report()
    one = Raw(
        person="p", device="d", source="s", report=told, clock=Clock.INSTANT, place="wrist", offset_s=7_200, sha256="ab"
    )
    utc, xyz = swing(2)
    one.add(utc, xyz)
    one.add_slow("white_light", np.array([int(START), int(START) + 30]), np.array([5.0, np.nan]))
    found = {r.channel.name: r for r in one.recordings()}
    assert found["white_light"].values.tolist() == [5.0]
    assert found["white_light"].n_rejected == 1
    assert {(r.clock, int(r.utc_offset_s[0]), r.source_sha256) for r in found.values()} == {
        (Clock.INSTANT, 7_200, "ab")
    }


def test_nothing_added_is_nothing() -> None:
    told = report()
    one = raw(told)
    one.add(np.empty(0), np.empty((0, 3), dtype=np.float32))
    one.add(np.array([np.nan]), np.zeros((1, 3), dtype=np.float32))
    assert one.recordings() == ()
    assert told.records_seen == 1


def test_one_sample_is_no_minute() -> None:
    told = report()
    one = raw(told)
    one.add(np.array([START]), np.ones((1, 3), dtype=np.float32))
    assert one.recordings() == ()
    assert told.dropped == {SHORT_MINUTE: 1}


def night(hours: int, *, rate: float, on_table_from: int) -> tuple[np.ndarray, np.ndarray]:
    """A wrist asleep that turns every twenty minutes, and in between only breathes; then a device on a table."""
    rng = np.random.default_rng(0)
    t = np.arange(int(hours * 3_600 * rate)) / rate
    turned = np.floor(t / 1_200)
    posture = np.stack(
        [np.sin(turned), np.cos(turned) * np.sin(turned * 2), np.cos(turned) * np.cos(turned * 2)], axis=1
    )
    asleep = posture + 0.01 * np.sin(2 * np.pi * t / 4)[:, None]
    table = np.array([0.0, 0.0, 1.0]) + rng.normal(0, 0.003, (len(t), 3))
    return START + t, np.where((t < on_table_from * 3_600)[:, None], asleep, table).astype(np.float32)


@pytest.mark.parametrize("rate", [12.5, 20.0])
def test_a_sleeper_is_told_from_a_table_where_there_are_no_counts(rate: float) -> None:
    utc, xyz = night(8, rate=rate, on_table_from=5)
    found = made(utc, xyz, report(), cut=50_000)
    assert not {"vm_counts", "wrist_counts", "hip_counts"} & set(found)
    worn = found["worn_by_spread"]
    assert worn.times_utc.tolist() == [START + 60 * i for i in range(480)]
    assert np.flatnonzero(worn.values == 0).tolist() == list(range(330, 480))  # quarters whose hour is on the table
    lost = dict(zip(worn.times_utc.tolist(), worn.values.tolist(), strict=True))
    gap = (utc < START + 6 * 3_600) | (utc >= START + 6 * 3_600 + 600)
    after = made(utc[gap], xyz[gap], report())["worn_by_spread"]
    assert len(after.times_utc) == 470  # nothing is said of minutes without samples
    assert set(after.times_utc.tolist()) < set(lost)
