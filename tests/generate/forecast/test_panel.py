"""No minute after the cut can reach a history; futures are what came."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.generate.forecast.panel import daily, hourly, panel_of
from sennight.generate.timeline import Timeline
from sennight.record import MINUTES_PER_DAY, WindowBatch


@pytest.fixture
def timeline(make_person: Callable[..., WindowBatch]) -> Timeline:
    return Timeline.of(make_person("new", days=8))


def test_pairs_of_hours(timeline: Timeline) -> None:
    panel = panel_of([timeline], hourly("heart_rate"), history_days=3, horizon_days=2, steps_a_day=24)
    assert panel.history.shape[1] == 72
    assert panel.horizon == 48
    assert panel.cut.tolist() == [2, 3, 4, 5, 6, 7]
    assert panel.weekday.tolist() == [2, 3, 4, 5, 6, 0]
    hours = timeline.values[:, 0].reshape(-1, 24, 60)
    third = panel.cut.tolist().index(4)
    assert panel.future[third, 5] == pytest.approx(hours[4, 5].mean(), rel=1e-6)
    assert panel.history[third, -1] == pytest.approx(hours[3, 23].mean(), rel=1e-6)
    assert np.isnan(panel.history[third, -22])  # 02:00 was never measured
    assert np.isnan(panel.history[0, :24]).all()  # nothing is known before the first day
    assert np.isnan(panel.future[-1, 24:]).all()


@pytest.mark.parametrize("series", [hourly("heart_rate"), daily("steps"), daily("resting_heart_rate")])
def test_what_comes_after_the_cut_cannot_change_a_history(timeline: Timeline, series: object) -> None:
    """N-04."""
    a_day = 24 if series.__qualname__.startswith("hourly") else 1  # type: ignore[attr-defined]
    made = panel_of([timeline], series, history_days=3, horizon_days=2, steps_a_day=a_day)  # type: ignore[arg-type]
    for cut in (3, 5):
        values = timeline.values.copy()
        values[cut * MINUTES_PER_DAY :] = 123
        louder = replace(timeline, values=np.where(timeline.seen, values, np.float32(0)))
        again = panel_of([louder], series, history_days=3, horizon_days=2, steps_a_day=a_day)  # type: ignore[arg-type]
        before = made.history[made.cut <= cut]
        assert np.array_equal(again.history[again.cut <= cut], before, equal_nan=True)
        assert not np.array_equal(again.future[again.cut == cut], made.future[made.cut == cut], equal_nan=True)


def test_days_hardly_worn_are_not_known_and_people_without_a_channel_give_no_pairs(timeline: Timeline) -> None:
    hidden = np.zeros(timeline.seen.shape, dtype=np.bool_)
    hidden[2 * 1440 : 2 * 1440 + 900] = True
    panel = panel_of([timeline.without(hidden)], daily("steps"), history_days=3, horizon_days=2, steps_a_day=1)
    assert np.isnan(panel.history[panel.cut == 3][0]).tolist() == [False, False, True]
    assert panel.season == 7
    assert len(panel_of([timeline], daily("sleep_minutes"), history_days=3, horizon_days=2, steps_a_day=1)) == 0
    assert len(panel.take(np.zeros(len(panel), dtype=np.bool_))) == 0
    with pytest.raises(InputError, match="no daily metric"):
        daily("mood")
