"""Circadian measures: how regular, how broken up and how strong the rhythm of days is, from minutes that were seen.

Minutes are local, one after the other, the first of them `first_minute` minutes after midnight. What was not seen takes
no part: hours and times of day that were hardly seen are left out, and where too little is left the answer is NaN.
A missing night is never a quiet night.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64

MINUTES_PER_DAY = 1_440
MINUTES_PER_HOUR = 60
HOURS_PER_DAY = 24
L5_MIN, M10_MIN = 5 * 60, 10 * 60

MIN_SEEN_OF_HOUR = 30  # minutes; half an hour still describes the hour (ours)
MIN_HOURS = 48  # two days: below them no hour of the day can repeat
MIN_SEEN_OF_WINDOW = 0.8  # share of the times of day within a 5 or 10 hour window (ours)
MIN_PAIRS = MINUTES_PER_DAY  # of minutes a day apart for a regularity index (ours)
MIN_SEEN_FOR_WAVE = MINUTES_PER_DAY  # minutes for a cosine, spread over three quarters of the clock (ours)
MIN_CLOCK_HOURS = 18


@dataclass(frozen=True, kw_only=True)
class RestActivity:
    """The most active ten hours, the least active five, and their relative amplitude (0 to 1).

    Means in the unit of the minutes; onsets in minutes after midnight. All NaN where the day's profile has a hole.
    """

    m10: float
    m10_onset_min: float
    l5: float
    l5_onset_min: float
    relative_amplitude: float


@dataclass(frozen=True, kw_only=True)
class Cosinor:
    """A cosine of 24 hours fitted to the minutes: its mean level (MESOR), amplitude, the time of its peak in minutes
    after midnight (acrophase), and the share of variance it explains."""

    mesor: float
    amplitude: float
    acrophase_min: float
    r_squared: float


def hourly(
    values: Float64[np.ndarray, " minute"], seen: Bool[np.ndarray, " minute"], *, first_minute: int = 0
) -> Float64[np.ndarray, " hour"]:
    """Means of clock hours, NaN where less than half of the hour was seen; the first is that of the first minute."""
    lead = first_minute % MINUTES_PER_HOUR
    tail = -(lead + len(values)) % MINUTES_PER_HOUR
    held = np.pad(np.where(seen, values, 0.0), (lead, tail)).reshape(-1, MINUTES_PER_HOUR)
    n = np.pad(seen, (lead, tail)).reshape(-1, MINUTES_PER_HOUR).sum(axis=1)
    return np.where(n >= MIN_SEEN_OF_HOUR, held.sum(axis=1) / np.maximum(n, 1), np.nan)


def interdaily_stability(
    values: Float64[np.ndarray, " minute"], seen: Bool[np.ndarray, " minute"], *, first_minute: int = 0
) -> float:
    """IS: the share of the variance of hours that the time of day explains, 0 (noise) to 1 (all days alike).

    Where hours are missing, an hour of the day counts by how often it was seen; with none missing this is the formula
    of the paper. NaN below 48 hours, without variance, or if an hour of the day was never seen.
    Source: Witting et al. (1990), Biol Psychiatry 27:563-572; van Someren et al. (1996), Biol Psychiatry 40:259-270.
    """
    hours = hourly(values, seen, first_minute=first_minute)
    known = ~np.isnan(hours)
    of_day = (first_minute // MINUTES_PER_HOUR + np.arange(len(hours)))[known] % HOURS_PER_DAY
    x = hours[known]
    n = np.bincount(of_day, minlength=HOURS_PER_DAY)
    if len(x) < MIN_HOURS or n.min() == 0 or np.ptp(x) == 0:
        return np.nan
    mean_of_day = np.bincount(of_day, weights=x, minlength=HOURS_PER_DAY) / n
    return float((n * (mean_of_day - x.mean()) ** 2).sum() / ((x - x.mean()) ** 2).sum())


def intradaily_variability(
    values: Float64[np.ndarray, " minute"], seen: Bool[np.ndarray, " minute"], *, first_minute: int = 0
) -> float:
    """IV: how broken up the rhythm is: the mean square of the differences of hours over their variance.

    Near 0 for a smooth wave, 2 for noise. Differences are taken between hours that follow each other and were both
    seen. NaN below 48 hours or without variance.
    Source: Witting et al. (1990); van Someren et al. (1996), as for `interdaily_stability`.
    """
    hours = hourly(values, seen, first_minute=first_minute)
    x = hours[~np.isnan(hours)]
    steps = np.diff(hours)
    steps = steps[~np.isnan(steps)]
    if len(x) < MIN_HOURS or not len(steps) or np.ptp(x) == 0:
        return np.nan
    return float((steps**2).mean() / x.var())


def day_profile(
    values: Float64[np.ndarray, " minute"], seen: Bool[np.ndarray, " minute"], *, first_minute: int = 0
) -> Float64[np.ndarray, " 1440"]:
    """The mean of each minute of the day over the days on which it was seen; NaN where it never was."""
    of_day = (first_minute + np.flatnonzero(seen)) % MINUTES_PER_DAY
    n = np.bincount(of_day, minlength=MINUTES_PER_DAY)
    total = np.bincount(of_day, weights=values[seen], minlength=MINUTES_PER_DAY)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)


def rest_activity(
    values: Float64[np.ndarray, " minute"], seen: Bool[np.ndarray, " minute"], *, first_minute: int = 0
) -> RestActivity:
    """M10, L5 and relative amplitude (M10 - L5) / (M10 + L5) of the mean day, whose end is joined to its beginning.

    A window needs four fifths of its times of day; if any window lacks them, nothing is said, as the missing one might
    have been the quietest. The first of windows that are alike is taken.
    Source: Witting et al. (1990), Biol Psychiatry 27:563-572.
    """
    profile = day_profile(values, seen, first_minute=first_minute)
    most, least = _windows(profile, M10_MIN), _windows(profile, L5_MIN)
    if np.isnan(most).any() or np.isnan(least).any():
        return RestActivity(m10=np.nan, m10_onset_min=np.nan, l5=np.nan, l5_onset_min=np.nan, relative_amplitude=np.nan)
    m10, l5 = float(most.max()), float(least.min())
    return RestActivity(
        m10=m10,
        m10_onset_min=float(most.argmax()),
        l5=l5,
        l5_onset_min=float(least.argmin()),
        relative_amplitude=(m10 - l5) / (m10 + l5) if m10 + l5 > 0 else np.nan,
    )


def _windows(profile: np.ndarray, length: int) -> np.ndarray:
    """Means of the windows that begin at each minute of the day, NaN where too few of its minutes are known."""
    known = ~np.isnan(profile)
    round_clock = np.concatenate([profile, profile[: length - 1]])
    total = np.concatenate([[0.0], np.cumsum(np.nan_to_num(round_clock))])
    n = np.concatenate([[0], np.cumsum(np.concatenate([known, known[: length - 1]]))])
    sums, counts = total[length:] - total[:-length], n[length:] - n[:-length]
    # Sums of a running total differ by rounding where windows are alike; a few digits make them alike again.
    mean = np.round(sums / np.maximum(counts, 1), 9)
    return np.where(counts >= MIN_SEEN_OF_WINDOW * length, mean, np.nan)


def cosinor(
    values: Float64[np.ndarray, " minute"], seen: Bool[np.ndarray, " minute"], *, first_minute: int = 0
) -> Cosinor:
    """The cosine of 24 hours with the least squared distance from the minutes that were seen.

    All NaN below a day of minutes, if they cover fewer than 18 hours of the clock, or without variance.
    Source: Cornelissen (2014), Theor Biol Med Model 11:16 (the single-component cosinor of Halberg 1967).
    """
    x = values[seen]
    of_day = (first_minute + np.flatnonzero(seen)) % MINUTES_PER_DAY
    clock_hours = len(np.unique(of_day // MINUTES_PER_HOUR))
    if len(x) < MIN_SEEN_FOR_WAVE or clock_hours < MIN_CLOCK_HOURS or np.ptp(x) == 0:
        return Cosinor(mesor=np.nan, amplitude=np.nan, acrophase_min=np.nan, r_squared=np.nan)
    angle = 2 * np.pi * of_day / MINUTES_PER_DAY
    waves = np.stack([np.ones(len(x)), np.cos(angle), np.sin(angle)], axis=1)
    (mesor, of_cos, of_sin), *_ = np.linalg.lstsq(waves, x, rcond=None)
    left = x - waves @ np.array([mesor, of_cos, of_sin])
    peak = np.arctan2(of_sin, of_cos) / (2 * np.pi) * MINUTES_PER_DAY
    return Cosinor(
        mesor=float(mesor),
        amplitude=float(np.hypot(of_cos, of_sin)),
        acrophase_min=float(peak % MINUTES_PER_DAY),
        r_squared=float(1 - (left @ left) / ((x - x.mean()) @ (x - x.mean()))),
    )


def sleep_regularity_index(asleep: Bool[np.ndarray, " minute"], known: Bool[np.ndarray, " minute"]) -> float:
    """SRI: how likely two minutes a day apart are in the same state: -100 opposite, 0 random, 100 alike.

    Only pairs of which both are known count. NaN below a day of pairs.
    Source: Phillips et al. (2017), Sci Rep 7:3216.
    """
    both = known[MINUTES_PER_DAY:] & known[:-MINUTES_PER_DAY]
    if int(both.sum()) < MIN_PAIRS:
        return np.nan
    same = (asleep[MINUTES_PER_DAY:] == asleep[:-MINUTES_PER_DAY])[both]
    return float(200 * same.mean() - 100)
