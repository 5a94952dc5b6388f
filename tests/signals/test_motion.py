"""ENMO, MAD and angle on signals whose values are known in closed form."""

import numpy as np
import pytest

from sennight.signals.motion import angle_z_deg, enmo, groups, magnitude, motion_minutes

RATE = 50


def times(minutes: float, *, start: float = 0.0) -> np.ndarray:
    return start + np.arange(int(minutes * 60 * RATE)) / RATE


def shaken(n: int = 9_000) -> np.ndarray:
    """Five minutes at 30 Hz by formula. [n 3]"""
    k = np.arange(n)
    x, y = 0.4 * np.sin(k * 0.11) + 0.1 * np.sin(k * 0.7), 0.3 * np.cos(k * 0.05)
    return np.stack([x, y, 0.8 + 0.5 * np.sin(k * 0.013) * np.cos(k * 0.31)], axis=1).astype(np.float32)


def test_enmo_and_mad_agree_with_wristpy() -> None:
    """wristpy 0.2.10 euclidean_norm_minus_one (60 s) and mean_amplitude_deviation (6 s, mean of ten) on `shaken()`."""
    got = motion_minutes(np.arange(9_000) / 30, shaken())
    enmo_minutes = [0.0479824546, 0.0491023469, 0.0460830606, 0.0497888326, 0.0462841126]
    mad_minutes = [0.1850476509, 0.1894468542, 0.1851785820, 0.1918538970, 0.1801827698]
    np.testing.assert_allclose(got.enmo, enmo_minutes, rtol=1e-6)
    np.testing.assert_allclose(got.mad, mad_minutes, rtol=1e-6)


def test_the_angle_of_a_slowly_turning_arm_agrees_with_wristpy() -> None:
    """wristpy 0.2.10 angle_relative_to_horizontal (5 s, mean of twelve): it takes the mean of the samples' angles, not
    the angle of their mean, so that a turn of 17 degrees in 5 s leaves 0.11 degrees between them.
    """
    k = np.arange(9_000)
    xyz = np.stack([np.cos(k * 0.002), 0.3 * np.sin(k * 0.0013), np.sin(k * 0.002)], axis=1).astype(np.float32)
    wristpy = [35.2111714914, -30.9016373341, 15.4367980127, 2.6703891311, -17.1400369972]
    np.testing.assert_allclose(motion_minutes(k / 30, xyz).angle_z, wristpy, atol=0.11)


def test_a_device_at_rest_moves_nothing_and_its_angle_is_that_of_gravity() -> None:
    utc = times(3)
    tilted = np.tile(np.array([np.sin(np.pi / 6), 0, np.cos(np.pi / 6)], dtype=np.float32), (len(utc), 1))
    got = motion_minutes(utc, tilted)
    assert got.minute.tolist() == [0, 1, 2]
    assert got.seconds.tolist() == [60, 60, 60]
    np.testing.assert_allclose(got.enmo, 0, atol=1e-6)
    np.testing.assert_allclose(got.mad, 0, atol=1e-6)
    np.testing.assert_allclose(got.angle_z, 60, atol=1e-4)


def test_a_sine_along_gravity_has_the_means_of_a_sine() -> None:
    # r = 1 + a sin: its mean deviation is 2a/pi, its part above 1 has the mean a/pi.
    utc = times(2)
    length = 1 + 0.4 * np.sin(2 * np.pi * 2 * utc)
    xyz = np.stack([np.zeros_like(length), np.zeros_like(length), length], axis=1).astype(np.float32)
    got = motion_minutes(utc, xyz)
    np.testing.assert_allclose(got.mad, 2 * 0.4 / np.pi, rtol=3e-3)
    np.testing.assert_allclose(got.enmo, 0.4 / np.pi, rtol=3e-3)
    np.testing.assert_allclose(got.angle_z, 90, atol=1e-4)


def test_mad_forgives_a_wrong_offset_and_enmo_does_not() -> None:
    utc = times(1)
    heavy = np.tile(np.array([0, 0, 1.05], dtype=np.float32), (len(utc), 1))
    got = motion_minutes(utc, heavy)
    assert got.mad[0] == pytest.approx(0, abs=1e-6)
    assert got.enmo[0] == pytest.approx(0.05, abs=1e-6)


def test_only_what_is_above_one_g_counts_for_enmo() -> None:
    xyz = np.array([[0, 0, 0.5], [0, 3, 4]], dtype=np.float32)
    assert enmo(xyz).tolist() == [0.0, 4.0]
    assert magnitude(xyz).tolist() == [0.5, 5.0]


def test_angles_of_axes() -> None:
    axes = np.array([[0, 0, -1], [1, 0, 0], [0, 1, 1]], dtype=np.float64)
    assert angle_z_deg(axes).round(9).tolist() == [-90.0, 0.0, 45.0]


def test_a_minute_with_a_gap_says_how_many_seconds_it_has() -> None:
    utc = times(2)
    kept = (utc < 70) | (utc >= 100)
    xyz = np.tile(np.array([0, 0, 1], dtype=np.float32), (int(kept.sum()), 1))
    assert motion_minutes(utc[kept], xyz).seconds.tolist() == [60, 30]


def test_the_angle_is_the_mean_of_windows_not_of_samples() -> None:
    # 5 s upright and 55 s flat: the mean over 12 windows of 5 s.
    utc = times(1)
    xyz = np.where(utc[:, None] < 5, [[0, 0, 1]], [[1, 0, 0]]).astype(np.float32)
    assert motion_minutes(utc, xyz).angle_z[0] == pytest.approx(90 / 12, abs=1e-4)


def test_nothing_in_is_nothing_out() -> None:
    got = motion_minutes(np.empty(0), np.empty((0, 3), dtype=np.float32))
    assert len(got.minute) == len(got.mad) == len(got.angle_z) == 0
    assert groups(np.empty(0, dtype=np.int64)).tolist() == []
