"""The half-hour profile is the mean of each half hour, and the wear."""

import numpy as np

from sennight.backbones.profile import ProfileConfig
from sennight.record import WindowBatch


def test_half_hours_and_wear_are_where_they_belong() -> None:
    values = np.zeros((1, 1440, 2), dtype=np.float32)
    seen = np.zeros(values.shape, dtype=np.bool_)
    values[0, 60:90, 0], seen[0, 60:90, 0] = np.e - 1, True  # counts are logged: log1p gives 1
    values[0, 90:120, 1], seen[0, 90:120, 1] = 80.0, True
    batch = WindowBatch(
        people=("a",), ordinal=(0,), weekday=np.zeros(1, np.int16), day_of_year=np.full(1, -1, np.int16),
        values=values, seen=seen, channels=("steps", "heart_rate"),
    )  # fmt: skip
    vector = ProfileConfig(channels=("steps", "heart_rate")).build().encode_windows(batch).reshape(49, 2)
    assert np.flatnonzero(vector[:48, 0]).tolist() == [2]
    assert np.flatnonzero(vector[:48, 1]).tolist() == [3]
    np.testing.assert_allclose(vector[2, 0], 1.0, rtol=1e-6)
    np.testing.assert_allclose(vector[3, 1], 80.0)
    np.testing.assert_allclose(vector[48], [30 / 1440, 30 / 1440], rtol=1e-6)
