"""Learn a filler from a store, and fill a store with one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from jaxtyping import Int64

from sennight.backbones.day_transformer import ChannelScale
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.evaluate.generated.daily_kept import calibrate_days
from sennight.generate.daily import DailyBands
from sennight.generate.fill import Filler, fill
from sennight.generate.learn import EPOCHS, lesson
from sennight.generate.released import filler_folder
from sennight.generate.saved import load_filler, save_daily_bands, save_filler
from sennight.generate.scales import Scales
from sennight.pretrain.run import fit_scales
from sennight.record import VALID_DAY_MINUTES, Filled, Role, Split, WindowBatch, channel
from sennight.store import Store
from sennight.store.filled import write_filled

MOST_PEOPLE, MOST_CALIBRATE, MOST_ALSO = 240, 60, 30  # a filler needs no more
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
    unknown: tuple[str, ...]
    """Channels of the store that the filler does not know, which stay as they are."""


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
    """A released model by its name, that of a run or checkpoint folder, or none. Raises: CheckpointError."""
    if backbone is None:
        return None
    from sennight.backbones.released import load

    folder = Path(backbone) / "model"
    return load(folder if folder.is_dir() else backbone)


@dataclass(frozen=True, kw_only=True, eq=False)
class Learnt:
    """A filler, the intervals of daily estimates, and whose days it learnt from and was calibrated on.

    `without` is the same filler without the day transformer, if it was asked for.
    """

    filler: Filler
    without: Filler | None
    days: DailyBands
    train: tuple[str, ...]
    calibrate: tuple[str, ...]


def learn_filler(
    stores: Sequence[Store],
    *,
    model: DayTransformer | None,
    people: Sequence[str] | None = None,
    also: Sequence[Store] = (),
    without: bool = False,
    seed: int = 0,
    epochs: int = EPOCHS,
    progress: Count | None = None,
) -> Learnt:
    """Learn from people of these stores, a cohort each (a quarter of each calibrates), at most `MOST_PEOPLE` of one.

    `people` are those of the first store that may be learnt from. Some people of each of `also` are learnt from beside
    them, and nobody of those calibrates. Scales are the model's for channels it knows.
    """
    rng = np.random.default_rng([seed, 13])
    train: list[tuple[Store, list[str]]] = []
    calibrate: list[tuple[Store, list[str]]] = []
    for i, store in enumerate(stores):
        mine = list(people) if people is not None and i == 0 else list(rows_of(store))
        split = Split.by_person(mine, seed=seed, validate_share=VALIDATE_SHARE, test_share=0.0)
        train.append((store, _some(split.train, MOST_PEOPLE, rng)))
        calibrate.append((store, _some(split.validate, MOST_CALIBRATE, rng)))
    train += [(store, _some(list(rows_of(store)), MOST_ALSO, rng)) for store in also]
    scales = scales_of(train, model)
    known = lesson(
        [list(days_of_people(*group, most=MOST_DAYS)) for group in train],
        [list(days_of_people(*group, most=MOST_DAYS)) for group in calibrate],
        scales=scales,
        model=model,
        seed=seed,
        progress=progress,
    )
    filler = known.filler(seed=seed, epochs=epochs)
    days = calibrate_days(
        (person for group in calibrate for person in days_of_people(*group, most=MOST_DAYS)), filler, seed=seed
    )
    return Learnt(
        filler=filler,
        without=known.filler(with_model=False, seed=seed, epochs=epochs) if without and model is not None else None,
        days=days,
        train=tuple(p for _, names in train[: len(stores)] for p in names),
        calibrate=tuple(p for _, names in calibrate for p in names),
    )


def scales_of(groups: Sequence[tuple[Store, Sequence[str]]], model: DayTransformer | None) -> Scales:
    """The model's own scales for channels it knows; for others fitted on the first group of people that has them."""
    known = {s.channel: s for s in model.config.scales} if model else {}
    found: dict[str, ChannelScale] = {}
    for store, people in groups:
        names = [c for c in store.channels if channel(c).role is Role.SIGNAL and c not in found]
        rows = rows_of(store)
        mine = np.concatenate([rows[p] for p in people if p in rows])
        batch = store.read(np.sort(np.random.default_rng(0).permutation(mine)[:SCALE_DAYS]))
        found |= {s.channel: known.get(s.channel, s) for s in fit_scales(batch, names)}
    return Scales(scales=tuple(found.values()))


def _some(people: Sequence[str], most: int, rng: np.random.Generator) -> list[str]:
    return [people[i] for i in np.sort(rng.permutation(len(people))[:most])]


def learn_and_save(
    stores: Sequence[Store], out: Path, *, backbone: str | Path | None, seed: int = 0, progress: Count | None = None
) -> Filler:
    """Learn a filler and write it, with the intervals of daily estimates. Raises: InputError, CheckpointError."""
    from sennight.backbones.released import released

    learnt = learn_filler(stores, model=model_of(backbone), seed=seed, progress=progress)
    provenance: dict[str, object] = {
        "stores": [store.fingerprint for store in stores], "seed": seed, "people": len(learnt.train),
        "calibrated_on": len(learnt.calibrate),
    }  # fmt: skip
    name = str(backbone) if str(backbone) in released() else None
    save_filler(learnt.filler, out, provenance=provenance, released=name)
    save_daily_bands(learnt.days, out)
    return learnt.filler


def fill_store(store: Store, filler: Filler | str | Path, out: Path, *, progress: Count | None = None) -> FillReport:
    """Fill everything a store lacks and write it as layers beside it; a filler may be a released one's name.

    Raises: InputError, CheckpointError, StoreError.
    """
    filler = filler if isinstance(filler, Filler) else load_filler(filler_folder(filler))
    fingerprint = filler.fingerprint
    people = rows_of(store, valid=False)
    unknown = tuple(c for c in store.channels if c not in filler.channels)

    def each() -> Iterator[Filled]:
        for rows in people.values():
            yield fill(store.read(rows), filler)
            if progress:
                progress(1)

    cells = write_filled(store, each(), out, filler=fingerprint, share=filler.bands.share)
    return FillReport(people=len(people), cells=cells, filler=fingerprint, unknown=unknown)
