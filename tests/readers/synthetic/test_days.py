"""The planted truths are really in the minutes."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from sennight.readers.synthetic.days import CHANNELS, DEFAULT_CHANNELS, DEVICES, record, scene
from sennight.readers.synthetic.person import Truths, Wear, Work, draw_truths
from sennight.record import CHANNELS as REGISTRY
from sennight.record import Person, Recording

PEOPLE, SEED, DAYS = 100, 7, 8


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    truth: Truths
    person: Person

    def samples(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Local wall-clock minute and value of every sample of a channel."""
        parts = [r for r in self.person.recordings if r.channel.name == name]
        if not parts:
            return np.empty(0, dtype=np.int64), np.empty(0)
        return (
            np.concatenate([(r.times_utc + r.utc_offset_s) // 60 for r in parts]),
            np.concatenate([r.values for r in parts]),
        )

    def asleep_pulse(self) -> tuple[np.ndarray, np.ndarray]:
        """Minute and heart rate while the device said asleep."""
        minute, said = self.samples("asleep")
        at, pulse = self.samples("heart_rate")
        keep = np.isin(at, minute[said == 1])
        return at[keep], pulse[keep]


@pytest.fixture(scope="module")
def crowd() -> list[Measured]:
    planted = [draw_truths(index, seed=SEED, days=DAYS) for index in range(PEOPLE)]
    return [Measured(truth=t, person=record(t)) for t in planted]


def _first(which: Callable[[Truths], bool], *, seed: int = 1, days: int = DAYS, **more) -> Measured:
    truth = next(t for t in (draw_truths(i, seed=seed, days=days) for i in range(3_000)) if which(t))
    return Measured(truth=truth, person=record(truth, **more))


def _date(minute: np.ndarray) -> np.ndarray:
    return minute.astype("datetime64[m]").astype("datetime64[D]")


def _worn_at_night(m: Measured) -> bool:
    return m.truth.life.wear is Wear.ALWAYS


def test_resting_pulse_is_recovered_from_sleep(crowd):
    well = [m for m in crowd if _worn_at_night(m) and m.truth.events.illness is None]
    error = [np.percentile(m.asleep_pulse()[1], 5) - m.truth.body.resting_pulse_bpm for m in well]
    assert abs(np.mean(error)) < 0.5
    assert np.mean(np.abs(error)) < 2.0


def test_mid_sleep_is_recovered_from_what_the_device_calls_sleep(crowd):
    free = [m for m in crowd if _worn_at_night(m) and m.truth.life.work is Work.NONE]
    error_h = []
    for m in free:
        minute, said = m.samples("asleep")
        angle = np.angle(np.exp(2j * np.pi * (minute[said == 1] % 1440) / 1440).sum())
        error_h.append(angle / (2 * np.pi) * 24 - m.truth.rhythm.mid_sleep_h)
    assert abs(np.mean(error_h)) < 0.25
    assert np.mean(np.abs(error_h)) < 0.5


def test_heart_rate_falls_in_sleep_and_skin_warms(crowd):
    for m in crowd:
        if not _worn_at_night(m):
            continue
        minute, said = m.samples("asleep")
        for name, sign in (("heart_rate", -1), ("skin_temperature", 1)):
            at, values = m.samples(name)
            asleep = np.isin(at, minute[said == 1])
            assert sign * (values[asleep].mean() - values[~asleep].mean()) > 0


def test_the_nadir_of_heart_rate_lies_in_the_second_half_of_the_night(crowd):
    after_h = []
    for m in crowd:
        if _worn_at_night(m) and m.truth.life.work is Work.NONE:
            at, pulse = m.asleep_pulse()
            hour = (at % 1440) / 60
            hour = np.where(hour > 16, hour - 24, hour)
            mean = [
                np.median(pulse[(hour >= h) & (hour < h + 1)])
                for h in range(-2, 10)
                if ((hour >= h) & (hour < h + 1)).sum() > 200
            ]
            first = next(h for h in range(-2, 10) if ((hour >= h) & (hour < h + 1)).sum() > 200)
            after_h.append(first + int(np.argmin(mean)) + 0.5 - m.truth.rhythm.mid_sleep_h)
    assert 0.0 < np.mean(after_h) < 3.0


def test_heart_rate_follows_activity(crowd):
    for m in crowd[:30]:
        at, pulse = m.samples("heart_rate")
        first = np.unique(at, return_index=True)
        walked, steps = m.samples("steps")
        shared, i, j = np.intersect1d(first[0], walked, return_indices=True)
        assert len(shared) > 1_000
        if (steps[j] > 80).sum() > 30:
            assert pulse[first[1][i]][steps[j] > 80].mean() > pulse[first[1][i]][steps[j] == 0].mean() + 8


def test_steps_come_in_bouts(crowd):
    walking = [m.samples("steps")[1] > 60 for m in crowd]
    stays = np.mean([w[1:][w[:-1]].mean() for w in walking if w.sum() > 20])
    assert stays > 0.75


def _changes_clock(t: Truths, *months: int) -> bool:
    """On one device with wear reports and a full battery, in the middle of the recording."""
    change = t.events.clock_change
    simple = t.life.reports_wear and t.events.battery_empty is None and t.events.device_change is None
    return simple and change is not None and change != t.life.first_date and change.month in months


def _samples_on(m: Measured, date: dt.date | None) -> np.ndarray:
    """UTC times of the wear reports of one local date."""
    (on_body,) = [r for r in m.person.recordings if r.channel.name == "on_body"]
    return on_body.times_utc[_date((on_body.times_utc + on_body.utc_offset_s) // 60) == np.datetime64(date)]


def test_the_day_of_25_hours_has_1500_minutes():
    m = _first(lambda t: _changes_clock(t, 10, 11) and not t.life.zone.startswith("Australia"))
    times = _samples_on(m, m.truth.events.clock_change)
    assert len(times) == 1_500
    assert (np.diff(times) == 60).all()


def test_the_day_of_23_hours_has_1380_minutes():
    m = _first(lambda t: _changes_clock(t, 3))
    times = _samples_on(m, m.truth.events.clock_change)
    assert len(times) == 1_380
    assert (np.diff(times) == 60).all()


def test_a_night_off_wrist_has_nothing_seen():
    m = _first(lambda t: bool(t.events.nights_off) and t.life.reports_wear and t.events.battery_empty is None)
    s = scene(m.truth)
    for date in m.truth.events.nights_off:
        night = (date - m.truth.life.first_date).days
        low, high = (s.line.start_utc + 60 * x[night] for x in (s.routine.nights.bed, s.routine.nights.rise))
        for r in m.person.recordings:
            of_night = (r.times_utc >= low) & (r.times_utc < high)
            if r.channel.name == "on_body":
                assert of_night.sum() == (high - low) // 60
                assert not r.values[of_night].any()
            else:
                assert not of_night.any()


def test_a_device_that_does_not_report_wear_has_no_on_body():
    m = _first(lambda t: not t.life.reports_wear)
    assert {r.channel.name for r in m.person.recordings} == set(DEFAULT_CHANNELS) - {"on_body"}


def test_an_illness_raises_the_pulse_of_the_night(crowd):
    found = []
    for index in range(400):
        truth = draw_truths(index, seed=SEED, days=DAYS)
        if truth.events.illness is None or truth.life.wear is not Wear.ALWAYS or len(found) > 8:
            continue
        m = Measured(truth=truth, person=record(truth, channels=("heart_rate", "asleep")))
        at, pulse = m.asleep_pulse()
        night = at % 1440 < 600
        first, last = (np.datetime64(date) for date in truth.events.illness)
        ill = night & (_date(at) >= first) & (_date(at) <= last)
        well = night & ((_date(at) < first) | (_date(at) > last + 1))
        if ill.sum() > 200 and well.sum() > 200:
            rise = np.percentile(pulse[ill], 20) - np.percentile(pulse[well], 20)
            found.append(rise - truth.events.illness_pulse_bpm)
    assert len(found) > 4
    assert abs(np.mean(found)) < 2.5


def test_a_device_change_is_a_boundary_between_two_devices():
    m = _first(lambda t: t.events.device_change is not None and t.life.wear is Wear.ALWAYS)
    by_name: dict[str, list[Recording]] = {}
    for r in m.person.recordings:
        by_name.setdefault(r.channel.name, []).append(r)
    for parts in by_name.values():
        assert [r.device for r in parts] == [d.name for d in DEVICES]
        local = [r.times_utc + r.utc_offset_s for r in parts]
        noon = (m.truth.events.device_change - dt.date(1970, 1, 1)).days * 86400 + 43200
        assert local[0].max() < noon <= local[1].min()


def test_the_second_device_counts_more():
    ratio = []
    for index in range(400):
        truth = draw_truths(index, seed=2, days=DAYS)
        if truth.events.device_change is not None and truth.events.illness is None and len(ratio) < 15:
            parts = record(truth, channels=("wrist_counts",)).recordings
            ratio.append(
                np.log(parts[1].values[parts[1].values > 100].mean() / parts[0].values[parts[0].values > 100].mean())
            )
    assert np.mean(ratio) == pytest.approx(np.log(DEVICES[1].counts_gain), abs=0.15)


def test_naps_are_there_for_who_naps(crowd):
    asleep_after_lunch = []
    for m in crowd:
        minute, said = m.samples("asleep")
        afternoon = (minute % 1440 >= 13 * 60) & (minute % 1440 < 18 * 60)
        asleep_after_lunch.append(said[afternoon].mean())
    share = np.array([m.truth.rhythm.nap_share for m in crowd])
    minutes = np.array(asleep_after_lunch)
    assert minutes[share > 0.3].mean() > 2 * minutes[share < 0.12].mean()


def test_counts_follow_the_planted_activity(crowd):
    counts = [np.log1p(m.samples("wrist_counts")[1]).mean() for m in crowd if _worn_at_night(m)]
    assert np.corrcoef(counts, [m.truth.body.activity_z for m in crowd if _worn_at_night(m)])[0, 1] > 0.5


def test_a_hip_moves_less_often_than_a_wrist():
    person = record(draw_truths(0, seed=0, days=DAYS), channels=("hip_counts", "wrist_counts"))
    still = {r.channel.name: (r.values == 0).mean() for r in person.recordings}
    assert still["hip_counts"] > still["wrist_counts"] + 0.2


def test_sentinels_are_dropped_and_keep_their_times(crowd):
    pulse = [r for m in crowd for r in m.person.recordings if r.channel.name == "heart_rate"]
    assert sum(r.n_rejected for r in pulse) > 100
    assert all(r.values.min() > 20 and r.values.max() < 250 for r in pulse)


def test_workouts_are_sampled_every_ten_seconds():
    m = _first(lambda t: t.life.workouts_per_week > 4, channels=("heart_rate",))
    (recording,) = m.person.recordings[:1]
    steps = np.diff(recording.times_utc)
    assert (steps == 10).sum() > 500
    assert (steps == 60).sum() > 5_000


def test_the_same_truth_gives_the_same_arrays():
    truth = draw_truths(4, seed=9, days=7)
    for a, b in zip(record(truth).recordings, record(truth).recordings, strict=True):
        assert (a.channel, a.device) == (b.channel, b.device)
        for field in ("times_utc", "utc_offset_s", "values", "rejected_utc"):
            assert np.array_equal(getattr(a, field), getattr(b, field))


def test_leaving_channels_out_changes_no_other():
    truth = draw_truths(4, seed=9, days=7)
    whole = {(r.channel.name, r.device): r for r in record(truth, channels=CHANNELS).recordings}
    for r in record(truth, channels=("skin_temperature", "steps")).recordings:
        assert np.array_equal(r.values, whole[r.channel.name, r.device].values)


def test_every_channel_is_in_the_registry():
    assert set(CHANNELS) <= set(REGISTRY)


def test_one_day_and_a_year_can_be_made():
    assert record(draw_truths(0, seed=0, days=1)).recordings
    year = record(draw_truths(0, seed=0, days=366), channels=("steps",)).recordings
    assert sum(len(r.values) for r in year) > 300 * 1_000
