"""The tool `plot`: a picture of a metric, by day with the person's own band and device changes, or by hour."""

from datetime import date
from typing import Literal

import numpy as np

from sennight.agent.choosing import Chosen, call_of, choose
from sennight.agent.day_line import DayLine
from sennight.agent.person import OpenPerson
from sennight.agent.tools.metric import metric_
from sennight.agent.tools.tool import Declined, Found, Reply, WindowWords
from sennight.agent.window import LAST_30_DAYS

WIDTH, HEIGHT = 640, 220  # pixels


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
        hours = [int(e.about[:2]) for e in reply.evidence]
        values = [float(e.value) for e in reply.evidence if not isinstance(e.value, str)]
        return Found(evidence=reply.evidence, picture=hours_svg(chosen, hours, values))
    ends = []
    for statistic, row in (("lowest", int(np.argmin(chosen.value))), ("highest", int(np.argmax(chosen.value)))):
        about = date.fromordinal(int(chosen.ordinal[row])).isoformat()
        ends.append(chosen.evidence(statistic, float(chosen.value[row]), call, about=about, method="of the days drawn"))
    return Found(evidence=tuple(ends), picture=days_svg(chosen))


def days_svg(chosen: Chosen) -> str:
    """The days as an SVG."""
    from matplotlib.figure import Figure

    from sennight.agent.pictures import draw_days
    from sennight.evaluate.report.figures import Frame, axes, svg

    line = line_of(chosen)

    def draw(frame: Frame) -> Figure:
        figure = frame.figure(HEIGHT)
        draw_days(axes(figure, left=86, top=26, width=WIDTH - 100, height=HEIGHT - 56), line)
        return figure

    name = f"days-{chosen.metric.name.replace('_', '-')}"
    return str(
        svg(name, title=line.title, description=line.described, frame=Frame(width=WIDTH, narrow=False), draw=draw)
    )


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


def hours_svg(chosen: Chosen, hours: list[int], values: list[float]) -> str:
    """The hours as an SVG."""
    from matplotlib.figure import Figure

    from sennight.agent.pictures import draw_hours
    from sennight.evaluate.report.figures import Frame, axes, svg

    title = f"{chosen.metric.title[0].upper()}{chosen.metric.title[1:]} by hour of the day"

    def draw(frame: Frame) -> Figure:
        figure = frame.figure(HEIGHT)
        draw_hours(
            axes(figure, left=86, top=26, width=WIDTH - 100, height=HEIGHT - 56),
            title,
            chosen.metric.unit,
            hours,
            values,
        )
        return figure

    said = f"{title}, over {len(chosen.value)} days"
    name = f"hours-{chosen.metric.name.replace('_', '-')}"
    return str(svg(name, title=title, description=said, frame=Frame(width=WIDTH, narrow=False), draw=draw))
