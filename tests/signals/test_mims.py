"""MIMS units agree with an open reimplementation of the published algorithm, and do not depend on blocks."""

import numpy as np
import pytest

from sennight.signals.grid import EvenGrid
from sennight.signals.mims import NOTHING, MimsStream

# MIMS of x, y, z in minutes 3, 8 and 9 of `made`, by wristpy 0.2.10 (interpolate_measure, butterworth_filter,
# aggregate_mims with epoch=60), run once outside of the project. The first minutes differ: its filter starts at zero.
MINUTES = [3, 8, 9]
REFERENCE = {
    25.0: [[9.106, 5.1265, 2.9795], [14.5078, 8.0713, 4.7492], [8.3419, 4.7355, 2.7223]],
    30.0: [[9.1241, 5.1255, 2.982], [14.5207, 8.075, 4.7537], [8.3573, 4.7332, 2.7243]],
    50.0: [[9.1465, 5.125, 2.9855], [14.5305, 8.0767, 4.756], [8.3791, 4.7342, 2.7286]],
    80.0: [[9.1563, 5.124, 2.9864], [14.5388, 8.081, 4.7579], [8.3856, 4.7316, 2.7284]],
    100.0: [[9.1598, 5.1243, 2.987], [14.5374, 8.0794, 4.7571], [8.3906, 4.7336, 2.73]],
}
AGREE = 0.002  # relative; the window's 50 Hz against 100 Hz


def made(rate: float, minutes: int) -> np.ndarray:
    """Made-up movement: bouts of walking, a tremor, slow turns."""
    t = np.arange(int(minutes * 60 * rate)) / rate
    bout = (t % 40 < 22) * (0.2 + 0.8 * (t % 17) / 17)
    x = 0.9 * bout * np.sin(2 * np.pi * 1.7 * t) + 0.1 * np.sin(2 * np.pi * 9.3 * t)
    y = -0.8 + 0.5 * bout * np.cos(2 * np.pi * 0.85 * t)
    z = 0.4 * np.sin(2 * np.pi * 0.05 * t) + 0.3 * bout * np.sin(2 * np.pi * 3.4 * t + 1)
    return np.stack([x, y, z], axis=1).astype(np.float32)


def summed(xyz: np.ndarray, *, rate: float, start: float = 0.0, cut: int = 10**9) -> MimsStream:
    grid, stream = EvenGrid(rate_hz=rate), MimsStream(rate_hz=rate)
    utc = start + np.arange(len(xyz)) / rate
    for i in range(0, len(xyz), cut):
        for piece in grid.add(utc[i : i + cut], xyz[i : i + cut]):
            stream.add(piece)
    for piece in grid.finish():
        stream.add(piece)
    return stream


@pytest.mark.parametrize("rate", sorted(REFERENCE))
def test_mims_are_those_of_an_open_program(rate: float) -> None:
    got = summed(made(rate, 12), rate=rate).minutes()
    assert got.minute.tolist() == list(range(12))
    np.testing.assert_allclose(got.sums[MINUTES], REFERENCE[rate], rtol=AGREE)


@pytest.mark.parametrize("cut", [911, 5_000])
def test_blocks_of_any_length_give_the_same_mims(cut: int) -> None:
    xyz = made(30.0, 25)
    whole, parts = summed(xyz, rate=30.0).minutes(), summed(xyz, rate=30.0, cut=cut).minutes()
    np.testing.assert_allclose(parts.sums, whole.sums, rtol=1e-5)
    np.testing.assert_allclose(parts.share, whole.share)


@pytest.mark.parametrize("minutes", [1, 9, 10, 19, 20])
def test_every_minute_of_a_recording_of_any_length_is_covered(minutes: int) -> None:
    got = summed(made(30.0, minutes), rate=30.0).minutes()
    assert got.minute.tolist() == list(range(minutes))
    assert got.share.min() > 0.998


def test_lying_still_is_exactly_nothing_from_the_first_sample_on() -> None:
    still = np.tile(np.array([0.3, -0.9, 0.1], dtype=np.float32), (30 * 180, 1))
    got = summed(still, rate=30.0).minutes()
    assert got.sums.sum() == 0


def test_what_is_below_the_published_threshold_is_none() -> None:
    t = np.arange(30 * 120) / 30
    faint = np.zeros((len(t), 3), dtype=np.float32)
    faint[:, 0] = 1e-4 * np.sin(2 * np.pi * t)
    faint[:, 1] = 1e-2 * np.sin(2 * np.pi * t)
    got = summed(faint, rate=30.0).minutes()
    assert (got.sums[:, 0] == 0).all()
    assert (got.sums[:, 1] > NOTHING).all()
    # A sine's mean is 2/pi of its height, times 60 s; the pass-band lets 1 Hz through whole.
    np.testing.assert_allclose(got.sums[1, 1], 60 * 1e-2 * 2 / np.pi, rtol=0.01)


def test_nothing_summed_is_no_minute() -> None:
    assert len(MimsStream(rate_hz=30.0).minutes().minute) == 0
