"""Week networks have features with gradients, and fingerprints that follow every weight."""

from collections.abc import Callable

import pytest
import torch

from sennight.backbones.convolution import ConvolutionConfig, ConvolutionKind
from sennight.backbones.network import WeekNetwork
from sennight.backbones.pat import PatConfig
from sennight.backbones.recurrent import RecurrentConfig, RecurrentKind
from sennight.record import WindowBatch

HIP = ("hip_counts",)
NETWORKS: dict[str, Callable[[], WeekNetwork]] = {
    "pat": PatConfig(channels=HIP, window_days=1).build,
    "cnn_1d": ConvolutionConfig(channels=HIP, window_days=1).build,
    "cnn_3d": ConvolutionConfig(channels=HIP, window_days=1, kind=ConvolutionKind.GRID).build,
    "lstm": RecurrentConfig(channels=HIP, window_days=1).build,
    "conv_lstm": RecurrentConfig(channels=HIP, window_days=1, kind=RecurrentKind.GRID).build,
}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_weight_that_makes_the_vector_gets_a_gradient(name: str, windows: Callable[..., WindowBatch]) -> None:
    torch.manual_seed(0)
    network = NETWORKS[name]()
    (network.features(windows(3, channels=HIP)) ** 2).sum().backward()
    idle = {n for n, p in network.named_parameters() if p.grad is None and not n.startswith("decoder.")}
    # Over one day the ConvLSTM has no earlier state to look at; a key's bias moves no softmax.
    assert {n for n in idle if not n.endswith(("of_state.weight", "key.bias"))} == set()


@pytest.mark.parametrize("name", NETWORKS)
def test_the_fingerprint_follows_weights_and_fitted_minutes(name: str) -> None:
    torch.manual_seed(0)
    network = NETWORKS[name]()
    before = network.fingerprint
    network.scale.mean[17] += 1
    fitted = network.fingerprint
    with torch.no_grad():
        next(network.parameters()).add_(1e-3)
    assert len({before, fitted, network.fingerprint}) == 3
