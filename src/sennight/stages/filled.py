"""Learn a filler from a store, and fill a store with one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from jaxtyping import Int64

from sennight.backbones.day_transformer.model import DayTransformer
from sennight.evaluate.generated.daily_kept import calibrate_days
from sennight.generate.daily import DailyBands
from sennight.generate.fill import EPOCHS, Filler, fill, learn
from sennight.generate.saved import load_filler, save_daily_bands, save_filler
from sennight.generate.scales import Scales
from sennight.pretrain.run import fit_scales
from sennight.record import VALID_DAY_MINUTES, Filled, Role, Split, WindowBatch, channel
from sennight.store import Store
from sennight.store.filled import write_filled

MOST_PEOPLE, MOST_CALIBRATE = 500, 150  # a filler needs no more; cues of 500 people are a million cells
SCALE_DAYS = 2_000
MOST_DAYS = 60  # of one person, in learning; a year of one must not be half of what is learnt
VALIDATE_SHARE = 0.25
Count = Callable[[int], None]


@dataclass(frozen=True, kw_only=True)
class FillReport:
    """What came of filling a store."""

    people: int
    cells: int
    filler: str


def rows_of(store: Store, *, valid: bool = True) -> dict[str, Int64[np.ndarray, " day"]]:
    """Rows of the days of each person, in the store's order; with `valid` of those with a valid day only."""
    index = store.index.select("row", "person", "worn_minutes")
    if valid:
        keep = index.filter(pl.col("worn_minutes") >= VALID_DAY_MINUTES)["person"].unique()
        index = index.filter(pl.col("person").is_in(keep.to_list()))
    grouped = index.group_by("person", maintain_order=True).agg("row")
    return {p: np.array(r, dtype=np.int64) for p, r in zip(grouped["person"], grouped["row"], strict=True)}


def days_of_people(store: Store, people: Sequence[str], *, most: int | None = None) -> Iterator[WindowBatch]:
    """The days of each of these people, a batch a person; at most the first so many."""
    rows = rows_of(store)
    for person in people:
        if person in rows:
            yield store.read(rows[person][:most])


def model_of(backbone: str | Path | None) -> DayTransformer | None:
    """The day transformer of a run or checkpoint folder, or none. Raises: CheckpointError, InputError."""
    if backbone is None:
        return None
    from sennight.backbones.checkpoint import load

    folder = Path(backbone)
    model = folder / "model"
    return load(model if model.is_dir() else folder).model


@dataclass(frozen=True, kw_only=True, eq=False)
class Learnt:
    """A filler, the intervals of daily estimates, and whose days it learnt from and was calibrated on."""

    filler: Filler
    days: DailyBands
    train: tuple[str, ...]
    calibrate: tuple[str, ...]


def learn_filler(
    store: Store,
    *,
    model: DayTransformer | None,
    scaled_as: DayTransformer | None = None,
    people: Sequence[str] | None = None,
    seed: int = 0,
    epochs: int = EPOCHS,
    progress: Count | None = None,
) -> Learnt:
    """Learn from a store's people (a quarter of them calibrate the bands), at most `MOST_PEOPLE` of them.

    Scales are the model's, or those of `scaled_as` for a filler without one.
    """
    split = Split.by_person(list(people or rows_of(store)), seed=seed, validate_share=VALIDATE_SHARE, test_share=0.0)
    rng = np.random.default_rng([seed, 13])
    train = _some(split.train, MOST_PEOPLE, rng)
    calibrate = _some(split.validate, MOST_CALIBRATE, rng)
    filler = learn(
        list(days_of_people(store, train, most=MOST_DAYS)),
        list(days_of_people(store, calibrate, most=MOST_DAYS)),
        scales=scales_of(store, train, model or scaled_as),
        model=model,
        seed=seed,
        epochs=epochs,
        progress=progress,
    )
    days = calibrate_days(days_of_people(store, calibrate, most=MOST_DAYS), filler, seed=seed)
    return Learnt(filler=filler, days=days, train=tuple(train), calibrate=tuple(calibrate))


def scales_of(store: Store, people: Sequence[str], model: DayTransformer | None) -> Scales:
    """The model's own scales for channels it knows; fitted on these people for others."""
    rows = rows_of(store)
    mine = np.concatenate([rows[p] for p in people if p in rows])
    batch = store.read(np.sort(np.random.default_rng(0).permutation(mine)[:SCALE_DAYS]))
    names = [c for c in store.channels if channel(c).role is Role.SIGNAL]
    known = {s.channel: s for s in model.config.scales} if model else {}
    return Scales(scales=tuple(known.get(s.channel, s) for s in fit_scales(batch, names)))


def _some(people: Sequence[str], most: int, rng: np.random.Generator) -> list[str]:
    return [people[i] for i in np.sort(rng.permutation(len(people))[:most])]


def learn_and_save(
    store: Store, out: Path, *, backbone: str | Path | None, seed: int = 0, progress: Count | None = None
) -> Filler:
    """Learn a filler and write it, with the intervals of daily estimates. Raises: InputError, CheckpointError."""
    learnt = learn_filler(store, model=model_of(backbone), seed=seed, progress=progress)
    save_filler(learnt.filler, out, provenance={"store": store.fingerprint, "seed": seed})
    save_daily_bands(learnt.days, out)
    return learnt.filler


def fill_store(store: Store, filler: Filler | Path, out: Path, *, progress: Count | None = None) -> FillReport:
    """Fill everything a store lacks and write it as layers beside it. Raises: InputError, StoreError."""
    filler = load_filler(filler) if isinstance(filler, Path) else filler
    fingerprint = filler.fingerprint
    people = rows_of(store, valid=False)

    def each() -> Iterator[Filled]:
        for rows in people.values():
            yield fill(store.read(rows), filler)
            if progress:
                progress(1)

    cells = write_filled(store, each(), out, filler=fingerprint, share=filler.bands.share)
    return FillReport(people=len(people), cells=cells, filler=fingerprint)
