"""Does it keep silent where nothing happened, and speak where something was planted? P7 of the agent's bars.

A person's weeks are shuffled as whole blocks, all metrics together: whatever changed is gone, the resemblance of days
within weeks stays. Then `PLANTED` usual spreads are added to one metric over the last four weeks.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sennight.agent.daily import daily
from sennight.agent.insights import MAD_TO_SD, changes
from sennight.agent.metrics import metrics_of
from sennight.agent.person import DayFacts, OpenPerson

PLANTED = 0.8  # of the usual spread of days: 1.4826 median absolute deviations
RECENT_DAYS, DAYS_A_WEEK = 28, 7
MIN_WEEKS = 16
MIN_DAYS_OF_WEEK = 4
FACT_OF = {"steps": "day_steps", "resting_heart_rate": "resting_heart_rate", "hrv_rmssd": "night_rmssd",
           "sleep_minutes": "minutes_asleep", "sedentary_minutes": "day_sedentary", "distance": "day_distance",
           "energy": "day_energy", "mean_heart_rate": "day_heart_rate", "sleep_efficiency": "sleep_efficiency",
           "spo2": "night_spo2", "awake_minutes": "minutes_awake_in_bed", "stress": "day_stress_score"}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Silence:
    """Shuffled people: how many could be judged, how many carried an insight; planted changes: how many were found."""

    judged: int
    carried: int
    planted: int
    found: int

    @property
    def false_share(self) -> float:
        """Share of shuffled people with an insight."""
        return self.carried / max(self.judged, 1)

    @property
    def found_share(self) -> float:
        """Share of planted changes that were said."""
        return self.found / max(self.planted, 1)


def silence(people: Iterable[OpenPerson], *, rounds: int = 5, seed: int = 0) -> Silence:
    """Shuffle and plant `rounds` times for everybody with 16 weeks."""
    judged = carried = planted = found = 0
    for k, person in enumerate(people):
        table = weeks_of(person)
        if table is None:
            continue
        rng = np.random.default_rng([seed, k])
        for _ in range(rounds):
            shuffled = shuffled_weeks(table, rng)
            quiet = changes(told_as_facts(person, shuffled))
            if not quiet:
                continue
            judged += 1
            carried += any(c.said for c in quiet)
            name = str(rng.choice([c.recent.metric for c in quiet]))
            loud = changes(told_as_facts(person, planted_in(shuffled, name, float(rng.choice((-1.0, 1.0))))))
            planted += 1
            found += any(c.said and c.recent.metric == name for c in loud)
    return Silence(judged=judged, carried=carried, planted=planted, found=found)


def weeks_of(person: OpenPerson) -> dict[str, np.ndarray] | None:
    """Metric -> [week, 7] of whole weeks up to today, NaN where not known; None below 16 weeks."""
    last = person.today.toordinal()
    weeks = (last - person.first.toordinal() + 1) // DAYS_A_WEEK
    made = {}
    for name in FACT_OF:
        series = daily(person, metrics_of(person)[name]) if name in metrics_of(person) else None
        if series is None:
            continue
        line = np.full(weeks * DAYS_A_WEEK, np.nan)
        at = series.ordinal - (last - len(line) + 1)
        inside = (at >= 0) & (at < len(line)) & series.counts
        line[at[inside]] = series.value[inside]
        made[name] = line.reshape(weeks, DAYS_A_WEEK)
    full = [np.isfinite(rows).sum(axis=1) >= MIN_DAYS_OF_WEEK for rows in made.values()]
    if not full:
        return None
    kept = np.mean(full, axis=0) >= 0.5
    return {name: rows[kept][-MIN_WEEKS:] for name, rows in made.items()} if kept.sum() >= MIN_WEEKS else None


def shuffled_weeks(table: dict[str, np.ndarray], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """All metrics with their weeks in one new order."""
    order = rng.permutation(len(next(iter(table.values()))))
    return {name: rows[order] for name, rows in table.items()}


def planted_in(table: dict[str, np.ndarray], name: str, sign: float) -> dict[str, np.ndarray]:
    """The same with a change of the last four weeks in one metric."""
    flat = table[name].ravel()
    past = flat[:-RECENT_DAYS]
    spread = MAD_TO_SD * float(np.nanmedian(np.abs(past - np.nanmedian(past))))
    changed = flat.copy()
    changed[-RECENT_DAYS:] += sign * PLANTED * spread
    return {**table, name: changed.reshape(table[name].shape)}


def told_as_facts(person: OpenPerson, table: dict[str, np.ndarray]) -> OpenPerson:
    """A person of daily facts with these weeks, ending today."""
    last = person.today.toordinal()
    facts = {}
    for name, rows in table.items():
        line = rows.ravel()
        known = np.isfinite(line)
        if known.any():
            fact = FACT_OF[name]
            facts[fact] = DayFacts(
                name=fact, unit=metrics_of(person)[name].unit, source="shuffled weeks",
                ordinal=np.flatnonzero(known) + last - len(line) + 1, values=line[known],
            )  # fmt: skip
    return OpenPerson(
        id=person.id, today=person.today, clock=person.clock, ordinal=np.zeros(0, dtype=np.int64), minutes={},
        offset_min=np.zeros((0, 2), dtype=np.int16), device=(), segments=(), facts=facts,
    )  # fmt: skip
