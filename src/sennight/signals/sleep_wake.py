"""Sleep and wake from movement, by three published rules: Cole-Kripke and Sadeh (counts), van Hees (the arm's angle).

A minute is scored only if all minutes that its formula looks at were seen: what lies beside a gap is not known, and not
awake. The rules tell sleep from lying still no better than their papers say, and none of them tells sleep from a watch
on a table: mask that first (`nonwear`, or prepare's wear rules).
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float64

# Cole et al. (1992), Sleep 15:461-469, one-minute epochs: weights of the minutes four before to two after.
COLE_KRIPKE_WEIGHTS = np.array([106, 54, 58, 76, 230, 74, 67], dtype=np.float64) * 0.001
COLE_KRIPKE_BEFORE, COLE_KRIPKE_AFTER = 4, 2
COLE_KRIPKE_ASLEEP_BELOW = 1.0
# ActiLife's way of feeding ActiGraph counts to rules of older devices: hundredths, at most 300 (user manual 6).
ACTILIFE_DIVISOR, ACTILIFE_MOST = 100.0, 300.0

# Sadeh et al. (1994), Sleep 17:201-207: PS = 7.601 - 0.065 MW5 - 1.08 NAT - 0.056 SD6 - 0.703 ln(count + 1).
SADEH_OFFSET, SADEH_MEAN, SADEH_NAT, SADEH_SD, SADEH_LOG = 7.601, -0.065, -1.08, -0.056, -0.703
SADEH_REACH = 5  # minutes on each side
SADEH_LOW, SADEH_HIGH = 50.0, 100.0  # a minute from here to below there counts as one of moderate activity
SADEH_SD_MINUTES = 6  # the minute and the five before it
SADEH_MOST = 300.0  # counts a minute; the device of the paper ended there

# Webster et al. (1982), Sleep 5:389-399, as Cole et al. (1992) give it: (minutes awake before, minutes rescored).
WEBSTER_AFTER_WAKE = ((4, 1), (10, 3), (15, 4))
# (minutes awake on both sides, longest sleep between them that is rescored).
WEBSTER_BETWEEN_WAKE = ((10, 6), (20, 10))

# van Hees et al. (2015), PLoS ONE 10(11): e0142533.
ANGLE_EPOCH_S = 5
STILL_DEG = 5.0  # change from one epoch to the next that is no change of posture
STILL_MIN = 5.0  # minutes between changes of posture that make a bout of sustained inactivity


@dataclass(frozen=True, kw_only=True, eq=False)
class Scores:
    """Asleep or not by epoch, and where that is known; `asleep` is False where it is not."""

    asleep: Bool[np.ndarray, " epoch"]
    known: Bool[np.ndarray, " epoch"]


def actilife_scaled(counts: Float64[np.ndarray, " minute"]) -> Float64[np.ndarray, " minute"]:
    """ActiGraph counts as ActiLife hands them to Cole-Kripke: hundredths, at most 300.

    >>> actilife_scaled(np.array([250.0, 99_000.0])).tolist()
    [2.5, 300.0]
    """
    return np.minimum(counts / ACTILIFE_DIVISOR, ACTILIFE_MOST)


def cole_kripke(activity: Float64[np.ndarray, " minute"], seen: Bool[np.ndarray, " minute"]) -> Scores:
    """Asleep where the weighted activity of seven minutes is below 1. No rescoring: see `webster`.

    `activity` is in the units of the paper's device; `actilife_scaled` brings ActiGraph counts near them.
    Source: Cole, Kripke, Gruen, Mullaney, Gillin (1992), Sleep 15:461-469.
    """
    around = _around(activity, before=COLE_KRIPKE_BEFORE, after=COLE_KRIPKE_AFTER)
    known: np.ndarray = np.all(_around(seen, before=COLE_KRIPKE_BEFORE, after=COLE_KRIPKE_AFTER), axis=1)
    return Scores(asleep=known & (around @ COLE_KRIPKE_WEIGHTS < COLE_KRIPKE_ASLEEP_BELOW), known=known)


def sadeh(counts: Float64[np.ndarray, " minute"], seen: Bool[np.ndarray, " minute"]) -> Scores:
    """Asleep where the sleep index of eleven minutes is 0 or more; counts beyond 300 are taken as 300.

    Source: Sadeh, Sharkey, Carskadon (1994), Sleep 17:201-207.
    """
    x = np.clip(counts, 0.0, SADEH_MOST)
    around = _around(x, before=SADEH_REACH, after=SADEH_REACH)
    known: np.ndarray = np.all(_around(seen, before=SADEH_REACH, after=SADEH_REACH), axis=1)
    last = _around(x, before=SADEH_SD_MINUTES - 1, after=0)
    index = (
        SADEH_OFFSET
        + SADEH_MEAN * around.mean(axis=1)
        + SADEH_NAT * ((around >= SADEH_LOW) & (around < SADEH_HIGH)).sum(axis=1)
        + SADEH_SD * last.std(axis=1, ddof=1)
        + SADEH_LOG * np.log(x + 1)
    )
    return Scores(asleep=known & (index >= 0), known=known)


def _around(x: np.ndarray, *, before: int, after: int) -> np.ndarray:
    """Each element with those around it, [n, before + 1 + after]; beyond the ends is 0 or False."""
    if not len(x):
        return np.empty((0, before + 1 + after), dtype=x.dtype)
    padded = np.pad(x, (before, after))
    return np.lib.stride_tricks.sliding_window_view(padded, before + 1 + after)


def webster(scores: Scores) -> Scores:
    """Rescore short sleep beside long wake as wake, by five rules: (a) to (c) the first 1, 3, 4 minutes of sleep after
    4, 10, 15 minutes awake; (d), (e) sleep of up to 6, 10 minutes between 10, 20 minutes awake on both sides.

    Every rule looks at the scores as they were given. A minute that is not known ends a run of wake.
    Source: Webster et al. (1982), Sleep 5:389-399, as given by Cole et al. (1992).
    """
    awake = scores.known & ~scores.asleep
    changed = np.zeros(len(awake), dtype=np.bool_)
    runs = _runs(np.where(awake, 1, np.where(scores.asleep, 2, 0)))
    for i, (start, stop, state) in enumerate(runs):
        if state != 2:
            continue
        before = runs[i - 1] if i else None
        after = runs[i + 1] if i + 1 < len(runs) else None
        wake_before = before[1] - before[0] if before and before[2] == 1 else 0
        wake_after = after[1] - after[0] if after and after[2] == 1 else 0
        for minutes, rescored in WEBSTER_AFTER_WAKE:
            if wake_before >= minutes:
                changed[start : min(start + rescored, stop)] = True
        for minutes, longest in WEBSTER_BETWEEN_WAKE:
            if min(wake_before, wake_after) >= minutes and stop - start <= longest:
                changed[start:stop] = True
    return replace(scores, asleep=scores.asleep & ~changed)


def _runs(states: np.ndarray) -> list[tuple[int, int, int]]:
    """Start, stop (not included) and state of each run of equal states."""
    if not len(states):
        return []
    starts = np.concatenate([[0], np.flatnonzero(np.diff(states)) + 1])
    stops = np.append(starts[1:], len(states))
    return [(int(a), int(b), int(states[a])) for a, b in zip(starts, stops, strict=True)]


def sustained_inactivity(
    angle_deg: Float64[np.ndarray, " epoch"], seen: Bool[np.ndarray, " epoch"], *, epoch_s: int = ANGLE_EPOCH_S
) -> Scores:
    """Bouts in which the arm kept its angle: more than 5 min between two changes of more than 5 degrees.

    `angle_deg` is the angle of the z axis in each 5 s. A gap ends a bout; the ends of a stretch that was seen count as
    changes of posture, so that a bout may begin or end there. Epochs beside a gap are known as others are.
    Source: van Hees et al. (2015), PLoS ONE 10(11): e0142533.
    """
    changed = np.ones(len(angle_deg) + 1, dtype=np.bool_)  # [i]: posture changed between epoch i - 1 and epoch i
    if len(angle_deg):
        step = np.abs(np.diff(angle_deg))
        changed[1:-1] = (step > STILL_DEG) | ~seen[1:] | ~seen[:-1]
    at = np.flatnonzero(changed)
    long = np.diff(at) * epoch_s > STILL_MIN * 60
    return Scores(asleep=np.repeat(long, np.diff(at)) & seen, known=seen.copy())
