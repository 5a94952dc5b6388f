"""The day transformer beyond the shelf's promises: gradients, reconstruction, clocks; and for any windows, whatever
the layout, patch, window and precision: unseen values change nothing, and neighbours in a batch next to nothing."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sennight.backbones.day_transformer import (
    Attention,
    ChannelScale,
    DatePart,
    DayTransformerConfig,
    Layout,
    Precision,
    Size,
    Transform,
)
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.backbones.day_transformer.precision import precision_on
from sennight.errors import InputError
from sennight.record import MINUTES_PER_DAY, WindowBatch

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


# Every layout and window, in the patch lengths that a property test can afford.
SHAPES = (
    (Layout.CHANNEL, 20, 1, Attention.WINDOW),
    (Layout.CHANNEL, 10, 1, Attention.WINDOW),
    (Layout.CHANNEL, 5, 1, Attention.WINDOW),
    (Layout.CHANNEL, 20, 7, Attention.WINDOW),
    (Layout.CHANNEL, 20, 7, Attention.DAY),
    (Layout.JOINT, 20, 1, Attention.WINDOW),
    (Layout.JOINT, 10, 1, Attention.WINDOW),
    (Layout.JOINT, 5, 1, Attention.WINDOW),
    (Layout.JOINT, 20, 7, Attention.WINDOW),
    (Layout.JOINT, 10, 7, Attention.DAY),
)
PRECISIONS = sorted({Precision.FP32, precision_on(torch.device("cpu"), Precision.AUTO)})
MIXED_SCALES = (*SCALES, ChannelScale(channel="asleep", transform=Transform.BINARY, mean=0.0, sd=1.0))


@cache
def built(layout: Layout, patch: int, days: int, attention: Attention) -> DayTransformer:
    torch.manual_seed(0)
    return DayTransformerConfig(
        scales=MIXED_SCALES, size=Size.XXS, layout=layout, patch_minutes=patch, window_days=days, attention=attention
    ).build()


class Drawn(NamedTuple):
    """What a property is tried on: numbers only, so that nothing is computed while they are drawn."""

    shape: tuple[Layout, int, int, Attention]
    precision: Precision
    n: int
    seed: int
    has_empty: bool


ANY = st.builds(
    Drawn,
    shape=st.sampled_from(SHAPES),
    precision=st.sampled_from(PRECISIONS),
    n=st.integers(1, 4),
    seed=st.integers(0, 2**32 - 1),
    has_empty=st.booleans(),
)


def made(drawn: Drawn) -> tuple[DayTransformer, WindowBatch]:
    """A model of that shape and precision, and windows with holes of any kind, perhaps an empty one."""
    model = built(*drawn.shape)
    model.precision = drawn.precision
    rng, n = np.random.default_rng(drawn.seed), drawn.n
    minutes = model.config.window_days * MINUTES_PER_DAY
    shape = (n, minutes, len(MIXED_SCALES))
    seen = rng.random(shape) < rng.choice([0.02, 0.5, 1.0], size=(n, 1, 1))
    seen &= ~(np.arange(minutes)[None, :, None] < rng.integers(0, minutes, size=(n, 1, len(MIXED_SCALES))))
    if drawn.has_empty:
        seen[rng.integers(0, n)] = False
    values = np.where(seen, rng.integers(0, 120, shape), 0).astype(np.float32)
    values[..., 2] = values[..., 2] > 60
    batch = WindowBatch(
        people=tuple(f"p{i}" for i in range(n)),
        ordinal=tuple(range(n)),
        weekday=rng.integers(-1, 7, n).astype(np.int16),
        day_of_year=np.full(n, -1, np.int16),
        values=values,
        seen=seen,
        channels=model.channels,
    )
    return model, batch


QUICK = settings(max_examples=40, deadline=None, derandomize=True)


@QUICK
@given(ANY, st.sampled_from([0.0, -7.0, 1e9, np.inf, np.nan]))
def test_no_unseen_value_changes_a_bit(drawn: Drawn, junk: float) -> None:
    model, batch = made(drawn)
    spoiled = replace(batch, values=np.where(batch.seen, batch.values, np.float32(junk)))
    vectors = model.encode_windows(batch)
    assert np.isfinite(vectors).all()
    assert np.array_equal(vectors, model.encode_windows(spoiled))


@QUICK
@given(ANY, st.sampled_from([-7.0, 1e9, np.nan]), st.floats(0, 1))
def test_no_hidden_cell_changes_a_bit_of_what_is_rebuilt(drawn: Drawn, junk: float, share: float) -> None:
    model, batch = made(drawn)
    tokens = model.tokens(batch)
    hidden = tokens.seen & (torch.rand(tokens.seen.shape, generator=torch.Generator().manual_seed(0)) < share)
    kept = (tokens.seen & ~hidden).any(dim=3)
    spoiled = replace(
        tokens,
        values=torch.where(hidden, torch.tensor(junk), tokens.values),
        zero=None if tokens.zero is None else tokens.zero ^ hidden,
    )
    wanted = hidden.any(dim=3)
    with torch.no_grad():
        whole, found = (model.reconstruct(t, model.encode(t, kept, hidden), wanted) for t in (tokens, spoiled))
    assert torch.equal(whole[1], wanted.nonzero())
    assert torch.equal(whole[0], found[0])
    assert torch.isfinite(whole[0]).all()


@QUICK
@given(ANY)
def test_a_window_is_the_same_alone_and_in_company(drawn: Drawn) -> None:
    model, batch = made(drawn)
    together = model.encode_windows(batch)
    alone = np.concatenate([model.encode_windows(batch.take(np.array([i]))) for i in range(len(batch))])
    rounding = 1e-4 if model.precision is Precision.FP32 else 2e-2
    np.testing.assert_allclose(together, alone, rtol=rounding, atol=rounding)


def test_inside_a_day_other_days_do_not_matter(windows: Callable[..., WindowBatch]) -> None:
    batch = windows(2, channels=("heart_rate",), days=7)
    values = batch.values.copy()
    values[:, :MINUTES_PER_DAY] *= 1.5  # the first day only
    other = replace(batch, values=values)
    for attention, untouched in ((Attention.DAY, True), (Attention.WINDOW, False)):
        model = built(Layout.JOINT, 10, 7, attention)
        model.precision = Precision.FP32
        with torch.no_grad():
            a, b = (model.encode(t, t.present) for t in map(model.tokens, (batch, other)))
        later = a.packing.patch >= model.config.patches // 7
        assert torch.equal(a.z[later], b.z[later]) == untouched
        assert not torch.equal(a.z[~later], b.z[~later])


def test_a_channel_the_model_does_not_know_is_refused_by_name(windows: Callable[..., WindowBatch]) -> None:
    with pytest.raises(InputError, match="glucose") as error:
        DayTransformerConfig(scales=SCALES, size=Size.XXS).build().tokens(
            windows(2, channels=("heart_rate", "glucose"))
        )
    assert "grown" in error.value.todo
