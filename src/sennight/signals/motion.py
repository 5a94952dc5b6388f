"""Motion: how much, and in which attitude, a raw three-axis accelerometer moved in each minute.

Three published measures of the same samples: ENMO (van Hees 2013), MAD (Vähä-Ypyä 2015) and the angle of the z axis
(van Hees 2015). Samples come with their own times, so that gaps and jitter need no filling. Nothing is filtered.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int32, Int64

MAD_WINDOW_S = 6  # seconds; Vähä-Ypyä 2015
ANGLE_WINDOW_S = 5  # seconds; van Hees 2015


@dataclass(frozen=True, kw_only=True, eq=False)
class MotionMinutes:
    """Measures of whole minutes that hold a sample. `minute` counts from 1970; `seconds` says how many of the 60 do."""

    minute: Int64[np.ndarray, " m"]
    seconds: Int32[np.ndarray, " m"]
    enmo: Float64[np.ndarray, " m"]
    mad: Float64[np.ndarray, " m"]
    angle_z: Float64[np.ndarray, " m"]


def magnitude(xyz_g: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, " n"]:
    """Length of each acceleration vector, in g.

    >>> magnitude(np.array([[3.0, 0.0, 4.0]], dtype=np.float32)).tolist()
    [5.0]
    """
    return np.sqrt(np.einsum("ij,ij->i", xyz_g, xyz_g))


def enmo(xyz_g: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, " n"]:
    """Euclidean norm minus one, what is below 0 set to 0, in g.

    Source: van Hees et al. 2013, PLoS ONE 8(4) e61691.
    """
    return np.maximum(magnitude(xyz_g) - np.float32(1), np.float32(0))


def groups(keys: Int64[np.ndarray, " n"]) -> Int64[np.ndarray, " g"]:
    """Where each run of equal keys begins; the keys ascend.

    >>> groups(np.array([5, 5, 7, 9, 9])).tolist()
    [0, 2, 3]
    """
    if not len(keys):
        return np.empty(0, dtype=np.int64)
    return np.concatenate([[0], np.flatnonzero(keys[1:] != keys[:-1]) + 1]).astype(np.int64)


def motion_minutes(utc: Float64[np.ndarray, " n"], xyz_g: Float32[np.ndarray, "n 3"]) -> MotionMinutes:
    """All measures of the minutes these samples fall into; times are seconds since 1970 that never go back.

    MAD is the mean deviation of the vector's length from its mean over 6 s; a minute's is the mean over its samples.
    The angle is that of the mean vector of 5 s to the plane of x and y, -90 to 90 degrees; a minute's is the mean over
    its windows. (The paper takes rolling medians; they differ from means only within movements.)
    Source: Vähä-Ypyä et al. 2015, Clin Physiol Funct Imaging 35:64; van Hees et al. 2015, PLoS ONE 10(11) e0142533.
    """
    second = np.floor(utc).astype(np.int64)
    minute = second // 60
    at = groups(minute)
    size = np.diff(np.append(at, len(minute)))
    if not len(at):
        none = np.empty(0, dtype=np.float64)
        return MotionMinutes(minute=minute, seconds=none.astype(np.int32), enmo=none, mad=none, angle_z=none)
    length = magnitude(xyz_g)
    above = np.maximum(length - np.float32(1), np.float32(0))
    first_of_second = groups(second)
    return MotionMinutes(
        minute=minute[at],
        seconds=np.diff(np.append(np.searchsorted(first_of_second, at), len(first_of_second))).astype(np.int32),
        enmo=_sums(above, at) / size,
        mad=_sums(_deviation(length, second // MAD_WINDOW_S), at) / size,
        angle_z=_angle(xyz_g, second // ANGLE_WINDOW_S, minute[at]),
    )


def angle_z_deg(xyz_g: np.ndarray) -> np.ndarray:
    """Angle between z and the plane of x and y, in degrees, of vectors [n 3].

    >>> angle_z_deg(np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 1.0]])).round(6).tolist()
    [90.0, 45.0]
    """
    return np.degrees(np.arctan2(xyz_g[:, 2], np.hypot(xyz_g[:, 0], xyz_g[:, 1])))


def _sums(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    return np.add.reduceat(values, at, dtype=np.float64)


def _deviation(length: np.ndarray, window: np.ndarray) -> np.ndarray:
    at = groups(window)
    size = np.diff(np.append(at, len(window)))
    mean = (_sums(length, at) / size).astype(np.float32)
    return np.abs(length - np.repeat(mean, size))


def _angle(xyz_g: np.ndarray, window: np.ndarray, minutes: np.ndarray) -> np.ndarray:
    at = groups(window)
    total = np.stack([_sums(np.ascontiguousarray(xyz_g[:, axis]), at) for axis in range(3)], axis=1)
    # arctan2 needs no division by the number of samples.
    angle = angle_z_deg(total)
    whose = np.searchsorted(minutes, window[at] * ANGLE_WINDOW_S // 60)
    return np.bincount(whose, weights=angle, minlength=len(minutes)) / np.bincount(whose, minlength=len(minutes))
