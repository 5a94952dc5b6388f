"""Copied days: are days that a model makes up nearer to days it learned from than days of strangers are?

Two sources of made-up days: a store of them, or the model itself, which is shown a tenth of the tokens of days of
people it never saw and rebuilds them. A rebuilt day is a mean and so lies nearer to everything than a real day does;
hence the second figure, how often the nearest day is one of training rather than one of as many from other strangers.
"""

from collections.abc import Set

import numpy as np
import polars as pl
import torch
from jaxtyping import Int64

from sennight.backbones.day_transformer.model import DayTransformer, Tokens
from sennight.evaluate.privacy.nearest import Copies, Days, Seen, copies, distances, nearer_to_first, nearest_distance
from sennight.pretrain.objectives import keep_some
from sennight.stages.who import valid_rows
from sennight.store import Store

BATCH = 128
REBUILT = 1_000  # days
HELD_OUT = 4_000  # days that the bar is made of, at most
SHOWN = 0.1  # of a day's tokens
Cells = tuple[Days, Seen]


def copied_days(
    store: Store, model: DayTransformer, *, members: Set[str], seen: Set[str], generated: Store | None, seed: int = 0
) -> Copies:
    """Made-up days against training days, in the model's own scale. Raises: InputError with too few strangers."""
    valid = store.index[valid_rows(store)]
    strangers = sorted(set(valid["person"].to_list()) - seen)
    lent = set(strangers[::2])  # whose days are shown to be rebuilt; the others are what a day is held against
    train, shown, others = (
        valid.filter(pl.col("person").is_in(sorted(who)))["row"].to_numpy().astype(np.int64)
        for who in (members, lent, set(strangers) - lent)
    )
    rng = np.random.default_rng([seed, 29])
    train_cells, other_cells = (_cells(store, rows, model) for rows in (train, others))
    if generated is None:
        made = rebuilt(store, np.sort(rng.permutation(shown)[:REBUILT]), model, rng)
    else:
        made = _cells(generated, np.arange(len(generated), dtype=np.int64), model)
    held = np.sort(rng.permutation(np.concatenate([shown, others]))[:HELD_OUT])
    bar = nearest_distance(*_cells(store, held, model), *train_cells)
    to_train, to_others = (distances(*made, *cells) for cells in (train_cells, other_cells))
    nearer = nearer_to_first(to_train, to_others, rng=rng)
    return copies(to_train.min(axis=1).astype(np.float64), bar, n_train=len(train), nearer=nearer)


@torch.inference_mode()
def rebuilt(store: Store, rows: Int64[np.ndarray, " day"], model: DayTransformer, rng: np.random.Generator) -> Cells:
    """Days rebuilt from a tenth of their tokens; minutes that were shown are the model's guess too."""
    values, seen = [], []
    for i in range(0, len(rows), BATCH):
        tokens = _tokens(store, rows[i : i + BATCH], model)
        present = tokens.present.cpu().numpy()
        keep = max(1, round(SHOWN * float(present.sum(axis=(1, 2)).mean())))
        kept = torch.from_numpy(keep_some(present, keep, rng))
        encoded = model.encode(tokens, kept)
        guess, place = model.reconstruct(tokens, encoded, tokens.present)
        window, patch, channel = place.unbind(1)
        cells = torch.zeros_like(tokens.values)
        cells[window, patch, channel] = torch.where(model.binary_cells[channel], guess.sigmoid(), guess)
        values.append(cells.flatten(1).numpy())
        seen.append(tokens.seen.flatten(1).numpy())
    return np.concatenate(values), np.concatenate(seen)


def _cells(store: Store, rows: Int64[np.ndarray, " day"], model: DayTransformer) -> Cells:
    values, seen = [], []
    for i in range(0, len(rows), BATCH):
        tokens = _tokens(store, rows[i : i + BATCH], model)
        values.append(tokens.values.flatten(1).numpy())
        seen.append(tokens.seen.flatten(1).numpy())
    return np.concatenate(values), np.concatenate(seen)


def _tokens(store: Store, rows: Int64[np.ndarray, " day"], model: DayTransformer) -> Tokens:
    return model.tokens(store.read(rows).select(tuple(c for c in store.channels if c in model.channels)))
