"""The tool `forecast`: what a daily metric may come to on the next days, with a band; an estimate, marked as one."""

from dataclasses import replace
from datetime import date
from typing import Annotated

import numpy as np
from pydantic import Field

from sennight.agent.choosing import call_of, choose
from sennight.agent.evidence import Evidence, Interval, Origin
from sennight.agent.person import OpenPerson
from sennight.agent.tools.tool import Found, Reply
from sennight.agent.window import LastNDays, Span
from sennight.generate.forecast.panel import Panel
from sennight.generate.forecast.plain import holt_winters

HISTORY_DAYS, MIN_HISTORY, SEASON = 56, 21, 7
LEVEL = 0.9
MAX_AHEAD = 14
MIN_ERRORS = 8
MIN_PAST = 14  # days before a cut at which the method is tried
ESTIMATE = "an estimate of days to come, not a measurement"


def forecast(person: OpenPerson, *, metric: str, days: Annotated[int, Field(ge=1, le=MAX_AHEAD)] = 7) -> Reply:
    """What a daily metric may come to on each of the next days (1 to 14) after today, with a 90 % interval made of the
    errors that the same method made on this person's own past. Holt-Winters with the weekday as season. Takes 21 days
    of the last 56.
    """
    call = call_of("forecast", metric=metric, days=days)
    chosen = choose(person, metric, LastNDays(n=HISTORY_DAYS), least=MIN_HISTORY)
    last = person.today.toordinal()
    history = np.full(HISTORY_DAYS, np.nan)
    history[chosen.ordinal - (last - HISTORY_DAYS + 1)] = chosen.value
    ahead = holt_winters(_panel(history[None, :], days, np.array([last % SEASON])))[0]
    errors = _errors(history, days, last)
    made: list[Evidence] = []
    for h in range(days):
        day = date.fromordinal(last + 1 + h)
        wrong = errors[h][np.isfinite(errors[h])]
        ends = np.quantile(wrong, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) if len(wrong) >= MIN_ERRORS else None
        value = max(float(ahead[h]), 0.0) if chosen.metric.unit != "clock" else float(ahead[h])
        found = chosen.evidence(
            "forecast",
            value,
            call,
            about=day.isoformat(),
            origin=Origin.PREDICTED,
            caveats=(ESTIMATE,),
            interval=None
            if ends is None
            else Interval(low=min(value + float(ends[0]), value), high=max(value + float(ends[1]), value), level=LEVEL),
            method=f"Holt-Winters with a weekly season over {len(chosen.value)} days",
        )
        made.append(_on(found, day))
    return Found(evidence=tuple(made))


def _on(evidence: Evidence, day: date) -> Evidence:
    """The same, about a day to come."""
    return replace(evidence, window=Span(first=day, last=day, asked=day.isoformat()))


def _panel(histories: np.ndarray, days: int, weekday: np.ndarray) -> Panel:
    return Panel(
        history=histories, future=np.full((len(histories), days), np.nan), person=("",) * len(histories),
        cut=np.zeros(len(histories), dtype=np.int64), weekday=weekday, season=SEASON,
    )  # fmt: skip


def _errors(history: np.ndarray, days: int, last: int) -> list[np.ndarray]:
    """By day ahead: what came minus what the same method said, at each cut after two weeks."""
    length = len(history)
    cuts = [c for c in range(MIN_PAST, length) if np.isfinite(history[:c]).sum() >= MIN_PAST // 2]
    if not cuts:
        return [np.zeros(0)] * days
    shown = np.stack([np.concatenate([np.full(length - c, np.nan), history[:c]]) for c in cuts])
    weekday = np.array([(last - length + c) % SEASON for c in cuts], dtype=np.int64)
    said = holt_winters(_panel(shown, days, weekday))
    return [np.array([history[c + h] - said[i, h] for i, c in enumerate(cuts) if c + h < length]) for h in range(days)]
