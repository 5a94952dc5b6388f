"""Minutes are standardised over training people; what is unseen is 0 before that."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from sennight.backbones.minute_scale import MinuteScale, minute_moments
from sennight.errors import InputError
from sennight.record import WindowBatch

Make = Callable[..., WindowBatch]


def test_training_windows_have_mean_0_and_sd_1_in_every_minute(windows: Make) -> None:
    parts = [windows(4, channels=("steps",), seed=1), windows(6, channels=("steps",), seed=2)]
    scale = MinuteScale(channels=("steps",), days=1)
    scale.fit(minute_moments(parts, ("steps",)))
    x = torch.cat([scale(p) for p in parts]).numpy()
    seen_by_some = np.concatenate([p.seen for p in parts]).any(axis=0)
    np.testing.assert_allclose(x.mean(axis=0)[seen_by_some], 0, atol=1e-4)
    np.testing.assert_allclose(x.std(axis=0)[seen_by_some], 1, atol=1e-3)
    assert not x[:, ~seen_by_some].any(), "a minute nobody was seen in says nothing"


def test_an_unseen_minute_counts_as_zero_not_as_the_mean(windows: Make) -> None:
    """The published pipeline does so; it is why wear shows."""
    batch = windows(6, channels=("steps",))
    moments = minute_moments([batch], ("steps",))
    scale = MinuteScale(channels=("steps",), days=1)
    scale.fit(moments)
    x, minute = scale(batch).numpy(), 700
    for i in np.flatnonzero(~batch.seen[:, minute, 0]):
        np.testing.assert_allclose(x[i, minute, 0], -moments.mean[minute, 0] / moments.sd[minute, 0], rtol=1e-4)


def test_moments_of_another_window_and_none_at_all_are_refused(windows: Make) -> None:
    moments = minute_moments([windows(2, channels=("steps",))], ("steps",))
    with pytest.raises(InputError, match="moments of"):
        MinuteScale(channels=("steps",), days=7).fit(moments)
    with pytest.raises(InputError, match="no windows"):
        minute_moments([], ("steps",))
