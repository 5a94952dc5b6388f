"""Resample: the recordings of one device on one grid of elapsed minutes, with a reason for every hole.

It promises one row per elapsed UTC minute, no value where nothing was measured, and memory in
proportion to the time that was recorded: where a device is silent for longer than `MAX_GAP_DAYS` the
table ends and another begins, so a stray record of 1970 costs one minute and not 56 years.
It does not decide whether a device was worn, except where the device itself says so (`on_body`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Int16

from sennight.errors import PrepareError
from sennight.prepare.columns import in_order
from sennight.prepare.fold import ChannelMinutes, fold_channel
from sennight.prepare.runs import Stretch, at_least, inside, runs_of, stretches
from sennight.record import SECONDS_PER_DAY, MinuteTable, Recording, Role, Why

MAX_GAP_DAYS = 7  # days without a sample after which a new table begins; a window has no more days than this
DEVICE_OFF_MIN = 60  # minutes; the non-wear window of Troiano 2008: shorter silences are gaps of one sensor
ON_BODY, DEVICE_ON = "on_body", "device_on"  # the STATUS channels that give reasons
WORN_BY_SPREAD = "worn_by_spread"  # the one that a wear rule may ask


def resample(recordings: Sequence[Recording]) -> tuple[MinuteTable, ...]:
    """The recordings of one device of one person as minute tables, in time order; one unless it was long silent.

    Reasons: NOT_MEASURED where a channel has no sample; DEVICE_OFF where no signal of the device has
    one for `DEVICE_OFF_MIN` minutes or `device_on` is 0; OUT_OF_RANGE where all samples were rejected;
    OFF_BODY for all channels where `on_body` is 0. A status holds for the minutes it was written for.
    Raises: PrepareError if the recordings are not of one person, device and clock.
    """
    _check_one_device(recordings)
    return tuple(
        _table([_within(r, stretch) for r in recordings], stretch)
        for stretch in _stretches(recordings)
        if any(r.channel.role is Role.SIGNAL and _touches(r, stretch) for r in recordings)
    )


def lying_in(recordings: Sequence[Recording], table: MinuteTable) -> Bool[np.ndarray, " t"] | None:
    """Minutes of a device's table in which its raw samples say that nobody wore it; None if nobody looked at any."""
    told = [r for r in recordings if r.channel.name == WORN_BY_SPREAD]
    if not told:
        return None
    stretch = Stretch(start=table.start_utc, stop=table.start_utc + 60 * len(table.values) - 1)
    within = [_within(r, stretch) for r in told]
    worn = fold_channel(within, first_minute=table.start_utc // 60, minutes=len(table.values))
    return (worn.why == Why.SEEN) & (worn.values == 0)


def _check_one_device(recordings: Sequence[Recording]) -> None:
    if len({(r.person, r.device, r.clock) for r in recordings}) > 1:
        raise PrepareError(
            "recordings of different people, devices or clocks cannot share a minute grid",
            where=", ".join(sorted({f"{r.source} ({r.device}, {r.clock})" for r in recordings})),
            todo="Resample each device alone, then merge.",
        )


def _stretches(recordings: Iterable[Recording]) -> tuple[Stretch, ...]:
    """Where the device recorded anything, without a gap above `MAX_GAP_DAYS`."""
    gap_s = MAX_GAP_DAYS * SECONDS_PER_DAY
    starts, stops = [], []
    for recording in recordings:
        for times in (recording.times_utc, recording.rejected_utc):
            if not len(times):
                continue
            # Most recordings are shorter than the gap itself: then nothing needs to be looked for.
            breaks = np.flatnonzero(np.diff(times) > gap_s) if times[-1] - times[0] > gap_s else np.empty(0, np.int64)
            starts.append(times[np.append(0, breaks + 1)])
            stops.append(times[np.append(breaks, len(times) - 1)])
    if not starts:
        return ()
    return stretches(np.concatenate(starts), np.concatenate(stops), max_gap_s=gap_s)


def _touches(recording: Recording, stretch: Stretch) -> bool:
    """Has it a sample, kept or rejected, in this stretch?"""
    return any(
        np.searchsorted(times, stretch.start) < np.searchsorted(times, stretch.stop, side="right")
        for times in (recording.times_utc, recording.rejected_utc)
    )


def _within(recording: Recording, stretch: Stretch) -> Recording:
    """The part of a recording inside a stretch; the recording itself where that is all of it."""
    kept = slice(*np.searchsorted(recording.times_utc, (stretch.start, stretch.stop + 1)))
    rejected = slice(*np.searchsorted(recording.rejected_utc, (stretch.start, stretch.stop + 1)))
    if kept == slice(0, len(recording.times_utc)) and rejected == slice(0, recording.n_rejected):
        return recording
    return replace(
        recording,
        times_utc=recording.times_utc[kept],
        utc_offset_s=recording.utc_offset_s[kept],
        values=recording.values[kept],
        rejected_utc=recording.rejected_utc[rejected],
    )


def _table(recordings: Sequence[Recording], stretch: Stretch) -> MinuteTable:
    """One table over one stretch."""
    first_minute, minutes = stretch.start // 60, stretch.stop // 60 - stretch.start // 60 + 1
    by_name: dict[str, list[Recording]] = defaultdict(list)
    # Sorted, so that the order in which files were read cannot show.
    for recording in sorted(recordings, key=lambda r: (r.channel.name, r.source, r.source_sha256)):
        by_name[recording.channel.name].append(recording)
    channels = in_order(r.channel for r in recordings if r.channel.role is Role.SIGNAL)

    def folded(name: str) -> ChannelMinutes:
        return fold_channel(by_name[name], first_minute=first_minute, minutes=minutes)

    values = np.empty((minutes, len(channels)), dtype=np.float32)
    why = np.empty((minutes, len(channels)), dtype=np.uint8)
    for column, channel in enumerate(channels):
        one = folded(channel.name)
        values[:, column], why[:, column] = one.values, one.why
    _say_device_off(why)
    if DEVICE_ON in by_name:
        status = folded(DEVICE_ON)
        off = (status.why == Why.SEEN) & (status.values == 0)
        why[off[:, None] & (why != Why.SEEN)] = Why.DEVICE_OFF
    if ON_BODY in by_name:
        status = folded(ON_BODY)
        off = (status.why == Why.SEEN) & (status.values == 0)
        values[off], why[off] = 0, Why.OFF_BODY
    return MinuteTable(
        person=recordings[0].person,
        clock=recordings[0].clock,
        start_utc=first_minute * 60,
        offset_min=_offsets(by_name, first_minute=first_minute, minutes=minutes),
        values=values,
        why=why,
        channels=channels,
        devices=(recordings[0].device,),
    )


def _say_device_off(why: np.ndarray) -> None:
    """Where no channel had a sample for long, the device was off: written into `why`."""
    silent = (why == Why.NOT_MEASURED).all(axis=1)
    if bool(silent.any()):
        why[inside(at_least(runs_of(silent), DEVICE_OFF_MIN), len(why))] = Why.DEVICE_OFF


def _offsets(by_name: dict[str, list[Recording]], *, first_minute: int, minutes: int) -> Int16[np.ndarray, " t"]:
    """Local time minus UTC in each minute: the latest that a sample showed, or before any the first."""
    recordings = [r for same in by_name.values() for r in same if len(r.utc_offset_s)]
    shown = {int(offset) for r in recordings for offset in (r.utc_offset_s.min(), r.utc_offset_s.max())}
    if not shown:
        return np.zeros(minutes, dtype=np.int16)
    if len(shown) == 1:
        return np.full(minutes, shown.pop() // 60, dtype=np.int16)
    offset_min = np.zeros(minutes, dtype=np.int16)
    latest = np.zeros(minutes, dtype=np.int64)
    row_shown = np.zeros(minutes, dtype=np.bool_)
    for recording in recordings:
        rows = recording.times_utc // 60 - first_minute
        offset_min[rows], row_shown[rows] = recording.utc_offset_s // 60, True
    known = np.flatnonzero(row_shown)
    latest[known] = known
    latest[: known[0]] = known[0]
    return offset_min[np.maximum.accumulate(latest)]
