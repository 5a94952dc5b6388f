"""The day transformer forecasts from what was known at the cut, and from nothing after it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from sennight.backbones.day_transformer import DayTransformerConfig, Layout, Size
from sennight.errors import InputError
from sennight.generate.fill import Filler
from sennight.generate.forecast.foundation import EncoderHead, ahead, embed_histories, filler_hours
from sennight.generate.forecast.panel import Panel, hourly, panel_of
from sennight.generate.timeline import Timeline
from sennight.record import WindowBatch


@pytest.fixture
def whole(filler: Filler) -> Filler:
    torch.manual_seed(0)
    config = DayTransformerConfig(scales=filler.scales.scales, size=Size.XXS, layout=Layout.JOINT, patch_minutes=60)
    return replace(filler, model=config.build())


@pytest.fixture
def timeline(make_person: Callable[..., WindowBatch]) -> Timeline:
    return Timeline.of(make_person("new", days=5))


def louder(timeline: Timeline, cut: int) -> Timeline:
    values = timeline.values.copy()
    values[cut:] = 150
    return replace(timeline, values=np.where(timeline.seen, values, np.float32(0)))


def panel(timeline: Timeline) -> Panel:
    return panel_of([timeline], hourly("steps"), history_days=2, horizon_days=1, steps_a_day=24)


def test_nothing_after_the_cut_reaches_any_of_them(whole: Filler, timeline: Timeline) -> None:
    """N-04."""
    pairs = panel(timeline).take(np.array([1]))
    cut = int(pairs.cut[0]) * 1440
    people, later = {"new": timeline}, {"new": louder(timeline, cut)}
    assert whole.model is not None
    first, again = (embed_histories(pairs, who, whole.model, days=2) for who in (people, later))
    assert first.any()
    assert np.array_equal(first, again)
    for decoder in (False, True):
        one, other = (filler_hours(pairs, who, whole, "steps", decoder=decoder) for who in (people, later))
        assert np.array_equal(one, other)
    minutes = [ahead(who["new"], whole, cut_minute=cut + 300, minutes=120) for who in (people, later)]
    assert not np.array_equal(minutes[0]["steps"].mean, minutes[1]["steps"].mean)  # five hours of it were known
    same = [ahead(who["new"], whole, cut_minute=cut, minutes=120) for who in (people, later)]
    assert np.array_equal(same[0]["steps"].mean, same[1]["steps"].mean)


def test_minutes_beyond_the_last_day_are_told_with_a_band(filler: Filler, timeline: Timeline) -> None:
    made = ahead(timeline, filler, cut_minute=5 * 1440, minutes=2 * 1440)
    assert set(made) == {"heart_rate", "steps"}
    heart = made["heart_rate"]
    assert heart.mean.shape == (2 * 1440,)
    assert ((heart.low <= heart.mean) & (heart.mean <= heart.high)).all()
    assert 50 < heart.mean.min() < heart.mean.max() < 130
    with pytest.raises(InputError, match="before the cut"):
        ahead(timeline, filler, cut_minute=0, minutes=60)


def test_habit_carries_a_forecast_of_hours(filler: Filler, timeline: Timeline) -> None:
    pairs = panel(timeline)
    made = filler_hours(pairs, {"new": timeline}, filler, "steps", decoder=False)
    flat = np.nanmean(pairs.history, axis=1, keepdims=True)
    assert np.nanmean((made - pairs.future) ** 2) < np.nanmean((flat - pairs.future) ** 2)
    with pytest.raises(InputError, match="no day transformer"):
        filler_hours(pairs, {"new": timeline}, filler, "steps", decoder=True)


def test_a_head_over_embeddings_learns_what_they_tell() -> None:
    rng = np.random.default_rng(0)

    def pairs(n: int) -> tuple[Panel, np.ndarray]:
        hint = rng.normal(0, 1, (n, 5))
        history = 10 + rng.normal(0, 1, (n, 7))
        future = 10 + hint[:, :1] + np.zeros((n, 3))
        none = np.zeros(n, dtype=np.int64)
        return Panel(history=history, future=future, person=("a",) * n, cut=none, weekday=none, season=7), hint

    (train, known), (test, new) = pairs(400), pairs(100)
    head = EncoderHead.fit(train, known)
    assert np.abs(head(test, new) - test.future).mean() < 0.5 * np.abs(10 - test.future).mean()
