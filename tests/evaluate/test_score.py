"""A score lies inside its own interval."""

import pytest

from sennight.errors import SennightBug
from sennight.evaluate import Score


def test_a_score_outside_its_interval_is_our_bug():
    parts = {"task": "hdl", "features": "model", "head": "linear", "metric": "pearson_r", "n_people": 80}
    assert Score(value=0.3, low=0.1, high=0.5, **parts).shots is None
    with pytest.raises(SennightBug, match="hdl"):
        Score(value=0.6, low=0.1, high=0.5, **parts)
