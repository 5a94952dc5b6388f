"""Packed attention equals plain attention window by window, and pads at most to its group."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from sennight.backbones.day_transformer import packing as packing_module
from sennight.backbones.day_transformer.packing import (
    FUSED_FROM,
    GROUP,
    SCORES_BYTES,
    Packing,
    pack,
    packed_attention,
    window_mean,
)


def attention_by_window(qkv: Tensor, packing: Packing) -> Tensor:
    """What packed attention is held against: torch's own, one window after the other."""
    out = torch.empty_like(qkv[:, 0])
    for w in range(packing.windows):
        mine = packing.window == w
        if mine.any():
            q, k, v = (x.transpose(0, 1)[None] for x in qkv[mine].unbind(1))
            out[mine] = F.scaled_dot_product_attention(q, k, v)[0].transpose(0, 1)
    return out


@pytest.mark.parametrize("share", [0.0, 0.1, 0.6, 1.0])
@pytest.mark.parametrize("scores_bytes", [1, 2_000, SCORES_BYTES])
@pytest.mark.parametrize("fused_from", [0, FUSED_FROM])
def test_packed_attention_and_its_gradient_equal_attention_in_each_window(
    share: float, scores_bytes: int, fused_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing_module, "SCORES_BYTES", scores_bytes)
    monkeypatch.setattr(packing_module, "FUSED_FROM", fused_from)
    torch.manual_seed(1)
    kept = torch.rand(5, 12, 3) < share
    packing = pack(kept)
    n = int(kept.sum())
    assert len(packing.window) == n
    qkv, pull = torch.randn(n, 3, 2, 8), torch.randn(n, 2, 8)
    found, expected = [], []
    for attend, results in ((packed_attention, found), (attention_by_window, expected)):
        leaf = qkv.clone().requires_grad_()
        out = attend(leaf, packing)
        results.append(out.detach())
        if n:
            out.backward(pull)
            results.append(leaf.grad)
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


def test_windows_of_one_length_are_not_copied() -> None:
    kept = torch.zeros(4, 12, 3, dtype=torch.bool)
    for w in range(4):
        kept[w].view(-1)[torch.randperm(36)[:7]] = True
    assert pack(kept).padded is None
    kept[0].view(-1)[:] = True
    assert pack(kept).padded is not None


def test_no_group_pads_a_window_by_more_than_its_step() -> None:
    torch.manual_seed(2)
    packing = pack(torch.rand(40, 72, 2) < torch.rand(40, 1, 1))
    for group in packing.groups:
        if group.real is not None:
            assert int((~group.real).sum(dim=1).max()) < GROUP


def test_the_mean_of_an_empty_window_is_zero() -> None:
    kept = torch.zeros(2, 3, 1, dtype=torch.bool)
    kept[0, 1, 0] = True
    mean = window_mean(torch.full((1, 4), 7.0), pack(kept))
    assert mean.tolist() == [[7.0] * 4, [0.0] * 4]
