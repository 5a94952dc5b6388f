"""Gold: the second implementation, in plain polars over minutes; it shares no code with the tools it judges.

A frame has one row a recorded local minute (`date`, `minute`, a column a channel, null where not seen). The rules are
written again from their descriptions: a day counts with 600 seen minutes, a night runs from 18:00 to 18:00, and so on.
Nothing of `sennight` is imported here but the question itself.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

from sennight.agent.exam.spec import Question, When

# Metric -> (channel, rule, threshold, seen minutes a day).
BY_MINUTE: dict[str, tuple[tuple[str, str, float, int], ...]] = {
    "steps": (("steps", "sum", 0.0, 600),),
    "active_minutes": (("mets", "ge", 3.0, 600), ("hip_counts", "ge", 2020.0, 600), ("steps", "ge", 100.0, 600)),
    "sedentary_minutes": (("mets", "lt", 1.5, 600), ("hip_counts", "lt", 100.0, 600)),
    "energy": (("energy", "sum", 0.0, 600),),
    "mean_heart_rate": (("heart_rate", "mean", 0.0, 600),),
    "resting_heart_rate": (("heart_rate", "lowest", 0.0, 600),),
    "max_heart_rate": (("heart_rate", "max", 0.0, 600),),
    "hrv_rmssd": (("rmssd", "mean", 0.0, 10),),
    "glucose": (("glucose", "mean", 0.0, 600),),
    "spo2": (("spo2", "mean", 0.0, 10),),
    "skin_temperature": (("skin_temperature", "mean", 0.0, 10),),
}
FACTS = {"sleep_minutes": "minutes_asleep", "time_in_bed": "minutes_in_bed", "steps": "day_steps",
         "resting_heart_rate": "resting_heart_rate", "hrv_rmssd": "night_rmssd", "spo2": "night_spo2",
         "sedentary_minutes": "day_sedentary", "distance": "day_distance", "sleep_efficiency": "sleep_efficiency",
         "energy": "day_energy", "mean_heart_rate": "day_heart_rate", "skin_temperature": "night_skin_temperature",
         "awake_minutes": "minutes_awake_in_bed", "stress": "day_stress_score"}  # fmt: skip
NIGHTS = ("sleep_minutes", "sleep_onset", "wake_time", "sleep_efficiency", "time_in_bed", "awake_minutes")
ADD_UP = ("steps", "active_minutes", "sedentary_minutes", "energy", "distance")


@dataclass(frozen=True, kw_only=True, eq=False)
class Record:
    """What gold knows of a person: minutes, dated facts (name, date, value), first days of new devices, today."""

    minutes: pl.DataFrame
    facts: pl.DataFrame
    new_devices: tuple[date, ...]
    today: date
    kept: dict[tuple[str, str, str], pl.DataFrame | None] = field(default_factory=dict, repr=False)

    @property
    def recorded(self) -> tuple[date, date]:
        """First and last day."""
        days = (self.minutes if len(self.minutes) else self.facts)["date"].to_list()
        return min(days), max(days)


def dates_of(when: When, record: Record) -> list[date]:
    """Every date of a window."""
    first, last = record.recorded
    today = record.today
    if when.sort == "last":
        first, last = today - timedelta(days=when.n - 1), today
    elif when.sort in ("between", "day"):
        assert when.first is not None
        first, last = when.first, when.last or when.first
    elif when.sort == "since":
        assert when.first is not None
        first, last = when.first, today
    elif when.sort == "calendar" and when.unit == "week":
        year, week, _ = (today + timedelta(weeks=when.n)).isocalendar()
        first = date.fromisocalendar(year, week, 1)
        last = date.fromisocalendar(year, week, 7)
    elif when.sort == "calendar":
        year, month = today.year, today.month + when.n
        while month < 1:
            year, month = year - 1, month + 12
        first = date(year, month, 1)
        last = (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    every = pl.date_range(first, last, "1d", eager=True)
    kept = [d for d in every if not when.weekdays or d.isoweekday() - 1 in when.weekdays]
    return list(kept)


def daily(record: Record, metric: str, *, hours: str = "", state: str = "") -> pl.DataFrame | None:
    """Columns `date`, `v`: the metric's number of every day that counts; None if it cannot be known so."""
    key = (metric, hours, state)
    if key not in record.kept:
        record.kept[key] = _daily(record, metric, hours, state)
    return record.kept[key]


def _daily(record: Record, metric: str, hours: str, state: str) -> pl.DataFrame | None:
    have = set(record.minutes.columns)
    for channel, rule, limit, need in BY_MINUTE.get(metric, ()):
        if channel in have:
            return _by_day(record.minutes, channel, rule, limit, need, hours, state)
    if hours or state:
        return None
    if metric in NIGHTS and "asleep" in have:
        return _nights(record.minutes).select("date", v=pl.col(metric)).drop_nulls()
    fact = FACTS.get(metric)
    if fact is not None and len(mine := record.facts.filter(pl.col("name") == fact)):
        return mine.select("date", v="value").sort("date")
    return None


def _by_day(
    minutes: pl.DataFrame, channel: str, rule: str, limit: float, need: int, hours: str, state: str
) -> pl.DataFrame | None:
    rows = minutes.filter(pl.col(channel).is_not_null())
    if hours:
        a, b = (int(c[:2]) * 60 + int(c[3:]) for c in hours.split("-"))
        inside = (
            (pl.col("minute") >= a) & (pl.col("minute") < b)
            if a < b
            else (pl.col("minute") >= a) | (pl.col("minute") < b)
        )
        length = b - a if a < b else 1440 - a + b
        rows = rows.filter(inside)
        need = -(-length * 600 // 1440) if need == 600 else need
    if state:
        if state in ("walking", "still"):
            if "steps" not in minutes.columns:
                return None
            rows = rows.filter(pl.col("steps") >= 60 if state == "walking" else pl.col("steps") == 0)
        else:
            if "asleep" not in minutes.columns:
                return None
            rows = rows.filter(pl.col("asleep") > 0.5)
        need = 10
    x = pl.col(channel).cast(pl.Float64)
    made = {"sum": x.sum(), "mean": x.mean(), "max": x.max(), "ge": (x >= limit).sum().cast(pl.Float64),
            "lt": (x < limit).sum().cast(pl.Float64)}  # fmt: skip
    if rule == "lowest":
        return _lowest_half_hour(rows, channel, need)
    return (
        rows.group_by("date").agg(v=made[rule], n=pl.len()).filter(pl.col("n") >= need).select("date", "v").sort("date")
    )


def _lowest_half_hour(rows: pl.DataFrame, channel: str, need: int) -> pl.DataFrame:
    made = []
    for (day,), part in rows.partition_by("date", as_dict=True).items():
        if len(part) < need:
            continue
        table = dict(zip(part["minute"].to_list(), part[channel].cast(pl.Float64).to_list(), strict=True))
        best = None
        for start in range(1440 - 29):
            inside = [table[m] for m in range(start, start + 30) if m in table]
            if len(inside) >= 24:
                mean = sum(inside) / len(inside)
                best = mean if best is None or mean < best else best
        if best is not None:
            made.append({"date": day, "v": best})
    return pl.DataFrame(made, schema={"date": pl.Date, "v": pl.Float64}).sort("date")


def _nights(minutes: pl.DataFrame) -> pl.DataFrame:
    """One row a waking date, from the sleep channel."""
    by_day: dict[date, dict[int, float | None]] = {}
    for (day,), part in minutes.partition_by("date", as_dict=True).items():
        by_day[day] = dict(zip(part["minute"].to_list(), part["asleep"].to_list(), strict=True))
    made: list[dict[str, Any]] = []
    for day in sorted(by_day):
        evening = by_day.get(day - timedelta(days=1))
        if evening is None:
            continue
        line = [evening.get(m) for m in range(1080, 1440)] + [by_day[day].get(m) for m in range(1080)]
        sleeps: list[list[int]] = []
        for place, value in enumerate(line):
            if value is not None and value > 0.5:
                if sleeps and place - sleeps[-1][-1] <= 61:
                    sleeps[-1].append(place)
                else:
                    sleeps.append([place])
        sleeps = [s for s in sleeps if len(s) >= 120]
        if not sleeps:
            continue
        longest = max(len(s) for s in sleeps)
        main = next(s for s in sleeps if len(s) == longest)
        seen = sum(line[p] is not None for p in range(main[0], main[-1] + 1))
        asleep = len(main)
        made.append({
            "date": day, "sleep_minutes": float(asleep), "sleep_onset": float(main[0] - 360), "wake_time": float(main[-1] + 1 - 360),
            "time_in_bed": float(main[-1] + 1 - main[0]), "awake_minutes": float(seen - asleep), "sleep_efficiency": 100 * asleep / seen,
        })  # fmt: skip
    columns = ("sleep_minutes", "sleep_onset", "wake_time", "time_in_bed", "awake_minutes", "sleep_efficiency")
    return pl.DataFrame(made, schema={"date": pl.Date, **dict.fromkeys(columns, pl.Float64)})


def _kept(record: Record, q: Question, when: When) -> pl.DataFrame | None:
    """The days of a question that count, in order."""
    table = daily(record, q.metric, hours=q.hours, state=q.state)
    if table is None:
        return None
    table = table.filter(pl.col("date").is_in(dates_of(when, record)))
    if q.days_when:
        sign = next(s for s in (">=", "<=", ">", "<") if s in q.days_when)
        name, limit = q.days_when.split(sign)
        other = daily(record, name)
        if other is None:
            return None
        meets = {">=": pl.col("v") >= float(limit), "<=": pl.col("v") <= float(limit), ">": pl.col("v") > float(limit),
                 "<": pl.col("v") < float(limit)}[sign]  # fmt: skip
        table = table.join(other.filter(meets).select("date"), on="date", how="semi")
    return table.sort("date")


def answer(record: Record, q: Question) -> list[tuple[str, float]] | None:
    """The true answer as (what it is about, value) in order; None if there is none."""
    if q.why:
        return None
    table = _kept(record, q, q.when)
    if table is None or not len(table):
        return None
    v = table["v"]
    match q.kind:
        case "value":
            return _value(table, q)
        case "coverage":
            return [("", float(len(table)))]
        case "top":
            ordered = table.sort(["v", "date"], descending=[q.agg == "highest", False]).head(q.n)
            return [(str(d), x) for d, x in ordered.select("date", "v").iter_rows()]
        case "threshold":
            sign = next(s for s in (">=", "<=", ">", "<") if q.condition.startswith(s))
            limit = float(q.condition[len(sign) :])
            hits = {">=": v >= limit, "<=": v <= limit, ">": v > limit, "<": v < limit}[sign]
            return [("", float(hits.sum()))]
        case "groups":
            return _grouped(record, q, table)
        case "compare":
            assert q.second is not None
            other = _kept(record, q, q.second)
            if other is None or not len(other):
                return None
            return [("", mean_of(table) - mean_of(other))]
        case "trend":
            return _slope(record, table)
    return _rank_correlation(record, q, table)


def _value(table: pl.DataFrame, q: Question) -> list[tuple[str, float]] | None:
    v = table["v"]
    if q.agg == "total" and q.metric not in ADD_UP and q.metric not in NIGHTS:
        return None
    if q.agg == "sd":
        return None if len(v) < 2 else [("", float(table.select(pl.col("v").std()).item()))]
    made = {
        "mean": v.mean(),
        "median": v.median(),
        "lowest": v.min(),
        "highest": v.max(),
        "total": v.sum(),
        "latest": v[-1],
    }
    return [("", float(made[q.agg]))]


def mean_of(table: pl.DataFrame) -> float:
    """The mean of the days."""
    return float(table.select(pl.col("v").mean()).item())


def _grouped(record: Record, q: Question, table: pl.DataFrame) -> list[tuple[str, float]]:
    if q.by == "hour":
        return _hourly(record, q, table)
    key = {"weekday": pl.col("date").dt.weekday(), "week": pl.col("date").dt.truncate("1w"),
           "month": pl.col("date").dt.truncate("1mo")}[q.by]  # fmt: skip
    grouped = table.group_by(key.alias("key")).agg(pl.col("v").mean()).sort("key")
    return [(str(k), x) for k, x in grouped.iter_rows()]


def _hourly(record: Record, q: Question, table: pl.DataFrame) -> list[tuple[str, float]]:
    channel, rule, limit, _ = next(c for c in BY_MINUTE[q.metric] if c[0] in record.minutes.columns)
    x = pl.col(channel).cast(pl.Float64)
    part = {"sum": x, "ge": (x >= limit).cast(pl.Float64), "lt": (x < limit).cast(pl.Float64)}.get(rule, x)
    rows = record.minutes.filter(pl.col(channel).is_not_null()).join(table.select("date"), on="date", how="semi")
    hours = rows.group_by("date", (pl.col("minute") // 60).alias("hour")).agg(
        v=part.sum() if rule in ("sum", "ge", "lt") else part.mean(), n=pl.len()
    )
    mean = hours.filter(pl.col("n") >= 30).group_by("hour").agg(pl.col("v").mean()).sort("hour")
    return [(f"{h:02d}:00", x) for h, x in mean.iter_rows()]


def _slope(record: Record, table: pl.DataFrame) -> list[tuple[str, float]] | None:
    """The median of the slopes of all pairs of days, a week; on the newest device alone."""
    if len(table) < 7:
        return None
    first, last = table["date"][0], table["date"][-1]
    inside = [d for d in record.new_devices if first < d <= last]
    if inside:
        table = table.filter(pl.col("date") >= inside[-1])
    if len(table) < 7:
        return None
    day = table.select(x=(pl.col("date") - pl.date(2000, 1, 1)).dt.total_days().cast(pl.Float64), v="v")
    pairs = day.join(day, how="cross", suffix="_b").filter(pl.col("x") < pl.col("x_b"))
    slope = pairs.select(((pl.col("v_b") - pl.col("v")) / (pl.col("x_b") - pl.col("x"))).median()).item()
    return [("", 7 * float(slope))]


def _rank_correlation(record: Record, q: Question, table: pl.DataFrame) -> list[tuple[str, float]] | None:
    other = daily(record, q.other)
    if other is None:
        return None
    other = other.filter(pl.col("date").is_in(dates_of(q.when, record)))
    if not len(other):
        return None
    moved = table.with_columns(pl.col("date") + timedelta(days=q.lag))
    both = moved.join(other, on="date", suffix="_b")
    if len(both) < 14 or both["v"].n_unique() < 2 or both["v_b"].n_unique() < 2:
        return None
    return [("", float(both.select(pl.corr("v", "v_b", method="spearman")).item()))]
