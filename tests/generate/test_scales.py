"""There and back between units."""

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.generate.scales import Scales


def test_there_and_back_gives_the_same_values(scales: Scales) -> None:
    values = np.array([[60.0, 0.0], [90.0, 120.0]], dtype=np.float32)
    scaled = scales.scaled(values)
    back = scales.natural(scaled.ravel(), np.array([0, 1, 0, 1])).reshape(2, 2)
    np.testing.assert_allclose(back, values, atol=1e-3)


def test_natural_values_stay_inside_the_channels_range(scales: Scales) -> None:
    back = scales.natural(np.array([-50.0, 50.0], dtype=np.float32), np.array([0, 1]))
    assert back.tolist() == [20.0, 400.0]


def test_a_channel_without_a_scale_is_refused(scales: Scales) -> None:
    assert scales.of(("steps",)).channels == ("steps",)
    with pytest.raises(InputError, match="glucose"):
        scales.of(("glucose",))
