"""Learning to fill: holes of every kind are made in training people, and a mixer learns what fills them.

Cohorts of different size and device teach one mixer side by side; bands are calibrated on other people.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float32, Int64

from sennight.backbones.day_transformer.model import DayTransformer
from sennight.errors import InputError
from sennight.generate.bands import SHARE, calibrate
from sennight.generate.baselines import Cells, Population
from sennight.generate.cues import HABIT, cue_names, cues
from sennight.generate.decode import decode
from sennight.generate.fill import HIGH, LOW, Filler, scaled_of
from sennight.generate.holes import FAMILY_NAMES, OPENMHC, Hole, block, make_hole
from sennight.generate.lean import Lean
from sennight.generate.mixer import train_mixer
from sennight.generate.scales import Scales
from sennight.generate.timeline import Timeline
from sennight.record import MINUTES_PER_DAY, WindowBatch

CELLS_A_HOLE = 800  # of one person and kind of hole that training and calibration use
DAYS_A_HOLE = 6
MOST_CELLS = 1_200_000
# Few people are looked at again with other holes: a person has one future a look, and a few dozen teach little.
LOOKS, MOST_LOOKS = 120, 5  # people times looks that all cohorts get together; of one person
EPOCHS, LARGEST_BATCH, BATCHES_AN_EPOCH = 3, 4096, 100  # more, and few people are learnt by heart
Cohort = Sequence[WindowBatch]  # people of one study or kind of device, each a batch of days


@dataclass(frozen=True, kw_only=True, eq=False)
class Examples:
    """Cells that were hidden on purpose: their cues, and the truth in both units."""

    rows: Float32[np.ndarray, "n cue"]
    scaled: Float32[np.ndarray, " n"]
    natural: Float32[np.ndarray, " n"]
    gap: Int64[np.ndarray, " n"]
    beside: Bool[np.ndarray, " n"]
    channel: Int64[np.ndarray, " n"]
    of_day: Int64[np.ndarray, " n"]

    def blind(self, channels: tuple[str, ...]) -> "Examples":
        """The same without what the day transformer says."""
        rows, names = self.rows.copy(), cue_names(channels)
        rows[:, [names.index("model"), names.index("model_known")]] = 0
        return replace(self, rows=rows)


@dataclass(frozen=True, kw_only=True, eq=False)
class Lesson:
    """What there is to learn from: examples of training people, and of others to calibrate the bands on."""

    scales: Scales
    population: Population
    natural_sd: Float32[np.ndarray, " channel"]
    train: Examples
    calibrate: Examples
    model: DayTransformer | None

    def filler(self, *, with_model: bool = True, seed: int = 0, epochs: int = EPOCHS) -> Filler:
        """A filler that learnt it; without the model, one that learnt the same from all other cues."""
        train, others = self.train, self.calibrate
        if not with_model:
            train, others = train.blind(self.scales.channels), others.blind(self.scales.channels)
        natural = train.natural / self.natural_sd[train.channel]
        batch = min(LARGEST_BATCH, max(256, len(natural) // BATCHES_AN_EPOCH))
        mixer = train_mixer(train.rows, train.scaled, natural, epochs=epochs, batch=batch, seed=seed)
        mixed = mixer.mix(others.rows)
        quantiles = mixed.quantiles
        habit = np.ascontiguousarray(others.rows[:, HABIT])
        lean = Lean.fit(others.scaled, mixed.mean, habit, gap=others.gap, beside=others.beside)
        floor = self.scales.scaled(self.scales.ranges()[0][None])[0]
        bands = calibrate(
            others.scaled, np.ascontiguousarray(quantiles[:, LOW]), np.ascontiguousarray(quantiles[:, HIGH]),
            gap=others.gap, channel=others.channel, of_day=others.of_day, floor=floor, share=SHARE,
        )  # fmt: skip
        return Filler(
            scales=self.scales, population=self.population, natural_sd=self.natural_sd, mixer=mixer, lean=lean,
            bands=bands, model=self.model if with_model else None,
        )  # fmt: skip


def lesson(
    train: Sequence[Cohort],
    calibrate: Sequence[Cohort],
    *,
    scales: Scales,
    model: DayTransformer | None,
    seed: int = 0,
    most_looks: int = MOST_LOOKS,
    progress: Callable[[int], None] | None = None,
) -> Lesson:
    """Make holes in the people of one or more cohorts, each of which weighs about the same.

    Raises: InputError if either has nobody, or nobody with anything to hide.
    """
    known, others = ([_timelines(cohort, scales) for cohort in cohorts] for cohorts in (train, calibrate))
    if not any(known) or not any(others):
        raise InputError("a filler needs people to learn from and other people to calibrate its bands on")
    population, natural_sd = _population([t for cohort in known for t in cohort], scales)
    rng = np.random.default_rng([seed, 11])
    maker = _Maker(scales=scales, population=population, model=model, rng=rng, most_looks=most_looks, progress=progress)
    return Lesson(
        scales=scales, population=population, natural_sd=natural_sd, train=maker.examples(known),
        calibrate=maker.examples(others), model=model,
    )  # fmt: skip


def learn(
    train: Cohort,
    calibrate: Cohort,
    *,
    scales: Scales,
    model: DayTransformer | None = None,
    seed: int = 0,
    epochs: int = EPOCHS,
    most_looks: int = MOST_LOOKS,
) -> Filler:
    """A filler from people of one cohort and others of it. Raises: InputError as `lesson`."""
    known = lesson([train], [calibrate], scales=scales, model=model, seed=seed, most_looks=most_looks)
    return known.filler(seed=seed, epochs=epochs)


def _timelines(cohort: Cohort, scales: Scales) -> list[Timeline]:
    return [Timeline.of(person.select(scales.channels)) for person in cohort]


def looks(people: int, *, cohorts: int = 1, most: int = MOST_LOOKS) -> int:
    """How often each person of a cohort of so many is looked at, with new holes.

    >>> looks(4), looks(50), looks(50, cohorts=2), looks(500)
    (5, 3, 2, 1)
    """
    return min(most, -(-LOOKS // (cohorts * max(people, 1))))


def _population(people: list[Timeline], scales: Scales) -> tuple[Population, np.ndarray]:
    """What is usual, in scaled units, and the standard deviation of each channel in its own."""
    days = [t.of_days(scaled_of(scales, t)[0]) for t in people]
    seen = [t.of_days(t.seen) for t in people]
    population = Population.of(np.concatenate(days), np.concatenate(seen))
    natural_sd = np.ones(len(scales.channels), dtype=np.float32)
    for k in range(len(scales.channels)):
        x = np.concatenate([t.values[:, k][t.seen[:, k]] for t in people])
        natural_sd[k] = max(float(x.std()), 1e-3) if len(x) else 1.0
    return population, natural_sd


# Training sees every kind of hole: the four families, OpenMHC's, and those that are rare among them: blocks of up to a
# day, and the two days after a cut, which a forecast asks for.
LONG, AHEAD = "long", "ahead"
KINDS = (*FAMILY_NAMES, *OPENMHC, LONG, AHEAD)
LONG_FROM, LONG_TO = 300, 1_440
AHEAD_MIN = 2_880


def _training_hole(name: str, timeline: Timeline, rng: np.random.Generator) -> Hole:
    if name == LONG:
        wanted = block(timeline, rng, int(rng.integers(LONG_FROM, LONG_TO + 1))) & timeline.seen
        return Hole(wanted=wanted, withheld=wanted)
    if name != AHEAD:
        return make_hole(name, timeline, rng)
    withheld = np.zeros(timeline.seen.shape, dtype=np.bool_)
    # After a person's only day there is nothing: the hole is empty then.
    cut = int(rng.integers(MINUTES_PER_DAY, max(len(withheld) - MINUTES_PER_DAY, MINUTES_PER_DAY + 1)))
    withheld[cut:] = True
    wanted = withheld & timeline.seen
    wanted[cut + AHEAD_MIN :] = False
    return Hole(wanted=wanted, withheld=withheld)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Maker:
    """Makes holes of every kind in people, and notes what their cells look like from outside."""

    scales: Scales
    population: Population
    model: DayTransformer | None
    rng: np.random.Generator
    most_looks: int
    progress: Callable[[int], None] | None

    def _looks(self, cohort: Sequence[Timeline], cohorts: Sequence[Sequence[Timeline]]) -> int:
        return looks(len(cohort), cohorts=len(cohorts), most=self.most_looks)

    def examples(self, cohorts: Sequence[Sequence[Timeline]]) -> Examples:
        """Raises: InputError if nobody has a minute that could be hidden."""
        holes = sum(len(cohort) * self._looks(cohort, cohorts) for cohort in cohorts) * len(KINDS)
        most = min(CELLS_A_HOLE, max(1, MOST_CELLS // holes))
        parts: list[tuple[np.ndarray, ...]] = []
        for cohort in cohorts:
            for timeline in cohort:
                for _ in range(self._looks(cohort, cohorts)):
                    parts += self._of(timeline, most)
                if self.progress:
                    self.progress(1)
        if not parts:
            raise InputError(
                "nobody has a minute that could be hidden", todo="Were any days worn? See the wear report."
            )
        rows, z, natural, gap, beside, channel, of_day = (np.concatenate(column) for column in zip(*parts, strict=True))
        return Examples(rows=rows, scaled=z, natural=natural, gap=gap, beside=beside, channel=channel, of_day=of_day)

    def _some_days(self, wanted: Bool[np.ndarray, "minute channel"]) -> Bool[np.ndarray, "minute channel"]:
        """The hole in a few of the days that have it; all of them would ask the decoder for more than is used."""
        by_day = wanted.reshape(-1, MINUTES_PER_DAY, wanted.shape[1])
        days = self.rng.permutation(np.flatnonzero(by_day.any(axis=(1, 2))))[:DAYS_A_HOLE]
        kept = np.zeros_like(by_day)
        kept[days] = by_day[days]
        return kept.reshape(wanted.shape)

    def _of(self, timeline: Timeline, most: int) -> list[tuple[np.ndarray, ...]]:
        """One hole of every kind in one person."""
        truth = self.scales.scaled(timeline.values)
        parts: list[tuple[np.ndarray, ...]] = []
        for name in KINDS:
            hole = _training_hole(name, timeline, self.rng)
            cells = Cells.of(self._some_days(hole.wanted))
            if not len(cells.minute):
                continue
            shown = timeline.without(hole.withheld)
            # The decoder's tokens see each other, so it is asked for the whole hole, as it will be when filling.
            reached = decode(self.model, shown, cells) if self.model else None
            some = np.sort(self.rng.permutation(len(cells.minute))[:most])
            cells = Cells(minute=cells.minute[some], channel=cells.channel[some])
            scaled, zero = scaled_of(self.scales, shown)
            found = cues(
                scaled, zero, shown.seen, cells, weekday=shown.weekday, population=self.population,
                model=None if reached is None else reached[some],
            )  # fmt: skip
            at = (cells.minute, cells.channel)
            parts.append(
                (found.rows, truth[at], timeline.values[at], found.gap, found.beside, cells.channel, cells.of_day)
            )
        return parts
