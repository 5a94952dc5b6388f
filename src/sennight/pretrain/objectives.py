"""Pretraining objectives: AIM (reconstruct what was hidden) and same person, other day (tell people apart).

Letters: B windows, S patches, C channels of the token grid, M cells in a token, P people.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from sennight.backbones.day_transformer import Layout
from sennight.backbones.day_transformer.model import DayTransformer, Tokens
from sennight.pretrain.together import everybody, total
from sennight.record import WHOLE, Family, Hidden, Part, WindowBatch, hide

CHANNELS_MIX = (0.0, 0.0, 1.0)
PLACES_MIX = (0.5, 0.5, 0.0)
CHANNELS_ODDS = 1 / 3  # share of windows whose hidden cells are whole channels, as in the mix of `hide`


@dataclass(frozen=True, kw_only=True, eq=False)
class AimLoss:
    """`loss` to descend; `by_family` error of cells by how they were hidden; `cells` that counted.

    `mean_baseline` is the error of guessing each channel's training mean (0 once scaled; even odds
    for a binary channel) on the same cells.
    """

    loss: Float[Tensor, ""]
    by_family: dict[str, float]
    mean_baseline: float
    cells: int


@dataclass(frozen=True, kw_only=True, eq=False)
class HiddenCells:
    """`cells` that are hidden (all of them were seen); `kept` tokens with something left to see; `family` a window."""

    cells: Bool[Tensor, "B S C M"]
    kept: Bool[Tensor, "B S C"]
    family: Tensor


def hide_cells(model: DayTransformer, tokens: Tokens, rng: np.random.Generator, part: Part = WHOLE) -> HiddenCells:
    """Draw what is hidden: whole tokens; in the joint layout also whole channels inside every token."""
    present = tokens.present.cpu().numpy()
    if model.config.layout is Layout.CHANNEL:
        drawn = hide(present, rng=rng, part=part)
        cells = _over_cells(drawn.hidden, tokens)
    else:
        drawn = hide(present, rng=rng, mix=PLACES_MIX, part=part)
        b, s, _, m = tokens.seen.shape
        by_channel = tokens.seen.reshape(b, s, model.config.patch_minutes, -1)
        of_channels = hide(by_channel.any(dim=2).cpu().numpy(), rng=rng, mix=CHANNELS_MIX, part=part)
        # A window of one channel drew RANDOM instead: there every minute of a token is hidden together anyway.
        takes = (rng.random(part.whole(b))[part.rows(b)] < CHANNELS_ODDS) & (of_channels.family == Family.CHANNELS)
        whole = torch.from_numpy(of_channels.hidden)[:, :, None].expand(by_channel.shape).reshape(b, s, 1, m)
        pick = torch.from_numpy(takes)[:, None, None, None]
        cells = torch.where(pick, whole.to(tokens.seen.device), _over_cells(drawn.hidden, tokens))
        family = np.where(takes, np.int8(Family.CHANNELS), drawn.family).astype(np.int8)
        drawn = Hidden(inherited=drawn.inherited, hidden=drawn.hidden, family=family)
    cells = cells & tokens.seen
    return HiddenCells(
        cells=cells,
        kept=(tokens.seen & ~cells).any(dim=3),
        family=torch.from_numpy(drawn.family.astype(np.int64)).to(cells.device),
    )


def _over_cells(hidden: np.ndarray, tokens: Tokens) -> Bool[Tensor, "B S C M"]:
    return torch.from_numpy(hidden).to(tokens.seen.device)[..., None].expand(tokens.seen.shape)


def aim(model: DayTransformer, batch: WindowBatch, rng: np.random.Generator, part: Part = WHOLE) -> AimLoss:
    """Hide, reconstruct, compare on cells that were hidden and really seen.

    Squared error for amounts, cross-entropy for binary channels, averaged over cells. A batch in
    which nothing could be hidden gives a loss of 0 that still has a gradient. Where processes share a batch, the mean
    of their losses is the loss over all cells.
    Source: LSM-2 / AIM, arXiv 2506.05321.
    """
    tokens = model.tokens(batch)
    hidden = hide_cells(model, tokens, rng, part)
    encoded = model.encode(tokens, hidden.kept, hidden.cells)
    guess, place = model.reconstruct(tokens, encoded, hidden.cells.any(dim=3))
    window, patch, channel = place.unbind(1)
    truth, counts = tokens.values[window, patch, channel], hidden.cells[window, patch, channel]
    binary = model.binary_cells[channel]
    error = torch.where(
        binary, F.binary_cross_entropy_with_logits(guess, truth.clamp(0, 1), reduction="none"), (guess - truth) ** 2
    )
    error = torch.where(counts, error, 0.0)
    cells = int(total(float(counts.sum()), part))
    by_family = {}
    with torch.no_grad():
        for kind in Family:
            mine = (hidden.family[window] == kind)[:, None] & counts
            if bool(mine.any()):
                by_family[kind.name.lower()] = float(error[mine].mean())
    flat = torch.where(counts, torch.where(binary, math.log(2), truth**2), 0.0)
    return AimLoss(
        loss=error.sum() * part.size / max(cells, 1),
        by_family=by_family,
        mean_baseline=total(float(flat.sum()), part) / max(cells, 1),
        cells=cells,
    )


class Projector(nn.Module):
    """From a window's vector to the sphere on which people are told apart; thrown away after pretraining.

    With a day vector it also holds `other_day`, which guesses the distribution of the person's other day.
    """

    def __init__(self, width: int, *, numbers: int = 0, hidden: int = 256, out: int = 64) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, out))
        self.other_day = nn.Linear(width, numbers) if numbers else None

    def forward(self, x: Float[Tensor, "B width"]) -> Float[Tensor, "B out"]:
        return F.normalize(self.layers(x), dim=1)


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonLoss:
    """`loss` to descend; `accuracy`, the share of windows whose nearest other window is of their own person.

    `other_day` is the mean squared error of guessing the other day's distribution, in squared standard deviations (0
    without a day vector).
    """

    loss: Float[Tensor, ""]
    accuracy: float
    other_day: Float[Tensor, ""]


def same_person(
    model: DayTransformer,
    projector: Projector,
    first: WindowBatch,
    other: WindowBatch,
    rng: np.random.Generator,
    *,
    keep_tokens: int,
    temperature: float,
    blank_share: float = 0.0,
) -> PersonLoss:
    """Bring two windows of one person together against all others (InfoNCE, both ways).

    `first` and `other` hold the same people in the same order, on different days. Each window shows
    `keep_tokens` of its seen tokens, drawn at random, so that neither the whole wear pattern nor one
    hour of the day can carry the identity, and hides `blank_share` of its distribution's numbers. From each vector the
    other window's distribution is guessed too.
    Source: contrastive wearables models, arXiv 2312.05409; InfoNCE, arXiv 1807.03748.
    """
    tokens = [model.tokens(batch) for batch in (first, other)]
    vectors = []
    for mine in tokens:
        kept = torch.from_numpy(keep_some(mine.present.cpu().numpy(), keep_tokens, rng)).to(mine.seen.device)
        vectors.append(model.vector(mine, kept, _blank(mine.distribution, blank_share, rng)))
    return _told(projector, vectors, [mine.distribution for mine in tokens], temperature)


def same_person_counted(
    model: DayTransformer,
    projector: Projector,
    first: Float[Tensor, "P D"],
    other: Float[Tensor, "P D"],
    rng: np.random.Generator,
    *,
    temperature: float,
    blank_share: float = 0.0,
    part: Part = WHOLE,
) -> PersonLoss:
    """The same for a model whose vector is made of the distribution alone, from distributions counted ahead.

    It draws as `same_person` draws, so that counting ahead changes no byte of a run. Where processes share a batch,
    people are told apart among those of all parts.
    """
    assert model.day_vector is not None
    vectors = []
    for mine in (first, other):
        # Which tokens to keep: none is read.
        rng.random((part.whole(len(mine)), model.config.patches, model.config.token_channels))
        blank = _blank(mine, blank_share, rng, part)
        vectors.append(model.day_vector(mine if blank is None else mine.masked_fill(blank, 0.0)))
    return _told(projector, vectors, [first, other], temperature, part)


def _told(
    projector: Projector,
    vectors: Sequence[Tensor],
    distributions: Sequence[Tensor | None],
    temperature: float,
    part: Part = WHOLE,
) -> PersonLoss:
    views = [everybody(projector(v), part) for v in vectors]
    alike = views[0] @ views[1].T / temperature
    target = torch.arange(len(alike), device=alike.device)
    loss = (F.cross_entropy(alike, target) + F.cross_entropy(alike.T, target)) / 2
    with torch.no_grad():
        accuracy = float((alike.argmax(dim=1) == target).float().mean())
    return PersonLoss(loss=loss, accuracy=accuracy, other_day=_other_day(projector, vectors, distributions))


def _blank(
    distribution: Tensor | None, share: float, rng: np.random.Generator, part: Part = WHOLE
) -> Bool[Tensor, "B D"] | None:
    if distribution is None or not share:
        return None
    b, d = distribution.shape
    drawn = rng.random((part.whole(b), d), dtype=np.float32)[part.rows(b)] < share
    return torch.from_numpy(drawn).to(distribution.device)


def _other_day(
    projector: Projector, vectors: Sequence[Tensor], distributions: Sequence[Tensor | None]
) -> Float[Tensor, ""]:
    """How far the distribution guessed from each of the two windows is from that of the other."""
    errors = [
        F.mse_loss(projector.other_day(vector), theirs)
        for vector, theirs in zip(vectors, reversed(distributions), strict=True)
        if projector.other_day is not None and theirs is not None
    ]
    return torch.stack(errors).mean() if errors else vectors[0].new_zeros(())


def keep_some(present: Bool[np.ndarray, "B S C"], keep: int, rng: np.random.Generator) -> Bool[np.ndarray, "B S C"]:
    """At most `keep` of each window's seen tokens, drawn at random."""
    b = len(present)
    keys = np.where(present, rng.random(present.shape), 2.0).reshape(b, -1)
    ranks = keys.argsort(axis=1).argsort(axis=1).reshape(present.shape)
    return present & (ranks < keep)
