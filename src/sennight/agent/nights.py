"""Nights: the main sleep of each night, by the date of its waking up.

The night of a date runs from 18:00 of the day before to 18:00 of that date. Its main sleep is the stretch with most
minutes asleep, where pauses of up to an hour (awake or not seen) do not end it. A night counts if both days were
recorded and at least two hours of it were asleep: what is shorter is a nap, or a night that was hardly seen.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64

from sennight.agent.person import OpenPerson
from sennight.record import MINUTES_PER_DAY

EVENING = 18 * 60  # minute of the day before at which a night begins
PAUSE_MIN = 60  # longest pause inside one sleep
MIN_ASLEEP = 120  # minutes; less is a nap
STAGES = ("sleep_light", "sleep_deep", "sleep_rem")


@dataclass(frozen=True, kw_only=True, eq=False)
class Nights:
    """One value a recorded day, for the night that ended on it; NaN where there is none that counts.

    Onset and waking are minutes from midnight of the waking date (an onset before midnight is negative).
    """

    ordinal: Int64[np.ndarray, " day"]
    onset_min: Float64[np.ndarray, " day"]
    wake_min: Float64[np.ndarray, " day"]
    asleep_min: Float64[np.ndarray, " day"]
    awake_min: Float64[np.ndarray, " day"]
    deep_min: Float64[np.ndarray, " day"]
    rem_min: Float64[np.ndarray, " day"]
    light_min: Float64[np.ndarray, " day"]

    @property
    def in_bed_min(self) -> Float64[np.ndarray, " day"]:
        """From falling asleep to waking up."""
        return self.wake_min - self.onset_min

    @property
    def efficiency_pct(self) -> Float64[np.ndarray, " day"]:
        """Minutes asleep among those of the main sleep that were seen."""
        return 100 * self.asleep_min / (self.asleep_min + self.awake_min)


def sleep_state(person: OpenPerson) -> tuple[Bool[np.ndarray, "day 1440"], Bool[np.ndarray, "day 1440"]] | None:
    """(asleep, seen) of every minute, from the device's sleep channel or else its stages; None without either."""
    if "asleep" in person.minutes:
        one = person.minutes["asleep"]
        return (one.values > 0.5) & one.seen, one.seen
    stages = [person.minutes[name] for name in (*STAGES, "sleep_awake") if name in person.minutes]
    if not any(name in person.minutes for name in STAGES):
        return None
    asleep = np.zeros(stages[0].values.shape, dtype=np.bool_)
    seen = np.zeros_like(asleep)
    for name in (*STAGES, "sleep_awake"):
        if name in person.minutes:
            one = person.minutes[name]
            seen |= one.seen
            if name != "sleep_awake":
                asleep |= (one.values > 0.5) & one.seen
    return asleep, seen


def nights(person: OpenPerson) -> Nights | None:
    """All nights, computed once; None if the person's devices did not say when they slept."""
    if "nights" not in person.kept:
        state = sleep_state(person)
        person.kept["nights"] = None if state is None else _nights(person, *state)
    found: Nights | None = person.kept["nights"]
    return found


def _nights(person: OpenPerson, asleep: np.ndarray, seen: np.ndarray) -> Nights:
    days = len(person.ordinal)
    fields = {name: np.full(days, np.nan) for name in
              ("onset_min", "wake_min", "asleep_min", "awake_min", "deep_min", "rem_min", "light_min")}  # fmt: skip
    for i in range(1, days):
        if person.ordinal[i] - person.ordinal[i - 1] != 1:
            continue
        night = np.concatenate([asleep[i - 1, EVENING:], asleep[i, :EVENING]])
        main = _main_sleep(night)
        if main is None:
            continue
        first, stop, n = main
        fields["onset_min"][i] = first + EVENING - MINUTES_PER_DAY
        fields["wake_min"][i] = stop + EVENING - MINUTES_PER_DAY
        fields["asleep_min"][i] = n
        looked = np.concatenate([seen[i - 1, EVENING:], seen[i, :EVENING]])[first:stop]
        fields["awake_min"][i] = int(looked.sum()) - n
        for stage in STAGES:
            if stage in person.minutes:
                one = person.minutes[stage]
                joined = np.concatenate([one.values[i - 1, EVENING:], one.values[i, :EVENING]])[first:stop]
                fields[f"{stage.removeprefix('sleep_')}_min"][i] = int((joined > 0.5).sum())
    return Nights(ordinal=person.ordinal, **fields)


def _main_sleep(asleep: Bool[np.ndarray, " minute"]) -> tuple[int, int, int] | None:
    """(first minute, minute after the last, minutes asleep) of the longest sleep; None if it is too short."""
    at = np.flatnonzero(asleep)
    if len(at) < MIN_ASLEEP:
        return None
    breaks = np.flatnonzero(np.diff(at) > PAUSE_MIN + 1)
    starts, stops = np.append(0, breaks + 1), np.append(breaks, len(at) - 1)
    longest = int(np.argmax(stops - starts))
    n = int(stops[longest] - starts[longest] + 1)
    return (int(at[starts[longest]]), int(at[stops[longest]]) + 1, n) if n >= MIN_ASLEEP else None
