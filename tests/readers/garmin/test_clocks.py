"""Short stamps of FIT files."""

import numpy as np
import pytest

from sennight.readers.garmin.clocks import FIT_EPOCH_S, carry_clock, unwrap


def test_the_epoch_is_the_last_day_of_1989() -> None:
    """Failure 12, T-05."""
    assert np.datetime64(FIT_EPOCH_S, "s") == np.datetime64("1989-12-31T00:00:00")


@pytest.mark.parametrize("bits", [5, 12, 16])
@pytest.mark.parametrize("seed", range(20))
def test_low_bits_are_exact_across_roll_overs(bits: int, seed: int) -> None:
    """Failure 28, T-09: over many roll-overs (32 s, 18.2 h), whatever the steps, as long as they are below one."""
    rng = np.random.default_rng(seed)
    stamps = 1_000_000_000 + np.cumsum(rng.integers(0, 1 << bits, size=400))
    whole = rng.random(400) < 0.05
    whole[0] = True
    full = np.where(whole, stamps, -1)
    low = np.where(whole, -1, stamps & ((1 << bits) - 1))
    np.testing.assert_array_equal(carry_clock(full, low, bits=bits), stamps)


def test_messages_without_any_stamp_stay_unknown_and_do_not_disturb_the_clock() -> None:
    full = np.array([-1, -1, 100, -1, -1, 200])
    low = np.array([5, -1, -1, -1, 6, -1])
    assert carry_clock(full, low, bits=5).tolist() == [-1, -1, 100, -1, 102, 200]


def test_a_full_stamp_sets_the_clock_back_too() -> None:
    assert carry_clock(np.array([100, 40, -1]), np.array([-1, -1, 9]), bits=5).tolist() == [100, 40, 41]


def test_nothing_gives_nothing() -> None:
    assert carry_clock(np.array([-1, -1]), np.array([-1, -1]), bits=16).tolist() == [-1, -1]
    assert len(unwrap(np.empty(0, dtype=np.int64), bits=12)) == 0
