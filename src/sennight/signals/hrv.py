"""HRV: the variability of the intervals between heart beats, from beats or intervals as a device gives them.

Only intervals that may be believed count: a named artefact rule takes out the others, a gap never becomes an
interval, and differences are taken only between intervals that touch. What too few beats cannot tell is NaN, never 0.
Frequency domain: hrv_spectrum. Terms and limits: Task Force of the ESC and NASPE (1996), Circulation 93:1043-1065.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float64, Int64

from sennight.signals import hrv_spectrum

# No heart of a person awake or asleep beats faster than 200 or slower than 30 a minute for one beat that a wearable
# could tell from a missed or a doubled one. hrv-analysis and many others use the same limits.
SHORTEST_MS, LONGEST_MS = 300.0, 2_000.0
# Two intervals touch if the second begins where the first ends: within three samples of a 64 Hz pulse wave.
TOUCH_S = 0.05

MALIK_SHARE = 0.20  # Malik et al. (1989), Eur Heart J 10:1060-1074
KARLSSON_SHARE = 0.20  # Karlsson et al. (2012), BioMed Eng OnLine 11:2
KAMATH_LONGER, KAMATH_SHORTER = 0.325, 0.245  # Kamath and Fallen (1995), in Malik and Camm, Heart Rate Variability

WINDOW_S = 300  # the Task Force's short-term recording
STEP_S = 60
MINUTE_S = 60
# Below these a spread says more about the count than about the heart (ours).
MIN_INTERVALS = 20
MIN_PAIRS = 20
MIN_OF_A_RATE = 5  # intervals from which a minute's mean heart rate is taken (ours)
TRIM_PERCENT = (5.0, 95.0)
# Bin of the histogram whose entropy is taken: 1/128 s, the bin of the Task Force's triangular index.
HISTOGRAM_BIN_MS = 1_000 / 128


class Artefacts(StrEnum):
    """Which intervals are not believed. All rules but NONE take out what is outside 300 to 2,000 ms; every rule takes
    out an interval that begins before the one before it ended.

    MALIK_1989     more than 20 % longer or shorter than the interval before it.
    KAMATH_1995    more than 32.5 % longer or 24.5 % shorter than the interval before it.
    KARLSSON_2012  more than 20 % from the mean of the intervals before and after it.
    The interval before is the one measured, believed or not, so that one bad beat cannot cast out all that follow.
    """

    NONE = "none"
    RANGE = "range"
    MALIK_1989 = "Malik 1989"
    KAMATH_1995 = "Kamath 1995"
    KARLSSON_2012 = "Karlsson 2012"


@dataclass(frozen=True, kw_only=True, eq=False)
class Intervals:
    """Intervals between beats that are believed: when each ended (seconds), how long it was, and whether it touches
    the believed interval before it. `n_artefacts` were taken out."""

    at_s: Float64[np.ndarray, " n"]
    rr_ms: Float64[np.ndarray, " n"]
    touches: Bool[np.ndarray, " n"]
    n_artefacts: int


@dataclass(frozen=True, kw_only=True, eq=False)
class HrvWindows:
    """HRV of windows. `known_s` is the start of the last minute of each window: the minute in which it was known.

    `values` are by channel of the registry; NaN where the beats cannot tell.
    """

    known_s: Int64[np.ndarray, " w"]
    values: dict[str, Float64[np.ndarray, " w"]]


def from_beats(beat_s: Float64[np.ndarray, " n"], *, rule: Artefacts = Artefacts.MALIK_1989) -> Intervals:
    """Intervals of the times of beats, in seconds, in any order. A gap of more than 2 s is no interval.

    >>> from_beats(np.array([0.0, 0.8, 1.6, 9.0, 9.9])).rr_ms.round(6).tolist()
    [800.0, 800.0, 900.0]
    """
    beats = np.unique(beat_s[np.isfinite(beat_s)])
    rr = np.diff(beats) * 1_000
    joined = rr <= LONGEST_MS
    return from_intervals(beats[1:][joined], rr[joined], rule=rule)


def from_intervals(
    at_s: Float64[np.ndarray, " n"], rr_ms: Float64[np.ndarray, " n"], *, rule: Artefacts = Artefacts.MALIK_1989
) -> Intervals:
    """Believed intervals of the times at which intervals ended and their lengths, in any order; there may be gaps."""
    usable = np.isfinite(at_s) & np.isfinite(rr_ms) & (rr_ms > 0)
    lost = len(at_s) - int(usable.sum())
    order = np.argsort(at_s[usable], kind="stable")
    at, rr = at_s[usable][order], rr_ms[usable][order]
    touches = _touches(at, rr)
    good = _believed(rr, touches, rule) & _apart(at, rr)
    # An interval touches the one before it only if that one is still there.
    still = touches & np.concatenate([[False], good[:-1]]) if len(good) else touches
    return Intervals(at_s=at[good], rr_ms=rr[good], touches=still[good], n_artefacts=lost + len(good) - int(good.sum()))


def _touches(at: np.ndarray, rr: np.ndarray) -> np.ndarray:
    touches = np.zeros(len(at), dtype=np.bool_)
    touches[1:] = np.abs(at[1:] - rr[1:] / 1_000 - at[:-1]) <= TOUCH_S
    return touches


def _apart(at: np.ndarray, rr: np.ndarray) -> np.ndarray:
    """Which intervals do not begin before the one before them ended: a heart beats once at a time."""
    apart = np.ones(len(at), dtype=np.bool_)
    apart[1:] = at[1:] - rr[1:] / 1_000 >= at[:-1] - TOUCH_S
    return apart


def _believed(rr: np.ndarray, touches: np.ndarray, rule: Artefacts) -> np.ndarray:
    if rule is Artefacts.NONE or not len(rr):
        return np.ones(len(rr), dtype=np.bool_)
    good = (rr >= SHORTEST_MS) & (rr <= LONGEST_MS)
    before = np.where(touches, np.concatenate([rr[:1], rr[:-1]]), rr)
    if rule is Artefacts.MALIK_1989:
        good &= np.abs(rr - before) <= MALIK_SHARE * before
    elif rule is Artefacts.KAMATH_1995:
        good &= (rr - before <= KAMATH_LONGER * before) & (before - rr <= KAMATH_SHORTER * before)
    elif rule is Artefacts.KARLSSON_2012:
        followed = np.concatenate([touches[1:], [False]])
        after = np.where(followed, np.concatenate([rr[1:], rr[-1:]]), before)
        before = np.where(touches, before, after)
        good &= np.abs(rr - (before + after) / 2) <= KARLSSON_SHARE * (before + after) / 2
    return good


# --- time domain --------------------------------------------------------------------------------------------------


def differences(intervals: Intervals) -> Float64[np.ndarray, " k"]:
    """Differences, in ms, between intervals that touch."""
    return np.diff(intervals.rr_ms, prepend=np.nan)[intervals.touches]


def rmssd(differences_ms: Float64[np.ndarray, " k"]) -> float:
    """Root of the mean of the squared successive differences, ms; NaN below 20 of them. Source: Task Force 1996."""
    return float(np.sqrt(np.mean(differences_ms**2))) if len(differences_ms) >= MIN_PAIRS else np.nan


def pnn(differences_ms: Float64[np.ndarray, " k"], *, above_ms: float | int) -> float:
    """Share of successive differences beyond `above_ms`: pNN50 (Task Force 1996), pNN20 (Mietus 2002, Heart 88:378)."""
    return float(np.mean(np.abs(differences_ms) > above_ms)) if len(differences_ms) >= MIN_PAIRS else np.nan


def sdnn(rr_ms: Float64[np.ndarray, " n"]) -> float:
    """Standard deviation of the intervals, ms; NaN below 20 of them. Source: Task Force 1996."""
    return float(np.std(rr_ms, ddof=1)) if len(rr_ms) >= MIN_INTERVALS else np.nan


def trimmed_sdnn(rr_ms: Float64[np.ndarray, " n"]) -> float:
    """The same over the intervals from their 5th to their 95th percentile: what the channel `sdnn` holds.

    It is smaller than SDNN (by a fifth for a normal spread), and the missed beats of a wrist hardly move it.
    """
    if len(rr_ms) < MIN_INTERVALS:
        return np.nan
    low, high = np.percentile(rr_ms, TRIM_PERCENT)
    return float(np.std(rr_ms[(rr_ms >= low) & (rr_ms <= high)], ddof=1))


def shannon_entropy(rr_ms: Float64[np.ndarray, " n"]) -> float:
    """Entropy, in nats, of the histogram of intervals in bins of 1/128 s; NaN below 20. Source: Shannon (1948)."""
    if len(rr_ms) < MIN_INTERVALS:
        return np.nan
    share = np.unique(np.floor(rr_ms / HISTOGRAM_BIN_MS), return_counts=True)[1] / len(rr_ms)
    return float(-(share * np.log(share)).sum()) + 0.0  # no negative zero


# --- windows ------------------------------------------------------------------------------------------------------


def by_window(intervals: Intervals, *, window_s: int = WINDOW_S, step_s: int = STEP_S) -> HrvWindows:
    """HRV of windows that end with a minute: every minute over the 5 before its end, or as `window_s`, `step_s` say.

    A window looks back only, so that what a minute says was known when it ended; a minute without a beat of its own
    says nothing. `window_s` and `step_s` are whole minutes and the step is not longer than the window: 300 and 300
    give the Task Force's segments, 60 and 60 single minutes.
    """
    at, rr = intervals.at_s, intervals.rr_ms
    known = _windows(at, step_s=step_s)
    ends = known + MINUTE_S
    first, past = np.searchsorted(at, ends - window_s, side="left"), np.searchsorted(at, ends, side="left")
    d_at = np.flatnonzero(intervals.touches)
    d = differences(intervals)
    # A difference belongs to a window if both of its intervals do.
    d_first, d_past = np.searchsorted(d_at, first, side="right"), np.searchsorted(d_at, past, side="left")
    names = ("rr_median", "sdnn", "rmssd", "pnn20", "rr_shannon_entropy", "hrv_percent_good")
    values = {name: np.full(len(known), np.nan) for name in names}
    for i, (a, b, da, db) in enumerate(zip(first, past, d_first, d_past, strict=True)):
        x, dx = rr[a:b], d[da:db]
        values["rr_median"][i] = np.median(x) if len(x) >= MIN_OF_A_RATE else np.nan
        values["sdnn"][i] = trimmed_sdnn(x)
        values["rmssd"][i] = rmssd(dx)
        values["pnn20"][i] = pnn(dx, above_ms=20)
        values["rr_shannon_entropy"][i] = shannon_entropy(x)
        values["hrv_percent_good"][i] = min(x.sum() / 1_000 / window_s, 1.0)
    values |= hrv_spectrum.by_channel(hrv_spectrum.spectra(at, rr, first=first, past=past))
    return HrvWindows(known_s=known, values=values)


def _windows(at: np.ndarray, *, step_s: int) -> Int64[np.ndarray, " w"]:
    """Starts of the last minutes of all windows that say something new: with an interval in their last step."""
    ends = -(-(np.floor(at / MINUTE_S).astype(np.int64) + 1) * MINUTE_S // step_s) * step_s
    return np.unique(ends) - MINUTE_S


def heart_rate_by_minute(intervals: Intervals) -> tuple[Int64[np.ndarray, " m"], Float64[np.ndarray, " m"]]:
    """Starts of minutes and their mean heart rate, beats a minute: beats over the time they took.

    Minutes with fewer than 5 believed intervals are left out.
    """
    minute, owner, count = np.unique(
        np.floor(intervals.at_s / MINUTE_S).astype(np.int64), return_inverse=True, return_counts=True
    )
    taken_s = np.bincount(owner, weights=intervals.rr_ms, minlength=len(minute)) / 1_000
    enough = count >= MIN_OF_A_RATE
    return minute[enough] * MINUTE_S, 60 * count[enough] / taken_s[enough]
