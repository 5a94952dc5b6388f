"""The tool `associate`: whether two metrics move together over days, with a permutation p; never a cause."""

from typing import Annotated

import numpy as np
from pydantic import Field

from sennight.agent.choosing import call_of, choose, crosses_device_change
from sennight.agent.evidence import Direction
from sennight.agent.person import OpenPerson
from sennight.agent.statistics import association
from sennight.agent.tools.tool import CannotTell, Found, Reason, Reply, WindowWords
from sennight.agent.window import ALL

MIN_PAIRS = 14
CLEAR_P = 0.05
ONLY = "an association only: it does not say that one causes the other"


def associate(
    person: OpenPerson, *, x: str, y: str, lag: Annotated[int, Field(ge=-7, le=7)] = 0, window: WindowWords = ALL
) -> Reply:
    """Whether two daily metrics move together: Spearman's rank correlation over the days that have both, and how often
    shuffled weeks reach it (p). `lag=1` pairs each day of `x` with the next day of `y`; a night belongs to the day of
    its waking up, so activity and the night after it are lag 1. Association only. Takes 14 pairs of days.
    """
    call = call_of("associate", x=x, y=y, lag=lag, window=window)
    a, b = choose(person, x, window), choose(person, y, window)
    common, at, bt = np.intersect1d(a.ordinal + lag, b.ordinal, return_indices=True)
    if len(common) < MIN_PAIRS:
        raise CannotTell(
            Reason.TOO_FEW_DAYS,
            f"{len(common)} days have both {a.metric.title} and {b.metric.title} in {a.span}; this takes {MIN_PAIRS}",
        )
    for side, values in ((a, a.value[at]), (b, b.value[bt])):
        if (values == values[0]).all():
            raise CannotTell(Reason.NOT_SUPPORTED, f"{side.metric.title} is the same on all of these days")
    found = association(a.value[at], b.value[bt])
    clear = found.p <= CLEAR_P
    direction = (Direction.UP if found.rho > 0 else Direction.DOWN) if clear else Direction.UNCLEAR
    caveats = [ONLY]
    if crosses_device_change(person, common):
        direction = Direction.UNCLEAR
        caveats.append("the device changed between these days, which can make metrics move together")
    about = f"{a.metric.title} and {b.metric.title}" + (f" {lag} days later" if lag else "")
    return Found(
        evidence=(
            a.evidence(
                "rank_correlation",
                found.rho,
                call,
                unit="1",
                about=about,
                valid_days=found.n,
                direction=direction,
                caveats=caveats,
                method=f"Spearman's rank correlation of {found.n} days",
            ),
            a.evidence(
                "p_value",
                found.p,
                call,
                unit="1",
                about=about,
                valid_days=found.n,
                caveats=caveats,
                method="999 permutations of blocks of days",
            ),
        )
    )
