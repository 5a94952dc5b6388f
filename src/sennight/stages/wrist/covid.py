"""COVID onset: days of the first week of symptoms against days before and after, from daily wearables (Welltory)."""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import polars as pl

from sennight.evaluate.rows import RowTask
from sennight.record import Facts
from sennight.stages.wrist.dated import daily, matrix, own_level_removed

PULSE = ("resting_heart_rate", "day_heart_rate", "day_heart_rate_min", "day_heart_rate_max")
READINGS = ("reading_heart_rate", "reading_rmssd", "reading_sdnn", "reading_pnn50", "reading_total_power")
MOVED = ("day_steps", "day_distance", "day_energy_active", "day_flights")
ILL_DAYS = 7  # from the day symptoms began
BEFORE, AFTER = (30, 8), (21, 60)  # days from onset that count as well
MIN_DAYS = 5  # of a person, for a level of their own


def onset_days(facts: Facts, onset: Mapping[str, dt.date]) -> RowTask:
    """Is this one of the first seven days of symptoms? Each number less the person's own median over all their days."""
    names = (*PULSE, *READINGS, *MOVED)
    table = daily(facts, names).filter(pl.len().over("person") >= MIN_DAYS)
    own = own_level_removed(table, names)
    began = pl.DataFrame({"person": list(onset), "onset": list(onset.values())}, schema_overrides={"onset": pl.Date})
    rows = own.join(began, on="person").with_columns(since=(pl.col("date") - pl.col("onset")).dt.total_days())
    ill = pl.col("since").is_between(0, ILL_DAYS - 1)
    well = pl.col("since").is_between(-BEFORE[0], -BEFORE[1]) | pl.col("since").is_between(*AFTER)
    rows = rows.filter(ill | well).with_columns(ill=ill.cast(pl.Float64)).sort("person", "date")
    calendar = rows["date"].dt.ordinal_day().to_numpy()[:, None].astype(np.float64)
    return RowTask(
        name="covid_onset_day", question="Is this one of the first seven days of COVID-19 symptoms?", unit="day",
        metric="auc", source="Welltory COVID-19 and wearables, CC0", people=tuple(rows["person"].to_list()),
        y=rows["ill"].to_numpy().astype(np.float64),
        features={
            "pulse, readings and movement": matrix(rows, names), "pulse": matrix(rows, PULSE),
            "heart rate variability": matrix(rows, READINGS), "movement": matrix(rows, MOVED),
            "day of the year": np.concatenate([calendar, calendar**2 / 100], axis=1),
        },
        note="compared with days 30 to 8 before and 21 to 60 after; people joined after they fell ill",
    )  # fmt: skip
