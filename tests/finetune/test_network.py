"""A tuned network has one output a question, and its gradient reaches the trunk."""

from collections.abc import Callable

import pytest
import torch

from sennight.backbones.convolution import ConvolutionConfig, ConvolutionKind
from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Size, Transform
from sennight.finetune.network import Trunk, Tuned
from sennight.record import WindowBatch


def day_transformer() -> Trunk:
    scale = ChannelScale(channel="hip_counts", transform=Transform.LOG, mean=1.0, sd=2.0)
    return DayTransformerConfig(scales=(scale,), size=Size.XXS).build()


TRUNKS: dict[str, Callable[[], Trunk]] = {
    "day_transformer": day_transformer,
    "cnn_3d": ConvolutionConfig(channels=("hip_counts",), kind=ConvolutionKind.GRID, window_days=1).build,
}


@pytest.mark.parametrize("name", TRUNKS)
def test_every_trunk_gets_a_head_and_learns_with_it(name: str, windows: Callable[..., WindowBatch]) -> None:
    torch.manual_seed(0)
    tuned = Tuned(TRUNKS[name](), 5)
    out = tuned(windows(3, channels=("hip_counts",)))
    assert out.shape == (3, 5)
    out.square().sum().backward()
    assert any(p.grad is not None and bool(p.grad.abs().sum() > 0) for p in tuned.trunk.parameters())


def test_the_head_has_the_shape_its_trunk_was_published_with() -> None:
    tuned = Tuned(TRUNKS["cnn_3d"](), 1)
    assert (tuned.hidden.out_features, tuned.shape.after) == (128, 0.5)
