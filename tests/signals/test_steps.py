"""Steps of a made-up walker are found; hands at rest, slow sways and lone knocks are not steps."""

import numpy as np
import pytest

from sennight.signals.grid import EvenGrid
from sennight.signals.steps import NEAR_PEAKS, STEP_HZ, StepStream, step_places


def walking(
    minutes: float, *, cadence_hz: float = 1.8, height: float = 0.6, rate: float = float(STEP_HZ)
) -> np.ndarray:
    t = np.arange(int(minutes * 60 * rate)) / rate
    return 1 + height * np.sin(2 * np.pi * cadence_hz * t)


def stepped(length: np.ndarray, *, rate: float, cut: int = 10**9) -> StepStream:
    xyz = np.stack([np.zeros_like(length), length, np.zeros_like(length)], axis=1).astype(np.float32)
    grid, stream = EvenGrid(rate_hz=rate), StepStream(rate_hz=rate)
    utc = np.arange(len(xyz)) / rate
    for i in range(0, len(xyz), cut):
        for piece in grid.add(utc[i : i + cut], xyz[i : i + cut]):
            stream.add(piece)
    for piece in grid.finish():
        stream.add(piece)
    return stream


@pytest.mark.parametrize("cadence", [1.3, 1.6, 1.8, 2.1])
def test_a_walker_is_counted_within_a_tenth(cadence: float) -> None:
    found = len(step_places(walking(5, cadence_hz=cadence)))
    assert found == pytest.approx(cadence * 300, rel=0.1)


@pytest.mark.parametrize(
    "length",
    [np.ones(9_000), walking(10, height=0.2), walking(10, cadence_hz=0.3), np.empty(0)],
    ids=["rest", "soft", "slow", "empty"],
)
def test_what_is_not_high_or_not_regular_is_no_step(length: np.ndarray) -> None:
    assert len(step_places(length)) == 0


def test_a_few_knocks_are_no_walk() -> None:
    length = np.ones(900)
    length[[100, 110, 120, 130]] = 2.0
    assert len(step_places(length)) == 0
    length[100:900:10] = 2.0
    assert len(step_places(length)) > 60


def test_the_first_steps_of_a_bout_need_company() -> None:
    length = np.ones(900)
    length[300:600:10] = 2.0
    found = step_places(length)
    assert found[0] == 300 + 10 * (NEAR_PEAKS - 1)
    assert set(np.diff(found)) == {10}


def made_up(n: int = 9_000) -> np.ndarray:
    """Ten minutes by formula: a walk that quickens and slows, one foot harder than the other, knocks between."""
    k = np.arange(n)
    phase = np.cumsum(0.9 + 0.25 * np.sin(k / 700)) * 4 * np.pi / 15
    return 1 + (0.45 + 0.4 * np.sin(k / 1_100) + 0.25 * np.cos(phase / 2)) * np.sin(phase) + 0.05 * np.cos(k * 1.7)


def test_steps_agree_with_verisense() -> None:
    """Zhai's Python version of the Verisense algorithm (openmovement-python, MIT) with the revised thresholds, on
    `made_up()`: the same 772 places. On 300 random walks beside it, every place was the same too.
    """
    found = step_places(made_up())
    assert len(found) == 772
    assert found[:5].tolist() == [34, 43, 51, 59, 67]
    assert found[-5:].tolist() == [8_931, 8_939, 8_947, 8_955, 8_962]
    assert int(found.sum()) == 3_065_684


def test_a_foot_is_held_against_the_same_foot() -> None:
    """Left and right differ by more than a g: a walk. Every second left is low: far less of one."""
    length = np.ones(900)
    length[100:900:20], length[110:900:20] = 3.2, 1.9
    assert len(step_places(length)) > 60
    length[100:900:40] = 1.4
    assert len(step_places(length)) < 45


@pytest.mark.parametrize("rate", [15.0, 30.0, 40.0, 100.0])
@pytest.mark.parametrize("cut", [10**9, 701])
def test_any_rate_and_any_blocks_find_the_walk_in_its_minutes(rate: float, cut: int) -> None:
    t = np.arange(int(25 * 60 * rate)) / rate
    length = np.where((t >= 600) & (t < 1_200), walking(25, rate=rate), 1.0)
    got = stepped(length, rate=rate, cut=cut).minutes()
    assert got.minute.tolist() == list(range(25))
    assert got.sums[:10].sum() == got.sums[20:].sum() == 0
    np.testing.assert_allclose(got.sums[11:19, 0], 108, atol=11)


def test_blocks_of_any_length_give_the_same_steps() -> None:
    length = walking(22, rate=40.0) + np.random.default_rng(1).normal(0, 0.1, 22 * 60 * 40)
    whole = stepped(length, rate=40.0).minutes()
    for cut in (333, 4_001):
        parts = stepped(length, rate=40.0, cut=cut).minutes()
        np.testing.assert_array_equal(parts.sums, whole.sums)
        np.testing.assert_array_equal(parts.share, whole.share)


def test_nothing_judged_is_no_minute() -> None:
    assert len(StepStream(rate_hz=30.0).minutes().minute) == 0
