"""Predictors of the agent from a store: learned, kept, and held against answers dealt out at random."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from sennight.agent.predictors.learning import Cohort, learn, permuted_within
from sennight.agent.predictors.predictor import Predictor, PredictorSet
from sennight.errors import InputError, TaskError
from sennight.evaluate.controls import shuffle_labels
from sennight.record import CHANNELS, MIN_VALID_DAYS, Embedding, folds
from sennight.stages.embedded import load_embeddings
from sennight.stages.who import people_who_count
from sennight.store import Store
from sennight.tasks import TASKS, Task, TaskKind

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Permuted:
    """One predictor of answers dealt out at random, and why it was withheld (empty: it was not, which must not be)."""

    task: str
    seed: int
    refused: tuple[str, ...]
    gain: float
    gain_low: float
    gain_high: float


def cohort_of(store: Path, by_fold: Path, whole: Path, *, backbone: str, seed: int = 0, k: int = 5) -> Cohort:
    """People of a store with their vectors. `by_fold` has one file a fold, `whole` is by the released backbone.

    Raises: StoreError, InputError if an artifact is absent or does not fit.
    """
    opened = Store.open(store)
    people = people_who_count(opened)
    parts, every = load_embeddings(by_fold), load_embeddings(whole)
    if isinstance(parts, Embedding) or len(parts) != k or not isinstance(every, Embedding):
        raise InputError(f"predictors need {k} embeddings, one a fold, and one of everybody", where=str(by_fold))
    channels = opened.channels
    sensors = ", ".join(dict.fromkeys(CHANNELS[c].sensor for c in channels if c in CHANNELS))
    return Cohort(
        people=people, facts=opened.facts, fold=folds(people, k=k, seed=seed), channels=channels, backbone=backbone,
        by_fold=[part.rows(people) for part in parts], whole=every.rows(people), device=sensors,
        named=f"{len(people):,} people of {store.name}", min_valid_days=MIN_VALID_DAYS,
    )  # fmt: skip


def asked(names: Sequence[str] = ()) -> tuple[Task, ...]:
    """The tasks that can become predictors: yes/no and amounts that are not age or sex themselves."""
    fit = [t for t in TASKS if t.kind in (TaskKind.YES_NO, TaskKind.AMOUNT) and t.own_demographic is None]
    return tuple(t for t in fit if not names or t.name in names)


def learn_all(
    cohort: Cohort, out: Path, *, tasks: Sequence[str] = (), progress: Progress | None = None
) -> PredictorSet:
    """Learn every predictor that the cohort's facts allow, and write them with their figures, refused ones too."""
    wanted, made = asked(tasks), list[Predictor]()
    for i, task in enumerate(wanted):
        try:
            made.append(learn(cohort, task))
        except TaskError:
            continue
        if progress:
            progress(i + 1, len(wanted))
    kept = PredictorSet(domain=cohort.domain(), predictors=tuple(made))
    kept.save(out)
    return kept


class Among(StrEnum):
    """Among whom answers are dealt out: everybody, or people of like age (ten groups) and the same sex."""

    EVERYBODY = "everybody"
    ALIKE = "alike"


def permuted(
    cohort: Cohort, *, n: int = 100, seed: int = 0, among: Among = Among.EVERYBODY, progress: Progress | None = None
) -> tuple[Permuted, ...]:
    """Predictors of answers dealt out at random, tasks in turn (P8). Among people alike, what age and sex say stays."""
    wanted, found = asked(), list[Permuted]()
    for i in range(n):
        task = wanted[(seed + i) % len(wanted)]
        true = task.target(cohort.facts, cohort.people)
        if among is Among.ALIKE:
            dealt = permuted_within(true, cohort.facts, cohort.people, seed=seed + i)
        else:
            dealt = shuffle_labels(true, task=task.name, seed=seed + i)
        one = learn(cohort, task, y=np.asarray(dealt), seed=seed + i)
        found.append(
            Permuted(
                task=task.name, seed=seed + i, refused=one.refused, gain=one.figures.gain,
                gain_low=one.figures.gain_low, gain_high=one.figures.gain_high,
            )
        )  # fmt: skip
        if progress:
            progress(i + 1, n)
    return tuple(found)
