"""Spectra of intervals: against scipy's periodogram, sines of known power, and two other packages."""

import numpy as np
import pytest
from scipy.signal import lombscargle

from sennight.signals import hrv_spectrum
from sennight.signals.hrv_spectrum import GRID_HZ, spectra


def waves(*of: tuple[float, float], n: int = 400, mean_ms: float = 850.0) -> tuple[np.ndarray, np.ndarray]:
    """Times and intervals whose length follows sines of these (frequency in Hz, amplitude in ms)."""
    at, rr, t = [], [], 0.0
    for _ in range(n):
        x = mean_ms + sum(a * np.sin(2 * np.pi * f * t) for f, a in of)
        t += x / 1000
        at.append(t)
        rr.append(x)
    return np.array(at), np.array(rr)


def one(at: np.ndarray, rr: np.ndarray) -> hrv_spectrum.Spectra:
    return spectra(at, rr, first=np.array([0]), past=np.array([len(at)]))


def test_the_periodogram_is_that_of_scipy() -> None:
    at, rr = waves((0.1, 30), (0.25, 20), (0.01, 50))
    rr = rr + np.random.default_rng(1).normal(0, 10, len(rr))
    kept = np.random.default_rng(2).random(len(at)) > 0.3
    at, rr = at[kept], rr[kept]
    first, past = np.array([0, 40, 90]), np.array([150, 200, len(at)])
    ours = hrv_spectrum.periodograms(at, rr, first=first, past=past)
    for row, a, b in zip(ours, first, past, strict=True):
        theirs = lombscargle(at[a:b], rr[a:b] - rr[a:b].mean(), 2 * np.pi * GRID_HZ)
        np.testing.assert_allclose(row, theirs, rtol=1e-8, atol=1e-8 * theirs.max())


@pytest.mark.parametrize(("hz", "name"), [(0.02, "vlf"), (0.1, "lf"), (0.25, "hf")])
def test_a_sine_has_half_its_amplitude_squared_in_its_band(hz: float, name: str) -> None:
    found = one(*waves((hz, 30)))
    assert getattr(found, name)[0] == pytest.approx(30**2 / 2, rel=0.03)
    for other in {"vlf", "lf", "hf"} - {name}:
        assert getattr(found, other)[0] < 0.05 * 450


def test_power_survives_gaps() -> None:
    at, rr = waves((0.1, 30))
    kept = (at // 30).astype(int) % 3 != 1
    assert one(at[kept], rr[kept]).lf[0] == pytest.approx(450, rel=0.15)


def test_powers_agree_with_hrv_analysis_and_neurokit2() -> None:
    """On the intervals of test_hrv's formula. LF/HF by Lomb-Scargle of hrv-analysis 1.0.6 is 2.4743; LF by Welch of
    neurokit2 0.2.12 818.5 ms^2, of hrv-analysis 787.9; the formula's own waves are 800 and 312.5 ms^2.
    """
    i = np.arange(400)
    rr = np.round(850 + 40 * np.sin(0.31 * i) + 25 * np.cos(1.7 * i) + 9 * np.sin(i.astype(float) ** 2))
    found = one(np.cumsum(rr) / 1000, rr)
    assert found.lf_hf[0] == pytest.approx(2.4742677899215324, rel=0.001)
    assert 787.9 < found.lf[0] < 818.5
    assert found.lf[0] == pytest.approx(800, rel=0.01)
    assert found.hf[0] == pytest.approx(312.5, rel=0.05)


def test_one_wave_has_less_entropy_than_noise() -> None:
    at, rr = waves((0.1, 30))
    noise = np.random.default_rng(3).normal(850, 30, len(at))
    assert one(at, rr).entropy[0] < 2.5 < 4.5 < one(np.cumsum(noise) / 1000, noise).entropy[0] < np.log(len(GRID_HZ))


def test_spectral_entropy_of_one_line_and_of_a_plain_is_the_formula_s() -> None:
    line, plain = np.zeros(len(GRID_HZ)), np.full(len(GRID_HZ), 7.0)
    line[5] = 3.0
    assert hrv_spectrum.spectral_entropy(np.stack([line, plain])) == pytest.approx([0, np.log(len(GRID_HZ))])


def test_each_band_wants_its_span() -> None:
    at, rr = waves((0.1, 30), (0.25, 20))
    spans = [at.searchsorted(s) for s in (50, 60, 120, 300)]
    found = spectra(at, rr, first=np.zeros(4, dtype=np.int64), past=np.array(spans))
    assert np.isnan(found.hf).tolist() == [True, False, False, False]
    assert np.isnan(found.lf).tolist() == [True, True, False, False]
    assert np.isnan(found.vlf).tolist() == [True, True, True, False]
    assert np.isnan(found.entropy).tolist() == [True, True, True, False]


def test_too_few_beats_in_a_span_say_nothing() -> None:
    at, rr = waves((0.1, 30))
    for kept in (np.arange(len(at)) % 3 == 0, np.arange(len(at)) % 25 == 0):
        assert np.isnan(one(at[kept], rr[kept]).lf[0])


def test_a_metronome_has_no_power_and_no_ratio() -> None:
    rr = np.full(400, 800.0)
    found = one(np.cumsum(rr) / 1000, rr)
    assert found.hf[0] == pytest.approx(0, abs=1e-9)
    assert np.isnan(found.lf_hf[0])
    assert np.isnan(found.entropy[0])


def test_groups_of_windows_do_not_change_them(monkeypatch: pytest.MonkeyPatch) -> None:
    at, rr = waves((0.1, 30), n=1500)
    first = np.arange(0, 1000, 100)
    past = first + 400
    whole = spectra(at, rr, first=first, past=past)
    monkeypatch.setattr(hrv_spectrum, "BEATS_AT_ONCE", 100)
    parts = spectra(at, rr, first=first, past=past)
    np.testing.assert_allclose(parts.lf, whole.lf, rtol=1e-6)


def test_a_window_of_more_beats_than_any_heart_is_not_tried() -> None:
    n = hrv_spectrum.MOST_IN_A_WINDOW + 1
    assert np.isnan(one(np.arange(n) / 10.0, np.full(n, 100.0) + np.arange(n) % 7).lf[0])


def test_powers_come_by_channel() -> None:
    assert set(hrv_spectrum.by_channel(one(*waves((0.1, 30))))) == {
        "vlf_power", "lf_power", "hf_power", "lf_hf", "rr_spectral_entropy",
    }  # fmt: skip
