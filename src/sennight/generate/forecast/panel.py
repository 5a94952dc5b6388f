"""A panel: many (history, future) pairs of one number, hourly or daily, each cut at a local midnight.

History is built from the timeline after everything from the cut on has been taken away, so no later minute can reach
it; the future is what came. NaN is not known. Letters: N pairs, L steps of history, H steps ahead.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64

from sennight.errors import InputError
from sennight.generate.metrics import METRICS, chosen, combine, contributions
from sennight.generate.timeline import Timeline
from sennight.record import MINUTES_PER_DAY, VALID_DAY_MINUTES

HOURS = 24
MIN_SEEN_OF_HOUR = 30
MIN_KNOWN = 0.4  # share of the history and of the future that must be known
Series = Callable[[Timeline], Float64[np.ndarray, " step"]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """Pairs of histories and futures; `season` steps make a day (24) or a week (7), `cut` is the day of the cut."""

    history: Float64[np.ndarray, "N L"]
    future: Float64[np.ndarray, "N H"]
    person: tuple[str, ...]
    cut: Int64[np.ndarray, " N"]
    weekday: Int64[np.ndarray, " N"]
    season: int

    def __len__(self) -> int:
        return len(self.person)

    def take(self, rows: Int64[np.ndarray, " n"] | Bool[np.ndarray, " N"]) -> "Panel":
        """Some of the pairs."""
        at = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return Panel(
            history=self.history[at], future=self.future[at], person=tuple(self.person[i] for i in at),
            cut=self.cut[at], weekday=self.weekday[at], season=self.season,
        )  # fmt: skip

    @property
    def horizon(self) -> int:
        """H."""
        return self.future.shape[1]


def hourly(channel: str) -> Series:
    """Means of the hours of a channel, NaN where less than half of the hour was seen."""

    def series(timeline: Timeline) -> Float64[np.ndarray, " hour"]:
        if channel not in timeline.channels:
            return np.full(timeline.days * HOURS, np.nan)
        k = timeline.channels.index(channel)
        x, seen = (part[:, k].reshape(timeline.days * HOURS, -1) for part in (timeline.values, timeline.seen))
        n = seen.sum(axis=1)
        return np.where(n >= MIN_SEEN_OF_HOUR, x.sum(axis=1, dtype=np.float64) / np.maximum(n, 1), np.nan)

    return series


def daily(metric: str) -> Series:
    """A daily metric of valid days, NaN for others."""
    found = next((m for m in METRICS if m.name == metric), None)
    if found is None:
        raise InputError(f"there is no daily metric '{metric}'", todo=f"Known: {', '.join(m.name for m in METRICS)}.")

    def series(timeline: Timeline) -> Float64[np.ndarray, " day"]:
        at = chosen(found, timeline)
        if at is None:
            return np.full(timeline.days, np.nan)
        k, threshold = at
        seen = timeline.seen[:, k].reshape(-1, MINUTES_PER_DAY)
        x = contributions(found.way, threshold, timeline.values[:, k]).reshape(-1, MINUTES_PER_DAY)
        return np.where(seen.sum(axis=1) >= VALID_DAY_MINUTES, combine(found.way, x, seen), np.nan)

    return series


def panel_of(
    people: Iterable[Timeline],
    series: Series,
    *,
    history_days: int,
    horizon_days: int,
    steps_a_day: int,
    most_cuts: int | None = None,
) -> Panel:
    """All pairs of all people that are known well enough; every local midnight is a cut, or so many spread evenly."""
    rows: list[tuple[np.ndarray, np.ndarray, str, int, int]] = []
    before, after = history_days * steps_a_day, horizon_days * steps_a_day
    for timeline in people:
        whole = series(timeline)
        cuts = np.arange(2, timeline.days)
        if most_cuts is not None and len(cuts) > most_cuts:
            cuts = cuts[np.linspace(0, len(cuts) - 1, most_cuts).round().astype(np.int64)]
        for cut in cuts.tolist():
            shown = np.full(before, np.nan)
            # The series is built again from what was known at the cut: no look ahead, by construction.
            known = series(timeline.until(cut * MINUTES_PER_DAY))[: cut * steps_a_day][-before:]
            shown[before - len(known) :] = known
            came = np.full(after, np.nan)
            rest = whole[cut * steps_a_day : cut * steps_a_day + after]
            came[: len(rest)] = rest
            if _enough(shown) and np.isfinite(came[: max(1, min(after, steps_a_day))]).mean() >= MIN_KNOWN:
                rows.append((shown, came, timeline.person, cut, int(timeline.weekday[cut])))
    if not rows:
        empty = np.zeros((0, before)), np.zeros((0, after))
        nobody = np.zeros(0, dtype=np.int64)
        season = 7 if steps_a_day == 1 else steps_a_day
        return Panel(history=empty[0], future=empty[1], person=(), cut=nobody, weekday=nobody, season=season)
    history, future, person, cuts, weekday = zip(*rows, strict=True)
    return Panel(
        history=np.stack(history), future=np.stack(future), person=tuple(person),
        cut=np.array(cuts, dtype=np.int64), weekday=np.array(weekday, dtype=np.int64),
        season=7 if steps_a_day == 1 else steps_a_day,
    )  # fmt: skip


def at_the_end(people: Iterable[Timeline], series: Series, *, history_days: int, horizon_days: int) -> Panel:
    """One pair a person, of days: all that is known of them, and a future nobody knows yet."""
    rows = []
    for timeline in people:
        known = series(timeline)[-history_days:]
        shown = np.full(history_days, np.nan)
        shown[history_days - len(known) :] = known
        if _enough(shown):
            last = int(timeline.weekday[-1])
            rows.append((shown, timeline.person, timeline.days, (last + 1) % 7 if last >= 0 else -1))
    return Panel(
        history=np.array([r[0] for r in rows]).reshape(len(rows), history_days),
        future=np.full((len(rows), horizon_days), np.nan), person=tuple(r[1] for r in rows),
        cut=np.array([r[2] for r in rows], dtype=np.int64), weekday=np.array([r[3] for r in rows], dtype=np.int64),
        season=7,
    )  # fmt: skip


def _enough(x: np.ndarray) -> bool:
    return bool(np.isfinite(x).mean() >= MIN_KNOWN)
