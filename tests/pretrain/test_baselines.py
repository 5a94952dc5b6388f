"""Three guesses that need no model: each is right where it should be, and none sees what is hidden."""

import math

import numpy as np

from sennight.pretrain.baselines import CERTAIN, PART_MINUTES, TimeOfDay, error, straight_line
from sennight.record import MINUTES_PER_DAY


def test_a_straight_line_joins_what_is_known_and_holds_at_the_ends() -> None:
    truth = np.arange(8, dtype=np.float32)[None, :, None] ** 2
    known = np.isin(np.arange(8), [1, 2, 5])[None, :, None]
    guess = straight_line(np.where(known, truth, 999).astype(np.float32), known)
    assert guess[0, :, 0].tolist() == [1, 1, 4, 11, 18, 25, 25, 25]


def test_a_channel_without_anything_known_is_guessed_by_its_mean() -> None:
    values = np.full((2, 6, 2), 7, np.float32)
    known = np.zeros(values.shape, np.bool_)
    known[0, 3, 0] = True
    guess = straight_line(values, known)
    assert guess[0, :, 0].tolist() == [7] * 6
    assert not guess[0, :, 1].any()
    assert not guess[1].any()


def test_the_time_of_day_is_the_mean_of_seen_minutes_at_that_hour() -> None:
    rng = np.random.default_rng(0)
    minute = np.arange(MINUTES_PER_DAY)
    wave = np.sin(2 * np.pi * minute / MINUTES_PER_DAY)
    values = np.broadcast_to(wave[None, :, None], (5, MINUTES_PER_DAY, 2)).astype(np.float32)
    seen = rng.random(values.shape) < 0.6
    seen[:, :60, 1] = False
    fitted = TimeOfDay.fit(np.where(seen, values, 1e6).astype(np.float32), seen)
    guess = fitted.guess(2 * MINUTES_PER_DAY)
    assert guess.shape == (2 * MINUTES_PER_DAY, 2)
    assert np.array_equal(guess[:MINUTES_PER_DAY], guess[MINUTES_PER_DAY:])
    assert np.abs(guess[:MINUTES_PER_DAY, 0] - wave).max() < 2 * np.pi * PART_MINUTES / MINUTES_PER_DAY
    assert not guess[:60, 1].any()


def test_amounts_are_squared_and_binaries_surprise() -> None:
    truth = np.array([[[2.0, 1.0], [0.0, 0.0]]], np.float32)
    found = error(np.array([[0.5, 0.75], [1.0, 1.0]], np.float32), truth, np.array([False, True]))
    assert np.allclose(found[0, :, 0], [2.25, 1.0])
    assert np.allclose(found[0, :, 1], [-math.log(0.75), -math.log(CERTAIN)])
