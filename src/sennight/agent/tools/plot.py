"""The tool `plot`: a picture of a metric, by day with the person's own band and device changes, or by hour."""

from datetime import date
from typing import Literal

import numpy as np

from sennight.agent.choosing import Chosen, call_of, choose
from sennight.agent.day_line import DayLine
from sennight.agent.drawing import days_svg, hours_svg
from sennight.agent.person import OpenPerson
from sennight.agent.tools.metric import metric_
from sennight.agent.tools.tool import Declined, Found, Reply, WindowWords
from sennight.agent.window import LAST_30_DAYS


def plot(
    person: OpenPerson, *, metric: str, kind: Literal["days", "hours"] = "days", window: WindowWords = LAST_30_DAYS
) -> Reply:
    """A picture of a metric over a window: by day, with the person's own usual range, weekends, device changes and
    goal; or by hour of the day. The reply holds the SVG and the evidence of what is drawn: lowest and highest day.
    """
    call = call_of("plot", metric=metric, kind=kind, window=window)
    chosen = choose(person, metric, window)
    if kind == "hours":
        reply = metric_(person, metric=metric, window=window, by="hour")
        if isinstance(reply, Declined):
            return reply
        title = f"{chosen.metric.title[0].upper()}{chosen.metric.title[1:]} by hour of the day"
        hours = [int(e.about[:2]) for e in reply.evidence]
        values = [float(e.value) for e in reply.evidence if not isinstance(e.value, str)]
        return Found(evidence=reply.evidence, picture=str(hours_svg(title, chosen.metric.unit, hours, values)))
    ends = []
    for statistic, row in (("lowest", int(np.argmin(chosen.value))), ("highest", int(np.argmax(chosen.value)))):
        about = date.fromordinal(int(chosen.ordinal[row])).isoformat()
        ends.append(chosen.evidence(statistic, float(chosen.value[row]), call, about=about, method="of the days drawn"))
    return Found(evidence=tuple(ends), picture=str(days_svg(line_of(chosen))))


def line_of(chosen: Chosen) -> DayLine:
    """What the picture of the days shows."""
    person, metric = chosen.person, chosen.metric
    goal = next((g.target for g in person.profile.goals if g.metric == metric.name), None)
    return DayLine(
        title=metric.title[0].upper() + metric.title[1:],
        unit=metric.unit,
        dates=chosen.dates,
        values=chosen.value,
        goal=goal,
        changes=[(s.first, s.device) for s in person.segments[1:] if chosen.span.holds(s.first)],
    )
