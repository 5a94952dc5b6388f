"""Counters of a watch to amounts."""

import numpy as np
import pytest

from sennight.readers.garmin.counters import BEFORE_THE_FILES, TOO_LONG, amounts_of
from sennight.readers.garmin.segment import Counter, Runs
from sennight.readers.reader import ReadReport

MIDNIGHT = 1_709_251_200  # 2024-03-01 00:00 UTC
HOUR = 3_600


def _minutes(
    values: list[tuple[int, float | int]],
    *,
    runs: list[tuple[int, int]] = (),  # type: ignore[assignment]
    covered: list[tuple[int, int]] | None = None,
    offset_s: int = 0,
    kind: int = 6,
) -> tuple[dict[int, float], ReadReport]:
    """Seconds after midnight -> amount, of a counter written at such seconds, with stretches of its kind."""
    report = ReadReport(reader="garmin", source="a")
    at = np.array([t for t, _ in values], dtype=np.int64) + MIDNIGHT
    counter = Counter(
        channel="steps", utc=at, kind=np.full(len(at), kind), value=np.array([v for _, v in values], dtype=np.float64)
    )
    ends = np.array(runs, dtype=np.int64).reshape(-1, 2) + MIDNIGHT
    log = Runs(begin=ends[:, 0], stop=ends[:, 1], kind=np.full(len(ends), kind))
    covered = covered or [(0, 90_000)]
    utc, amount = amounts_of(
        [counter],
        runs=[log],
        covered=[(a + MIDNIGHT, b + MIDNIGHT) for a, b in covered],
        offset_s=np.full(len(at), offset_s, dtype=np.int32),
        report=report,
    )
    found: dict[int, float] = {}
    for t, v in zip((utc - MIDNIGHT).tolist(), amount.tolist(), strict=True):
        found[t] = found.get(t, 0.0) + v
    return {t: v for t, v in found.items() if v}, report


def test_an_increase_belongs_to_the_stretch_that_the_message_closes() -> None:
    found, _ = _minutes([(600, 50), (1_200, 80)], runs=[(480, 600), (1_140, 1_200)])
    assert found == {480: 25.0, 540: 25.0, 1_140: 30.0}


def test_a_counter_written_seldom_is_spread_over_all_stretches_of_its_kind() -> None:
    found, _ = _minutes([(7_200, 90)], runs=[(600, 660), (1_200, 1_320)])
    assert found == {600: 30.0, 1_200: 30.0, 1_260: 30.0}


def test_without_stretches_an_increase_lies_between_the_two_messages() -> None:
    found, _ = _minutes([(60, 0), (180, 10)])
    assert found == {60: 5.0, 120: 5.0}


def test_a_kind_that_is_not_told_has_no_stretches() -> None:
    found, _ = _minutes([(60, 0), (180, 10)], runs=[(60, 120)], kind=-1)
    assert found == {60: 5.0, 120: 5.0}


def test_the_counter_starts_anew_at_local_midnight() -> None:
    """Even where the new day is ahead of the old one."""
    found, _ = _minutes(
        [(HOUR - 60, 100), (HOUR, 130), (HOUR + 60, 150)],
        runs=[(HOUR - 60, HOUR), (HOUR, HOUR + 60)],
        covered=[(-23 * HOUR, 2 * HOUR)],
        offset_s=-HOUR,
    )
    assert found[HOUR - 60] == 30.0
    assert found[HOUR] == 150.0


def test_a_clock_that_moves_within_a_day_is_no_new_day() -> None:
    """Summer time, a flight: T-01, T-02."""
    report = ReadReport(reader="garmin", source="a")
    at = np.array([1, 2, 3, 4], dtype=np.int64) * HOUR + MIDNIGHT
    counter = Counter(channel="steps", utc=at, kind=np.full(4, 6), value=np.array([100.0, 150.0, 190.0, 195.0]))
    offset_s = np.array([0, HOUR, -4 * HOUR, -4 * HOUR], dtype=np.int32)  # the last two are the evening before
    _, amount = amounts_of(
        [counter], runs=[], covered=[(MIDNIGHT, MIDNIGHT + 100_000)], offset_s=offset_s, report=report
    )
    assert amount.sum() == pytest.approx(195)


def test_a_counter_that_falls_was_restarted() -> None:
    found, _ = _minutes([(600, 500), (660, 20)], runs=[(540, 600), (600, 660)])
    assert found == {540: 500.0, 600: 20.0}


def test_what_was_counted_before_the_first_file_is_left_out() -> None:
    """Its minutes are not known; from there on every step counts."""
    found, report = _minutes([(9 * HOUR, 4_000), (9 * HOUR + 60, 4_020)], covered=[(8 * HOUR, 10 * HOUR)])
    assert sum(found.values()) == 20
    assert report.dropped == {BEFORE_THE_FILES: 1}


def test_files_that_follow_each_other_are_one_log() -> None:
    found, report = _minutes(
        [(9 * HOUR, 4_000)], runs=[(9 * HOUR - 60, 9 * HOUR)], covered=[(8 * HOUR, 10 * HOUR), (0, 8 * HOUR - 600)]
    )
    assert sum(found.values()) == 4_000
    assert not report.dropped


def test_the_same_message_in_two_files_counts_once() -> None:
    """I-10."""
    found, _ = _minutes([(600, 50), (600, 50), (660, 60)], runs=[(540, 600), (600, 660)])
    assert sum(found.values()) == 60


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_order_the_sum_is_what_the_counter_gained(seed: int) -> None:
    """T-07, T-01: shuffled input, days of any length, sums conserved."""
    rng = np.random.default_rng(seed)
    at = np.sort(rng.choice(np.arange(60, 80_000, 60), size=60, replace=False))
    value = np.cumsum(rng.integers(0, 50, size=60))
    ends = np.sort(rng.choice(np.arange(0, 80_000, 60), size=40, replace=False)).reshape(-1, 2)
    mixed = rng.permutation(60)
    found, _ = _minutes(
        [(int(at[i]), int(value[i])) for i in mixed], runs=[(int(a), int(b)) for a, b in rng.permutation(ends)]
    )
    assert sum(found.values()) == pytest.approx(float(value[-1]))


def test_an_increase_over_more_than_a_day_has_no_minutes() -> None:
    """A clock that moved west by hours lets one local day last longer than 24 h."""
    report = ReadReport(reader="garmin", source="a")
    at = np.array([60, 86_400 + 3_000], dtype=np.int64) + MIDNIGHT
    counter = Counter(channel="steps", utc=at, kind=np.array([6, 6]), value=np.array([10.0, 40.0]))
    _, amount = amounts_of(
        [counter],
        runs=[],
        covered=[(MIDNIGHT, MIDNIGHT + 100_000)],
        offset_s=np.array([0, -3_600], dtype=np.int32),
        report=report,
    )
    assert amount.sum() == 10.0
    assert report.dropped == {TOO_LONG: 1}
