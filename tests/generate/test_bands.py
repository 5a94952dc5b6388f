"""Bands cover as promised on people nothing was calibrated on, also where zeros are common."""

import numpy as np
import pytest

from sennight.generate.bands import GAP_EDGES, Bands, calibrate, covered, gap_class

FLOOR = np.array([-5.0, 0.0], dtype=np.float32)


def cells(seed: int, n: int = 40_000) -> dict[str, np.ndarray]:
    """Channel 0 is a bell whose width grows with the hole; channel 1 is a count, two thirds of it 0."""
    rng = np.random.default_rng(seed)
    gap = rng.choice([3, 20, 45, 90, 180, 400], n)
    channel = rng.integers(0, 2, n)
    bell = rng.normal(0, 1 + gap / 200, n)
    count = np.where(rng.random(n) < 0.66, 0, rng.exponential(2, n))
    return {
        "truth": np.where(channel == 0, bell, count).astype(np.float32),
        "gap": gap,
        "channel": channel,
        "of_day": rng.integers(0, 1440, n),
    }


def calibrated(low: float, high: float) -> tuple[Bands, dict[str, np.ndarray], np.ndarray, np.ndarray]:
    known, other = cells(0), cells(1)
    n = len(known["truth"])
    ends = np.full(n, low, dtype=np.float32), np.full(n, high, dtype=np.float32)
    bands = calibrate(
        known["truth"], *ends, gap=known["gap"], channel=known["channel"], of_day=known["of_day"], floor=FLOOR
    )
    down, up = bands.moved(*ends, gap=other["gap"], channel=other["channel"], of_day=other["of_day"], floor=FLOOR)
    return bands, other, down, up


@pytest.mark.parametrize(("low", "high"), [(-0.5, 0.5), (-6.0, 6.0)])
def test_nine_in_ten_are_covered_for_every_length_of_hole(low: float, high: float) -> None:
    _, other, down, up = calibrated(low, high)
    inside = covered(other["truth"], down, up)
    for g in range(len(GAP_EDGES)):
        mine = gap_class(other["gap"]) == g
        assert 0.87 <= inside[mine].mean() <= 0.93


def test_a_band_never_lies_below_what_is_possible() -> None:
    _, other, down, up = calibrated(-0.5, 0.5)
    assert (down >= FLOOR[other["channel"]]).all()
    assert (up >= down).all()


def test_longer_holes_have_wider_bands() -> None:
    bands, *_ = calibrated(-0.5, 0.5)
    assert bands.shift[5, 0].mean() > bands.shift[0, 0].mean() + 1


def test_few_cells_take_the_band_of_all() -> None:
    known = {k: v[:100] for k, v in cells(0).items()}
    ends = np.zeros(100, dtype=np.float32)
    bands = calibrate(
        known["truth"], ends, ends, gap=known["gap"], channel=known["channel"], of_day=known["of_day"], floor=FLOOR
    )
    assert np.ptp(bands.shift) == 0
