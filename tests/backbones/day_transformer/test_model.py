"""The day transformer beyond the shelf's promises: gradients, reconstruction, clocks."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from sennight.backbones.day_transformer import ChannelScale, DatePart, DayTransformerConfig, Layout, Size, Transform
from sennight.record import WindowBatch

SCALES = (
    ChannelScale(channel="hip_counts", transform=Transform.LOG, mean=3.0, sd=1.5),
    ChannelScale(channel="heart_rate", transform=Transform.PLAIN, mean=60.0, sd=20.0),
)


@pytest.mark.parametrize("layout", Layout)
def test_gradient_reaches_every_parameter(windows: Callable[..., WindowBatch], layout: Layout) -> None:
    torch.manual_seed(0)
    model = DayTransformerConfig(scales=SCALES, size=Size.XXS, layout=layout).build()
    tokens = model.tokens(windows(4))
    hidden = tokens.present & (torch.rand(tokens.present.shape) < 0.5)
    guess, place = model.reconstruct(tokens, model.encode(tokens, tokens.present & ~hidden), hidden)
    assert torch.equal(place, hidden.nonzero())
    guess.square().mean().backward()
    without = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert without == []


def test_hidden_values_never_reach_the_reconstruction(windows: Callable[..., WindowBatch]) -> None:
    torch.manual_seed(0)
    model = DayTransformerConfig(scales=SCALES, size=Size.XXS).build()
    tokens = model.tokens(windows(3))
    hidden = tokens.present & (torch.rand(tokens.present.shape) < 0.7)
    kept = tokens.present & ~hidden
    spoiled = replace(tokens, values=torch.where(hidden[..., None], torch.tensor(9.0), tokens.values))
    with torch.no_grad():
        a, _ = model.reconstruct(tokens, model.encode(tokens, kept), hidden)
        b, _ = model.reconstruct(spoiled, model.encode(spoiled, kept), hidden)
    assert torch.equal(a, b)


def test_cells_hidden_inside_a_kept_token_never_reach_it(windows: Callable[..., WindowBatch]) -> None:
    torch.manual_seed(0)
    model = DayTransformerConfig(scales=SCALES, size=Size.XXS, layout=Layout.JOINT).build()
    tokens = model.tokens(windows(3))
    hidden = tokens.seen & (torch.rand(tokens.seen.shape) < 0.5)
    kept = (tokens.seen & ~hidden).any(dim=3)
    assert tokens.zero is not None
    spoiled = replace(tokens, values=torch.where(hidden, torch.tensor(9.0), tokens.values), zero=tokens.zero ^ hidden)
    with torch.no_grad():
        a, b = model.encode(tokens, kept, hidden).z, model.encode(spoiled, kept, hidden).z
        untouched = model.encode(tokens, kept).z
    assert torch.equal(a, b)
    assert not torch.equal(a, untouched)


def test_the_joint_layout_has_one_token_for_all_channels(windows: Callable[..., WindowBatch]) -> None:
    config = DayTransformerConfig(scales=SCALES, size=Size.XXS, layout=Layout.JOINT, patch_minutes=10)
    tokens = config.build().tokens(windows(2))
    assert tokens.values.shape == (2, 144, 1, 20)
    batch = windows(2)
    assert torch.equal(tokens.seen.sum(dim=(1, 2, 3)), torch.from_numpy(batch.seen.sum(axis=(1, 2))))


def test_scaling_is_log_and_z_score_and_clipped(windows: Callable[..., WindowBatch]) -> None:
    batch = windows(1)
    values = np.where(batch.seen, np.float32(1e4), 0).astype(np.float32)
    tokens = DayTransformerConfig(scales=SCALES, size=Size.XXS).build().tokens(replace(batch, values=values))
    counts = tokens.values[0, :, 0][tokens.seen[0, :, 0]]
    assert torch.allclose(counts, torch.tensor((np.log1p(1e4) - 3.0) / 1.5, dtype=torch.float32))
    assert tokens.values.max() == 5.0


def test_date_parts_switch_off(windows: Callable[..., WindowBatch]) -> None:
    batch = windows(2)
    other = replace(batch, weekday=((batch.weekday + 3) % 7).astype(np.int16))
    torch.manual_seed(0)
    blind = DayTransformerConfig(scales=SCALES, size=Size.XXS, date_parts=(DatePart.HOUR_OF_DAY,)).build()
    assert np.array_equal(blind.encode_windows(batch), blind.encode_windows(other))
    torch.manual_seed(0)
    sighted = DayTransformerConfig(scales=SCALES, size=Size.XXS, date_parts=tuple(DatePart)).build()
    assert not np.array_equal(sighted.encode_windows(batch), sighted.encode_windows(other))


def test_an_unknown_date_has_a_clock_of_zeros(windows: Callable[..., WindowBatch]) -> None:
    batch = windows(1)
    unknown = replace(batch, weekday=np.array([-1], dtype=np.int16), day_of_year=np.array([-1], dtype=np.int16))
    model = DayTransformerConfig(scales=SCALES, size=Size.XXS, date_parts=tuple(DatePart)).build()
    assert (model.tokens(unknown).clock[..., 4:] == 0).all()
    assert (model.tokens(batch).clock[..., 4:] != 0).any()
