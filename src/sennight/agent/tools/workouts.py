"""The tool `workouts`: workouts that an export lists, or else stretches of brisk movement found in the minutes."""

from datetime import date
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from sennight.agent.choosing import call_of, span_of
from sennight.agent.evidence import Evidence
from sennight.agent.person import OpenPerson, Workout
from sennight.agent.tools.tool import CannotTell, Found, Reason, Reply, WindowWords
from sennight.agent.window import LAST_30_DAYS

MIN_BOUT, PAUSE = 10, 2  # minutes a stretch must last, and the longest pause inside it
BRISK_STEPS, RUN_STEPS = 100.0, 130.0  # steps a minute (Tudor-Locke 2018, doi:10.1136/bjsports-2017-097628)
BRISK_METS = 3.0
Kind = Annotated[str, Field(max_length=40)]


def workouts(
    person: OpenPerson,
    *,
    window: WindowWords = LAST_30_DAYS,
    kind: Kind = "",
    sort: Literal["newest", "longest", "farthest"] = "newest",
    n: Annotated[int, Field(ge=1, le=100)] = 5,
) -> Reply:
    """How many workouts there were in a window, their minutes in all, and the newest, longest or farthest of them.
    Where the export lists none, stretches of at least 10 brisk minutes (100 steps or 3 MET and more) are taken instead
    and called walking or running by their cadence. `kind` keeps those whose kind contains it ("run").
    """
    call = call_of("workouts", window=window, kind=kind, sort=sort, n=n)
    span = span_of(person, window)
    everything, method = listed_or_found(person)
    mine = [w for w in everything if span.holds(w.day) and kind.lower() in w.kind.lower()]
    if not mine and not (span.first <= person.last and span.last >= person.first):
        raise CannotTell(Reason.OUTSIDE, f"nothing was recorded in {span}")

    def known(statistic: str, value: float | str, unit: str, about: str) -> Evidence:
        return Evidence(
            metric="workouts",
            statistic=statistic,
            value=value,
            unit=unit,
            window=span,
            method=method,
            call=call,
            about=about,
            zone=person.zone,
            days=len(span.dates),
            caveats=person.notes,
            devices=tuple(dict.fromkeys(s.device for s in person.segments)),
        )

    what = kind or "all kinds"
    made = [
        known("count", float(len(mine)), "count", what),
        known("total", float(sum(w.minutes for w in mine)), "min", what),
    ]
    if any(w.distance_m is not None for w in mine):
        made.append(known("total", float(sum(w.distance_m or 0 for w in mine)), "m", what))
    order = {
        "newest": lambda w: (-w.day.toordinal(), -w.start_min),
        "longest": lambda w: (-w.minutes, w.day.toordinal()),
        "farthest": lambda w: (-(w.distance_m or 0.0), w.day.toordinal()),
    }[sort]
    for w in sorted(mine, key=order)[:n]:
        when = f"{w.kind}, {w.day.isoformat()} {w.start_min // 60:02d}:{w.start_min % 60:02d}"
        made.append(known("value", w.minutes, "min", when))
        if w.distance_m is not None:
            made.append(known("value", w.distance_m, "m", when))
        if w.mean_heart_rate is not None:
            made.append(known("value", w.mean_heart_rate, "beats/min", when))
    return Found(evidence=tuple(made), left_off=max(len(mine) - n, 0))


def listed_or_found(person: OpenPerson) -> tuple[tuple[Workout, ...], str]:
    """The workouts and how they came to be known. Raises: CannotTell if nothing can tell them."""
    if person.workouts:
        return person.workouts, "workouts as the export lists them"
    if "workouts" not in person.kept:
        person.kept["workouts"] = tuple(_bouts(person))
    return person.kept["workouts"], (
        f"stretches of at least {MIN_BOUT} brisk minutes (100 steps or 3 MET a minute and more) with pauses of at most "
        f"{PAUSE} minutes, found in the minutes"
    )


def _bouts(person: OpenPerson) -> list[Workout]:
    name, least = next(
        ((c, t) for c, t in (("steps", BRISK_STEPS), ("mets", BRISK_METS)) if c in person.minutes), ("", 0.0)
    )
    if not name:
        raise CannotTell(Reason.NOT_MEASURED, "neither workouts nor steps were recorded")
    one = person.minutes[name]
    brisk = one.seen & (one.values >= least)
    steps, heart = person.minutes.get("steps"), person.minutes.get("heart_rate")
    found = []
    for i in range(len(person.ordinal)):
        at = np.flatnonzero(brisk[i])
        if len(at) < MIN_BOUT:
            continue
        breaks = np.flatnonzero(np.diff(at) > PAUSE + 1)
        for a, b in zip(np.append(0, breaks + 1), np.append(breaks, len(at) - 1), strict=True):
            first, stop = int(at[a]), int(at[b]) + 1
            if b - a + 1 < MIN_BOUT:
                continue
            part = slice(first, stop)
            taken = None if steps is None else float(steps.values[i, part].sum(dtype=np.float64))
            cadence = 0.0 if taken is None else taken / (stop - first)
            pulse = (
                None if heart is None or not heart.seen[i, part].any() else heart.values[i, part][heart.seen[i, part]]
            )
            found.append(
                Workout(
                    day=date.fromordinal(int(person.ordinal[i])),
                    start_min=first,
                    minutes=float(stop - first),
                    kind="brisk movement" if taken is None else "running" if cadence >= RUN_STEPS else "walking",
                    steps=taken,
                    mean_heart_rate=None if pulse is None else float(pulse.mean(dtype=np.float64)),
                )
            )
    return found
