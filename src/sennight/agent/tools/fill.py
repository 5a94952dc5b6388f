"""The tool `fill`: what days may have come to had every minute been seen; an estimate, marked as one."""

from datetime import date

import numpy as np
from jaxtyping import Bool, Float64

from sennight.agent.choosing import call_of, choose
from sennight.agent.evidence import Interval, Origin
from sennight.agent.metrics import FromMinutes, How, source_of
from sennight.agent.person import OpenPerson
from sennight.agent.tools.tool import CannotTell, Found, Reason, Reply, WindowWords
from sennight.agent.window import LAST_7_DAYS
from sennight.generate.metrics import Way, contributions
from sennight.record import MINUTES_PER_DAY

WHOLE_DAY = 1_300  # seen minutes of a day on which the estimate can be tried
MIN_WHOLE_DAYS = 10
LEVEL = 0.9
MOST_LISTED = 31
ESTIMATE = "an estimate over minutes that nobody measured"


def fill(person: OpenPerson, *, metric: str, window: WindowWords = LAST_7_DAYS) -> Reply:
    """What each day's total may have come to had every minute been seen: each unseen minute counts as this person's own
    mean at that time of day. With a 90 % interval from hiding the same minutes on whole days. For totals and minutes
    (steps, energy, active and sedentary minutes). Takes ten whole days.
    """
    call = call_of("fill", metric=metric, window=window)
    chosen = choose(person, metric, window)
    source = source_of(person, chosen.metric)
    if (
        not isinstance(source, FromMinutes)
        or source.how not in (How.SUM, How.AT_LEAST, How.BELOW)
        or source.channel == "*"
    ):
        raise CannotTell(
            Reason.NOT_SUPPORTED,
            f"{chosen.metric.title} is not a total over minutes",
            todo="Ask for steps, energy, active_minutes or sedentary_minutes.",
        )
    one = person.minutes[source.channel]
    seen = one.seen
    parts = contributions(Way(str(source.how)), source.threshold, one.values)
    usual = np.where(seen, parts, 0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    whole = np.flatnonzero(seen.sum(axis=1) >= WHOLE_DAY)
    if len(whole) < MIN_WHOLE_DAYS:
        raise CannotTell(
            Reason.TOO_FEW_DAYS, f"{len(whole)} days were seen whole; this takes {MIN_WHOLE_DAYS} to learn from"
        )
    made = []
    for ordinal, value in zip(chosen.ordinal, chosen.value, strict=True):
        i = int(np.searchsorted(person.ordinal, ordinal))
        hole = ~seen[i]
        estimate = float(value + usual[hole].sum())
        low, high = _ends(parts, seen, whole[whole != i], hole, usual)
        made.append(
            chosen.evidence(
                "filled",
                estimate,
                call,
                about=date.fromordinal(int(ordinal)).isoformat(),
                origin=Origin.FILLED,
                interval=Interval(
                    low=min(max(estimate + low, value), estimate), high=max(estimate + high, estimate), level=LEVEL
                ),
                caveats=(ESTIMATE,),
                method=f"{int(hole.sum())} of {MINUTES_PER_DAY:,} minutes as this person's mean at that time of day",
            )
        )
    return Found(evidence=tuple(made[-MOST_LISTED:]), left_off=max(len(made) - MOST_LISTED, 0))


def _ends(
    parts: Float64[np.ndarray, "day 1440"],
    seen: Bool[np.ndarray, "day 1440"],
    whole: np.ndarray,
    hole: Bool[np.ndarray, " 1440"],
    usual: Float64[np.ndarray, " 1440"],
) -> tuple[float, float]:
    """How far off the usual minutes are over this hole on whole days: ends of the middle nine tenths."""
    truth = np.where(seen[whole][:, hole], parts[whole][:, hole], usual[hole]).sum(axis=1)
    wrong = truth - usual[hole].sum()
    low, high = np.quantile(wrong, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
