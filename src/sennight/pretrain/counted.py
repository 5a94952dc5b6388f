"""Windows counted ahead: what a day vector learns from, so that a step reads only the windows it rebuilds.

A vector that is made of the distribution alone needs each day's numbers and no minute of it. Counting a day takes a
third of a millisecond a channel, and every day is drawn many times; so all are counted once, where they fit.
For windows of a day a pair is two days of a person, as `sennight.store.pairs` draws them. For windows of a week, of
which most people have one, it is two halves of a week: its days, dealt at random.
Letters: P people, D numbers of the distribution.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np
import torch
from jaxtyping import Bool, Float32, Int64

from sennight.backbones.day_transformer.day_vector import distribution_width
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.errors import InputError
from sennight.pretrain.recipes import Recipe
from sennight.record import WHOLE, Part, WindowBatch
from sennight.store import Store, pair_rows, read_ahead

MOST_BYTES = 4 * 2**30  # kept in memory; more is counted anew at every step
AT_ONCE = 256  # windows that are read and counted together
LEAST_DAYS = 2  # of a week that can be dealt into two halves
Read = Callable[[Int64[np.ndarray, " window"]], WindowBatch]


@dataclass(frozen=True, kw_only=True, eq=False)
class CountedBatch:
    """Two windows each of P people as their distributions; `windows` are to be rebuilt, None where nothing is."""

    first: Float32[torch.Tensor, "P D"]
    other: Float32[torch.Tensor, "P D"]
    windows: WindowBatch | None

    def __len__(self) -> int:
        return 2 * len(self.first)


@dataclass(frozen=True, kw_only=True, eq=False)
class Counted:
    """The numbers of each day of the windows at `rows`, not yet standardised, and which are known."""

    rows: Int64[np.ndarray, " window"]
    raw: Float32[np.ndarray, "window day D"]
    known: Bool[np.ndarray, "window day D"]

    @classmethod
    def of(cls, model: DayTransformer, rows: Int64[np.ndarray, " window"], read: Read) -> "Counted":
        """Count all windows at `rows`, in their order."""
        assert model.day_vector is not None
        days = model.config.window_days
        raw = np.zeros((len(rows), days, model.day_vector.inputs), dtype=np.float32)
        known = np.zeros(raw.shape, dtype=np.bool_)
        for i in range(0, len(rows), AT_ONCE):
            part = slice(i, i + AT_ONCE)
            raw[part], known[part] = model.day_vector.count(read(rows[part]))
        return cls(rows=rows, raw=raw, known=known)


def is_counted(recipe: Recipe, *, windows: int, channels: int) -> bool:
    """Whether a run over so many windows counts ahead: its vector needs no tokens, and its numbers fit into memory."""
    alone = bool(recipe.vector and recipe.person_weight) and recipe.vector_from == "distribution"
    return alone and windows * recipe.window_days * distribution_width(channels) * 5 <= MOST_BYTES


def counted_batches(
    store: Store,
    counted: Counted,
    model: DayTransformer,
    recipe: Recipe,
    *,
    seed: int,
    first_step: int,
    part: Part = WHOLE,
) -> Iterator[CountedBatch]:
    """Batches from `first_step` on, without end, or this process's part of them.

    What step n holds depends on (seed, n) alone.

    Raises: InputError if fewer weeks than half a batch have two days; StoreError if fewer people have two.
    """
    vector = model.day_vector
    assert vector is not None
    people = recipe.batch // 2
    halves = recipe.window_days > 1
    rows_of = _weeks(counted, people, seed) if halves else pair_rows(store, counted.rows, people=people, seed=seed)
    rebuilt = min(recipe.aim_windows, people if halves else 2 * people) if recipe.aim_weight else 0
    mine, to_rebuild = part.share(people), part.share(rebuilt)
    places = (rows_of(step)[:rebuilt][to_rebuild] for step in count(first_step))
    windows = read_ahead(store, places, windows=7 if halves else 1) if rebuilt else None
    for step in count(first_step):
        at = np.searchsorted(counted.rows, rows_of(step))
        one = other = None
        if halves:
            one = _dealt(np.any(counted.known[at], axis=2), np.random.default_rng([seed, 4, step]))
            one, other = one[mine], ~one[mine]
            first = second = at[mine]
        else:
            first, second = at[:people][mine], at[people:][mine]
        batch = None if windows is None else next(windows)
        yield CountedBatch(
            first=vector.standardised(counted.raw[first], _only(counted.known[first], one)),
            other=vector.standardised(counted.raw[second], _only(counted.known[second], other)),
            windows=batch if batch is None or batch.channels == model.channels else batch.select(model.channels),
        )


def _weeks(counted: Counted, people: int, seed: int) -> Callable[[int], Int64[np.ndarray, " window"]]:
    rows = counted.rows[counted.known.any(axis=2).sum(axis=1) >= LEAST_DAYS]
    if len(rows) < people:
        raise InputError(
            f"{len(rows)} weeks have two days, {people} are needed",
            todo="Lower it with --set batch=..., or add people.",
        )
    return lambda step: rows[np.random.default_rng([seed, 3, step]).permutation(len(rows))[:people]]


def _dealt(there: Bool[np.ndarray, "P day"], rng: np.random.Generator) -> Bool[np.ndarray, "P day"]:
    """Half of the days that are there, drawn at random in each week; the other half is the rest."""
    rank = np.where(there, rng.random(there.shape), 2.0).argsort(axis=1).argsort(axis=1)
    return rank < there.sum(axis=1, keepdims=True) // 2


def _only(known: Bool[np.ndarray, "P day D"], days: Bool[np.ndarray, "P day"] | None) -> Bool[np.ndarray, "P day D"]:
    return known if days is None else known & days[:, :, None]
