"""Who counts: valid days, the people who have enough of them, and one person's days for pictures."""

import numpy as np
import polars as pl
from jaxtyping import Int64

from sennight.record import MIN_VALID_DAYS, VALID_DAY_MINUTES, PersonDays
from sennight.store import Store

RELIABLE = "accel_reliable"  # fact; 0 says that the survey itself distrusts the device's calibration


def valid_rows(store: Store) -> Int64[np.ndarray, " day"]:
    """Rows of the days worn for `VALID_DAY_MINUTES` or more."""
    return store.index.filter(pl.col("worn_minutes") >= VALID_DAY_MINUTES)["row"].to_numpy().astype(np.int64)


def people_who_count(store: Store) -> tuple[str, ...]:
    """People with at least `MIN_VALID_DAYS` valid days whose device the survey does not distrust."""
    days = store.index.filter(pl.col("worn_minutes") >= VALID_DAY_MINUTES).group_by("person").len()
    enough = set(days.filter(pl.col("len") >= MIN_VALID_DAYS)["person"])
    distrusted = {p for p, reliable in store.facts.latest(RELIABLE).items() if reliable == 0}
    return tuple(p for p in store.people if p in enough and p not in distrusted)


def days_of(store: Store, person: str) -> list[PersonDays]:
    """All days of one person, for pictures."""
    rows = store.index.filter(pl.col("person") == person)["row"].to_numpy().astype(np.int64)
    batch, dates = store.read(rows), store.index[rows]["first_date"].to_list()
    return [
        PersonDays(
            person=person,
            first_date=dates[i],
            ordinal=batch.ordinal[i],
            weekday=int(batch.weekday[i]),
            values=np.ascontiguousarray(batch.values[i]),
            seen=np.ascontiguousarray(batch.seen[i]),
            channels=batch.channels,
        )
        for i in range(len(batch))
    ]
