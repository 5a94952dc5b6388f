"""Moods: state anxiety after a week of days, and moods of a day, from a smartwatch's daily features (LifeSnaps)."""

import numpy as np
import polars as pl

from sennight.evaluate.rows import RowTask
from sennight.record import Facts
from sennight.stages.wrist.dated import daily, matrix

SOURCE = "LifeSnaps, Zenodo 6826682"
ACTIVITY = (
    "day_steps", "day_distance", "day_energy", "day_lightly_active", "day_fairly_active", "day_very_active",
    "day_sedentary", "day_zone_1", "day_zone_2", "day_zone_3",
)  # fmt: skip
BODY = (
    "resting_heart_rate", "day_heart_rate", "night_heart_rate_nrem", "night_rmssd", "night_breathing_rate",
    "night_skin_temperature", "night_temperature_variation",
)  # fmt: skip
SLEEP = (
    "minutes_asleep", "minutes_awake_in_bed", "minutes_to_fall_asleep", "sleep_efficiency", "sleep_deep_ratio",
    "sleep_rem_ratio", "sleep_light_ratio",
)  # fmt: skip
ALL = (*ACTIVITY, *BODY, *SLEEP)
MOODS = {"mood_tense": "tense or anxious", "mood_tired": "tired", "mood_happy": "happy"}
WEEK_DAYS, MIN_DAYS = 7, 3
STAI = "stai_state_anxiety"


def mood_days(facts: Facts) -> list[RowTask]:
    """Was the person tense (tired, happy) that day, by their own word?"""
    table = daily(facts, (*ALL, *MOODS))
    made = []
    for mood, words in MOODS.items():
        if mood not in table.columns:
            continue
        rows = table.filter(pl.col(mood).is_in([0.0, 1.0]) & pl.any_horizontal(_there(table, ALL)))
        weekday = np.eye(7)[rows["date"].dt.weekday().to_numpy() - 1]
        made.append(
            RowTask(
                name=f"{mood}_day", question=f"Did the person say they were {words} that day?", unit="day",
                metric="auc",
                source=SOURCE, people=tuple(rows["person"].to_list()), y=rows[mood].to_numpy().astype(np.float64),
                features={
                    "daily features": matrix(rows, ALL), "activity": matrix(rows, ACTIVITY),
                    "sleep": matrix(rows, SLEEP), "pulse and skin": matrix(rows, BODY), "weekday": weekday,
                },
            )
        )  # fmt: skip
    return made


def state_anxiety(facts: Facts) -> RowTask | None:
    """State anxiety (STAI) of a survey, from the seven days before it; None if there is no such survey."""
    if STAI not in facts.columns:
        return None
    days, surveys = daily(facts, ALL), daily(facts, (STAI,)).drop_nulls(STAI)
    rows, people, y = [], [], []
    for person, date, score in surveys.select("person", "date", STAI).iter_rows():
        earlier = (pl.lit(date) - pl.col("date")).dt.total_days()
        before = days.filter((pl.col("person") == person) & earlier.is_between(1, WEEK_DAYS))
        if len(before) >= MIN_DAYS:
            rows.append(_means(matrix(before, ALL)))
            people.append(person)
            y.append(score)
    who = np.stack([facts.vector(n, people) for n in ("age_30_or_more", "sex_female")], axis=1)
    x = np.stack(rows)
    names = [n for n in ALL if n in days.columns]
    pick = {part: [names.index(n) for n in of if n in names] for part, of in (("activity", ACTIVITY), ("sleep", SLEEP))}
    return RowTask(
        name=STAI, question="How high is state anxiety (STAI, 20 to 80) after these days?", unit="survey",
        metric="pearson_r", source=SOURCE, people=tuple(people), y=np.array(y, dtype=np.float64),
        features={"daily features": x, **{part: x[:, at] for part, at in pick.items()}, "age and sex": who},
    )  # fmt: skip


def _there(table: pl.DataFrame, names: tuple[str, ...]) -> list[pl.Expr]:
    return [pl.col(n).is_not_null() for n in names if n in table.columns]


def _means(x: np.ndarray) -> np.ndarray:
    """Mean of each column over days on which it is known, NaN where it never is."""
    known = ~np.isnan(x)
    n = known.sum(axis=0)
    return np.where(n > 0, np.where(known, x, 0).sum(axis=0) / np.maximum(n, 1), np.nan)
