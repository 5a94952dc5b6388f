"""The tool `days`: which days had the most, the least, or met a condition; and how many of them."""

import re
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from sennight.agent.choosing import call_of, choose
from sennight.agent.person import OpenPerson
from sennight.agent.tools.tool import CannotTell, Found, Reason, Reply, WindowWords
from sennight.agent.window import ALL

Comparison = Literal["top", "bottom", "threshold"]
Condition = Annotated[str, Field(max_length=40)]
SIGNS = {">=": np.greater_equal, "<=": np.less_equal, ">": np.greater, "<": np.less}


def days(
    person: OpenPerson,
    *,
    metric: str,
    which: Comparison = "top",
    n: Annotated[int, Field(ge=1, le=100)] = 1,
    condition: Condition = "",
    window: WindowWords = ALL,
) -> Reply:
    """The `n` days (or nights) with the most (`top`) or least (`bottom`) of a metric, with date and value; or, with
    which="threshold" and a condition such as ">=8000", how many days meet it and which. Ties go to the earlier day.
    """
    chosen = choose(person, metric, window)
    if which == "threshold":
        parsed = re.fullmatch(r"\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*", condition)
        if parsed is None:
            raise CannotTell(Reason.BAD_ARGUMENT, "a threshold needs a condition", todo="Write it like >=8000.")
        sign, limit = parsed[1], float(parsed[2])
        rows = np.flatnonzero(SIGNS[sign](chosen.value, limit))
        call = call_of("days", metric=metric, which=which, condition=f"{sign}{limit:g}", window=window)
        what = "nights" if chosen.metric.night else "days"
        count = chosen.evidence(
            "days",
            float(len(rows)),
            call,
            unit=what,
            about=f"{sign} {limit:g} {chosen.metric.unit}",
            method=f"{what} with {chosen.metric.title} {sign} {limit:g} {chosen.metric.unit}",
        )
        share = chosen.evidence(
            "share",
            len(rows) / len(chosen.value),
            call,
            unit="share",
            about=f"{sign} {limit:g} {chosen.metric.unit}",
            method=f"share of the {what} that count",
        )
        listed = rows[-n:][::-1] if n > 1 else rows[:0]
        head = [count, share]
    else:
        call = call_of("days", metric=metric, which=which, n=n, window=window)
        sign_of = -1 if which == "top" else 1
        listed = np.argsort(sign_of * chosen.value, kind="stable")[:n]
        head = []
    found = [
        chosen.evidence("value", float(chosen.value[row]), call, about=chosen.dates[row].isoformat(), method="one day")
        for row in listed
    ]
    return Found(evidence=(*head, *found))
