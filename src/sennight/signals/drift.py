"""Drift: has a device or its firmware begun to measure differently? Days against the person's own weeks before.

A two-sided cumulative sum over each daily figure (resting pulse, steps, minutes asleep), a day standardised by the
median and spread of four weeks that ended two weeks earlier, so that slow changes of life become the reference
themselves, and one odd day cannot raise the alarm. What changes life changes one figure or another; what changes the
device changes several at once, so an alarm wants two of them within a week. It tells that something changed, not what.
Source: Page 1954, Biometrika 41:100 (CUSUM).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

REFERENCE_DAYS, GAP_DAYS = 28, 14  # the weeks that a day is held against, and how long before it they end
MIN_REFERENCE = 14  # known days among them
ALLOWANCE = 0.75  # sd a day; below half of the smallest lasting shift that is looked for
ALARM = 13.0  # sd that must add up; .7 alarms a person-year in 4.3 years of daily life (docs/log.md)
CLIP = 3.0  # sd; what one day can add at most
MIN_SPREAD = 0.05  # of the median; a figure that hardly varies would call any change a drift
MAD_TO_SD = 1.4826
AGREE_DAYS, AGREE_FIGURES = 7, 2  # so many figures within so many days make an alarm

Days = Float64[np.ndarray, " day"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """A lasting change of one figure: when it was noticed, when it seems to have begun, 1 for higher, -1 for lower."""

    noticed: int
    began: int
    direction: int


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """Several figures changed at about the same time: the day that was clear, and each figure's change."""

    noticed: int
    changes: Mapping[str, Change]


def alarms(figures: Mapping[str, Days]) -> list[Alarm]:
    """Days on which a device seems to measure differently, from its daily figures (NaN where a day has none).

    Nothing is said within the first six weeks, nor of the six weeks after an alarm.
    """
    seen = sorted(
        ((change.noticed, name, change) for name, days in figures.items() for change in changes(days)),
        key=lambda row: (row[0], row[1]),
    )
    found: list[Alarm] = []
    for day, _, _ in seen:
        if found and day - found[-1].noticed < REFERENCE_DAYS + GAP_DAYS:
            continue
        near = {name: change for at, name, change in seen if day - AGREE_DAYS <= at <= day}
        if len(near) >= AGREE_FIGURES:
            found.append(Alarm(noticed=day, changes=near))
    return found


def changes(days: Days) -> list[Change]:
    """Every lasting change of one figure. After one nothing is said until the weeks before lie after it."""
    found: list[Change] = []
    sums, began, quiet_until = np.zeros(2), np.zeros(2, dtype=np.int64), 0
    signs = np.array([1.0, -1.0])
    for day in range(len(days)):
        z = standard(days, day)
        if z is None or day < quiet_until:
            continue
        rising = np.maximum(sums + signs * z - ALLOWANCE, 0.0)
        began = np.where((sums == 0) & (rising > 0), day, began)
        sums = rising
        over = int(np.argmax(sums))
        if sums[over] > ALARM:
            found.append(Change(noticed=day, began=int(began[over]), direction=int(signs[over])))
            quiet_until = int(began[over]) + REFERENCE_DAYS + GAP_DAYS
            sums = np.zeros(2)
    return found


def standard(days: Days, day: int) -> float | None:
    """How many spreads of its own weeks before a day lies off their median; None where either is not known."""
    end = day - GAP_DAYS
    reference = days[max(end - REFERENCE_DAYS, 0) : max(end, 0)]
    known = reference[np.isfinite(reference)]
    if len(known) < MIN_REFERENCE or not np.isfinite(days[day]):
        return None
    middle = float(np.median(known))
    spread = max(MAD_TO_SD * float(np.median(np.abs(known - middle))), MIN_SPREAD * abs(middle), 1e-12)
    return float(np.clip((days[day] - middle) / spread, -CLIP, CLIP))
