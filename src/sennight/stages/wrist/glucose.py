"""Glucose: the level in an hour, and HbA1c, from a wrist device and a sensor in daily life (CGMacros)."""

import numpy as np

from sennight.backbones.handcrafted import HandcraftedConfig
from sennight.embed import embed_batches
from sennight.evaluate.rows import RowTask
from sennight.record import MINUTES_PER_DAY
from sennight.stages.who import valid_rows
from sennight.store import Store

SOURCE = "CGMacros, PhysioNet"
AHEAD = 60  # minutes
EVERY = 30  # minutes between two questions
SMOOTH = 15  # minutes a level is the mean of; the sensors give one in 5 or 15
BACK = (0, 15, 30, 60, 120)  # minutes ago at which levels are looked at
BATCH = 64
GLUCOSE, PULSE, METS = "glucose", "heart_rate", "mets"
MIN_SENSOR_HOURS = 24


def glucose_next_hour(store: Store) -> RowTask:
    """Glucose an hour from now, from glucose, pulse and activity so far."""
    people: list[str] = []
    parts: dict[str, list[np.ndarray]] = {k: [] for k in ("y", "past", "moved", "clock")}
    for person, values, seen in _whole(store):
        level = _means(values[:, 0], seen[:, 0], SMOOTH)
        pulse, mets = (_means(values[:, c], seen[:, c], 30) for c in (1, 2))
        at = np.arange(max(BACK) + SMOOTH, len(level) - AHEAD, EVERY)
        past = np.stack([level[at - b] for b in BACK], axis=1)
        y = level[at + AHEAD]
        keep = np.isfinite(y) & np.isfinite(past).all(axis=1)
        at, angle = at[keep], 2 * np.pi * (at[keep] % MINUTES_PER_DAY) / MINUTES_PER_DAY
        people += [person] * len(at)
        parts["y"].append(y[keep])
        parts["past"].append(past[keep])
        parts["moved"].append(np.stack([x[at - b] for x in (pulse, mets) for b in (0, 30, 60)], axis=1))
        parts["clock"].append(np.stack([np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)], axis=1))
    x = {name: np.concatenate(of) for name, of in parts.items()}
    return RowTask(
        name="glucose_next_hour", question="How high is glucose in one hour (mg/dL)?", unit="half hour",
        metric="pearson_r", source=SOURCE, people=tuple(people), y=x["y"],
        features={
            "glucose so far": x["past"],
            "glucose, pulse, METs and clock": np.concatenate([x["past"], x["moved"], x["clock"]], axis=1),
            "pulse, METs and clock": np.concatenate([x["moved"], x["clock"]], axis=1),
        },
        given={"the last value": x["past"][:, 0]},
        note="levels are means of 15 minutes; meals are not looked at",
    )  # fmt: skip


def hba1c(store: Store) -> RowTask | None:
    """HbA1c, a row a person; None where nobody has one. The sensor's mean stands beside as what is possible."""
    mean = {
        person: float(values[seen[:, 0], 0].mean())
        for person, values, seen in _whole(store)
        if seen[:, 0].sum() >= MIN_SENSOR_HOURS * 60
    }
    channels = tuple(c for c in (PULSE, METS) if c in store.channels)
    rows = valid_rows(store)
    batches = (store.read(rows[i : i + BATCH]).select(channels) for i in range(0, len(rows), BATCH))
    worn = embed_batches(batches, HandcraftedConfig(channels=channels).build())
    known = store.facts.vector("hba1c", worn.people)
    people = tuple(p for p, h in zip(worn.people, known, strict=True) if np.isfinite(h) and p in mean)
    if len(people) < 2:
        return None
    who = np.stack([store.facts.vector(n, people) for n in ("age_years", "sex_female")], axis=1)
    vectors = worn.rows(people).astype(np.float64)
    return RowTask(
        name="hba1c_wrist", question="How high is HbA1c (%)?", unit="person", metric="pearson_r", source=SOURCE,
        people=people, y=store.facts.vector("hba1c", people),
        features={
            "engineered, pulse and METs": vectors, "age and sex": who,
            "age, sex and engineered": np.concatenate([who, vectors], axis=1),
            "mean glucose of the sensor": np.array([[mean[p]] for p in people]),
        },
    )  # fmt: skip


def _whole(store: Store):  # type: ignore[no-untyped-def]
    """Each person's consecutive minutes: glucose, pulse, METs, and where they were seen."""
    columns = [store.channels.index(c) for c in (GLUCOSE, PULSE, METS)]
    for (person,), part in store.index.partition_by("person", as_dict=True, maintain_order=True).items():
        ordinal = part["ordinal"].to_numpy()
        days = ordinal - ordinal[0]
        batch = store.read(part["row"].to_numpy().astype(np.int64))
        shape = (int(days[-1]) + 1, MINUTES_PER_DAY, len(columns))
        values, seen = np.zeros(shape), np.zeros(shape, dtype=np.bool_)
        values[days], seen[days] = batch.values[..., columns], batch.seen[..., columns]
        yield str(person), values.reshape(-1, len(columns)), seen.reshape(-1, len(columns))


def _means(x: np.ndarray, seen: np.ndarray, minutes: int) -> np.ndarray:
    """Mean of the last so many minutes at each minute, NaN where fewer than half were seen."""
    total = np.cumsum(np.concatenate([[0.0], np.where(seen, x, 0.0)]))
    count = np.cumsum(np.concatenate([[0], seen]))
    start = np.maximum(np.arange(1, len(x) + 1) - minutes, 0)
    n = count[1:] - count[start]
    return np.where(n >= minutes / 2, (total[1:] - total[start]) / np.maximum(n, 1), np.nan)
