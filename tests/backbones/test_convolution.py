"""The convolutions have the shapes of PAT's notebooks."""

from dataclasses import asdict

import pytest

from sennight.backbones.convolution import ConvolutionConfig, ConvolutionKind
from sennight.errors import InputError


@pytest.mark.parametrize(
    ("kind", "width", "parameters"),
    [
        ("cnn_1d", 64, (3 * 32 + 32) + (3 * 32 * 64 + 64)),
        ("cnn_3d", 64 * 1 * 6 * 15, (27 * 32 + 32) + (27 * 32 * 64 + 64)),
    ],
)
def test_layers_have_the_published_shapes(kind: str, width: int, parameters: int) -> None:
    network = ConvolutionConfig(channels=("hip_counts",), kind=ConvolutionKind(kind)).build()
    assert network.width == width
    assert sum(p.numel() for p in network.parameters()) == parameters


def test_configs_survive_a_round_trip_and_nonsense_is_refused() -> None:
    config = ConvolutionConfig(channels=("steps", "heart_rate"), kind=ConvolutionKind.GRID)
    assert ConvolutionConfig.from_dict(asdict(config)) == config
    with pytest.raises(InputError, match="does not parse"):
        ConvolutionConfig.from_dict({**asdict(config), "kind": "cnn_9d"})
    with pytest.raises(InputError, match="7 days"):
        ConvolutionConfig(channels=("steps",), window_days=2)
    with pytest.raises(InputError, match="at least one channel"):
        ConvolutionConfig(channels=())
