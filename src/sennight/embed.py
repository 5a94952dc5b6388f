"""Embed: days and a backbone in, one vector a person out.

Day: the backbone's vector of a window. Person: what the backbone asks for over the person's valid windows: their mean,
or mean and sd side by side. Source of the latter: the probe protocol of the SensorFM line (second-hand).
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from jaxtyping import Float32

from sennight.backbones.backbone import Backbone, OverDays
from sennight.errors import InputError
from sennight.record import VALID_DAY_MINUTES, Embedding, PersonDays, WindowBatch

BATCH = 256


def embed(days: Sequence[PersonDays], backbone: Backbone, *, min_worn_minutes: int = VALID_DAY_MINUTES) -> Embedding:
    """Embed people from windows held in memory; windows worn for less are left out.

    Raises: InputError if no window is left.
    """
    valid = [d for d in days if d.worn_minutes >= min_worn_minutes * d.days]
    if not valid:
        raise InputError(
            f"no window was worn for {min_worn_minutes} minutes a day",
            todo="Lower min_worn_minutes, or see the wear report for why.",
        )
    return embed_batches((WindowBatch.stack(valid[i : i + BATCH]) for i in range(0, len(valid), BATCH)), backbone)


def embed_batches(
    batches: Iterable[WindowBatch], backbone: Backbone, *, progress: Callable[[int], None] | None = None
) -> Embedding:
    """Embed people from a stream of batches; `progress` hears how many windows each batch had.

    Channels that the backbone does not know are left out.
    People come out in the order in which they first appear. Raises: InputError on an empty stream.
    """
    people: list[str] = []
    vectors: list[Float32[np.ndarray, "batch width"]] = []
    for batch in batches:
        known = tuple(c for c in batch.channels if c in backbone.channels)
        # A batch of strangers alone goes through as it is: the backbone refuses it with its sentence.
        fit = batch if not known or known == batch.channels else batch.select(known)
        vectors.append(backbone.encode_windows(fit))
        people.extend(batch.people)
        if progress:
            progress(len(batch))
    if not people:
        raise InputError("there is nothing to embed", todo="Were any days valid? See the wear report.")
    names = tuple(dict.fromkeys(people))
    code = {name: i for i, name in enumerate(names)}
    place = np.array([code[p] for p in people])
    x = np.concatenate(vectors).astype(np.float64)
    count = np.bincount(place, minlength=len(names))
    mean = _sum_by(place, x, len(names)) / count[:, None]
    if backbone.over_days is OverDays.MEAN:
        pooled = mean
    else:
        spread = np.sqrt(_sum_by(place, (x - mean[place]) ** 2, len(names)) / count[:, None])
        pooled = np.concatenate([mean, spread], axis=1)
    return Embedding(
        people=names,
        values=pooled.astype(np.float32),
        backbone=backbone.fingerprint,
        days_used=count.astype(np.int32),
    )


def _sum_by(place: np.ndarray, x: np.ndarray, n: int) -> np.ndarray:
    out = np.zeros((n, x.shape[1]))
    np.add.at(out, place, x)
    return out
