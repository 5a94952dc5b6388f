"""The feature sets that always stand beside a model, so that its figures can be read.

Age and sex explain much of health, and when a device is worn explains some of it. A model that does not beat, or add
to, these has learned nothing new; one that beats chance on shuffled labels shows a leak.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float64

from sennight.errors import InputError
from sennight.record import MINUTES_PER_DAY, Embedding, Facts, WindowBatch
from sennight.tasks import AGE, SEX

AGE_SEX = "age_sex"
MISSINGNESS = "missingness"
RANDOM_INIT = "random_init"
ENGINEERED_MEAN = "engineered_mean"  # the reference without the spread over days, which does better with few people
DISTRIBUTION = "distribution"  # what a day vector takes in, with nothing learned
CONTROLS = (MISSINGNESS, RANDOM_INIT, ENGINEERED_MEAN, DISTRIBUTION)
MIDDLE_AGE = 50.0  # years; where age is centred, and what an unknown age counts as beside its own column
DECADE = 10.0  # years
HOURS = 24


def with_age_sex(features: str) -> str:
    """The name of a feature set with age and sex beside it."""
    return f"{AGE_SEX}+{features}"


def shuffled(features: str) -> str:
    """The name of a feature set that is fitted and scored on labels dealt out again among the people."""
    return f"shuffled:{features}"


def demographics(
    facts: Facts, people: Sequence[str], *, leave_out: Literal["age", "sex"] | None = None
) -> Float64[np.ndarray, "person column"]:
    """Age (decades from 50), its square, sex, and age times sex; and whether one is unknown, where it ever is.

    `leave_out` names the demographic that is itself the answer. Nothing is fitted, so nothing can leak.
    """
    age = (facts.vector(AGE, people) - MIDDLE_AGE) / DECADE
    sex = facts.vector(SEX, people) - 0.5
    no_age, no_sex = np.isnan(age), np.isnan(sex)
    age, sex = np.where(no_age, 0.0, age), np.where(no_sex, 0.0, sex)
    of_age, of_sex = [age, age * age], [sex]
    of_age += [no_age.astype(np.float64)] if no_age.any() else []
    of_sex += [no_sex.astype(np.float64)] if no_sex.any() else []
    if leave_out == "age":
        columns = of_sex
    elif leave_out == "sex":
        columns = of_age
    else:
        columns = [*of_age, *of_sex, age * sex]
    return np.stack(columns, axis=1)


def missingness(batches: Iterable[WindowBatch]) -> Embedding:
    """When each person was measured, and nothing of what was measured: made from `seen` alone.

    Per person: share of minutes seen in each hour of the day (24 columns, mean over days), seen minutes a day (mean
    and standard deviation over days), and the number of days.
    Raises: InputError if there are no windows.
    """
    hourly: dict[str, list[np.ndarray]] = defaultdict(list)
    for batch in batches:
        for person, days in zip(batch.people, _hours_seen(np.asarray(batch.seen.any(axis=2))), strict=True):
            hourly[person].extend(days)
    if not hourly:
        raise InputError("no windows to look at", todo="Was anything worn for long enough? See the wear report.")
    people = tuple(hourly)
    rows = []
    for person in people:
        days = np.stack(hourly[person])
        minutes = days.sum(axis=1) * 60
        rows.append(np.concatenate([days.mean(axis=0), [minutes.mean(), minutes.std(), len(days)]]))
    return Embedding(
        people=people,
        values=np.stack(rows).astype(np.float32),
        backbone=MISSINGNESS,
        days_used=np.array([len(hourly[person]) for person in people], dtype=np.int32),
    )


def _hours_seen(worn: Bool[np.ndarray, "batch minute"]) -> Float64[np.ndarray, "batch day hour"]:
    """Share of minutes seen in each hour of each day of each window."""
    days = worn.shape[1] // MINUTES_PER_DAY
    return worn.reshape(len(worn), days, HOURS, MINUTES_PER_DAY // HOURS).mean(axis=3)


def shuffle_labels(y: Float64[np.ndarray, " person"], *, task: str, seed: int) -> Float64[np.ndarray, " person"]:
    """The known labels dealt out again among the people who have one; the same task and seed deal the same way."""
    digest = hashlib.sha256(f"shuffle:{seed}:{task}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    known = np.flatnonzero(np.isfinite(y))
    dealt = y.copy()
    dealt[known] = y[rng.permutation(known)]
    return dealt
