"""The tool `compare`: two windows of one metric side by side, their difference and whether it stands out."""

from typing import Annotated

from pydantic import Field

from sennight.agent.choosing import Chosen, call_of, choose
from sennight.agent.evidence import Call, Direction, Evidence, Interval
from sennight.agent.person import OpenPerson
from sennight.agent.statistics import LEVEL, difference
from sennight.agent.tools.metric import one
from sennight.agent.tools.tool import Found, Reply, WindowWords
from sennight.agent.window import LAST_7_DAYS, LastNDays

WEEK_BEFORE = LastNDays(n=7, ago=7)
MIN_TO_JUDGE = 4  # days in each window, below which both means are given and no direction
Condition = Annotated[str, Field(max_length=60)]


def compare(
    person: OpenPerson,
    *,
    metric: str,
    a: WindowWords = WEEK_BEFORE,
    b: WindowWords = LAST_7_DAYS,
    a_when: Condition = "",
    b_when: Condition = "",
) -> Reply:
    """Compare a metric between window `a` (the one compared with) and window `b`: both means, and b minus a with its
    90 % interval. `a_when` and `b_when` ("steps>=8000") keep days on which another metric meets a condition. The
    direction is given only where the interval does not hold zero, each window has four days, and no change of device
    lies between them.
    """
    call = call_of("compare", metric=metric, a=a, b=b, a_when=a_when, b_when=b_when)
    before, after = choose(person, metric, a, days_when=a_when), choose(person, metric, b, days_when=b_when)
    return Found(
        evidence=(gap(before, after, call), one(before, "mean", call, about="a"), one(after, "mean", call, about="b"))
    )


def gap(before: Chosen, after: Chosen, call: Call) -> Evidence:
    """Mean of `after` minus mean of `before`, and what may be said of its direction."""
    n = min(len(before.value), len(after.value))
    devices = tuple(dict.fromkeys((*before.devices, *after.devices)))
    caveats = [c for c in before.caveats if c not in after.caveats]
    direction, interval, value = Direction.UNCLEAR, None, float(after.value.mean() - before.value.mean())
    if n >= MIN_TO_JUDGE:
        found = difference(before.value, before.ordinal, after.value, after.ordinal)
        interval = Interval(low=found.low, high=found.high, level=LEVEL)
        if found.low > 0 or found.high < 0:
            direction = Direction.UP if value > 0 else Direction.DOWN
    else:
        caveats.append(f"fewer than {MIN_TO_JUDGE} days on one side: too few to say whether this is more than chance")
    if len(devices) > 1 and direction is not Direction.UNCLEAR:
        direction = Direction.UNCLEAR
        caveats.append("different devices measured the two sides, so a difference may be the device's")
    unit = "min" if after.metric.unit == "clock" else ""
    return after.evidence(
        "difference",
        value,
        call,
        unit=unit,
        about="b minus a",
        interval=interval,
        direction=direction,
        method=f"difference of means, {len(after.value)} against {len(before.value)} days",
        caveats=caveats,
    )
