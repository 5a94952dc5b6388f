"""Sleep: asleep or awake by the minute, and insomnia or bed partner, from wrist counts and light (insomnia_couples)."""

import numpy as np
import polars as pl

from sennight.backbones.handcrafted import HandcraftedConfig
from sennight.embed import embed_batches
from sennight.evaluate.rows import RowTask
from sennight.signals.sleep_wake import cole_kripke, sadeh
from sennight.stages.who import people_who_count, valid_rows
from sennight.store import Store

SOURCE = "Dryad doi b8gtht7bh, CC0"
REACH = 10  # minutes on either side that a head sees
EVERY = 15  # minutes between two that are asked about; neighbours say the same
MOST_DAYS = 7  # of a person
BATCH = 64
COUNTS, LIGHT, ASLEEP = "wrist_counts", "white_light", "asleep"


def sleep_minutes(store: Store, *, seed: int = 0) -> RowTask:
    """Asleep or awake, as the device's own software says: a rule imitated, not sleep itself."""
    index = store.index[valid_rows(store)].filter(pl.int_range(pl.len()).over("person") < MOST_DAYS)
    rows = index["row"].to_numpy().astype(np.int64)
    columns = [store.channels.index(c) for c in (COUNTS, LIGHT, ASLEEP)]
    rng = np.random.default_rng([seed, 61])
    people: list[str] = []
    parts: dict[str, list[np.ndarray]] = {k: [] for k in ("y", "counts", "light", "clock", "cole_kripke", "sadeh")}
    for i in range(0, len(rows), BATCH):
        batch = store.read(rows[i : i + BATCH])
        for person, values, seen in zip(batch.people, batch.values, batch.seen, strict=True):
            counts, light, asleep = (values[:, c].astype(np.float64) for c in columns)
            known = seen[:, columns[0]] & seen[:, columns[2]]
            at = np.arange(REACH + int(rng.integers(EVERY)), len(counts) - REACH, EVERY)
            around = at[:, None] + np.arange(-REACH, REACH + 1)
            at = at[known[around].all(axis=1)]
            if not len(at):
                continue
            around = at[:, None] + np.arange(-REACH, REACH + 1)
            lux = np.where(seen[:, columns[1]], light, 0.0)
            angle = 2 * np.pi * at / len(counts)
            people += [person] * len(at)
            parts["y"].append(asleep[at])
            parts["counts"].append(np.log1p(counts[around]))
            parts["light"].append(np.log1p(np.stack([lux[at], lux[around].mean(axis=1)], axis=1)))
            parts["clock"].append(
                np.stack([np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)], axis=1)
            )
            parts["cole_kripke"].append(cole_kripke(counts, known).asleep[at].astype(np.float64))
            parts["sadeh"].append(sadeh(counts, known).asleep[at].astype(np.float64))
    x = {name: np.concatenate(of) for name, of in parts.items()}
    return RowTask(
        name="sleep_minute", question="Is the person asleep this minute, by the device's software?", unit="minute",
        metric="auc", source=SOURCE, people=tuple(people), y=x["y"], together=_couples(store, people),
        features={
            "counts of 21 minutes": x["counts"],
            "counts, light and clock": np.concatenate([x["counts"], x["light"], x["clock"]], axis=1),
            "clock": x["clock"],
        },
        given={"Cole-Kripke 1992": x["cole_kripke"], "Sadeh 1994": x["sadeh"]},
        note="the label is made from these very counts, so a rule is imitated here, sleep is not measured",
    )  # fmt: skip


def insomnia(store: Store) -> RowTask:
    """Insomnia or bed partner, a row a person, couples never parted."""
    people = people_who_count(store)
    known = np.isfinite(store.facts.vector("insomnia", people))
    people = tuple(p for p, k in zip(people, known, strict=True) if k)
    features = {}
    for name, channels in (("engineered, counts and light", (COUNTS, LIGHT)), ("engineered, counts", (COUNTS,))):
        features[name] = _embedded(store, channels, people)
    return RowTask(
        name="insomnia", question="Does the person have insomnia, or are they the bed partner?", unit="person",
        metric="auc", source=SOURCE, people=people, y=store.facts.vector("insomnia", people), features=features,
        together=_couples(store, people),
    )  # fmt: skip


def _embedded(store: Store, channels: tuple[str, ...], people: tuple[str, ...]) -> np.ndarray:
    rows = valid_rows(store)
    batches = (store.read(rows[i : i + BATCH]).select(channels) for i in range(0, len(rows), BATCH))
    return embed_batches(batches, HandcraftedConfig(channels=channels).build()).rows(people).astype(np.float64)


def _couples(store: Store, people: list[str] | tuple[str, ...]) -> np.ndarray:
    return store.facts.vector("couple", people)
