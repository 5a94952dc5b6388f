"""The tool `workout_amounts`: a number over workouts that an export lists: how many, how far, how long."""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from sennight.agent.choosing import CONDITION, call_of, metric_named, span_of
from sennight.agent.daily import daily
from sennight.agent.evidence import Evidence
from sennight.agent.person import OpenPerson, Workout
from sennight.agent.tools.tool import CannotTell, Found, Reason, Reply, WindowWords
from sennight.agent.window import ALL

Text = Annotated[str, Field(max_length=60)]
Amount = Literal[
    "minutes", "distance_m", "energy_kcal", "steps", "mean_heart_rate", "speed", "elevation_m", "active_zone_minutes"
]
Aggregate = Literal["total", "mean", "median", "highest", "lowest", "count", "days"]
UNITS = {"minutes": "min", "distance_m": "m", "energy_kcal": "kcal", "steps": "steps", "mean_heart_rate": "beats/min",
         "speed": "1", "elevation_m": "m", "active_zone_minutes": "min"}  # fmt: skip
SIGNS: dict[str, Callable[[float, float], bool]] = {
    ">=": lambda x, y: x >= y, "<=": lambda x, y: x <= y, ">": lambda x, y: x > y, "<": lambda x, y: x < y,
}  # fmt: skip
AGGREGATES: dict[str, Callable[[np.ndarray], float]] = {
    "total": np.sum, "mean": np.mean, "median": np.median, "highest": np.max, "lowest": np.min,
}  # fmt: skip
TAKE = re.compile(r"(first|last) (\d{1,3})")


def workout_amounts(
    person: OpenPerson, *, kind: Text = "", amount: Amount = "minutes", agg: Aggregate = "total",
    window: WindowWords = ALL,
    condition: Text = "", days_when: Text = "", workout_days: Text = "", take: Text = "",
) -> Reply:  # fmt: skip
    """A number over the workouts an export lists: how many (`agg="count"`), on how many days, or the total, mean,
    median, highest or lowest of an amount. `kind` is what they are called ("Run"); `condition` ("distance_m>=5000")
    is on the workout, `days_when` ("sleep_minutes<360") on a daily metric, `workout_days` on any workout of the day;
    `take` keeps the "first 3" or "last 2".
    """
    arguments = {"kind": kind, "amount": amount, "agg": agg, "window": window, "condition": condition,
                 "days_when": days_when, "workout_days": workout_days, "take": take}  # fmt: skip
    call = call_of("workout_amounts", **arguments)
    if not person.workouts:
        hint = "`workouts` finds brisk stretches instead."
        raise CannotTell(Reason.NOT_MEASURED, "the export lists no workouts", todo=hint)
    span = span_of(person, window)
    mine = [w for w in person.workouts if span.holds(w.day) and kind.lower() in w.kind.lower()]
    if condition:
        test = _test(condition)
        mine = [w for w in mine if test(w)]
    if workout_days:
        test = _test(workout_days)
        days = {w.day for w in person.workouts if test(w)}
        mine = [w for w in mine if w.day in days]
    if days_when:
        days = _days(person, days_when)
        mine = [w for w in mine if w.day in days]
    if taken := TAKE.fullmatch(take.strip().lower()):
        mine = mine[: int(taken[2])] if taken[1] == "first" else mine[-int(taken[2]) :]
    elif take:
        raise CannotTell(
            Reason.BAD_ARGUMENT, f"take '{take[:20]}' is neither first nor last so many", todo="Write it like last 3."
        )
    value, unit, n = _value(mine, amount, agg)
    said = " and ".join(part for part in (condition, days_when, workout_days, take) if part)
    return Found(evidence=(
        Evidence(
            metric="workouts", statistic=agg, value=value, unit=unit, window=span, call=call, about=kind or "all kinds",
            method=f"{agg} of {n} workouts as the export lists them" + (f", {said}" if said else ""), zone=person.zone,
            days=len(span.dates), valid_days=len({w.day for w in mine}),
        ),
    ))  # fmt: skip


def _value(mine: list[Workout], amount: str, agg: str) -> tuple[float, str, int]:
    """(value, unit, workouts that count). No workout is a count, and a total, of none. Raises: CannotTell."""
    if agg == "count":
        return float(len(mine)), "count", len(mine)
    if agg == "days":
        return float(len({w.day for w in mine})), "days", len(mine)
    known = [float(x) for w in mine if (x := getattr(w, amount)) is not None]
    if not known and (agg != "total" or mine):
        raise CannotTell(Reason.TOO_FEW_DAYS, f"no such workout with {amount.replace('_', ' ')} is listed")
    return (float(AGGREGATES[agg](np.array(known))) if known else 0.0), UNITS[amount], len(known)


def _test(condition: str) -> Callable[[Workout], bool]:
    parsed = CONDITION.fullmatch(condition)
    if parsed is None or parsed[1] not in UNITS:
        raise CannotTell(
            Reason.BAD_ARGUMENT,
            f"'{condition[:40]}' is no condition on a workout",
            todo=f"Amounts: {', '.join(UNITS)}.",
        )
    amount, sign, limit = parsed[1], SIGNS[parsed[2]], float(parsed[3])
    return lambda w: (x := getattr(w, amount)) is not None and sign(x, limit)


def _days(person: OpenPerson, condition: str) -> set[date]:
    parsed = CONDITION.fullmatch(condition)
    if parsed is None:
        raise CannotTell(
            Reason.BAD_ARGUMENT, f"'{condition[:40]}' is no condition", todo="Write it like sleep_minutes<360."
        )
    metric = metric_named(person, parsed[1])
    series = daily(person, metric)
    if series is None:
        raise CannotTell(Reason.NOT_SUPPORTED, f"{metric.title} is not known by day")
    sign, limit = SIGNS[parsed[2]], float(parsed[3])
    return {
        date.fromordinal(int(o))
        for o, v in zip(series.ordinal, series.value, strict=True)
        if np.isfinite(v) and sign(v, limit)
    }
