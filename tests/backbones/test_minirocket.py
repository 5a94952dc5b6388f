"""MiniRocket's features are shares of minutes above a bias, by the paper's kernels and dilations."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sennight.backbones import minirocket as module
from sennight.backbones.minirocket import KERNELS, MiniRocketConfig
from sennight.errors import InputError
from sennight.record import WindowBatch

Make = Callable[..., WindowBatch]


def test_there_are_84_kernels_that_sum_to_zero() -> None:
    assert len(KERNELS) == 84
    flat = np.ones((1, 300), dtype=np.float32)
    for kernel in KERNELS[::20]:
        inside = module._convolve(flat, 3, kernel)[0, 12:-12]
        np.testing.assert_allclose(inside, 0, atol=1e-6)


def test_a_kernel_is_what_numpy_makes_of_it() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=200).astype(np.float32)
    for dilation, kernel in ((1, (0, 4, 8)), (7, (1, 2, 3))):
        taps = np.zeros(8 * dilation + 1)
        taps[::dilation] = [2.0 if tap in kernel else -1.0 for tap in range(9)]
        wanted = np.correlate(np.pad(x, 4 * dilation), taps, mode="valid")
        np.testing.assert_allclose(module._convolve(x[None], dilation, kernel)[0], wanted, atol=1e-4)


def test_features_are_shares_counted_as_the_paper_says(windows: Make) -> None:
    sample, batch = windows(4, channels=("steps",), seed=1), windows(3, channels=("steps",), seed=2)
    rocket = MiniRocketConfig(channels=("steps",), features=200).build(sample)
    found = rocket.encode_windows(batch)
    assert found.shape == (3, 84 * 2) == (3, rocket.width)
    assert ((found >= 0) & (found <= 1)).all()
    days = module._days(batch, ("steps",))[:, 0]
    first = module._convolve(days, int(rocket.dilations[0]), KERNELS[0]) > rocket.biases[0, 0]
    np.testing.assert_allclose(found[:, 0], first.mean(axis=1), rtol=1e-6)


def test_dilations_grow_to_the_window_and_all_features_are_used() -> None:
    dilations, each = module._dilations(1440, 1000)
    assert dilations[0] == 1
    assert 150 < dilations[-1] <= 1439 / 8
    assert each.sum() == 1000 // 84
    assert (np.diff(dilations) > 0).all()


def test_biases_depend_on_the_sample_and_the_fingerprint_on_them(windows: Make) -> None:
    config = MiniRocketConfig(channels=("steps",), features=100)
    a, b = windows(4, channels=("steps",), seed=1), windows(4, channels=("steps",), seed=2)
    assert config.build(a).fingerprint == config.build(a).fingerprint != config.build(b).fingerprint
    assert replace(config, seed=1).build(a).fingerprint != config.build(a).fingerprint


def test_too_few_features_and_no_sample_are_refused(windows: Make) -> None:
    with pytest.raises(InputError, match="at least 84"):
        MiniRocketConfig(channels=("steps",), features=10)
    with pytest.raises(InputError, match="no window"):
        MiniRocketConfig(channels=("steps",)).build(windows(1, channels=("steps",)).take(np.array([], dtype=np.int64)))
