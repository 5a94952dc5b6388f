"""Explain: which minutes moved an answer, by hiding them (occlusion), and where the model looked (attention received).

Occlusion hides one block of one day at a time, as if the device had lain on a table, and asks again: a positive effect
means that these minutes raised the answer. Attention received is how much all tokens of a window look at each other
token in the last layer, 1 being an equal share; it says where a model looks, not why. Both are about a model and say
nothing of causes in a body. Three checks stand beside them: the same picture with shifted blocks, a picture from
random weights (which must differ), and whether hiding the top blocks moves the answer more than hiding random ones.
Sources: Zeiler and Fergus 2014 (occlusion), Adebayo 2018 (arXiv 1810.03292, randomisation), PAT (arXiv 2411.15240).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float32, Float64
from scipy.stats import spearmanr
from torch import Tensor

from sennight.backbones.backbone import Backbone
from sennight.backbones.day_transformer.model import Block, DayTransformer
from sennight.errors import InputError
from sennight.record import MINUTES_PER_DAY, WindowBatch

BLOCK_MINUTES = 30
TOP_SHARE = 0.1  # of the seen blocks; what the deletion check hides
DRAWS = 50  # random deletions that the top ones are held against

Answer = Callable[[Float32[np.ndarray, "window width"]], float]  # from the vectors of a person's windows


@dataclass(frozen=True, kw_only=True, eq=False)
class Explanation:
    """One person's days. `effect` is the answer minus the answer without that block, 0 where nothing was seen.

    `attention` is per minute, 1 an equal share, 0 where nothing was seen; empty for a backbone whose vectors are not
    made of tokens, where attention would tell of something else than the answer.
    """

    answer: float
    effect: Float64[np.ndarray, "day block"]
    seen: Bool[np.ndarray, "day block"]
    attention: Float32[np.ndarray, "day minute"]
    weekday: np.ndarray
    block_minutes: int


@dataclass(frozen=True, kw_only=True)
class Faithfulness:
    """How far the answer moves (absolute) without the top blocks and, on the mean, without as many random ones.

    `beaten` is the share of random draws that moved it less.
    """

    top: float
    random: float
    beaten: float


def explain(
    batch: WindowBatch, backbone: Backbone, answer: Answer, *, block_minutes: int = BLOCK_MINUTES
) -> Explanation:
    """Explain the answer from one person's days.

    Raises: InputError if the windows are of several people or not days, or blocks do not divide a day.
    """
    if len(set(batch.people)) != 1 or batch.values.shape[1] != MINUTES_PER_DAY:
        raise InputError("an explanation is of the days of one person", todo="Give windows of one day.")
    if MINUTES_PER_DAY % block_minutes:
        raise InputError(f"blocks of {block_minutes} minutes do not divide a day")
    attention = (
        attention_received(backbone, batch)
        if isinstance(backbone, DayTransformer) and backbone.reads_tokens
        else np.zeros((len(batch), 0), dtype=np.float32)
    )
    base = backbone.encode_windows(batch)
    effect, seen = occlusion(batch, backbone, answer, base=base, block_minutes=block_minutes)
    return Explanation(
        answer=answer(base), effect=effect, seen=seen, attention=attention, weekday=batch.weekday.copy(),
        block_minutes=block_minutes,
    )  # fmt: skip


def occlusion(
    batch: WindowBatch,
    backbone: Backbone,
    answer: Answer,
    *,
    base: Float32[np.ndarray, "window width"],
    block_minutes: int,
    shift: int = 0,
) -> tuple[Float64[np.ndarray, "window block"], Bool[np.ndarray, "window block"]]:
    """Effect of each block of each day, and which blocks held anything. `shift` moves the blocks by so many minutes."""
    n = MINUTES_PER_DAY // block_minutes
    whole = answer(base)
    effect, seen = np.zeros((len(batch), n)), np.zeros((len(batch), n), dtype=np.bool_)
    of_minute = (np.arange(MINUTES_PER_DAY) - shift) % MINUTES_PER_DAY // block_minutes
    there = np.asarray(batch.seen.any(axis=2))
    for day in range(len(batch)):
        blocks = np.unique(of_minute[there[day]])
        seen[day, blocks] = True
        if not len(blocks):
            continue
        variants = batch.take(np.full(len(blocks), day))
        hidden = of_minute[None, :, None] == blocks[:, None, None]
        vectors = backbone.encode_windows(without(variants, hidden))
        for block, vector in zip(blocks, vectors, strict=True):
            changed = base.copy()
            changed[day] = vector
            effect[day, block] = whole - answer(changed)
    return effect, seen


def without(batch: WindowBatch, hidden: Bool[np.ndarray, "window minute one"]) -> WindowBatch:
    """The same windows as if nothing had been measured in the hidden minutes."""
    seen = batch.seen & ~hidden
    return replace(batch, values=np.where(seen, batch.values, 0).astype(np.float32), seen=seen)


def attention_received(model: DayTransformer, batch: WindowBatch) -> Float32[np.ndarray, "window minute"]:
    """How much each minute's tokens are looked at in the last layer, over heads and channels; 1 is an equal share."""
    caught: list[tuple[Tensor, Tensor, Tensor]] = []
    block = model.encoder[-1]

    def catch(_module: torch.nn.Module, given: tuple[Any, ...]) -> None:
        x_NE, packing = given[0], given[1]
        caught.append((x_NE.detach(), packing.window, packing.patch))

    handle = block.register_forward_pre_hook(catch)
    try:
        model.encode_windows(batch)
    finally:
        handle.remove()
    x_NE, window, patch = caught[0]
    received = _received(block, x_NE, window).cpu().numpy()  # type: ignore[arg-type]
    patches, minutes = model.config.patches, model.config.patch_minutes
    place = (window * patches + patch).cpu().numpy()
    count = np.bincount(place, minlength=len(batch) * patches)
    total = np.bincount(place, weights=received, minlength=len(batch) * patches)
    mean = (total / np.maximum(count, 1)).reshape(len(batch), patches)
    return np.repeat(mean, minutes, axis=1).astype(np.float32)


@torch.no_grad()
def _received(block: Block, x_NE: Tensor, window: Tensor) -> Tensor:
    """Attention each token receives from its window, over queries and heads, times the number of tokens."""
    q, k, _ = block.qkv(block.norm_attention(x_NE)).unflatten(1, (3, block.heads, -1)).unbind(1)
    received = torch.zeros(len(x_NE), device=x_NE.device)
    for w in torch.unique(window).tolist():
        mine = (window == w).nonzero(as_tuple=True)[0]
        scores = torch.einsum("qhd,khd->hqk", q[mine], k[mine]) / q.shape[-1] ** 0.5
        received[mine] = scores.softmax(dim=-1).mean(dim=(0, 1)).float() * len(mine)
    return received


def faithfulness(
    batch: WindowBatch,
    backbone: Backbone,
    answer: Answer,
    explanation: Explanation,
    rng: np.random.Generator,
    *,
    draws: int = DRAWS,
) -> Faithfulness:
    """Hide the blocks with the largest effects (either way, but all of one sign), and as many random ones, and ask."""
    rows = np.argwhere(explanation.seen)
    effects = explanation.effect[tuple(rows.T)]
    k = max(1, round(TOP_SHARE * len(rows)))
    # Effects of both signs would cancel: take the side that moves the answer further.
    up, down = (np.argsort(sign * effects, kind="stable")[:k] for sign in (-1, 1))
    top = up if abs(effects[up].sum()) >= abs(effects[down].sum()) else down
    whole = explanation.answer

    def moved(chosen: np.ndarray) -> float:
        hidden = np.zeros(explanation.seen.shape, dtype=np.bool_)
        hidden[tuple(rows[chosen].T)] = True
        minutes = np.repeat(hidden, explanation.block_minutes, axis=1)[:, :, None]
        return abs(whole - answer(backbone.encode_windows(without(batch, minutes))))

    by_top = moved(top)
    by_random = np.array([moved(rng.permutation(len(rows))[:k]) for _ in range(draws)])
    return Faithfulness(top=by_top, random=float(by_random.mean()), beaten=float((by_random < by_top).mean()))


def agreement(a: Explanation, b: Explanation) -> float:
    """Rank correlation of two explanations over the blocks both saw; NaN if one of them is constant."""
    both = a.seen & b.seen
    x, y = a.effect[both], b.effect[both]
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    return float(spearmanr(x, y).statistic)


def shifted(batch: WindowBatch, backbone: Backbone, answer: Answer, explanation: Explanation) -> float:
    """Stability: rank correlation with the effect of blocks that start half a block later, brought to the same grid."""
    half = explanation.block_minutes // 2
    base = backbone.encode_windows(batch)
    effect, seen = occlusion(batch, backbone, answer, base=base, block_minutes=explanation.block_minutes, shift=half)
    # A block of the first grid is half of two blocks of the second.
    brought = (effect + np.roll(effect, 1, axis=1)) / 2
    return agreement(explanation, replace(explanation, effect=brought, seen=seen & np.roll(seen, 1, axis=1)))


def average_week(
    explanations: list[Explanation],
) -> tuple[Float64[np.ndarray, "7 block"], Float64[np.ndarray, "7 block"]]:
    """Mean effect by weekday (Monday first) over days of many people, and how many days saw each block.

    A block nobody wore is NaN. Raises: InputError without a day whose weekday is known.
    """
    effect = np.concatenate([e.effect for e in explanations])
    seen = np.concatenate([e.seen for e in explanations])
    weekday = np.concatenate([e.weekday for e in explanations])
    if not (weekday >= 0).any():
        raise InputError("no weekday is known, so there is no average week")
    total, count = np.zeros((7, effect.shape[1])), np.zeros((7, effect.shape[1]))
    for day in range(7):
        mine = weekday == day
        total[day], count[day] = np.where(seen[mine], effect[mine], 0).sum(axis=0), seen[mine].sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan), count


def average_attention(explanations: list[Explanation]) -> Float64[np.ndarray, "7 minute"]:
    """Mean attention received by weekday (Monday first) over days of many people; NaN where nobody was seen.

    No columns if the backbone has none.
    """
    attention = np.concatenate([e.attention for e in explanations]).astype(np.float64)
    weekday = np.concatenate([e.weekday for e in explanations])
    total, count = np.zeros((7, attention.shape[1])), np.zeros((7, attention.shape[1]))
    for day in range(7):
        mine = attention[weekday == day]
        total[day], count[day] = mine.sum(axis=0), (mine > 0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
