"""HRV of beats: closed forms, figures of other packages on the same intervals, and what must stay unknown."""

import numpy as np
import pytest

from sennight.record import CHANNELS
from sennight.signals import hrv
from sennight.signals.hrv import Artefacts


def made_up(n: int = 400) -> np.ndarray:
    """Intervals in whole ms with a wave near 0.06 Hz, one near 0.32 Hz and some noise; a formula, so that anybody can
    make the same."""
    i = np.arange(n)
    return np.round(850 + 40 * np.sin(0.31 * i) + 25 * np.cos(1.7 * i) + 9 * np.sin(i.astype(float) ** 2))


def with_damage() -> np.ndarray:
    rr = made_up()
    rr[[50, 51, 120, 200, 260, 300]] = [1900, 450, 250, 2500, 1040, 600]
    return rr


def taken_out(rr: np.ndarray, rule: Artefacts) -> set[int]:
    at = np.cumsum(rr) / 1000
    kept = hrv.from_intervals(at, rr, rule=rule)
    out = set(np.flatnonzero(~np.isin(at, kept.at_s)).tolist())
    assert len(out) == kept.n_artefacts
    return out


# --- figures of other packages ------------------------------------------------------------------------------------


def test_the_time_domain_agrees_with_hrv_analysis_and_neurokit2() -> None:
    """hrv-analysis 1.0.6 get_time_domain_features and neurokit2 0.2.12 hrv_time on `made_up()`: same to ten digits.

    hrv-analysis divides NN20 and NN50 by the number of differences, as here; neurokit2 by that of intervals.
    """
    rr = made_up()
    x = hrv.from_intervals(np.cumsum(rr) / 1000, rr)
    d = hrv.differences(x)
    assert hrv.rmssd(d) == pytest.approx(29.16301087006482, rel=1e-10)
    assert hrv.sdnn(x.rr_ms) == pytest.approx(33.82760501280361, rel=1e-10)
    assert hrv.pnn(d, above_ms=20) == pytest.approx(0.6040100250626566, rel=1e-10)
    assert hrv.pnn(d, above_ms=50) == pytest.approx(0.05764411027568922, rel=1e-10)


def test_the_artefact_rules_agree_with_hrv_analysis() -> None:
    """hrv-analysis 1.0.6 remove_outliers(300, 2000) and remove_ectopic_beats on `with_damage()`.

    Its Malik and Kamath do not look at an interval that follows a removed one, and so keep 450 ms after a removed
    1,900 ms; here what is beside an unbelievable interval must itself agree with it. All that it removes is removed.
    """
    rr = with_damage()
    assert taken_out(rr, Artefacts.NONE) == set()
    assert taken_out(rr, Artefacts.RANGE) == {120, 200}
    assert taken_out(rr, Artefacts.KARLSSON_2012) == {49, 50, 51, 52, 119, 120, 121, 199, 200, 201, 260, 300}
    assert taken_out(rr, Artefacts.MALIK_1989) == {50, 52, 120, 200, 260, 300} | {51, 121, 201, 261, 301}
    assert taken_out(rr, Artefacts.KAMATH_1995) == {50, 52, 120, 200, 300} | {51, 121, 201}


# --- closed forms -------------------------------------------------------------------------------------------------


def test_alternating_intervals_have_the_rmssd_and_spread_of_the_formula() -> None:
    rr = np.tile([800.0, 830.0], 30)
    x = hrv.from_intervals(np.cumsum(rr) / 1000, rr)
    d = hrv.differences(x)
    assert hrv.rmssd(d) == pytest.approx(30)
    assert hrv.sdnn(x.rr_ms) == pytest.approx(15 * np.sqrt(60 / 59))
    assert hrv.pnn(d, above_ms=20) == 1
    assert hrv.pnn(d, above_ms=30) == 0  # beyond 30 ms, not at it
    assert hrv.shannon_entropy(x.rr_ms) == pytest.approx(np.log(2))


def test_a_metronome_has_no_variability_and_no_entropy() -> None:
    rr = np.full(60, 1000.0)
    x = hrv.from_intervals(np.cumsum(rr) / 1000, rr)
    assert hrv.rmssd(hrv.differences(x)) == 0
    assert hrv.shannon_entropy(rr) == 0
    assert str(hrv.shannon_entropy(rr)) == "0.0"


def test_the_trimmed_spread_ignores_what_is_beyond_the_percentiles() -> None:
    rr = np.concatenate([[300.0] * 2, np.linspace(800, 900, 101), [2000.0] * 2])
    assert hrv.trimmed_sdnn(rr) < 30 < 150 < hrv.sdnn(rr)
    middle = np.arange(100.0) * 5 + 500
    assert hrv.trimmed_sdnn(middle) == pytest.approx(np.std(middle[5:95], ddof=1))


def test_too_few_beats_say_nothing() -> None:
    few = np.full(hrv.MIN_INTERVALS - 1, 900.0)
    assert np.isnan(hrv.sdnn(few))
    assert np.isnan(hrv.trimmed_sdnn(few))
    assert np.isnan(hrv.shannon_entropy(few))
    assert np.isnan(hrv.rmssd(few))
    assert np.isnan(hrv.pnn(few, above_ms=20))
    assert not np.isnan(hrv.sdnn(np.append(few, 900.0)))


# --- intervals ----------------------------------------------------------------------------------------------------


def test_a_gap_is_no_interval_and_no_difference_reaches_over_it() -> None:
    beats = np.concatenate([np.arange(0, 20, 0.8), 60 + np.arange(0, 20, 1.0)])
    x = hrv.from_beats(beats)
    assert set(x.rr_ms.round(6)) == {800.0, 1000.0}
    assert np.abs(hrv.differences(x)).max() < 1e-6
    assert len(hrv.differences(x)) == len(x.rr_ms) - 2  # neither the first nor the one after the gap


def test_a_removed_interval_breaks_the_chain() -> None:
    rr = np.full(50, 900.0)
    rr[20] = 450
    x = hrv.from_intervals(np.cumsum(rr) / 1000, rr)
    assert x.n_artefacts == 2  # itself and the one after it, which jumps back
    assert np.abs(hrv.differences(x)).max() == 0


def test_beats_in_any_order_and_twice_are_the_same_beats() -> None:
    beats = np.cumsum(made_up()) / 1000
    shuffled = np.concatenate([beats[::-1], beats[:50], [np.nan, np.inf]])
    a, b = hrv.from_beats(beats), hrv.from_beats(shuffled)
    np.testing.assert_array_equal(a.at_s, b.at_s)
    np.testing.assert_array_equal(a.rr_ms, b.rr_ms)


def test_an_interval_that_begins_before_the_last_one_ended_is_not_believed() -> None:
    x = hrv.from_intervals(np.array([10.0, 10.2, 11.0]), np.array([800.0, 800.0, 800.0]), rule=Artefacts.NONE)
    assert x.at_s.tolist() == [10.0, 11.0]
    assert x.touches.tolist() == [False, False]
    assert x.n_artefacts == 1


def test_what_is_no_number_is_counted_and_left_out() -> None:
    x = hrv.from_intervals(np.array([1.0, np.nan, 3.0]), np.array([900.0, 900.0, -5.0]))
    assert x.rr_ms.tolist() == [900.0]
    assert x.n_artefacts == 2


def test_no_beats_give_no_windows() -> None:
    for beats in ([], [5.0]):
        x = hrv.from_beats(np.array(beats))
        assert len(hrv.by_window(x).known_s) == 0
        assert len(hrv.heart_rate_by_minute(x)[0]) == 0


# --- windows ------------------------------------------------------------------------------------------------------


def ten_minutes(start: float = 6_000.0) -> hrv.Intervals:
    rr = made_up(720)
    return hrv.from_intervals(start + np.cumsum(rr) / 1000, rr)


def test_a_window_is_known_in_its_last_minute_and_looks_back_only() -> None:
    x = ten_minutes()
    w = hrv.by_window(x)
    assert w.known_s[0] == 6_000
    assert (np.diff(w.known_s) == 60).all()
    assert w.known_s[-1] == np.floor(x.at_s[-1] / 60) * 60
    third = 6_000 + 2 * 60
    before = x.at_s < third + 60
    d = hrv.differences(x)[: before.sum() - 1]
    at = np.flatnonzero(w.known_s == third)[0]
    assert w.values["rmssd"][at] == pytest.approx(hrv.rmssd(d))
    assert w.values["sdnn"][at] == pytest.approx(hrv.trimmed_sdnn(x.rr_ms[before]))
    assert w.values["rr_median"][at] == np.median(x.rr_ms[before])


def test_minutes_without_a_beat_say_nothing() -> None:
    x = ten_minutes()
    away = (x.at_s >= 6_120) & (x.at_s < 6_300)
    w = hrv.by_window(hrv.from_intervals(x.at_s[~away], x.rr_ms[~away]))
    assert w.known_s[:4].tolist() == [6_000, 6_060, 6_300, 6_360]


def test_later_beats_do_not_change_what_was_known_before() -> None:
    x = ten_minutes()
    early = hrv.from_intervals(x.at_s[x.at_s < 6_300], x.rr_ms[x.at_s < 6_300])
    whole, part = hrv.by_window(x), hrv.by_window(early)
    same = np.isin(whole.known_s, part.known_s) & (whole.known_s < 6_300)
    for name, values in whole.values.items():
        np.testing.assert_allclose(values[same], part.values[name][: same.sum()], rtol=1e-9, err_msg=name)


def test_segments_of_five_minutes_do_not_overlap() -> None:
    w = hrv.by_window(ten_minutes(), window_s=300, step_s=300)
    assert (w.known_s + 60).tolist() == [6_300, 6_600, 6_900]
    assert w.values["hrv_percent_good"][:2] == pytest.approx(1, abs=0.01)


def test_single_minutes_tell_no_slow_wave() -> None:
    w = hrv.by_window(ten_minutes(), window_s=60, step_s=60)
    assert np.isnan(w.values["vlf_power"]).all()
    assert np.isnan(w.values["lf_power"]).all()
    assert not np.isnan(w.values["hf_power"][:9]).any()
    assert not np.isnan(w.values["rmssd"][:9]).any()


def test_a_difference_over_the_edge_of_a_window_is_not_in_it() -> None:
    rr = np.concatenate([np.full(60, 1000.0), np.full(60, 1150.0)])
    w = hrv.by_window(hrv.from_intervals(6_000 - 0.001 + np.cumsum(rr) / 1000, rr), window_s=60, step_s=60)
    assert w.values["rmssd"][:2].tolist() == [0.0, 0.0]


def test_the_share_of_good_time_falls_with_missed_beats() -> None:
    x = ten_minutes()
    half = (x.at_s // 20).astype(int) % 2 == 0
    w = hrv.by_window(hrv.from_intervals(x.at_s[half], x.rr_ms[half]))
    assert w.values["hrv_percent_good"][4] == pytest.approx(8 / 15, abs=0.03)  # of 15 stretches of 20 s, 8 are there


def test_what_windows_give_are_channels_in_their_ranges() -> None:
    for name, values in hrv.by_window(ten_minutes()).values.items():
        known = values[~np.isnan(values)]
        assert len(known), name
        assert known.min() >= CHANNELS[name].low
        assert known.max() <= CHANNELS[name].high


def test_the_heart_rate_of_a_minute_is_beats_over_the_time_they_took() -> None:
    rr = np.concatenate([np.full(30, 500.0), np.full(15, 1000.0)])
    x = hrv.from_intervals(60 + np.cumsum(rr) / 1000 - 0.01, rr, rule=Artefacts.RANGE)
    minutes, rate = hrv.heart_rate_by_minute(x)
    assert minutes.tolist() == [60]
    assert rate[0] == pytest.approx(60 * 45 / 30)  # not the mean of 120 and 60 by beats, 100


def test_four_beats_are_no_minute_of_heart_rate() -> None:
    x = hrv.from_beats(60 + np.arange(5) * 0.9)
    assert len(hrv.heart_rate_by_minute(x)[0]) == 0
    assert len(hrv.heart_rate_by_minute(hrv.from_beats(60 + np.arange(6) * 0.9))[0]) == 1
