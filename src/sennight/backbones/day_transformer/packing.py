"""Packed sequences: only kept tokens are computed, each window attends to itself, none is padded to the longest.

Tokens of all windows lie in one [N, E] array in window order. Everything but attention works on it as
it is; attention runs over groups of windows of about equal length (up to `GROUP` tokens of padding).
Letters: B windows, S patches, C channels, N packed tokens, H heads, L tokens in the longest window of a group.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int64
from torch import Tensor

GROUP = 16  # windows whose lengths round up to the same multiple share one attention call


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """Windows of about equal length: `index` into the packed tokens, `real` where it is not padding (None: all)."""

    index: Int64[Tensor, "b L"]
    real: Bool[Tensor, "b L"] | None
    from_: Int64[Tensor, " n"]  # positions in the flattened [b * L] group that are real
    to: Int64[Tensor, " n"]  # the packed tokens they are


@dataclass(frozen=True, kw_only=True, eq=False)
class Packing:
    """Where each packed token came from, and how windows group for attention."""

    windows: int
    window: Int64[Tensor, " N"]
    patch: Int64[Tensor, " N"]
    channel: Int64[Tensor, " N"]
    length: Int64[Tensor, " B"]
    groups: tuple[Group, ...]


def pack(kept: Bool[Tensor, "B S C"]) -> Packing:
    """Lay the kept tokens out, window by window, patch by patch."""
    b = kept.shape[0]
    window, patch, channel = kept.nonzero(as_tuple=True)
    length = kept.flatten(1).sum(dim=1)
    start = length.cumsum(0) - length
    rounded = (length + GROUP - 1) // GROUP * GROUP
    groups = []
    for longest in sorted(set(rounded.tolist())):
        if longest == 0:
            continue
        rows = (rounded == longest).nonzero(as_tuple=True)[0]
        widest = int(length[rows].max())
        place = torch.arange(widest, device=kept.device)
        real = place < length[rows][:, None]
        index = torch.where(real, start[rows][:, None] + place, start[rows][:, None])
        flat = real.flatten().nonzero(as_tuple=True)[0]
        groups.append(Group(index=index, real=None if bool(real.all()) else real, from_=flat, to=index.flatten()[flat]))
    return Packing(windows=b, window=window, patch=patch, channel=channel, length=length, groups=tuple(groups))


def packed_attention(
    q: Float[Tensor, "N H D"], k: Float[Tensor, "N H D"], v: Float[Tensor, "N H D"], packing: Packing
) -> Float[Tensor, "N H D"]:
    """Softmax attention of every token over the tokens of its own window."""
    out = torch.empty_like(q)
    for group in packing.groups:
        qg, kg, vg = (x[group.index].transpose(1, 2) for x in (q, k, v))  # [b H L D]
        mask = None if group.real is None else group.real[:, None, None, :]
        og = F.scaled_dot_product_attention(qg, kg, vg, attn_mask=mask).transpose(1, 2).flatten(0, 1)
        out = out.index_copy(0, group.to, og[group.from_])
    return out


def window_mean(x: Float[Tensor, "N E"], packing: Packing) -> Float[Tensor, "B E"]:
    """Mean over each window's tokens; 0 for a window without any."""
    total = x.new_zeros(packing.windows, x.shape[1]).index_add(0, packing.window, x)
    return total / packing.length.clamp(min=1).to(x.dtype)[:, None]
