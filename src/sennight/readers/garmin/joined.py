"""Joined: what all FIT files of one person hold, brought together.

Here offsets are settled (a file that does not say its own takes that of the nearest one that does, within a day),
counters become amounts, and where the log of the day and an activity tell the same minute, one of them speaks: the
log of steps, which counts all of them, and the activity of distance, which is measured by satellites or wheels.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64, Int32, Int64

from sennight.readers.garmin.counters import amounts_of
from sennight.readers.garmin.monitoring import ON_FOOT
from sennight.readers.garmin.segment import Segment, Stream
from sennight.readers.gathering import Gathering
from sennight.readers.reader import ReadReport
from sennight.readers.spans import SleepSpan, sleep_samples
from sennight.record import SECONDS_PER_DAY, Clock, Fact, Fold, channel
from sennight.signals import hrv

BOTH_TELL = "in a minute that another file of the same device tells better"
NO_OFFSET = (
    "FIT files are in UTC; where neither a file nor one of the same day says the local time, the offset is taken as 0"
)
NEAREST = "a FIT file that does not say the local time has the offset of the nearest one that does, within a day"
LOCAL = "the clock of a device was never set; its times are those of a wall clock of unknown zone"
NO_BEAT = "interval between beats that cannot be believed"
TOO_MANY_BEATS = "beats beyond the first two days of a file"
# Every minute of beats costs a spectrum; no activity and no night is longer.
MOST_BEATS_S = 2 * SECONDS_PER_DAY
# For channels that a day's log and an activity both tell: does the log speak?
_LOG_SPEAKS = {"steps": True, "distance": False, "respiration_rate": True}


@dataclass(kw_only=True, eq=False)
class Offsets:
    """Where local time stood, by instant."""

    anchors: list[tuple[int, int]] = field(default_factory=list)
    borrowed: bool = False
    missing: bool = False

    def of(self, utc: Int64[np.ndarray, " n"], own: Sequence[tuple[int, int]]) -> Int32[np.ndarray, " n"]:
        """Offsets at these instants: those the file gives itself (the last one said before), else the nearest's."""
        if own:
            when, offset = np.array(own, dtype=np.int64).T
            place = np.maximum(np.searchsorted(when, utc, side="right") - 1, 0)
            return offset[place].astype(np.int32)
        if not self.anchors or not len(utc):
            self.missing |= len(utc) > 0
            return np.zeros(len(utc), dtype=np.int32)
        when, offset = np.array(self.anchors, dtype=np.int64).T
        after = np.searchsorted(when, utc).clip(0, len(when) - 1)
        before = np.maximum(after - 1, 0)
        nearest = np.where(np.abs(when[before] - utc) <= np.abs(when[after] - utc), before, after)
        near = np.abs(when[nearest] - utc) <= SECONDS_PER_DAY
        self.borrowed |= bool(near.any())
        self.missing |= bool((~near).any())
        return np.where(near, offset[nearest], 0).astype(np.int32)


@dataclass(kw_only=True, eq=False)
class _Pieces:
    """Samples of one device and channel from one sort of file."""

    utc: list[np.ndarray] = field(default_factory=list)
    values: list[np.ndarray] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)

    def add(self, utc: np.ndarray, values: np.ndarray, segment: Segment) -> None:
        self.utc.append(utc)
        self.values.append(values)
        self.segments.append(segment)


def join_segments(
    segments: Sequence[Segment],
    *,
    gathering: Gathering,
    offsets: Offsets,
    spans: Iterable[SleepSpan] = (),
    spans_from: str = "",
) -> None:
    """Give everything that was found to `gathering`. `spans` are nights from another file than a FIT file."""
    offsets.anchors = sorted({*offsets.anchors, *(a for s in segments for a in s.anchors)})
    report = gathering.report
    by_device: dict[tuple[str, bool], list[Segment]] = defaultdict(list)
    for segment in segments:
        by_device[segment.device, segment.local].append(segment)
    for (_, local), mine in sorted(by_device.items()):
        _join_device(mine, local=local, gathering=gathering, offsets=offsets)
        if local and LOCAL not in report.notes:
            report.notes.append(LOCAL)
    _add_nights(segments, spans, spans_from=spans_from, gathering=gathering, offsets=offsets)
    if offsets.borrowed:
        report.notes.append(NEAREST)
    if offsets.missing:
        report.notes.append(NO_OFFSET)


def _join_device(segments: Sequence[Segment], *, local: bool, gathering: Gathering, offsets: Offsets) -> None:
    daily: dict[str, _Pieces] = defaultdict(_Pieces)
    active: dict[str, _Pieces] = defaultdict(_Pieces)
    for segment in segments:
        for stream in segment.streams:
            summed = channel(stream.channel).fold is Fold.SUM
            utc, values = together(stream.utc, stream.values) if summed else (stream.utc, stream.values)
            (daily if stream.daily else active)[stream.channel].add(utc, values, segment)
        for stream in _of_beats(segment):
            active[stream.channel].add(stream.utc, stream.values, segment)
    _add_counted(segments, daily, report=gathering.report, offsets=offsets)
    for name, log_speaks in _LOG_SPEAKS.items():
        if name in daily and name in active:
            louder, quieter = (daily, active) if log_speaks else (active, daily)
            _silence(quieter[name], louder[name], report=gathering.report)
    for pieces in (daily, active):
        for name, piece in pieces.items():
            for utc, values, segment in zip(piece.utc, piece.values, piece.segments, strict=True):
                gathering.add(
                    name,
                    utc=utc,
                    values=values,
                    device=segment.device,
                    source=segment.source,
                    sha256=segment.sha256,
                    offset_s=0 if local else offsets.of(utc, segment.anchors),
                    clock=Clock.LOCAL if local else Clock.INSTANT,
                )


def _of_beats(segment: Segment) -> list[Stream]:
    if not segment.beats:
        return []
    at, rr = (np.concatenate([getattr(b, n) for b in segment.beats]) for n in ("at_s", "rr_ms"))
    within = at < at.min() + MOST_BEATS_S
    segment.drop(int((~within).sum()), TOO_MANY_BEATS)
    intervals = hrv.from_intervals(at[within], rr[within])
    segment.report.keep(seen=int(within.sum()), dropped=intervals.n_artefacts, reason=NO_BEAT)
    windows = hrv.by_window(intervals)
    found = []
    for name, values in windows.values.items():
        there = np.isfinite(values)
        if there.any():
            found.append(Stream(channel=name, utc=windows.known_s[there], values=values[there]))
    return found


def _add_counted(
    segments: Sequence[Segment], daily: dict[str, _Pieces], *, report: ReadReport, offsets: Offsets
) -> None:
    runs, covered = [r for s in segments for r in s.runs], [c for s in segments for c in s.covered]
    counted = [(c, s) for s in segments for c in s.counters]
    for name in sorted({c.channel for c, _ in counted}):
        mine = [(c, s) for c, s in counted if c.channel == name]
        ahead = [np.zeros(len(c.utc), dtype=np.int32) if s.local else offsets.of(c.utc, s.anchors) for c, s in mine]
        utc, values = amounts_of(
            [c for c, _ in mine], offset_s=np.concatenate(ahead), runs=runs, covered=covered, report=report
        )
        if name == "steps":
            # Sitting is told, too: minutes in which the log says that no step was made.
            still = [_minutes(r.begin[~on], r.stop[~on]) for r in runs for on in [np.isin(r.kind, ON_FOOT)]]
            utc = np.concatenate([utc, *still])
            values = np.concatenate([values, np.zeros(len(utc) - len(values))])
        daily[name].add(*together(utc, values), mine[0][1])


def together(
    utc: Int64[np.ndarray, " n"], values: Float64[np.ndarray, " n"]
) -> tuple[Int64[np.ndarray, " m"], Float64[np.ndarray, " m"]]:
    """Amounts of one second summed, since each is another part of what was counted.

    >>> together(np.array([60, 0, 60]), np.array([1.0, 2.0, 3.0]))[1].tolist()
    [2.0, 4.0]
    """
    seconds, owner = np.unique(utc, return_inverse=True)
    # Of nothing, bincount makes whole numbers.
    return seconds, np.bincount(owner, weights=values, minlength=len(seconds)).astype(np.float64)


def _minutes(begin: np.ndarray, stop: np.ndarray) -> Int64[np.ndarray, " n"]:
    """Starts of the whole minutes in these stretches."""
    first, past = -(-begin // 60), stop // 60
    n = np.maximum(past - first, 0)
    owner = np.repeat(np.arange(len(n)), n)
    return (first[owner] + np.arange(len(owner)) - np.repeat(np.cumsum(n) - n, n)) * 60


def _silence(quieter: _Pieces, louder: _Pieces, *, report: ReadReport) -> None:
    """Leave out samples in minutes that the other one tells."""
    told = np.unique(np.concatenate(louder.utc) // 60)
    for i, (utc, values) in enumerate(zip(quieter.utc, quieter.values, strict=True)):
        keep = ~np.isin(utc // 60, told)
        lost = int((~keep).sum())
        report.keep(seen=lost, dropped=lost, reason=BOTH_TELL)
        quieter.utc[i], quieter.values[i] = utc[keep], values[keep]


def _add_nights(
    segments: Sequence[Segment],
    spans: Iterable[SleepSpan],
    *,
    spans_from: str,
    gathering: Gathering,
    offsets: Offsets,
) -> None:
    sleeping = [s for s in segments if s.sleep and not s.local]
    every = [*(span for s in sleeping for span in s.sleep), *spans]
    if not every:
        return
    source = min(((s.source, s.sha256, s.device) for s in sleeping), default=(spans_from, "", "Garmin"))
    for name, (utc, values) in sleep_samples(every).items():
        gathering.add(
            name,
            utc=utc,
            values=values,
            device=source[2],
            source=source[0],
            sha256=source[1],
            offset_s=offsets.of(utc, ()),
        )


def facts_of(segments: Sequence[Segment], *, person: str, offsets: Offsets) -> list[Fact]:
    """Dated facts; of several of one name and day the last one said stands."""
    found: dict[tuple[str, dt.date], tuple[int, Fact]] = {}
    for segment in segments:
        for fact in segment.facts:
            when = np.array([fact.utc], dtype=np.int64)
            ahead = 0 if segment.local else int(offsets.of(when, segment.anchors)[0])
            day = dt.date(1970, 1, 1) + dt.timedelta(days=(fact.utc + ahead) // SECONDS_PER_DAY)
            made = Fact(person, fact.name, fact.value, fact.unit, segment.source, day)
            if fact.utc >= found.get((fact.name, day), (0, made))[0]:
                found[fact.name, day] = (fact.utc, made)
    return [fact for _, fact in sorted(found.values(), key=lambda f: (f[1].name, f[0]))]
