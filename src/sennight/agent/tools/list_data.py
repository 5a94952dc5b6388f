"""The tool `list_data`: what was recorded: from when to when, on which devices, and which metrics can be asked for."""

import numpy as np

from sennight.agent.choosing import call_of
from sennight.agent.daily import daily
from sennight.agent.evidence import Evidence, Origin
from sennight.agent.metrics import metrics_of
from sennight.agent.person import OpenPerson
from sennight.agent.tools.tool import Found, Reply
from sennight.agent.window import Span


def list_data(person: OpenPerson) -> Reply:
    """What there is: the recorded days and how many of them are valid, the devices and when each began, and every
    metric that can be asked for with the number of days it has and its unit. Call this first.
    """
    call = call_of("list_data")
    span = Span(first=person.first, last=person.last)
    days = len(span.dates)
    devices = tuple(dict.fromkeys(s.device for s in person.segments))

    def known(metric: str, statistic: str, value: float | str, unit: str, about: str, method: str) -> Evidence:
        return Evidence(
            metric=metric,
            statistic=statistic,
            value=value,
            unit=unit,
            window=span,
            method=method,
            call=call,
            about=about,
            zone=person.zone,
            days=days,
            devices=devices,
            caveats=person.notes,
            origin=Origin.MEASURED,
        )

    made = [
        known("all", "days", float(len(person.ordinal)), "days", "recorded", "days on which anything was seen"),
        known("all", "days", float(person.valid.sum()), "days", "valid", "days worn for at least 10 hours"),
    ]
    made += [
        known("all", "device", s.first.isoformat(), "date", s.device, "first day on which it measured most")
        for s in person.segments
    ]
    for metric in metrics_of(person).values():
        series = daily(person, metric)
        n = 0 if series is None else int(np.isfinite(series.value).sum())
        if n and series is not None:
            what = "nights" if metric.night else "days"
            made.append(known(metric.name, "days", float(n), what, f"{metric.title} ({metric.unit})", series.method))
    return Found(evidence=tuple(made))
