"""The tool `metric`: one number of a metric over a window, or one for each group of its days or hours."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from sennight.agent.choosing import Chosen, call_of, choose, metric_named
from sennight.agent.daily import Part, When, daily
from sennight.agent.evidence import Call, Evidence, Interval
from sennight.agent.metrics import FromMinutes, How, source_of
from sennight.agent.person import OpenPerson
from sennight.agent.statistics import LEVEL, mean_interval
from sennight.agent.tools.tool import CannotTell, Found, Reason, Reply, WindowWords
from sennight.agent.window import LAST_7_DAYS
from sennight.record import MINUTES_PER_DAY

Aggregate = Literal["mean", "median", "lowest", "highest", "total", "sd", "latest", "days"]
By = Literal["weekday", "weekend", "week", "month", "day", "hour", "device"]
Hours = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$")]
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
AGGREGATES: dict[str, Callable[[np.ndarray], float]] = {
    "mean": np.mean,
    "median": np.median,
    "lowest": np.min,
    "highest": np.max,
    "total": np.sum,
    "sd": lambda x: float(np.std(x, ddof=1)),
    "latest": lambda x: float(x[-1]),
    "days": len,
}
HOURS_A_DAY, MIN_SEEN_OF_HOUR = 24, 30


def metric_(
    person: OpenPerson,
    *,
    metric: str,
    agg: Aggregate = "mean",
    window: WindowWords = LAST_7_DAYS,
    by: By | None = None,
    hours: Hours | None = None,
    when: When | None = None,
    days_when: str = "",
) -> Reply:
    """One number of a daily or nightly metric over a window of days: its mean, median, lowest, highest, total, sd,
    latest value, or how many days have one. `by` gives one number a weekday, weekend or not, week, month, day, hour of
    the day or device. `hours` ("22:00-06:00") and `when` (asleep, awake, walking, still) take a part of every day;
    `days_when` ("steps>=8000") keeps days on which another metric meets a condition. Days seen too little are left out.
    """
    part = part_of(hours, when)
    call = call_of("metric", metric=metric, agg=agg, window=window, by=by, hours=hours, when=when, days_when=days_when)
    if agg == "total" and not metric_named(person, metric).adds_up and not _night_minutes(person, metric):
        raise CannotTell(
            Reason.NOT_SUPPORTED,
            f"a total of {metric_named(person, metric).title} means nothing",
            todo="Ask for the mean, the lowest or the highest.",
        )
    chosen = choose(person, metric, window, part=part, days_when=days_when, least=2 if agg == "sd" else 1)
    if by == "hour":
        return Found(evidence=_by_hour(chosen, part, call_of("metric", metric=metric, window=window, by="hour")))
    if by is not None:
        return Found(
            evidence=tuple(
                one(
                    chosen,
                    agg,
                    call_of(
                        "metric",
                        metric=metric,
                        agg=agg,
                        window=window,
                        by=by,
                        hours=hours,
                        when=when,
                        days_when=days_when,
                    ),
                    rows=rows,
                    about=about,
                )
                for about, rows in groups(chosen, by)
                if len(rows) > (agg == "sd")
            )
        )
    return Found(evidence=(one(chosen, agg, call),))


def part_of(hours: str | None, when: When | None) -> Part:
    """The part of the day that the arguments name."""
    if hours is None:
        return Part(when=when)
    first, stop = (int(clock[:2]) * 60 + int(clock[3:]) for clock in hours.split("-"))
    if first in (stop, MINUTES_PER_DAY) or stop > MINUTES_PER_DAY:
        raise CannotTell(Reason.BAD_ARGUMENT, f"hours {hours} hold no minute", todo="Write them like 22:00-06:00.")
    return Part(first=first, stop=stop, when=when)


def _night_minutes(person: OpenPerson, name: str) -> bool:
    found = metric_named(person, name)
    return found.night and found.unit == "min"


def one(chosen: Chosen, agg: str, call: Call, *, rows: np.ndarray | None = None, about: str = "") -> Evidence:
    """The evidence of one aggregate over the chosen days, or some of them."""
    x = chosen.value if rows is None else chosen.value[rows]
    ordinal = chosen.ordinal if rows is None else chosen.ordinal[rows]
    value = float(AGGREGATES[agg](x))
    interval = None
    if agg == "mean" and (ends := mean_interval(x, ordinal)):
        interval = Interval(low=ends[0], high=ends[1], level=LEVEL)
    if agg in ("lowest", "highest", "latest") and not about:
        at = {"lowest": int(np.argmin(x)), "highest": int(np.argmax(x)), "latest": len(x) - 1}[agg]
        about = date.fromordinal(int(ordinal[at])).isoformat()
    what = "nights" if chosen.metric.night else "days"
    said = {"total": "total of", "latest": "latest of", "days": "number of", "sd": "standard deviation of"}
    return chosen.evidence(
        agg,
        value,
        call,
        unit=what if agg == "days" else _unit(chosen, agg),
        about=about,
        interval=interval,
        valid_days=len(x),
        method=f"{said.get(agg, f'{agg} of')} {len(x)} {what}",
    )


def _unit(chosen: Chosen, agg: str) -> str:
    """The spread of clock times is minutes, not a time."""
    return "min" if chosen.metric.unit == "clock" and agg == "sd" else ""


def groups(chosen: Chosen, by: str) -> list[tuple[str, np.ndarray]]:
    """(name, rows) of each group of days, in their natural order."""
    dates = chosen.dates
    match by:
        case "weekday":
            keys = [d.weekday() for d in dates]
            names: dict[object, str] = dict(enumerate(WEEKDAYS))
        case "weekend":
            keys = [int(d.weekday() >= 5) for d in dates]
            names = {0: "weekdays", 1: "weekends"}
        case "week":
            keys = [d.toordinal() - d.weekday() for d in dates]
            names = {k: f"week of {date.fromordinal(k).isoformat()}" for k in keys}
        case "month":
            keys = [d.year * 12 + d.month for d in dates]
            names = {d.year * 12 + d.month: f"{d:%B %Y}" for d in dates}
        case "device":
            at = np.searchsorted(chosen.person.ordinal, chosen.ordinal)
            order = [s.device for s in chosen.person.segments]
            device = [chosen.person.device[k] if k < len(chosen.person.device) else "" for k in at]
            keys = [order.index(d) if d in order else len(order) for d in device]
            names = dict(zip(keys, device, strict=True))
        case _:
            keys = [d.toordinal() for d in dates]
            names = {d.toordinal(): d.isoformat() for d in dates}
    return [(names[k], np.flatnonzero(np.array(keys) == k)) for k in sorted(set(keys))]


def _by_hour(chosen: Chosen, part: Part, call: Call) -> tuple[Evidence, ...]:
    """The mean of each hour of the day over the chosen days, where at least half of the hour was seen."""
    source = source_of(chosen.person, chosen.metric)
    if not isinstance(source, FromMinutes) or source.channel == "*" or not part.whole:
        raise CannotTell(
            Reason.NOT_SUPPORTED,
            f"{chosen.metric.title} is not known by hour",
            todo="Ask by weekday, week or month, and without hours or a state.",
        )
    at = np.searchsorted(chosen.person.ordinal, chosen.ordinal)
    minutes = chosen.person.minutes[source.channel]
    x = minutes.values[at].astype(np.float64)
    seen = minutes.seen[at].reshape(len(at), HOURS_A_DAY, -1)
    if source.how is How.AT_LEAST:
        x = (x >= source.threshold).astype(np.float64)
    elif source.how is How.BELOW:
        x = (x < source.threshold).astype(np.float64)
    total = np.where(seen, x.reshape(seen.shape), 0).sum(axis=2)
    n = seen.sum(axis=2)
    enough = n >= MIN_SEEN_OF_HOUR
    sums = source.how in (How.SUM, How.AT_LEAST, How.BELOW)
    hourly = np.where(enough, total if sums else total / np.maximum(n, 1), np.nan)
    return tuple(
        chosen.evidence(
            "mean",
            float(np.nanmean(hourly[:, hour])),
            call,
            about=f"{hour:02d}:00",
            valid_days=int(enough[:, hour].sum()),
            method=f"mean over days of the hour's {'total' if sums else 'mean'}",
        )
        for hour in range(HOURS_A_DAY)
        if enough[:, hour].any()
    )


def daily_values(person: OpenPerson, name: str) -> dict[date, float]:
    """Every day's number of a metric, for pictures and other tools."""
    series = daily(person, metric_named(person, name))
    if series is None:
        return {}
    return {
        date.fromordinal(int(o)): float(v) for o, v in zip(series.ordinal, series.value, strict=True) if np.isfinite(v)
    }
