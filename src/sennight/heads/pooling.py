"""Pooling: a person's days become one row. No people are compared, so nothing is learned and nothing can leak."""

from typing import Literal

import numpy as np
from jaxtyping import Float32

from sennight.errors import InputError
from sennight.record import DayEmbedding, Embedding

Pooling = Literal["mean", "mean_sd", "quantiles", "weekend", "days"]
POOLINGS: tuple[Pooling, ...] = ("mean", "mean_sd", "quantiles", "weekend", "days")
QUANTILES = (0.1, 0.5, 0.9)
SATURDAY = 5  # Monday is 0


def pool(days: DayEmbedding, how: Pooling = "mean_sd") -> Embedding:
    """One row a person.

    `mean`; `mean_sd`, as `embed` does; `quantiles` .1, .5, .9; `weekend`: the mean, and weekend minus weekdays (0
    where a person lacks one of the two); `days`: all days side by side, for attention.
    Raises: InputError if the way is not known, or weekdays are needed and not known.
    """
    x, seen = days.values.astype(np.float64), days.seen
    count = seen.sum(axis=1)[:, None]
    mean = (x * seen[:, :, None]).sum(axis=1) / count
    if how == "mean":
        rows = mean
    elif how == "mean_sd":
        spread = (((x - mean[:, None]) ** 2) * seen[:, :, None]).sum(axis=1) / count
        rows = np.concatenate([mean, np.sqrt(spread)], axis=1)
    elif how == "quantiles":
        rows = np.stack(
            [np.quantile(one[there], QUANTILES, axis=0).ravel() for one, there in zip(x, seen, strict=True)]
        )
    elif how == "weekend":
        rows = np.concatenate([mean, _contrast(x, days)], axis=1)
    elif how == "days":
        return _embedding(days, days.rows())
    else:
        raise InputError(f"there is no pooling '{how}'", todo=f"Known: {', '.join(POOLINGS)}.")
    return _embedding(days, rows.astype(np.float32))


def _contrast(x: np.ndarray, days: DayEmbedding) -> np.ndarray:
    if bool(np.any(days.weekday[days.seen] < 0)):
        raise InputError("weekdays of these days are not known", todo="Pool without the weekend contrast.")
    out = np.zeros((len(x), x.shape[2]))
    weekend = np.logical_and(days.seen, days.weekday >= SATURDAY)
    working = np.logical_and(days.seen, days.weekday < SATURDAY)
    both = weekend.any(axis=1) & working.any(axis=1)
    for part, sign in ((weekend, 1.0), (working, -1.0)):
        n = np.maximum(part.sum(axis=1), 1)[:, None]
        out += sign * (x * part[:, :, None]).sum(axis=1) / n
    return np.where(both[:, None], out, 0.0)


def _embedding(days: DayEmbedding, rows: Float32[np.ndarray, "person width"]) -> Embedding:
    return Embedding(
        people=days.people, values=rows, backbone=days.backbone, days_used=days.seen.sum(axis=1).astype(np.int32)
    )
