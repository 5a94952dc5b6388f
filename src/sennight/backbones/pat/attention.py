"""Attention of PAT at less cost, exactly: its heads are as wide as its tokens, so two projections fold away.

Letters: B windows, L tokens, E width, H heads. With keys of width E in every head,

    scores of head h = (x Wq_h + bq_h) (x Wk_h + bk_h)^T = (x A_h + c_h) x^T  up to a constant a row,
    A_h = Wq_h Wk_h^T,  c_h = Wk_h bq_h,                   which the softmax does not see,

so the tokens are their own keys for all heads; and since rows of a softmax sum to 1,

    output = sum_h softmax_h (x B_h) + b,  B_h = Wv_h Wo_h,  b = bo + sum_h bv_h Wo_h.

So of four projections two remain, and each window needs two large matrix products: no head is transposed, none is a
small product of its own. Scores are made a few rows at a time and never leave the processor's cache; the way back
makes them again rather than keep them (60 MB a week and layer of PAT-L).
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

SCORES_AT_ONCE = 1_500_000  # 6 MB of fp32: a core's share of the second- and third-level cache


class _FoldedAttention(torch.autograd.Function):
    """`out = sum_h softmax(t_h x^T) y_h`, a few rows at a time, forward and back."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, t: Tensor, y: Tensor) -> Tensor:
        ctx.save_for_backward(x, t, y)
        return _forward(x, t, y)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, t, y = ctx.saved_tensors
        return _backward(x, t, y, gradients[0].to(x.dtype))


def folded_attention(
    x: Float[Tensor, "B L E"], t: Float[Tensor, "B L H E"], y: Float[Tensor, "B H L E"]
) -> Float[Tensor, "B L E"]:
    """Sum over heads of softmax(t_h x^T) y_h. Scores are scaled already; all three have one dtype."""
    if torch.is_grad_enabled() and (x.requires_grad or t.requires_grad or y.requires_grad):
        out: Tensor = _FoldedAttention.apply(x, t, y)  # type: ignore[no-untyped-call]
        return out
    return _forward(x, t, y)


def attention_weights(x: Float[Tensor, "B L E"], t: Float[Tensor, "B L H E"]) -> Float[Tensor, "B H L L"]:
    """The softmax itself, for drawing; whole, so for few windows at a time."""
    return torch.softmax(torch.einsum("blhe,bke->bhlk", t, x), dim=-1)


def _rows_at_once(length: int, heads: int) -> int:
    return max(1, min(length, SCORES_AT_ONCE // (heads * length)))


def _forward(x: Tensor, t: Tensor, y: Tensor) -> Tensor:
    length, heads, width = t.shape[1:]
    rows = _rows_at_once(length, heads)
    out = torch.empty_like(x)
    for b in range(len(x)):
        keys, values = x[b].t().contiguous(), y[b].reshape(heads * length, width)
        for i in range(0, length, rows):
            weights = torch.softmax(t[b, i : i + rows].reshape(-1, width) @ keys, dim=-1)
            torch.mm(weights.view(-1, heads * length), values, out=out[b, i : i + rows])
    return out


def _backward(x: Tensor, t: Tensor, y: Tensor, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    length, heads, width = t.shape[1:]
    rows = _rows_at_once(length, heads)
    d_x, d_t, d_y = (torch.zeros(z.shape, dtype=torch.float32, device=z.device) for z in (x, t, y))
    for b in range(len(x)):
        keys = x[b].t().contiguous()
        values = y[b].reshape(heads * length, width).t().contiguous()
        of_values = d_y[b].view(heads * length, width)
        for i in range(0, length, rows):
            part, asked = gradient[b, i : i + rows], t[b, i : i + rows].reshape(-1, width)
            weights = torch.softmax(asked @ keys, dim=-1)
            _add(of_values, weights.view(-1, heads * length).t(), part)
            d_weights = (part @ values).view(-1, length)
            d_scores = torch._softmax_backward_data(d_weights, weights, -1, weights.dtype)
            d_t[b, i : i + rows] = (d_scores @ x[b]).view(-1, heads, width)
            _add(d_x[b], d_scores.t(), asked)
    return d_x.to(x.dtype), d_t.to(x.dtype), d_y.to(x.dtype)


def _add(total: Tensor, a: Tensor, b: Tensor) -> None:
    """`total += a @ b`, summed in fp32."""
    if total.dtype == a.dtype:
        total.addmm_(a, b)
    else:
        total += a @ b
