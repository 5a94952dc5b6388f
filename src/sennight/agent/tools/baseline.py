"""The tool `baseline`: how a day or window stands against the person's own past."""

import numpy as np

from sennight.agent.choosing import call_of, choose
from sennight.agent.daily import daily
from sennight.agent.evidence import Direction
from sennight.agent.person import OpenPerson
from sennight.agent.tools.tool import CannotTell, Found, Reason, Reply, WindowWords
from sennight.agent.window import LAST_7_DAYS

MIN_BASELINE_DAYS = 14
MOST_BASELINE_DAYS = 90
MAD_TO_SD = 1.4826  # the median absolute deviation of a normal distribution, brought to its standard deviation
FAR = 2.0  # robust standard deviations


def baseline(person: OpenPerson, *, metric: str, window: WindowWords = LAST_7_DAYS) -> Reply:
    """How a window (or one day) of a metric stands against the person's own usual: the median of up to 90 valid days
    before it, on the same device, the usual range (middle 80 % of those days), and how many robust standard deviations
    the window's mean lies from the median. Takes at least 14 days before the window.
    """
    call = call_of("baseline", metric=metric, window=window)
    chosen = choose(person, metric, window)
    series = daily(person, chosen.metric)
    if series is None:
        raise CannotTell(Reason.NOT_SUPPORTED, f"{chosen.metric.title} is not known by day")
    begin = chosen.span.first.toordinal()
    floor = max(
        (s.first.toordinal() for s in person.segments if s.first.toordinal() <= int(chosen.ordinal[0])), default=0
    )
    rows = np.flatnonzero(series.counts & (series.ordinal < begin) & (series.ordinal >= floor))[-MOST_BASELINE_DAYS:]
    now = chosen.evidence("mean", float(chosen.value.mean()), call, about="the window", method="mean of its days")
    if len(rows) < MIN_BASELINE_DAYS:
        raise CannotTell(
            Reason.TOO_FEW_DAYS,
            f"{len(rows)} days of {chosen.metric.title} on the same device lie before {chosen.span}; "
            f"a baseline takes {MIN_BASELINE_DAYS}",
            evidence=[now],
        )
    past = series.value[rows]
    middle = float(np.median(past))
    spread = MAD_TO_SD * float(np.median(np.abs(past - middle)))
    low, high = np.quantile(past, [0.1, 0.9])
    away = (float(chosen.value.mean()) - middle) / spread if spread > 0 else 0.0
    direction = Direction.UNCLEAR if abs(away) < FAR else Direction.UP if away > 0 else Direction.DOWN
    said = f"{len(past)} days before it on the same device"
    return Found(
        evidence=(
            now,
            chosen.evidence("baseline", middle, call, about="usual", valid_days=len(past), method=f"median of {said}"),
            chosen.evidence(
                "usual_low",
                float(low),
                call,
                about="usual range",
                valid_days=len(past),
                method=f"10 % of {said} lie below",
            ),
            chosen.evidence(
                "usual_high",
                float(high),
                call,
                about="usual range",
                valid_days=len(past),
                method=f"10 % of {said} lie above",
            ),
            chosen.evidence(
                "deviation",
                away,
                call,
                unit="robust sd",
                about="from usual",
                direction=direction,
                valid_days=len(past),
                method="(mean - median) / (1.4826 median absolute deviation)",
            ),
        )
    )
