"""Packed sequences: only kept tokens are computed, each window attends to itself, none is padded to the longest.

Tokens of all windows lie in one [N, E] array in window order, and everything but attention works on it as it is.
Attention on a processor takes sequences of about equal length together (up to `GROUP` tokens of padding), as many at
once as the scores of fit the cache; sequences all of one length need no copy at all. On CUDA it is one
variable-length call.
Where a token looks at its own day only, a week packs as seven sequences; everywhere else a sequence is a window.
Letters: B windows, S patches, C channels, N packed tokens, H heads, D width of a head, Q sequences, L tokens in a
group's longest sequence, P tokens with the padding of groups.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int64
from torch import Tensor

GROUP = 16  # sequences whose lengths round up to the same multiple share one attention call
SCORES_BYTES = 4 * 2**20  # of scores computed at once: they stay in the cache (at 576 tokens 2 to 3 times faster)
FUSED_FROM = 1_024  # tokens; below, and in bf16 everywhere, plain products beat the fused kernel (5 times at 40 tokens)


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """Sequences of about equal length: their padded rows lie at [start, start + b * L) of the [P] padded tokens."""

    sequences: int
    longest: int
    start: int
    real: Bool[Tensor, "b L"] | None  # where it is not padding (None: everywhere)

    @property
    def stop(self) -> int:
        """One past its last padded row."""
        return self.start + self.sequences * self.longest


@dataclass(frozen=True, kw_only=True, eq=False)
class Packing:
    """Where each packed token came from, and how sequences group for attention.

    `length` counts the tokens of a window, `sequences` those of what attends to itself. `padded` names the packed
    token that each padded row holds, `back` the padded row of each packed token;
    None where the tokens already lie as the only group wants them.
    """

    windows: int
    window: Int64[Tensor, " N"]
    patch: Int64[Tensor, " N"]
    channel: Int64[Tensor, " N"]
    length: Int64[Tensor, " B"]
    sequences: Int64[Tensor, " Q"]
    groups: tuple[Group, ...]
    padded: Int64[Tensor, " P"] | None
    back: Int64[Tensor, " N"] | None


def pack(kept: Bool[Tensor, "B S C"], *, parts: int = 1) -> Packing:
    """Lay the kept tokens out, window by window, patch by patch; each window attends in so many parts of equal time."""
    window, patch, channel = kept.nonzero(as_tuple=True)
    sequences = kept.unflatten(1, (parts, -1)).flatten(2).sum(dim=2)  # type: ignore[no-untyped-call]
    groups, padded, real = _grouped(sequences.flatten())
    if len(groups) < 2 and bool(real.all()):
        places = back = None
    else:
        places, back = padded, torch.empty(len(window), dtype=torch.int64, device=kept.device)
        back[padded[real]] = real.nonzero(as_tuple=True)[0]
    return Packing(
        windows=len(kept), window=window, patch=patch, channel=channel, length=sequences.sum(dim=1),
        sequences=sequences.flatten(), groups=tuple(groups), padded=places, back=back,
    )  # fmt: skip


def _grouped(
    length: Int64[Tensor, " Q"],
) -> tuple[list[Group], Int64[Tensor, " P"], Bool[Tensor, " P"]]:
    """The groups, the packed token in each of their padded rows, and which of those rows are no padding."""
    first = length.cumsum(0) - length
    rounded = (length + GROUP - 1) // GROUP * GROUP
    groups: list[Group] = []
    rows, reals = [length.new_empty(0)], [length.new_empty(0, dtype=torch.bool)]
    for about in sorted(set(rounded.tolist()) - {0}):
        members = (rounded == about).nonzero(as_tuple=True)[0]
        longest = int(length[members].max())
        place = torch.arange(longest, device=length.device)
        real = place < length[members][:, None]
        # Padding repeats a sequence's first token; its scores are masked and its outputs dropped.
        rows.append((first[members][:, None] + place.where(real, 0)).flatten())
        reals.append(real.flatten())
        groups.append(
            Group(
                sequences=len(members),
                longest=longest,
                start=groups[-1].stop if groups else 0,
                real=None if bool(real.all()) else real,
            )
        )
    return groups, torch.cat(rows), torch.cat(reals)


def packed_attention(qkv_N3HD: Float[Tensor, "N 3 H D"], packing: Packing) -> Float[Tensor, "N H D"]:
    """Softmax attention of every token over the tokens of its own sequence; queries, keys and values side by side."""
    if qkv_N3HD.is_cuda and qkv_N3HD.dtype != torch.float32:
        return _varlen_attention(qkv_N3HD, packing)
    if not packing.groups:
        return qkv_N3HD[:, 0]
    padded = qkv_N3HD if packing.padded is None else qkv_N3HD.index_select(0, packing.padded)
    outputs = []
    for group in packing.groups:
        mine = padded[group.start : group.stop].view(group.sequences, group.longest, *qkv_N3HD.shape[1:])
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

    ends = F.pad(packing.sequences.cumsum(0), (1, 0)).to(torch.int32)
    q, k, v = qkv_N3HD.unbind(1)
    longest = max((g.longest for g in packing.groups), default=0)
    out = varlen_attn(q, k, v, ends, ends, longest, longest)
    assert isinstance(out, Tensor)  # a pair only where auxiliary outputs are asked for
    return out


def window_mean(x: Float[Tensor, "N E"], packing: Packing) -> Float[Tensor, "B E"]:
    """Mean over each window's tokens; 0 for a window without any."""
    total = x.new_zeros(packing.windows, x.shape[1]).index_add(0, packing.window, x)
    return total / packing.length.clamp(min=1).to(x.dtype)[:, None]
