"""Losses: how well a model knows each person, one number from all their windows, by two of the things it learns.

`reconstruction` is the error of minutes hidden the same way for every model; `strangeness` is how unlike two windows of
one person are to the model (1 minus the cosine of their vectors), which is what same person, other day learns.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float64
from torch.nn.functional import binary_cross_entropy_with_logits

from sennight.backbones.day_transformer.model import DayTransformer
from sennight.pretrain.objectives import hide_cells
from sennight.record import WindowBatch

DRAWS = 2  # masks a window; the attacker averages over what is hidden
SIGNALS = ("reconstruction", "strangeness")


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonLosses:
    """Mean losses of people, in the order of their names."""

    people: tuple[str, ...]
    reconstruction: Float64[np.ndarray, " person"]
    strangeness: Float64[np.ndarray, " person"]

    def of(self, signal: str) -> Float64[np.ndarray, " person"]:
        """One of `SIGNALS`."""
        return self.reconstruction if signal == SIGNALS[0] else self.strangeness


def person_losses(
    model: DayTransformer, batches: list[WindowBatch], *, seed: int = 0, draws: int = DRAWS
) -> PersonLosses:
    """Losses of everybody in these windows; the same seed hides the same minutes for every model of one token grid.

    With no `draws` nothing is rebuilt, and that loss is 0: for models that were not taught to.
    """
    names = [person for batch in batches for person in batch.people]
    people = tuple(dict.fromkeys(names))
    code = {person: i for i, person in enumerate(people)}
    place = np.array([code[n] for n in names])
    was_training = model.training
    model.eval()
    rebuilt, vectors = [], []
    with torch.inference_mode():
        for i, batch in enumerate(batches):
            each = [window_errors(model, batch, np.random.default_rng([seed, i, d])) for d in range(draws)]
            rebuilt.append(np.mean(each, axis=0) if each else np.zeros(len(batch)))
            vectors.append(model.encode_windows(batch).astype(np.float64))
    model.train(was_training)
    count = np.bincount(place, minlength=len(people))
    total = np.bincount(place, weights=np.concatenate(rebuilt), minlength=len(people))
    return PersonLosses(
        people=people, reconstruction=total / count, strangeness=_strangeness(np.concatenate(vectors), place, count)
    )


@torch.no_grad()
def window_errors(model: DayTransformer, batch: WindowBatch, rng: np.random.Generator) -> Float64[np.ndarray, " batch"]:
    """Mean reconstruction error of each window's hidden cells; 0 where nothing could be hidden."""
    tokens = model.tokens(batch)
    hidden = hide_cells(model, tokens, rng)
    encoded = model.encode(tokens, hidden.kept, hidden.cells)
    guess, place = model.reconstruct(tokens, encoded, hidden.cells.any(dim=3))
    window, patch, channel = place.unbind(1)
    truth, counts = tokens.values[window, patch, channel], hidden.cells[window, patch, channel]
    error = torch.where(
        model.binary_cells[channel],
        binary_cross_entropy_with_logits(guess, truth.clamp(0, 1), reduction="none"),
        (guess - truth) ** 2,
    )
    cells = counts.sum(dim=1).double()
    sums = torch.where(counts, error, 0.0).sum(dim=1).double()
    total, n = torch.zeros(len(batch), dtype=torch.float64), torch.zeros(len(batch), dtype=torch.float64)
    total.index_add_(0, window.cpu(), sums.cpu())
    n.index_add_(0, window.cpu(), cells.cpu())
    return np.asarray((total / n.clamp(min=1)).numpy())


def _strangeness(
    x: Float64[np.ndarray, "window width"], place: np.ndarray, count: np.ndarray
) -> Float64[np.ndarray, " person"]:
    """1 minus the mean cosine over pairs of a person's windows; the mean of all where a person has but one."""
    centred = x - x.mean(axis=0)
    sd = centred.std(axis=0)
    scaled = centred / np.where(sd > 1e-9, sd, 1.0)
    length = np.linalg.norm(scaled, axis=1, keepdims=True)
    unit = scaled / np.where(length > 0, length, 1.0)
    total = np.zeros((len(count), x.shape[1]))
    np.add.at(total, place, unit)
    own = np.zeros(len(count))
    np.add.at(own, place, (unit * unit).sum(axis=1))
    pairs = np.where(count > 1, count * (count - 1), 1)
    cosine = ((total * total).sum(axis=1) - own) / pairs
    several = count > 1
    return 1 - np.where(several, cosine, cosine[several].mean() if several.any() else 0.0)
