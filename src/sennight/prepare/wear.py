"""Wear: in which minutes a device lay on a table and recorded nobody.

Two published rules for activity counts, the rule of the NHANES day pack, and two rules of ours for
consumer devices. Each works on one device alone, marks whole minutes (all channels of the device) and
changes nothing but `values` and `why`. A rule that cannot tell sleep from absence says so below.
"""

from dataclasses import replace
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float32

from sennight.errors import PrepareError
from sennight.prepare.runs import Runs, at_least, inside, runs_of
from sennight.record import MinuteTable, Why

# Choi L, Liu Z, Matthews CE, Buchowski MS (2011), Med Sci Sports Exerc 43(2):357-364.
CHOI_WINDOW_MIN = 90
CHOI_SPIKE_MIN = 2  # a movement this short may be the table that was knocked
CHOI_STREAM_MIN = 30  # it is, if nothing moved this long before and after

# Troiano RP, Berrigan D, Dodd KW, Masse LC, Tilert T, McDowell M (2008), Med Sci Sports Exerc 40(1):181-188.
TROIANO_WINDOW_MIN = 60
TROIANO_SPIKE_MIN = 2
TROIANO_SPIKE_COUNTS = 100  # counts/min; a minute above it ends the non-wear

# The wear flags of the NHANES 2005-2006 day pack follow this rule to the minute (200 of 200 people).
WINDOW_MIN = 90
WINDOW_SPIKES = 2  # minutes that may move in any window
WINDOW_SPIKE_COUNTS = 99  # counts/min

# Ours. In 590,000 minutes of pulse of two Fitbit cohorts (4 + 35 people) no value lasted for 60 min.
FROZEN_PULSE_MIN = 60
NO_PULSE_MIN = 30  # longer than a watch pauses at rest (Apple: up to about 10 min), shorter than most charging
REGULAR_PULSE_MIN = 15  # median minutes between pulses; a device that takes it more rarely cannot tell by its absence
# Against wear by pulse on two Fitbit cohorts: 98.3 % of minutes agree and 0.6 % of worn minutes are lost (242 days of
# 35 people); worn minutes a day differ by 157 (300 days of 4 people who often took it off): near the least that any
# of 60 to 900 min gives.
STILL_MIN = 240

COUNTS = ("hip_counts", "wrist_counts", "vm_counts")
# Counts on scales of their makers: the thresholds of Choi and Troiano do not hold, but rest is zero there too.
MAKERS_COUNTS = ("actiwatch_counts", "motionwatch_counts", "health_band_counts", "actical_counts")
PULSE = "heart_rate"
# What each channel shows of a body that does not move.
AT_REST = {"steps": 0.0, "distance": 0.0, "intensity": 0.0, "mets": 1.0} | dict.fromkeys(COUNTS + MAKERS_COUNTS, 0.0)
ASLEEP = ("asleep", "sleep_light", "sleep_deep", "sleep_rem")


class Wear(StrEnum):
    """How a device is judged to be worn.

    AUTO takes, in this order: HEART_RATE where the pulse is regular, VAN_HEES_2013 where raw samples were there (a
    reader looked at them then), CHOI_2011 where there are counts, STILL where movement was recorded, NONE.
    DEVICE_FLAG: the device said so itself, nothing is inferred.
    """

    AUTO = "auto"
    DEVICE_FLAG = "device flag"
    HEART_RATE = "heart rate"
    VAN_HEES_2013 = "van Hees 2013"
    CHOI_2011 = "Choi 2011"
    TROIANO_2008 = "Troiano 2008"
    WINDOW_90 = "90-minute window"
    STILL = "still"
    NONE = "none"


def mark_wear(
    table: MinuteTable, *, rule: Wear = Wear.AUTO, lying: Bool[np.ndarray, " t"] | None = None
) -> MinuteTable:
    """The same table with OFF_BODY, and no values, in the minutes in which the device was not worn.

    `lying` is what raw samples said of each minute, if there were any (`signals.nonwear`).

    Minutes in which the device was off keep that reason. `choose_wear` tells what AUTO will be.
    Counts default to Choi: on the NHANES pack (6,023 people, 42,161 days) it agrees with the pack's own flags in
    98.8 % of minutes and finds 28,816 valid days for their 28,813; Troiano agrees in 97.4 % and finds 27,516,
    because an hour of sitting still is common; WINDOW_90 reproduces the flags exactly, but is not published.
    Raises: PrepareError if the rule needs a channel that the table lacks.
    """
    off = off_body(table, rule=choose_wear(table, lying=lying) if rule is Wear.AUTO else rule, lying=lying)
    if not bool(off.any()):
        return table
    cells = off[:, None] & (table.why != Why.DEVICE_OFF)
    return replace(
        table,
        values=np.where(cells, np.float32(0), table.values),
        why=np.where(cells, np.uint8(Why.OFF_BODY), table.why),
    )


def choose_wear(table: MinuteTable, *, lying: Bool[np.ndarray, " t"] | None = None) -> Wear:
    """What AUTO means for this device."""
    names = {channel.name for channel in table.channels}
    if PULSE in names and _is_regular(_column(table, PULSE)[1]):
        return Wear.HEART_RATE
    if lying is not None:
        return Wear.VAN_HEES_2013
    if names & set(COUNTS):
        return Wear.CHOI_2011
    return Wear.STILL if names & set(AT_REST) else Wear.NONE


def off_body(table: MinuteTable, *, rule: Wear, lying: Bool[np.ndarray, " t"] | None = None) -> Bool[np.ndarray, " t"]:
    """[t] True where this rule says that the device was not worn. Raises: PrepareError as `mark_wear`."""
    match rule:
        case Wear.NONE | Wear.DEVICE_FLAG:
            return np.zeros(len(table.values), dtype=np.bool_)
        case Wear.HEART_RATE:
            return no_pulse(table)
        case Wear.VAN_HEES_2013:
            if lying is None:
                raise _needs("raw samples", table)
            return lying
        case Wear.STILL:
            return still(table)
        case Wear.CHOI_2011:
            return choi_2011(_counts(table))
        case Wear.TROIANO_2008:
            return troiano_2008(_counts(table))
        case Wear.WINDOW_90:
            return window_90(_counts(table))
        case Wear.AUTO:
            return off_body(table, rule=choose_wear(table, lying=lying), lying=lying)


def choi_2011(counts: Float32[np.ndarray, " t"]) -> Bool[np.ndarray, " t"]:
    """At least 90 minutes of zeros; movement of 1 or 2 minutes is overlooked if the 30 minutes before and after are 0.

    As in the authors' own program, a stream that leaves the recording ends at its edge, and two
    movements less than 30 minutes apart keep each other.
    """
    moving = counts > 0
    runs = runs_of(moving)
    minutes_moving = np.concatenate(([0], np.cumsum(moving)))
    before = minutes_moving[runs.start] - minutes_moving[np.maximum(runs.start - CHOI_STREAM_MIN, 0)]
    after = minutes_moving[np.minimum(runs.stop + CHOI_STREAM_MIN, len(counts))] - minutes_moving[runs.stop]
    overlooked = (runs.minutes <= CHOI_SPIKE_MIN) & (before == 0) & (after == 0)
    return _long_rest(moving, runs, overlooked, CHOI_WINDOW_MIN)


def troiano_2008(counts: Float32[np.ndarray, " t"]) -> Bool[np.ndarray, " t"]:
    """At least 60 minutes of zeros; up to 2 minutes in a row of 1 to 100 counts between zeros are overlooked."""
    moving = counts > 0
    runs = runs_of(moving)
    minutes_above = np.concatenate(([0], np.cumsum(counts > TROIANO_SPIKE_COUNTS)))
    weak = minutes_above[runs.stop] == minutes_above[runs.start]
    between = (runs.start > 0) & (runs.stop < len(counts))
    overlooked = (runs.minutes <= TROIANO_SPIKE_MIN) & weak & between
    return _long_rest(moving, runs, overlooked, TROIANO_WINDOW_MIN)


def window_90(counts: Float32[np.ndarray, " t"]) -> Bool[np.ndarray, " t"]:
    """Every minute of any 90-minute window with at most 2 moving minutes, none of them of 100 counts or more."""
    if len(counts) < WINDOW_MIN:
        return np.zeros(len(counts), dtype=np.bool_)
    moving = np.concatenate(([0], np.cumsum(counts > 0)))
    strong = np.concatenate(([0], np.cumsum(counts > WINDOW_SPIKE_COUNTS)))
    few = moving[WINDOW_MIN:] - moving[:-WINDOW_MIN] <= WINDOW_SPIKES
    weak = strong[WINDOW_MIN:] == strong[:-WINDOW_MIN]
    starts = runs_of(few & weak)
    return inside(Runs(start=starts.start, stop=starts.stop + WINDOW_MIN - 1), len(counts))


def no_pulse(table: MinuteTable) -> Bool[np.ndarray, " t"]:
    """No pulse for `NO_PULSE_MIN` minutes while nothing moves, or one and the same pulse for `FROZEN_PULSE_MIN`.

    Shorter gaps of the pulse, also at night, leave the minute worn and only the pulse unseen; so does sleep that the
    device itself recorded, since exports may hold a night's stages and not its pulse.
    Raises: PrepareError if there is no heart rate.
    """
    pulse, seen = _column(table, PULSE)
    moves = _moves(table)
    off = inside(at_least(runs_of(~seen & ~moves & ~_asleep(table)), NO_PULSE_MIN), len(seen))
    quiet = seen & ~moves
    same = np.concatenate(([False], quiet[1:] & quiet[:-1] & (pulse[1:] == pulse[:-1])))
    repeats = at_least(runs_of(same), FROZEN_PULSE_MIN - 1)  # a run of n equal minutes repeats n - 1 times
    return off | inside(Runs(start=repeats.start - 1, stop=repeats.stop), len(seen))


def still(table: MinuteTable) -> Bool[np.ndarray, " t"]:
    """No movement for `STILL_MIN` minutes, METs above rest included.

    The weakest rule: a device without pulse writes the same minutes on a table as on a motionless
    sleeper. A minute that the device calls asleep counts as worn.
    """
    return inside(at_least(runs_of(~(_moves(table) | _asleep(table))), STILL_MIN), len(table.values))


def _long_rest(moving: np.ndarray, runs: Runs, overlooked: np.ndarray, window_min: int) -> np.ndarray:
    """[t] True in rests of at least `window_min` minutes once the overlooked runs count as rest."""
    drop = inside(Runs(start=runs.start[overlooked], stop=runs.stop[overlooked]), len(moving))
    return inside(at_least(runs_of(~moving | drop), window_min), len(moving))


def _column(table: MinuteTable, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Values and seen of one channel. Raises: PrepareError if the table lacks it."""
    for i, channel in enumerate(table.channels):
        if channel.name == name:
            return table.values[:, i], table.why[:, i] == Why.SEEN
    raise _needs(f"channel '{name}'", table)


def _needs(what: str, table: MinuteTable) -> PrepareError:
    return PrepareError(
        f"a wear rule needs {what}",
        where=f"device {', '.join(table.devices)}",
        todo="Leave the rule on AUTO, which looks at the channels first.",
    )


def _counts(table: MinuteTable) -> np.ndarray:
    """[t] float32 counts; a saturated minute moves more than any, one without a sample not at all."""
    names = {channel.name for channel in table.channels}
    name = next((n for n in COUNTS if n in names), COUNTS[0])
    counts, _ = _column(table, name)
    why = table.why[:, [channel.name for channel in table.channels].index(name)]
    return np.where(why == Why.OUT_OF_RANGE, np.float32(np.inf), counts)


def _moves(table: MinuteTable) -> np.ndarray:
    """[t] True where any channel of movement was seen above its value at rest."""
    moves = np.zeros(len(table.values), dtype=np.bool_)
    for i, channel in enumerate(table.channels):
        if channel.name in AT_REST:
            moves |= table.values[:, i] > AT_REST[channel.name]
    return moves


def _asleep(table: MinuteTable) -> np.ndarray:
    """[t] True where the device calls the minute asleep."""
    columns = [i for i, channel in enumerate(table.channels) if channel.name in ASLEEP]
    return np.any(table.values[:, columns] > 0, axis=1)


def _is_regular(seen: np.ndarray) -> bool:
    """Is the pulse taken often enough that its absence means something?"""
    at = np.flatnonzero(seen)
    return len(at) > 1 and float(np.median(np.diff(at))) <= REGULAR_PULSE_MIN
