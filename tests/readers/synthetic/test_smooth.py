"""The lag and the noise have the time constants they are given."""

import numpy as np
import pytest

from sennight.readers.synthetic.smooth import lag, wander


def test_a_step_is_followed_with_the_time_constant():
    step = np.r_[0.0, np.ones(400)]
    assert lag(step, 20.0)[20] == pytest.approx(1 - np.exp(-1), abs=0.01)


def test_a_constant_stays_where_it_is():
    assert np.allclose(lag(np.full(50, 7.0), 5.0), 7.0)


def test_noise_has_its_spread_and_its_memory():
    noise = wander(np.random.default_rng(0), 200_000, sd=2.0, minutes=10.0)
    assert noise.std() == pytest.approx(2.0, rel=0.05)
    assert np.corrcoef(noise[:-10], noise[10:])[0, 1] == pytest.approx(np.exp(-1), abs=0.05)
