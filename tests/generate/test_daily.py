"""Days by hand; holes estimated; intervals that open with what is missing."""

from collections.abc import Callable

import numpy as np
import pytest

from sennight.generate.daily import (
    DailyBands,
    DayNumbers,
    chance_below,
    circadian_numbers,
    day_numbers,
    estimate_days,
    short_holes,
)
from sennight.generate.fill import Filler
from sennight.generate.timeline import Timeline
from sennight.record import WindowBatch


@pytest.fixture
def timeline(make_person: Callable[..., WindowBatch]) -> Timeline:
    return Timeline.of(make_person("new", days=3))


def nothing(timeline: Timeline) -> np.ndarray:
    return np.zeros(timeline.seen.shape, dtype=np.bool_)


def named(numbers: list[DayNumbers]) -> dict[str, DayNumbers]:
    return {n.metric: n for n in numbers}


def test_seen_minutes_give_the_numbers_of_a_hand(filler: Filler, timeline: Timeline) -> None:
    none = nothing(timeline)
    made = named(day_numbers(timeline, none, filler.guess(timeline, none), filler.scales))
    steps = timeline.values[:, 1].reshape(3, 1440)
    assert made["steps"].seen.tolist() == steps.sum(axis=1).tolist()
    assert made["active_minutes"].seen.tolist() == (steps >= 100).sum(axis=1).tolist()
    heart, seen = timeline.values[:, 0].reshape(3, 1440), timeline.seen[:, 0].reshape(3, 1440)
    assert made["mean_heart_rate"].seen[0] == pytest.approx(heart[0][seen[0]].mean(), rel=1e-6)
    runs = [heart[0, i : i + 30].mean() for i in range(1411) if seen[0, i : i + 30].all()]
    assert made["resting_heart_rate"].seen[0] == pytest.approx(min(runs), abs=0.5)
    assert made["steps"].estimate.tolist() == made["steps"].seen.tolist()
    assert "sedentary_minutes" not in made  # needs counts or METs


def test_a_hidden_hour_of_walking_is_estimated_from_habit(filler: Filler, timeline: Timeline) -> None:
    wanted = nothing(timeline)
    wanted[1440 + 720 : 1440 + 840] = True
    wanted &= timeline.seen
    shown = timeline.without(wanted)
    made = named(day_numbers(shown, wanted, filler.guess(shown, wanted), filler.scales))["steps"]
    truth = timeline.values[1440:2880, 1].sum()
    assert made.missing.tolist() == [0, 120, 0]
    assert abs(made.estimate[1] - truth) < abs(made.seen[1] - truth) / 2
    assert made.estimate[0] == made.seen[0]


def test_only_holes_of_four_hours_and_less_are_estimated(filler: Filler, timeline: Timeline) -> None:
    hidden = nothing(timeline)
    hidden[600:840] = True
    hidden[1440 + 600 : 1440 + 841] = True
    shown = timeline.without(hidden)
    holes = short_holes(shown)
    assert holes[600:840].all()
    assert not holes[1440 + 600 : 1440 + 841].any()
    assert not holes[shown.seen].any()
    numbers = named(estimate_days(shown, filler))["steps"]
    assert numbers.missing[:2].tolist() == [300, 60]


def test_chances_follow_the_quantiles() -> None:
    quantiles = np.array([[-1.6, -0.7, 0.0, 0.7, 1.3, 1.6, 2.0]], dtype=np.float32)
    assert chance_below(quantiles, 0.0)[0] == pytest.approx(0.5, abs=1e-6)
    assert chance_below(quantiles, 0.7)[0] == pytest.approx(0.75, abs=1e-6)
    assert chance_below(quantiles, 99.0)[0] == 1
    assert chance_below(quantiles, -99.0)[0] == 0
    at = [chance_below(quantiles, x)[0] for x in np.linspace(-3, 4, 50)]
    assert (np.diff(at) >= 0).all()


def test_intervals_hold_nine_in_ten_and_close_where_nothing_is_missing() -> None:
    rng = np.random.default_rng(0)

    def numbers(n: int, missing: float) -> DayNumbers:
        seen = rng.uniform(5_000, 9_000, n)
        return DayNumbers(metric="steps", seen=seen, estimate=seen + 500, missing=np.full(n, float(missing)))

    def truth(of: DayNumbers) -> np.ndarray:
        return of.estimate + rng.normal(0, 3 * of.missing[0], len(of.seen))

    known = [(m, n, truth(n)) for m in (10, 60, 240) for n in [numbers(400, m)]]
    bands = DailyBands.of([("steps", m, n, t) for m, n, t in known], share=0.9)
    for missing in (10, 60, 240):
        new = numbers(4_000, missing)
        low, high = bands.interval(new)
        came = truth(new)
        assert 0.86 < ((low <= came) & (came <= high)).mean() < 0.94
    whole = numbers(5, 0)
    assert np.array_equal(bands.interval(whole)[0], whole.estimate)
    other = DayNumbers(metric="energy", seen=whole.seen, estimate=whole.estimate, missing=np.full(5, 10.0))
    assert np.array_equal(bands.interval(other)[1], other.estimate)


def test_circadian_numbers_of_whole_days_alone(timeline: Timeline) -> None:
    made = circadian_numbers(timeline)
    assert {"m10_of_steps", "l5_of_steps", "relative_amplitude_of_steps"} <= set(made)
    assert made["relative_amplitude_of_steps"][0] == pytest.approx(1)
    hidden = nothing(timeline)
    hidden[:1000] = True
    assert np.isnan(circadian_numbers(timeline.without(hidden))["m10_of_steps"][0])
