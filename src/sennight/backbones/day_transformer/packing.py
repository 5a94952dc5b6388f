"""Packed sequences: only kept tokens are computed, each window attends to itself, none is padded to the longest.

Tokens of all windows lie in one [N, E] array in window order, and everything but attention works on it as it is.
Attention on a processor takes windows of about equal length together (up to `GROUP` tokens of padding), as many at
once as the scores of fit the cache; windows all of one length need no copy at all. On CUDA it is one
variable-length call.
Letters: B windows, S patches, C channels, N packed tokens, H heads, D width of a head, L tokens in a group's longest
window, P tokens with the padding of groups.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int64
from torch import Tensor

GROUP = 16  # windows whose lengths round up to the same multiple share one attention call
SCORES_BYTES = 4 * 2**20  # of scores computed at once: they stay in the cache (at 576 tokens 2 to 3 times faster)
FUSED_FROM = 1_024  # tokens; below, and in bf16 everywhere, plain products beat the fused kernel (5 times at 40 tokens)


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """Windows of about equal length: their padded rows lie at [start, start + b * L) of the [P] padded tokens."""

    windows: int
    longest: int
    start: int
    real: Bool[Tensor, "b L"] | None  # where it is not padding (None: everywhere)

    @property
    def stop(self) -> int:
        """One past its last padded row."""
        return self.start + self.windows * self.longest


@dataclass(frozen=True, kw_only=True, eq=False)
class Packing:
    """Where each packed token came from, and how windows group for attention.

    `padded` names the packed token that each padded row holds, `back` the padded row of each packed token;
    None where the tokens already lie as the only group wants them.
    """

    windows: int
    window: Int64[Tensor, " N"]
    patch: Int64[Tensor, " N"]
    channel: Int64[Tensor, " N"]
    length: Int64[Tensor, " B"]
    groups: tuple[Group, ...]
    padded: Int64[Tensor, " P"] | None
    back: Int64[Tensor, " N"] | None


def pack(kept: Bool[Tensor, "B S C"]) -> Packing:
    """Lay the kept tokens out, window by window, patch by patch."""
    b = kept.shape[0]
    window, patch, channel = kept.nonzero(as_tuple=True)
    length = kept.flatten(1).sum(dim=1)
    first = length.cumsum(0) - length
    groups: list[Group] = []
    rows: list[Tensor] = []
    rounded = (length + GROUP - 1) // GROUP * GROUP
    start = 0
    for about in sorted(set(rounded.tolist()) - {0}):
        members = (rounded == about).nonzero(as_tuple=True)[0]
        longest = int(length[members].max())
        place = torch.arange(longest, device=kept.device)
        real = place < length[members][:, None]
        # Padding repeats a window's first token; its scores are masked and its outputs dropped.
        rows.append((first[members][:, None] + place.where(real, 0)).flatten())
        whole = bool(real.all())
        groups.append(Group(windows=len(members), longest=longest, start=start, real=None if whole else real))
        start = groups[-1].stop
    if len(groups) < 2 and all(g.real is None for g in groups):
        padded = back = None
    else:
        padded = torch.cat(rows)
        real = torch.cat(
            [
                torch.ones(g.stop - g.start, dtype=torch.bool, device=kept.device)
                if g.real is None
                else g.real.flatten()
                for g in groups
            ]
        )
        back = torch.empty(len(window), dtype=torch.int64, device=kept.device)
        back[padded[real]] = real.nonzero(as_tuple=True)[0]
    return Packing(
        windows=b, window=window, patch=patch, channel=channel, length=length, groups=tuple(groups),
        padded=padded, back=back,
    )  # fmt: skip


def packed_attention(qkv_N3HD: Float[Tensor, "N 3 H D"], packing: Packing) -> Float[Tensor, "N H D"]:
    """Softmax attention of every token over the tokens of its own window; queries, keys and values side by side."""
    if qkv_N3HD.is_cuda and qkv_N3HD.dtype != torch.float32:
        return _varlen_attention(qkv_N3HD, packing)
    if not packing.groups:
        return qkv_N3HD[:, 0]
    padded = qkv_N3HD if packing.padded is None else qkv_N3HD.index_select(0, packing.padded)
    outputs = []
    for group in packing.groups:
        mine = padded[group.start : group.stop].view(group.windows, group.longest, *qkv_N3HD.shape[1:])
        q, k, v = mine.permute(2, 0, 3, 1, 4).unbind(0)  # [b H L D]
        outputs.append(_attention(q, k, v, group.real).transpose(1, 2).flatten(0, 1))
    out = outputs[0] if len(outputs) == 1 else torch.cat(outputs)
    return out if packing.back is None else out.index_select(0, packing.back)


def _attention(
    q: Float[Tensor, "b H L D"], k: Float[Tensor, "b H L D"], v: Float[Tensor, "b H L D"], real: Tensor | None
) -> Float[Tensor, "b H L D"]:
    b, h, longest, d = q.shape
    mask = None if real is None else real[:, None, None, :]
    if q.is_cuda or (longest > FUSED_FROM and q.dtype == torch.float32):
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    at_once = max(1, SCORES_BYTES // (h * longest * longest * q.element_size()))
    outputs = []
    for i in range(0, b, at_once):
        part = slice(i, i + at_once)
        scores = (q[part] * (1 / math.sqrt(d))) @ k[part].transpose(-1, -2)
        if mask is not None:
            scores = scores.masked_fill(~mask[part], -math.inf)
        outputs.append(scores.softmax(dim=-1).to(v.dtype) @ v[part])
    return outputs[0] if len(outputs) == 1 else torch.cat(outputs)


def _varlen_attention(qkv_N3HD: Float[Tensor, "N 3 H D"], packing: Packing) -> Float[Tensor, "N H D"]:
    """The same in one call over sequences of any length. Not yet run: no machine with CUDA was at hand."""
    # Private to torch builds with CUDA; importing it costs nothing elsewhere because nothing calls this.
    from torch.nn.attention.varlen import varlen_attn

    ends = F.pad(packing.length.cumsum(0), (1, 0)).to(torch.int32)
    q, k, v = qkv_N3HD.unbind(1)
    longest = max((g.longest for g in packing.groups), default=0)
    out = varlen_attn(q, k, v, ends, ends, longest, longest)
    assert isinstance(out, Tensor)  # a pair only where auxiliary outputs are asked for
    return out


def window_mean(x: Float[Tensor, "N E"], packing: Packing) -> Float[Tensor, "B E"]:
    """Mean over each window's tokens; 0 for a window without any."""
    total = x.new_zeros(packing.windows, x.shape[1]).index_add(0, packing.window, x)
    return total / packing.length.clamp(min=1).to(x.dtype)[:, None]
