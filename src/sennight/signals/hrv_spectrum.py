"""HRV spectrum: power of unevenly spaced intervals by frequency, by the periodogram of Lomb and Scargle.

Beats come when they come, so nothing is resampled or filled. Windows that overlap share the waves of their beats,
which makes a day of them far faster than `scipy.signal.lombscargle`, whose values they equal.
Sources: Lomb (1976), Astrophys Space Sci 39:447-462; Scargle (1982), Astrophys J 263:835-853; bands: Task Force (1996).
"""

from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float64, Int64

# Bands in Hz; Task Force (1996), table 2.
VLF_HZ, LF_HZ, HF_HZ = (1 / 300, 0.04), (0.04, 0.15), (0.15, 0.40)
STEP_HZ = 1 / 600  # half the resolution of a window of five minutes
GRID_HZ = np.arange(2, 240) * STEP_HZ  # what lies in the three bands

# What intervals must span for a band to be told: about 1 min for HF and 2 min for LF (Task Force 1996), one period of
# the slowest wave for VLF; each less a tenth, as the first and the last beat rarely lie on the window's ends.
HF_SPAN_S, LF_SPAN_S, VLF_SPAN_S = 54.0, 108.0, 270.0
# Share of the span that believed intervals must fill: below it the gaps shape the spectrum more than the heart (ours).
MIN_FILLED = 0.5
MIN_INTERVALS = 20
BEATS_AT_ONCE = 2_048  # bounds memory: 2,048 beats by 238 frequencies are 8 MB an array
MOST_IN_A_WINDOW = 4_096  # intervals; no heart makes more in any window asked for, and memory is not endless


@dataclass(frozen=True, kw_only=True, eq=False)
class Spectra:
    """Power by window, in ms^2; LF over HF; the entropy of the spectrum in nats. NaN where the beats cannot tell."""

    vlf: Float64[np.ndarray, " w"]
    lf: Float64[np.ndarray, " w"]
    hf: Float64[np.ndarray, " w"]
    lf_hf: Float64[np.ndarray, " w"]
    entropy: Float64[np.ndarray, " w"]


def spectra(
    at_s: Float64[np.ndarray, " n"],
    rr_ms: Float64[np.ndarray, " n"],
    *,
    first: Int64[np.ndarray, " w"],
    past: Int64[np.ndarray, " w"],
) -> Spectra:
    """Band powers of the windows whose intervals are `first` to `past` (not included), both ascending.

    `at_s` ascends: when each interval of `rr_ms` ended.
    """
    psd = np.full((len(first), len(GRID_HZ)), np.nan)
    span = np.zeros(len(first))
    n = past - first
    told = (n >= MIN_INTERVALS) & (n <= MOST_IN_A_WINDOW)
    taken = np.concatenate([[0.0], np.cumsum(rr_ms / 1_000)])
    a, b = first[told], past[told]
    span[told] = at_s[b - 1] - at_s[a] + rr_ms[a] / 1_000
    covered = taken[past] - taken[first]
    told &= covered >= MIN_FILLED * span
    for chosen in _together(np.flatnonzero(told), first, past):
        power = periodograms(at_s, rr_ms, first=first[chosen], past=past[chosen])
        # By the time that beats cover, not by the span: gaps spread a wave's power, they do not add to it.
        psd[chosen] = 2 * power * (covered[chosen] / n[chosen])[:, None]
    vlf, lf, hf = (
        np.where(span >= least, band(psd, hz), np.nan)
        for hz, least in ((VLF_HZ, VLF_SPAN_S), (LF_HZ, LF_SPAN_S), (HF_HZ, HF_SPAN_S))
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(hf > 0, lf / hf, np.nan)
    entropy = np.where(span >= VLF_SPAN_S, spectral_entropy(psd), np.nan)
    return Spectra(vlf=vlf, lf=lf, hf=hf, lf_hf=ratio, entropy=entropy)


def _together(windows: np.ndarray, first: np.ndarray, past: np.ndarray) -> list[np.ndarray]:
    """Windows in groups of neighbours whose beats fit into memory together."""
    groups: list[np.ndarray] = []
    start = 0
    while start < len(windows):
        stop = int(np.searchsorted(past[windows], first[windows[start]] + BEATS_AT_ONCE, side="right"))
        stop = max(stop, start + 1)
        groups.append(windows[start:stop])
        start = stop
    return groups


def periodograms(
    at_s: Float64[np.ndarray, " n"],
    values: Float64[np.ndarray, " n"],
    *,
    first: Int64[np.ndarray, " w"],
    past: Int64[np.ndarray, " w"],
) -> Float64[np.ndarray, "w f"]:
    """Lomb-Scargle power of each window's values about their mean, at `GRID_HZ`, in their unit squared.

    Least squares of a cosine and a sine in closed form, which is the periodogram without its shift in time.
    """
    low, high = int(first.min()), int(past.max())
    wave = _waves(at_s[low:high] - at_s[low])
    a, b = first - low, past - low
    n = (past - first).astype(np.float64)
    about = values[low:high] - values[low:high].mean()
    mean = _sums(about[None, :], a, b) / n
    y_wave = _sums(about * wave, a, b) - mean * _sums(wave, a, b)
    twice = _sums(wave * wave, a, b)  # cos 2x + i sin 2x
    cos_cos, sin_sin, cos_sin = (n + twice.real) / 2, (n - twice.real) / 2, twice.imag / 2
    determinant = cos_cos * sin_sin - cos_sin**2
    y_cos, y_sin = y_wave.real, y_wave.imag
    with np.errstate(invalid="ignore", divide="ignore"):
        power = (y_cos**2 * sin_sin + y_sin**2 * cos_cos - 2 * y_cos * y_sin * cos_sin) / (2 * determinant)
    # Beats that all fall on the same phase of a frequency say nothing about it.
    return np.where(determinant > 1e-9 * n**2, power, np.nan).T


def _waves(t: np.ndarray) -> np.ndarray:
    """cos + i sin of each frequency of the grid at each time, [f n]: each row is the one before, turned by one step."""
    turn = np.exp(2j * np.pi * STEP_HZ * t)
    wave = np.empty((len(GRID_HZ), len(t)), dtype=np.complex128)
    wave[0] = turn * turn
    for k in range(1, len(GRID_HZ)):
        np.multiply(wave[k - 1], turn, out=wave[k])
    return wave


def _sums(rows: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Sums of columns a to b, of windows that overlap: each stretch between two ends of windows is added once."""
    ends = np.unique(np.concatenate([a, b]))
    parts = np.add.reduceat(rows, ends[:-1], axis=1) if len(ends) > 1 else np.empty((len(rows), 0))
    total = np.concatenate([np.zeros((len(rows), 1)), np.cumsum(parts, axis=1)], axis=1)
    return total[:, np.searchsorted(ends, b)] - total[:, np.searchsorted(ends, a)]


def band(psd: Float64[np.ndarray, "w f"], hz: tuple[float, float]) -> Float64[np.ndarray, " w"]:
    """Power of a band: the density summed from its lower limit to below its upper one."""
    at = GRID_HZ + 1e-9  # a grid point on a limit belongs to the upper band
    return psd[:, (at >= hz[0]) & (at < hz[1])].sum(axis=1) * STEP_HZ


def spectral_entropy(psd: Float64[np.ndarray, "w f"]) -> Float64[np.ndarray, " w"]:
    """Entropy of the share of power at each frequency, in nats: 0 for one wave, ln 238 = 5.5 if all are alike.

    Source: Inouye et al. (1991), Electroencephalogr Clin Neurophysiol 79:204-210.
    """
    total = psd.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(total > 0, psd / total, np.nan)
        return -np.where(share > 0, share * np.log(share), np.where(np.isnan(share), np.nan, 0.0)).sum(axis=1)


CHANNEL_OF = {
    "vlf": "vlf_power",
    "lf": "lf_power",
    "hf": "hf_power",
    "lf_hf": "lf_hf",
    "entropy": "rr_spectral_entropy",
}


def by_channel(of: Spectra) -> dict[str, Float64[np.ndarray, " w"]]:
    """The same by channel of the registry."""
    return {CHANNEL_OF[f.name]: getattr(of, f.name) for f in fields(of)}
