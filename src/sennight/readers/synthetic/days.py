"""The minutes of a synthetic person: what a routine looks like to the sensors of a worn device.

A pure function of the truths. Heart rate follows effort with a lag, falls in sleep and has its nadir late
in the night; skin warms in sleep; steps come in bouts. A minute without the device has no samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64

from sennight.readers.synthetic.clock import Timeline, timeline
from sennight.readers.synthetic.person import Stream, Truths, stream
from sennight.readers.synthetic.routine import Routine, live
from sennight.readers.synthetic.smooth import lag, wander
from sennight.readers.synthetic.wearing import Wearing, wear
from sennight.record import Clock, Person, Recording, channel

SIGNALS: tuple[str, ...] = ("heart_rate", "steps", "wrist_counts", "skin_temperature", "asleep", "hip_counts")
CHANNELS: tuple[str, ...] = (*SIGNALS, "on_body")
DEFAULT_CHANNELS: tuple[str, ...] = ("heart_rate", "steps", "wrist_counts", "skin_temperature", "asleep", "on_body")
SOURCE = "synthetic"

# Added to the planted resting pulse so that the 5th percentile of a night's heart rate is that pulse.
NIGHT_FLOOR_BPM = 1.4
AWAKE_BPM = 12.0  # sitting awake, above sleep
CIRCADIAN_BPM = 3.2  # amplitude round the clock, with the nadir an hour and a half after mid-sleep
NADIR_AFTER_MID_SLEEP_H = 1.5
SLEEP_WARMS_DEGC = 1.9
AMBIENT_DEGC = 24.0
WORKOUT_SAMPLE_S = 10  # heart rate comes every ten seconds in a workout, else once a minute
COUNTS_HIGHEST = 32_767.0  # where a 16-bit counter stops: out of the channel's range on purpose


@dataclass(frozen=True, kw_only=True)
class Device:
    """What a device makes of the truth."""

    name: str
    counts_gain: float
    pulse_noise_bpm: float
    temperature_offset_degc: float
    sentinel_share: float
    """Of heart-rate samples that are 0 or 255: no contact."""


DEVICES: tuple[Device, Device] = (
    Device(
        name="synthetic band 1",
        counts_gain=1.0,
        pulse_noise_bpm=1.0,
        temperature_offset_degc=0.0,
        sentinel_share=0.0006,
    ),
    Device(
        name="synthetic band 2",
        counts_gain=1.4,
        pulse_noise_bpm=2.2,
        temperature_offset_degc=0.5,
        sentinel_share=0.002,
    ),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """All that the sensors of one person see."""

    truth: Truths
    line: Timeline
    routine: Routine
    wearing: Wearing


@dataclass(frozen=True, kw_only=True, eq=False)
class Samples:
    """What a sensor gives: elapsed seconds since the start, values, and the minute each belongs to."""

    at_s: Int64[np.ndarray, " n"]
    minute: Int64[np.ndarray, " n"]
    values: Float64[np.ndarray, " n"]


def scene(truth: Truths) -> Scene:
    """Live the recorded days: what was done and when the device was worn."""
    line = timeline(truth.life.zone, truth.life.first_date, truth.life.days)
    routine = live(truth, line, stream(truth.seed, truth.index, Stream.ROUTINE))
    wearing = wear(truth, line, routine, stream(truth.seed, truth.index, Stream.WEARING))
    return Scene(truth=truth, line=line, routine=routine, wearing=wearing)


def record(truth: Truths, *, channels: Sequence[str] = DEFAULT_CHANNELS) -> Person:
    """The person with the recordings of all devices, in the order of `channels`."""
    seen = scene(truth)
    recordings: list[Recording] = []
    for name in channels:
        if name == "on_body" and not truth.life.reports_wear:
            continue
        recordings += _recordings(seen, name, _samples(seen, name))
    return Person(id=truth.person, recordings=tuple(recordings))


def _samples(seen: Scene, name: str) -> Samples:
    """The samples of one channel; each channel has its own randomness, so that leaving one out changes no other."""
    seed = np.random.SeedSequence(
        entropy=seen.truth.seed,
        spawn_key=(seen.truth.index, list(Stream).index(Stream.SENSORS), CHANNELS.index(name)),
    )
    rng = np.random.Generator(np.random.SFC64(seed))
    worn = seen.wearing.worn
    if name == "on_body":
        return _per_minute(worn.astype(np.float64), seen.wearing.on)
    if name == "heart_rate":
        return _heart_rate_samples(seen, rng)
    if name == "skin_temperature":
        return _per_minute(_skin_temperature(seen, rng), worn)
    if name == "asleep":
        return _per_minute(_asleep_by_device(seen, rng), worn)
    if name == "steps":
        return _per_minute(_steps(seen.routine, rng), worn)
    return _per_minute(_counts(seen, rng, hip=name == "hip_counts"), worn)


def _per_minute(values: Float64[np.ndarray, " minute"], keep: Bool[np.ndarray, " minute"]) -> Samples:
    """One sample at the start of every kept minute."""
    minute = np.flatnonzero(keep).astype(np.int64)
    return Samples(at_s=60 * minute, minute=minute, values=values[minute])


def _recordings(seen: Scene, name: str, samples: Samples) -> list[Recording]:
    """One recording a device that gave samples."""
    second = seen.wearing.second[samples.minute]
    return [
        Recording.from_samples(
            person=seen.truth.person,
            device=device.name,
            channel=channel(name),
            times_utc=seen.line.start_utc + samples.at_s[of_device],
            utc_offset_s=seen.line.offset_s[samples.minute[of_device]],
            values=samples.values[of_device],
            clock=Clock.INSTANT,
            source=SOURCE,
        )
        for device, of_device in zip(DEVICES, (~second, second), strict=True)
        if of_device.any()
    ]


def _by_device(seen: Scene, first: float, second: float) -> np.ndarray:
    """[minute] a property of the device that was worn."""
    return np.where(seen.wearing.second, second, first)


def _heart_rate(seen: Scene, rng: np.random.Generator) -> np.ndarray:
    """[minute] beats/min: sleep floor + waking + effort + clock + dreams + noise."""
    body, rhythm, routine, n = seen.truth.body, seen.truth.rhythm, seen.routine, len(seen.line)
    rest = body.resting_pulse_bpm + NIGHT_FLOOR_BPM
    share = np.minimum(routine.effort / body.capacity, 1.0)
    # The heart follows effort within two minutes and comes down from long effort over half an hour.
    share = 0.85 * lag(share, 1.8) + 0.15 * lag(share, 20.0)
    state = np.where(routine.asleep, 0.0, np.where(routine.in_bed, 0.55, 1.0))
    # Most of the fall comes with falling asleep, the rest over the first hours of the night.
    awake = lag(state, 7.0)
    pulse = (
        rest
        + AWAKE_BPM * (0.65 * awake + 0.35 * np.maximum(awake, lag(state, 75.0)))
        + (body.highest_pulse_bpm - rest - AWAKE_BPM) * np.maximum(share, 0.0) ** 0.9
    )
    nadir_h = rhythm.mid_sleep_h - rhythm.social_jetlag_h * 0.7 + NADIR_AFTER_MID_SLEEP_H
    swing = CIRCADIAN_BPM * (1.0 - 0.5 * rhythm.fragmentation)
    pulse += swing * (1.0 - np.cos(2 * np.pi * (seen.line.hour - nadir_h) / 24.0))
    pulse += seen.truth.events.illness_pulse_bpm * lag(routine.ill.astype(np.float64), 240.0)
    strain = rng.normal(0.0, 3.0 + 0.5 * max(body.mood_z, 0.0), size=int(routine.block[-1]) + 1)[routine.block]
    pulse += lag(strain, 4.0) * awake + wander(rng, n, sd=1.9, minutes=11.0) * (0.75 + 0.45 * awake)
    return pulse + _dreams(seen, rng)


def _dreams(seen: Scene, rng: np.random.Generator) -> np.ndarray:
    """[minute] beats/min: heart rate rises in dream sleep, every hour and a half, more towards morning."""
    nights, n, bump = seen.routine.nights, len(seen.line), np.zeros(len(seen.line))
    for start, stop in zip(nights.asleep, nights.wake, strict=True):
        low, high = int(np.clip(start, 0, n)), int(np.clip(stop, 0, n))
        since = np.arange(low, high) - float(start)
        cycle = np.sin(2 * np.pi * since / rng.uniform(82.0, 104.0) - 1.9)
        bump[low:high] = 5.0 * np.maximum(cycle, 0.0) ** 1.5 * np.minimum(0.25 + since / 330.0, 1.0)
    return bump


def _heart_rate_samples(seen: Scene, rng: np.random.Generator) -> Samples:
    """Every minute, every ten seconds in a workout; runs of minutes drop out, contact is lost at times."""
    n, routine, worn = len(seen.line), seen.routine, seen.wearing.worn
    pulse = _heart_rate(seen, rng)
    keep = worn & ~_dropouts(seen, rng)
    per_minute = np.where(routine.workout, 60 // WORKOUT_SAMPLE_S, 1) * keep
    minute = np.repeat(np.arange(n, dtype=np.int64), per_minute)
    first = np.cumsum(per_minute) - per_minute
    at_s = 60 * minute + WORKOUT_SAMPLE_S * (np.arange(len(minute)) - first[minute])
    noise = _by_device(seen, DEVICES[0].pulse_noise_bpm, DEVICES[1].pulse_noise_bpm)[minute]
    values = np.rint(pulse[minute] + noise * rng.normal(size=len(minute))).clip(28.0, 230.0)
    lost = rng.random(len(minute)) < _by_device(seen, DEVICES[0].sentinel_share, DEVICES[1].sentinel_share)[minute]
    put_on = worn & ~np.concatenate([[False], worn[:-1]])
    values[lost | put_on[minute]] = rng.choice([0.0, 255.0], p=[0.7, 0.3], size=len(minute))[lost | put_on[minute]]
    return Samples(at_s=at_s, minute=minute, values=values)


def _dropouts(seen: Scene, rng: np.random.Generator) -> np.ndarray:
    """[minute] bool: no pulse found, in runs of a few minutes, more often on the move than asleep."""
    n, routine = len(seen.line), seen.routine
    begins = rng.random(n) < np.where(routine.asleep, 0.0010, np.where(routine.effort > 1.4, 0.0060, 0.0018))
    at = np.flatnonzero(begins)
    edges = np.zeros(n + 1)
    np.add.at(edges, at, 1)
    np.add.at(edges, np.minimum(at + 1 + rng.geometric(0.18, size=len(at)), n), -1)
    return np.asarray(np.cumsum(edges)[:n] > 0)


def _steps(routine: Routine, rng: np.random.Generator) -> np.ndarray:
    """[minute] steps; the first and last minute of a walk are walked in part."""
    n, walking = len(routine.effort), routine.cadence > 60.0
    edge = walking & ~(np.concatenate([[False], walking[:-1]]) & np.concatenate([walking[1:], [False]]))
    share = np.where(edge, rng.random(n), np.where(walking, rng.normal(1.0, 0.05, size=n), 1.0))
    paused = walking & (rng.random(n) < 0.04)  # a kerb, a red light
    return np.asarray(np.rint(routine.cadence * share * np.where(paused, 0.4, 1.0)).clip(0.0, 230.0))


def _counts(seen: Scene, rng: np.random.Generator, *, hip: bool) -> np.ndarray:
    """[minute] activity counts: a wrist moves while its owner sits, a hip does not."""
    routine, n = seen.routine, len(seen.line)
    spread = rng.gamma(2.2, 1 / 2.2, size=n)
    if hip:
        steps = routine.cadence > 60.0
        level = np.where(steps, 1050.0 * routine.effort, 160.0 * np.maximum(routine.effort - 0.35, 0.0) ** 1.5)
        still = rng.random(n) < np.select([steps, routine.effort < 0.45], [0.0, 0.82], 0.2)
    else:
        level = 1150.0 * routine.effort**0.85 * routine.arm
        still = rng.random(n) < np.select([routine.effort > 1.2, routine.effort > 0.5], [0.0, 0.04], 0.22)
    spread = np.where(routine.effort > 2.0, 1.0 + 0.3 * (spread - 1.0), spread)
    tossing = 1.0 + 1.5 * seen.truth.rhythm.fragmentation
    turns = (rng.random(n) < 0.035 * tossing) * rng.gamma(1.0, 30.0 if hip else 190.0, size=n)
    counts = np.where(routine.asleep, turns, level * spread * ~still)
    counts = np.where(routine.awakening & ~routine.asleep, counts + 3.0 * turns + 90.0 * spread, counts)
    arm = rng.lognormal(0.0, 0.08)  # how the device sits on this person
    counts = counts * arm * _by_device(seen, DEVICES[0].counts_gain, DEVICES[1].counts_gain)
    jammed = rng.random(n) < 3e-5
    return np.where(jammed, COUNTS_HIGHEST, np.rint(counts).clip(0.0, COUNTS_HIGHEST - 1.0))


def _skin_temperature(seen: Scene, rng: np.random.Generator) -> np.ndarray:
    """[minute] degC: warm in sleep, cool outdoors and in sweat, ambient when just put on."""
    routine, n = seen.routine, len(seen.line)
    person = 32.3 + 0.35 * rng.normal() + 0.15 * seen.truth.body.female
    warm = SLEEP_WARMS_DEGC * (1.0 - 0.35 * seen.truth.rhythm.fragmentation)
    skin = person + warm * lag(np.where(routine.asleep, 1.0, np.where(routine.in_bed, 0.5, 0.0)), 32.0)
    skin = skin - lag(1.7 * routine.outdoors + 0.5 * routine.workout, 6.0)
    rooms = rng.normal(0.0, 0.55, size=int(routine.block[-1]) + 1)[routine.block]
    skin = skin + lag(rooms, 14.0) * np.where(routine.asleep, 0.4, 1.0) + wander(rng, n, sd=0.25, minutes=45.0)
    skin = skin + 0.25 * np.cos(2 * np.pi * (seen.line.hour - 20.0) / 24.0) + 0.6 * lag(routine.ill * 1.0, 180.0)
    skin = skin + _by_device(seen, DEVICES[0].temperature_offset_degc, DEVICES[1].temperature_offset_degc)
    minutes = np.arange(n)
    last_off = np.maximum.accumulate(np.where(seen.wearing.worn, -1, minutes))
    settled = 1.0 - np.exp(-(minutes - last_off) / 6.0) * (last_off >= 0)
    skin = AMBIENT_DEGC + (skin - AMBIENT_DEGC) * settled
    return np.round(skin + 0.05 * rng.normal(size=n), 2)


def _asleep_by_device(seen: Scene, rng: np.random.Generator) -> np.ndarray:
    """[minute] 1 where the device says asleep: it takes lying still for sleep and misses short awakenings."""
    routine, n = seen.routine, len(seen.line)
    said = lag(routine.asleep.astype(np.float64), 3.0) > 0.5
    quiet = routine.in_bed & ~routine.asleep & ~routine.awakening
    fooled = quiet & (wander(rng, n, sd=1.0, minutes=9.0) > 0.8)
    dozing = ~routine.in_bed & (routine.effort < 0.3) & (wander(rng, n, sd=1.0, minutes=12.0) > 2.9)
    return (said | fooled | dozing).astype(np.float64)
