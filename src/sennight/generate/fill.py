"""Fill: minutes nobody measured, guessed from all that was, with a band.

A filler is a day transformer (if there is one), what is usual among training people, a mixer of all cues, and bands
calibrated on other people. What is filled is never mixed with what was seen: see `record.Filled` and `store.filled`.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int64

from sennight.backbones.day_transformer.model import DayTransformer
from sennight.errors import InputError
from sennight.generate.bands import Bands
from sennight.generate.baselines import Cells, Population
from sennight.generate.cues import cues
from sennight.generate.decode import decode
from sennight.generate.lean import Lean
from sennight.generate.mixer import QUANTILES, Mixer
from sennight.generate.scales import Scales
from sennight.generate.timeline import Timeline
from sennight.record import Filled, WindowBatch

LOW, MIDDLE, HIGH = (QUANTILES.index(level) for level in (0.05, 0.5, 0.95))
CELLS_AT_ONCE = 500_000  # rows of cues in memory: some 200 MB


@dataclass(frozen=True, kw_only=True, eq=False)
class Guess:
    """What a filler thinks of wanted cells: `scaled` and `natural` are means, `low` and `high` the band in both units.

    The medians are what has the least absolute error. `quantiles` are in scaled units, at `mixer.QUANTILES`.
    """

    scaled: Float32[np.ndarray, " n"]
    natural: Float32[np.ndarray, " n"]
    scaled_median: Float32[np.ndarray, " n"]
    median: Float32[np.ndarray, " n"]
    scaled_low: Float32[np.ndarray, " n"]
    scaled_high: Float32[np.ndarray, " n"]
    low: Float32[np.ndarray, " n"]
    high: Float32[np.ndarray, " n"]
    quantiles: Float32[np.ndarray, "n quantile"]
    gap: Int64[np.ndarray, " n"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Filler:
    """All that fills; `natural_sd` is the unit of the mixer's natural mean. Channels it does not know stay unfilled."""

    scales: Scales
    population: Population
    natural_sd: Float32[np.ndarray, " channel"]
    mixer: Mixer
    lean: Lean
    bands: Bands
    model: DayTransformer | None

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels it can fill."""
        return self.scales.channels

    @property
    def fingerprint(self) -> str:
        """Hash over everything that decides a filled minute."""
        digest = hashlib.sha256(repr(self.scales.scales).encode())
        numbers = (
            self.population.mean,
            self.population.time_of_day,
            self.natural_sd,
            self.lean.share,
            self.bands.shift,
        )
        for part in numbers:
            digest.update(np.ascontiguousarray(part).tobytes())
        for name, weight in sorted(self.mixer.state_dict().items()):
            digest.update(name.encode() + weight.contiguous().numpy().tobytes())
        digest.update(f"{self.bands.share} {self.model.fingerprint if self.model else 'no model'}".encode())
        return f"filler-{digest.hexdigest()[:12]}"

    def floor(self) -> Float32[np.ndarray, " channel"]:
        """The lowest possible value of each channel, in scaled units."""
        low: np.ndarray = self.scales.scaled(self.scales.ranges()[0][None])[0]
        return low

    def guess(self, timeline: Timeline, wanted: Bool[np.ndarray, "minute channel"]) -> Guess:
        """Guesses for wanted cells, in order of minutes then channels; nothing the timeline has not seen takes part.

        Raises: InputError if the channels of the timeline are not those of the filler, in its order.
        """
        if timeline.channels != self.channels:
            raise InputError("the timeline has other channels than the filler", todo="Bring it into them: `fitting`.")
        cells = Cells.of(wanted & ~timeline.seen)
        scaled, zero = scaled_of(self.scales, timeline)
        reached = decode(self.model, timeline, cells) if self.model else None
        parts = []
        for i in range(0, max(len(cells.minute), 1), CELLS_AT_ONCE):
            some = Cells(minute=cells.minute[i : i + CELLS_AT_ONCE], channel=cells.channel[i : i + CELLS_AT_ONCE])
            found = cues(
                scaled, zero, timeline.seen, some, weekday=timeline.weekday, population=self.population,
                model=None if reached is None else reached[i : i + CELLS_AT_ONCE],
            )  # fmt: skip
            mixed = self.mixer.mix(found.rows)
            mean = self.lean(mixed.mean, found.habit, gap=found.gap, beside=found.beside)
            parts.append((mean, mixed.natural, mixed.quantiles, found.gap))
        return self._guess(cells, *(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _guess(
        self, cells: Cells, mean: np.ndarray, natural: np.ndarray, quantiles: np.ndarray, gap: np.ndarray
    ) -> Guess:
        channel, floor = cells.channel, self.floor()
        ceiling = self.scales.scaled(self.scales.ranges()[1][None])[0]
        mean = np.clip(mean, floor[channel], ceiling[channel])
        low, high = self.bands.moved(
            np.ascontiguousarray(quantiles[:, LOW]), np.ascontiguousarray(quantiles[:, HIGH]),
            gap=gap, channel=channel, of_day=cells.of_day, floor=floor,
        )  # fmt: skip
        # The mean of a logged channel is no exponential of the mean of its logarithm, so it is learned on its own.
        logged = self.scales.counts[channel]
        value = np.where(logged, natural * self.natural_sd[channel], self.scales.natural(mean, channel))
        value = self.scales.clipped(value.astype(np.float32), channel)
        median = np.clip(quantiles[:, MIDDLE], floor[channel], ceiling[channel])
        return Guess(
            scaled=mean,
            natural=value,
            scaled_median=median,
            median=self.scales.natural(median, channel),
            scaled_low=low,
            scaled_high=high,
            # A mean of rare bursts can lie outside the middle nine tenths; the band then reaches to it.
            low=np.minimum(self.scales.natural(low, channel), value),
            high=np.maximum(self.scales.natural(high, channel), value),
            quantiles=quantiles,
            gap=gap,
        )

    def fitting(self, windows: WindowBatch) -> Timeline:
        """One person's days as a timeline of this filler's channels. Raises: InputError if it knows none of theirs."""
        if not set(windows.channels) & set(self.channels):
            raise InputError(
                "these days hold no channel that the filler knows",
                todo=f"They hold {', '.join(windows.channels)}; it knows {', '.join(self.channels)}.",
            )
        return Timeline.of(windows.select(self.channels))


def fill(windows: WindowBatch, filler: Filler) -> Filled:
    """Fill every minute one person's days lack, in the channels the filler knows and the person has.

    A channel that was never seen on any of the days stays empty: it would be somebody else's.
    """
    timeline = filler.fitting(windows)
    there = np.zeros((timeline.days, 1, 1), dtype=np.bool_)
    there[timeline.day] = True
    shape = (timeline.days, -1, len(filler.channels))
    wanted = (~timeline.seen & timeline.seen.any(axis=0)).reshape(shape) & there
    wanted = wanted.reshape(timeline.seen.shape)
    guess = filler.guess(timeline, wanted)
    parts = [_laid_out(timeline, wanted, part) for part in (guess.natural, guess.low, guess.high)]
    values, low, high = (_onto(timeline.of_days(part), filler.channels, windows) for part in parts)
    filled = _onto(timeline.of_days(wanted), filler.channels, windows)
    return Filled(
        windows=windows, values=values, low=low, high=high, filled=filled, share=filler.bands.share,
        filler=filler.fingerprint,
    )  # fmt: skip


def _laid_out(timeline: Timeline, wanted: np.ndarray, cells: np.ndarray) -> np.ndarray:
    out = np.zeros(timeline.values.shape, dtype=np.float32)
    out[wanted] = cells
    return out


def _onto(by_day: np.ndarray, channels: tuple[str, ...], windows: WindowBatch) -> np.ndarray:
    """From the filler's channels to those of the windows."""
    out = np.zeros(windows.values.shape, dtype=by_day.dtype)
    for k, name in enumerate(windows.channels):
        if name in channels:
            out[..., k] = by_day[..., channels.index(name)]
    return out


def scaled_of(
    scales: Scales, timeline: Timeline
) -> tuple[Float32[np.ndarray, "minute channel"], Bool[np.ndarray, "minute channel"]]:
    """A timeline in scaled units, 0 where not seen, and which seen cells are exactly 0."""
    scaled = np.where(timeline.seen, scales.scaled(timeline.values), np.float32(0)).astype(np.float32)
    return scaled, (timeline.values == 0) & timeline.seen
