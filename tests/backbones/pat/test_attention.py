"""Folded attention is attention: same answers and gradients as the four projections written out."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from sennight.backbones.pat import attention as module
from sennight.backbones.pat.attention import folded_attention
from sennight.backbones.pat.config import WIDTH
from sennight.backbones.pat.model import Attention

HEADS, LENGTH = 3, 37


@pytest.fixture(name="layer")
def _layer() -> Attention:
    torch.manual_seed(0)
    layer = Attention(HEADS)
    with torch.no_grad():
        for p in layer.parameters():
            p.normal_(0, 0.15)
    return layer


def written_out(layer: Attention, x: Tensor) -> Tensor:
    """Torch's own attention over queries, keys and values of each head."""
    q, k, v = (part(x).unflatten(2, (HEADS, WIDTH)).transpose(1, 2) for part in (layer.query, layer.key, layer.value))
    return layer.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))


def test_it_answers_like_four_projections(layer: Attention) -> None:
    x = torch.randn(2, LENGTH, WIDTH)
    torch.testing.assert_close(layer(x, torch.float32), written_out(layer, x), rtol=1e-4, atol=1e-4)


def test_every_gradient_is_the_same(layer: Attention, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SCORES_AT_ONCE", 10 * HEADS * LENGTH)  # several bites a window
    x, wanted = torch.randn(2, LENGTH, WIDTH), torch.randn(2, LENGTH, WIDTH)
    gradients = []
    for answer in (lambda z: layer(z, torch.float32), lambda z: written_out(layer, z)):
        z = x.clone().requires_grad_()
        layer.zero_grad()
        (answer(z) * wanted).sum().backward()
        gradients.append(
            {"x": z.grad, **{n: p.grad.clone() for n, p in layer.named_parameters() if p.grad is not None}}
        )
    folded, plain = gradients
    # A key's bias moves all scores of a row alike, which a softmax does not see; the folded form leaves it out.
    assert plain.pop("key.bias").abs().max() < 1e-3
    assert plain.keys() == folded.keys()
    for name, gradient in plain.items():
        torch.testing.assert_close(folded[name], gradient, rtol=2e-3, atol=2e-3, msg=name)


def test_weights_of_each_head_sum_to_one_and_are_those_that_mix(layer: Attention) -> None:
    x = torch.randn(1, LENGTH, WIDTH)
    weights = layer.weights(x)
    torch.testing.assert_close(weights.sum(dim=3), torch.ones(1, HEADS, LENGTH))
    q, k = (part(x).unflatten(2, (HEADS, WIDTH)).transpose(1, 2) for part in (layer.query, layer.key))
    torch.testing.assert_close(
        weights, torch.softmax(q @ k.transpose(2, 3) * WIDTH**-0.5, dim=-1), rtol=1e-4, atol=1e-5
    )


def test_bfloat16_is_near(layer: Attention) -> None:
    x = torch.randn(2, LENGTH, WIDTH)
    with torch.no_grad():
        exact, near = layer(x, torch.float32), layer(x, torch.bfloat16)
    assert float((exact - near).abs().max() / exact.abs().max()) < 0.03


def test_a_window_alone_gives_what_it_gives_beside_others(layer: Attention) -> None:
    x = torch.randn(3, LENGTH, WIDTH)
    t, y = torch.randn(3, LENGTH, HEADS, WIDTH), torch.randn(3, HEADS, LENGTH, WIDTH)
    torch.testing.assert_close(folded_attention(x, t, y)[1:2], folded_attention(x[1:2], t[1:2], y[1:2]))
