"""What every backbone promises, whoever wrote it; a new one is tested by being listed."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from sennight.backbones.backbone import Backbone, OverDays
from sennight.backbones.convolution import ConvolutionConfig, ConvolutionKind
from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Layout, Pool, Size
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.backbones.distribution import Distribution
from sennight.backbones.handcrafted import HandcraftedConfig
from sennight.backbones.minirocket import MiniRocketConfig
from sennight.backbones.minute_scale import minute_moments
from sennight.backbones.network import WeekNetwork
from sennight.backbones.pat import PatConfig, PatSize
from sennight.backbones.profile import ProfileConfig
from sennight.backbones.recurrent import RecurrentConfig, RecurrentKind
from sennight.errors import InputError
from sennight.record import PersonDays, WindowBatch

Make = Callable[..., WindowBatch]
CHANNELS = ("hip_counts", "heart_rate", "asleep")


def scales() -> tuple[ChannelScale, ...]:
    return tuple(
        ChannelScale(channel=c, transform=ChannelScale.default_transform(c), mean=2.0, sd=3.0) for c in CHANNELS
    )


def transformer(pool: Pool, days: int, layout: Layout = Layout.CHANNEL) -> Backbone:
    torch.manual_seed(0)
    return DayTransformerConfig(scales=scales(), size=Size.XXS, pool=pool, window_days=days, layout=layout).build()


def sample(days: int) -> WindowBatch:
    """Three windows to fit something on."""
    shape = (3, days * 1440, len(CHANNELS))
    return WindowBatch(
        people=("a", "b", "c"), ordinal=(0, 0, 0), weekday=np.zeros(3, np.int16), day_of_year=np.ones(3, np.int16),
        values=np.random.default_rng(0).normal(60, 20, shape).astype(np.float32), seen=np.ones(shape, np.bool_),
        channels=CHANNELS,
    )  # fmt: skip


def on_minutes(build: Callable[[], WeekNetwork]) -> Backbone:
    """A week network whose minutes have been fitted to something."""
    torch.manual_seed(0)
    network = build()
    network.scale.fit(minute_moments([sample(network.window_days)], CHANNELS))
    return network


def with_day_vector(days: int) -> DayTransformer:
    torch.manual_seed(0)
    model = DayTransformerConfig(
        scales=scales(), size=Size.XXS, window_days=days, layout=Layout.JOINT, vector=24
    ).build()
    rng = np.random.default_rng(0)
    values = np.abs(rng.normal(60, 30, (6, 1440 * days, len(CHANNELS)))).astype(np.float32)
    values[..., CHANNELS.index("asleep")] = rng.random(values.shape[:2]) < 0.3
    assert model.day_vector is not None
    model.day_vector.fit(
        WindowBatch.stack(
            [
                PersonDays(
                    person="p", first_date=None, ordinal=i, weekday=0, values=v, seen=np.ones_like(v, dtype=bool),
                    channels=CHANNELS,
                )
                for i, v in enumerate(values)
            ]
        )
    )  # fmt: skip
    return model


EVERY_BACKBONE: dict[str, Callable[[int], Backbone]] = {
    "handcrafted": lambda days: HandcraftedConfig(channels=CHANNELS).build(),
    "profile": lambda days: ProfileConfig(channels=CHANNELS).build(),
    "day_transformer mean": lambda days: transformer(Pool.MEAN, days),
    "day_transformer mean and sd": lambda days: transformer(Pool.MEAN_SD, days),
    "minirocket": lambda days: MiniRocketConfig(channels=CHANNELS, features=100).build(sample(days)),
    "pat": lambda days: on_minutes(PatConfig(channels=CHANNELS, size=PatSize.S, window_days=days).build),
    "cnn_1d": lambda days: on_minutes(ConvolutionConfig(channels=CHANNELS, window_days=days).build),
    "cnn_3d": lambda days: on_minutes(
        ConvolutionConfig(channels=CHANNELS, kind=ConvolutionKind.GRID, window_days=days).build
    ),
    "lstm": lambda days: on_minutes(RecurrentConfig(channels=CHANNELS, window_days=days).build),
    "conv_lstm": lambda days: on_minutes(
        RecurrentConfig(channels=CHANNELS, kind=RecurrentKind.GRID, window_days=days).build
    ),
    "day_transformer joint": lambda days: transformer(Pool.MEAN_SD, days, Layout.JOINT),
    "day_transformer with a day vector": with_day_vector,
    "distribution": lambda days: Distribution(with_day_vector(days)),
    "handcrafted, mean over days": lambda days: HandcraftedConfig(channels=CHANNELS, over_days=OverDays.MEAN).build(),
}


@pytest.fixture(params=EVERY_BACKBONE, name="build")
def _build(request: pytest.FixtureRequest) -> Callable[[int], Backbone]:
    return EVERY_BACKBONE[request.param]


@pytest.mark.parametrize("days", [1, 7])
def test_one_finite_vector_a_window(build: Callable[[int], Backbone], windows: Make, days: int) -> None:
    backbone = build(days)
    vectors = backbone.encode_windows(windows(4, channels=("hip_counts", "heart_rate"), days=days))
    assert vectors.shape == (4, backbone.width)
    assert np.isfinite(vectors).all()
    assert np.ptp(vectors, axis=0).max() > 0, "different windows must not all look the same"


@pytest.mark.parametrize("days", [1, 7])
def test_unseen_values_change_nothing(build: Callable[[int], Backbone], windows: Make, days: int) -> None:
    batch, backbone = windows(4, days=days), build(days)
    junk = np.where(batch.seen, batch.values, np.float32(1e6))
    assert np.array_equal(backbone.encode_windows(batch), backbone.encode_windows(replace(batch, values=junk)))


def test_a_seen_value_changes_the_vector(build: Callable[[int], Backbone], windows: Make) -> None:
    batch, backbone = windows(2), build(1)
    minute = int(np.flatnonzero(batch.seen[0, :, 0])[300])
    values = batch.values.copy()
    values[0, minute - 60 : minute + 60, 0] *= 3
    values[~batch.seen] = 0
    moved = backbone.encode_windows(replace(batch, values=values)) != backbone.encode_windows(batch)
    assert moved[0].any()
    assert not moved[1].any(), "one window must not leak into another"


def test_any_subset_and_order_of_channels_runs(build: Callable[[int], Backbone], windows: Make) -> None:
    backbone = build(1)
    both = windows(3, channels=("hip_counts", "heart_rate"))
    swapped = both.select(("heart_rate", "hip_counts"))
    assert np.array_equal(backbone.encode_windows(both), backbone.encode_windows(swapped))
    one = backbone.encode_windows(both.select(("heart_rate",)))
    assert one.shape == (3, backbone.width)
    assert np.isfinite(one).all()


def test_foreign_channels_are_refused_with_a_sentence(build: Callable[[int], Backbone], windows: Make) -> None:
    with pytest.raises(InputError, match="none of the channels"):
        build(1).encode_windows(windows(2, channels=("glucose",)))


def test_a_window_without_anything_seen_gives_a_finite_vector(build: Callable[[int], Backbone], windows: Make) -> None:
    batch = windows(2)
    empty = replace(batch, values=np.zeros_like(batch.values), seen=np.zeros_like(batch.seen))
    assert np.isfinite(build(1).encode_windows(empty)).all()


def test_batches_do_not_matter(build: Callable[[int], Backbone], windows: Make) -> None:
    batch, backbone = windows(6), build(1)
    whole = backbone.encode_windows(batch)
    alone = np.concatenate([backbone.encode_windows(batch.take(np.array([i]))) for i in range(6)])
    np.testing.assert_allclose(whole, alone, rtol=2e-4, atol=2e-5)


def test_fingerprint_is_stable_and_tells_builds_apart(build: Callable[[int], Backbone]) -> None:
    assert build(1).fingerprint == build(1).fingerprint
    prints = {make(1).fingerprint for make in EVERY_BACKBONE.values()}
    assert len(prints) == len(EVERY_BACKBONE)
