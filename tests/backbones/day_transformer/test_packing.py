"""Packed attention equals plain attention window by window, and pads at most to its group."""

import pytest
import torch
import torch.nn.functional as F

from sennight.backbones.day_transformer.packing import GROUP, pack, packed_attention, window_mean


@pytest.mark.parametrize("share", [0.0, 0.1, 0.6, 1.0])
def test_packed_attention_equals_attention_in_each_window(share: float) -> None:
    torch.manual_seed(1)
    kept = torch.rand(5, 12, 3) < share
    packing = pack(kept)
    n = int(kept.sum())
    assert len(packing.window) == n
    q, k, v = (torch.randn(n, 2, 8) for _ in range(3))
    out = packed_attention(q, k, v, packing)
    for w in range(5):
        mine = packing.window == w
        if mine.any():
            qw, kw, vw = (x[mine].transpose(0, 1)[None] for x in (q, k, v))
            expected = F.scaled_dot_product_attention(qw, kw, vw)[0].transpose(0, 1)
            torch.testing.assert_close(out[mine], expected, rtol=1e-4, atol=1e-5)


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
