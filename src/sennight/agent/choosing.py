"""Choosing: a metric's days inside a window, with everything evidence must say about them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64, Int64

from sennight.agent.daily import WHOLE, Daily, Part, daily
from sennight.agent.evidence import Call, Direction, Evidence, Interval, Origin
from sennight.agent.metrics import BY_NAME, FromFact, Metric, metrics_of, source_of
from sennight.agent.person import OpenPerson
from sennight.agent.reply import CannotTell, Reason
from sennight.agent.window import Span, Window, on_calendar
from sennight.errors import InputError

CONDITION = re.compile(r"\s*(\w+)\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*")


def metric_named(person: OpenPerson, name: str) -> Metric:
    """The person's metric of this name.

    Raises: CannotTell if they do not have it; it names what is near, or what they have.
    """
    mine = metrics_of(person)
    if name in mine:
        return mine[name]
    if name in BY_NAME:
        raise CannotTell(
            Reason.NOT_MEASURED, f"no device of this person measured {BY_NAME[name].title}",
            todo=f"Measured: {', '.join(mine)}.",
        )  # fmt: skip
    near = get_close_matches(name, [*mine, *BY_NAME], n=3)
    raise CannotTell(
        Reason.BAD_ARGUMENT, f"there is no metric '{name[:40]}'",
        todo=f"Did you mean {', '.join(near)}?" if near else f"Known: {', '.join(mine)}.",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Chosen:
    """The days of a window that count: their numbers, dates, and what has to be said about the window."""

    person: OpenPerson
    daily: Daily
    span: Span
    ordinal: Int64[np.ndarray, " n"]
    value: Float64[np.ndarray, " n"]
    days: int
    coverage: float
    caveats: tuple[str, ...]

    @property
    def metric(self) -> Metric:
        """Which metric."""
        return self.daily.metric

    @property
    def dates(self) -> list[date]:
        """The dates of the days that count."""
        return [date.fromordinal(int(o)) for o in self.ordinal]

    @property
    def devices(self) -> tuple[str, ...]:
        """Which devices measured these days, by first use."""
        return tuple(dict.fromkeys(name for name in devices_on(self.person, self.ordinal)))

    def evidence(
        self, statistic: str, value: float | bool | str, call: Call, *, unit: str = "", about: str = "",
        interval: Interval | None = None, valid_days: int | None = None, direction: Direction | None = None,
        method: str = "", caveats: Sequence[str] = (), origin: Origin = Origin.MEASURED,
    ) -> Evidence:  # fmt: skip
        """Evidence about these days."""
        return Evidence(
            metric=self.metric.name, statistic=statistic, value=value, unit=unit or self.metric.unit, window=self.span,
            method="; ".join(part for part in (method, self.daily.method) if part), call=call, about=about,
            interval=interval, zone=self.person.zone, valid_days=len(self.value) if valid_days is None else valid_days,
            days=self.days, coverage=round(self.coverage, 4), devices=self.devices,
            caveats=tuple(dict.fromkeys((*caveats, *self.caveats))), origin=origin, direction=direction,
        )  # fmt: skip


def devices_on(person: OpenPerson, ordinal: Int64[np.ndarray, " n"]) -> list[str]:
    """The device of each of these days; days without minutes have none."""
    at = np.searchsorted(person.ordinal, ordinal)
    return [
        person.device[k] for k, o in zip(at, ordinal, strict=True)
        if k < len(person.ordinal) and person.ordinal[k] == o and person.device[k]
    ]  # fmt: skip


def span_of(person: OpenPerson, window: Window) -> Span:
    """The window on this person's calendar.

    Raises: CannotTell if it names an event they do not have or leaves the calendar.
    """
    try:
        return on_calendar(window, today=person.today, recorded=person.recorded, events=person.events)
    except InputError as error:
        raise CannotTell(Reason.BAD_ARGUMENT, error.what, todo=error.todo) from error


def choose(
    person: OpenPerson, name: str, window: Window, *, part: Part = WHOLE, days_when: str = "", least: int = 1
) -> Chosen:
    """A metric's days in a window. `days_when` keeps days on which another metric meets a condition (`steps>=8000`).

    Raises: CannotTell if the metric, the window or the part of the day has nothing, or fewer than `least` days count.
    """
    metric = metric_named(person, name)
    span = span_of(person, window)
    series = daily(person, metric, part)
    if series is None:
        raise CannotTell(
            Reason.NOT_SUPPORTED, f"{metric.title} is known by day only, not for a part of the day ({part})",
            todo="Ask without the hours or the state.",
        )  # fmt: skip
    held = _inside(series.ordinal, span)
    days = len(span.dates)
    caveats = list(person.notes)
    if days_when:
        met, said = _meets(person, days_when, series.ordinal)
        held &= met
        days = int(held.sum())
        caveats.append(f"only days with {said}")
    counts = held & series.counts
    if int(counts.sum()) < least:
        raise _too_few(metric, series, span, held, least)
    caveats += _left_out(metric, held, counts)
    coverage = float(series.seen[counts].sum() / (series.possible * counts.sum())) if series.possible else 0.0
    caveats += _boundaries(person, series.ordinal[counts])
    return Chosen(
        person=person, daily=series, span=span, ordinal=series.ordinal[counts], value=series.value[counts], days=days,
        coverage=coverage, caveats=tuple(caveats),
    )  # fmt: skip


def _inside(ordinal: np.ndarray, span: Span) -> Bool[np.ndarray, " day"]:
    held = (ordinal >= span.first.toordinal()) & (ordinal <= span.last.toordinal())
    if len(span.weekdays) < 7:
        held &= np.isin((ordinal - 1) % 7, list(span.weekdays))
    return held


def _meets(person: OpenPerson, condition: str, ordinal: np.ndarray) -> tuple[np.ndarray, str]:
    parsed = CONDITION.fullmatch(condition)
    if parsed is None:
        raise CannotTell(Reason.BAD_ARGUMENT, f"'{condition[:40]}' is no condition", todo="Write it like steps>=8000.")
    other = metric_named(person, parsed[1])
    series = daily(person, other)
    if series is None:
        raise CannotTell(Reason.NOT_SUPPORTED, f"{other.title} is not known by day")
    x, limit = series.value, float(parsed[3])
    met = {">=": x >= limit, "<=": x <= limit, ">": x > limit, "<": x < limit}[parsed[2]] & series.counts
    return np.isin(ordinal, series.ordinal[met]), f"{other.title} {parsed[2]} {limit:g} {other.unit}"


def _left_out(metric: Metric, held: np.ndarray, counts: np.ndarray) -> list[str]:
    """Days inside the window that were recorded and do not count."""
    left = int(held.sum() - counts.sum())
    if not left:
        return []
    what = "night" if metric.night else "day"
    why = "its sleep was not recorded" if metric.night else "too little of it was seen"
    return [f"{left} recorded {what}{'s' if left > 1 else ''} left out: {why if left == 1 else _plural(why)}"]


def _plural(why: str) -> str:
    return why.replace("its sleep", "their sleep").replace("of it was", "of them was")


def _boundaries(person: OpenPerson, ordinal: np.ndarray) -> list[str]:
    """A change of device inside the days, if there is one."""
    if len(ordinal) < 2:
        return []
    clock = _clock_changes(person, ordinal)
    crossed = [s for s in person.segments[1:] if ordinal[0] < s.first.toordinal() <= ordinal[-1]]
    return clock + [f"the device changed to {s.device} on {s.first.day} {s.first:%b %Y}" for s in crossed[:3]]


def _clock_changes(person: OpenPerson, ordinal: np.ndarray) -> list[str]:
    """Days on which the recorded UTC offset changed: summer time or travel."""
    changed = person.ordinal[person.offset_min[:, 0] != person.offset_min[:, 1]] if len(person.ordinal) else ordinal[:0]
    days = [date.fromordinal(int(o)) for o in changed if ordinal[0] <= o <= ordinal[-1]]
    if not days:
        return []
    named = ", ".join(f"{d.day} {d:%b %Y}" for d in days[:3]) + (" and others" if len(days) > 3 else "")
    return [f"the clock or time zone changed on {named}; each minute counts to the local day it was recorded on"]


def crosses_device_change(person: OpenPerson, ordinal: np.ndarray) -> bool:
    """Do these days lie in more than one device segment?"""
    return len({segment_of(person, int(o)) for o in ordinal}) > 1


def segment_of(person: OpenPerson, ordinal: int) -> int:
    """Which device segment a day lies in."""
    return sum(s.first.toordinal() <= ordinal for s in person.segments[1:])


def _too_few(metric: Metric, series: Daily, span: Span, held: np.ndarray, least: int) -> CannotTell:
    n = int((held & series.counts).sum())
    known = series.ordinal[series.counts]
    what = "night" if metric.night else "day"
    if not len(known):
        return CannotTell(Reason.TOO_FEW_DAYS, f"no {what} of {metric.title} was seen well enough to count")
    first, last = date.fromordinal(int(known[0])), date.fromordinal(int(known[-1]))
    many = "s" if len(known) > 1 else ""
    have = f"{metric.title} is known for {len(known)} {what}{many}, {Span(first=first, last=last)}"
    if span.last < first or span.first > last:
        return CannotTell(Reason.OUTSIDE, f"nothing was recorded in {span}", todo=f"{have}.")
    if not n and not held.any():
        return CannotTell(Reason.OUTSIDE, f"no {what} of {metric.title} was recorded in {span}", todo=f"{have}.")
    counted = (
        f"{n} {what}{'s' if n != 1 else ''} of {metric.title} counted" if n else f"no {what} of {metric.title} counted"
    )
    return CannotTell(
        Reason.TOO_FEW_DAYS, f"{counted} in {span}; this takes at least {least}", todo=f"{have}.",
    )  # fmt: skip


def call_of(tool: str, **arguments: Any) -> Call:
    """The call that computes a value again, without arguments that are empty."""
    plain = {k: v if isinstance(v, int | float | bool) else str(v) for k, v in arguments.items() if v not in ("", None)}
    return Call(tool=tool, arguments=plain)


def maker_says(person: OpenPerson, metric: Metric) -> bool:
    """Does the number come from the device's maker and not from minutes?"""
    return isinstance(source_of(person, metric), FromFact)
