"""Sleep analysis: categories become minutes, across midnight, nested, overlapping, for years."""

import random

import numpy as np

from sennight.readers.apple_health.nights import MAX_SPAN_S, Night, night_minutes
from sennight.readers.spans import Sleep

TEN = 1_700_000_400 // 3_600 * 3_600


def _made(nights: list[Night]) -> dict[str, dict[int, float]]:
    return {
        part.name: dict(zip(((part.utc - TEN) // 60).tolist(), part.values.tolist(), strict=True))
        for part in night_minutes(nights)
    }


def _night(start_min: float, stop_min: float, sleep: Sleep) -> Night:
    return Night(TEN + int(start_min * 60), TEN + int(stop_min * 60), sleep, 3_600)


def test_stages_become_minutes() -> None:
    """Failure 20: the values are words, and the night crosses midnight."""
    made = _made([_night(0, 60, Sleep.LIGHT), _night(60, 62, Sleep.AWAKE), _night(62, 90, Sleep.REM)])
    assert [sum(made[n].values()) for n in ("asleep", "sleep_light", "sleep_awake", "sleep_rem", "sleep_deep")] == [
        88, 60, 2, 28, 0,
    ]  # fmt: skip
    assert list(made["asleep"]) == list(range(90))


def test_being_awake_in_an_unstaged_night_says_nothing_of_stages() -> None:
    made = _made([_night(0, 60, Sleep.UNSTAGED), _night(60, 65, Sleep.AWAKE)])
    assert set(made) == {"asleep"}
    assert sum(made["asleep"].values()) == 60
    assert len(made["asleep"]) == 65


def test_overlapping_and_nested_spans_count_once() -> None:
    """Failure 21."""
    made = _made([_night(0, 100, Sleep.UNSTAGED), _night(10, 50, Sleep.DEEP), _night(40, 60, Sleep.LIGHT)])
    assert sum(made["asleep"].values()) == 100
    assert sum(made["sleep_deep"].values()) == 30
    assert sum(made["sleep_light"].values()) == 20


def test_a_wake_of_half_a_minute_is_kept_as_a_stage() -> None:
    made = _made([_night(0, 10, Sleep.LIGHT), _night(10, 10.5, Sleep.AWAKE), _night(10.5, 20, Sleep.LIGHT)])
    assert (made["sleep_awake"][10], made["sleep_light"][10], made["asleep"][10]) == (1, 1, 1)


def test_years_of_nights_are_the_same_in_pieces_and_in_any_order() -> None:
    nights = [_night(1_440 * d, 1_440 * d + 480, (Sleep.LIGHT, Sleep.UNSTAGED)[d % 2]) for d in range(400)]
    made = _made(nights)
    assert sum(made["asleep"].values()) == 400 * 480
    assert sum(made["sleep_light"].values()) == 200 * 480
    assert made == _made(random.Random(1).sample(nights, len(nights)))


def test_a_night_without_end_is_cut_and_not_held() -> None:
    nights = [Night(TEN + 3_600 * i, TEN + 3_600 * i + MAX_SPAN_S, Sleep.LIGHT, 0) for i in range(200)]
    parts = list(night_minutes(nights))
    assert {p.name for p in parts} >= {"asleep", "sleep_light"}
    assert all(bool((np.isfinite(p.values)).all()) for p in parts)


def test_nothing_gives_nothing() -> None:
    assert _made([]) == {}
