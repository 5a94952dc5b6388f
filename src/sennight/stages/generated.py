"""Daily metrics and forecasts of everybody in a store, as tables."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from sennight.errors import InputError
from sennight.evaluate.generated.pictures import fan, filled_day, png
from sennight.generate.daily import DayNumbers, circadian_numbers, estimate_days, seen_days
from sennight.generate.fill import fill
from sennight.generate.forecast.foundation import ahead
from sennight.generate.forecast.panel import at_the_end, daily, panel_of
from sennight.generate.forecast.plain import LEVELS, Residuals, holt_winters
from sennight.generate.metrics import METRICS
from sennight.generate.released import filler_folder
from sennight.generate.saved import load_daily_bands, load_filler
from sennight.generate.timeline import Timeline
from sennight.stages.filled import rows_of
from sennight.store import Store

HISTORY_DAYS, DAYS_AHEAD = 14, 8
HIDDEN_MIN = 120  # of the day that is drawn
STEPS = {
    "person": pl.String, "channel": pl.String, "minute": pl.Int64, "mean": pl.Float64, "low": pl.Float64,
    "high": pl.Float64,
}  # fmt: skip
Count = Callable[[int], None]


def daily_table(store: Store, filler: str | Path, *, progress: Count | None = None) -> pl.DataFrame:
    """Every daily metric of everybody: seen alone, estimated over holes with an interval, and circadian numbers.

    Metrics of channels that the filler does not know are over seen minutes alone. Days on which a metric is not known
    leave no row. Raises: CheckpointError.
    """
    folder = filler_folder(filler)
    known, bands = load_filler(folder), load_daily_bands(folder)
    parts = []
    for rows in rows_of(store, valid=False).values():
        windows = store.read(rows)
        timeline = Timeline.of(windows)
        estimated = estimate_days(known.fitting(windows), known) if set(windows.channels) & set(known.channels) else []
        names = {numbers.metric for numbers in estimated}
        others = [numbers for numbers in seen_days(timeline) if numbers.metric not in names]
        worn = timeline.seen.any(axis=1).reshape(timeline.days, -1).sum(axis=1)
        whole = {"wear_minutes": worn.astype(np.float64)} | circadian_numbers(timeline)
        rhythm = [DayNumbers(metric=name, seen=x, estimate=x, missing=np.zeros(len(x))) for name, x in whole.items()]
        for numbers in (*estimated, *others, *rhythm):
            low, high = bands.interval(numbers)
            parts.append(
                pl.DataFrame(
                    {
                        "person": [timeline.person] * timeline.days,
                        "ordinal": timeline.first_ordinal + np.arange(timeline.days),
                        "metric": [numbers.metric] * timeline.days,
                        "seen": numbers.seen,
                        "estimate": numbers.estimate,
                        "low": low,
                        "high": high,
                        "missing_min": numbers.missing,
                        "worn_min": worn,
                    }
                )
            )
        if progress:
            progress(1)
    return pl.concat(parts).filter(pl.col("worn_min") > 0).drop_nans("estimate")


def forecast_table(
    store: Store, filler: str | Path, *, hours: int = 48, step_min: int = 60, progress: Count | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What follows everybody's last minute, by hour or minute, by the filler; the next eight days by ETS.

    Both with a band from 5 to 95 %: of an hour the mean of its minutes' lows and highs, which is wider than the hour's
    own; of days, by how wrong ETS was on the store's own pairs. `generate judge` measures both on unseen people.
    `minute` counts from the midnight that the person's first day begins with.
    """
    known = load_filler(filler_folder(filler))
    steps, timelines = [], []
    for rows in rows_of(store).values():
        windows = store.read(rows)
        timelines.append(Timeline.of(windows))
        if progress:
            progress(1)
        if not set(windows.channels) & set(known.channels):
            continue
        timeline = known.fitting(windows)
        if not timeline.seen.any():
            continue
        end = int(np.flatnonzero(timeline.seen.any(axis=1))[-1]) + 1
        start = -(-end // 60) * 60
        n = hours * 60 // step_min
        for name, told in ahead(timeline, known, cut_minute=start, minutes=hours * 60).items():
            mean, low, high = (x.reshape(n, step_min).mean(axis=1) for x in (told.mean, told.low, told.high))
            steps.append(
                pl.DataFrame(
                    {
                        "person": [timeline.person] * n,
                        "channel": [name] * n,
                        "minute": start + step_min * np.arange(n),
                        "mean": mean,
                        "low": low,
                        "high": high,
                    }
                )
            )
    return (pl.concat(steps) if steps else pl.DataFrame(schema=STEPS)), _days_ahead(timelines)


def _days_ahead(timelines: Sequence[Timeline]) -> pl.DataFrame:
    rows: list[dict[str, object]] = []
    for metric in METRICS:
        series = daily(metric.name)
        known = panel_of(timelines, series, history_days=HISTORY_DAYS, horizon_days=DAYS_AHEAD, steps_a_day=1)
        if not len(known):
            continue
        residuals = Residuals.of(known, holt_winters(known))
        last = at_the_end(timelines, series, history_days=HISTORY_DAYS, horizon_days=DAYS_AHEAD)
        quantiles = residuals.quantiles(last, holt_winters(last))
        rows += [
            {"person": person, "metric": metric.name, "days_ahead": h + 1}
            | {f"q{round(100 * level):02d}": float(quantiles[i, h, k]) for k, level in enumerate(LEVELS)}
            for i, person in enumerate(last.person)
            for h in range(DAYS_AHEAD)
        ]
    return pl.DataFrame(rows)


def pictures(
    store: Store, filler: str | Path, out: Path, *, channel: str, metric: str, person: str | None = None
) -> list[Path]:
    """A filled day and a fan of one person as PNG; two worn hours of the day are hidden first, to show the truth.

    There is no fan of somebody with too few days of the metric.

    Raises: InputError if the person or the channel is not there.
    """
    known = load_filler(filler_folder(filler))
    rows = rows_of(store)
    who = person or next(iter(rows), "")
    if who not in rows or channel not in store.channels:
        raise InputError(f"the store has no valid day of '{who}', or no channel '{channel}'", where=str(store.path))
    if channel not in known.channels:
        todo = f"It fills {', '.join(c for c in store.channels if c in known.channels) or 'none of these channels'}."
        raise InputError(f"the filler does not know '{channel}'", where=str(filler), todo=todo)
    windows = store.read(rows[who])
    k = windows.channels.index(channel)
    day = int(windows.seen[..., k].sum(axis=1).argmax())
    hidden = windows.seen.copy()
    worn = np.flatnonzero(windows.seen[day, :, k])
    start = int(worn[len(worn) // 2])
    hidden[day, start : start + HIDDEN_MIN] = False
    shown = replace(windows, seen=hidden, values=np.where(hidden, windows.values, np.float32(0)))
    filled = fill(shown, known)
    out.mkdir(parents=True, exist_ok=True)
    truth = np.where(windows.seen[day, :, k], windows.values[day, :, k], np.nan).astype(np.float64)
    made = [out / "filled_day.png"]
    made[0].write_bytes(png(filled_day(filled, row=day, name=channel, truth=truth)))
    series, timeline = daily(metric), Timeline.of(windows)
    pairs = panel_of([timeline], series, history_days=HISTORY_DAYS, horizon_days=DAYS_AHEAD, steps_a_day=1)
    last = at_the_end([timeline], series, history_days=HISTORY_DAYS, horizon_days=DAYS_AHEAD)
    if len(pairs) and len(last):
        quantiles = Residuals.of(pairs, holt_winters(pairs)).quantiles(last, holt_winters(last))
        made.append(out / "fan.png")
        drawn = fan(last.history[0], quantiles[0], label=metric.replace("_", " "), weekday=int(last.weekday[0]))
        made[1].write_bytes(png(drawn))
    return made
