"""The day vector: fitted on training people, blind to what was not seen, and what it costs in tokens."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Layout, Size, Transform, VectorFrom
from sennight.backbones.day_transformer.day_vector import DayVector, distribution_width
from sennight.backbones.day_transformer.growing import grown
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.record import WindowBatch

CHANNELS = ("hip_counts", "heart_rate")
Make = Callable[..., WindowBatch]


def model(fitted_on: WindowBatch, vector_from: VectorFrom = VectorFrom.DISTRIBUTION) -> DayTransformer:
    torch.manual_seed(0)
    scales = tuple(
        ChannelScale(channel=c, transform=ChannelScale.default_transform(c), mean=3.0, sd=2.0)
        for c in fitted_on.channels
    )
    config = DayTransformerConfig(scales=scales, size=Size.XXS, layout=Layout.JOINT, vector=16, vector_from=vector_from)
    built = config.build()
    assert built.day_vector is not None
    built.day_vector.fit(fitted_on)
    return built


def test_training_days_come_out_standardised(windows: Make) -> None:
    batch = windows(40, channels=CHANNELS)
    z = model(batch).tokens(batch).distribution
    assert z is not None
    assert z.shape == (40, distribution_width(2))
    varies = z.std(dim=0) > 0
    assert varies.float().mean() > 0.5
    np.testing.assert_allclose(z.mean(dim=0)[varies].numpy(), 0, atol=0.15)  # what was clipped moves a mean
    assert float(z.abs().max()) <= 5


def test_a_channel_that_was_not_seen_counts_as_the_mean_of_training(windows: Make) -> None:
    batch = windows(6, channels=CHANNELS)
    m = model(batch)
    z = m.tokens(batch.select(("heart_rate",))).distribution
    both = m.tokens(batch).distribution
    assert z is not None
    assert both is not None
    own = slice(177, 2 * 177)
    assert torch.equal(z[:, own], both[:, own])
    assert not z[:, :177].any()
    assert not z[:, 2 * 177 :].any(), "a pair needs both channels"


def test_by_default_no_token_is_computed_for_a_vector(windows: Make) -> None:
    batch = windows(4, channels=CHANNELS)
    plain, both = model(batch), model(batch, VectorFrom.BOTH)
    for m, moves in ((plain, False), (both, True)):
        before = m.encode_windows(batch)
        with torch.no_grad():
            m.patch_in.weight.mul_(3)
        assert (not np.array_equal(before, m.encode_windows(batch))) == moves


def test_blank_numbers_are_held_back(windows: Make) -> None:
    batch = windows(4, channels=CHANNELS)
    m = model(batch)
    tokens = m.tokens(batch)
    assert tokens.distribution is not None
    everything = torch.ones_like(tokens.distribution, dtype=torch.bool)
    vectors = m.vector(tokens, tokens.present, everything)
    assert torch.allclose(vectors, vectors[:1].expand_as(vectors), atol=1e-6)
    assert not torch.allclose(m.vector(tokens, tokens.present)[0], vectors[0])


def test_a_week_is_the_mean_over_its_days(windows: Make) -> None:
    week = windows(1, channels=CHANNELS, days=7)
    days = [
        replace(
            week,
            values=week.values[:, i * 1440 : (i + 1) * 1440],
            seen=week.seen[:, i * 1440 : (i + 1) * 1440],
        )
        for i in range(7)
    ]
    vector = DayVector(logged=(True, False), width=8)
    vector.fit(days[0])
    counted = vector.count(week)
    for i, day in enumerate(days):
        for whole, alone in zip(counted, vector.count(day), strict=True):
            np.testing.assert_array_equal(whole[:, i], alone[:, 0])
    raw, known = counted[0][0], counted[1][0]
    expected = (raw * known).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    z = vector.distribution(week)[0].numpy()
    mean, sd = vector.mean.numpy(), vector.sd.numpy()
    np.testing.assert_allclose(z, np.where(known.any(axis=0), np.clip((expected - mean) / sd, -5, 5), 0), atol=1e-4)


def test_a_grown_model_says_the_same_of_old_channels(windows: Make) -> None:
    batch = windows(5, channels=CHANNELS)
    before = model(batch)
    after = grown(before, (ChannelScale(channel="glucose", transform=Transform.PLAIN, mean=100.0, sd=30.0),))
    np.testing.assert_allclose(before.encode_windows(batch), after.encode_windows(batch), rtol=1e-4, atol=1e-5)
