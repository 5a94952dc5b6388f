"""The recurrent networks have the shapes of PAT's notebooks, and remember."""

from collections.abc import Callable
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from sennight.backbones.recurrent import ConvLSTM, RecurrentConfig, RecurrentKind
from sennight.errors import InputError
from sennight.record import WindowBatch


@pytest.mark.parametrize(
    ("kind", "width", "parameters"),
    [
        ("lstm", 50, 4 * 50 * (1 + 50 + 2)),  # torch keeps two biases where Keras has one
        ("conv_lstm", 9 * 27 * 64, 25 * 33 * 128 + 128 + 4 * 96 * 256 + 256),
    ],
)
def test_layers_have_the_published_shapes(kind: str, width: int, parameters: int) -> None:
    network = RecurrentConfig(channels=("hip_counts",), kind=RecurrentKind(kind)).build()
    assert network.width == width
    assert sum(p.numel() for p in network.parameters()) == parameters


@pytest.mark.parametrize(("kind", "day"), [(RecurrentKind.LINE, 6), (RecurrentKind.GRID, 0)])
def test_what_is_still_remembered_at_the_end(
    kind: RecurrentKind, day: int, windows: Callable[..., WindowBatch]
) -> None:
    """Untrained, an LSTM of 336 steps has forgotten the first day to the last bit; a ConvLSTM of seven has not."""
    torch.manual_seed(0)
    network = RecurrentConfig(channels=("hip_counts",), kind=kind).build()
    batch = windows(2, channels=("hip_counts",), days=7)
    values = batch.values.copy()
    values[:, day * 1440 : (day + 1) * 1440] *= 2
    a, b = network.encode_windows(batch), network.encode_windows(replace(batch, values=values))
    assert not np.array_equal(a, b)


def test_a_conv_lstm_is_an_lstm_where_there_is_one_place() -> None:
    """With a kernel of one over one place it is torch's own LSTM cell."""
    torch.manual_seed(0)
    ours, cell = ConvLSTM(2, 3, 1, "tanh"), torch.nn.LSTMCell(2, 3)
    with torch.no_grad():
        cell.weight_ih.copy_(ours.of_input.weight[:, :, 0, 0])
        cell.weight_hh.copy_(ours.of_state.weight[:, :, 0, 0])
        cell.bias_ih.copy_(ours.of_input.bias)
        cell.bias_hh.zero_()
    x = torch.randn(4, 5, 2)
    states = ours(x[:, :, :, None, None])[:, :, :, 0, 0]
    h, c = torch.zeros(4, 3), torch.zeros(4, 3)
    for step in range(5):
        h, c = cell(x[:, step], (h, c))
        torch.testing.assert_close(states[:, step], h, rtol=1e-5, atol=1e-6)


def test_configs_survive_a_round_trip_and_nonsense_is_refused() -> None:
    config = RecurrentConfig(channels=("steps",), kind=RecurrentKind.GRID, step_minutes=10)
    assert RecurrentConfig.from_dict(asdict(config)) == config
    with pytest.raises(InputError, match="does not parse"):
        RecurrentConfig.from_dict({"channels": ["steps"]})
    with pytest.raises(InputError, match="does not divide"):
        RecurrentConfig(channels=("steps",), step_minutes=7)
    with pytest.raises(InputError, match="each listed once"):
        RecurrentConfig(channels=("steps", "steps"))
    with pytest.raises(InputError, match="7 days"):
        RecurrentConfig(channels=("steps",), window_days=2)
