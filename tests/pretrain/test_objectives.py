"""AIM compares only cells that were hidden and really seen, and never divides by nothing."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Layout, Size, Transform
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.pretrain.objectives import Projector, aim, hide_cells, keep_some, same_person
from sennight.record import Family, WindowBatch


def model(*channels: str) -> DayTransformer:
    torch.manual_seed(0)
    scales = tuple(
        ChannelScale(channel=c, transform=ChannelScale.default_transform(c), mean=0.0, sd=1.0) for c in channels
    )
    return DayTransformerConfig(scales=scales, size=Size.XXS).build()


def test_the_loss_is_deterministic_by_its_generator(windows: Callable[..., WindowBatch]) -> None:
    m, batch = model("hip_counts", "heart_rate"), windows(6)
    losses = [float(aim(m, batch, np.random.default_rng(seed)).loss.detach()) for seed in (0, 0, 1)]
    assert losses[0] == losses[1] != losses[2]


def test_unseen_minutes_inside_hidden_tokens_do_not_count(windows: Callable[..., WindowBatch]) -> None:
    m, batch = model("hip_counts", "heart_rate"), windows(6)
    result = aim(m, batch, np.random.default_rng(0))
    junk = replace(batch, values=np.where(batch.seen, batch.values, np.float32(9e3)))
    assert float(aim(m, junk, np.random.default_rng(0)).loss.detach()) == float(result.loss.detach())
    assert 0 < result.cells < int(batch.seen.sum())


def test_nothing_to_hide_gives_zero_and_a_gradient(windows: Callable[..., WindowBatch]) -> None:
    m, batch = model("hip_counts", "heart_rate"), windows(2)
    empty = replace(batch, values=np.zeros_like(batch.values), seen=np.zeros_like(batch.seen))
    result = aim(m, empty, np.random.default_rng(0))
    assert (float(result.loss.detach()), result.cells) == (0.0, 0)
    result.loss.backward()


def test_binary_channels_are_judged_by_cross_entropy(windows: Callable[..., WindowBatch]) -> None:
    batch = windows(6, channels=("asleep",))
    half = replace(batch, values=np.where(batch.seen & (batch.values > 60), 1, 0).astype(np.float32))
    m = model("asleep")
    assert m.config.scales[0].transform is Transform.BINARY
    with torch.no_grad():
        m.patch_out.weight.zero_()
        m.patch_out.bias.zero_()
    result = aim(m, half, np.random.default_rng(0))
    assert float(result.loss.detach()) == pytest.approx(math.log(2), rel=1e-5)
    assert result.mean_baseline == pytest.approx(math.log(2), rel=1e-5)


@pytest.mark.parametrize("layout", Layout)
def test_a_binary_channel_beside_others_counts_by_its_own_rule(
    windows: Callable[..., WindowBatch], layout: Layout
) -> None:
    batch = windows(6, channels=("heart_rate", "asleep"))
    values = batch.values.copy()
    values[..., 1] = (values[..., 1] > 60) & batch.seen[..., 1]
    m = replace(model("heart_rate", "asleep").config, layout=layout).build()
    with torch.no_grad():
        m.patch_out.weight.zero_()
        m.patch_out.bias.zero_()
    # A pulse at its mean costs nothing, so what is left is a coin toss for each binary cell.
    values[..., 0] = 0
    mine = replace(batch, values=values.astype(np.float32))
    found = aim(m, mine, np.random.default_rng(0))
    share = float(found.loss.detach()) / math.log(2)
    assert 0.3 < share < 0.7
    assert found.mean_baseline == pytest.approx(float(found.loss.detach()), rel=1e-5)


def joint(*channels: str) -> DayTransformer:
    return replace(model(*channels).config, layout=Layout.JOINT).build()


def test_joint_tokens_hide_whole_tokens_or_whole_channels(windows: Callable[..., WindowBatch]) -> None:
    m, batch = joint("hip_counts", "heart_rate"), windows(60)
    tokens = m.tokens(batch)
    hidden = hide_cells(m, tokens, np.random.default_rng(0))
    assert not (hidden.cells & ~tokens.seen).any()
    assert set(hidden.family.tolist()) == {0, 1, 2}
    by_channel = hidden.cells.reshape(60, 72, 20, 2)
    seen = tokens.seen.reshape(60, 72, 20, 2)
    for i in range(60):
        if hidden.family[i] == Family.CHANNELS:
            shares = by_channel[i].sum(dim=(0, 1)) / seen[i].sum(dim=(0, 1))
            assert sorted(shares.tolist()) == [0.0, 1.0]
        else:
            token = tokens.seen[i].any(dim=2)
            assert torch.equal(hidden.cells[i].any(dim=2) & hidden.kept[i], torch.zeros_like(token))


def test_joint_reconstruction_ignores_what_was_not_seen(windows: Callable[..., WindowBatch]) -> None:
    m, batch = joint("hip_counts", "heart_rate"), windows(6)
    junk = replace(batch, values=np.where(batch.seen, batch.values, np.float32(9e3)))
    losses = [float(aim(m, b, np.random.default_rng(0)).loss.detach()) for b in (batch, junk)]
    assert losses[0] == losses[1]


def test_keeping_some_tokens_keeps_only_seen_ones_and_not_more() -> None:
    rng = np.random.default_rng(0)
    present = rng.random((50, 72, 2)) < rng.random((50, 1, 1))
    kept = keep_some(present, 30, rng)
    assert not (kept & ~present).any()
    assert kept.sum(axis=(1, 2)).tolist() == np.minimum(30, present.sum(axis=(1, 2))).tolist()


def test_two_days_of_one_person_are_brought_together(windows: Callable[..., WindowBatch]) -> None:
    """A person is told apart by their level here; after a few steps their other day is nearest."""
    levels = np.linspace(30, 200, 8)[:, None, None]

    def day(seed: int) -> WindowBatch:
        batch = windows(8, channels=("heart_rate",), seed=seed)
        noise = np.random.default_rng(seed).normal(0, 4, batch.values.shape)
        return replace(batch, values=np.where(batch.seen, levels + noise, 0).astype(np.float32))

    torch.manual_seed(0)
    m = joint("heart_rate")
    m = replace(m.config, scales=(replace(m.config.scales[0], mean=100.0, sd=50.0),)).build()
    projector = Projector(m.width)
    optimizer = torch.optim.Adam([*m.parameters(), *projector.parameters()], lr=1e-3)
    for step in range(30):
        rng = np.random.default_rng(step)
        told = same_person(m, projector, day(2 * step), day(2 * step + 1), rng, keep_tokens=20, temperature=0.1)
        optimizer.zero_grad()
        told.loss.backward()
        optimizer.step()
    with torch.no_grad():
        told = same_person(m, projector, day(998), day(999), np.random.default_rng(1), keep_tokens=20, temperature=0.1)
    assert told.accuracy >= 0.5  # chance is 1 in 8
    assert float(told.loss) < math.log(8)
