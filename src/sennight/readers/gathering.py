"""Gathering: the samples of one person's export, stream by stream as they are found, then Recordings.

Every consumer reader ends the same way: pieces of many files are joined by device and channel, sorted, repeats settled,
what is out of range dropped, all of it counted. That is here, so that a reader only has to say what a record means.
Streams of seconds (`by_minute`) become means of minutes file by file, so that years of them fit into memory.
"""

import datetime as dt
import time
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from sennight.readers.minute_store import MinuteStore
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_NUMBER, NO_TIME, OUT_OF_RANGE, Samples, settle_repeats
from sennight.readers.zones import EARLIEST_S, LATEST_S
from sennight.record import SECONDS_PER_DAY, Channel, Clock, Recording, channel

# A clock that lost its battery starts again at the first of January of 1970, 1989 (FIT) or 2000. No minute of a
# consumer wearable is older than this, so that what stands there was written by such a clock.
FIRST_WEARABLE_S = int(dt.datetime(2000, 2, 1, tzinfo=dt.UTC).timestamp())
CLOCK_NOT_SET = "dated before 2000-02, by a clock that was not set"
NOT_YET = "dated in the future"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Piece:
    utc: np.ndarray
    offset_s: np.ndarray
    values: np.ndarray
    source: str
    sha256: str


@dataclass(kw_only=True)
class _Minutes:
    """A stream of seconds so far: its minutes, which of them had values out of range, and which file stands for it."""

    store: MinuteStore = field(default_factory=MinuteStore)
    rejected: list[np.ndarray] = field(default_factory=list)
    kept: int = 0
    files: set[tuple[str, str]] = field(default_factory=set)


@dataclass(kw_only=True)
class Gathering:
    """Samples of one person. Counts into `report`: what is added is seen; what does not survive is dropped, and why."""

    person: str
    report: ReadReport
    now_s: float = field(default_factory=time.time)
    """The present, in seconds since 1970: what is dated more than a day later is not believed."""
    first_s: int = FIRST_WEARABLE_S
    by_minute: frozenset[str] = frozenset()
    """Channels whose minutes are means and that are written every few seconds: kept as one sample a minute, at its
    start. A second that stands in two files weighs twice in the mean of its minute."""
    _pieces: dict[tuple[str, str, Clock], list[_Piece]] = field(default_factory=lambda: defaultdict(list))
    _minutes: dict[tuple[str, str, Clock], _Minutes] = field(default_factory=lambda: defaultdict(_Minutes))

    def add(
        self,
        name: str,
        *,
        utc: np.ndarray,
        values: np.ndarray,
        device: str,
        source: str,
        offset_s: np.ndarray | int = 0,
        clock: Clock = Clock.INSTANT,
        sha256: str = "",
    ) -> None:
        """Take samples of the registry's channel `name`, in its unit: seconds since 1970 and one value each.

        NaN is a value that the device marked as unusable (it gives the minute its reason); what was never measured is
        left out by the caller. Infinite is something written that is no number. Times of clocks that were never set, or
        run ahead, are dropped and counted.
        """
        possible = (utc >= EARLIEST_S) & (utc < LATEST_S)
        unset, ahead = possible & (utc < self.first_s), possible & (utc > self.now_s + SECONDS_PER_DAY)
        for lost, reason in ((~possible, NO_TIME), (unset, CLOCK_NOT_SET), (ahead, NOT_YET)):
            self.report.keep(seen=int(lost.sum()), dropped=int(lost.sum()), reason=reason)
        believed = possible & ~unset & ~ahead
        offsets = np.broadcast_to(np.asarray(offset_s, dtype=np.int32), utc.shape)[believed]
        with np.errstate(over="ignore"):
            taken = values[believed].astype(np.float32)
        piece = _Piece(utc=utc[believed].astype(np.int64), offset_s=offsets, values=taken, source=source, sha256=sha256)
        if name in self.by_minute:
            self._fold(self._minutes[device, name, clock], piece, channel(name))
        else:
            self._pieces[device, name, clock].append(piece)

    def recordings(self) -> tuple[Recording, ...]:
        """Everything gathered, one Recording a device, channel and clock, by name; none without a sample.

        Nothing is left here afterwards: what became a Recording is let go, so that years are in memory once.
        """
        made = []
        for key in sorted({*self._pieces, *self._minutes}):
            if key in self._minutes:
                made.append(self._folded(*key, self._minutes.pop(key)))
            else:
                made.append(self._recording(*key, self._pieces.pop(key)))
        return tuple(r for r in made if len(r.times_utc) or r.n_rejected)

    def _fold(self, minutes: _Minutes, piece: _Piece, target: Channel) -> None:
        settled = settle_repeats(
            Samples(utc=piece.utc, offset_s=piece.offset_s, values=piece.values), fold=target.fold, report=self.report
        )
        values = settled.values
        good = (values >= target.low) & (values <= target.high)
        unreadable = int(np.isinf(values).sum())
        self.report.keep(seen=unreadable, dropped=unreadable, reason=NO_NUMBER)
        lost = len(values) - int(good.sum()) - unreadable
        self.report.keep(seen=len(values) - unreadable, dropped=lost, reason=OUT_OF_RANGE)
        minutes.rejected.append(np.unique(settled.utc[~good] // 60 * 60))
        minutes.store.add(settled.utc[good], values[good].astype(np.float64), settled.offset_s[good])
        minutes.kept += int(good.sum())
        minutes.files = {min({*minutes.files, (piece.source, piece.sha256)})}

    def _folded(self, device: str, name: str, clock: Clock, minutes: _Minutes) -> Recording:
        folded = minutes.store.take()
        ((source, sha256),) = minutes.files
        target = channel(name)
        # The mean of numbers in range is in range, but for the rounding of the last digit.
        values = np.clip(folded.total / folded.n_values, target.low, target.high).astype(np.float32)
        if minutes.kept:
            self.report.devices[device] += minutes.kept
        return Recording(
            person=self.person,
            device=device,
            channel=target,
            times_utc=folded.minute.astype(np.int64) * 60,
            utc_offset_s=folded.offset_min.astype(np.int32) * 60,
            values=values,
            rejected_utc=np.unique(np.concatenate(minutes.rejected)),
            clock=clock,
            source=source,
            source_sha256=sha256,
        )

    def _recording(self, device: str, name: str, clock: Clock, pieces: list[_Piece]) -> Recording:
        target = channel(name)
        # By name, so that the order in which files were found cannot show.
        source, sha256 = min((p.source, p.sha256) for p in pieces)
        joined = Samples(
            utc=np.concatenate([p.utc for p in pieces]),
            offset_s=np.concatenate([p.offset_s for p in pieces]),
            values=np.concatenate([p.values for p in pieces]),
        )
        pieces.clear()  # years of minutes are in memory once
        settled = settle_repeats(joined, fold=target.fold, report=self.report)
        del joined
        recording = Recording.from_samples(
            person=self.person,
            device=device,
            channel=target,
            times_utc=settled.utc,
            utc_offset_s=settled.offset_s,
            values=settled.values,
            clock=clock,
            source=source,
            source_sha256=sha256,
        )
        unreadable = int(np.isinf(settled.values).sum())
        self.report.keep(seen=unreadable, dropped=unreadable, reason=NO_NUMBER)
        kept = len(settled.values) - unreadable
        self.report.keep(seen=kept, dropped=recording.n_rejected - unreadable, reason=OUT_OF_RANGE)
        if len(recording.times_utc):
            self.report.devices[device] += len(recording.times_utc)
        return recording
