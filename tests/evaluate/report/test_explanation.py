"""The pictures are written, differ with what they show, and stay the size of a slide."""

from pathlib import Path

import matplotlib.image as image
import numpy as np
import pytest

from sennight.evaluate.report.explanation import draw_days, draw_week
from sennight.explain import Explanation


@pytest.fixture
def told(windows):
    batch = windows(4)
    rng = np.random.default_rng(0)
    seen = batch.seen.any(axis=2).reshape(4, 48, 30).any(axis=2)
    effect = np.where(seen, rng.normal(size=(4, 48)), 0.0)
    attention = rng.uniform(0, 2, (4, 1440)).astype(np.float32)
    made = Explanation(
        answer=0.3, effect=effect, seen=seen, attention=attention, weekday=batch.weekday, block_minutes=30
    )
    return made, batch


def test_days_and_week_are_drawn(told, tmp_path: Path) -> None:
    made, batch = told
    days = draw_days(tmp_path / "days.png", made, batch, question="Is this person ill?", unit="log-odds")
    week = draw_week(
        tmp_path / "week.png", np.resize(made.effect, (7, 48)), np.ones((7, 48)), question="?", unit="u", n_people=3,
        attention=np.resize(made.attention, (7, 1440)).astype(np.float64), checks="Checks: none.",
    )  # fmt: skip
    for path in (days, week):
        height, width = image.imread(path).shape[:2]
        assert width == 1650
        assert 600 < height < 1700


def test_blue_lowers_and_orange_raises(told, tmp_path: Path) -> None:
    made, _ = told
    effect = np.ones((7, 48))
    paths = [
        draw_week(tmp_path / f"{s}.png", s * effect, np.ones((7, 48)), question="?", unit="u", n_people=1)
        for s in (1, -1)
    ]
    raised, lowered = (image.imread(p)[:, 200:1400, :3].mean(axis=(0, 1)) for p in paths)
    assert raised[0] > raised[2]
    assert lowered[2] > lowered[0]
    assert made.seen.any()
