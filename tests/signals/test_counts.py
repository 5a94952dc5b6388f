"""Activity counts agree with their makers' own program, at every rate it takes, and do not depend on blocks."""

import numpy as np
import pytest

from sennight.signals.counts import RATES_HZ, CountStream, vector_magnitude
from sennight.signals.grid import EvenGrid

# Counts of x, y, z in two minutes of `made`, by ActiGraph's agcounts 0.2.6 (epoch=60), run once outside.
REFERENCE = {
    30: [[4950, 3900, 4], [3513, 2810, 5]],
    40: [[4954, 3895, 5], [3475, 2804, 9]],
    50: [[4934, 3898, 3], [3518, 2808, 4]],
    60: [[4950, 3900, 4], [3513, 2810, 5]],
    70: [[4953, 3895, 5], [3488, 2809, 8]],
    80: [[4946, 3900, 3], [3519, 2815, 4]],
    90: [[4950, 3900, 4], [3513, 2810, 5]],
    100: [[4966, 3891, 5], [3491, 2815, 8]],
}


def made(rate: int, minutes: int) -> np.ndarray:
    """Made-up movement: bouts of walking, a tremor, slow turns."""
    t = np.arange(minutes * 60 * rate) / rate
    bout = (t % 40 < 22) * (0.2 + 0.8 * (t % 17) / 17)
    x = 0.9 * bout * np.sin(2 * np.pi * 1.7 * t) + 0.1 * np.sin(2 * np.pi * 9.3 * t)
    y = -0.8 + 0.5 * bout * np.cos(2 * np.pi * 0.85 * t)
    z = 0.4 * np.sin(2 * np.pi * 0.05 * t) + 0.3 * bout * np.sin(2 * np.pi * 3.4 * t + 1)
    return np.stack([x, y, z], axis=1).astype(np.float32)


def counted(xyz: np.ndarray, *, rate: int, start: float = 600.0, cut: int = 10**9) -> CountStream:
    grid, stream = EvenGrid(rate_hz=float(rate)), CountStream(rate_hz=rate)
    utc = start + np.arange(len(xyz)) / rate
    for i in range(0, len(xyz), cut):
        for piece in grid.add(utc[i : i + cut], xyz[i : i + cut]):
            stream.add(piece)
    for piece in grid.finish():
        stream.add(piece)
    return stream


@pytest.mark.parametrize("rate", RATES_HZ)
def test_counts_are_those_of_the_published_program(rate: int) -> None:
    got = counted(made(rate, 2), rate=rate).minutes()
    assert got.minute.tolist() == [10, 11]
    assert got.sums.tolist() == REFERENCE[rate]
    np.testing.assert_allclose(got.share, 1)


@pytest.mark.parametrize("rate", [30, 40, 100])
@pytest.mark.parametrize("cut", [1_000, 97])
def test_blocks_of_any_length_give_the_same_counts(rate: int, cut: int) -> None:
    xyz = made(rate, 3)
    whole, parts = counted(xyz, rate=rate).minutes(), counted(xyz, rate=rate, cut=cut).minutes()
    np.testing.assert_array_equal(whole.sums, parts.sums)
    np.testing.assert_array_equal(whole.share, parts.share)


def test_lying_still_counts_nothing_from_the_first_sample_on() -> None:
    still = np.tile(np.array([0.3, -0.9, 0.1], dtype=np.float32), (30 * 180, 1))
    assert counted(still, rate=30).minutes().sums.sum() == 0


def test_a_pause_starts_the_filter_anew() -> None:
    xyz = made(30, 2)
    grid, stream = EvenGrid(rate_hz=30.0), CountStream(rate_hz=30)
    utc = np.arange(len(xyz)) / 30
    for part in (utc, utc + 6_000):
        for piece in grid.add(part, xyz):
            stream.add(piece)
    for piece in grid.finish():
        stream.add(piece)
    got = stream.minutes()
    assert got.minute.tolist() == [0, 1, 100, 101]
    assert got.sums[:2].tolist() == got.sums[2:].tolist() == REFERENCE[30]


def test_a_minute_that_is_half_there_says_so() -> None:
    got = counted(made(30, 2), rate=30, start=630.0).minutes()
    assert got.share.round(3).tolist() == [0.5, 1.0, 0.5]


def test_nothing_counted_is_no_minute() -> None:
    assert len(CountStream(rate_hz=30).minutes().minute) == 0


def test_the_vector_of_counts_is_as_long_as_its_axes_say() -> None:
    assert vector_magnitude(np.array([[2, 3, 6], [0, 0, 0]])).tolist() == [7.0, 0.0]
