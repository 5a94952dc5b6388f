"""A grown model says the same as before of the channels it knew, and can learn the new one."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Layout, Size, Transform
from sennight.backbones.day_transformer.growing import grown
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.errors import InputError
from sennight.record import WindowBatch

OLD = ("hip_counts", "heart_rate")
GLUCOSE = ChannelScale(channel="glucose", transform=Transform.PLAIN, mean=100.0, sd=30.0)
ASLEEP = ChannelScale(channel="asleep", transform=Transform.BINARY, mean=0.0, sd=1.0)


def model(layout: Layout) -> DayTransformer:
    torch.manual_seed(0)
    scales = tuple(ChannelScale(channel=c, transform=ChannelScale.default_transform(c), mean=3.0, sd=2.0) for c in OLD)
    return DayTransformerConfig(scales=scales, size=Size.XXS, layout=layout).build()


@pytest.mark.parametrize("layout", Layout)
def test_old_channels_give_the_old_vectors(windows: Callable[..., WindowBatch], layout: Layout) -> None:
    before, batch = model(layout), windows(4, channels=OLD)
    after = grown(before, (GLUCOSE, ASLEEP))
    assert after.channels == (*OLD, "glucose", "asleep")
    old, new = before.encode_windows(batch), after.encode_windows(batch)
    if layout is Layout.CHANNEL:
        assert np.array_equal(old, new)
    else:  # the sums over a token's inputs have more terms, all of them zero
        np.testing.assert_allclose(old, new, rtol=1e-5, atol=1e-6)
    with pytest.raises(InputError, match="glucose"):
        before.encode_windows(windows(2, channels=(*OLD, "glucose")))


@pytest.mark.parametrize("layout", Layout)
def test_old_channels_are_rebuilt_as_before(windows: Callable[..., WindowBatch], layout: Layout) -> None:
    before, batch = model(layout), windows(3, channels=OLD)
    rebuilt = []
    for m in (before, grown(before, (GLUCOSE,))):
        tokens = m.tokens(batch)
        hidden = torch.zeros_like(tokens.seen)
        hidden[:, 30:40] = tokens.seen[:, 30:40]
        kept = (tokens.seen & ~hidden).any(dim=3)
        with torch.no_grad():
            guess, _ = m.reconstruct(tokens, m.encode(tokens, kept, hidden), hidden.any(dim=3))
        if layout is Layout.JOINT:
            guess = guess.reshape(len(guess), -1, len(m.channels))[..., : len(OLD)].flatten(1)
        rebuilt.append(guess)
    torch.testing.assert_close(rebuilt[0], rebuilt[1], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("layout", Layout)
def test_gradient_reaches_what_was_added(windows: Callable[..., WindowBatch], layout: Layout) -> None:
    m = grown(model(layout), (GLUCOSE,))
    batch = windows(3, channels=(*OLD, "glucose"))
    tokens = m.tokens(batch)
    m.pool(m.encode(tokens, tokens.present)).square().sum().backward()
    if layout is Layout.CHANNEL:
        gradient = m.encoder_positions.channel.grad
        assert gradient is not None
        assert gradient[2].abs().sum() > 0
    else:
        gradient = m.patch_in.weight.grad
        assert gradient is not None
        of_glucose = gradient.reshape(gradient.shape[0], 3, -1, 3)[..., 2]
        assert of_glucose[:, 0].abs().sum() > 0
        assert not m.patch_in.weight.detach().reshape(gradient.shape[0], 3, -1, 3)[..., 2].any()


def test_a_channel_it_has_is_refused() -> None:
    again = ChannelScale(channel="heart_rate", transform=Transform.PLAIN, mean=0.0, sd=1.0)
    with pytest.raises(InputError, match="heart_rate already"):
        grown(model(Layout.CHANNEL), (again,))
