"""Activities: `record` messages of a run, a ride or a swim, and heart rate that a strap kept for itself.

Distance is what was covered since the message before. Steps are told by the cadence of feet: FIT counts strides of one
leg, so that a cadence of 80 is 160 steps a minute; of a wheel's or an arm's cadence nothing is taken. The temperature
in a record is that of the device, between skin and air, and no channel. Source: FIT profile, messages 20, 18, 12, 132.
"""

import numpy as np
from jaxtyping import Float64, Int64

from sennight.readers.garmin.clocks import FIT_EPOCH_S, UNKNOWN, carry_clock, unwrap
from sennight.readers.garmin.fit import TIMESTAMP, Messages
from sennight.readers.garmin.names import field_name
from sennight.readers.garmin.segment import Segment
from sennight.readers.spans import spread

RECORD, SESSION, SPORT, HR = 20, 18, 12, 132
FOOT_SPORTS = (1, 11, 17)  # running, walking, hiking
# Devices that write "when something changed" do so at least every 8 s or so; a longer silence is a pause or a gap.
MAX_HOLD_S = 10
# Above it a distance is not spread over the silence before it, but stands where it was written.
MAX_SPREAD_S = 60
MOST_SESSIONS = 100  # of one file; a triathlon has five with its changes
ZERO_PULSE = "heart rate of 0: no reading"
NOT_TIED = "heart rate of a strap whose clock is not tied to a date"

_HEART_RATE, _CADENCE, _DISTANCE, _SQUEEZED, _FRACTION = 3, 4, 5, 8, 53
_BREATHS, _BREATHS_FINE = 99, 108
_USED = {_HEART_RATE, _CADENCE, _DISTANCE, _SQUEEZED, _FRACTION, _BREATHS, _BREATHS_FINE, TIMESTAMP}


def add_activity(segment: Segment) -> None:
    """Take what the records of an activity hold."""
    records = segment.fit.messages(RECORD)
    if not len(records):
        return
    utc, usable = segment.times(records)
    _add_pulse(segment, utc, records.numbers(_HEART_RATE), usable=usable)
    fine, coarse = records.numbers(_BREATHS_FINE, scale=100), records.numbers(_BREATHS)
    segment.add("respiration_rate", utc, np.where(np.isfinite(fine), fine, coarse), usable=usable)
    order = np.flatnonzero(usable)[np.argsort(utc[usable], kind="stable")]
    _add_distance(segment, utc[order], distances(records)[order])
    _add_steps(segment, utc[order], cadences(records)[order])
    others = {n: field_name(RECORD, n) for n in records.field_counts if n not in _USED}
    segment.pass_over(records, number=RECORD, fields=others)


def _add_pulse(segment: Segment, utc: np.ndarray, pulse: np.ndarray, *, usable: np.ndarray) -> None:
    zero = usable & (pulse == 0)
    segment.drop(int(zero.sum()), ZERO_PULSE)
    segment.add("heart_rate", utc, pulse, usable=usable & ~zero)


def cadences(records: Messages) -> Float64[np.ndarray, " n"]:
    """Revolutions or strides a minute; NaN where not given."""
    part = records.numbers(_FRACTION, scale=128)
    return records.numbers(_CADENCE) + np.where(np.isfinite(part), part, 0.0)


def distances(records: Messages) -> Float64[np.ndarray, " n"]:
    """Metres since the start; NaN where not given.

    Older devices put speed and distance into three bytes: of the distance, the low 12 bits of sixteenths of a metre.
    """
    metres = records.numbers(_DISTANCE, scale=100)
    low, there = _squeezed(records, first_bit=12)
    if there.any():
        whole = np.full(len(metres), np.nan)
        whole[there] = unwrap(low[there], bits=12) / 16
        metres = np.where(np.isfinite(metres), metres, whole)
    return metres


def speeds(records: Messages) -> Float64[np.ndarray, " n"]:
    """Metres a second; NaN where not given."""
    written = records.numbers(6, scale=1_000)
    low, there = _squeezed(records, first_bit=0)
    return np.where(np.isfinite(written) | ~there, written, low / 100)


def _squeezed(records: Messages, *, first_bit: int) -> tuple[Int64[np.ndarray, " n"], np.ndarray]:
    raw = records.octets(_SQUEEZED, most=3).astype(np.int64)
    if raw.shape[1] < 3:  # no message has it
        return np.zeros(len(raw), dtype=np.int64), np.zeros(len(raw), dtype=np.bool_)
    whole = raw[:, 0] | (raw[:, 1] << 8) | (raw[:, 2] << 16)
    return (whole >> first_bit) & 0xFFF, whole != 0xFFFFFF


def _add_distance(segment: Segment, utc: np.ndarray, metres: np.ndarray) -> None:
    there = np.isfinite(metres)
    utc, metres = utc[there], metres[there]
    gone = np.diff(metres)
    # A counter that starts again (a new leg, a joined file) says nothing of the way in between.
    forward = gone >= 0
    silence = np.diff(utc)
    begin = np.where(silence <= MAX_SPREAD_S, utc[:-1], utc[1:])[forward]
    times, values = spread(begin, utc[1:][forward], gone[forward])
    segment.add("distance", times, values, usable=np.ones(len(times), dtype=np.bool_))


def _add_steps(segment: Segment, utc: np.ndarray, cadence: np.ndarray) -> None:
    known = np.isfinite(cadence)
    on_foot = np.isin(sports(segment, utc), FOOT_SPORTS)
    wheels = int((known & ~on_foot).sum())
    if wheels:
        segment.report.unknown["record: cadence that is not of feet, or of an unknown sport"] += wheels
    silence = np.diff(utc, prepend=utc[:1])
    held = known & on_foot & (silence > 0) & (silence <= MAX_HOLD_S)
    steps = 2 * cadence[held] * silence[held] / 60
    times, values = spread(utc[held] - silence[held], utc[held], steps)
    segment.add("steps", times, values, usable=np.ones(len(times), dtype=np.bool_))


def sports(segment: Segment, utc: Int64[np.ndarray, " n"]) -> Int64[np.ndarray, " n"]:
    """Which sport it was at these times, -1 where that is not told: by sessions, else by the sport set at the start."""
    found = np.full(len(utc), -1, dtype=np.int64)
    chosen = segment.fit.messages(SPORT)
    named = chosen.numbers(0)
    if len(named) and np.isfinite(named[0]):
        found[:] = int(named[0])
    sessions = segment.fit.messages(SESSION)
    if not len(sessions):
        return found
    began, sport = sessions.numbers(2), sessions.numbers(5)
    shift = FIT_EPOCH_S if segment.local_shift is None else segment.local_shift
    ended = segment.fit.stamps(sessions)
    usable = np.flatnonzero(np.isfinite(began) & np.isfinite(sport) & (ended >= 0))[:MOST_SESSIONS]
    for start, stop, kind in zip(began[usable], ended[usable], sport[usable], strict=True):
        found[(utc >= start + shift) & (utc <= stop + shift)] = int(kind)
    return found


# --- heart rate a strap kept for itself ---------------------------------------------------------------------------


def add_kept_pulse(segment: Segment) -> None:
    """Take `hr` messages: heart rate with the strap's own clock in 1,024ths of a second, tied once to a date.

    Most messages have only the low 12 bits of that clock, several to a message.
    """
    messages = segment.fit.messages(HR)
    if not len(messages):
        return
    at, pulse = _kept(segment, messages)
    utc = np.floor(at).astype(np.int64)
    _add_pulse(segment, utc, pulse, usable=np.ones(len(utc), dtype=np.bool_))


def _kept(segment: Segment, messages: Messages) -> tuple[Float64[np.ndarray, " k"], Float64[np.ndarray, " k"]]:
    """Seconds and beats a minute of every reading whose time is known."""
    whole, low, pulse = messages.arrays(9), _twelve_bits(messages), messages.arrays(6)
    width = min(max(whole.shape[1], low.shape[1]), pulse.shape[1])
    full = np.full((len(messages), width), UNKNOWN, dtype=np.int64)
    low_bits = full.copy()
    columns = min(width, whole.shape[1])
    full[:, :columns] = np.where(np.isfinite(whole), whole, UNKNOWN)[:, :columns]
    columns = min(width, low.shape[1])
    low_bits[:, :columns] = low[:, :columns]
    ticks = carry_clock(full.ravel(), low_bits.ravel(), bits=12).reshape(full.shape)
    stamps = segment.fit.stamps(messages)
    tied = np.flatnonzero((stamps >= 0) & (full[:, 0] >= 0))
    anchor = np.searchsorted(tied, np.arange(len(messages)), side="right") - 1
    known = np.isfinite(pulse[:, :width]) & (ticks >= 0) & (anchor >= 0)[:, None]
    segment.drop(int(np.isfinite(pulse).sum()) - int(known.sum()), NOT_TIED)
    utc, usable = segment.dated(stamps[tied])
    if not known.any():
        return np.empty(0), np.empty(0)
    part = messages.numbers(0, scale=32_768)[tied]
    began = utc + np.where(np.isfinite(part), part, 0.0)
    at = began[anchor][:, None] + (ticks - full[tied, 0][anchor][:, None]) / 1_024
    known &= usable[anchor][:, None]
    return at[known], pulse[:, :width][known]


def _twelve_bits(messages: Messages) -> Int64[np.ndarray, "n k"]:
    """The 12-bit stamps, two in three bytes; -1 where there are none."""
    raw = messages.octets(10, most=255).astype(np.int64)
    raw = raw[:, : (raw.shape[1] // 3) * 3].reshape(len(raw), -1, 3)
    first = raw[:, :, 0] | ((raw[:, :, 1] & 0x0F) << 8)
    second = (raw[:, :, 1] >> 4) | (raw[:, :, 2] << 4)
    low = np.stack([first, second], axis=2).reshape(len(raw), -1)
    return np.where(low == 0xFFF, UNKNOWN, low)
