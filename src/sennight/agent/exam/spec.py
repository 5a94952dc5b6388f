"""A question of the exam as data: what is asked, in which window, of which part of the day; drawn from a seed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

KINDS = ("value", "top", "threshold", "groups", "compare", "trend", "associate", "coverage")
AGGREGATES = ("mean", "median", "lowest", "highest", "total", "sd", "latest")
HOURS = ("06:00-09:00", "09:00-17:00", "18:00-24:00", "22:00-06:00")
STATES = ("walking", "asleep", "still")
UNANSWERABLE = 0.18  # share of questions that have no answer
ADDS_UP = frozenset({"steps", "active_minutes", "sedentary_minutes", "energy", "distance"})
CLOCKS = ("sleep_onset", "wake_time")
NIGHTLY = frozenset({"sleep_minutes", "sleep_onset", "wake_time", "sleep_efficiency", "sleep_deep", "sleep_rem",
                     "time_in_bed", "awake_minutes"})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class When:
    """A window: its sort and numbers; `weekdays` keeps some days of the week (0 is Monday)."""

    sort: str  # all, last, calendar, between, since, day
    n: int = 0
    unit: str = ""
    first: date | None = None
    last: date | None = None
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Question:
    """One typed question; `why` names the reason if it has no answer."""

    kind: str
    metric: str
    when: When
    agg: str = "mean"
    other: str = ""
    second: When | None = None
    hours: str = ""
    state: str = ""
    condition: str = ""
    days_when: str = ""
    by: str = ""
    n: int = 1
    lag: int = 0
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the generator may know of a person: metrics with typical values, metrics they lack, the recorded days."""

    metrics: dict[str, float]
    by_minute: frozenset[str]
    missing: tuple[str, ...]
    first: date
    last: date
    states: tuple[str, ...] = ()


def draw(known: Known, rng: np.random.Generator) -> Question:
    """One question about a person."""
    kind = str(rng.choice(KINDS, p=(0.34, 0.1, 0.14, 0.1, 0.12, 0.07, 0.06, 0.07)))
    names = sorted(known.metrics)
    metric = str(rng.choice(names))
    question = Question(kind=kind, metric=metric, when=window(known, rng))
    question = _shaped(question, known, rng, names)
    return spoiled(question, known, rng) if rng.random() < UNANSWERABLE else question


def _shaped(q: Question, known: Known, rng: np.random.Generator, names: Sequence[str]) -> Question:
    """The slots that its kind needs, and some it may have."""
    if q.kind == "value":
        allowed = [a for a in AGGREGATES if a != "total" or q.metric in ADDS_UP]
        q = replace(q, agg=str(rng.choice(allowed)))
        draw_part = rng.random()
        if q.metric in known.by_minute and draw_part < 0.2:
            q = replace(q, hours=str(rng.choice(HOURS)))
        elif q.metric in known.by_minute and draw_part < 0.3 and known.states and q.agg not in ("total", "sd"):
            q = replace(q, state=str(rng.choice(known.states)))
        elif draw_part < 0.42:
            other = str(rng.choice(names))
            sign = str(rng.choice((">=", ">", "<=", "<")))
            q = replace(q, days_when=f"{other}{sign}{limit_of(other, known, rng):g}") if other not in CLOCKS else q
    if q.kind == "top":
        q = replace(q, agg=str(rng.choice(("highest", "lowest"))), n=int(rng.choice((1, 1, 3, 5))))
    if q.kind == "threshold":
        q = replace(
            q,
            condition=f"{rng.choice(('>', '<') if q.metric in CLOCKS else ('>=', '>', '<=', '<'))}{limit_of(q.metric, known, rng):g}",
        )
    if q.kind == "groups":
        q = replace(
            q, by=str(rng.choice(("weekday", "week", "month") + (("hour",) if q.metric in known.by_minute else ())))
        )
    if q.kind == "compare":
        q = _compared(q, known, rng)
    if q.kind == "associate":
        others = [n for n in names if n != q.metric]
        q = replace(
            q,
            other=str(rng.choice(others)) if others else q.metric,
            lag=int(rng.choice((0, 0, 1))),
            when=When(sort="all"),
        )
        if not others:
            q = replace(q, kind="coverage", other="", lag=0)
    if q.kind == "trend":
        q = replace(
            q,
            when=When(sort="all")
            if rng.random() < 0.5
            else When(sort="last", n=int(rng.choice((14, 30, 60))), unit="day"),
        )
    return q


def _compared(q: Question, known: Known, rng: np.random.Generator) -> Question:
    sort = rng.random()
    if sort < 0.35:
        base = When(sort="all")
        return replace(q, when=replace(base, weekdays=(5, 6)), second=replace(base, weekdays=(0, 1, 2, 3, 4)))
    if sort < 0.7:
        unit = str(rng.choice(("week", "month")))
        return replace(q, when=When(sort="calendar", n=0, unit=unit), second=When(sort="calendar", n=-1, unit=unit))
    middle = known.first + (known.last - known.first) / 2
    return replace(
        q, when=When(sort="between", first=known.first, last=middle),
        second=When(sort="between", first=middle + timedelta(days=1), last=known.last),
    )  # fmt: skip


def window(known: Known, rng: np.random.Generator) -> When:
    """Any window that touches the recorded days, most of them."""
    days = (known.last - known.first).days
    sort = str(
        rng.choice(
            ("all", "last", "calendar", "between", "since", "day", "weekend"),
            p=(0.2, 0.25, 0.2, 0.12, 0.08, 0.08, 0.07),
        )
    )
    start = known.first + timedelta(days=int(rng.integers(0, max(days, 1))))
    match sort:
        case "last":
            return When(sort="last", n=int(rng.choice((3, 7, 10, 14, 30, 90))), unit="day")
        case "calendar":
            return When(sort="calendar", n=int(rng.choice((0, -1, -1, -2))), unit=str(rng.choice(("week", "month"))))
        case "between":
            return When(
                sort="between", first=start, last=min(start + timedelta(days=int(rng.integers(1, 21))), known.last)
            )
        case "since":
            return When(sort="since", first=start)
        case "day":
            return When(sort="day", first=start)
        case "weekend":
            return When(sort="all", weekdays=(5, 6) if rng.random() < 0.7 else (int(rng.integers(0, 7)),))
    return When(sort="all")


def limit_of(metric: str, known: Known, rng: np.random.Generator) -> float:
    """A threshold near what the person usually has, as people would say it."""
    usual = known.metrics[metric] * float(rng.uniform(0.7, 1.3))
    step = 10 ** max(int(np.floor(np.log10(max(abs(usual), 1)))) - 1, 0)
    return float(round(usual / step) * step)


def spoiled(q: Question, known: Known, rng: np.random.Generator) -> Question:
    """The same question without an answer: nobody measured it, or nothing was recorded then, or it makes no sense."""
    sort = int(rng.integers(0, 4))
    plain = replace(
        q,
        hours="",
        state="",
        days_when="",
        by="",
        condition="",
        other="",
        second=None,
        kind="value",
        agg="mean",
        n=1,
        lag=0,
    )
    if sort == 0 and known.missing:
        return replace(plain, metric=str(rng.choice(known.missing)), why="not measured")
    if sort == 1:
        before = known.first - timedelta(days=int(rng.integers(40, 400)))
        return replace(plain, when=When(sort="between", first=before, last=before + timedelta(days=6)), why="outside")
    if sort == 2 and any(m not in ADDS_UP and m not in NIGHTLY for m in known.metrics):
        wrong = sorted(m for m in known.metrics if m not in ADDS_UP and m not in NIGHTLY)
        return replace(plain, metric=str(rng.choice(wrong)), agg="total", when=When(sort="all"), why="no total")
    after = known.last + timedelta(days=int(rng.integers(30, 300)))
    return replace(plain, when=When(sort="day", first=after), why="outside")
