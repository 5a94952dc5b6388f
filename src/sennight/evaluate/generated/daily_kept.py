"""How much of a day's number is kept when minutes are missing: ours against scaling up, straight lines and habits.

On days that were complete a block of worn minutes is hidden; the truth is the number over all minutes that were seen.
Baselines work on what each minute adds to the number (steps; whether it was active), so that a mean of them is what is
to be added: a fair fight. Accuracy kept is defined in `kept`.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float64

from sennight.evaluate.generated.lift import Figure, drawn
from sennight.evaluate.uncertainty import interval
from sennight.generate.bands import SHARE
from sennight.generate.baselines import Cells, Population, guess
from sennight.generate.daily import HOLE_CLASSES, DailyBands, DayNumbers, day_numbers
from sennight.generate.fill import Filler
from sennight.generate.holes import block
from sennight.generate.metrics import METRICS, Metric, Way, chosen, combine, contributions
from sennight.generate.timeline import Timeline
from sennight.record import MINUTES_PER_DAY, VALID_DAY_MINUTES, WindowBatch

OURS = "sennight"
BASELINES = ("scaling_up", "linear", "time_of_day", "personal_time_of_day")
Usual = dict[str, Population]


def usual_contributions(people: Iterable[WindowBatch], filler: Filler) -> Usual:
    """What each metric's minutes add at each time of day among training people."""
    held: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for windows in people:
        timeline = filler.fitting(windows)
        for metric in METRICS:
            found = chosen(metric, timeline)
            if found:
                column, threshold = found
                x = contributions(metric.way, threshold, timeline.values[:, column]).astype(np.float32)
                seen = timeline.seen[:, column]
                pair = (x.reshape(-1, MINUTES_PER_DAY, 1), seen.reshape(-1, MINUTES_PER_DAY, 1))
                held.setdefault(metric.name, []).append(pair)
    return {
        name: Population.of(np.concatenate([x for x, _ in parts]), np.concatenate([s for _, s in parts]))
        for name, parts in held.items()
    }


def calibrate_days(people: Iterable[WindowBatch], filler: Filler, *, seed: int = 0) -> DailyBands:
    """Intervals of daily estimates from people the filler did not learn from."""
    errors: list[tuple[str, int, DayNumbers, np.ndarray]] = []
    for windows in people:
        timeline = filler.fitting(windows)
        for length in HOLE_CLASSES:
            for numbers, truth, _ in _hidden(timeline, filler, length, seed):
                errors.append((numbers.metric, length, numbers, truth))
    return DailyBands.of(errors, share=SHARE)


def judge_days(
    people: Iterable[WindowBatch], filler: Filler, bands: DailyBands, usual: Usual, *, seed: int = 1
) -> pl.DataFrame:
    """A row a person-day, metric, minutes hidden and method: truth, estimate and, for ours, the interval."""
    rows: list[dict[str, Any]] = []
    for windows in people:
        timeline = filler.fitting(windows)
        for length in HOLE_CLASSES:
            for numbers, truth, hidden in _hidden(timeline, filler, length, seed):
                low, high = bands.interval(numbers)
                made = {OURS: numbers.estimate} | _baselines(numbers.metric, timeline, hidden, usual)
                for day in np.flatnonzero((numbers.missing > 0) & np.isfinite(truth)):
                    key = {"person": timeline.person, "day": int(day), "metric": numbers.metric, "hidden": length}
                    for method, estimate in made.items():
                        ends = (float(low[day]), float(high[day])) if method == OURS else (np.nan, np.nan)
                        rows.append(
                            key | {"method": method, "truth": float(truth[day]), "estimate": float(estimate[day])}
                            | {"low": ends[0], "high": ends[1]}
                        )  # fmt: skip
    return pl.DataFrame(rows)


def _hidden(
    timeline: Timeline, filler: Filler, length: int, seed: int
) -> list[tuple[DayNumbers, np.ndarray, np.ndarray]]:
    """Numbers with a block of so many minutes hidden in every valid day, the truth, and which minutes were hidden."""
    rng = np.random.default_rng([seed, length, *timeline.person.encode()])
    worn = timeline.seen.any(axis=1).reshape(-1, MINUTES_PER_DAY).sum(axis=1)
    valid = np.repeat(worn >= VALID_DAY_MINUTES, MINUTES_PER_DAY)[:, None]
    wanted = block(timeline, rng, length) & timeline.seen & valid
    shown = timeline.without(wanted)
    numbers = day_numbers(shown, wanted, filler.guess(shown, wanted), filler.scales)
    whole = {
        n.metric: n.seen
        for n in day_numbers(timeline, np.zeros_like(wanted), _nothing(filler, timeline), filler.scales)
    }
    return [(n, whole[n.metric], wanted) for n in numbers if n.metric in whole]


def _nothing(filler: Filler, timeline: Timeline):  # type: ignore[no-untyped-def]
    return filler.guess(timeline, np.zeros(timeline.seen.shape, dtype=np.bool_))


def _baselines(
    name: str, timeline: Timeline, hidden: np.ndarray, usual: Usual
) -> dict[str, Float64[np.ndarray, " day"]]:
    """The day's number by each baseline, working on what minutes add."""
    metric = next(m for m in METRICS if m.name == name)
    found = chosen(metric, timeline)
    if found is None or name not in usual:
        return {}
    column, threshold = found
    x = contributions(metric.way, threshold, timeline.values[:, column]).astype(np.float32)[:, None]
    hole = hidden[:, column][:, None]
    seen = timeline.seen[:, column][:, None] & ~hole
    made = {"scaling_up": _scaled_up(metric, x, seen, hole)}
    cells = Cells.of(hole)
    for baseline in BASELINES[1:]:
        part = x.astype(np.float64).copy()
        part[hole] = guess(
            baseline, np.where(seen, x, np.float32(0)), seen, cells, weekday=timeline.weekday, population=usual[name]
        )
        shape = (-1, MINUTES_PER_DAY)
        made[baseline] = combine(metric.way, part.reshape(shape), (seen | hole).reshape(shape))
    return made


def _scaled_up(metric: Metric, x: np.ndarray, seen: np.ndarray, hole: np.ndarray) -> Float64[np.ndarray, " day"]:
    shape = (-1, MINUTES_PER_DAY)
    known = combine(metric.way, x.astype(np.float64).reshape(shape), seen.reshape(shape))
    if metric.way in (Way.MEAN, Way.LOWEST):
        return known
    n, missing = seen.reshape(shape).sum(axis=1), hole.reshape(shape).sum(axis=1)
    return known * (n + missing) / np.maximum(n, 1)


def kept(days: pl.DataFrame, metric: str, hidden: int, method: str) -> tuple[Figure, Figure, Figure]:
    """Accuracy kept in three ways: R2 (the headline), Pearson r, and 1 - total absolute error / total truth.

    R2 is the share of the differences between person-days that the estimate still tells: 1 - mean squared error over
    the variance of the truth. Intervals: bootstrap over people.
    """
    rows = days.filter(
        (pl.col("metric") == metric) & (pl.col("hidden") == hidden) & (pl.col("method") == method)
    ).drop_nans(["truth", "estimate"])
    y, p = rows["truth"].to_numpy(), rows["estimate"].to_numpy()
    code = rows["person"].rle_id().to_numpy().astype(np.int64)
    people = int(code.max()) + 1 if len(code) else 0
    if people < 2:
        empty = Figure(value=float("nan"), low=float("nan"), high=float("nan"), people=people)
        return empty, empty, empty
    centre = y.mean()
    a, b = y - centre, p - centre
    columns = np.stack([np.ones_like(a), a, b, a * a, b * b, a * b, (y - p) ** 2, np.abs(y - p), np.abs(y)])
    sums = np.stack([np.bincount(code, c, people) for c in columns])
    whole = _three(sums.sum(axis=1)[:, None])
    replicates = _three(sums @ drawn(people).T)
    figures = []
    for value, draws in zip(whole, replicates, strict=True):
        low, high = interval(draws, float(value[0]))
        figures.append(Figure(value=float(value[0]), low=low, high=high, people=people))
    return figures[0], figures[1], figures[2]


def _three(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n, a, b, aa, bb, ab, squared, absolute, size = sums
    spread_a, spread_b = aa - a * a / n, bb - b * b / n
    r = (ab - a * b / n) / np.sqrt(np.maximum(spread_a * spread_b, 1e-12))
    return 1 - squared / np.maximum(spread_a, 1e-12), r, 1 - absolute / np.maximum(size, 1e-12)


def inside(days: pl.DataFrame, metric: str, hidden: int) -> float:
    """How often the interval held the truth, which a thousandth of it may miss by rounding."""
    rows = days.filter((pl.col("metric") == metric) & (pl.col("hidden") == hidden) & (pl.col("method") == OURS))
    y, slack = rows["truth"], rows["truth"].abs() * 1e-3 + 1e-6
    hit = (y >= rows["low"] - slack) & (y <= rows["high"] + slack)
    return float(hit.mean()) if len(rows) else float("nan")  # type: ignore[arg-type]
