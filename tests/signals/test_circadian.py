"""Circadian measures: figures of other packages on the same minutes, closed forms, and minutes that were not seen."""

import numpy as np
import pytest

from sennight.signals import circadian

DAY = circadian.MINUTES_PER_DAY


def made_up(days: int = 7) -> np.ndarray:
    """Seven days with a rhythm, faster waves and days that differ; a formula, so that anybody can make the same."""
    i = np.arange(days * DAY)
    wave = 300 * np.sin(2 * np.pi * (i - 420) / DAY) + 80 * np.sin(i * i * 0.001) + 60 * np.cos(i * 0.37)
    return np.maximum(0, np.round(wave + (i // DAY % 3) * 20))


def all_seen(x: np.ndarray) -> np.ndarray:
    return np.ones(len(x), dtype=np.bool_)


def square(days: int = 4, *, low: float = 0.0, high: float = 10.0) -> np.ndarray:
    """Quiet from 23:00 to 7:00."""
    minute = np.arange(days * DAY) % DAY
    return np.where((minute >= 420) & (minute < 1_380), high, low)


# --- figures of other packages ------------------------------------------------------------------------------------


def test_is_and_iv_agree_with_pyactigraphy() -> None:
    """pyActigraphy 1.2.2 on the hourly means of `made_up()`: IS 1.0261086713010426, IV 0.09812298624993493.

    It divides sums of squares by their number less one, so that its IS can pass 1; the papers divide by their number.
    """
    x = made_up()
    hours, of_day = 7 * 24, 24
    stability = circadian.interdaily_stability(x, all_seen(x))
    assert stability * ((hours - 1) / hours) * (of_day / (of_day - 1)) == pytest.approx(1.0261086713010426, rel=1e-9)
    variability = circadian.intradaily_variability(x, all_seen(x))
    assert variability * (hours - 1) / hours == pytest.approx(0.09812298624993493, rel=1e-9)


def test_m10_and_l5_agree_with_pyactigraphy() -> None:
    """pyActigraphy 1.2.2 on `made_up()`: L5 0.0 from 21:21, M10 237.8742857142857 from 7:56."""
    found = circadian.rest_activity(made_up(), all_seen(made_up()))
    assert found.m10 == pytest.approx(237.8742857142857, rel=1e-9)
    assert found.m10_onset_min == 7 * 60 + 56
    assert found.l5 == 0
    assert found.l5_onset_min == 21 * 60 + 21
    assert found.relative_amplitude == 1


def test_the_cosine_agrees_with_an_iterative_fit() -> None:
    """scipy 1.17 curve_fit of M + A cos(2 pi (t - p) / 1440) to `made_up()`."""
    found = circadian.cosinor(made_up(), all_seen(made_up()))
    assert found.mesor == pytest.approx(106.82063493, rel=1e-8)
    assert found.amplitude == pytest.approx(160.15902318, rel=1e-8)
    assert found.acrophase_min == pytest.approx(780.23068852, rel=1e-8)


def test_the_regularity_index_agrees_with_pyactigraphy() -> None:
    """pyActigraphy 1.2.2 sri on `made_up() < 100`, its fourth day turned by 150 minutes: 74.23611111111111."""
    asleep = made_up() < 100
    fourth = slice(3 * DAY, 4 * DAY)
    asleep[fourth] = np.roll(asleep[fourth], 150)
    assert circadian.sleep_regularity_index(asleep, all_seen(asleep)) == pytest.approx(74.23611111111111, rel=1e-12)


# --- closed forms -------------------------------------------------------------------------------------------------


def test_days_that_are_alike_are_perfectly_stable() -> None:
    x = square()
    assert circadian.interdaily_stability(x, all_seen(x)) == pytest.approx(1)
    # Two steps of 10 a day over 24 hours, of which 16 are high: 2 * 100 * 4 / 95 over 100 * (2/3) * (1/3).
    assert circadian.intradaily_variability(x, all_seen(x)) == pytest.approx((8 * 100 / 95) / (100 * 2 / 9))


def test_noise_is_not_stable_and_as_broken_as_can_be() -> None:
    x = np.repeat(np.random.default_rng(0).normal(100, 10, 24 * 60), 60)
    assert circadian.interdaily_stability(x, all_seen(x)) < 0.05
    assert circadian.intradaily_variability(x, all_seen(x)) == pytest.approx(2, abs=0.15)


def test_a_square_day_has_its_windows_and_their_first_onsets() -> None:
    x = square(low=1.0, high=9.0)
    found = circadian.rest_activity(x, all_seen(x))
    assert (found.m10, found.l5) == (9, 1)
    assert found.m10_onset_min == 7 * 60
    assert found.l5_onset_min == 0  # 23:00 to 2:00 are as quiet, and come later in the day
    assert found.relative_amplitude == pytest.approx(0.8)


def test_the_quietest_hours_may_reach_over_midnight() -> None:
    minute = np.arange(3 * DAY) % DAY
    x = np.where((minute >= 22 * 60) | (minute < 3 * 60), 1.0, 50.0)
    assert circadian.rest_activity(x, all_seen(x)).l5_onset_min == 22 * 60


def test_a_known_cosine_is_found() -> None:
    minute = np.arange(3 * DAY)
    x = 50 + 20 * np.cos(2 * np.pi * (minute - 900) / DAY)
    found = circadian.cosinor(x, all_seen(x))
    assert (found.mesor, found.amplitude) == (pytest.approx(50), pytest.approx(20))
    assert found.acrophase_min == pytest.approx(900)
    assert found.r_squared == pytest.approx(1)


def test_regularity_is_100_for_equal_days_and_minus_100_for_opposite_ones() -> None:
    night = square() == 0
    assert circadian.sleep_regularity_index(night, all_seen(night)) == 100
    turned = np.concatenate([np.full(DAY, i % 2 == 0) for i in range(4)])
    assert circadian.sleep_regularity_index(turned, all_seen(turned)) == -100


def test_random_states_have_no_regularity() -> None:
    asleep = np.random.default_rng(1).random(30 * DAY) < 0.5
    assert abs(circadian.sleep_regularity_index(asleep, all_seen(asleep))) < 2


# --- minutes that were not seen, and where the first one lies --------------------------------------------------------


def measures(x: np.ndarray, seen: np.ndarray, first_minute: int) -> list[float]:
    windows = circadian.rest_activity(x, seen, first_minute=first_minute)
    wave = circadian.cosinor(x, seen, first_minute=first_minute)
    return [
        circadian.interdaily_stability(x, seen, first_minute=first_minute),
        circadian.intradaily_variability(x, seen, first_minute=first_minute),
        windows.m10, windows.m10_onset_min, windows.l5, windows.l5_onset_min,
        wave.mesor, wave.amplitude, wave.acrophase_min,
    ]  # fmt: skip


def test_minutes_that_were_not_seen_are_never_zeros() -> None:
    x, hidden = square(days=7, low=1.0), np.zeros(7 * DAY, dtype=np.bool_)
    hidden[2 * DAY + 600 : 2 * DAY + 900] = True
    hidden[4 * DAY : 4 * DAY + 400] = True
    full = measures(x, all_seen(x), 0)
    spoilt = measures(np.where(hidden, 1e9, x), ~hidden, 0)
    assert spoilt == pytest.approx(full, rel=0.05)
    assert spoilt[0] == pytest.approx(1)


def test_where_the_recording_begins_does_not_move_the_clock() -> None:
    x = np.tile(made_up(1), 5)
    for first in (1, 59, 60, 777):
        part = x[first : first + 4 * DAY]
        assert measures(part, all_seen(part), first)[2:] == pytest.approx(measures(x, all_seen(x), 0)[2:], rel=1e-6)


def test_hours_count_if_half_of_them_was_seen() -> None:
    seen = np.ones(120, dtype=np.bool_)
    seen[:30], seen[60:91] = False, False
    hours = circadian.hourly(np.arange(120.0), seen)
    assert hours[0] == pytest.approx(np.arange(30, 60).mean())
    assert np.isnan(hours[1])
    # From half past one: half an hour, a whole one, half an hour.
    assert circadian.hourly(np.ones(120), all_seen(np.ones(120)), first_minute=90).tolist() == [1, 1, 1]
    assert np.isnan(circadian.hourly(np.ones(60), all_seen(np.ones(60)), first_minute=31)).tolist() == [True, False]


def test_a_difference_over_a_missing_hour_is_none() -> None:
    x = square(days=4)
    seen = all_seen(x)
    seen[[d * DAY + m for d in range(4) for m in range(420, 480)]] = False  # the hour in which everything starts
    # Only the four evenings are left as steps, of 95 - 8 pairs.
    known = x[seen].reshape(-1, 60).mean(axis=1)
    assert circadian.intradaily_variability(x, seen) == pytest.approx((4 * 100 / 87) / known.var())


def test_too_little_says_nothing() -> None:
    x = made_up()
    one_day = np.arange(len(x)) < DAY
    assert np.isnan(circadian.interdaily_stability(x, one_day))
    assert np.isnan(circadian.intradaily_variability(x, one_day))
    no_nights = (np.arange(len(x)) % DAY) >= 6 * 60
    assert np.isnan(circadian.interdaily_stability(x, no_nights))
    assert np.isnan(circadian.rest_activity(x, no_nights).l5)
    assert np.isnan(circadian.rest_activity(x, no_nights).relative_amplitude)
    only_days = (np.arange(len(x)) % DAY) >= 12 * 60
    assert np.isnan(circadian.cosinor(x, only_days).amplitude)
    assert np.isnan(circadian.cosinor(x[:DAY], all_seen(x[:DAY]) & (np.arange(DAY) > 0)).mesor)
    assert np.isnan(circadian.sleep_regularity_index(x > 9, one_day))
    assert np.isnan(circadian.sleep_regularity_index(np.zeros(10, dtype=bool), np.ones(10, dtype=bool)))


def test_days_without_any_change_have_no_rhythm() -> None:
    flat = np.full(4 * DAY, 5.0)
    assert np.isnan(circadian.interdaily_stability(flat, all_seen(flat)))
    assert np.isnan(circadian.intradaily_variability(flat, all_seen(flat)))
    assert np.isnan(circadian.cosinor(flat, all_seen(flat)).mesor)
    assert circadian.rest_activity(flat, all_seen(flat)).relative_amplitude == 0
    assert np.isnan(circadian.rest_activity(flat * 0, all_seen(flat)).relative_amplitude)


def test_a_profile_knows_which_minutes_it_never_saw() -> None:
    x = made_up(2)
    seen = all_seen(x)
    seen[[100, DAY + 100, DAY + 200]] = False
    profile = circadian.day_profile(x, seen)
    assert np.isnan(profile[100])
    assert profile[200] == x[200]
    assert profile[300] == (x[300] + x[DAY + 300]) / 2
