"""The control without learning: what a day vector takes in."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Layout, Size
from sennight.backbones.distribution import Distribution
from sennight.errors import InputError
from sennight.record import WindowBatch


def test_weights_do_not_matter_and_levels_do(windows: Callable[..., WindowBatch]) -> None:
    batch = windows(6, channels=("hip_counts",))
    scale = ChannelScale(channel="hip_counts", transform=ChannelScale.default_transform("hip_counts"), mean=3.0, sd=2.0)
    config = DayTransformerConfig(scales=(scale,), size=Size.XXS, layout=Layout.JOINT, vector=16)
    models = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        models.append(config.build())
        assert models[-1].day_vector is not None
        models[-1].day_vector.fit(batch)
    one, other = map(Distribution, models)
    assert one.fingerprint == other.fingerprint
    assert np.array_equal(one.encode_windows(batch), other.encode_windows(batch))
    models[1].day_vector.fit(batch.take(np.arange(3)))
    assert one.fingerprint != other.fingerprint


def test_a_model_without_a_day_vector_is_refused() -> None:
    scale = ChannelScale(channel="hip_counts", transform=ChannelScale.default_transform("hip_counts"), mean=3.0, sd=2.0)
    model = DayTransformerConfig(scales=(scale,), size=Size.XXS).build()
    with pytest.raises(InputError, match="no day vector"):
        Distribution(model)
