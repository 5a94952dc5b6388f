"""Raw minutes: blocks of raw acceleration in, minutes of published measures out, in constant memory.

Every reader of a research device ends here. It hands over samples as it decodes them (any rate, any block length, gaps
left as gaps); memory holds a few minutes of samples and the finished minutes, never the file. Minutes without enough
samples are missing, never zero: a mean needs half of its minute, a sum nearly all of it, since it cannot be scaled.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32, Float64, Int64

from sennight.readers.dating import dated
from sennight.readers.gathering import Gathering
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_NUMBER
from sennight.record import Clock, Recording
from sennight.signals.blocks import WholeMinutes
from sennight.signals.counts import RATES_HZ, CountStream, vector_magnitude
from sennight.signals.grid import EvenGrid, MinuteSums, Piece
from sennight.signals.mims import MimsStream
from sennight.signals.motion import groups, magnitude, motion_minutes
from sennight.signals.nonwear import QUARTER_MIN, SpreadOfBlocks, off_body
from sennight.signals.steps import STEP_HZ, StepStream

MIN_SECONDS_OF_MEAN = 30  # of 60 with a sample: a mean over half a minute still describes the minute
MIN_SHARE_OF_SUM = 0.95  # of the minute: what is missing of a count cannot be told from rest
LEAST_RATE_HZ = 10.0  # below it the 5 Hz of MIMS and steps are not in the samples
LEAST_COUNT_RATE_HZ = 28.0  # counts are defined from 30 Hz; clocks of loggers are off by a few percent
VERTICAL = 1  # y: the axis along the body of a device at the hip, ActiGraph's "axis 1"
MOST_A_SECOND = 1_000  # samples; no wearable logs faster than a few hundred, so more is a damaged clock
BEYOND_ANY_SENSOR_G = 32.0  # the widest range of a logger is ±16 g on each axis, 27.7 g in length

OUT_OF_ORDER = "sample before the one before it"
TOO_STRONG = "acceleration beyond any sensor's range"
ALL_ZERO = "second in which all three axes are exactly zero: the device was idle, not in free fall"
TOO_DENSE = f"more than {MOST_A_SECOND:,} samples in one second"
SHORT_MINUTE = "minute with samples in less than half of its seconds"


@dataclass(kw_only=True)
class RawMinutes:
    """One person's raw recording on its way to minutes.

    `place` decides which counts there are: at the "hip" those of the vertical axis, y (`hip_counts`); at the "wrist"
    their vector magnitude (`wrist_counts`); at no known place the same as `vm_counts`. `rate_hz` is the nominal rate if
    the file says it; 0 finds it in the first minute. `vertical` is the axis along the body at the hip.
    Counts into `report`: every sample added is seen; those that no minute could use are dropped for a reason.
    """

    person: str
    device: str
    source: str
    report: ReadReport
    clock: Clock
    place: str = ""
    offset_s: int = 0
    sha256: str = ""
    rate_hz: float = 0.0
    vertical: int = VERTICAL
    _whole: WholeMinutes = field(default_factory=WholeMinutes)
    _parts: dict[str, list[tuple[np.ndarray, np.ndarray]]] = field(default_factory=dict)
    _slow: Gathering | None = None
    _last_s: float = -np.inf
    _kept: int = 0
    _even: "_Even | None" = None
    _spread: SpreadOfBlocks = field(default_factory=SpreadOfBlocks)

    def add(self, utc: Float64[np.ndarray, " n"], xyz_g: Float32[np.ndarray, "n 3"]) -> None:
        """Take a block of samples: seconds since 1970 (of the wall clock if `clock` is LOCAL) and g on each axis."""
        # Here, and not when minutes are gathered: what is dropped is counted as samples.
        believed = dated(utc, report=self.report)
        if not believed.all():
            utc, xyz_g = utc[believed], xyz_g[believed]
        if not np.isfinite(xyz_g).all():
            utc, xyz_g = self._only(np.isfinite(xyz_g).all(axis=1), utc, xyz_g, NO_NUMBER)
        if not len(utc):
            return
        if utc[0] < self._last_s or bool((utc[1:] < utc[:-1]).any()):
            latest = np.maximum.accumulate(np.maximum(utc, self._last_s))
            utc, xyz_g = self._only(utc >= latest, utc, xyz_g, OUT_OF_ORDER)
        if not len(utc):
            return
        self._last_s = float(utc[-1])
        ready = self._whole.add(utc, xyz_g)
        if ready:
            self._take(*ready)

    def add_slow(self, name: str, utc: Int64[np.ndarray, " n"], values: np.ndarray) -> None:
        """Take samples of a slow channel of the registry (light, temperature, ...) as `Gathering.add` does."""
        self._gathering().add(
            name, utc=utc, values=values, device=self.device, source=self.source, offset_s=self.offset_s,
            clock=self.clock, sha256=self.sha256,
        )  # fmt: skip

    def recordings(self) -> tuple[Recording, ...]:
        """Everything that was added, as recordings of minutes; call it once, at the end."""
        self._take(*self._whole.rest())
        self._finish_sums()
        self._finish_wear()
        self._say_what_is_dense()
        slow = self._gathering().recordings()
        # Samples are what the report counts; the minutes made of them are counted by nobody a second time.
        tally = ReadReport(reader=self.report.reader, source=self.source)
        minutes = Gathering(person=self.person, report=tally)
        for name, parts in self._parts.items():
            minutes.add(
                name,
                utc=np.concatenate([m for m, _ in parts]) * 60,
                values=np.concatenate([v for _, v in parts]),
                device=self.device,
                source=self.source,
                offset_s=self.offset_s,
                clock=self.clock,
                sha256=self.sha256,
            )
        made = minutes.recordings()
        if self._kept:
            self.report.devices[self.device] += self._kept
        return tuple(sorted((*made, *slow), key=lambda r: r.channel.name))

    def _gathering(self) -> Gathering:
        if self._slow is None:
            self._slow = Gathering(person=self.person, report=self.report)
        return self._slow

    def _only(self, keep: np.ndarray, utc: np.ndarray, xyz: np.ndarray, why: str) -> tuple[np.ndarray, np.ndarray]:
        lost = len(keep) - int(keep.sum())
        self.report.keep(seen=lost, dropped=lost, reason=why)
        return utc[keep], xyz[keep]

    def _take(self, utc: np.ndarray, xyz: np.ndarray) -> None:
        """Samples of whole minutes."""
        utc, xyz = self._plausible(utc, xyz)
        if not len(utc):
            return
        motion = motion_minutes(utc, xyz)
        enough = motion.seconds >= MIN_SECONDS_OF_MEAN
        if not enough.all():
            minute = np.floor(utc / 60).astype(np.int64)
            used = enough[np.searchsorted(motion.minute, minute)]
            utc, xyz = self._only(used, utc, xyz, SHORT_MINUTE)
        for name in ("enmo", "mad", "angle_z"):
            self._parts.setdefault(name, []).append((motion.minute[enough], getattr(motion, name)[enough]))
        self._spread.add(utc, xyz)
        self.report.keep(seen=len(utc))
        self._kept += len(utc)
        if self._even is None and len(utc):
            self._even = _Even.at(self.rate_hz or _rate_of_first_minute(utc))
        if self._even is not None:
            self._even.add(utc, xyz)

    def _finish_sums(self) -> None:
        """Counts, MIMS and steps of the minutes that are nearly whole."""
        if self._even is None:
            return
        self._even.finish()
        if counts := self._even.counts:
            name, of = ("hip_counts", self._vertical) if self.place == "hip" else (f"{self.place or 'vm'}_counts", _vm)
            self._keep_sums(name, counts.minutes(), of)
        if mims := self._even.mims:
            self._keep_sums("mims", mims.minutes(), _total)
        if steps := self._even.steps:
            self._keep_sums("steps", steps.minutes(), _total)
        if not counts:
            note = "no activity counts: they are defined for 30 samples a second and more"
            if note not in self.report.notes:
                self.report.notes.append(note)

    def _finish_wear(self) -> None:
        """In which of the minutes that have samples the device was worn: a table moves less than any sleeper."""
        quarters, off = off_body(self._spread.blocks())
        if not len(quarters):
            return
        minutes = (quarters[:, None] // 60 + np.arange(QUARTER_MIN)).ravel()
        recorded = np.isin(minutes, np.concatenate([m for m, _ in self._parts["enmo"]]))
        self._parts["worn_by_spread"] = [(minutes[recorded], np.repeat(~off, QUARTER_MIN)[recorded].astype(np.float64))]

    def _keep_sums(self, name: str, sums: MinuteSums, of: Callable[[np.ndarray], np.ndarray]) -> None:
        whole = sums.share >= MIN_SHARE_OF_SUM
        if whole.any():
            self._parts.setdefault(name, []).append((sums.minute[whole], of(sums.sums[whole])))

    def _vertical(self, sums: np.ndarray) -> np.ndarray:
        return sums[:, self.vertical]

    def _say_what_is_dense(self) -> None:
        self.report.keep(seen=self._whole.refused, dropped=self._whole.refused, reason=TOO_DENSE)

    def _plausible(self, utc: np.ndarray, xyz: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Without seconds that are exactly zero or too dense, and without samples that no sensor can give."""
        if not len(utc):
            return utc, xyz
        length = magnitude(xyz)
        if length.max() > BEYOND_ANY_SENSOR_G:
            weak = length <= BEYOND_ANY_SENSOR_G
            utc, xyz = self._only(weak, utc, xyz, TOO_STRONG)
            length = length[weak]
        dense = len(utc) > MOST_A_SECOND and bool((utc[MOST_A_SECOND:] - utc[:-MOST_A_SECOND] < 1).any())
        if not dense and len(utc) and length.min() > 0:
            return utc, xyz
        at = groups(np.floor(utc).astype(np.int64))
        size = np.diff(np.append(at, len(utc)))
        idle = np.maximum.reduceat(length, at) == 0 if len(at) else np.empty(0, dtype=np.bool_)
        crowded = size > MOST_A_SECOND
        for bad, why in ((idle, ALL_ZERO), (crowded & ~idle, TOO_DENSE)):
            lost = int(size[bad].sum())
            self.report.keep(seen=lost, dropped=lost, reason=why)
        good = np.repeat(~(idle | crowded), size)
        return utc[good], xyz[good]


@dataclass(kw_only=True)
class _Even:
    """The measures that need even samples: the grid they share, and which of them this rate allows."""

    grid: EvenGrid
    counts: CountStream | None
    mims: MimsStream | None
    steps: StepStream | None

    @classmethod
    def at(cls, rate_hz: float) -> "_Even":
        """Counts want a multiple of 10 Hz from 30 to 100; slower recordings keep their rate, to half a hertz."""
        if rate_hz >= LEAST_COUNT_RATE_HZ:
            rate = int(np.clip(round(rate_hz / 10) * 10, RATES_HZ[0], RATES_HZ[-1]))
            streams = (CountStream(rate_hz=rate), MimsStream(rate_hz=float(rate)), StepStream(rate_hz=float(rate)))
            return cls(grid=EvenGrid(rate_hz=float(rate)), counts=streams[0], mims=streams[1], steps=streams[2])
        slow = max(round(rate_hz * 2) / 2, 0.5)
        if rate_hz < LEAST_RATE_HZ:
            return cls(grid=EvenGrid(rate_hz=slow), counts=None, mims=None, steps=None)
        steps = StepStream(rate_hz=slow) if slow >= STEP_HZ else None
        return cls(grid=EvenGrid(rate_hz=slow), counts=None, mims=MimsStream(rate_hz=slow), steps=steps)

    def add(self, utc: np.ndarray, xyz: np.ndarray) -> None:
        """Take samples of whole minutes."""
        if self.mims:
            self._hand_on(self.grid.add(utc, xyz))

    def finish(self) -> None:
        """End the open segment."""
        self._hand_on(self.grid.finish())

    def _hand_on(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            for stream in (self.counts, self.mims, self.steps):
                if stream:
                    stream.add(piece)


def _rate_of_first_minute(utc: np.ndarray) -> float:
    """Samples a second in the first minute that has any, by the median step between them."""
    first = utc[: int(np.searchsorted(utc, utc[0] + 60))]
    step = float(np.median(np.diff(first))) if len(first) > 1 else 0.0
    return 1.0 / step if step > 0 else 0.0


def _vm(sums: np.ndarray) -> np.ndarray:
    # Whole counts, as ActiGraph's programs give them.
    return np.floor(vector_magnitude(sums) + 0.5)


def _total(sums: np.ndarray) -> np.ndarray:
    return sums.sum(axis=1)
